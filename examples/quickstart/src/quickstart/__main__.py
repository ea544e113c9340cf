"""Runs the kernels beside NumPy, on real measurements and on fifty million numbers.

``cargo aria run --release`` in this folder, or ``make demo`` at the top of the repository, builds and starts it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

import quickstart
from quickstart import page


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median time of ``repeats`` calls, after one that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def load_table() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return scikit-learn's table of tumour measurements, 569 × 30, each row's diagnosis, and the diagnoses' names."""
    try:
        from sklearn.datasets import load_breast_cancer
    except ImportError:
        sys.exit("The table comes with scikit-learn, which is not installed: pip install scikit-learn")
    data = load_breast_cancer()
    return data.data, data.target, [str(name) for name in data.target_names]


def standardise_table(table: np.ndarray) -> np.ndarray:
    """Standardise the columns with Aria, show it beside NumPy, and return the result, column after column."""
    page.section("Columns to a common scale", "each column of the table minus its mean, over its standard deviation")

    def with_aria() -> np.ndarray:
        return np.concatenate([quickstart.standardise(column) for column in table.T])

    def with_numpy() -> np.ndarray:
        return np.concatenate([(column - column.mean()) / column.std() for column in table.T])

    ours, theirs = with_aria(), with_numpy()
    page.compare("first column, first rows", ours[:4], theirs[:4])
    page.agree(ours, theirs)
    page.times(median_seconds(with_aria, 50), median_seconds(with_numpy, 50))
    return ours


def standardise_robustly(table: np.ndarray) -> None:
    """Do the same with quartiles, which the Rust crate finds for the Aria code."""
    page.section("The same with quartiles", "Aria calls a Rust function, `quantile`, linked into the same module")
    column = np.ascontiguousarray(table[:, 0])

    def with_numpy() -> np.ndarray:
        low, middle, high = np.quantile(column, [0.25, 0.5, 0.75])
        return (column - middle) / (high - low)

    ours, theirs = quickstart.standardise_robustly(column), with_numpy()
    page.compare("first column, first rows", ours[:4], theirs[:4])
    page.agree(ours, theirs)
    page.times(median_seconds(lambda: quickstart.standardise_robustly(column), 50), median_seconds(with_numpy, 50))


def find_neighbours(columns: np.ndarray, diagnosis: np.ndarray, names: list[str]) -> None:
    """Find the row that is most like each of some rows, with Aria and with NumPy."""
    page.section("Nearest neighbours", "which patient's thirty measurements are most like this one's?")
    rows = len(diagnosis)
    table = columns.reshape(-1, rows)

    def with_numpy(of: int) -> int:
        distances = ((table - table[:, of : of + 1]) ** 2).sum(axis=0)
        distances[of] = np.inf
        return int(distances.argmin())

    wanted = [0, 19, 123, 300, 568]
    lines = []
    for row in wanted:
        ours, theirs = quickstart.nearest(columns, rows, row), with_numpy(row)
        assert ours == theirs, f"row {row}: Aria says {ours}, NumPy says {theirs}"
        lines.append((row, names[diagnosis[row]], ours, theirs, names[diagnosis[ours]]))
    page.table(("row", "diagnosis", "Aria: nearest", "NumPy: nearest", "diagnosis there"), lines)
    page.times(
        median_seconds(lambda: [quickstart.nearest(columns, rows, row) for row in wanted], 50),
        median_seconds(lambda: [with_numpy(row) for row in wanted], 50),
    )


def work_on_many(size: int) -> None:
    """Work on ``size`` random numbers."""
    numbers = np.random.default_rng(42).normal(10.0, 3.0, size)
    page.section(f"{size:,} numbers: standard deviation", "one pass, no temporary array")
    center = numbers.mean()
    ours, theirs = quickstart.deviation(numbers, center), numbers.std()
    page.compare("result", ours, theirs)
    page.agree(ours, theirs)
    page.times(median_seconds(lambda: quickstart.deviation(numbers, center), 3), median_seconds(numbers.std, 3))

    page.section(f"{size:,} numbers: to a common scale", "three loops over the data, one new array")

    def standardise_with_numpy() -> np.ndarray:
        return (numbers - numbers.mean()) / numbers.std()

    ours, theirs = quickstart.standardise(numbers), standardise_with_numpy()
    page.compare("first four", ours[:4], theirs[:4])
    page.agree(ours, theirs)
    del ours, theirs
    page.times(median_seconds(lambda: quickstart.standardise(numbers), 3), median_seconds(standardise_with_numpy, 3))

    page.section(f"{size:,} numbers: 1 / (1 + exp(-x))", "vector code for `exp`, on all cores")

    def logistic_with_numpy() -> np.ndarray:
        return 1 / (1 + np.exp(-numbers))

    ours, theirs = quickstart.logistic(numbers), logistic_with_numpy()
    page.compare("first four", ours[:4], theirs[:4])
    page.agree(ours, theirs)
    del ours, theirs
    page.times(median_seconds(lambda: quickstart.logistic(numbers), 3), median_seconds(logistic_with_numpy, 3))

    # Shorter work is over before Python would give the other thread a turn.
    if size >= 10_000_000:
        page.section("Python goes on meanwhile", "a second Python thread counts while Aria works on the same numbers")
        page.watch(lambda: quickstart.standardise(numbers))


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(prog="quickstart", description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=50_000_000, help="how many random numbers (default: fifty million)")
    size = parser.parse_args().size
    table, diagnosis, names = load_table()
    page.title(f"Aria beside NumPy {np.__version__}, on {table.shape[0]} × {table.shape[1]} measurements of tumours")
    columns = standardise_table(table)
    standardise_robustly(table)
    find_neighbours(columns, diagnosis, names)
    work_on_many(size)
    page.section("What the compiler did", "`ariac report` tells it for every loop and every function")
    page.report()


if __name__ == "__main__":
    main()
