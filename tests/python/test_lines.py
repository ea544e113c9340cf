"""Loops give the same wherever an array begins in a cache line: see `llvm/lower/pieces.rs`."""

import numpy as np
import pytest

SOURCE = """
fn axpy(a: Float, x: PyArrayView[Float], mut y: PyArrayView[Float])
  requires x.length == y.length
  for i in 0..<x.length
    y[i] += a * x[i]
  end
end

fn fused(x: PyArrayView[Float], y: PyArrayView[Float]) -> Array[Float] = x * y + x - y

fn prefix(mut x: PyArrayView[Int], lo: Int, hi: Int)
  requires 1 <= lo and hi <= x.length
  for i in lo..<hi
    x[i] = x[i - 1] + x[i]
  end
end

fn halves(x: PyArrayView[Float32], mut out: PyArrayView[Float32])
  requires x.length == out.length
  for i in 0..<out.length
    out[i] = x[i] * 0.5
  end
end

fn doubled(x: PyArrayView[Int]) -> Array[Int] = x + x
"""

LENGTHS = [0, 1, 7, 8, 63, 127, 128, 129, 255, 256, 300, 1000]


def beginning_at(values: np.ndarray, offset: int) -> np.ndarray:
    """The same values, so many bytes behind the beginning of a line of 64."""
    memory = np.zeros(values.nbytes + 128, np.uint8)
    begin = (offset - memory.ctypes.data) % 64
    array = memory[begin : begin + values.nbytes].view(values.dtype)
    array[:] = values
    assert array.size == 0 or array.ctypes.data % 64 == offset
    return array


@pytest.fixture(scope="module")
def kernels(aria):
    return aria(SOURCE)


@pytest.mark.parametrize("offset", [0, 8, 16, 24, 40, 56])
@pytest.mark.parametrize("other", [0, 16, 32, 56])
def test_floats(kernels, offset, other):
    rng = np.random.default_rng(offset)
    for n in LENGTHS:
        x, y = beginning_at(rng.random(n), offset), beginning_at(rng.random(n), other)
        expected = y + 1.5 * x
        assert np.array_equal(kernels.fused(x, y), x * y + x - y)
        kernels.axpy(1.5, x, y)
        assert np.array_equal(y, expected)


@pytest.mark.parametrize("offset", [0, 4, 12, 28, 32, 60])
def test_narrow_elements(kernels, offset):
    for n in LENGTHS:
        x = beginning_at(np.arange(n, dtype=np.float32), offset)
        out = beginning_at(np.zeros(n, np.float32), (offset + 16) % 64)
        kernels.halves(x, out)
        assert np.array_equal(out, x / 2)


@pytest.mark.parametrize("offset", [0, 8, 16, 56])
def test_turns_that_build_on_each_other(kernels, offset):
    for n in LENGTHS[1:]:
        x = beginning_at(np.arange(n), offset)
        lo, hi = min(3, n), n
        expected = x.copy()
        expected[lo - 1 : hi] = np.cumsum(x[lo - 1 : hi])
        kernels.prefix(x, lo, hi)
        assert np.array_equal(x, expected)


@pytest.mark.parametrize("offset", [0, 8, 48])
def test_failures_are_found_in_either_piece(kernels, offset):
    for at in (0, 5, 200, 999):
        x = beginning_at(np.arange(1000), offset)
        assert np.array_equal(kernels.doubled(x), 2 * x)
        x[at] = 2**62
        with pytest.raises(OverflowError):
            kernels.doubled(x)
