

def test_skew() -> None:
    x = np.array([1.0, 2.0, 9.0])
    assert {{package}}.skew(x) == x.mean() - np.median(x)


def test_an_error_in_rust_is_an_exception() -> None:
    with pytest.raises(ValueError, match="nothing has no median"):
        {{package}}.skew(np.zeros(0))
