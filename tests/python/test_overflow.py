"""Integers that do not fit, in loops whose checks are gathered: the right error, and what was written before it."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

TYPES = {
    "Int8": "i1",
    "Int16": "i2",
    "Int32": "i4",
    "Int": "i8",
    "UInt8": "u1",
    "UInt16": "u2",
    "UInt32": "u4",
    "UInt64": "u8",
}

OF_TYPE = """
fn add_{t}(x: PyArrayView[{t}], y: PyArrayView[{t}], mut out: PyArrayView[{t}])
  requires x.length == y.length and x.length == out.length
  for i in 0..<x.length
    out[i] = x[i] + y[i]
  end
end
fn sub_{t}(x: PyArrayView[{t}], y: PyArrayView[{t}]) -> Array[{t}] = x - y
fn mul_{t}(x: PyArrayView[{t}], y: PyArrayView[{t}], mut out: PyArrayView[{t}])
  requires x.length == y.length and x.length == out.length
  for i in 0..<x.length
    out[i] = x[i] * y[i]
  end
end
fn mixed_{t}(x: PyArrayView[{t}], mut out: PyArrayView[{t}])
  requires x.length == out.length
  for i in 0..<x.length
    k = x[i] // 3
    out[i] = out[i] + k * 2 - x[i] % 5
  end
end
fn negate_{t}(x: PyArrayView[{t}]) -> Array[{t}] = -x
fn abs_{t}(x: PyArrayView[{t}]) -> Array[{t}] = x.abs
fn square_{t}(x: PyArrayView[{t}]) -> Array[{t}] = x ** 2
fn narrow_{t}(x: PyArrayView[{t}], mut out: PyArrayView[Int8])
  requires x.length == out.length
  for i in 0..<x.length
    out[i] = x[i].to[Int8]
  end
end
fn unsigned_{t}(x: PyArrayView[{t}]) -> Array[UInt16] = x.map |x| x.to[UInt16] end
"""

OTHERS = """
fn sums(x: PyArrayView[Int], y: PyArrayView[Int], start: Int) -> (Int, Int)
  requires x.length == y.length
  a = start
  b = start
  for i in 0..<x.length
    a += x[i]
    b -= y[i] + 1
  end
  (a, b)
end
fn written(x: PyArrayView[Int], mut out: PyArrayView[Int], mut last: PyArrayView[Int]) -> Int
  requires x.length == out.length
  total = 0
  for i in 0..<x.length
    total += x[i]
    out[i] = x[i] * 2
  end
  last[0] = total
  total
end
fn neighbours(mut x: PyArrayView[Int])
  for i in 1..<x.length
    x[i] = x[i] + x[i - 1]
  end
end
fn shifted(mut x: PyArrayView[Int], n: Int)
  requires n >= 0 and n <= x.length
  for i in 0..<x.length - n
    x[i] = x[i + n] + 1
  end
end
struct Pair
  a: Array[Int]
  b: Array[Int]
end
fn of_fields(x: Array[Int], y: Array[Int]) -> (Array[Int], Array[Int])
  let mut pair = Pair(x, y)
  for i in 0..<pair.a.length.min(pair.b.length)
    pair.a[i] = pair.b[i] + 1
  end
  for i in 0..<pair.a.length.min(pair.b.length)
    pair.b[i] = pair.a[i] * 2
  end
  (pair.a, pair.b)
end
fn kept(x: PyArrayView[Int]) -> Int
  last = 7
  begin
    for i in 0..<x.length
      last = x[i] + 1
      total = last * 2
    end
  rescue e: OverflowError
    return last
  end
  last
end
fn turns(x: PyArrayView[Int], mut out: PyArrayView[Int])
  requires x.length == out.length
  parallel_for i in 0..<x.length
    out[i] = x[i] + x[i]
  end
end
@ufunc
fn both(x: Int, y: Int32) -> (Int, Int32) = (x + 1, y * 2)
@ufunc
fn lighter(x: UInt8, by: UInt8) -> UInt8 = x + by
"""


@pytest.fixture(scope="module")
def m(aria):
    return aria("".join(OF_TYPE.format(t=t) for t in TYPES) + OTHERS)


def limits(dtype):
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def expected(values, dtype):
    """The values up to the first that does not fit, and whether there is one."""
    low, high = limits(dtype)
    good = []
    for value in values:
        if not low <= value <= high:
            return good, True
        good.append(value)
    return good, False


def near(dtype):
    """Integers of a type, many of them small or at its ends."""
    low, high = limits(dtype)
    middle = st.integers(max(low, -11), min(high, 11))
    root = int(high**0.5)
    some = st.sampled_from(
        [
            low,
            low + 1,
            low // 2,
            high // 2,
            high // 2 + 1,
            high - 1,
            high,
            root,
            root + 1,
        ]
    )
    return st.one_of(middle, middle, middle, middle, some, st.integers(low, high))


def check(call, values, out, dtype):
    """Runs what computes such values: the error, and what stands in `out` after it."""
    before = out.copy()
    good, fails = expected(values, dtype)
    if fails:
        with pytest.raises(OverflowError):
            call()
    else:
        call()
    assert out[: len(good)].tolist() == good
    assert out[len(good) :].tolist() == before[len(good) :].tolist()


def check_fresh(call, values, dtype):
    good, fails = expected(values, dtype)
    if fails:
        with pytest.raises(OverflowError):
            call()
    else:
        assert call().tolist() == good


@st.composite
def columns(draw, dtype):
    """Two columns of a length that may span some blocks, mostly small numbers, with a few others anywhere."""
    n = draw(st.integers(0, 700))
    low, high = limits(dtype)
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    x, y = (rng.integers(max(low, -9), min(high, 9), n, endpoint=True).astype(dtype) for _ in range(2))
    if n:
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, n - 1))
            x[at], y[at] = draw(near(dtype)), draw(near(dtype))
    return x, y


@pytest.mark.parametrize("t", TYPES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_type(m, t, data):
    dtype = np.dtype(TYPES[t])
    x, y = data.draw(columns(dtype))
    a, b = x.tolist(), y.tolist()
    out = y.copy()

    def of(name):
        return getattr(m, f"{name}_{t}")

    check(
        lambda: of("add")(x, y, out),
        [p + q for p, q in zip(a, b, strict=True)],
        out,
        dtype,
    )
    out = x.copy()
    check(
        lambda: of("mul")(x, y, out),
        [p * q for p, q in zip(a, b, strict=True)],
        out,
        dtype,
    )
    check_fresh(lambda: of("sub")(x, y), [p - q for p, q in zip(a, b, strict=True)], dtype)
    check_fresh(lambda: of("negate")(x), [-p for p in a], dtype)
    check_fresh(lambda: of("abs")(x), [abs(p) for p in a], dtype)
    check_fresh(lambda: of("square")(x), [p * p for p in a], dtype)
    check_fresh(lambda: of("unsigned")(x), a, np.uint16)
    narrow = np.zeros(len(a), "i1")
    check(lambda: of("narrow")(x, narrow), a, narrow, np.int8)
    # In the order of the operations: each of them has to fit.
    low, high = limits(dtype)

    def fits(value):
        return low <= value <= high

    out = y.copy()
    steps = [(p // 3 * 2, q + p // 3 * 2, q + p // 3 * 2 - p % 5) for p, q in zip(a, b, strict=True)]
    outside = high + 1
    values = [last if fits(one) and fits(two) else outside for one, two, last in steps]
    check(lambda: of("mixed")(x, out), values, out, dtype)


big = st.one_of(
    st.integers(-5, 5),
    st.sampled_from([2**62, -(2**62), 2**63 - 1, -(2**63), 2**52, -(2**53)]),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(big, max_size=60), st.integers(1, 12), big)
@example([2**62, 2**62, -1], 1, 0)
@example([2**62, -(2**62)], 12, 0)
def test_sums_are_exact_or_raise_at_the_first_that_does_not_fit(m, numbers, times, start):
    values = numbers * times
    x = np.array(values, np.int64)
    a = b = start
    fails = False

    def fits(value):
        return -(2**63) <= value < 2**63

    for value in values:
        a, step = a + value, value + 1
        b -= step
        if not (fits(a) and fits(step) and fits(b)):
            fails = True
            break
    if fails:
        with pytest.raises(OverflowError):
            m.sums(x, x, start)
    else:
        assert m.sums(x, x, start) == (a, b)


@settings(max_examples=80, deadline=None)
@given(st.lists(big, min_size=1, max_size=40), st.integers(1, 20))
def test_sums_and_what_is_written_beside(m, numbers, times):
    values = numbers * times
    x, out, last = (
        np.array(values, np.int64),
        np.full(len(values), 7),
        np.zeros(1, np.int64),
    )
    total, written, fails = 0, [], False
    for value in values:
        total += value
        if not -(2**63) <= total < 2**63 or not -(2**63) <= value * 2 < 2**63:
            fails = True
            break
        written.append(value * 2)
    if fails:
        with pytest.raises(OverflowError):
            m.written(x, out, last)
        assert last[0] == 0
    else:
        assert m.written(x, out, last) == total == last[0]
    assert out.tolist() == written + [7] * (len(values) - len(written))


@pytest.mark.parametrize("n", [0, 1, 15, 16, 17, 63, 64, 65, 511, 512, 513, 1000])
def test_lengths_around_those_of_blocks(m, n):
    x, out = np.arange(n), np.zeros(n, int)
    m.add_Int(x, x, out)
    assert (out == 2 * x).all()
    m.turns(x, out[::-1])
    assert (out[::-1] == 2 * x).all()
    assert m.sums(x, x, 3) == (3 + x.sum(), 3 - x.sum() - n)
    strided = np.zeros(3 * n, int)
    m.add_Int(x[::-1], x, strided[::3])
    assert (strided[::3] == max(n - 1, 0)).all()
    if n:
        x[-1] = 2**63 - 1
        with pytest.raises(OverflowError, match=r"Int \+ Int overflows"):
            m.turns(x, out)


def test_turns_that_read_what_others_write(m):
    x = np.ones(300, np.int64)
    m.neighbours(x)
    assert x.tolist() == list(range(1, 301))
    x = np.arange(300)
    m.shifted(x, 1)
    assert x.tolist() == [*range(2, 301), 299]
    m.shifted(x, 0)
    assert x.tolist() == [*range(3, 302), 300]
    a, b = m.of_fields(np.arange(100), np.arange(100) * 2)
    assert a.tolist() == [2 * i + 1 for i in range(100)] and b.tolist() == [4 * i + 2 for i in range(100)]


def test_variables_are_what_they_were_at_the_error(m):
    x = np.arange(200)
    assert m.kept(x) == 200
    x[150] = 2**63 - 1
    assert m.kept(x) == 150
    x[150] = 2**62
    assert m.kept(x) == 2**62 + 1


def test_ufuncs(m):
    x, y = np.arange(100), np.arange(100, dtype="i4")
    one, other = m.both(x, y)
    assert (one == x + 1).all() and (other == y * 2).all() and other.dtype == np.int32
    y[77] = 2**30
    with pytest.raises(OverflowError, match=r"Int32 \* Int32 overflows"):
        m.both(x, y)
    image = np.full((40, 30), 200, np.uint8)
    assert (m.lighter(image, 55) == 255).all()
    image[39, 29] = 201
    with pytest.raises(OverflowError, match=r"UInt8 \+ UInt8 overflows"):
        m.lighter(image, 55)
