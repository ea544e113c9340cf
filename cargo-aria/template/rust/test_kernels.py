

def test_skew() -> None:
    x = np.array([1.0, 2.0, 9.0])
    assert {{package}}.skew(x) == x.mean() - np.median(x)
