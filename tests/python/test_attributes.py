"""What attributes make of functions and loops."""

import math

import numpy as np

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
