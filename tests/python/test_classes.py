"""`data`, `struct` and `enum` are classes in Python: made, changed, compared, printed, pickled, given and taken."""

import copy
import gc
import inspect
import pickle
import re
import sys
import traceback
import types
from pathlib import Path

import numpy as np
import pytest
from measure import Peak

SOURCE = """
## A point of the plane.
data Point(x: Float, y: Float = 0.0)

## Counts.
struct Counter
  name: String
  hits: Int = 0
  last: Point? = nil
end

data Wide(flag: Bool, small: Int8, text: String, points: List[Point], pair: (Int, Float32), from: Int)

enum Shape
  Circle(center: Point, radius: Float)
  Square(Float)
  Empty
end

enum Tree
  Leaf
  Node(left: Tree, value: Int, right: Tree)
end

@pyclass(frozen: true)
struct Setting
  name: String
  level: Int = 1
end

fn louder(own s: Setting) -> Setting
  s.level += 1
  s
end

## Mentioned by no function.
data Unmentioned(a: Int, inner: Deeper)
data Deeper(s: String)
priv data Hidden(a: Int)
struct Callback
  f: Fn(Int) -> Int
end

enum Status
  Fine = 200
  Missing = -404
end

enum Unit
  Metre = "m"
  Quoted = "it's \\"m\\""
end

fn status(value: Int) -> Status = Status.from_value(value)

fn number(s: Status) -> Int = s.value

fn unit(u: Unit) -> Unit = u

enum Fault
  Low = 1
  High = 2
end

fn fault(n: Int) -> Result[Int, Fault]
  return Err(Fault.from_value(n)) if n > 0
  Ok(n)
end

enum Color
  Red
  Green
end

enum Named
  Anonymous
  Name(String)
end

data Pair[A, B](first: A, second: B)

fn moved(p: Point, dx: Float = 1.0) -> Point = p.with(x: p.x + dx)

fn hit(own c: Counter) -> Counter
  c.hits += 1
  c.last = Some(Point(c.hits.to_float))
  c
end

fn same(w: Wide) -> Wide = w

fn area(s: Shape) -> Float
  match s
    when Circle(_, r) then 3.0 * r * r
    when Square(a) then a * a
    when Empty then 0.0
  end
end

fn shapes -> List[Shape] = [Empty, Square(2.0), Circle(Point(1.0, 2.0), 3.0)]

fn insert(t: Tree, n: Int) -> Tree
  match t
    when Leaf then Node(Leaf, n, Leaf)
    when Node(l, v, r)
      if n < v then Node(insert(l, n), v, r) else Node(l, v, insert(r, n)) end
  end
end

fn total(t: Tree) -> Int
  match t
    when Leaf then 0
    when Node(l, v, r) then total(l) + v + total(r)
  end
end

fn chain(n: Int) -> Tree
  let mut tree = Leaf
  for i in 0..<n
    tree = Node(tree, 1, Leaf)
  end
  tree
end

fn flip(c: Color) -> Color
  match c
    when Red then Green
    when Green then Red
  end
end

fn named(n: Named) -> Named
  match n
    when Anonymous then Name("nobody")
    when Name(text) then if text.empty? then Anonymous else Name(text.upper) end
  end
end

fn swap(p: Pair[Int, String]) -> Pair[String, Int] = Pair(p.second, p.first)

fn checked(p: Point) -> Result[Point, String] = if p.x < 0.0 then Err("left") else Ok(p) end

fn maybe(p: Point?) -> Point? = p

enum ParseError
  Unexpected(line: Int, found: String)
  Ended
end

data Missing(name: String)

fn parse(text: String) -> Result[Int, ParseError]
  return Err(Ended) if text.empty?
  return Err(Unexpected(3, text)) if text != "1"
  Ok(1)
end

fn find(m: Map[String, Int], name: String) -> Result[Int, Missing]
  match m.get(name)
    when Some(n) then Ok(n)
    when None then Err(Missing(name))
  end
end

fn line(e: ParseError) -> Int
  match e
    when Unexpected(line, _) then line
    when Ended then 0
  end
end
"""


@pytest.fixture(scope="module")
def m(aria):
    return aria(SOURCE)


def test_data(m):
    p = m.Point(1.0, y=2.0)
    assert (p.x, p.y) == (1.0, 2.0) and m.Point(1.0) == m.Point(1.0, 0.0) != p
    assert repr(p) == "Point(x=1.0, y=2.0)" and m.Point.__doc__ == "A point of the plane."
    assert hash(p) == hash(m.Point(1.0, 2.0)) and {p: 1}[m.Point(1.0, 2.0)] == 1
    assert str(inspect.signature(m.Point)) == "(x, y=0.0)" and m.Point.__match_args__ == ("x", "y")
    for change in (lambda: setattr(p, "x", 2.0), lambda: delattr(p, "x"), lambda: setattr(p, "z", 2.0)):
        with pytest.raises(AttributeError, match="Point cannot be changed"):
            change()
    assert m.moved(p) == m.Point(2.0, 2.0) and p.x == 1.0
    assert (m.Point == 3) is False and m.Point(1.0) != (1.0, 0.0)


def test_struct(m):
    c = m.Counter("a")
    assert repr(c) == "Counter(name='a', hits=0, last=None)"
    c.hits = 4
    after = m.hit(c)
    assert c.hits == 4 and after == m.Counter("a", 5, m.Point(5.0))
    with pytest.raises(TypeError, match="unhashable"):
        hash(c)
    with pytest.raises(AttributeError):
        c.other = 1


def test_fields_of_every_kind(m):
    w = m.Wide(True, -3, "é", [m.Point(1.0)], (7, 0.5), 9)
    assert m.same(w) == w and w.from_ == 9
    w = m.same(types.SimpleNamespace(flag=False, small=1, text="", points=[{"x": 1, "y": 2}], pair=(1, 2), from_=3))
    assert w == m.Wide(False, 1, "", [m.Point(1.0, 2.0)], (1, 2.0), 3)


def test_enum(m):
    empty, square, circle = m.shapes()
    assert empty is m.Shape.Empty and square == m.Shape.Square(2.0) and circle.center == m.Point(1.0, 2.0)
    assert all(isinstance(s, m.Shape) for s in (empty, square, circle))
    assert isinstance(circle, m.Shape.Circle) and not isinstance(circle, m.Shape.Square)
    assert [repr(s) for s in (empty, square)] == ["Shape.Empty", "Shape.Square(_0=2.0)"]
    assert len({empty, square, m.Shape.Square(2.0)}) == 2
    assert [m.area(s) for s in (empty, square, circle)] == [0.0, 4.0, 27.0]
    match circle:
        case m.Shape.Circle(center, radius=3.0):
            assert center.y == 2.0
        case _:
            raise AssertionError
    match empty:
        case m.Shape.Empty:
            pass
        case _:
            raise AssertionError
    with pytest.raises(TypeError, match="Shape has no instances of its own"):
        m.Shape()
    with pytest.raises(AttributeError):
        square._0 = 1.0
    assert m.flip(m.Color.Red) is m.Color.Green and m.flip(m.Color.Green) is m.Color.Red
    # Values that are an address or null.
    assert m.named(m.Named.Anonymous) == m.Named.Name("nobody")
    assert m.named(m.Named.Name("")) is m.Named.Anonymous and m.named(m.Named.Name("é")) == m.Named.Name("É")


def test_recursive(m):
    tree = m.Tree.Leaf
    for n in (5, 2, 8, 1):
        tree = m.insert(tree, n)
    assert m.total(tree) == 16 and tree.left.left.value == 1 and tree.right.right is m.Tree.Leaf
    assert m.total(m.insert(m.Tree.Leaf, 3)) == 3


def test_nesting_has_a_limit(m):
    deep = m.Tree.Leaf
    for _ in range(200_000):
        deep = m.Tree.Node(deep, 1, m.Tree.Leaf)
    with pytest.raises(RecursionError):
        m.total(deep)
    with pytest.raises(RecursionError):
        m.chain(200_000)
    while deep is not m.Tree.Leaf:
        deep = deep.left


def test_generic(m):
    assert m.swap(m.Pair_Int_String(1, "a")) == m.Pair_String_Int("a", 1)


def test_option_and_result(m):
    p = m.Point(1.0)
    assert m.maybe(None) is None and m.maybe(p) == p and m.checked(p) == p
    with pytest.raises(RuntimeError, match="left"):
        m.checked(m.Point(-1.0))


def test_errors(m):
    assert m.parse("1") == 1 and m.find({"a": 1}, "a") == 1
    with pytest.raises(m.ParseError.Unexpected) as caught:
        m.parse("é")
    error = caught.value
    assert (error.line, error.found, str(error)) == (3, "é", "line: 3, found: é") and isinstance(error, m.ParseError)
    assert repr(error) == "ParseError.Unexpected(line=3, found='é')" and m.line(error) == 3
    last = traceback.extract_tb(error.__traceback__)[-1]
    assert last.name == "parse" and last.filename.endswith(".aria")
    ended = []
    for _ in range(2):
        with pytest.raises(m.ParseError) as caught:
            m.parse("")
        ended.append(caught.value)
    # Each has a traceback of its own.
    assert ended[0] is not ended[1] and ended[0] == ended[1] and m.line(ended[0]) == 0
    with pytest.raises(m.Missing, match=r"^b$") as caught:
        m.find({}, "b")
    assert caught.value == m.Missing("b") and issubclass(m.Missing, Exception) and not issubclass(m.Point, Exception)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(m, protocol):
    sys.modules[m.__name__] = m
    values = [m.Point(1.0), m.Counter("a"), m.insert(m.Tree.Leaf, 3), m.Color.Red]
    if protocol >= 4:
        values += [*m.shapes()]
    for value in values if protocol >= 4 else values[:2]:
        assert pickle.loads(pickle.dumps(value, protocol)) == value
        assert copy.copy(value) == value == copy.deepcopy(value)
    assert pickle.loads(pickle.dumps(m.Shape.Empty)) is m.Shape.Empty


WRONG = {
    "no fields": (lambda m: m.moved(3), r"moved\(\) argument 'p' must be Point or have its fields: int has no 'x'"),
    "a field missing": (lambda m: m.moved({"x": 1}), r"argument 'p' must be Point or have its fields: dict has no 'y'"),
    "a field's type": (lambda m: m.moved(m.Point("a")), r"moved\(\) argument 'p': field 'x' must be float, not str"),
    "another enum": (lambda m: m.area(m.Color.Red), r"area\(\) argument 's' must be a variant of Shape, not Red"),
    "a variant's class": (lambda m: m.area(m.Shape.Square), r"must be a variant of Shape, not type"),
    "inside": (
        lambda m: m.area(m.Shape.Circle(m.Point(1.0, None), 2.0)),
        r"argument 's': field 'center': field 'y' must be float, not None",
    ),
    "in a list": (
        lambda m: m.same(m.Wide(True, 1, "", [m.Point(1.0), 2], (1, 1.0), 1)),
        r"field 'points': item 1 must be Point or have its fields: int has no 'x'",
    ),
    "an argument of the constructor": (lambda m: m.Point(), r"missing 1 required positional argument: 'x'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(m, name):
    call, message = WRONG[name]
    with pytest.raises(TypeError, match=message):
        call(m)


def test_out_of_range(m):
    with pytest.raises(OverflowError):
        m.same(m.Wide(True, 200, "", [], (1, 1.0), 1))


def test_errors_of_properties_pass(m):
    class Odd:
        x = 1.0

        @property
        def y(self):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        m.moved(Odd())


def test_nothing_leaks(m):
    bad = m.Wide(True, 1, "x" * 1000, [m.Point(1.0)] * 100 + [3], (1, 1.0), 1)
    good = m.Wide(True, 1, "x" * 1000, [m.Point(1.0)] * 100, (1, 1.0), 1)
    tree = m.Tree.Leaf
    for n in range(50):
        tree = m.insert(tree, n * 7 % 50)
    broken = m.Tree.Node(tree, "a", m.Tree.Leaf)

    def work(times):
        for _ in range(times):
            m.same(good)
            m.total(m.insert(tree, 3))
            for call in (lambda: m.same(bad), lambda: m.total(broken)):
                with pytest.raises(TypeError):
                    call()

    work(200)
    gc.collect()
    with Peak() as peak:
        work(3000)
    assert peak.growth < 4 << 20
    before = sys.getrefcount(m.Point), sys.getrefcount(m.Shape.Empty)
    for _ in range(1000):
        m.shapes()
    after = sys.getrefcount(m.Point), sys.getrefcount(m.Shape.Empty)
    assert abs(after[0] - before[0]) < 10 and abs(after[1] - before[1]) < 10


def test_variants_have_values(m):
    assert m.Status.Fine.value == 200 and m.Status.Missing.value == -404
    assert m.status(-404) is m.Status.Missing is m.Status.from_value(-404)
    assert m.number(m.Status.Fine) == 200
    for find in (m.status, m.Status.from_value):
        with pytest.raises(ValueError, match="no Status has the value 5"):
            find(5)
    assert m.Unit.Quoted.value == 'it\'s "m"'
    assert m.unit(m.Unit.from_value("m")) is m.Unit.Metre
    with pytest.raises(ValueError, match='no Unit has the value "kg"'):
        m.Unit.from_value("kg")
    with pytest.raises(AttributeError):
        m.Status.Fine.value = 3
    with pytest.raises(m.Fault) as info:
        m.fault(2)
    assert info.value.value == 2 and isinstance(m.Fault.from_value(1), m.Fault.Low)
    assert pickle.loads(pickle.dumps(m.Status.Fine)) is m.Status.Fine


def test_a_frozen_struct_is_as_data_in_python(m):
    setting = m.Setting("volume")
    with pytest.raises(AttributeError, match="Setting cannot be changed: level"):
        setting.level = 3
    with pytest.raises(AttributeError):
        del setting.level
    assert setting == m.Setting("volume", 1) and hash(setting) == hash(m.Setting("volume"))
    assert m.louder(setting) == m.Setting("volume", 2) and setting.level == 1
    assert pickle.loads(pickle.dumps(setting)) == setting
    assert m.Setting.__match_args__ == ("name", "level")


def test_types_that_no_function_mentions_are_classes_too(m):
    value = m.Unmentioned(1, m.Deeper("s"))
    assert repr(value) == "Unmentioned(a=1, inner=Deeper(s='s'))"
    assert m.Unmentioned.__doc__ == "Mentioned by no function."
    for name in ("Hidden", "Callback"):
        assert not hasattr(m, name)


def test_types_of_one_name_in_several_files(toolchain, tmp_path):
    """Each has a class of its own; those of other files than the first have the file's name in front."""
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/one.aria").write_text("data P(x: Int)\n\nenum Kind\n  A\n  B\nend\n\ndata Box[T](of: T)\n")
    (tmp_path / "pkg/two.aria").write_text("data P(y: String)\n\nenum Kind\n  A(n: Int)\nend\n\ndata Alone(of: P)\n")
    (tmp_path / "several.aria").write_text(
        """
import pkg.one
import pkg.two

data P(z: Float)
fn root() -> P = P(z: 1.5)
fn ones() -> List[one.P] = [one.P(x: 1)]
fn second() -> two.Alone = two.Alone(of: two.P(y: "q"))
fn of_root(p: P) -> Float = p.z
fn of_one(p: one.P) -> Int = p.x
fn of_two(p: two.P) -> String = p.y
fn kinds(kind: one.Kind) -> (one.Kind, two.Kind) = (kind, two.Kind.A(n: 3))
fn boxes() -> (one.Box[P], one.Box[one.P]) = (one.Box(of: root()), one.Box(of: one.P(x: 2)))
fn maps(a: Map[String, P], b: Map[String, two.P]) -> String = "#{a["k"].z} #{b["k"].y}"
fn sums(ps: PyArrayView[P], qs: PyArrayView[one.P]) -> Float = ps[0].z + qs[0].x.to_float
"""
    )
    done = toolchain.run("build", tmp_path / "several.aria", "-o", tmp_path, "--python", toolchain.python, check=True)
    m = toolchain.open(Path(done.stdout.splitlines()[0]))
    assert [repr(m.root()), repr(m.ones())] == ["P(z=1.5)", "[pkg_one_P(x=1)]"]
    assert repr(m.second()) == "Alone(of=pkg_two_P(y='q'))"
    assert (m.of_root(m.P(2.5)), m.of_one(m.pkg_one_P(4)), m.of_two(m.pkg_two_P("s"))) == (2.5, 4, "s")
    with pytest.raises(TypeError, match="must be pkg_one_P or have its fields: P has no 'x'"):
        m.of_one(m.root())
    assert m.kinds(m.pkg_one_Kind.B) == (m.pkg_one_Kind.B, m.pkg_two_Kind.A(3))
    assert repr(m.boxes()) == "(Box_P(of=P(z=1.5)), Box_pkg_one_P(of=pkg_one_P(x=2)))"
    assert m.maps({"k": m.P(0.5)}, {"k": m.pkg_two_P("t")}) == "0.5 t"
    assert m.sums(np.array([(1.5,)], m.P), np.array([(2,)], m.pkg_one_P)) == 3.5
    with pytest.raises(TypeError):
        m.sums(np.array([(1.5,)], m.P), np.array([(2.5,)], m.P))
    sys.modules["several"] = m
    try:
        assert pickle.loads(pickle.dumps(m.pkg_two_P("p"))) == m.pkg_two_P("p")
    finally:
        del sys.modules["several"]
    stub = (tmp_path / "several.pyi").read_text()
    names = re.findall(r"^class (\w+)", stub, re.M)
    assert sorted(names) == sorted(set(names))
    assert "def of_one(p: pkg_one_P) -> int: ..." in stub
