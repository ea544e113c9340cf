"""The matrix product, beside NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KINDS = {"Float": np.float64, "Float32": np.float32, "Int": np.int64, "UInt8": np.uint8}

SOURCE = "\n".join(
    f"""
fn mm_{t}(a: PyArrayView[{t}, 2], b: PyArrayView[{t}, 2]) -> Array[{t}, 2] = a @ b
fn mv_{t}(a: PyArrayView[{t}, 2], b: PyArrayView[{t}]) -> Array[{t}] = a @ b
fn vm_{t}(a: PyArrayView[{t}], b: PyArrayView[{t}, 2]) -> Array[{t}] = a @ b
fn vv_{t}(a: PyArrayView[{t}], b: PyArrayView[{t}]) -> {t} = a @ b
"""
    for t in KINDS
) + """
fn chain(a: Array[Float, 2], b: Array[Float, 2], v: Array[Float]) -> Array[Float] = 2.0 * (a @ b @ v) + a @ v
"""


@pytest.fixture(scope="module")
def m(aria):
    return aria(SOURCE)


def numbers(seed, shape, dtype):
    values = np.random.default_rng(seed).integers(0, 4, shape)
    return values.astype(dtype)


LENGTHS = st.one_of(st.integers(0, 9), st.sampled_from([63, 64, 65, 130, 511, 513]))


@given(
    st.sampled_from(sorted(KINDS)), LENGTHS, st.one_of(st.integers(0, 7), st.just(67)), LENGTHS,
    st.booleans(), st.booleans(), st.integers(0, 9),
)  # fmt: skip
@settings(deadline=None, max_examples=200)
def test_beside_numpy(m, kind, n, k, p, turned, reversed_, seed):
    """Small whole numbers, so that every order of sums gives the same; UInt8 as far as it goes."""
    dtype = KINDS[kind]
    a, b = numbers(seed, (n, k), dtype), numbers(seed + 1, (k, p), dtype)
    if kind == "UInt8":
        a, b = a[:, :9], b[:9]
    a = a.T.copy().T if turned else a
    b = b[:, ::-1] if reversed_ else b
    u, v = numbers(seed + 2, a.shape[0], dtype) % 2, numbers(seed + 3, a.shape[1], dtype)
    if kind == "UInt8":
        u[40:] = 0
    for name, left, right in [("mm", a, b), ("mv", a, v), ("vm", u, a), ("vv", v, v)]:
        ours, theirs = getattr(m, f"{name}_{kind}")(left, right), left @ right
        assert np.shape(ours) == np.shape(theirs)
        assert np.array_equal(ours, theirs), (name, ours, theirs)


def test_rounding(m):
    r = np.random.default_rng(1)
    a, b, v = r.random((70, 130)), r.random((130, 600)), r.random(600)
    assert np.allclose(m.mm_Float(a, b), a @ b, rtol=1e-13)
    a, b, v = a[:, :70], b[:70, :70], v[:70]
    assert np.allclose(m.chain(a, b, v), 2 * (a @ b @ v) + a @ v)


@pytest.mark.parametrize(
    ("name", "left", "right", "text"),
    [
        ("mm", (2, 3), (2, 3), r"the shapes \(2, 3\) and \(2, 3\) do not fit for @: 3 and 2 elements meet"),
        ("mv", (2, 3), (2,), r"the shapes \(2, 3\) and \(2,\) do not fit for @: 3 and 2 elements meet"),
        ("vm", (2,), (3, 2), r"the shapes \(2,\) and \(3, 2\) do not fit for @: 2 and 3 elements meet"),
        ("vv", (2,), (3,), "operands have different lengths, 2 and 3"),
    ],
)
def test_shapes(m, name, left, right, text):
    with pytest.raises(ValueError, match=text):
        getattr(m, f"{name}_Float")(np.ones(left), np.ones(right))


def test_integers_are_checked(m):
    with pytest.raises(OverflowError):
        m.mm_Int(np.full((2, 2), 2**62), np.full((2, 2), 2))
    with pytest.raises(OverflowError):
        m.vm_UInt8(np.full(2, 16, np.uint8), np.full((2, 5), 16, np.uint8))
