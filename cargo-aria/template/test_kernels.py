"""The kernels against NumPy."""

import numpy as np
import pytest
import {{package}}


def test_mean() -> None:
    x = np.arange(10.0)
    assert {{package}}.mean(x) == x.mean()


def test_axpy() -> None:
    x, y = np.arange(4.0), np.ones(4)
    np.testing.assert_array_equal({{package}}.axpy(2.0, x, y), 2.0 * x + y)


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="x and y differ in length"):
        {{package}}.axpy(1.0, np.zeros(3), np.zeros(4))
