"""The methods of arrays that are written in Aria, beside NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

SOURCE = """
fn sorted(xs: PyArrayView[Float]) -> Array[Float] = xs.sorted
fn sort(mut xs: PyArrayView[Float])
  xs.sort
end
fn sort_some(mut xs: PyArrayView[Int], lo: Int, hi: Int)
  xs[lo..<hi].sort
end
fn argsort(xs: PyArrayView[Float]) -> Array[Int] = xs.argsort
fn argsort_ints(xs: PyArrayView[Int]) -> Array[Int] = xs.argsort
fn ends(xs: PyArrayView[Float]) -> (Int, Int) = (xs.argmin, xs.argmax)
fn unique(xs: PyArrayView[Int]) -> Array[Int] = xs.unique
fn running(xs: PyArrayView[Int], ys: PyArrayView[Float]) -> (Array[Int], Array[Float], Array[Float])
  (xs.cumsum, ys.cumsum, ys.scan |a, b| a.max(b) end)
end
fn clip(xs: PyArrayView[Float], low: Float, high: Float) -> Array[Float] = xs.clip(low, high)
fn moments(xs: PyArrayView[Float], ys: PyArrayView[Int], less: Int) -> (Float, Float, Float, Float, Float, Float)
  (xs.var(less), xs.std(less), xs.norm, ys.var(less), ys.std(less), ys.norm)
end
fn of_float32(xs: PyArrayView[Float32]) -> (Float32, Array[Float32]) = (xs.var, xs.sorted)
fn chosen(xs: PyArrayView[Int], n: Int) -> (Array[Int], Array[Int], Int, Bool, Bool)
  (
    xs.filter |x| x > n end,
    xs.indices |x| x > n end,
    xs.count |x| x > n end,
    xs.any? |x| x > n end,
    xs.all? |x| x > n end,
  )
end
fn found(xs: PyArrayView[Int], n: Int) -> (Int?, Int?, Int?, Int?, Int?)
  (xs.find |x| x > n end, xs.find_index |x| x > n end, xs.index_of(n), xs.first, xs.last)
end
fn turned(xs: PyArrayView[Int]) -> (Array[Int], List[Int]) = (xs.reverse, xs.to_list)
fn together(xs: PyArrayView[Int], ys: Array[Float]) -> Array[Float] = xs.zip_map(ys) |x, y| x * y end
fn folds(xs: PythonArray[Int]) -> (Int, String) = (xs.reduce |a, b| a - b end, xs.fold("") |t, x| "#{t}#{x}," end)
fn by_size(xs: Array[Float]) -> Array[Float] = xs.sorted_by |x| x.abs end
fn made(a: Int, b: Int, by: Int, n: Int) -> (Array[Int], Array[Float], Array[Int])
  (Array.range(a, b, by), Array.linspace(a.to_float, b.to_float, n), Array.from_fn(n) |i| i * i - a end)
end
fn compared(m: PyArrayView[Float, 2], ys: PyArrayView[Int]) -> List[Array[Bool, 2]]
  let all: List[Array[Bool, 2]] = [m < ys, m == ys, 0.5 >= m]
  all
end
fn shapes(xs: PyArrayView[Int], a: Int, b: Int, c: Int) -> (Array[Int, 2], Array[Int, 3])
  (xs.reshape(a, b * c), xs.reshape(a, b, c))
end
fn flat(m: PyArrayView[Float, 3]) -> (Array[Float], Array[Float, 2])
  columns = m.shape[2]
  (m.reshape(m.size), m.t.reshape(columns, m.size // columns.max(1)))
end
fn judged(xs: PyArrayView[Int], n: Int) -> (Bool, Bool, Int) = ((xs > n).any?, (xs > n).all?, (xs > n).count)
fn chosen_by(xs: PyArrayView[Float], ys: PyArrayView[Float]) -> Array[Float] = (xs > 0.0).where(xs, ys)
fn products(xs: PyArrayView[Float], ys: PyArrayView[Int]) -> (Float, Array[Float], Int, Array[Int])
  (xs.prod, xs.cumprod, ys.prod, ys.cumprod)
end
fn part(xs: PyArrayView[Float], least: Float) -> (Int, Float) = ((xs > least).sum, (xs > least).mean)
fn steps(xs: PyArrayView[Int]) -> Array[Int] = xs.diff
fn middle(xs: PyArrayView[Float], ys: PyArrayView[Int], q: Float) -> (Float, Float, Float, Float)
  (xs.median, xs.quantile(q), ys.median, ys.quantile(q))
end
fn spread(xs: PyArrayView[Float], n: Int) -> (Array[Int], Array[Float]) = xs.histogram(n)
fn spread_ints(xs: PyArrayView[Int]) -> (Array[Int], Array[Float]) = xs.histogram
fn spread_within(xs: PyArrayView[Float], a: Float, b: Float, n: Int) -> (Array[Int], Array[Float])
  xs.histogram_within(a, b, n)
end
fn sums(m: PyArrayView[Float, 2], n: PyArrayView[Int, 2], axis: Int) -> (Array[Float], Array[Int])
  (m.sum(axis: axis), n.sum(axis: axis))
end
fn means(m: PyArrayView[Float, 2], n: PyArrayView[Int, 2], axis: Int) -> (Array[Float], Array[Float])
  (m.mean(axis: axis), n.mean(axis: axis))
end
fn spreads(m: PyArrayView[Float, 2], axis: Int, less: Int) -> (Array[Float], Array[Float])
  (m.var(axis: axis, less: less), m.std(axis: axis, less: less))
end
fn ends_along(m: Array[Float, 2], axis: Int) -> (Array[Float], Array[Float], Array[Int], Array[Int])
  (m.min(axis: axis), m.max(axis: axis), m.argmin(axis: axis), m.argmax(axis: axis))
end
fn singles(m: PyArrayView[Float32, 2], axis: Int) -> (Array[Float32], Array[Float32], Array[Float32])
  (m.sum(axis: axis), m.mean(axis: axis), m.std(axis: axis))
end
fn lines(m: PyArrayView[Float, 2], i: Int, j: Int) -> (Array[Float], Array[Float])
  (m.row(i).to_array, m.col(j).to_array)
end
fn truths(m: PyArrayView[Float, 2], least: Float) -> (Bool, Bool, Int, Int, Float)
  above = m > least
  (above.any?, above.all?, above.count, above.sum, above.mean)
end
fn in_turns(xs: PyArrayView[Float], mut out: PyArrayView[Float])
  requires out.length * 4 <= xs.length
  parallel_for i in 0..<out.length
    out[i] = xs[i * 4..<i * 4 + 4].sorted[1]
  end
end
"""

floats = hnp.arrays(np.float64, st.integers(0, 60), elements=st.floats(-1e6, 1e6) | st.sampled_from([0.0, -0.0, 1.5]))
odd = st.sampled_from([np.nan, np.inf, -np.inf])
with_nan = hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(-5, 5) | odd)
ints = hnp.arrays(np.int64, st.integers(0, 60), elements=st.integers(-20, 20))


@pytest.fixture(scope="module")
def m(aria):
    return aria(SOURCE)


@settings(max_examples=100, deadline=None)
@given(with_nan | floats, st.sampled_from([1, 2, -1]))
def test_order(m, xs, step):
    xs = xs[::step]
    np.testing.assert_array_equal(m.sorted(xs), np.sort(xs))
    np.testing.assert_array_equal(m.argsort(xs), np.argsort(xs, kind="stable"))
    if len(xs):
        assert m.ends(xs) == (np.argmin(xs), np.argmax(xs))
    else:
        with pytest.raises(ValueError, match="argmin of an empty array"):
            m.ends(xs)
    finite = xs[~np.isnan(xs)]
    np.testing.assert_array_equal(m.by_size(finite), finite[np.argsort(abs(finite), kind="stable")])
    memory = xs.copy()
    m.sort(memory)
    np.testing.assert_array_equal(memory, np.sort(xs))


@settings(max_examples=40, deadline=None)
@given(st.integers(500, 3000), st.integers(0, 999), st.sampled_from(["floats", "few", "wide", "odd"]))
def test_order_of_many(m, n, seed, kind):
    rng = np.random.default_rng(seed)
    if kind == "wide":
        xs = rng.integers(0, 1 << 64, n, dtype=np.uint64).view(np.float64)
    elif kind == "few":
        xs = rng.integers(-3, 4, n) / 2 * rng.choice([1.0, -0.0], n)
    else:
        xs = rng.normal(size=n) * 10.0 ** rng.integers(-300, 300, n)
    if kind == "odd":
        xs[rng.integers(0, n, n // 5)] = rng.choice([np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0], n // 5)
    got = m.sorted(xs)
    np.testing.assert_array_equal(got, np.sort(xs))
    numbers = [sorted(a[~np.isnan(a)].view(np.int64).tolist()) for a in (got, xs)]
    assert numbers[0] == numbers[1]
    np.testing.assert_array_equal(m.argsort(xs), np.argsort(xs, kind="stable"))
    assert m.ends(xs) == (np.argmin(xs), np.argmax(xs))
    whole = xs.view(np.int64) if kind == "wide" else rng.integers(-9, 9, n) * (1 << rng.integers(0, 60))
    np.testing.assert_array_equal(m.unique(whole), np.unique(whole))
    wanted, memory = np.sort(whole), whole.copy()
    m.sort_some(memory, 0, n)
    np.testing.assert_array_equal(memory, wanted)
    np.testing.assert_array_equal(m.argsort_ints(whole[::-1]), np.argsort(whole[::-1], kind="stable"))


@settings(max_examples=60, deadline=None)
@given(ints, st.data())
def test_parts_are_sorted_where_they_are(m, xs, data):
    lo = data.draw(st.integers(0, len(xs)))
    hi = data.draw(st.integers(lo, len(xs)))
    wanted = xs.copy()
    wanted[lo:hi].sort()
    m.sort_some(xs, lo, hi)
    np.testing.assert_array_equal(xs, wanted)


@settings(max_examples=100, deadline=None)
@given(ints, floats, st.integers(-10, 10), st.sampled_from([0, 1]))
def test_numbers(m, xs, ys, n, less):
    np.testing.assert_array_equal(m.unique(xs), np.unique(xs))
    sums, others, greatest = m.running(xs, ys)
    np.testing.assert_array_equal(sums, np.cumsum(xs))
    np.testing.assert_array_equal(others, np.cumsum(ys))
    np.testing.assert_array_equal(greatest, np.maximum.accumulate(ys))
    np.testing.assert_array_equal(m.clip(ys, -2.5, float(n)), np.minimum(np.maximum(ys, -2.5), n))
    if len(xs) > less and len(ys) > less:
        wanted = (np.var(ys, ddof=less), np.std(ys, ddof=less), np.linalg.norm(ys))
        wanted += (np.var(xs, ddof=less), np.std(xs, ddof=less), np.linalg.norm(xs))
        np.testing.assert_allclose(m.moments(ys, xs, less), wanted, rtol=1e-9, atol=1e-6)
        small = ys.astype("f4")
        variance, order = m.of_float32(small)
        np.testing.assert_allclose(variance, np.var(small.astype(float)), rtol=1e-3, atol=1e-2)
        np.testing.assert_array_equal(order, np.sort(small))


@settings(max_examples=100, deadline=None)
@given(ints, st.integers(-10, 10))
def test_choices(m, xs, n):
    some, where, count, any_, all_ = m.chosen(xs, n)
    np.testing.assert_array_equal(some, xs[xs > n])
    np.testing.assert_array_equal(where, np.flatnonzero(xs > n))
    assert (count, any_, all_) == ((xs > n).sum(), (xs > n).any(), (xs > n).all())
    items = xs.tolist()
    greater = [(i, x) for i, x in enumerate(items) if x > n]
    at, first = greater[0] if greater else (None, None)
    own = items.index(n) if n in items else None
    assert m.found(xs, n) == (first, at, own, items[0] if items else None, items[-1] if items else None)
    back, listed = m.turned(xs)
    assert back.tolist() == items[::-1] and listed == items


@settings(max_examples=60, deadline=None)
@given(ints, st.integers(0, 3))
def test_folds(m, xs, more):
    items = xs.tolist()
    ys = np.arange(len(items) + more) / 2
    if more:
        with pytest.raises(ValueError, match="operands have different lengths"):
            m.together(xs, ys)
    else:
        np.testing.assert_array_equal(m.together(xs, ys), xs * ys)
    if items:
        total, text = m.folds(xs)
        assert total == items[0] - sum(items[1:]) and text == "".join(f"{x}," for x in items)
    else:
        with pytest.raises(ValueError, match="reduce of an empty array"):
            m.folds(xs)


@settings(max_examples=80, deadline=None)
@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-7, 7), st.integers(0, 20))
def test_new_arrays(m, a, b, by, n):
    if by == 0:
        with pytest.raises(ValueError, match="the step of a range is 0"):
            m.made(a, b, by, n)
        return
    numbers, spaced, squares = m.made(a, b, by, n)
    np.testing.assert_array_equal(numbers, np.arange(a, b, by))
    np.testing.assert_allclose(spaced, np.linspace(a, b, n), atol=1e-12)
    np.testing.assert_array_equal(squares, np.arange(n) ** 2 - a)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5), st.integers(0, 7), st.integers(-3, 3), st.integers(0, 99))
def test_comparisons(m, rows, columns, n, seed):
    rng = np.random.default_rng(seed)
    xs, ys = rng.integers(-2, 3, (rows, columns)) / 2, rng.integers(-2, 3, columns)
    if rows and columns:
        xs[0, 0] = np.nan
    for table in (xs, np.asfortranarray(xs), xs[::-1]):
        for got, wanted in zip(m.compared(table, ys), (table < ys, table == ys, table <= 0.5), strict=True):
            assert got.dtype == bool
            np.testing.assert_array_equal(got, wanted)
    assert m.judged(ys, n) == ((ys > n).any(), (ys > n).all(), (ys > n).sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.sampled_from([1, 2, -1]))
def test_reshape(m, a, b, c, step):
    xs = np.arange(a * b * c * abs(step))[::step]
    two, three = m.shapes(xs, a, b, c)
    np.testing.assert_array_equal(two, xs.reshape(a, b * c))
    np.testing.assert_array_equal(three, xs.reshape(a, b, c))
    table = xs.reshape(a, b, c) / 2
    for layout in (table, np.asfortranarray(table), table[:, ::-1]):
        flat, turned = m.flat(layout)
        np.testing.assert_array_equal(flat, layout.reshape(-1))
        if c:
            np.testing.assert_array_equal(turned, layout.T.reshape(c, -1) if a * b else np.zeros((c, 0)))
    with pytest.raises(ValueError, match=r"cannot reshape .* elements into \("):
        m.shapes(np.arange(a * b * c + 1), a, b, c)


def test_negative_lengths_and_turns(m):
    with pytest.raises(ValueError, match="negative"):
        m.made(0, 1, 1, -1)
    xs = np.random.default_rng(0).random(4000)
    out = np.zeros(1000)
    m.in_turns(xs, out)
    np.testing.assert_array_equal(out, np.sort(xs.reshape(-1, 4), axis=1)[:, 1])


@settings(max_examples=100, deadline=None)
@given(with_nan | floats, ints, st.floats(0, 1) | st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from([1, 2, -1]))
def test_middle(m, xs, ys, q, step):
    xs = xs[::step]
    found = m.middle(xs, ys, q)
    known = []
    for values in (xs, ys):
        for place in (0.5, q):
            with np.errstate(invalid="ignore"):
                known.append(np.quantile(values, place) if len(values) and not np.isnan(values).any() else np.nan)
    # Of infinite neighbours the point between them has no meaning: NumPy's is nan at some places.
    finite = [not np.isinf(xs).any()] * 2 + [True] * 2
    for one, other, is_known in zip(found, known, finite, strict=True):
        if is_known:
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("n", [2, 17, 1000, 20001])
@pytest.mark.parametrize("kind", ["random", "few", "rising", "falling", "organ", "saw"])
def test_middle_of_many(m, n, kind):
    xs = {
        "random": np.random.default_rng(n).normal(size=n),
        "few": np.random.default_rng(n).integers(0, 3, n) * 1.0,
        "rising": np.arange(n) * 1.0,
        "falling": -np.arange(n) * 1.0,
        "organ": np.minimum(np.arange(n), np.arange(n)[::-1]) * 1.0,
        "saw": np.arange(n) % 7 * 1.0,
    }[kind]
    kept = xs.copy()
    for q in np.linspace(0, 1, 9):
        found = m.middle(xs, xs[:4].astype(np.int64), q)[:2]
        np.testing.assert_allclose(found, (np.median(xs), np.quantile(xs, q)), rtol=1e-12)
    np.testing.assert_array_equal(xs, kept)


def test_quantiles_outside(m):
    for q in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match=r"which is not from 0\.0 to 1\.0"):
            m.middle(np.ones(3), np.array([1]), q)


@settings(max_examples=100, deadline=None)
@given(floats, floats, st.integers(1, 12), st.floats(-5, 5), st.floats(0.5, 9))
def test_histograms(m, xs, ys, n, low, span):
    for values, (counts, edges), known in [
        (xs, m.spread(xs, n), np.histogram(xs, n)),
        (xs, m.spread_within(xs, low, low + span, n), np.histogram(xs, n, (low, low + span))),
        (ys, m.spread_ints(ys.astype(np.int64)), np.histogram(ys.astype(np.int64))),
    ]:
        np.testing.assert_allclose(edges, known[1], rtol=1e-12, atol=1e-9)
        # The edges are those of this function, which may differ in the last place: by them, each part is right.
        inside = values if values is not ys else ys.astype(np.int64)
        inside = inside[(inside >= edges[0]) & (inside <= edges[-1])]
        place = np.minimum(np.searchsorted(edges, inside, side="right") - 1, len(counts) - 1)
        np.testing.assert_array_equal(counts, np.bincount(place, minlength=len(counts)))


def test_no_histogram(m):
    for xs, n, told in [
        (np.ones(3), 0, "a histogram of 0 parts"),
        (np.array([1.0, np.nan]), 3, "a histogram from nan to nan"),
        (np.array([1.0, np.inf]), 3, "a histogram from 1.0 to inf"),
    ]:
        with pytest.raises(ValueError, match=told):
            m.spread(xs, n)
    with pytest.raises(ValueError, match=r"a histogram from 2\.0 to 1\.0"):
        m.spread_within(np.ones(3), 2.0, 1.0, 3)


@settings(max_examples=60, deadline=None)
@given(floats, hnp.arrays(np.int64, st.integers(0, 12), elements=st.integers(-9, 9)))
def test_products_and_steps(m, xs, ys):
    product, products, of_ints, all_of_ints = m.products(xs / 1e3, ys)
    np.testing.assert_allclose(product, np.prod(xs / 1e3), rtol=1e-12)
    np.testing.assert_allclose(products, np.cumprod(xs / 1e3), rtol=1e-12)
    assert of_ints == np.prod(ys)
    np.testing.assert_array_equal(all_of_ints, np.cumprod(ys))
    np.testing.assert_array_equal(m.steps(ys), np.diff(ys))
    np.testing.assert_array_equal(m.chosen_by(xs, xs * 2), np.where(xs > 0, xs, xs * 2))
    assert m.part(xs, 1.0) == ((xs > 1).sum(), (xs > 1).mean()) if len(xs) else np.isnan(m.part(xs, 1.0)[1])
    with pytest.raises(ValueError, match="operands have different lengths"):
        m.chosen_by(xs, np.append(xs, 1.0))
    with pytest.raises(OverflowError):
        m.products(xs, np.full(20, 10))


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.floats(-1e3, 1e3)),
    st.sampled_from([0, 1, -1, -2]),
    st.sampled_from(["C", "F", "turned", "stepped"]),
)
def test_axes(m, xs, axis, order):
    xs = {"C": xs, "F": np.asfortranarray(xs), "turned": xs.T, "stepped": np.repeat(xs, 2, axis=1)[:, ::-2]}[order]
    close = {"rtol": 1e-12, "atol": 1e-9}
    ints = xs.astype(np.int64)
    for found, known in zip(m.sums(xs, ints, axis), (xs.sum(axis), ints.sum(axis)), strict=True):
        np.testing.assert_allclose(found, known, **close)
    for found, known in zip(m.means(xs, ints, axis), (xs.mean(axis), ints.mean(axis)), strict=True):
        np.testing.assert_allclose(found, known, **close)
    for found, known in zip(m.spreads(xs, axis, 0), (xs.var(axis), xs.std(axis)), strict=True):
        np.testing.assert_allclose(found, known, rtol=1e-9, atol=1e-6)
    if xs.shape[axis] > 1:
        np.testing.assert_allclose(m.spreads(xs, axis, 1)[0], xs.var(axis, ddof=1), rtol=1e-9, atol=1e-6)
    known = (xs.min(axis), xs.max(axis), xs.argmin(axis), xs.argmax(axis))
    for found, wanted in zip(m.ends_along(np.ascontiguousarray(xs), axis), known, strict=True):
        np.testing.assert_array_equal(found, wanted)
    singles = xs.astype(np.float32)
    for found, wanted in zip(
        m.singles(singles, axis), (singles.sum(axis), singles.mean(axis), singles.std(axis)), strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=0.05)
    i, j = xs.shape[0] - 1, xs.shape[1] // 2
    for found, wanted in zip(m.lines(xs, i, j), (xs[i], xs[:, j]), strict=True):
        np.testing.assert_array_equal(found, wanted)
    above = xs > 1.0
    assert m.truths(xs, 1.0) == (above.any(), above.all(), above.sum(), above.sum(), above.mean())


def test_axes_outside(m):
    xs = np.ones((2, 3))
    for axis in (2, -3):
        with pytest.raises(ValueError, match=f"axis {axis} of an array of 2 dimensions"):
            m.sums(xs, np.ones((2, 3), dtype=np.int64), axis)
    with pytest.raises(IndexError, match="index 3 is out of range for dimension 1 of length 3"):
        m.lines(xs, 0, 3)
    with pytest.raises(IndexError, match="index -1 is out of range for dimension 0 of length 2"):
        m.lines(xs, -1, 0)
    empty = np.ones((0, 3))
    np.testing.assert_array_equal(m.sums(empty, empty.astype(np.int64), 0)[0], np.zeros(3))
    assert m.sums(empty, empty.astype(np.int64), 1)[0].shape == (0,)
    with pytest.raises(ValueError, match="min"):
        m.ends_along(empty, 0)
    with pytest.raises(OverflowError):
        m.sums(xs, np.full((2, 3), 2**62), 0)
