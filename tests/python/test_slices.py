"""Slices of arrays and views: what NumPy's basic slices are, where both know one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SOURCE = """
fn part(x: PyArrayView[Float], lo: Int, hi: Int) -> Array[Float] = x[lo..<hi].to_array

fn steps(x: PyArrayView[Float], lo: Int, hi: Int, by: Int) -> Array[Float] = x[lo..<hi step by].to_array

fn owned(x: Array[Float], lo: Int, hi: Int, by: Int) -> Float = x[lo..<hi step by].sum

fn part_of_part(x: PyArrayView[Float], lo: Int, hi: Int, by: Int) -> Array[Float]
  part = x[1..<-1 step 2]
  part[lo..<hi step by].to_array
end

fn put(mut x: PyArrayView[Float], lo: Int, hi: Int, by: Int, y: PyArrayView[Float])
  x[lo..<hi step by] = y
end

fn add(mut x: PyArrayView[Float], lo: Int, hi: Int, by: Int, y: Float)
  x[lo..<hi step by] += y
end

fn shift(mut x: PyArrayView[Float])
  x[1..] = x[..<-1]
end

fn turn(mut x: PyArrayView[Float])
  x[..] = x[-1..0 step -1]
end

fn computed(mut x: PyArrayView[Float], to: Int, from: Int, n: Int, y: PyArrayView[Float])
  x[to..<to + n] = x[from..<from + n] * 2.0 + y[..<n]
end

fn computed_in_place(mut x: PyArrayView[Float], y: PyArrayView[Float])
  x[..] = (x - y).abs.sqrt * x
  x += y * 0.5
  x[..] = y.map |e| e + 1.0 end - x
end

fn gradient(x: PyArrayView[Float]) -> Array[Float] = (x[2..] - x[..<-2]) / 2.0
"""


@pytest.fixture(scope="module")
def slices(aria):
    return aria(SOURCE)


def memory(values, stride):
    """An array with these values, with gaps between them."""
    whole = np.full(max(1, len(values)) * abs(stride), np.nan)
    view = whole[::stride][: len(values)]
    view[:] = values
    return view


LENGTH = 7
bounds = st.integers(-2, LENGTH + 2)
by = st.sampled_from([-3, -2, -1, 2, 3])
stride = st.sampled_from([1, 2, -1, -3])


def counted(lo, hi, by, length=LENGTH):
    """The elements that the range counts; none if one is not there."""
    indices = list(range(lo, hi, by))
    return indices if all(0 <= i < length for i in indices) else None


@settings(max_examples=200, deadline=None)
@given(bounds, bounds, by, stride)
def test_a_slice_shows_what_its_range_counts(slices, lo, hi, by, stride):
    x = memory(np.arange(LENGTH) * 1.5, stride)
    before = x.copy()
    indices = counted(lo, hi, by)
    if indices is None:
        for f in (slices.steps, slices.owned):
            with pytest.raises(IndexError, match=f"is out of range for length {LENGTH}"):
                f(x, lo, hi, by)
        with pytest.raises(IndexError):
            slices.add(x, lo, hi, by, 1.0)
    else:
        assert slices.steps(x, lo, hi, by).tolist() == x[indices].tolist()
        assert slices.owned(x, lo, hi, by) == x[indices].sum()
        slices.add(x, lo, hi, by, 10.0)
        expected = before.copy()
        expected[indices] += 10.0
        assert x.tolist() == expected.tolist()
        slices.put(x, lo, hi, by, before[indices])
        assert x.tolist() == before.tolist()
        with pytest.raises(ValueError, match=f"lengths differ: {len(indices)} and {len(indices) + 1}"):
            slices.put(x, lo, hi, by, np.zeros(len(indices) + 1))
    assert x.tolist() == before.tolist()


@settings(max_examples=100, deadline=None)
@given(bounds, bounds, stride)
def test_without_a_step_the_bounds_are_in_order(slices, lo, hi, stride):
    x = memory(np.arange(LENGTH) * 1.5, stride)
    if 0 <= lo <= hi <= LENGTH:
        assert slices.part(x, lo, hi).tolist() == x[lo:hi].tolist()
    else:
        with pytest.raises(IndexError, match=rf"slice {lo}\.\.<{hi} of an array of {LENGTH}"):
            slices.part(x, lo, hi)


@settings(max_examples=100, deadline=None)
@given(bounds, bounds, by, stride)
def test_a_slice_of_a_slice(slices, lo, hi, by, stride):
    x = memory(np.arange(LENGTH) * 1.5, stride)
    part = x[1:-1:2]
    indices = counted(lo, hi, by, len(part))
    if indices is None:
        with pytest.raises(IndexError, match=f"is out of range for length {len(part)}"):
            slices.part_of_part(x, lo, hi, by)
    else:
        assert slices.part_of_part(x, lo, hi, by).tolist() == part[indices].tolist()


@pytest.mark.parametrize("stride", [1, 2, -1])
@pytest.mark.parametrize("length", [1, 2, 9, 1000])
def test_what_is_read_is_what_was_there_before(slices, length, stride):
    values = np.random.default_rng(length).random(length)
    x = memory(values, stride)
    slices.shift(x)
    assert x.tolist() == [values[0], *values[:-1]]
    slices.turn(x)
    assert x.tolist() == [*values[:-1][::-1], values[0]]


@pytest.mark.parametrize("stride", [1, 3, -2])
@pytest.mark.parametrize("length", [2, 3, 64, 1001])
def test_differences(slices, length, stride):
    x = memory(np.random.default_rng(length).random(length), stride)
    assert np.array_equal(slices.gradient(x), (x[2:] - x[:-2]) / 2.0)


def test_too_short_for_its_bounds(slices):
    with pytest.raises(IndexError, match=r"slice 2\.\.<1 of an array of 1"):
        slices.gradient(np.zeros(1))
    with pytest.raises(IndexError, match=r"slice 0\.\.<-1 of an array of 0"):
        slices.shift(np.zeros(0))


def test_a_step_of_nothing(slices):
    with pytest.raises(ValueError, match="step must not be zero"):
        slices.steps(np.zeros(3), 0, 2, 0)


def test_huge_bounds(slices):
    x = np.arange(3.0)
    big = 2**63 - 1
    assert slices.steps(x, 0, big, big).tolist() == [0.0]
    assert slices.steps(x, 2, 2 - 2**63, -(2**63)).tolist() == [2.0]
    with pytest.raises(IndexError):
        slices.part(x, 0, big)
    with pytest.raises(IndexError):
        slices.part(x, -(2**63), 2)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 7), st.integers(0, 7), st.integers(0, 7), stride, stride)
def test_an_expression_reads_before_it_writes(slices, to, start, n, one, other):
    x, y = memory(np.arange(LENGTH) + 1.0, one), memory(np.arange(LENGTH) * 0.25, other)
    want = x.copy()
    if max(to, start) + n > LENGTH:
        with pytest.raises(IndexError):
            slices.computed(x, to, start, n, y)
    else:
        want[to : to + n] = x[start : start + n] * 2.0 + y[:n]
        slices.computed(x, to, start, n, y)
    assert x.tolist() == want.tolist()
    want = np.sqrt(np.abs(want - y)) * want
    want += y * 0.5
    want = (y + 1.0) - want
    slices.computed_in_place(x, y)
    assert x.tolist() == want.tolist()


def test_nothing_is_written_where_lengths_differ(slices):
    x, y = np.arange(7.0), np.arange(5.0)
    with pytest.raises(ValueError, match="operands have different lengths, 7 and 5"):
        slices.computed_in_place(x, y)
    assert x.tolist() == np.arange(7.0).tolist()
