"""`Map`, `Set`, `Complex` and `Bytes` are dict, set, complex and bytes in Python."""

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure import Peak

SOURCE = """
fn same(m: Map[String, List[Int]]) -> Map[String, List[Int]] = m

fn floats(m: Map[Int, Float]) -> Map[Int, Float] = m

fn narrow(m: Map[UInt8, Bool]) -> Map[UInt8, Bool] = m

fn invert(m: Map[String, List[Int]]) -> Map[Int, Set[String]]
  let mut result: Map[Int, Set[String]] = {}
  for (name, numbers) in m
    for n in numbers
      let mut names = result.get_or(n, Set[String].new())
      names.add(name)
      result[n] = names
    end
  end
  result
end

fn without(own m: Map[Int, Float], key: Int) -> Map[Int, Float]
  m.remove(key)
  m
end

fn union(a: Set[Int], b: Set[Int]) -> Set[Int]
  let mut all = a
  for x in b
    all.add(x)
  end
  all
end

fn equal(a: Set[String], b: Set[String]) -> Bool = a == b

fn tuples(s: Set[(Int, String)]) -> List[(Int, String)]
  let mut all: List[(Int, String)] = []
  for x in s
    all.push(x)
  end
  all
end

fn nested(xs: List[Map[String, Set[Int]]]) -> List[Map[String, Set[Int]]] = xs

fn maybe(m: Map[String, Int]?) -> (Map[String, Int]?, Int) = (m, 1)

fn conjugate(z: Complex) -> Complex = Complex(z.re, -z.im)

fn twice(b: Bytes) -> Bytes = b + b

fn parts(bs: List[Bytes]) -> Map[Int, Bytes]
  let mut all: Map[Int, Bytes] = {}
  for b in bs
    all[b.length] = b
  end
  all
end
"""


@pytest.fixture(scope="module")
def m(aria):
    return aria(SOURCE)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4), max_size=40))
def test_dicts(m, d):
    back = m.same(d)
    assert back == d and list(back) == list(d)
    inverted = {}
    for name, numbers in d.items():
        for n in numbers:
            inverted.setdefault(n, set()).add(name)
    assert m.invert(d) == inverted


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(-1000, 1000)), st.frozensets(st.integers(-1000, 1000)))
def test_sets(m, a, b):
    assert m.union(a, b) == a | b
    assert m.equal({str(x) for x in a}, {str(x) for x in b}) == (a == b)


def test_large(m):
    d = {i: i / 2 for i in range(100_000)}
    assert m.floats(d) == d and m.without(d, 7) == {k: v for k, v in d.items() if k != 7}


def test_in_other_things(m):
    assert sorted(m.tuples({(1, "a"), (2, "b")})) == [(1, "a"), (2, "b")]
    assert m.nested([{"a": {1, 2}}, {}, {"b": set()}]) == [{"a": {1, 2}}, {}, {"b": set()}]
    assert m.maybe(None) == (None, 1) and m.maybe({"a": 1}) == ({"a": 1}, 1)
    assert m.narrow({255: True, 0: False}) == {255: True, 0: False}
    assert m.floats({True: 1}) == {1: 1.0}


def test_complex(m):
    assert m.conjugate(1 + 2j) == 1 - 2j and m.conjugate(3) == 3 and m.conjugate(0.5) == 0.5
    assert type(m.conjugate(3)) is complex


def test_bytes(m):
    assert m.twice(b"a\0\xff") == b"a\0\xffa\0\xff" and m.twice(b"") == b"" and m.twice(bytearray(b"x")) == b"xx"
    assert m.parts([b"", b"ab"]) == {0: b"", 2: b"ab"}


WRONG = {
    "no dict": (lambda m: m.same([("a", [1])]), r"same\(\) argument 'm' must be a dict, not list"),
    "a key": (lambda m: m.same({1: [1]}), r"argument 'm': a key must be str, not int"),
    "a value": (lambda m: m.same({"a": 3}), r"argument 'm': the value of 'a' must be a list, not int"),
    "inside": (lambda m: m.same({"a": [1, "x"]}), r"the value of 'a': item 1 must be int, not str"),
    "no set": (lambda m: m.union([1], {2}), r"union\(\) argument 'a' must be a set, not list"),
    "an element": (lambda m: m.union({1}, {"a"}), r"argument 'b': an element must be int, not str"),
    "no complex": (lambda m: m.conjugate("1"), r"argument 'z' must be a complex number, not str"),
    "no bytes": (lambda m: m.twice("a"), r"argument 'b' must be bytes, not str"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(m, name):
    call, message = WRONG[name]
    with pytest.raises(TypeError, match=message):
        call(m)


def test_out_of_range(m):
    with pytest.raises(OverflowError):
        m.narrow({256: True})
    with pytest.raises(OverflowError):
        m.floats({2**63: 1.0})


def test_a_dict_that_changes_meanwhile(m):
    d = {}

    class Index:
        def __index__(self):
            d.clear()
            return 7

    d.update({i: 0.0 for i in range(100)})
    d[Index()] = 1.0
    # Those that were there when the call began; of two keys that are the same, the later one counts.
    assert m.floats(d) == {i: float(i == 7) for i in range(100)} and not d


def test_nothing_leaks(m):
    good = {"key" * 20 + str(i): list(range(20)) for i in range(50)}
    bad = good | {"last": [1, None]}

    def work(times):
        for _ in range(times):
            m.same(good)
            m.invert(good)
            with pytest.raises(TypeError):
                m.same(bad)

    work(100)
    gc.collect()
    with Peak() as peak:
        work(1500)
    assert peak.growth < 4 << 20
