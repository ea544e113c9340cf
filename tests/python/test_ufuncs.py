"""`@ufunc`: functions of numbers as NumPy's own kind of functions, beside NumPy's."""

import contextlib
import pickle
import subprocess
import sys
import threading
import traceback
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure import MIB, growth_of_many

SOURCE = """
## Twice as much.
@ufunc
fn double(x: Float) -> Float = x * 2.0

@ufunc
fn hyp(x: Float, y: Float) -> Float = (x * x + y * y).sqrt

@ufunc
fn plus(x: Int, y: Int) -> Int = x + y

@ufunc
fn minus(x: Int, y: Int) -> Int = x - y

@ufunc
fn parts(x: Float) -> (Float, Float) = (x.floor, x - x.floor)

@ufunc
@export(T: [Float, Int, Float32, UInt8])
fn greater[T: Ord](x: T, y: T) -> T = if x > y then x else y end

@ufunc
fn between(x: Int32, lo: Int32, hi: Int32) -> Bool = lo <= x < hi

@ufunc
fn root(x: Float) -> Float
  raise ValueError("#{x} has no root") if x < 0.0
  x.sqrt
end

@ufunc
fn safe_root(x: Float) -> Float = if x < 0.0 then 0.0 else x.sqrt end

@ufunc
fn inverse(x: Float) -> Float = 1.0 / x

@ufunc
fn steps(n: Int) -> Int
  count = 0
  m = n
  while m > 1
    m = if m % 2 == 0 then m // 2 else 3 * m + 1 end
    count += 1
  end
  count
end

fn in_aria(x: Float) -> Float = double(x) + hyp(3.0, 4.0)
"""


@pytest.fixture(scope="module")
def m(aria):
    return aria(SOURCE)


def test_they_are_ufuncs(m):
    for ufunc in (m.double, m.parts, m.greater):
        assert type(ufunc) is np.ufunc
    assert (m.parts.nin, m.parts.nout) == (1, 2)
    assert "Twice as much." in m.double.__doc__
    # Narrow types first, as in NumPy.
    assert m.greater.types == ["BB->B", "ll->l", "ff->f", "dd->d"]
    assert m.greater(np.uint8(3), np.uint8(2)).dtype == np.uint8
    assert m.greater(np.float32(3), 2.5).dtype == np.float32
    assert m.in_aria(1.5) == 8.0
    assert repr(m.double) == "<ufunc 'double'>"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_broadcasting_and_strides_are_numpys(m, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    shape = tuple(data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=3)))
    x = rng.integers(-50, 50, shape)
    y = rng.integers(-50, 50, tuple(n if rng.random() < 0.7 else 1 for n in shape))
    x, y = (a[tuple(slice(None, None, rng.choice([-2, -1, 1, 2])) for _ in a.shape)] for a in (x, y))
    try:
        expected = x + y
    except ValueError:
        with pytest.raises(ValueError):
            m.plus(x, y)
        return
    assert np.array_equal(m.plus(x, y), expected)
    assert np.array_equal(m.plus(x.T, y.T), expected.T)
    assert np.array_equal(m.minus(x, 3), x - 3)
    assert np.allclose(m.hyp(x, y), np.hypot(x, y))
    assert np.array_equal(m.greater(x, y), np.maximum(x, y))
    assert np.array_equal(m.between(x.astype(np.int32), np.int32(0), np.int32(9)), (x >= 0) & (x < 9))
    where = rng.random(expected.shape) < 0.5
    out = np.zeros_like(expected)
    m.plus(x, y, out=out, where=where)
    assert np.array_equal(out, np.where(where, expected, 0))


@pytest.mark.parametrize("n", [0, 1, 2, 255, 256, 257, 1000, 70_000])
def test_results_may_lie_over_arguments(m, n):
    x = np.arange(n) + 1
    y = x[::-1].copy()
    expected = x - y
    for out in ("x", "y"):
        a, b = x.copy(), y.copy()
        m.minus(a, b, out=a if out == "x" else b)
        assert np.array_equal(a if out == "x" else b, expected)
    a = np.arange(n + 3)
    expected = a[:n] + a[3:]
    m.plus(a[:n], a[3:], out=a[1 : n + 1])
    assert np.array_equal(a[1 : n + 1], expected)
    f = np.linspace(-2.0, 2.0, n)
    whole, rest = np.floor(f), f - np.floor(f)
    got = np.empty(n)
    m.parts(f, out=(f, got))
    assert np.array_equal(f, whole) and np.array_equal(got, rest)
    strided = np.arange(2 * n)
    m.plus(strided[::2], 5, out=strided[::2])
    assert np.array_equal(strided[::2], np.arange(0, 2 * n, 2) + 5)


def test_reduce_accumulate_outer_at(m):
    x = np.arange(1, 400).reshape(3, 133)
    assert m.plus.reduce(x.ravel()) == x.sum()
    assert np.array_equal(m.plus.reduce(x), x.sum(axis=0))
    assert np.array_equal(m.plus.reduce(x, axis=1, initial=10), x.sum(axis=1) + 10)
    assert np.array_equal(m.plus.accumulate(x, axis=1), x.cumsum(axis=1))
    assert np.array_equal(m.minus.accumulate(x, axis=0), np.subtract.accumulate(x, axis=0))
    assert m.minus.reduce(x[0]) == np.subtract.reduce(x[0])
    assert np.array_equal(m.minus.outer(x[0], x[1]), np.subtract.outer(x[0], x[1]))
    assert np.array_equal(m.plus.reduceat(x[0], [0, 5, 9]), np.add.reduceat(x[0], [0, 5, 9]))
    a = np.zeros(4, dtype=int)
    m.plus.at(a, [0, 1, 1, 3], [1, 2, 3, 4])
    assert a.tolist() == [1, 5, 0, 4]


def test_errors_are_exceptions_with_their_place(m):
    for x in (np.array([4.0, -1.0, 9.0]), np.full((50, 70), -2.0).T, -3.0, np.arange(100_000.0) - 5):
        with pytest.raises(ValueError, match="has no root") as info:
            m.root(x)
        frames = traceback.extract_tb(info.value.__traceback__)
        assert frames[-1].name == "root" and frames[-1].filename.endswith(".aria")
    assert np.array_equal(m.root(np.array([4.0, 9.0])), [2.0, 3.0])
    with pytest.raises(OverflowError, match="overflows"):
        m.plus(np.array([1, 2**62]), 2**62)
    with pytest.raises(ValueError, match=r"-1\.0 has no root"):
        m.root(np.array([[1.0, 2.0], [-1.0, -2.0]])[::-1][::-1])
    with pytest.raises(TypeError):
        m.double("text")
    with pytest.raises(TypeError):
        m.plus(1.5, 2)


def test_no_warnings_of_what_nobody_asks_for(m):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(m.safe_root(np.array([-1.0, 4.0] * 9)), [0.0, 2.0] * 9)
        assert m.inverse(np.array([0.0, -0.0])).tolist() == [np.inf, -np.inf]
        assert np.isnan(m.hyp(np.nan, 1.0))


def test_threads_and_leaks(m):
    x = np.arange(1, 20_000)
    expected = m.steps(x)
    found = [None] * 4

    def work(i):
        found[i] = m.steps(x)
        try:
            m.root(np.full(1000, -1.0))
        except ValueError:
            return
        found[i] = None

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(one, expected) for one in found)
    small = np.ones(300)

    def all_ways():
        m.double(small)
        m.double(small, out=small)
        with contextlib.suppress(ValueError):
            m.root(-small)

    assert growth_of_many(all_ways, 5000) < MIB


def test_they_are_pickled_by_name(m):
    if m.__name__ in sys.modules:
        assert pickle.loads(pickle.dumps(m.double)) is m.double


def test_without_numpy_the_import_says_so(aria, tmp_path):
    module = aria(SOURCE)
    place = module.__file__.rpartition("/")[0]
    code = (
        "import sys; sys.modules['numpy'] = None; sys.modules['numpy._core'] = None; sys.modules['numpy.core'] = None\n"
        f"sys.path.insert(0, {place!r})\n"
        f"try:\n    import {module.__name__}\nexcept ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip() == "double is a numpy.ufunc, and NumPy is not installed", done.stderr
