"""Values that are made of others cross the boundary part by part: sized integers, Option, List, Result, tuples of them.
Each wrong one is an exception that says where it was wrong, and leaves nothing behind."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest
from measure import MIB, growth_of_many

SOURCE = """\
fn narrow(
  a: Int8, b: UInt8, c: Int16, d: UInt16, e: Int32, f: UInt32, g: UInt64
) -> (Int8, UInt8, Int16, UInt16, Int32, UInt32, UInt64) = (a, b, c, d, e, f, g)
fn byte(n: UInt8) -> UInt8 = n
fn big(n: UInt64) -> UInt64 = n
fn or_else(x: Int?, other: Int) -> Int
  match x
    when Some(value) then value
    when None then other
  end
end
fn half(n: Int) -> Float? = if n > 0 then Some(n / 2) else nil end
fn object(x: PythonObject?) -> PythonObject? = x
fn name(text: String?) -> String? = text
fn bytes(xs: List[UInt8]) -> List[UInt8] = xs
fn texts(xs: List[String]) -> List[String] = xs
fn total(xs: List[Float]) -> Float
  sum = 0.0
  for x in xs
    sum += x
  end
  sum
end
fn nested(xs: List[List[Int]]) -> Int = xs.length
fn table(rows: List[(String, Float?)]) -> List[(String, Float?)] = rows
fn flags(xs: List[Bool]) -> List[Bool] = xs
fn keep(own xs: List[String], n: Int) -> List[String] = xs
fn take(own text: String, n: Int) -> String = text
fn takes_pair(own pair: (String, List[Int]), n: Int) -> Int
  text, xs = pair
  text.length + xs.length + n
end
fn pair(n: Int) -> (List[Int], Array[Float]) = ([n, n], [1.0, 2.0])
fn arrays(n: Int) -> List[Array[Float]] = [[1.0], [2.0, 3.0]]
fn maybe(n: Int) -> Array[Float]? = if n > 0 then Some([1.0]) else nil end
fn first(xs: List[String], start: Int = 0, fallback: String? = nil) -> String?
  if xs.length > start then Some(xs[start]) else fallback end
end
fn checked(n: Int) -> Result[Int, String] = if n >= 0 then Ok(n) else Err("#{n} is negative") end
fn parts(n: Int) -> Result[List[String], String] = if n > 0 then Ok(["a", "b"]) else Err("none") end
fn _index(xs: List[Int], i: Int) -> Int = xs[i]
fn caught(xs: List[Int], i: Int) -> Result[Int, Error] = try _index(xs, i)
fn done(n: Int) -> Result[Unit, String] = if n > 0 then Ok(()) else Err("no") end
"""


@pytest.fixture(scope="module")
def values(aria):
    return aria(SOURCE, name="boundary_values")


def test_sized_integers_have_their_ranges(values):
    extremes = [(-128, 0, -32768, 0, -(2**31), 0, 0), (127, 255, 32767, 65535, 2**31 - 1, 2**32 - 1, 2**64 - 1)]
    for numbers in extremes:
        assert values.narrow(*numbers) == numbers
    assert values.byte(np.int64(7)) == 7
    with pytest.raises(OverflowError, match=r"byte\(\) argument 'n' must be from 0 to 255 to fit UInt8"):
        values.byte(256)
    with pytest.raises(OverflowError, match="from 0 to 255"):
        values.byte(-1)
    with pytest.raises(OverflowError, match="from 0 to 18446744073709551615 to fit UInt64"):
        values.big(2**64)
    with pytest.raises(TypeError, match=r"byte\(\) argument 'n' must be int, not str"):
        values.byte("7")


def test_none_is_the_empty_option(values):
    assert values.or_else(None, 3) == 3
    assert values.or_else(4, 3) == 4
    assert values.half(3) == 1.5
    assert values.half(0) is None
    assert values.name("é") == "é"
    assert values.name(None) is None
    assert values.object(values) is values
    assert values.object(None) is None
    with pytest.raises(TypeError, match=r"or_else\(\) argument 'x' must be int, not str"):
        values.or_else("4", 3)


def test_lists_are_copied(values):
    given = [1, 2, 255]
    back = values.bytes(given)
    assert back == given and back is not given
    assert values.bytes((1, 2)) == [1, 2]
    assert values.bytes(range(3)) == [0, 1, 2]
    assert values.bytes([]) == []
    assert values.texts(["a", "é", ""]) == ["a", "é", ""]
    assert values.total([1, 2.5, np.float32(0.5)]) == 4.0
    assert values.nested([[1], [], [2, 3]]) == 3
    assert values.flags([True, False, True]) == [True, False, True]
    rows = [("a", 1.0), ("b", None)]
    assert values.table(rows) == rows


def test_what_is_wrong_in_a_list_is_told_with_its_place(values):
    for call, error, words in [
        (lambda: values.bytes([1, 2, 256]), OverflowError, r"bytes\(\) argument 'xs': item 2 must be from 0 to 255"),
        (lambda: values.texts(["a", 1]), TypeError, r"texts\(\) argument 'xs': item 1 must be str, not int"),
        (lambda: values.nested([[1], [2, "3"]]), TypeError, "'xs': item 1: item 1 must be int, not str"),
        (lambda: values.table([("a", 1.0, 2)]), ValueError, "item 0 must be a tuple of 2, not of 3"),
        (lambda: values.table([["a", 1.0]]), TypeError, "item 0 must be a tuple of 2, not list"),
        (lambda: values.texts("ab"), TypeError, r"texts\(\) argument 'xs' must be a list, not str"),
        (lambda: values.bytes(b"ab"), TypeError, "must be a list, not bytes"),
        (lambda: values.texts({"a": 1}), TypeError, "must be a list, not dict"),
        (lambda: values.texts(7), TypeError, "must be a list, not int"),
        (lambda: values.texts(None), TypeError, "must be a list, not None"),
    ]:
        with pytest.raises(error, match=words):
            call()


def test_a_list_that_changes_while_it_is_read_is_taken_as_it_was(values):
    given = []

    class Number:
        def __index__(self):
            given.clear()
            gc.collect()
            return 1

    given.extend([Number(), 2, 3])
    assert values.bytes(given) == [1, 2, 3]
    assert given == []


def test_arrays_in_results_are_handed_over(values):
    numbers, array = values.pair(3)
    assert numbers == [3, 3]
    assert isinstance(array, np.ndarray) and array.tolist() == [1.0, 2.0]
    first, second = values.arrays(1)
    assert first.tolist() == [1.0] and second.tolist() == [2.0, 3.0]
    assert values.maybe(1).tolist() == [1.0]
    assert values.maybe(0) is None


def test_defaults(values):
    assert values.first(["a", "b"]) == "a"
    assert values.first(["a", "b"], start=1) == "b"
    assert values.first([]) is None
    assert values.first([], fallback="c") == "c"


def test_an_err_is_raised(values):
    assert values.checked(3) == 3
    with pytest.raises(RuntimeError, match=r"^-1 is negative$"):
        values.checked(-1)
    assert values.parts(1) == ["a", "b"]
    with pytest.raises(RuntimeError, match="none"):
        values.parts(0)
    assert values.caught([5], 0) == 5
    with pytest.raises(IndexError, match="index 3 is out of range for length 1"):
        values.caught([5], 3)
    assert values.done(1) is None
    with pytest.raises(RuntimeError, match=r"^no$"):
        values.done(0)


def test_nothing_leaks(values):
    many = [f"text number {i}" for i in range(2000)]
    wrong = [*many, 1]

    def refused(function, *args):
        with pytest.raises((TypeError, OverflowError, RuntimeError, IndexError)):
            function(*args)

    calls = [
        lambda: values.texts(many),
        lambda: values.keep(many, 1),
        lambda: values.takes_pair((many[0] * 1000, list(range(2000))), 1),
        lambda: values.arrays(1),
        lambda: values.pair(1),
        lambda: values.parts(1),
        lambda: refused(values.texts, wrong),
        lambda: refused(values.keep, many, "x"),
        lambda: refused(values.keep, wrong, 1),
        lambda: refused(values.take, "x" * 100_000, "x"),
        lambda: refused(values.takes_pair, ("x" * 100_000, list(range(2000))), "x"),
        lambda: refused(values.parts, 0),
        lambda: refused(values.caught, list(range(2000)), 2000),
    ]
    for call in calls:
        growth = growth_of_many(call, 200)
        assert growth < 4 * MIB, f"{growth / MIB:.1f} MiB"


def test_objects_keep_their_counts(aria):
    module = aria("fn objects(xs: List[PythonObject]) -> List[PythonObject] = xs\n")
    item = object()
    before = sys.getrefcount(item)
    assert module.objects([item, item]) == [item, item]
    assert sys.getrefcount(item) == before


def test_the_stub_says_the_types(values):
    from pathlib import Path

    stub = Path(values.__file__).with_name("boundary_values.pyi").read_text()
    for line in [
        "def byte(n: int) -> int: ...",
        "def or_else(x: int | None, other: int) -> int: ...",
        "def half(n: int) -> float | None: ...",
        "def texts(xs: Sequence[str]) -> list[str]: ...",
        "def table(rows: Sequence[tuple[str, float | None]]) -> list[tuple[str, float | None]]: ...",
        "def checked(n: int) -> int: ...",
        "def done(n: int) -> None: ...",
    ]:
        assert line in stub, stub
