"""Strided arrays give what contiguous ones give, bit for bit, at the level that the CPU has.

At a higher level a function has code for contiguous arrays only, and passes the others on to the lowest level.
"""

import numpy as np
import pytest

SOURCE = """
fn total(x: PyArrayView[Float]) -> Float = x.sum

fn axpy(a: Float, x: PyArrayView[Float], mut y: PyArrayView[Float])
  requires x.length == y.length : "x and y differ in length"
  for i in 0..<x.length
    y[i] += a * x[i]
  end
end

fn hypot(x: PyArrayView[Float], y: PyArrayView[Float]) -> Array[Float] = sqrt(x * x + y * y)

fn pick(x: PythonArray[Float], index: Int) -> Float
  total = 0.0
  for i in 0..<x.length
    total += x[i]
  end
  total + x[index]
end
"""

NUMBERS = np.random.default_rng(3).random((2, 4000))
LEFT, RIGHT = NUMBERS
PAIRS = {
    "contiguous": (LEFT, RIGHT),
    "both strided": (LEFT[::2], RIGHT[::2]),
    "reversed": (LEFT[::-1], RIGHT),
    "one strided, one reversed": (LEFT[::3], RIGHT[::-3]),
    "empty": (LEFT[:0], RIGHT[:0:2]),
    "one element": (LEFT[5:6], RIGHT[7:9:2]),
    "repeated": (np.broadcast_to(np.float64(2.5), (4000,)), RIGHT),
}


@pytest.fixture(scope="module")
def kernels(aria):
    return aria(SOURCE)


@pytest.mark.parametrize("name", PAIRS)
def test_strided(kernels, name):
    x, y = PAIRS[name]
    expected = y + 1.5 * x
    for step in (1, 2):
        target = np.zeros(step * len(y))[::step]
        target[:] = y
        kernels.axpy(1.5, x, target)
        assert np.array_equal(target, expected)
    assert np.array_equal(kernels.hypot(x, y), np.sqrt(x * x + y * y))
    assert kernels.total(x) == kernels.total(x.copy())
    if len(x):
        assert kernels.pick(x, len(x) - 1) == kernels.pick(x.copy(), len(x) - 1)


def test_errors_of_strided_arrays_are_the_same(kernels):
    with pytest.raises(ValueError, match="x and y differ in length"):
        kernels.axpy(1.0, LEFT[::2], RIGHT.copy())
    with pytest.raises(IndexError, match="2000"):
        kernels.pick(LEFT[::2], 2000)
