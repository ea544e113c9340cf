"""Arrays of several dimensions, beside NumPy."""

import array
import gc
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SOURCE = """
fn total(m: PyArrayView[Float, 2]) -> Float
  s = 0.0
  for i in 0..<m.shape[0]
    for j in 0..<m.shape[1]
      s += m[i, j]
    end
  end
  s
end

fn by_rows(m: PyArrayView[Float, 2]) -> Float
  s = 0.0
  for row in m
    for x in row
      s += x
    end
  end
  s
end

fn at(m: PyArrayView[Float, 2], i: Int, j: Int) -> Float = m[i, j]

fn at_three(m: PyArrayView[Int, 3], i: Int, j: Int, k: Int) -> Int = m[i, j, k]

fn last(m: PyArrayView[Float, 2]) -> Float = m[-1, -1]

fn put(mut m: PyArrayView[Float, 2], i: Int, j: Int, x: Float)
  m[i, j] = x
end

fn scale(mut m: PyArrayView[Float, 2], by: Float)
  for i in 0..<m.shape[0]
    for j in 0..<m.shape[1]
      m[i, j] *= by
    end
  end
end

fn section(m: PyArrayView[Float, 2], a: Int, b: Int, s: Int, c: Int, d: Int, t: Int) -> Array[Float, 2]
  m[a..<b step s, c..<d step t].copy
end

fn row(m: PyArrayView[Float, 2], i: Int) -> Array[Float] = m[i].to_array

fn column(m: PyArrayView[Float, 2], j: Int, lo: Int) -> Array[Float] = m[lo.., j].to_array

fn put_column(mut m: PyArrayView[Float, 2], j: Int, x: PyArrayView[Float])
  m[.., j] = x
end

fn inner(m: PyArrayView[Int, 3]) -> Array[Int, 2] = m[.., 1, ..].copy

fn turned(m: PyArrayView[Float, 2]) -> Array[Float, 2] = m.t.copy

fn expression(a: PyArrayView[Float, 2], b: PyArrayView[Float, 2], v: PyArrayView[Float]) -> Array[Float, 2]
  (a * 2.0 - b).abs.sqrt + v
end

fn three(a: PyArrayView[Float, 3], b: PyArrayView[Float, 2]) -> Array[Float, 3] = a * b - a

fn reductions(m: PyArrayView[Float, 2]) -> (Float, Float, Float, Float) = (m.sum, m.mean, m.min, m.max)

fn norm(a: PyArrayView[Float, 2], b: PyArrayView[Float, 2]) -> Float = ((a - b) * (a - b)).sum.sqrt

fn flat_sum(m: PyArrayView[Float]) -> Float = m.sum

fn doubled(m: Array[Float, 2]) -> Array[Float, 2] = m * 2.0

fn changed(own m: Array[Int, 2]) -> Array[Int, 2]
  m[0, 0] += 1
  m
end

fn add(mut m: PyArrayView[Float, 2], x: PyArrayView[Float, 2])
  m += x
end

fn add_row(mut m: PyArrayView[Float, 2], x: PyArrayView[Float])
  m += x
end

fn copy_over(mut m: PyArrayView[Float, 2])
  m[1.., ..] = m[..<-1, ..]
end

fn self_turned(mut m: PyArrayView[Float, 2])
  m[..] = m.t
end

fn placed(mut m: PyArrayView[Float, 2], a: PyArrayView[Float, 2], v: PyArrayView[Float])
  m[..] = a * 2.0 - m + v
  m[1.., ..] *= a[..<-1] * 0.5
  m += (m * m).sqrt - a
end

fn placed_over(mut m: PyArrayView[Float, 2])
  m[1.., ..] = m[..<-1] * 2.0 + m[1..]
  m[..] = m.t * 2.0
end

fn placed_cube(mut m: PyArrayView[Float, 3], a: PyArrayView[Float, 3], b: PyArrayView[Float, 2])
  m[.., .., ..] = a * b + m
end

fn matmul(a: PyArrayView[Float, 2], b: PyArrayView[Float, 2]) -> Array[Float, 2]
  requires a.shape[1] == b.shape[0] : "inner dimensions differ"
  out = Array.zeros(a.shape[0], b.shape[1])
  for i in 0..<a.shape[0]
    for k in 0..<a.shape[1]
      for j in 0..<b.shape[1]
        out[i, j] += a[i, k] * b[k, j]
      end
    end
  end
  out
end

fn zeros(n: Int, m: Int, k: Int) -> Array[Int, 3] = Array.zeros(n, m, k)

fn shape(m: PyArrayView[Int, 3]) -> ((Int, Int, Int), Int, Int, Int) = (m.shape, m.length, m.size, m.rank)

fn pair(n: Int) -> (Array[Float, 2], List[Array[Bool, 2]]) = (Array.full(n, 2, 0.5), [Array.full(1, n, true)])

fn text(m: PyArrayView[Int, 2]) -> String = "#{m}"

fn stack(a: PyArrayView[Float], b: PyArrayView[Float]) -> Array[Float, 2] = [a, b]

fn heat(mut now: PyArrayView[Float, 2], steps: Int)
  n, m = now.shape
  for step in 0..<steps
    old = now.copy
    for i in 1..<n - 1
      for j in 1..<m - 1
        now[i, j] = 0.25 * (old[i - 1, j] + old[i + 1, j] + old[i, j - 1] + old[i, j + 1])
      end
    end
  end
end

@export(T: [Float, Int])
fn traced[T: Number](m: Array[T, 2]) -> T
  s = m[0, 0]
  for i in 1..<m.length
    s += m[i, i]
  end
  s
end
"""


HANDLES = """
struct Kept
  x: PythonArray[Float]
  m: PythonArray[Float, 2]
end

fn kept(own x: PythonArray[Float], own m: PythonArray[Float, 2]) -> Float
  k = Kept(x: x, m: m)
  l = k
  l.x.sum + k.m[1, 0] + l.m.t.sum
end

fn one(own x: PythonArray[Float]) -> PythonArray[Float] = x

fn given(own m: PythonArray[Float, 2]) -> PythonArray[Float, 2] = m

fn lent(m: PythonArray[Float, 2]) -> (PythonArray[Float, 2], Float) = (m, m.sum)

fn doubled(m: PythonArray[Int, 2], n: Int) -> Array[Int, 2] = m[..<n] * 2

fn looked_at(o: PythonObject) -> Float
  m: PythonArray[Float, 2] = o
  s = 0.0
  for i in 0..<m.shape[0]
    for j in 0..<m.shape[1]
      s += m[i, j]
    end
  end
  s
end

fn late(own m: PythonArray[Float, 2], own text: String, n: Int) -> Float = m.sum
"""


@pytest.fixture(scope="module")
def nd(aria):
    return aria(SOURCE)


@pytest.fixture(scope="module")
def handles(aria):
    return aria(HANDLES)


def memory(values, layout):
    """An array with these values that lies otherwise in memory."""
    match layout:
        case "rows":
            return np.ascontiguousarray(values)
        case "columns":
            return np.asfortranarray(values)
        case "gaps":
            whole = np.zeros([2 * n + 1 for n in values.shape], values.dtype)
            view = whole[tuple(slice(1, 2 * n + 1, 2) for n in values.shape)]
        case "backwards":
            whole = np.zeros([3 * n for n in values.shape], values.dtype)
            view = whole[tuple(slice(None, None, -3) for _ in values.shape)]
    view[...] = values
    return view


layouts = st.sampled_from(["rows", "columns", "gaps", "backwards"])
lengths = st.integers(0, 5)
index = st.integers(-2, 6)
step = st.sampled_from([1, 2, -1, -2])


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@settings(max_examples=100, deadline=None)
@given(lengths, lengths, layouts)
def test_loops_see_every_element(nd, n, m, layout):
    x = memory(np.arange(n * m, dtype=float).reshape(n, m), layout)
    assert nd.total(x) == nd.by_rows(x) == x.sum()
    nd.scale(x, 3.0)
    assert (x == 3.0 * np.arange(n * m).reshape(n, m)).all()
    assert np.array_equal(nd.turned(x), x.T)
    assert nd.text(x.astype(int)) == str(x.astype(int).tolist())


@settings(max_examples=150, deadline=None)
@given(index, index, layouts)
def test_an_index_is_checked_along_its_own_dimension(nd, i, j, layout):
    x = memory(numbers(3, 4), layout)
    before = x.copy()
    if 0 <= i < 3 and 0 <= j < 4:
        assert nd.at(x, i, j) == x[i, j]
        nd.put(x, i, j, 5.0)
        before[i, j] = 5.0
    else:
        axis, wrong, length = (0, i, 3) if not 0 <= i < 3 else (1, j, 4)
        text = f"index {wrong} is out of range for dimension {axis} of length {length}"
        for call in (lambda: nd.at(x, i, j), lambda: nd.put(x, i, j, 5.0)):
            with pytest.raises(IndexError) as error:
                call()
            assert str(error.value) == text
    assert (x == before).all()
    assert nd.last(x) == x[-1, -1]


@settings(max_examples=200, deadline=None)
@given(index, index, step, index, index, step, layouts)
def test_sections(nd, a, b, s, c, d, t, layout):
    x = memory(numbers(4, 5), layout)
    rows, columns = range(a, b, s), range(c, d, t)

    # What is counted must be there.
    there = [all(0 <= i < n for i in r) for r, n in ((rows, 4), (columns, 5))]
    if all(there):
        got = nd.section(x, a, b, s, c, d, t)
        assert np.array_equal(got, x[np.ix_(list(rows), list(columns))])
    else:
        with pytest.raises(IndexError):
            nd.section(x, a, b, s, c, d, t)


@settings(max_examples=60, deadline=None)
@given(layouts, layouts, st.integers(0, 3), st.integers(0, 4))
def test_rows_and_columns(nd, layout, other, i, j):
    x = memory(numbers(4, 5), layout)
    assert np.array_equal(nd.row(x, i), x[i])
    assert np.array_equal(nd.column(x, j, i), x[i:, j])
    c = memory(numbers(2, 3, 4, seed=1).round().astype(np.int64), other)
    assert np.array_equal(nd.inner(c), c[:, 1, :])
    assert nd.at_three(c, 1, 2, 3) == c[1, 2, 3]
    assert nd.shape(c) == ((2, 3, 4), 2, 24, 3)
    values = numbers(4)
    nd.put_column(x, j, values)
    assert (x[:, j] == values).all()


@settings(max_examples=150, deadline=None)
@given(lengths, lengths, layouts, layouts, st.sampled_from(["same", "row", "column", "one"]), st.booleans())
def test_expressions_broadcast_as_in_numpy(nd, n, m, layout, other, shape, single):
    a = memory(numbers(n, m), layout)
    b = memory(numbers(*{"same": (n, m), "row": (1, m), "column": (n, 1), "one": (1, 1)}[shape], seed=1), other)
    v = numbers(1 if single else m, seed=2)
    with np.errstate(invalid="ignore"):
        want = np.sqrt(np.abs(a * 2.0 - b)) + v
    got = nd.expression(a, b, v)
    assert got.flags.c_contiguous and got.flags.owndata is False
    assert np.array_equal(got, want)
    c = memory(numbers(2, n, m, seed=3), layout)
    assert np.array_equal(nd.three(c, b), c * b - c)


def test_shapes_that_do_not_fit(nd):
    a, v = numbers(3, 4), numbers(4)
    with pytest.raises(ValueError, match=r"^operands have the shapes \(3, 4\) and \(4, 3\), which do not fit$"):
        nd.expression(a, numbers(4, 3), v)
    with pytest.raises(ValueError, match=r"\(3, 4\) and \(3,\), which do not fit"):
        nd.expression(a, a, numbers(3))
    with pytest.raises(ValueError, match=r"^an array of the shape \(2, 4\) does not fit into one of \(3, 4\)$"):
        nd.add(a, numbers(2, 4))
    with pytest.raises(ValueError, match=r"^an array of the shape \(3,\) does not fit into one of \(3, 4\)$"):
        nd.add_row(a, numbers(3))
    with pytest.raises(ValueError):
        nd.stack(v, numbers(3))
    with pytest.raises(ValueError, match="the length of an array cannot be -1"):
        nd.zeros(0, -1, 2)
    with pytest.raises((MemoryError, OverflowError)):
        nd.zeros(1 << 31, 1 << 31, 8)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), layouts)
def test_reductions_do_not_depend_on_the_layout(nd, n, m, layout):
    x = numbers(n, m)
    y = memory(x, layout)
    total, mean, least, most = nd.reductions(y)
    # The same order as the elements in one dimension, to the bit.
    assert total == nd.flat_sum(x.ravel())
    assert total == pytest.approx(x.sum(), rel=1e-12, abs=1e-12)
    assert mean == total / x.size
    assert (least, most) == (x.min(), x.max())
    assert nd.norm(y, x * 0.5) == pytest.approx(np.linalg.norm(x * 0.5), rel=1e-12)


def test_nothing_has_no_least_element(nd):
    with pytest.raises(ValueError):
        nd.reductions(numbers(0, 3))


@settings(max_examples=60, deadline=None)
@given(layouts, layouts)
def test_changes_in_place(nd, layout, other):
    x, y = memory(numbers(4, 4), layout), memory(numbers(4, 4, seed=1), other)
    want = x + y
    nd.add(x, y)
    assert (x == want).all()
    nd.add_row(x, y[1])
    want += y[1]
    assert (x == want).all()
    want[1:] = want[:-1].copy()
    nd.copy_over(x)
    assert (x == want).all()
    nd.self_turned(x)
    assert (x == want.T).all()


@settings(max_examples=30, deadline=None)
@given(lengths, lengths, lengths, layouts, layouts)
def test_products(nd, n, k, m, layout, other):
    a, b = memory(numbers(n, k), layout), memory(numbers(k, m, seed=1), other)
    assert np.allclose(nd.matmul(a, b), a @ b)
    with pytest.raises(ValueError, match="inner dimensions differ"):
        nd.matmul(a, numbers(k + 1, m))


def test_heat(nd):
    x = numbers(20, 30)
    want = x.copy()
    for _ in range(5):
        old = want.copy()
        want[1:-1, 1:-1] = 0.25 * (old[:-2, 1:-1] + old[2:, 1:-1] + old[1:-1, :-2] + old[1:-1, 2:])
    nd.heat(x, 5)
    assert np.array_equal(x, want)


# ---- the boundary ----


def test_arrays_are_made_of_what_can_be_read(nd):
    want = np.array([[2.0, 4.0], [6.0, 8.0]])
    x = want / 2
    for like in (
        [[1, 2], [3, 4]],
        ((1.0, 2), [3, True + 3]),
        [np.array([1.0, 2.0]), (3, 4)],
        x.astype(np.int32),
        x.astype(">f8"),
        x.T.copy().T,
        memoryview(x),
    ):
        assert np.array_equal(nd.doubled(like), want)
    assert nd.doubled([]).shape == (0, 0)
    assert nd.doubled([[], []]).shape == (2, 0)
    own = np.arange(4).reshape(2, 2)
    assert nd.changed(own).tolist() == [[1, 1], [2, 3]] and own[0, 0] == 0
    assert nd.changed([[5]]).tolist() == [[6]]
    assert (nd.traced([[1, 2], [3, 4]]), nd.traced(x)) == (5, 5.0)
    assert isinstance(nd.traced([[1, 2], [3, 4]]), int)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ([1.0, 2.0], TypeError, "doubled() argument 'm': item 0 must be a list of numbers, not float"),
        (3.0, TypeError, "doubled() argument 'm' must be an array of Float (float64) or a list of lists, not float"),
        (
            [[1.0], [2.0, 3.0]],
            ValueError,
            "doubled() argument 'm': item 1 must have 1 item, as the first one has, not 2",
        ),
        ([[1.0], 2.0], TypeError, "doubled() argument 'm': item 1 must be a list of numbers, not float"),
        ([["a"]], TypeError, "doubled() argument 'm': item 0: item 0 must be float, not str"),
        (["ab"], TypeError, "doubled() argument 'm': item 0 must be a list of numbers, not str"),
        ([[[1.0]]], TypeError, "doubled() argument 'm': item 0: item 0 must be float, not list"),
        (np.ones(3), ValueError, "doubled() argument 'm' must have 2 dimensions, not 1"),
        (np.ones((1, 2, 3)), ValueError, "doubled() argument 'm' must have 2 dimensions, not 3"),
        (
            np.ones((2, 2), complex),
            TypeError,
            "doubled() argument 'm' must be an array of Float (float64), not complex128",
        ),
    ],
)
def test_what_is_no_array_of_two_dimensions(nd, given, error, text):
    with pytest.raises(error) as raised:
        nd.doubled(given)
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        (np.ones(3), ValueError, "must have 2 dimensions, not 1"),
        (np.float64(1.0), ValueError, "must have 2 dimensions, not 0"),
        (np.ones((2, 2), np.float32), TypeError, "must be an array of Float (float64), not float32"),
        (
            np.ones((2, 2), ">f8"),
            ValueError,
            "must have the native byte order, not that of >f8; m.astype('float64') converts it",
        ),
        (
            [[1.0]],
            TypeError,
            "must be an array of Float (float64), not list; numpy.asarray(m, dtype='float64') makes one",
        ),
        (np.broadcast_to(1.0, (2, 2)), ValueError, "is written to, but the array is read-only; m.copy() is not"),
        (np.ndarray((2, 2), buffer=bytearray(64), offset=1), ValueError, "must be aligned to 8 bytes; m.copy() is"),
        (
            np.lib.stride_tricks.sliding_window_view(np.ones(5), 3, writeable=True),
            ValueError,
            "is written to, but its elements share memory; m.copy() has its own",
        ),
    ],
)
def test_what_is_no_view_to_write(nd, given, error, text):
    with pytest.raises(error) as raised:
        nd.scale(given, 2.0)
    assert str(raised.value) == f"scale() argument 'm' {text}"


def test_views_do_not_overlap_what_is_written(nd):
    x = numbers(4, 4)
    with pytest.raises(ValueError, match="overlaps argument"):
        nd.add(x, x)
    with pytest.raises(ValueError, match="overlaps argument"):
        nd.add(x[:3], x[1:])
    with pytest.raises(ValueError, match="overlaps"):
        nd.add_row(x, x[0])
    nd.add(x[:2], x[2:])
    assert nd.norm(x, x) == 0.0


def test_results(nd):
    a, masks = nd.pair(3)
    assert a.tolist() == [[0.5, 0.5]] * 3 and a.flags.c_contiguous and a.flags.writeable
    assert masks[0].tolist() == [[True] * 3] and masks[0].dtype == bool
    z = nd.zeros(2, 0, 3)
    assert z.shape == (2, 0, 3) and z.dtype == np.int64
    assert nd.stack(numbers(3), numbers(3, seed=1)).shape == (2, 3)


def test_views_are_not_copied_and_nothing_leaks(nd):
    x = numbers(1000, 1000)
    before = sys.getrefcount(x)
    for _ in range(50):
        nd.total(x)
        nd.doubled(x[:2, :3])
        with pytest.raises(IndexError):
            nd.at(x, 1000, 0)
        with pytest.raises(ValueError):
            nd.add(x, x[:10])
        with pytest.raises(TypeError):
            nd.doubled([[1.0, "a"]])
    gc.collect()
    assert sys.getrefcount(x) == before


def test_the_gil_is_released(nd):
    x = np.ones((3000, 3000))
    turns, done = 0, threading.Event()

    def work():
        for _ in range(20):
            nd.total(x)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        turns += 1
    thread.join()
    assert turns > 1000


def test_handles_keep_the_object(handles):
    x, m = np.ones(5), np.arange(6.0).reshape(2, 3)
    before = sys.getrefcount(m)
    for values in (m, m.T.copy().T, np.asfortranarray(m), memoryview(m)):
        assert handles.kept(x, values) == 5 + 3 + 15
        assert handles.given(values) is values
        same, total = handles.lent(values)
        assert same is values and total == 15.0
        assert handles.looked_at(values) == 15.0
    bytes_ = array.array("d", [1.0, 2.0])
    assert handles.one(bytes_) is bytes_ and handles.kept(bytes_, m) == 3 + 3 + 15
    bytes_.append(3.0)
    assert handles.doubled(np.arange(6).reshape(3, 2)[::-1], 2).tolist() == [[8, 10], [4, 6]]
    for arguments in ((m, "text", "3"), (m, 3, 3)):
        with pytest.raises(TypeError):
            handles.late(*arguments)
    with pytest.raises(ValueError, match="must have 2 dimensions, not 1"):
        handles.looked_at(x)
    with pytest.raises(IndexError):
        handles.kept(x, m[:1])
    gc.collect()
    del values, same, arguments
    assert sys.getrefcount(m) == before


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 4), layouts, layouts, st.sampled_from(["same", "row", "column"]), st.booleans())
def test_expressions_are_computed_in_place(nd, n, layout, other, shape, single):
    m = memory(numbers(n, n), layout)
    a = memory(numbers(*{"same": (n, n), "row": (1, n), "column": (n, 1)}[shape], seed=1), other)
    v = numbers(1 if single else n, seed=2)
    want = m.copy()
    want[...] = a * 2.0 - want + v
    part = a[: len(a) - 1] * 0.5
    if part.shape == want[1:].shape:
        want[1:] *= part
        want += np.sqrt(want * want) - a
        nd.placed(m, a, v)
        assert np.array_equal(m, want)
    else:
        with pytest.raises(ValueError, match="does not fit into one of"):
            nd.placed(m, a, v)
    m = memory(numbers(n, n), layout)
    want = m.copy()
    want[1:] = want[:-1] * 2.0 + want[1:]
    want[...] = want.T * 2.0
    nd.placed_over(m)
    assert np.array_equal(m, want)
    c, d = memory(numbers(2, n, n, seed=3), layout), memory(numbers(2, n, n, seed=4), other)
    b = memory(numbers(*{"same": (n, n), "row": (1, n), "column": (n, 1)}[shape], seed=5), other)
    want = d * b + c
    nd.placed_cube(c, d, b)
    assert np.array_equal(c, want)
