"""The array library beside NumPy: functions written in Aria, arrays of Complex and of records, checked integers.

There are no bars. NumPy's numbers are what people know, and most of these functions are not what it is slow at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from figures import Figure
from timing import compare
from toolchains import build_aria

POINT = np.dtype([("x", float), ("y", float)], align=True)


def moved(points: np.ndarray) -> np.ndarray:
    result = np.empty_like(points)
    result["x"] = points["x"] + 1.0
    result["y"] = points["y"] * 2.0
    return result


def functions(n: int) -> Iterator[tuple[str, tuple, Callable]]:
    """Name, arguments, and the same by NumPy, for `n` elements."""
    rng = np.random.default_rng(3)
    x, y = rng.random(n), rng.random(n)
    side = int(n**0.5)
    m = rng.random((side, side))
    z, w = (rng.random(n) + 1j * rng.random(n) for _ in range(2))
    points = np.zeros(n, dtype=POINT)
    points["x"] = x
    a, b = (rng.integers(0, 1000, n) for _ in range(2))
    p, q = (rng.integers(0, 256, n).astype(np.uint8) for _ in range(2))
    yield "sorted", (x,), np.sort
    yield "argsort", (x,), lambda x: np.argsort(x, kind="stable")
    yield "median", (x,), np.median
    yield "histogram", (x,), np.histogram
    yield "cumsum", (x,), np.cumsum
    yield "std", (x,), np.std
    yield "argmax", (x,), np.argmax
    yield "chosen", (x, y), lambda x, y: np.where(x > 0.5, x, y)
    yield "filtered", (x,), lambda x: x[x > 0.5]
    yield "log1p", (x,), np.log1p
    yield "sum_down", (m,), lambda m: m.sum(axis=0)
    yield "sum_across", (m,), lambda m: m.sum(axis=1)
    yield "std_down", (m,), lambda m: m.std(axis=0)
    yield "max_down", (m,), lambda m: m.max(axis=0)
    yield "argmax_across", (m,), lambda m: m.argmax(axis=1)
    yield "matrix_product", (m,), lambda m: m @ m
    yield "matrix_product_of_ints", ((m * 100).astype(int),), lambda m: m @ m
    yield "times_vector", (m, x[:side]), lambda m, v: m @ v
    yield "vector_times", (x[:side], m), lambda v, m: v @ m
    yield "product", (z, w), lambda z, w: z * w
    yield "fused", (z, w), lambda z, w: z * w + z
    yield "sum", (z,), np.sum
    yield "moved", (points,), moved
    yield "added", (a, b), lambda a, b: a + b
    yield "blended", (p, q), lambda p, q: p // 2 + q // 2
    yield "total", (a,), np.sum


def agree(left: object, right: object) -> None:
    if isinstance(left, tuple):
        for one, other in zip(left, right, strict=True):
            agree(one, other)
    elif getattr(left, "dtype", None) == POINT:
        np.testing.assert_array_equal(left, right)
    else:
        np.testing.assert_allclose(left, right, rtol=1e-9)


def arrays(folder: Path, rounds: int) -> Iterator[Figure]:
    """How many times as long NumPy takes."""
    module = build_aria("arrays", folder, "-O3")
    for label, n in {"1e3": 1_000, "1e6": 1_000_000}.items():
        for name, args, numpy in functions(n):
            function = getattr(module, name)
            agree(function(*args), numpy(*args))
            turns = rounds if n < 1_000_000 else max(5, rounds // 6)
            times = compare({"aria": (function, args), "numpy": (numpy, args)}, turns)
            yield Figure(f"{name} {label}", times["numpy"] / times["aria"], None, "more", detail=times)
