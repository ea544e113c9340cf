"""Slices, keys and parts of Python objects, beside Python's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure import MIB, growth_of_many

SOURCE = """
extern Python from math as maths do
  fn isclose(a: Float, b: Float, rel_tol: Float = 0.0, abs_tol: Float = 0.0) -> Bool
end

fn close(a: Float, b: Float) -> (Bool, Bool)
  (maths.isclose(a, b), maths.isclose(a, b, abs_tol: 0.1))
end

fn upto(o: PythonObject, lo: Int, hi: Int) -> PythonObject = o[lo..<hi]
fn stepped(o: PythonObject, lo: Int, hi: Int, by: Int) -> PythonObject = o[lo..<hi step by]
fn including(o: PythonObject, lo: Int, hi: Int) -> PythonObject = o[lo..hi]
fn including_stepped(o: PythonObject, lo: Int, hi: Int, by: Int) -> PythonObject = o[lo..hi step by]
fn open(o: PythonObject) -> (PythonObject, PythonObject, PythonObject, PythonObject)
  (o[..], o[2..], o[..<-1], o[.. step -1])
end
fn literals(o: PythonObject) -> (PythonObject, PythonObject, PythonObject)
  (o[1..-1], o[-1..0 step -1], o[-3..-2])
end
fn in_variables(o: PythonObject, lo: Int, hi: Int, by: Int) -> (PythonObject, PythonObject)
  some = lo..hi step by
  all = lo..<hi
  (o[some], o[all])
end
fn keys(o: PythonObject, i: Int, name: String) -> (PythonObject, PythonObject, PythonObject)
  (o[i, name], o[i, 1..<3, ..], o[.., i])
end
fn put(o: PythonObject, lo: Int, hi: Int, value: PythonObject)
  o[lo..<hi] = value
end
fn add(o: PythonObject, lo: Int, hi: Int)
  o[lo..hi, ..] += 1
end

fn pair(o: PythonObject) -> (PythonObject, PythonObject)
  let (a, b) = o
  (b, a)
end
fn assigned(o: PythonObject) -> (PythonObject, PythonObject)
  a, b = o
  (b, a)
end
fn nested(o: PythonObject) -> (PythonObject, PythonObject, PythonObject)
  let (a, (b, c)) = o
  (c, b, a)
end
fn ends(o: PythonObject) -> (PythonObject, PythonObject)
  let (first, .., last) = o
  (first, last)
end
fn head(o: PythonObject) -> PythonObject
  let (a, _, ..) = o
  a
end
fn tail(o: PythonObject) -> PythonObject
  let (.., z) = o
  z
end
fn none(o: PythonObject)
  let () = o
end
fn loop_over(o: PythonObject) -> List[(PythonObject, PythonObject)]
  pairs = List[(PythonObject, PythonObject)].new()
  for (a, b) in o
    pairs.push((b, a))
  end
  for a, b in o
    pairs.push((a, b))
  end
  pairs
end
fn blocks(os: List[PythonObject]) -> List[PythonObject]
  os.map |(a, .., z)| z - a end
end
"""


@pytest.fixture(scope="module")
def m(aria):
    return aria(SOURCE)


class Shown:
    """Gives back the key that it is asked for."""

    def __getitem__(self, key):
        return key


def inclusive(lo, hi, by):
    edge = -1 if by > 0 else 0
    return slice(lo, None if hi == edge else hi + (1 if by > 0 else -1), by)


SMALL = st.integers(-8, 8)


@settings(max_examples=200, deadline=None)
@given(lo=SMALL, hi=SMALL, by=SMALL.filter(bool), n=st.integers(0, 6))
def test_slices_are_pythons(m, lo, hi, by, n):
    for of in (list(range(n)), "abcdef"[:n], np.arange(n)):
        for ours, key in [
            (m.upto(of, lo, hi), slice(lo, hi)),
            (m.stepped(of, lo, hi, by), slice(lo, hi, by)),
            (m.including(of, lo, hi), inclusive(lo, hi, 1)),
            (m.including_stepped(of, lo, hi, by), inclusive(lo, hi, by)),
            (m.in_variables(of, lo, hi, by)[0], inclusive(lo, hi, by)),
            (m.in_variables(of, lo, hi, by)[1], slice(lo, hi)),
        ]:
            assert type(ours) is type(of)
            assert list(ours) == list(of[key])


def test_bounds_that_are_left_out(m):
    xs = [0, 1, 2, 3, 4]
    assert m.open(xs) == (xs[:], xs[2:], xs[:-1], xs[::-1])
    assert m.literals(xs) == (xs[1:], xs[::-1], xs[-3:-1])
    assert m.open(Shown())[0] == slice(None, None, None)


def test_several_keys_make_a_tuple(m):
    assert m.keys(Shown(), 3, "a") == ((3, "a"), (3, slice(1, 3), slice(None)), (slice(None), 3))


def test_slices_are_assigned(m):
    xs = [0, 1, 2, 3]
    m.put(xs, 1, 3, ["a", "b", "c"])
    assert xs == [0, "a", "b", "c", 3]
    table = np.zeros((4, 2))
    m.add(table, 1, 2)
    assert table.tolist() == [[0, 0], [1, 1], [1, 1], [0, 0]]
    with pytest.raises(TypeError, match="item assignment"):
        m.put((1, 2), 0, 1, [3])
    with pytest.raises(TypeError, match="subscriptable"):
        m.upto(3, 0, 1)


def unpack_two(o):
    a, b = o
    return b, a


def unpack_ends(o):
    a, *_, b = o
    return a, b


OBJECTS = [(1, 2), [3, 4], "ab", {"k": 1, "l": 2}, range(2), [], [1], [1, 2, 3], 5, None, "abc"]


@pytest.mark.parametrize("of", OBJECTS, ids=repr)
def test_parts_are_pythons(m, of):
    for ours, theirs in [(m.pair, unpack_two), (m.assigned, unpack_two), (m.ends, unpack_ends)]:
        try:
            expected = theirs(of)
        except Exception as error:
            with pytest.raises(type(error)) as info:
                ours(of)
            if isinstance(error, ValueError):
                # Later versions of Python say how many they got, too.
                assert str(error)[:30] == str(info.value)[:30]
        else:
            assert ours(of) == expected
    assert m.pair(iter([1, 2])) == (2, 1)


def test_parts_of_parts_and_the_rest(m):
    assert m.nested((1, [2, 3])) == (3, 2, 1)
    assert m.head([1, 2]) == m.head(range(1, 9)) == 1
    assert m.tail("xyz") == "z"
    m.none([])
    for fails in (lambda: m.none([1]), lambda: m.head([1]), lambda: m.tail([])):
        with pytest.raises(ValueError, match="values to unpack"):
            fails()


def test_in_loops_and_blocks(m):
    pairs = {"a": 1, "b": 2}.items()
    assert m.loop_over(pairs) == [(1, "a"), (2, "b"), ("a", 1), ("b", 2)]
    with pytest.raises(ValueError, match="too many"):
        m.loop_over([(1, 2, 3)])
    assert m.blocks([(1, 5), [2, 9, 4]]) == [4, 2]


def test_an_error_in_the_middle_is_passed_on_and_nothing_leaks(m):
    def breaks():
        yield 1
        raise LookupError("in the middle")

    with pytest.raises(LookupError, match="in the middle"):
        m.pair(breaks())

    def all_ways():
        big = [bytearray(1000), bytearray(1000)]
        m.pair(big)
        m.ends(big)
        m.upto(big, 0, 1)
        for wrong in ([big], [1, 2, 3, big]):
            with pytest.raises(ValueError, match="values to unpack"):
                m.pair(wrong)

    assert growth_of_many(all_ways, 5000) < MIB


def test_what_is_left_out_has_pythons_default(m):
    assert m.close(1.0, 1.05) == (False, True)
    assert m.close(1.0, 1.0 + 1e-12) == (True, True)


PARTS = """
extern Python from builtins as py do
  fn sorted(xs: List[Int]) -> List[Int]
  fn dict(pairs: List[(String, Int)]) -> Map[String, Int]
end
extern Python from json as json

fn list(o: PythonObject) -> List[Int]
  xs: List[Int] = o
  xs
end
fn nested(o: PythonObject) -> List[List[Float]] = o.to[List[List[Float]]]
fn pair(o: PythonObject) -> (Int, String) = o.to[(Int, String)]
fn maybe(o: PythonObject) -> Int? = o.to[Option[Int]]
fn texts(o: PythonObject) -> List[Option[String]] = o.to[List[Option[String]]]
fn map(o: PythonObject) -> Map[String, List[Int]]
  m: Map[String, List[Int]] = o
  m
end
fn set(o: PythonObject) -> Set[Int]
  s: Set[Int] = o
  s
end
fn objects(o: PythonObject) -> List[PythonObject] = o.to[List[PythonObject]]
fn arrays(o: PythonObject) -> List[Array[Float]] = o.to[List[Array[Float]]]
fn numbers(o: PythonObject) -> List[Complex] = o.to[List[Complex]]
fn same(o: PythonObject) -> PythonObject
  m: Map[(Int, String), (Set[String], List[Int?], Complex)] = o
  m
end
fn dumped(m: Map[String, List[Float]]) -> String = json.dumps(m)
fn declared(xs: List[Int]) -> (List[Int], Map[String, Int]) = (py.sorted(xs), py.dict([("a", 1), ("b", 2)]))
fn copied(n: Int) -> PythonObject
  let mut xs: List[Array[Float]] = [Array.zeros(n), Array.ones(n)]
  o: PythonObject = xs
  xs[0][0] = 5.0
  o.append(xs[0])
  o
end
fn either(flag: Bool, o: PythonObject) -> PythonObject = if flag then [Some(1), None] else o end
fn without(m: Map[String, Int], key: String) -> PythonObject
  rest = m
  rest.remove(key)
  rest
end
"""


@pytest.fixture(scope="module")
def parts(aria):
    return aria(PARTS)


integers = st.integers(-(2**63), 2**63 - 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(integers),
    st.lists(st.lists(st.floats(allow_nan=False))),
    st.dictionaries(st.text(max_size=5), st.lists(integers, max_size=3)),
    st.sets(integers),
    st.lists(st.none() | st.text(max_size=4)),
)
def test_values_of_parts_come_from_objects(parts, numbers, nested, mapping, members, texts):
    assert parts.list(numbers) == parts.list(tuple(numbers)) == parts.list(iter(numbers)) == numbers
    assert parts.nested(nested) == nested
    assert parts.map(mapping) == mapping and list(parts.map(mapping)) == list(mapping)
    assert parts.set(members) == parts.set(frozenset(members)) == members
    assert parts.texts(texts) == texts
    assert parts.objects(texts) == texts


def test_objects_of_values_of_parts(parts):
    whole = {(1, "a"): ({"x", "y"}, [1, None], 1j), (2, "b"): (set(), [], 2 + 0j)}
    assert parts.same(whole) == whole
    assert parts.dumped({"x": [1.5, 2.0]}) == '{"x": [1.5, 2.0]}'
    assert parts.declared([3, 1, 2]) == ([1, 2, 3], {"a": 1, "b": 2})
    assert [a.tolist() for a in parts.copied(2)] == [[0, 0], [1, 1], [5, 0]]
    assert parts.either(True, 0) == [1, None] and parts.either(False, "o") == "o"
    assert parts.without({"a": 1, "b": 2, "c": 3}, "b") == {"a": 1, "c": 3}
    assert parts.pair((1, "a")) == parts.pair([1, "a"]) == (1, "a")
    assert parts.maybe(None) is None and parts.maybe(3) == 3
    assert parts.numbers([1, 2j, 0.5]) == [1, 2j, 0.5]
    assert [a.tolist() for a in parts.arrays([[1.5], np.arange(2)])] == [[1.5], [0, 1]]


@pytest.mark.parametrize(
    ("name", "wrong", "error", "text"),
    [
        ("list", "abc", TypeError, "the Python value must be a list, not str"),
        ("list", {1: 2}, TypeError, "the Python value must be a list, not dict"),
        ("list", [1, "x"], TypeError, "the Python value must be int, not str"),
        ("list", 5, TypeError, "'int' object is not iterable"),
        ("list", [2**70], OverflowError, "to fit Int"),
        ("map", [1], TypeError, "the Python value must be a dict, not list"),
        ("map", {"a": [1, None]}, TypeError, "must be int, not None"),
        ("set", [1], TypeError, "the Python value must be a set, not list"),
        ("pair", (1,), ValueError, "not enough values to unpack"),
        ("pair", (1, "a", 2), ValueError, "too many values to unpack"),
        ("maybe", "s", TypeError, "must be int, not str"),
        ("arrays", [[1.0], "a"], TypeError, "or a list, not str"),
    ],
)
def test_objects_of_other_kinds(parts, name, wrong, error, text):
    with pytest.raises(error) as raised:
        getattr(parts, name)(wrong)
    assert text in str(raised.value)


def test_parts_do_not_leak(parts):
    texts = [None if i % 3 == 0 else "a" * 50 + str(i) for i in range(300)]
    whole = {(i, str(i)): ({"x" * 30, str(i)}, [i, None], 1j) for i in range(50)}

    def once():
        parts.texts(texts)
        parts.same(whole)
        parts.copied(2000)
        with pytest.raises(TypeError):
            parts.numbers([1j] * 300 + ["a"])
        with pytest.raises(TypeError):
            parts.map({"a": [1, 2], "b": "c"})

    assert growth_of_many(once, 150) < 4 * MIB
