"""What programs mean, found by comparison: with NumPy and Python, and of every way of compiling with every other."""

from __future__ import annotations

import math
import os
import re
import subprocess
import textwrap

import expressions
import mpmath
import numpy as np
import pytest
from expressions import FLOAT, FLOAT32, INT, LENGTHS, Failed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow  # the Python does not matter

BATCH = 12  # functions a module, so that little time goes into starting the compiler

differential = settings(
    max_examples=int(os.environ.get("ARIA_TEST_EXAMPLES", "12")),
    deadline=None,
    derandomize="ARIA_TEST_RANDOM" not in os.environ,  # the same examples everywhere, unless asked for others
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


def same_bits(left: np.ndarray, right: np.ndarray) -> bool:
    """Equal bit by bit; one nan is as good as another."""
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    bits = np.int64 if left.dtype.itemsize == 8 else np.int32
    nan = np.isnan(left) & np.isnan(right)
    return bool(((np.ascontiguousarray(left).view(bits) == np.ascontiguousarray(right).view(bits)) | nan).all())


def module_of(aria, kind, trees):
    return aria("\n".join(expressions.function(f"e{i}", kind, tree) for i, tree in enumerate(trees)) + "\n")


def inputs(kind, seed, times):
    rng = np.random.default_rng(seed)
    for _ in range(times):
        length = int(rng.choice(LENGTHS))
        env = {name: expressions.array(kind, rng, length) for name in expressions.ARRAYS}
        yield env | {name: expressions.scalar(kind, rng) for name in expressions.SCALARS}


def arguments(env):
    return env["a"], env["b"], env["x"].item(), env["y"].item()


@pytest.mark.parametrize("kind", [FLOAT, FLOAT32], ids=["Float", "Float32"])
def test_float_expressions_are_numpys_bit_for_bit(aria, kind):
    @differential
    @given(st.lists(expressions.trees(kind), min_size=1, max_size=BATCH), st.integers(0, 2**32))
    def check(trees, seed):
        module = module_of(aria, kind, trees)
        for i, tree in enumerate(trees):
            for env in inputs(kind, seed + i, 6):
                found = getattr(module, f"e{i}")(*arguments(env))
                wanted = np.broadcast_to(expressions.by_numpy(tree, kind, env), env["a"].shape)
                if {"min", "max"} & tree.names():
                    found, wanted = found + 0.0, wanted + 0.0  # -0.0 becomes 0.0
                assert same_bits(found, wanted), f"{tree}\n{env}\nAria  {found}\nNumPy {wanted}"

    check()


def test_int_expressions_are_exact_or_fail(aria):
    @differential
    @given(st.lists(expressions.trees(INT), min_size=1, max_size=BATCH), st.integers(0, 2**32))
    def check(trees, seed):
        module = module_of(aria, INT, trees)
        for i, tree in enumerate(trees):
            for env in inputs(INT, seed + i, 6):
                wanted, failures = [], set()
                for n in range(len(env["a"])):
                    element = {"a": int(env["a"][n]), "b": int(env["b"][n]), "x": int(env["x"]), "y": int(env["y"])}
                    try:
                        wanted.append(expressions.exactly(tree, element))
                    except Failed as failed:
                        failures.add(failed.args[0])
                try:
                    found = getattr(module, f"e{i}")(*arguments(env))
                except (OverflowError, ZeroDivisionError) as error:
                    # A part without arrays is computed even if there are no elements.
                    assert type(error) in failures or not len(env["a"]), f"{tree}\n{env}\n{error!r}"
                else:
                    assert not failures, f"{tree}\n{env}\n{failures} wanted, found {found}"
                    assert found.tolist() == wanted, f"{tree}\n{env}"

    check()


# ---- reductions ----

REDUCTIONS = """\
fn total(a: PyArrayView[Float]) -> Float = a.sum
fn total_of_squares(a: PyArrayView[Float]) -> Float = (a * a).sum
fn average(a: PyArrayView[Float]) -> Float = a.mean
fn inner(a: PyArrayView[Float], b: PyArrayView[Float]) -> Float = a.dot(b)
fn least(a: PyArrayView[Float]) -> Float = a.min
fn greatest(a: PyArrayView[Float]) -> Float = a.max
fn total32(a: PyArrayView[Float32]) -> Float32 = a.sum
fn int_total(a: PyArrayView[Int]) -> Int = a.sum
fn int_least(a: PyArrayView[Int]) -> Int = a.min
fn int_greatest(a: PyArrayView[Int]) -> Int = a.max
fn int_average(a: PyArrayView[Int]) -> Float = a.mean
fn int_inner(a: PyArrayView[Int], b: PyArrayView[Int]) -> Int = a.dot(b)
"""
SIZES = [0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1000, 1023, 1025, 4097, 100_003]


@pytest.fixture(scope="module")
def reductions(aria):
    return aria(REDUCTIONS)


def pairwise_bound(terms: np.ndarray) -> float:
    """What NumPy's pairwise sum guarantees: eight sums over blocks of 128, then halves."""
    n = len(terms)
    depth = min(max(n - 1, 0), 18) + max(0, math.ceil(math.log2(n / 128))) if n else 0
    unit = float(np.finfo(terms.dtype).eps) / 2
    return depth * unit / (1 - depth * unit) * math.fsum(abs(float(t)) for t in terms)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("scale", [0, 8])
def test_sums_are_no_worse_than_pairwise(reductions, n, scale):
    rng = np.random.default_rng(n)
    a = rng.normal(size=n) * 10.0 ** rng.integers(-scale, scale + 1, n)
    b = rng.normal(size=n)
    unit = 2.0**-53
    for view in (a, a[::-1], np.repeat(a, 3)[::3]):
        assert abs(reductions.total(view) - math.fsum(view)) <= pairwise_bound(a) + unit * abs(math.fsum(a))
    assert abs(reductions.total(a.repeat(2)[::2]) - reductions.total(a)) == 0.0
    for found, terms in [(reductions.inner(a, b), a * b), (reductions.total_of_squares(a), a * a)]:
        assert abs(found - math.fsum(terms)) <= pairwise_bound(terms) + unit * abs(found)
    if n:
        assert abs(reductions.average(a) - math.fsum(a) / n) <= pairwise_bound(a) / n + 2 * unit * abs(math.fsum(a) / n)
    single = a.astype(np.float32)
    error = abs(reductions.total32(single) - math.fsum(float(v) for v in single))
    assert error <= pairwise_bound(single) + 2.0**-24 * abs(math.fsum(float(v) for v in single))


@pytest.mark.parametrize("n", SIZES[1:])
def test_extremes_are_exact(reductions, n):
    rng = np.random.default_rng(n)
    a = rng.normal(size=n)
    k = rng.integers(-(2**63), 2**63 - 1, n)
    for view in (a, a[::-1]):
        assert reductions.least(view) == a.min() and reductions.greatest(view) == a.max()
    assert reductions.int_least(k) == k.min() and reductions.int_greatest(k) == k.max()
    for place in {0, n // 2, n - 1}:
        b = a.copy()
        b[place] = np.nan
        assert math.isnan(reductions.least(b)) and math.isnan(reductions.greatest(b))
        b[place] = np.inf
        assert reductions.greatest(b) == np.inf
        b[place] = -np.inf
        assert reductions.least(b) == -np.inf


@pytest.mark.parametrize("n", SIZES)
def test_int_sums_are_exact_or_overflow(reductions, n):
    rng = np.random.default_rng(n)
    for limit in (100, 2**40, 2**62, 2**63 - 1):
        a, b = (rng.integers(-limit, limit, n) for _ in range(2))
        for f, args, terms in [
            (reductions.int_total, (a,), [int(v) for v in a]),
            (reductions.int_inner, (a, b), [int(v) * int(w) for v, w in zip(a, b, strict=True)]),
        ]:
            exact = sum(terms)
            if all(abs(t) < 2**63 for t in terms) and abs(exact) < 2**63:
                assert f(*args) == exact, limit
            else:
                with pytest.raises(OverflowError):
                    f(*args)


def test_a_sum_that_fits_does_not_overflow_on_the_way(reductions):
    high, low = 2**63 - 1, -(2**63)
    for parts in ([high, 1, -1], [high, high, low, low, 2], [low, -1, 1], [high] * 50 + [-high] * 50):
        assert reductions.int_total(np.array(parts)) == sum(parts)


def test_sums_of_special_values(reductions):
    assert reductions.total(np.array([])) == 0.0
    assert math.isnan(reductions.average(np.array([])))
    assert reductions.total(np.array([np.inf, 1.0])) == np.inf
    assert math.isnan(reductions.total(np.array([np.inf, -np.inf])))
    assert math.isnan(reductions.total(np.array([1.0, np.nan])))
    assert reductions.int_average(np.array([1, 2])) == 1.5


def test_lengths_differ(reductions):
    with pytest.raises(ValueError, match=r"2.*3"):
        reductions.inner(np.zeros(2), np.zeros(3))


# ---- functions of mathematics ----


# Of each function, the numbers that it is asked for.
def _all(rng):
    return np.concatenate(
        [rng.normal(size=2000), rng.normal(size=500) * 30, rng.random(500), rng.normal(size=200) * 1e-9]
    )


def _positive(rng):
    return np.abs(_all(rng)) + 1e-300


def _unit(rng):
    return np.concatenate([rng.uniform(-1, 1, size=2000), rng.normal(size=200) * 1e-9])


DOMAINS = {
    "exp": _all,
    "exp2": _all,
    "expm1": _all,
    "log": _positive,
    "log2": _positive,
    "log10": _positive,
    "log1p": _positive,
    "sin": _all,
    "cos": _all,
    "tan": _all,
    "asin": _unit,
    "acos": _unit,
    "atan": _all,
    "sinh": _all,
    "cosh": _all,
    "tanh": _all,
    "asinh": _all,
    "acosh": lambda rng: 1.0 + np.abs(_all(rng)),
    "atanh": _unit,
    "cbrt": _all,
    "erf": _all,
    "erfc": _all,
}
MATHS = "".join(
    f"fn {f}_all(a: PyArrayView[Float]) -> Array[Float] = a.{f}\n"
    f"fn {f}_singles(a: PyArrayView[Float32]) -> Array[Float32] = a.{f}\n"
    f"fn {f}_one(x: Float) -> Float = {f}(x)\n"
    for f in DOMAINS
)
WORST = 4.0  # units in the last place
EXACT = {
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "log2": lambda x: mpmath.log(x, 2),
    "cbrt": lambda x: mpmath.cbrt(x) if x >= 0 else -mpmath.cbrt(-x),
}


PAIRS = {"pow": lambda x, y: mpmath.power(abs(x), y), "hypot": mpmath.hypot, "atan2": mpmath.atan2}
MATHS += "".join(
    f"fn {f}_all(a: PyArrayView[{ty}], b: PyArrayView[{ty}]) -> Array[{ty}] = {first}.{f}(b)\n".replace("_all", suffix)
    for f in PAIRS
    for ty, suffix in (("Float", "_all"), ("Float32", "_singles"))
    for first in ["a.abs" if f == "pow" else "a"]
)


def is_close_to_exact(found, exact, *args):
    """Up to `WORST` units in the last place from what mpmath finds, except where that over- or underflows."""
    kind = found.dtype.type
    with mpmath.workprec(200), np.errstate(over="ignore"):
        wanted = [exact(*(mpmath.mpf(float(v)) for v in values)) for values in zip(*args, strict=True)]
        wanted = np.array([float(v) for v in wanted]).astype(kind)
    normal = np.isfinite(wanted) & (np.abs(wanted) >= np.finfo(kind).tiny)
    units = np.abs(found[normal] - wanted[normal]) / np.spacing(np.abs(wanted[normal]))
    assert units.max() <= WORST, [x[normal][units.argmax()] for x in args]
    np.testing.assert_allclose(found[~normal], wanted[~normal], rtol=1e-6, atol=np.finfo(kind).tiny)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("name", DOMAINS)
def test_functions_of_mathematics(aria, name, kind):
    x = DOMAINS[name](np.random.default_rng(7)).astype(kind)
    function = getattr(aria(MATHS), name + ("_all" if kind is np.float64 else "_singles"))
    is_close_to_exact(function(x), EXACT.get(name) or getattr(mpmath, name), x)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("name", PAIRS)
def test_functions_of_two_numbers(aria, name, kind):
    rng = np.random.default_rng(8)
    x, y = (np.concatenate([rng.normal(size=2000), rng.normal(size=300) * 8]).astype(kind) for _ in range(2))
    function = getattr(aria(MATHS), name + ("_all" if kind is np.float64 else "_singles"))
    is_close_to_exact(function(x, y), PAIRS[name], x, y)


@pytest.mark.parametrize("name", DOMAINS)
def test_special_numbers_of_functions(aria, name):
    module = aria(MATHS)
    special = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-310, 1000.0, -1000.0]
    names = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
    names |= {"asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
    known = getattr(np, names.get(name, name), None) or np.vectorize(getattr(math, name), otypes=[float])
    with np.errstate(all="ignore"):
        expected = known(np.array(special))
    result = getattr(module, f"{name}_all")(np.array(special))
    np.testing.assert_allclose(result, expected, rtol=1e-14, atol=0.0)
    one = np.array([getattr(module, f"{name}_one")(v) for v in special])
    np.testing.assert_allclose(one, expected, rtol=1e-14, atol=0.0)


# ---- every way of compiling and running is the same program ----

PROGRAM = """\
fn blend(a: PyArrayView[Float], b: PyArrayView[Float]) -> Array[Float] = (a * b + 0.1) / (b * b + 1.0) - a.abs.sqrt
fn norm(a: PyArrayView[Float], b: PyArrayView[Float]) -> Float = ((a - b) ** 2).sum.sqrt
fn total(a: PyArrayView[Float], b: PyArrayView[Float]) -> Float = a.sum + b.mean
fn inner(a: PyArrayView[Float], b: PyArrayView[Float]) -> Float = a.dot(b)
fn extremes(a: PyArrayView[Float], b: PyArrayView[Float]) -> (Float, Float) = ((a + b).min, (a - b).max)
fn mapped(a: PyArrayView[Float], b: PyArrayView[Float]) -> Array[Float]
  a.parallel_map |x| if x > 0.0 then x * 3.0 else x / 3.0 end end
end
fn loops(a: PyArrayView[Float], b: PyArrayView[Float]) -> Float
  requires a.length == b.length
  s = 0.0
  for i in 0..<a.length
    s = s * 0.5 + a[i] * b[i]
  end
  s
end
fn ints(a: PyArrayView[Float], b: PyArrayView[Float]) -> Int
  s = 0
  for x in a
    s += (x * 8.0).floor.to_int % 7
  end
  s
end
fn temporaries(a: PyArrayView[Float], b: PyArrayView[Float]) -> (Array[Float], Float)
  t = a * 2.0
  u = t + b
  (u - t, (u * t).sum)
end
fn overflow(a: PyArrayView[Float], b: PyArrayView[Float]) -> Int
  n = a.length + 1
  while true
    n *= n + 1
  end
  n
end
fn index(a: PyArrayView[Float], b: PyArrayView[Float]) -> Float = a[a.length]
"""

RUNNER = textwrap.dedent("""
    import hashlib, importlib.machinery, importlib.util, sys
    import numpy as np

    path = sys.argv[1]
    name = path.rsplit("/", 1)[1].split(".")[0]
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(name, path, loader=loader))
    loader.exec_module(module)
    rng = np.random.default_rng(3)
    inputs = []
    for n in (0, 1, 7, 64, 1000, 30_011, 400_000):
        a, b = rng.normal(size=(2, n))
        inputs += [(a, b), (a[::-1], b), (np.repeat(a, 2)[::2], b)]
    for function in sorted(f for f in dir(module) if not f.startswith("_") and callable(getattr(module, f))):
        digest = hashlib.sha256()
        for a, b in inputs:
            try:
                result = getattr(module, function)(a, b)
            except Exception as error:
                result = (type(error).__name__ + str(error),)
            for part in result if isinstance(result, tuple) else (result,):
                digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        print(function, digest.hexdigest())
""")


def run_all(toolchain, *options, program=PROGRAM, **env) -> dict[str, str]:
    """What each function computes, as digests of all bits: in a process of its own."""
    path = toolchain.build(program, *options)
    done = subprocess.run(
        [toolchain.python, "-c", RUNNER, str(path)],
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def usual(toolchain):
    found = run_all(toolchain)
    assert len(found) >= 11
    return found


@pytest.mark.parametrize("level", ["0", "1", "2"])
def test_optimisation_changes_nothing(toolchain, usual, level):
    assert run_all(toolchain, "-O", level) == usual


def test_every_pass_may_be_left_out(toolchain, usual):
    """The compiler names its passes when it is asked to leave out one that it has not."""
    file = toolchain.folder / "passes.aria"
    file.write_text("fn f -> Int = 1\n")
    done = toolchain.run("build", file, "--disable-pass", "no_such_pass")
    assert done.returncode == 2
    names = done.stderr.split("there are ")[-1].split("\n")[0].split(", ")
    assert {"fuse", "hoist_bounds", "gil_regions"} <= set(names), done.stderr
    for name in names:
        assert run_all(toolchain, "--disable-pass", name) == usual, name


def cpu_levels() -> list[str]:
    """The levels of x86-64 that this machine has."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        flags = set(re.search(r"^flags\s*:(.*)$", file.read(), re.M).group(1).split())
    needs = {
        "1": set(),
        "2": {"sse4_2", "popcnt", "ssse3", "cx16"},
        "3": {"avx2", "fma", "bmi2"},
        "4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    }
    return [level for level, flag in needs.items() if flag <= flags]


@pytest.mark.parametrize("level", cpu_levels())
def test_every_cpu_level_gives_the_same_bits(toolchain, usual, level):
    assert run_all(toolchain, ARIA_CPU_LEVEL=level) == usual


@pytest.mark.parametrize("threads", ["1", "2", "3", "8"])
def test_any_number_of_threads_gives_the_same_bits(toolchain, usual, threads):
    assert run_all(toolchain, ARIA_NUM_THREADS=threads) == usual


def test_a_forced_level_is_the_one_that_runs(toolchain):
    """Only code for AVX-512 was built: a lower level cannot be had."""
    levels = cpu_levels()
    highest = {"1": "x86-64", "2": "x86-64-v2", "3": "x86-64-v3", "4": "x86-64-v4"}[levels[-1]]
    assert run_all(toolchain, "--cpu", highest) == run_all(toolchain, "--cpu", "x86-64")
