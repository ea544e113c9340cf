"""What attributes make of functions and loops."""

import math
import sys
import warnings

import numpy as np
import pytest

FAST = """
fn dot(xs: PyArrayView[Float], ys: PyArrayView[Float]) -> Float
  requires xs.length == ys.length
  sum = 0.0
  @fastmath
  for i in 0..<xs.length
    sum += xs[i] * ys[i]
  end
  sum
end

@fastmath
fn sum_of_squares(xs: PyArrayView[Float]) -> Float = xs.map |x| if x > 0.5 then x * x else x end end.sum

@fastmath
fn mean(xs: PyArrayView[Float32]) -> Float32 = xs.mean

@fastmath
fn by_function(xs: PyArrayView[Float], y: Float) -> Array[Float]
  xs.map |x| x * y + 1.0 end
end

@fastmath
fn add(x: Float, y: Float) -> Float = x + y

@fastmath
fn turned(x: Float) -> Float = -x
"""

UNIT = 2.0**-53


def test_fast_sums_differ_by_rounding_alone(aria):
    module = aria(FAST)
    random = np.random.default_rng(7)
    for n in (0, 1, 2, 7, 64, 1000, 100_003):
        xs, ys = random.normal(size=n), random.normal(size=n)
        # However the terms are put together, each goes through at most n roundings, and one of its own.
        products = [x * y for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]
        bound = (n + 2) * UNIT * math.fsum(map(abs, products))
        assert abs(module.dot(xs, ys) - math.fsum(products)) <= bound
        squares = [x * x if x > 0.5 else x for x in xs.tolist()]
        bound = (n + 2) * UNIT * math.fsum(map(abs, squares))
        assert abs(module.sum_of_squares(xs) - math.fsum(squares)) <= bound


def test_fast_means_and_maps(aria):
    module = aria(FAST)
    xs = np.random.default_rng(8).uniform(1.0, 2.0, 10_001)
    assert math.isnan(module.mean(np.zeros(0, dtype=np.float32)))
    single = xs.astype(np.float32)
    exact = math.fsum(single.tolist()) / len(single)
    assert abs(module.mean(single) - exact) <= (len(xs) + 2) * 2.0**-24 * exact
    # A product and a sum are rounded twice, or once.
    got = module.by_function(xs, 3.1)
    assert np.all(np.abs(got - (xs * 3.1 + 1.0)) <= 2 * UNIT * (xs * 3.1 + 1.0))


def test_fast_math_keeps_what_nan_inf_and_the_sign_of_zero_mean(aria):
    module = aria(FAST)
    assert math.isnan(module.add(math.nan, 1.0))
    assert math.isnan(module.add(math.inf, -math.inf))
    assert module.add(math.inf, 1.0) == math.inf
    assert math.copysign(1.0, module.add(-0.0, -0.0)) == -1.0
    assert math.copysign(1.0, module.turned(0.0)) == -1.0
    xs = np.ones(1000)
    xs[500] = math.nan
    assert math.isnan(module.dot(xs, np.ones(1000)))
    xs[500] = math.inf
    assert module.dot(xs, np.ones(1000)) == math.inf


KEPT = """
@simd
fn axpy(a: Float, xs: PyArrayView[Float], mut ys: PyArrayView[Float])
  requires xs.length == ys.length
  for i in 0..<xs.length
    ys[i] += a * xs[i]
  end
end

# Of loops in each other, the inner ones count, and array expressions too.
@simd @fastmath
fn nested(xs: PyArrayView[Float]) -> Float
  total = 0.0
  for k in 0..<10
    for x in xs
      total += x
    end
  end
  total + (xs * 2.0 + 1.0).sum
end

# There is no loop in the code of these.
@simd
fn closed(n: Int) -> Int
  sum = 0
  for i in 0..<n
    sum = sum &+ i
  end
  sum
end

@simd
priv fn unused(xs: PyArrayView[Float]) -> Float
  sum = 0.0
  for x in xs
    sum += x
  end
  sum
end

# The attribute is for one loop alone.
fn one(xs: PyArrayView[Float], mut ys: PyArrayView[Float]) -> Float
  requires xs.length == ys.length
  @simd
  for i in 0..<xs.length
    ys[i] = xs[i].exp
  end
  sum = 0.0
  for x in xs
    sum = sum * 0.5 + x
  end
  sum
end
"""

BROKEN = {
    "each turn needs what the turn before has computed": """
@simd
fn f(xs: PyArrayView[Float]) -> Float
  sum = 0.0
  for x in xs
    sum = sum * 0.5 + x
  end
  sum
end
""",
    "allow another order with `@fastmath`": """
fn f(xs: PyArrayView[Float]) -> Float
  sum = 0.0
  @simd
  for x in xs
    sum += x
  end
  sum
end
""",
    "it may be left in the middle": """
@simd
fn f(xs: PyArrayView[Float]) -> Int
  for i in 0..<xs.length
    if xs[i] > 1.0
      return i
    end
  end
  0
end
""",
    "a turn may read what another turn has written": """
@simd
fn f(mut xs: PyArrayView[Float])
  for i in 1..<xs.length
    xs[i] = xs[i - 1] + xs[i]
  end
end
""",
    "this `while` loop is not vectorised": """
fn f(n: Int) -> Int
  k = 0
  m = n
  @simd
  while m > 1
    m = if m % 2 == 0 then m // 2 else 3 * m + 1 end
    k += 1
  end
  k
end
""",
    "no texts, lists, objects": """
priv fn steps(n: Int) -> Int
  k = 0
  m = n
  while m > 1
    m = m // 2
    k += 1
  end
  k
end

@simd
fn f(xs: PyArrayView[Int], mut ys: PyArrayView[Int])
  for i in 0..<xs.length
    ys[i] = steps(xs[i])
  end
end
""",
}


def test_promised_vectors(aria):
    module = aria(KEPT)
    xs, ys = np.arange(100.0), np.ones(100)
    module.axpy(2.0, xs, ys)
    assert np.array_equal(ys, 2.0 * np.arange(100.0) + 1.0)
    assert module.closed(10) == 45


@pytest.mark.parametrize("said", BROKEN)
def test_a_loop_that_stays_scalar_ends_the_build(toolchain, tmp_path, said):
    source = tmp_path / "k.aria"
    source.write_text(BROKEN[said])
    done = toolchain.run("build", source)
    assert done.returncode == 1
    assert "error[E0606]" in done.stderr and said in done.stderr, done.stderr
    assert not list(tmp_path.glob("k.*so"))
    # Only the machine code tells, and there are no vectors to be had with -O1.
    assert toolchain.run("check", source).returncode == 0
    assert toolchain.run("build", "-O1", source).returncode == 0


def test_programs_keep_promises_too(toolchain, tmp_path):
    source = tmp_path / "k.aria"
    main = "\nfn main\n  print(f(Array.zeros(100_000)))\nend\n"
    source.write_text(BROKEN["allow another order with `@fastmath`"] + main)
    done = toolchain.run("run", source)
    assert done.returncode == 1 and "error[E0606]" in done.stderr, done


EXPORTED = """
## Twice as much.
@export(T: [Float, Float32, Int])
fn twice[T: Add](x: T) -> T = x + x

@export(T: [Int, Float])
fn plus[T: Add](xs: PyArrayView[Float], x: T, start: Int = 1) -> (Int, T) = (xs.length + start, x + x)

@export(T: [Float, Int], U: [Bool, String])
fn pair[T, U](x: T, y: U) -> (T, U) = (x, y)

fn calls(x: Float) -> Float = twice(x)

@deprecated("use 'twice' instead")
fn double(x: Int) -> Int = 2 * x
"""


class Half:
    def __float__(self):
        return 0.5


def test_the_instance_follows_from_the_arguments(aria):
    module = aria(EXPORTED)
    # Python's own numbers are Int and Float.
    assert module.twice(3) == 6 and type(module.twice(3)) is int
    assert module.twice(1.5) == 3.0 and type(module.twice(1.5)) is float
    assert module.twice(x=2.5) == 5.0
    # NumPy's are what they say; a Float32 has lost what it cannot hold.
    assert module.twice(np.float32(0.1)) == 2 * float(np.float32(0.1))
    assert module.twice(np.float64(0.1)) == 0.2
    assert module.twice(np.int64(2**31 - 1)) == 2**32 - 2
    # Float and Float32 could take it too, but Int is nearest.
    assert type(module.twice(np.int32(4))) is int
    assert module.calls(2.0) == 4.0
    assert module.plus(np.zeros(5), 2) == (6, 4)
    assert module.plus(np.zeros(5), x=0.5, start=0) == (5, 1.0)
    # None is exact: the nearest that takes it.
    assert type(module.twice(Half())) is float
    assert module.pair(1, True) == (1, True)
    assert module.pair(1.5, "a") == (1.5, "a")


def test_arguments_that_no_instance_takes_are_refused(aria):
    module = aria(EXPORTED)
    accepted = r"twice\(\) takes \(x: Float\) or \(x: Float32\) or \(x: Int\), not \(str\)"
    with pytest.raises(TypeError, match=accepted):
        module.twice("a")
    with pytest.raises(TypeError, match=r"not \(numpy.ndarray of float64\)"):
        module.twice(np.zeros(1))
    with pytest.raises(TypeError, match=r"not \(bool\)"):
        module.twice(True)
    with pytest.raises(TypeError, match=r"takes \(x: Float, y: Bool\) or .*, not \(int, None\)"):
        module.pair(1, None)
    # What all instances have in common is checked by the one that is chosen.
    with pytest.raises(TypeError, match="start"):
        module.plus(np.zeros(3), 1, "a")
    with pytest.raises(TypeError, match="missing"):
        module.twice()
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        module.twice(1, z=2)


def test_stubs_have_an_overload_for_each_instance(toolchain, tmp_path):
    (tmp_path / "k.aria").write_text(EXPORTED)
    stub = toolchain.run("build", tmp_path / "k.aria", "--emit=pyi", check=True).stdout
    assert stub.count("@overload\ndef twice(x: ") == 3
    assert "@overload\ndef twice(x: int) -> int:\n    \"\"\"Twice as much.\"\"\"" in stub
    assert "@deprecated('use \\'twice\\' instead')\ndef double(x: int) -> int: ..." in stub
    compile(stub, "k.pyi", "exec")


def test_a_call_of_what_is_deprecated_is_a_warning(aria):
    module = aria(EXPORTED)
    with pytest.warns(DeprecationWarning, match="double is deprecated: use 'twice' instead"):
        assert module.double(4) == 8
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeprecationWarning):
            module.double(4)
        assert module.calls(1.0) == 2.0


def test_integers_of_all_widths_are_told_apart(aria):
    module = aria("""
    @export(T: [Int, Int32, UInt8])
    fn twice[T: Add](x: T) -> T = x + x
    """)
    assert module.twice(2**31) == 2**32
    assert module.twice(np.int32(4)) == 8
    with pytest.raises(OverflowError):
        module.twice(np.int32(2**31 - 1))
    with pytest.raises(OverflowError):
        module.twice(np.uint8(200))
    assert module.twice(np.int16(200)) == 400


GENERIC_ARRAYS = """
@export(T: [Float, Float32, Int, UInt8])
fn total[T: Number](xs: PyArrayView[T], start: T) -> T = xs.sum + start

@export(T: [Float, Float32])
fn add_in_place[T: Number](mut xs: PyArrayView[T], ys: PyArrayView[T])
  for i in 0..<xs.length
    xs[i] += ys[i]
  end
end

@export(T: [Float, Int])
fn doubled[T: Number](xs: Array[T]) -> Array[T] = 2 * xs

@export(T: [Int, Float, String])
fn ends[T](xs: List[T]) -> (T, T) = (xs[0], xs[-1])

@export(T: [Int, Float])
fn highest[T: Ord](scores: Map[String, T]) -> T? = Some(scores.values.max)

@export(T: [Int, String])
fn sizes[T: Hash](xs: Set[T], pair: (T, T)) -> Int = xs.length + (if pair[0] in xs then 10 else 0 end)

@export(T: [Int, Float])
fn given[T](x: T?) -> T? = x
"""


def test_the_instance_follows_from_the_elements_of_arrays(aria):
    module = aria(GENERIC_ARRAYS)
    for dtype, kind in [(np.float64, float), (np.float32, float), (np.int64, int), (np.uint8, int)]:
        xs = np.arange(5).astype(dtype)
        # The number follows the array: as an argument of its own it would be an Int.
        total = module.total(xs, 1)
        assert total == 11 and type(total) is kind
        assert module.total(xs[::2], start=0) == 6
    with pytest.raises(OverflowError):
        module.total(np.full(2, 200, np.uint8), 0)
    xs = np.arange(3, dtype=np.float32)
    module.add_in_place(xs, np.ones(3, np.float32))
    assert xs.dtype == np.float32 and xs.tolist() == [1, 2, 3]
    # Copied arrays are converted, to what is nearest.
    assert module.doubled(np.arange(3, dtype=np.int16)).dtype == np.int64
    assert module.doubled(np.arange(3, dtype=np.float32)).dtype == np.float64
    assert module.doubled([1, 2]).dtype == np.int64
    assert module.doubled([1, 2.5]).tolist() == [2.0, 5.0]
    assert module.doubled(np.zeros(0, np.float64)).dtype == np.float64


def test_the_instance_follows_from_what_is_in_collections(aria):
    module = aria(GENERIC_ARRAYS)
    assert module.ends([1, 2, 3]) == (1, 3) and type(module.ends([1, 2])[0]) is int
    assert module.ends([1, 2.5]) == (1.0, 2.5) and type(module.ends([1, 2.5])[0]) is float
    assert module.ends(("a", "b")) == ("a", "b")
    assert module.ends(np.array([1, 2], np.int32)) == (1, 2)
    assert module.highest({"a": 1, "b": 3}) == 3
    assert module.highest({"a": 1, "b": 3.5}) == 3.5
    assert module.sizes({1, 2}, (1, 5)) == 12
    assert module.sizes({"a"}, ("b", "c")) == 1
    assert module.given(None) is None
    assert type(module.given(2)) is int and type(module.given(2.0)) is float


def test_arrays_and_collections_that_no_instance_takes_are_refused(aria):
    module = aria(GENERIC_ARRAYS)
    with pytest.raises(TypeError, match=r"xs: PyArrayView\[UInt8\].*not \(numpy.ndarray of int16, int\)"):
        module.total(np.zeros(2, np.int16), 0)
    # The array is Int's, and the number is none.
    with pytest.raises(TypeError, match=r"not \(numpy.ndarray of int64, float\)"):
        module.total(np.zeros(2, np.int64), 0.5)
    with pytest.raises(TypeError, match=r"not \(list, int\)"):
        module.total([1, 2], 0)
    with pytest.raises(TypeError, match=r"not \(numpy.ndarray of complex128"):
        module.doubled(np.zeros(2, complex))
    for wrong in ("ab", b"ab", {"a": 1}, 3, [None], [1, "a"]):
        with pytest.raises(TypeError, match=r"takes \(xs: List\[Int\]\) or"):
            module.ends(wrong)
    with pytest.raises(TypeError, match="takes"):
        module.sizes({1}, ("a", "b"))
    # The right type, but no dimension, a wrong byte order, not writable: the instance that is meant says so.
    with pytest.raises(ValueError, match="dimension"):
        module.total(np.zeros((2, 2)), 0)
    with pytest.raises(ValueError, match="byte order"):
        module.total(np.zeros(2, ">f8"), 0)
    fixed = np.zeros(2, np.float32)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        module.add_in_place(fixed, np.zeros(2, np.float32))


def test_choosing_keeps_nothing(aria):
    module = aria(GENERIC_ARRAYS)
    xs, items = np.ones(4), [1, 2.5, 3]
    before = sys.getrefcount(xs), sys.getrefcount(items), sys.getrefcount(items[1])
    for _ in range(100):
        module.total(xs, 1)
        module.ends(items)
        with pytest.raises(TypeError):
            module.total(items, 1)
    assert (sys.getrefcount(xs), sys.getrefcount(items), sys.getrefcount(items[1])) == before
    xs.resize(8, refcheck=False)
