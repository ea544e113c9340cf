"""What attributes make of functions and loops."""

import math

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
        products = [x * y for x, y in zip(xs.tolist(), ys.tolist())]
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
    source.write_text(BROKEN["allow another order with `@fastmath`"] + "\nfn main\n  print(f(Array.zeros(100_000)))\nend\n")
    done = toolchain.run("run", source)
    assert done.returncode == 1 and "error[E0606]" in done.stderr, done
