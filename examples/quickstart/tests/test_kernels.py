"""The kernels against NumPy."""

import numpy as np
import pytest
import quickstart

RANDOM = np.random.default_rng(7)
TABLE = RANDOM.normal(size=(50, 6))


def test_standardise_takes_a_column_in_place() -> None:
    for column in TABLE.T:
        expected = (column - column.mean()) / column.std()
        np.testing.assert_allclose(quickstart.standardise(column), expected, rtol=1e-12)


def test_nothing_cannot_be_standardised() -> None:
    with pytest.raises(ValueError, match="there is nothing to standardise"):
        quickstart.standardise(np.zeros(0))


def test_robust_standardisation_calls_rust() -> None:
    column = np.ascontiguousarray(TABLE[:, 0])
    low, middle, high = np.quantile(column, [0.25, 0.5, 0.75])
    expected = (column - middle) / (high - low)
    np.testing.assert_allclose(quickstart.standardise_robustly(column), expected, rtol=1e-12)


def test_nearest() -> None:
    flat = TABLE.T.ravel()
    for row in range(len(TABLE)):
        distances = ((TABLE - TABLE[row]) ** 2).sum(axis=1)
        np.testing.assert_allclose(quickstart.distances(flat, len(TABLE), row), distances, rtol=1e-12)
        distances[row] = np.inf
        assert quickstart.nearest(flat, len(TABLE), row) == distances.argmin()


def test_a_row_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="there is no such row"):
        quickstart.nearest(TABLE.T.ravel(), 50, 50)


def test_logistic() -> None:
    x = RANDOM.normal(size=1000)
    np.testing.assert_allclose(quickstart.logistic(x), 1 / (1 + np.exp(-x)), rtol=1e-13)


def test_an_error_in_rust_is_an_exception() -> None:
    with pytest.raises(ValueError, match="nothing has no quantile"):
        quickstart.standardise_robustly(np.zeros(0))
