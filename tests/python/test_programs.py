"""Small whole programs, each beside what it means in Python."""

from __future__ import annotations

import math

import numpy as np
import pytest

PROGRAMS = {}


def program(source, *arguments):
    """Registers an Aria text; the decorated function says in Python what it computes for each of the arguments."""

    def register(function):
        PROGRAMS[function.__name__] = (source, function, arguments)
        return function

    return register


@program(
    """
fn gcd(a: Int, b: Int) -> Int
  x, y = a, b
  while y != 0
    x, y = y, x % y
  end
  x
end
""",
    (12, 18),
    (17, 5),
    (0, 9),
    (2**40, 2**20 * 3),
)
def gcd(a, b):
    return math.gcd(a, b)


@program(
    """
fn collatz(n: Int) -> Int
  steps = 0
  x = n
  while x != 1
    x = if x % 2 == 0 then x // 2 else 3 * x + 1 end
    steps += 1
  end
  steps
end
""",
    (27,),
    (1,),
    (97,),
)
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


@program(
    """
fn primes(n: Int) -> Int
  requires n >= 2 : "at least 2"
  marks = Array.zeros(n + 1)
  mark_composites(marks, n)
end

priv fn mark_composites(own marks: Array[Float], n: Int) -> Int
  count = 0
  for i in 2..n
    prime = true
    for j in 2..<i
      break if j * j > i
      if i % j == 0
        prime = false
        break
      end
    end
    count += 1 if prime
  end
  count
end
""",
    (100,),
    (2,),
    (1000,),
)
def primes(n):
    return sum(all(i % j for j in range(2, math.isqrt(i) + 1)) for i in range(2, n + 1))


@program(
    """
fn fizz(n: Int) -> String
  text = ""
  for i in 1..n
    word = if i % 15 == 0
      "FizzBuzz"
    elsif i % 5 == 0
      "Buzz"
    elsif i % 3 == 0
      "Fizz"
    else
      "#{i}"
    end
    text = "#{text}#{word} "
  end
  text
end
""",
    (15,),
    (0,),
)
def fizz(n):
    return "".join(
        ("FizzBuzz" if i % 15 == 0 else "Buzz" if i % 5 == 0 else "Fizz" if i % 3 == 0 else str(i)) + " "
        for i in range(1, n + 1)
    )


@program(
    """
fn steps(lo: Int, hi: Int, by: Int) -> String
  text = ""
  for i in lo..hi step by
    text += "#{i},"
  end
  text += "|"
  for i in lo..<hi step by
    text += "#{i},"
  end
  text
end
""",
    (0, 10, 3),
    (10, 0, -2),
    (5, 5, 1),
    (5, 4, 1),
    (2**63 - 3, 2**63 - 1, 1),
    (-(2**63), -(2**63) + 5, 4),
)
def steps(lo, hi, by):
    closed = range(lo, hi + (1 if by > 0 else -1), by)
    return "".join(f"{i}," for i in closed) + "|" + "".join(f"{i}," for i in range(lo, hi, by))


@program(
    """
fn text_of(n: Int, x: Float, y: Float32, c: Bool, s: String) -> String = "#{n} #{x} #{y} #{c} #{s} #{n + 1} \\#{n} \\t"
""",
    (1, 0.1, 0.5, True, "é"),
    (-(2**63), 1e300, 1.5, False, ""),
    (0, 1e16, 0.25, True, "a"),
    (0, 1e-5, 2.0, True, "a"),
    (0, float("inf"), 2.0, True, "a"),
    (0, float("nan"), -0.0, True, "a"),
    (0, -0.0, 100.0, True, "a"),
)
def text_of(n, x, y, c, s):
    if n + 1 > 2**63 - 1:
        raise OverflowError
    return f"{n} {x} {y} {str(c).lower()} {s} {n + 1} #{{n}} \t"


@program(
    """
fn compare(a: Float, b: Float, c: Float) -> Int
  n = 0
  n += 1 if a < b < c
  n += 2 if a <= b <= c
  n += 4 if a == b
  n += 8 unless a != c
  n += 16 if a < b and b < c or a > c
  n += 32 if not (a > b)
  n
end
""",
    (1.0, 2.0, 3.0),
    (1.0, 1.0, 1.0),
    (3.0, 2.0, 1.0),
    (math.nan, 1.0, 2.0),
    (0.0, -0.0, 0.0),
)
def compare(a, b, c):
    n = 0
    n += 1 if a < b < c else 0
    n += 2 if a <= b <= c else 0
    n += 4 if a == b else 0
    n += 0 if a != c else 8
    n += 16 if (a < b and b < c) or a > c else 0
    n += 32 if not (a > b) else 0
    return n


@program(
    """
fn strings(a: String, b: String) -> (Bool, Bool, Bool, Int, String) = (a < b, a == b, a >= b, a.length, a + b)
""",
    ("a", "b"),
    ("b", "a"),
    ("", ""),
    ("é", "z"),
    ("\U0001f600", "\uffff"),
    ("abc", "abcd"),
)
def strings(a, b):
    return (a < b, a == b, a >= b, len(a), a + b)


@program(
    """
const LIMIT = 3
const SCALE = 0.5

fn constants(x: Float) -> Float = x * SCALE + LIMIT
""",
    (1.0,),
    (-2.5,),
)
def constants(x):
    return x * 0.5 + 3


@program(
    """
fn early(n: Int) -> String
  for i in 0..<n
    for j in 0..<n
      continue if j < i
      return "#{i} #{j}" if i * j == 12
    end
  end
  "none"
end
""",
    (10,),
    (2,),
)
def early(n):
    for i in range(n):
        for j in range(i, n):
            if i * j == 12:
                return f"{i} {j}"
    return "none"


@program(
    """
fn arrays(n: Int) -> (Float, Float, Int)
  requires n > 0
  a = Array.full(n, 1.5)
  b = [1.0, 2.0, 3.0]
  c = a.copy
  c[0] = 10.0
  a[n - 1] += b[-1]
  (a.sum, c.sum, [1, 2, 3].length)
end
""",
    (1,),
    (4,),
)
def arrays(n):
    a = [1.5] * n
    c = [1.5] * n
    c[0] = 10.0
    a[n - 1] += 3.0
    return (sum(a), sum(c), 3)


@program(
    """
fn values(n: Int) -> (Float, Float)
  a = [1.0, 2.0]
  b = a
  b[0] = n.to_float
  (a[0], b[0])
end
""",
    (7,),
)
def values(n):
    return (1.0, float(n))


@program(
    """
fn short_circuit(n: Int) -> Bool = n == 0 or 10 // n > 2 and 10 % n == 0
""",
    (0,),
    (2,),
    (5,),
    (3,),
)
def short_circuit(n):
    return n == 0 or (10 // n > 2 and 10 % n == 0)


@program(
    """
fn conversions(x: Float) -> (Int, Float, String) = (x.to_int, x.to_float32.to_float, x.to_string)
""",
    (1.9,),
    (-1.9,),
    (1e18,),
    (1e19,),
    (math.inf,),
    (math.nan,),
    (0.1,),
)
def conversions(x):
    if not -(2.0**63) <= x < 2.0**63 and x == x:
        raise OverflowError
    return (int(x), float(np.float32(x)), repr(x))


@program(
    """
fn roundings(x: Float) -> (Float, Float, Float, Float, Float) = (x.floor, x.ceil, x.trunc, x.round, x.abs)
""",
    (0.5,),
    (1.5,),
    (-0.5,),
    (2.5,),
    (-1.2,),
    (1e300,),
)
def roundings(x):
    return tuple(float(f(x)) for f in (np.floor, np.ceil, np.trunc, np.round, np.abs))


@program(
    """
fn map_block(n: Int) -> Float
  scale = 2.0
  xs = Array.ones(n)
  ys = xs.map |x|
    y = x * scale
    if y > 1.0 then y else 0.0 end
  end
  ys.sum
end
""",
    (0,),
    (10,),
)
def map_block(n):
    return 2.0 * n


@program(
    """
fn default_of(n: Int, by: Int = 2 + 3, plus: Float = by_default()) -> Float = n * by + plus

priv fn by_default -> Float = 0.5
""",
    (1,),
    (2, 3),
    (2, 3, 4.0),
)
def default_of(n, by=5, plus=0.5):
    return n * by + plus


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(aria, name):
    source, meaning, arguments = PROGRAMS[name]
    function = getattr(aria(source.lstrip()), name)
    for args in arguments:
        try:
            wanted = meaning(*args)
        except (OverflowError, ValueError, ZeroDivisionError) as error:
            with pytest.raises(type(error)):
                function(*args)
            continue
        assert repr(function(*args)) == repr(wanted), args


def test_private_functions_are_not_exported(aria):
    module = aria(PROGRAMS["primes"][0].lstrip())
    assert not hasattr(module, "mark_composites")


def test_documentation(aria):
    module = aria(
        "## A module.\n\n"
        "## Doubles.\n## Twice.\nfn double(x: Float) -> Float = x * 2.0\n\nfn bare(x: Float) -> Float = x\n"
    )
    assert module.__doc__ == "A module."
    assert module.double.__doc__ == "Doubles.\nTwice."
    assert not module.bare.__doc__


PYTHON = """
extern Python from math as math
extern Python from numpy as np
extern Python from collections as collections

fn floor(x: Float) -> Int
  n: Int = math.floor(x)
  n
end

fn attribute -> Float
  p: Float = math.pi
  p
end

fn operators(a: PythonObject, b: PythonObject) -> PythonObject = (a + b) * a - b

fn item(a: PythonObject, key: PythonObject) -> PythonObject = a[key]

fn set_item(a: PythonObject, key: PythonObject, value: Float)
  a[key] = value
end

fn each(items: PythonObject) -> Float
  s = 0.0
  for item in items
    x: Float = item
    s += x
  end
  s
end

fn keyword(text: String) -> PythonObject = collections.namedtuple(text, "a b", defaults: (1, 2))

fn truth(x: PythonObject) -> Int
  if x then 1 else 0 end
end

fn linear(a: PythonObject, b: PythonObject) -> Array[Float]
  np.linalg.solve(a, b).to_array(Float)
end

fn array_to_python(n: Int) -> Float
  xs = Array.ones(n)
  s: Float = np.sum(xs * 2.0)
  s
end
"""


@pytest.fixture(scope="module")
def m(aria):
    return aria(PYTHON.lstrip())


class TestPython:
    def test_calls(self, m):
        assert m.floor(2.7) == 2
        assert m.attribute() == math.pi
        assert m.array_to_python(5) == 10.0

    def test_operators(self, m):
        assert m.operators(3, 4) == 17
        assert m.operators(np.array([1.0, 2.0]), 1.0).tolist() == [1.0, 5.0]
        with pytest.raises(TypeError, match="unsupported operand"):
            m.operators(3, "a")

    def test_items(self, m):
        assert m.item({"a": 1}, "a") == 1
        assert m.item([5, 6], -1) == 6
        with pytest.raises(KeyError):
            m.item({}, "b")
        d = {}
        m.set_item(d, "k", 1.5)
        assert d == {"k": 1.5}

    def test_iteration(self, m):
        assert m.each([1, 2.5]) == 3.5
        assert m.each(x for x in range(4)) == 6.0
        with pytest.raises(TypeError):
            m.each(["a"])
        with pytest.raises(TypeError, match="not iterable"):
            m.each(3)

    def test_keywords(self, m):
        assert m.keyword("Pair")() == (1, 2)

    def test_truth(self, m):
        assert [m.truth(x) for x in (0, 1, "", [0], None)] == [0, 1, 0, 1, 0]

    def test_numpy(self, m):
        a, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([9.0, 8.0])
        np.testing.assert_allclose(m.linear(a, b), [2.0, 3.0])
        with pytest.raises(np.linalg.LinAlgError):
            m.linear(np.zeros((2, 2)), b)

    def test_a_result_of_another_type(self, m):
        with pytest.raises(TypeError):
            m.each([None])
