"""Arrays of complex numbers, and of `data`: NumPy's complex128, and its structured dtypes."""

import gc
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure import MIB, growth_of_many, ticking

SOURCE = """
data Point(x: Float, on: Bool, n: Int32)
data Line(from: Point, to: Point, z: Complex, w: UInt8)
data Odd(dtype: Int8, wide: Float32)
data Secret(priv x: Float)
impl Secret
  fn shown(self) -> Float = self.x
end

fn combine(a: PyArrayView[Complex], b: PyArrayView[Complex], x: PyArrayView[Float]) -> Array[Complex]
  a * b - a / (b + 3.0) + x * a - 2 * b
end
fn parts(a: PyArrayView[Complex]) -> (Array[Float], Array[Complex], Array[Complex])
  (a.abs, a.conj, -a)
end
fn sums(a: PyArrayView[Complex], b: PyArrayView[Complex]) -> (Complex, Complex, Complex)
  (a.sum, a.mean, a.dot(b))
end
fn grid(a: Array[Complex, 2]) -> Array[Complex, 2] = a.t * 2.0 + a[0]
fn turn(mut a: PyArrayView[Complex], by: Complex, at: Int)
  a *= by
  a[at] += 1
end
fn copied(a: Array[Complex]) -> Array[Complex] = a
fn kept(a: PythonArray[Complex]) -> PythonArray[Complex] = a
fn of_numpy(n: Int) -> Complex
  zs: Array[Complex] = np.exp(np.arange(n) * to_object(1.0))
  zs.sum
end
fn to_object(x: Float) -> PythonObject = x
fn of_object(o: PythonObject) -> Complex = o.to[Complex]
fn to_python(z: Complex) -> (PythonObject, PythonObject) = (z, np.real(z))
fn called(z: Complex) -> (Complex, Float) = (cmath.sqrt(z), cmath.phase(z))
extern Python from cmath as cmath do
  fn sqrt(z: Complex) -> Complex
  fn phase(z: Complex) -> Float
end
fn records_of(o: PythonObject) -> Array[Point] = o.to_array(Point)
fn complex_of(o: PythonObject) -> Array[Complex] = o.to_array(Complex)
@export(T: [Complex, Float, Int])
fn turned[T: Element](xs: Array[T]) -> Array[T] = xs.reverse
@ufunc
fn squared(z: Complex) -> Complex = z * z + 1
@ufunc
fn polar(r: Float, phi: Float) -> Complex = r * Complex(0.0, phi).exp
extern Python from numpy as np

fn make(n: Int) -> Array[Point]
  let mut ps: Array[Point] = Array.zeros(n)
  for i in 0..<n
    ps[i] = Point(i / 2, i % 2 == 0, i.to[Int32])
  end
  ps
end
fn sum_of_on(ps: PyArrayView[Point]) -> Float
  sum = 0.0
  for p in ps
    sum += p.x if p.on
  end
  sum
end
fn bump(mut ps: PyArrayView[Point], by: Int32)
  for i in 0..<ps.length
    ps[i] = ps[i].with(n: ps[i].n + by)
  end
end
fn same(ps: Array[Point]) -> Array[Point] = ps
fn keep(ps: PythonArray[Point]) -> PythonArray[Point] = ps
fn first(ps: PyArrayView[Point]) -> Point = ps[0]
fn lines(ps: PyArrayView[Point]) -> Array[Line] = ps.map |p| Line(p, p.with(x: p.x + 1.0), Complex(p.x, -1.0), 7) end
fn ends(ls: PyArrayView[Line]) -> Array[Point] = ls.map |l| if l.from.on then l.from else l.to end end
fn table(ps: PyArrayView[Point, 2]) -> Array[Point, 2] = ps.t.to_array
fn rows(ps: Array[Point, 2]) -> Array[Float, 2] = ps.map |p| p.x end
fn odd(os: PyArrayView[Odd]) -> Array[Odd] = os.to_array
fn secret(n: Int) -> Float
  let ss: Array[Secret] = Array.zeros(n)
  ss.shown.sum
end
fn choose(xs: PyArrayView[Point], ys: PyArrayView[Point]) -> Int = xs.length - ys.length
fn overlap(mut xs: PyArrayView[Point], ys: PyArrayView[Point]) -> Int = xs.length - ys.length
fn work(ps: PyArrayView[Point], turns: Int) -> Float
  sum = 0.0
  for i in 0..<turns
    for p in ps
      sum += p.x.sin
    end
  end
  sum
end
fn through(ps: PyArrayView[Point]) -> PythonObject = ps
fn back(o: PythonObject) -> Array[Point]
  ps: Array[Point] = o
  ps
end
fn back_grid(o: PythonObject) -> Array[Point, 2]
  ps: Array[Point, 2] = o
  ps
end
"""

POINT = np.dtype([("x", "f8"), ("on", "?"), ("n", "i4")], align=True)


@pytest.fixture(scope="module")
def m(aria):
    return aria(SOURCE)


def points(n):
    ps = np.zeros(n, POINT)
    ps["x"], ps["on"], ps["n"] = np.arange(n) / 4, np.arange(n) % 3 == 0, np.arange(n) - 2
    return ps


finite = st.floats(-1e6, 1e6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(finite, finite, finite, finite, finite), max_size=40), st.sampled_from([1, 2, -1]))
def test_expressions_are_numpys(m, numbers, step):
    table = np.array(numbers, float).reshape(-1, 5)
    a, b, x = table[:, 0] + 1j * table[:, 1], table[:, 2] + 1j * table[:, 3], table[:, 4]
    b[b == -3.0] = 1.0
    a, b, x = a[::step], b[::step], x[::step]
    np.testing.assert_allclose(m.combine(a, b, x), a * b - a / (b + 3.0) + x * a - 2 * b, rtol=1e-9, atol=1e-3)
    size, conjugate, opposite = m.parts(a)
    np.testing.assert_allclose(size, abs(a))
    assert (conjugate == a.conj()).all() and (opposite == -a).all()
    total, mean, dot = m.sums(a, b)
    np.testing.assert_allclose(total, a.sum(), rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(dot, (a * b).sum(), rtol=1e-9, atol=1e-2)
    if len(a):
        np.testing.assert_allclose(mean, a.mean(), rtol=1e-9, atol=1e-6)


def test_several_dimensions(m):
    a = np.arange(9).reshape(3, 3) + 1j
    np.testing.assert_array_equal(m.grid(a), a.T * 2 + a[0])
    np.testing.assert_array_equal(m.grid([[1, 2j], [3.5, 4]]), np.array([[1, 2j], [3.5, 4]]).T * 2 + [1, 2j])


def test_views_share_memory(m):
    a = np.arange(6) + 0j
    m.turn(a[::2], 1j, -1 + 1)
    np.testing.assert_array_equal(a, [1, 1, 2j, 3, 4j, 5])
    assert m.kept(a) is a
    for memory in (memoryview(a), a):
        np.testing.assert_array_equal(m.copied(memory), a)


def test_numbers_become_complex_where_they_are_copied(m):
    for given_ in (
        [1, 2.5, 3j],
        (1, 2.5, 3j),
        np.array([1, 2.5], "f4"),
        np.array([1 + 2j], "c8"),
        np.array([1j], ">c16"),
    ):
        got = m.copied(given_)
        assert got.dtype == np.complex128
        np.testing.assert_array_equal(got, np.array(given_, complex))
    assert m.of_numpy(3) == pytest.approx(np.exp(np.arange(3)).sum())


def test_complex_numbers_and_objects(m):
    assert m.of_object(3) == 3 and m.of_object(np.complex64(1 + 2j)) == 1 + 2j
    assert m.to_python(1 + 2j) == (1 + 2j, 1.0)
    assert m.called(-4) == (2j, pytest.approx(np.pi))
    assert m.complex_of([1, 2j]).tolist() == [1, 2j]
    np.testing.assert_array_equal(m.records_of(points(3)), points(3))
    for wrong in ("a", None, [1]):
        with pytest.raises(TypeError):
            m.of_object(wrong)


def test_instances_for_complex_numbers(m):
    for given_, dtype in [
        ([1j, 2], "c16"),
        ([1.5, 2], "f8"),
        ([1, 2], "i8"),
        (np.array([1, 2j], "c8"), "c16"),
        (np.array([1, 2], "f4"), "f8"),
    ]:
        got = m.turned(given_)
        assert got.dtype == dtype
        np.testing.assert_array_equal(got, np.array(given_)[::-1])


def test_ufuncs_of_complex_numbers(m):
    z = np.arange(6).reshape(2, 3) * (1 + 1j)
    np.testing.assert_array_equal(m.squared(z.T[::-1]), z.T[::-1] ** 2 + 1)
    assert m.squared(2) == 5 and m.squared.types == ["D->D"] and m.polar.types == ["dd->D"]
    np.testing.assert_allclose(m.polar([[1.0], [2.0]], [0.0, np.pi / 2]), [[1, 1j], [2, 2j]], atol=1e-12)
    out = np.zeros(3, complex)
    m.squared([1, 1j, 2], out=out)
    np.testing.assert_array_equal(out, [2, 0, 5])


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        (np.zeros(2), TypeError, "must be an array of Complex (complex128), not float64"),
        (np.zeros(2, "c8"), TypeError, "must be an array of Complex (complex128), not complex64"),
        (np.zeros(2, ">c16"), ValueError, "must have the native byte order, not that of >c16"),
        (np.zeros((2, 2), complex), ValueError, "must have 1 dimension, not 2"),
        ([1j], TypeError, "not list; numpy.asarray(a, dtype='complex128') makes one"),
        (np.zeros(17, "u1")[1:].view("c16"), ValueError, "must be aligned to 8 bytes"),
    ],
)
def test_what_is_no_view_of_complex_numbers(m, wrong, error, text):
    with pytest.raises(error) as raised:
        m.parts(wrong)
    assert text in str(raised.value)


def test_classes_know_their_dtype(m):
    assert m.Point.dtype == np.dtype(m.Point) == POINT
    assert np.zeros(2, m.Point).dtype == POINT
    line = [("from_", POINT), ("to", POINT), ("z", "c16"), ("w", "u1")]
    assert np.dtype(m.Line) == np.dtype(line, align=True)
    # A field of that name is a field.
    assert m.Odd(1, 2.0).dtype == 1
    assert m.Point(1.0, True, 2).dtype == POINT


def test_results_are_structured_arrays(m):
    ps = m.make(5)
    assert ps.dtype == POINT and ps.flags.writeable and ps.flags.c_contiguous
    assert ps.tolist() == [(0.0, True, 0), (0.5, False, 1), (1.0, True, 2), (1.5, False, 3), (2.0, True, 4)]
    assert m.make(0).shape == (0,) and m.make(0).dtype == POINT


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.sampled_from([1, 2, 3, -1, -2]))
def test_views_of_records(m, n, step):
    ps = points(n)[::step]
    assert m.sum_of_on(ps) == ps["x"][ps["on"]].sum()
    wanted = ps["n"] + 3
    m.bump(ps, 3)
    np.testing.assert_array_equal(ps["n"], wanted)


def test_records_in_records(m):
    ps = points(7)
    ls = m.lines(ps)
    assert ls.dtype == np.dtype(m.Line)
    np.testing.assert_array_equal(ls["from_"], ps)
    np.testing.assert_array_equal(ls["to"]["x"], ps["x"] + 1)
    np.testing.assert_array_equal(ls["z"], ps["x"] - 1j)
    assert (ls["w"] == 7).all()
    np.testing.assert_array_equal(m.ends(ls), np.where(ps["on"], ls["from_"], ls["to"]))
    np.testing.assert_array_equal(m.ends(ls[::-2]), np.where(ps["on"], ls["from_"], ls["to"])[::-2])


def test_records_of_several_dimensions(m):
    table = points(6).reshape(2, 3)
    np.testing.assert_array_equal(m.table(table), table.T)
    np.testing.assert_array_equal(m.table(table[:, ::-1]), table[:, ::-1].T)
    np.testing.assert_array_equal(m.rows(table), table["x"])
    ps = [m.Point(1.0, True, 2), {"x": 2.0, "on": False, "n": 3}]
    np.testing.assert_array_equal(m.rows([ps, ps]), [[1, 2], [1, 2]])


def test_lists_and_equal_dtypes_are_taken(m):
    ps = [m.Point(1.0, True, 2), {"x": 2.0, "on": False, "n": 3}]
    assert m.same(ps).tolist() == [(1.0, True, 2), (2.0, False, 3)]
    assert m.same([]).dtype == POINT
    # Not aligned by name, but with the same fields in the same places.
    other = np.dtype({"names": ["x", "on", "n"], "formats": ["f8", "?", "i4"], "offsets": [0, 8, 12], "itemsize": 16})
    assert m.sum_of_on(points(4).astype(other)) == m.sum_of_on(points(4))
    ps = points(3)
    assert m.keep(ps) is ps and m.through(ps) is ps
    np.testing.assert_array_equal(m.back(ps), ps)
    np.testing.assert_array_equal(m.back([m.Point(1.0, True, 2)]), np.array([(1.0, True, 2)], POINT))
    np.testing.assert_array_equal(m.back_grid(ps.reshape(1, 3)), ps.reshape(1, 3))
    assert m.first(ps) == m.Point(0.0, True, -2)
    assert m.odd(np.array([(1, 2.5)], np.dtype([("dtype", "i1"), ("wide", "f4")], align=True))).tolist() == [(1, 2.5)]
    assert m.secret(3) == 0.0


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (np.zeros(3), "not float64"),
        (np.zeros(3, [("x", "f8"), ("on", "?"), ("n", "i4")]), "not [('x', '<f8'), ('on', '?'), ('n', '<i4')]"),
        (np.zeros(3, np.dtype([("x", "f8"), ("on", "?"), ("m", "i4")], align=True)), "'names': ['x', 'on', 'm']"),
        (np.zeros(3, POINT.newbyteorder(">")), "'formats': ['>f8', '?', '>i4']"),
        (b"1234567890123456", "not uint8"),
        (memoryview(np.zeros(3, "c16")), "not complex128"),
        (None, "not None"),
        ({}, "not dict"),
    ],
)
def test_what_is_no_array_of_records(m, wrong, text):
    wanted = "argument 'ps' must be an array of Point ({'names': ['x', 'on', 'n'], 'formats': ['<f8', '?', '<i4']"
    for function in (m.sum_of_on, m.same):
        with pytest.raises(TypeError) as raised:
            function(wrong)
        assert wanted in str(raised.value) and text in str(raised.value)


def test_items_that_are_no_records(m):
    for wrong, text in [
        ([1], "item 0 must be Point or have its fields: int has no 'x'"),
        ([m.Point(1.0, True, 2), {"x": 1.0, "on": True}], "item 1"),
        ([{"x": "a", "on": True, "n": 1}], "item 0: field 'x'"),
    ]:
        with pytest.raises((TypeError, KeyError)) as raised:
            m.same(wrong)
        assert text in str(raised.value)
    with pytest.raises(OverflowError, match="field 'n'"):
        m.same([{"x": 1.0, "on": True, "n": 1 << 40}])
    read_only = points(3)
    read_only.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        m.bump(read_only, 1)
    ps = points(4)
    with pytest.raises(ValueError, match="overlaps argument 'xs'"):
        m.overlap(ps, ps[1:])
    assert m.overlap(ps[:2], ps[2:]) == 0 and m.choose(ps, ps) == 0
    with pytest.raises(ValueError, match="aligned"):
        m.sum_of_on(np.zeros(33, "u1")[1:].view(POINT))


def test_a_bool_is_one_whatever_its_byte_holds(m):
    ps = points(3)
    ps["on"].view("u1")[:] = [2, 128, 0]
    assert m.sum_of_on(ps) == ps["x"][:2].sum()
    got = m.lines(ps)
    assert got["from_"]["on"].view("u1").tolist() == [1, 1, 0]


def test_the_gil_is_released_and_memory_is_locked(m):
    ps = points(2000)
    with ticking() as ticks:
        m.work(ps, 300)
        assert ticks() > 0
    errors = []

    def change():
        time.sleep(0.005)
        try:
            m.bump(ps, 1)
        except RuntimeError as error:
            errors.append(type(error).__name__)

    thread = threading.Thread(target=change)
    thread.start()
    m.work(ps, 3000)
    thread.join()
    assert errors == ["BorrowError"]


def test_nothing_leaks(m):
    ps, listed, grid = points(50_000), [m.Point(1.0, True, 2)] * 20_000, points(50_000).reshape(250, 200)

    def once():
        m.sum_of_on(ps)
        m.same(listed)
        m.lines(ps)
        m.table(grid)
        m.keep(ps)
        with pytest.raises(TypeError):
            m.same([*listed, 1])

    assert growth_of_many(once, 60) < 8 * MIB
    gc.collect()
    before = sys.getrefcount(POINT)
    for _ in range(100):
        m.sum_of_on(np.zeros(3, POINT))
    assert sys.getrefcount(POINT) <= before + 2


WITHOUT = """
import sys
sys.modules["numpy"] = None
import records as m
ps = m.make(3)
assert len(ps) == 3 and ps[1] == m.Point(0.5, False, 1), ps[1]
assert m.sum_of_on(ps) == 1.0 and m.sum_of_on(memoryview(ps)[::-1]) == 1.0
assert memoryview(ps).format == "T{d:x:?:on:xxxi:n:}", memoryview(ps).format
m.bump(ps, 4)
assert [p.n for p in ps] == [4, 5, 6]
assert "Point(x=0.5, on=False, n=5)" in repr(ps)
ls = m.lines(ps)
assert ls[2].z == 1 - 1j and ls[2].to == m.Point(2.0, True, 6), ls[2]
assert [p.x for p in m.ends(ls)] == [0.0, 1.5, 1.0]
zs = m.copied([1, 2j])
assert list(zs) == [1, 2j] and list(m.parts(zs)[1]) == [1, -2j]
for wrong in (b"12", [1]):
    try:
        m.sum_of_on(wrong)
    except TypeError as error:
        assert "an array of Point (format 'T{d:x:?:on:xxxi:n:}')" in str(error), error
    else:
        raise AssertionError(wrong)
"""


def test_without_numpy(toolchain):
    path = toolchain.build(
        SOURCE.replace("from numpy as np", "from math as np").replace("@ufunc\n", ""), name="records"
    )
    environment = {**os.environ, "PYTHONPATH": str(path.parent)}
    done = subprocess.run(
        [toolchain.python, "-c", WITHOUT], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
