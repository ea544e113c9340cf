"""What crosses between Python and Aria: every kind of argument and result, every way it can be wrong. Each wrong one is
a clear exception, and leaves nothing behind."""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import math
import os
import pickle
import re
import sys
import threading
import time
import traceback

import numpy as np
import pytest
from measure import MIB, growth_of_many

SCALARS = """\
fn half(x: Float) -> Float = x / 2.0
fn single(x: Float32) -> Float32 = x
fn next(n: Int) -> Int = n + 1
fn negate(flag: Bool) -> Bool = not flag
fn greet(name: String) -> String = "Hello, #{name}!"
fn same(text: String) -> String = text
fn size(text: String) -> Int = text.length
fn nothing(x: Float)
end
fn pair(x: Float, n: Int) -> (Float, Int) = (x, n)
fn nested(x: Float) -> (Float, (Int, String)) = (x, (1, "a"))
fn object(x: PythonObject) -> PythonObject = x
fn defaults(a: Float, by: Float = 2.0, times: Int = 1, name: String = "x") -> String = "#{a} #{by} #{times} #{name}"
"""

ARRAYS = """\
fn total(data: PyArrayView[Float]) -> Float = data.sum
fn total32(data: PyArrayView[Float32]) -> Float32 = data.sum
fn count(data: PyArrayView[Int]) -> Int = data.sum
fn at(data: PyArrayView[Float], i: Int) -> Float = data[i]
fn length(data: PyArrayView[Float]) -> Int = data.length
fn double(mut data: PyArrayView[Float])
  for i in 0..<data.length
    data[i] *= 2.0
  end
end
fn axpy(a: Float, x: PyArrayView[Float], mut y: PyArrayView[Float])
  requires x.length == y.length : "x and y differ in length"
  for i in 0..<x.length
    y[i] += a * x[i]
  end
end
fn swap(mut x: PyArrayView[Float], mut y: PyArrayView[Float])
  for i in 0..<x.length
    x[i], y[i] = y[i], x[i]
  end
end
fn handle(data: PythonArray[Float]) -> PythonArray[Float] = data
fn owned(data: Array[Float]) -> Array[Float] = data + 1.0
fn owned_ints(data: Array[Int]) -> Array[Int] = data + 1
fn owned_sum(data: Array[Float]) -> Float = data.sum
fn fresh(n: Int) -> Array[Float] = Array.zeros(n)
fn singles(data: Array[Float32]) -> Array[Float32] = data * 2.0
fn least(data: PyArrayView[Float]) -> Float = data.min
fn add(x: PyArrayView[Float], y: PyArrayView[Float]) -> Array[Float] = x + y
"""

ERRORS = """\
fn inner(x: Int) -> Int
  raise ValueError("too large: #{x}") if x > 10
  x
end

fn outer(x: Int) -> Int
  inner(x) + 1
end

fn checked(x: Float) -> Float
  requires x > 0.0 : "x is positive"
  x.sqrt
end

fn deep(n: Int) -> Int
  return deep(n + 1) + 1 if n >= 0
  0
end

fn call(f: PythonObject, x: Float) -> Float
  y: Float = f(x)
  y
end

fn key(x: Float) -> Float
  raise KeyError("missing")
end

fn divide(a: Int, b: Int) -> Int = a // b
fn modulo(a: Int, b: Int) -> Int = a % b
fn multiply(a: Int, b: Int) -> Int = a * b
fn minus(a: Int) -> Int = -a
fn power(a: Int, b: Int) -> Int = a ** b
"""


@pytest.fixture(scope="module")
def scalars(aria):
    return aria(SCALARS)


@pytest.fixture(scope="module")
def arrays(aria):
    return aria(ARRAYS)


@pytest.fixture(scope="module")
def errors(aria):
    return aria(ERRORS)


def fails(exception, *words):
    """`pytest.raises` of exactly this class, with all words in its text."""
    return pytest.raises(
        exception, match="(?s)" + "".join(f"(?=.*{re.escape(w)})" for w in words), check=lambda e: type(e) is exception
    )


# ---- scalars ----


@pytest.mark.parametrize("x", [0.0, -0.0, 1.5, 1e308, math.inf, -math.inf, 5e-324])
def test_floats_are_exact(scalars, x):
    assert math.copysign(1.0, scalars.half(x)) == math.copysign(1.0, x)
    assert scalars.half(x) == x / 2.0


def test_nan(scalars):
    assert math.isnan(scalars.half(math.nan))


@pytest.mark.parametrize("x", [3, True, np.float64(3.5), np.float32(2.5), np.int32(7), np.array(1.5)])
def test_what_is_a_number_is_a_float(scalars, x):
    assert scalars.half(x) == float(x) / 2.0


class Floating:
    def __float__(self):
        return 8.0


class Index:
    def __index__(self):
        return 41


def test_float_and_index_methods(scalars):
    assert scalars.half(Floating()) == 4.0
    assert scalars.half(Index()) == 20.5
    assert scalars.next(Index()) == 42


@pytest.mark.parametrize("n", [0, -1, 2**31, 2**63 - 2, -(2**63), np.int64(5), np.uint8(200), True])
def test_ints(scalars, n):
    assert scalars.next(n) == int(n) + 1
    assert type(scalars.next(n)) is int


def test_float32_rounds(scalars):
    assert scalars.single(0.1) == float(np.float32(0.1))
    assert scalars.single(1e300) == math.inf


@pytest.mark.parametrize("flag", [True, False, np.True_, np.False_])
def test_bools(scalars, flag):
    assert scalars.negate(flag) is (not flag)


def test_unit_is_none(scalars):
    assert scalars.nothing(1.0) is None


def test_tuples(scalars):
    assert scalars.pair(1.5, 2) == (1.5, 2)
    assert scalars.nested(0.5) == (0.5, (1, "a"))


def test_objects_pass_untouched(scalars):
    thing = object()
    before = sys.getrefcount(thing)
    assert scalars.object(thing) is thing
    assert sys.getrefcount(thing) == before


@pytest.mark.parametrize(
    ("function", "value", "wanted", "given"),
    [
        ("half", "1.0", "float", "str"),
        ("half", None, "float", "None"),
        ("half", 1j, "float", "complex"),
        ("half", [1.0], "float", "list"),
        ("next", 1.0, "int", "float"),
        ("next", "1", "int", "str"),
        ("next", None, "int", "None"),
        ("negate", 1, "bool", "int"),
        ("negate", "yes", "bool", "str"),
        ("greet", 1, "str", "int"),
        ("greet", b"bytes", "str", "bytes"),
    ],
)
def test_wrong_scalar(scalars, function, value, wanted, given):
    f = getattr(scalars, function)
    parameter = {"half": "x", "next": "n", "negate": "flag", "greet": "name"}[function]
    with fails(TypeError, function, parameter, wanted, given):
        f(value)


@pytest.mark.parametrize("n", [2**63, -(2**63) - 1, 10**40])
def test_int_out_of_range(scalars, n):
    with fails(OverflowError, "next", "n"):
        scalars.next(n)


def test_int_too_large_for_a_float(scalars):
    with fails(OverflowError):
        scalars.half(10**400)


class Raising:
    def __float__(self):
        raise ZeroDivisionError("from __float__")

    def __index__(self):
        raise LookupError("from __index__")


def test_errors_of_conversions_come_through(scalars):
    with fails(ZeroDivisionError, "from __float__"):
        scalars.half(Raising())
    with fails(LookupError, "from __index__"):
        scalars.next(Raising())


# ---- strings ----


@pytest.mark.parametrize("text", ["", "a", "größe", "数据", "🦀" * 1000, "a\0b", "\n\t", "e\u0301"])
def test_strings_round_trip(scalars, text):
    assert scalars.same(text) == text
    assert scalars.size(text) == len(text)
    assert scalars.greet(text) == f"Hello, {text}!"


def test_surrogates_are_refused(scalars):
    with pytest.raises((UnicodeEncodeError, ValueError)):
        scalars.same("\ud800")


class Text(str):
    pass


def test_subclasses_of_str(scalars):
    assert scalars.same(Text("abc")) == "abc"


# ---- calls ----


def test_defaults_and_keywords(scalars):
    assert scalars.defaults(1.5) == "1.5 2.0 1 x"
    assert scalars.defaults(1.5, 3.0) == "1.5 3.0 1 x"
    assert scalars.defaults(1.5, times=4) == "1.5 2.0 4 x"
    assert scalars.defaults(name="y", a=1.0) == "1.0 2.0 1 y"
    assert scalars.defaults(**{"a": 1.0, "by": 0.5}) == "1.0 0.5 1 x"


def python_defaults(a, by=2.0, times=1, name="x"):
    """What CPython says of the same mistakes."""


python_defaults.__name__ = python_defaults.__qualname__ = "defaults"


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        ((), {"by": 1.0}),
        ((1.0, 2.0, 3, "a", 5), {}),
        ((1.0,), {"sclae": 1.0}),
        ((1.0,), {"a": 1.0}),
        ((1.0, 2.0), {"by": 1.0}),
    ],
)
def test_wrong_arguments_are_told_as_cpython_tells_them(scalars, args, kwargs):
    with pytest.raises(TypeError) as theirs:
        python_defaults(*args, **kwargs)
    with pytest.raises(TypeError) as ours:
        scalars.defaults(*args, **kwargs)
    # Newer interpreters add a suggestion.
    assert str(ours.value).split(". Did")[0] == str(theirs.value).split(". Did")[0]


def test_signature_and_name(scalars):
    import inspect

    assert scalars.half.__name__ == "half"
    assert str(inspect.signature(scalars.half)) == "(x)"
    assert list(inspect.signature(scalars.defaults).parameters) == ["a", "by", "times", "name"]


# ---- views ----


def test_total(arrays):
    assert arrays.total(np.arange(1000.0)) == 499500.0
    assert arrays.total32(np.arange(10, dtype=np.float32)) == 45.0
    assert arrays.count(np.arange(10)) == 45


@pytest.mark.parametrize(
    "view",
    [
        np.arange(100.0)[::2],
        np.arange(100.0)[::-1],
        np.arange(100.0)[90:10:-7],
        np.arange(100.0).reshape(10, 10)[:, 3],
        np.arange(100.0).reshape(10, 10).T[4],
        np.arange(0.0),
        np.arange(10.0)[5:5],
        np.arange(10.0)[::-1][:1],
        np.broadcast_to(np.float64(2.5), (7,)),
    ],
    ids=lambda v: f"{v.shape}{v.strides}",
)
def test_strides(arrays, view):
    assert arrays.total(view) == view.sum()
    assert arrays.length(view) == len(view)
    for i in range(len(view)):
        assert arrays.at(view, i) == view[i]


def test_a_field_of_records(arrays):
    records = np.zeros(5, dtype=[("a", "f8"), ("b", "i4"), ("pad", "i4")])
    records["a"] = range(5)
    assert arrays.total(records["a"]) == 10.0


def test_other_exporters(arrays):
    x = array.array("d", [1.0, 2.0, 3.5])
    assert arrays.total(x) == 6.5
    assert arrays.total(memoryview(x)[::2]) == 4.5
    assert arrays.total(memoryview(np.arange(4.0).tobytes()).cast("d")) == 6.0
    assert arrays.total((ctypes.c_double * 3)(1.0, 2.0, 3.0)) == 6.0
    arrays.double(x)
    assert x.tolist() == [2.0, 4.0, 7.0]


class Subclass(np.ndarray):
    pass


def test_subclasses_of_ndarray(arrays):
    assert arrays.total(np.arange(4.0).view(Subclass)) == 6.0


@pytest.mark.parametrize("dtype", ["f4", "i8", "i4", "c16", "?", "u1", "U3", "O", "f2", "M8[s]", "g"])
def test_wrong_dtype(arrays, dtype):
    given = np.zeros(3, dtype=dtype)
    with fails(TypeError, "total", "data", "an array of Float (float64)", str(given.dtype)):
        arrays.total(given)


@pytest.mark.parametrize("exporter", [b"12345678", bytearray(8), array.array("f", [1.0]), array.array("q", [1])])
def test_wrong_format(arrays, exporter):
    with fails(TypeError, "total", "data", "Float"):
        arrays.total(exporter)


@pytest.mark.parametrize("given", [np.zeros((2, 3)), np.float64(1.0), np.array(1.0), np.zeros((1, 1, 1))])
def test_wrong_rank(arrays, given):
    with pytest.raises((TypeError, ValueError), match=r"total.*data.*1 dimension|1 dimension.*"):
        arrays.total(given)


def test_wrong_byte_order(arrays):
    with fails(ValueError, "total", "data", "byte order"):
        arrays.total(np.arange(3, dtype=">f8"))


@pytest.mark.parametrize("given", [[1.0, 2.0], (1.0,), None, 1.0, "abc", {}, object(), iter([1.0])])
def test_no_array_for_a_view(arrays, given):
    with fails(
        TypeError, "total", "data", "an array of Float (float64)", "None" if given is None else type(given).__name__
    ):
        arrays.total(given)


def test_a_list_for_a_view_is_told_the_cure(arrays):
    with fails(TypeError, "numpy.asarray", "float64"):
        arrays.total([1.0, 2.0])


def test_misaligned(arrays):
    bytes_ = np.zeros(8 * 4 + 1, dtype=np.uint8)
    shifted = bytes_[1:].view(np.float64)
    assert not shifted.flags.aligned
    with fails(ValueError, "total", "data", "align"):
        arrays.total(shifted)


def test_misaligned_strides(arrays):
    records = np.zeros(4, dtype=np.dtype([("a", "f8"), ("b", "i1")]))
    with fails(ValueError, "total", "data", "align"):
        arrays.total(records["a"])


def test_read_only_may_be_read(arrays):
    x = np.arange(4.0)
    x.flags.writeable = False
    assert arrays.total(x) == 6.0


def test_read_only_for_mut(arrays):
    x = np.arange(4.0)
    x.flags.writeable = False
    with pytest.raises((ValueError, BufferError), match=r"double.*data.*read-only"):
        arrays.double(x)
    with pytest.raises((ValueError, BufferError), match=r"double.*data.*read-only"):
        arrays.double(memoryview(np.arange(4.0).tobytes()).cast("d"))
    assert x.tolist() == [0, 1, 2, 3]


def test_elements_that_share_memory_for_mut(arrays):
    everywhere = np.lib.stride_tricks.as_strided(np.zeros(1), shape=(5,), strides=(0,))
    with fails(ValueError, "double", "data"):
        arrays.double(everywhere)


def test_mut_writes_through_strides(arrays):
    x = np.arange(10.0)
    arrays.double(x[::-2])
    assert x.tolist() == [0, 2, 2, 6, 4, 10, 6, 14, 8, 18]


@pytest.mark.parametrize(("a", "b"), [((0, 10), (0, 10)), ((0, 10), (9, 19)), ((5, 15), (0, 10))])
def test_overlap_with_mut(arrays, a, b):
    x = np.arange(20.0)
    with fails(ValueError, "axpy", "overlap"):
        arrays.axpy(1.0, x[slice(*a)], x[slice(*b)])
    with fails(ValueError, "swap", "overlap"):
        arrays.swap(x[slice(*a)], x[slice(*b)])
    assert x.tolist() == list(range(20))


def test_neighbours_do_not_overlap(arrays):
    x = np.arange(20.0)
    arrays.axpy(1.0, x[:10], x[10:])
    assert x[10:].tolist() == [10.0 + 2 * i for i in range(10)]


def test_two_reads_of_one_array(arrays):
    x = np.arange(3.0)
    assert arrays.add(x, x).tolist() == [0.0, 2.0, 4.0]


@pytest.mark.parametrize("i", [5, 6, 2**62, -1, -5, -(2**63)])
def test_index_out_of_range(arrays, i):
    with fails(IndexError, str(i), "5"):
        arrays.at(np.arange(5.0), i)


def test_lengths_differ(arrays):
    with fails(ValueError, "x and y differ in length"):
        arrays.axpy(1.0, np.zeros(3), np.zeros(4))
    with fails(ValueError, "3", "4"):
        arrays.add(np.zeros(3), np.zeros(4))


def test_minimum_of_nothing(arrays):
    with fails(ValueError, "empty"):
        arrays.least(np.zeros(0))


# ---- owned arrays ----


@pytest.mark.parametrize(
    "given", [[1.0, 2.0], (1, 2), np.array([1.0, 2.0]), np.array([1, 2], dtype=np.int32), array.array("d", [1.0, 2.0])]
)
def test_owned_arrays_accept_what_converts_safely(arrays, given):
    assert arrays.owned(given).tolist() == [2.0, 3.0]
    assert arrays.owned_sum(given) == 3.0


@pytest.mark.parametrize("given", [["a"], [1.0, None], "abc", 3.0, None, np.zeros(2, dtype=complex), [[1.0]]])
def test_owned_arrays_refuse_the_rest(arrays, given):
    with pytest.raises((TypeError, ValueError), match="owned"):
        arrays.owned(given)


def test_no_silent_narrowing(arrays):
    with pytest.raises((TypeError, ValueError), match="owned_ints"):
        arrays.owned_ints(np.array([1.5]))
    with pytest.raises((TypeError, ValueError), match="owned_ints"):
        arrays.owned_ints([1.5])
    with pytest.raises((TypeError, ValueError, OverflowError), match="owned_ints"):
        arrays.owned_ints([2**70])


def test_results_are_arrays_of_their_own(arrays):
    x = arrays.fresh(1000)
    assert type(x) is np.ndarray
    assert x.dtype == np.float64
    assert x.flags.c_contiguous and x.flags.aligned and x.flags.writeable
    assert x.ctypes.data % 64 == 0
    assert x.base is not None  # Aria's memory, handed over
    x[:] = 1.0
    assert arrays.fresh(1000).sum() == 0.0
    assert arrays.singles([1.5]).dtype == np.float32
    assert arrays.owned_ints([1]).dtype == np.int64


def test_empty_results(arrays):
    assert arrays.fresh(0).shape == (0,)
    assert arrays.owned(np.zeros(0)).shape == (0,)


def test_a_negative_length(arrays):
    with fails(ValueError, "length", "negative"):
        arrays.fresh(-1)


def test_more_than_there_is(arrays):
    with pytest.raises(MemoryError):
        arrays.fresh(2**60)
    with pytest.raises(MemoryError):
        arrays.fresh(2**62 + 1)


def test_results_live_as_long_as_python_wants(arrays):
    kept = [arrays.owned(np.full(1000, float(i)))[500:] for i in range(50)]
    gc.collect()
    for i, part in enumerate(kept):
        assert (part == i + 1.0).all()


# ---- nothing leaks ----


WAYS = {
    "right": lambda a, s, e, x: a.total(x),
    "result": lambda a, s, e, x: a.owned(x),
    "list": lambda a, s, e, x: a.owned([1.0, 2.0]),
    "string": lambda a, s, e, x: s.greet("a string that is not tiny, for it has to be allocated"),
    "defaults": lambda a, s, e, x: s.defaults(1.0, name="abc"),
    "tuple": lambda a, s, e, x: s.nested(1.0),
    "handle": lambda a, s, e, x: a.handle(x),
    "callback": lambda a, s, e, x: e.call(float, 1.0),
    "other exporter": lambda a, s, e, x: a.total(memoryview(x)),
    "wrong dtype": lambda a, s, e, x: a.total(x.view(np.int64)),
    "wrong second": lambda a, s, e, x: a.axpy(1.0, x, [1.0]),
    "overlap": lambda a, s, e, x: a.axpy(1.0, x, x),
    "index": lambda a, s, e, x: a.at(x, 10**6),
    "lengths": lambda a, s, e, x: a.add(x, x[1:]),
    "missing": lambda a, s, e, x: a.axpy(1.0, x),
    "raised": lambda a, s, e, x: e.outer(11),
    "raised in Python": lambda a, s, e, x: e.call(math.sqrt, -1.0),
    "not a number": lambda a, s, e, x: e.call(str, 1.0),
}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_leaks(arrays, scalars, errors, way):
    x = np.arange(64.0)
    before = sys.getrefcount(x)

    def call():
        with contextlib.suppress(Exception):
            WAYS[way](arrays, scalars, errors, x)

    assert growth_of_many(call, 10_000) < MIB // 8
    assert sys.getrefcount(x) == before
    resized = array.array("d", [1.0])
    with contextlib.suppress(TypeError):
        arrays.axpy(1.0, resized, [1.0])
    resized.append(2.0)  # refused while somebody holds its buffer


# ---- errors ----


def test_traceback_names_file_line_and_function(errors):
    with pytest.raises(ValueError, match="too large: 11") as caught:
        errors.outer(11)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert last.filename.endswith(".aria")
    assert (last.lineno, last.name) == (2, "inner")


def test_requires(errors):
    assert errors.checked(4.0) == 2.0
    with fails(ValueError, "x is positive"):
        errors.checked(-1.0)


@pytest.mark.parametrize("exception", [ValueError, KeyError, StopIteration, KeyboardInterrupt, SystemExit, MemoryError])
def test_python_exceptions_come_through(errors, exception):
    thrown = exception("it")

    def throw(_):
        raise thrown

    with pytest.raises(exception) as caught:
        errors.call(throw, 1.0)
    assert caught.value is thrown
    names = [entry.name for entry in traceback.extract_tb(thrown.__traceback__)]
    assert "call" in names and names[-1] == "throw"


def test_key_error(errors):
    with pytest.raises(KeyError, match="missing"):
        errors.key(1.0)


@pytest.mark.parametrize(
    ("function", "args", "exception"),
    [
        ("divide", (1, 0), ZeroDivisionError),
        ("modulo", (1, 0), ZeroDivisionError),
        ("divide", (-(2**63), -1), OverflowError),
        ("multiply", (2**62, 2), OverflowError),
        ("multiply", (-(2**63), -1), OverflowError),
        ("minus", (-(2**63),), OverflowError),
        ("power", (2, 63), OverflowError),
        ("power", (2, -1), ValueError),
    ],
)
def test_arithmetic_errors(errors, function, args, exception):
    with fails(exception):
        getattr(errors, function)(*args)


@pytest.mark.parametrize("a", [-7, 7, 0, -(2**63), 2**63 - 1])
@pytest.mark.parametrize("b", [-3, 3, 1, 2**63 - 1, -(2**63)])
def test_division_is_pythons(errors, a, b):
    assert errors.divide(a, b) == a // b
    assert errors.modulo(a, b) == a % b


def test_modulo_of_the_smallest_int(errors):
    assert errors.modulo(-(2**63), -1) == 0


def test_power(errors):
    assert errors.power(-3, 5) == -243
    assert errors.power(0, 0) == 1
    assert errors.power(-2, 63) == -(2**63)


def test_runaway_recursion(errors):
    with pytest.raises(RecursionError):
        errors.deep(0)
    assert errors.outer(1) == 2


def test_runaway_recursion_on_a_thread(errors):
    """Threads have small stacks."""
    caught = []

    def run():
        try:
            errors.deep(0)
        except RecursionError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert len(caught) == 1


# ---- threads, forks ----


BORROWS = """\
extern Python from aria_borrow_probe as probe

fn hold(mut data: PyArrayView[Float]) -> Float
  data[0] += 1.0
  waited: Float = probe.wait()
  data[0] + waited
end

fn read_and_hold(data: PyArrayView[Float]) -> Float
  waited: Float = probe.wait()
  data[0] + waited
end

fn read(data: PyArrayView[Float]) -> Float = data.sum
"""


class BorrowProbe:
    def __init__(self):
        self.inside = threading.Event()
        self.leave = threading.Event()

    def wait(self):
        self.inside.set()
        assert self.leave.wait(30)
        return 0.0


@pytest.fixture(scope="module")
def borrow_probe():
    return sys.modules.setdefault("aria_borrow_probe", BorrowProbe())


@pytest.fixture
def holding(aria, borrow_probe):
    """Runs a function that holds its argument on another thread until the test ends."""
    threads = []
    borrow_probe.inside.clear()
    borrow_probe.leave.clear()

    def hold(function, data):
        thread = threading.Thread(target=function, args=(data,))
        threads.append(thread)
        thread.start()
        assert borrow_probe.inside.wait(30)

    yield hold
    borrow_probe.leave.set()
    for thread in threads:
        thread.join()


def test_a_second_borrow_from_another_thread(aria, holding):
    module = aria(BORROWS)
    x = np.zeros(10)
    holding(module.hold, x)
    with pytest.raises(RuntimeError) as caught:
        module.read(x[5:0:-1])
    assert type(caught.value).__name__ == "BorrowError"
    with pytest.raises(RuntimeError):
        module.hold(x)
    assert module.read(np.ones(3)) == 3.0


LONG = """
fn spin(data: PyArrayView[Float], turns: Int) -> Float
  s = 0.0
  for i in 0..<turns
    s += data[i % data.length]
  end
  s
end

fn fill(mut data: PyArrayView[Float])
  for i in 0..<data.length
    data[i] = 1.0
  end
end

fn exchange(mut a: PyArrayView[Float], mut b: PyArrayView[Float], c: PyArrayView[Float])
  for i in 0..<c.length
    a[i] = b[i] + c[i]
    b[i] = c[i]
  end
end
"""


def test_a_borrow_is_seen_when_the_gil_is_released(aria):
    module = aria(LONG)
    x, other = np.zeros(1000), np.zeros(1000)
    thread = threading.Thread(target=module.spin, args=(x, 100_000_000))
    thread.start()
    refused = 0
    while thread.is_alive():
        try:
            module.fill(x)
        except RuntimeError as error:
            assert type(error).__name__ == "BorrowError"
            assert "spin" in str(error)
            refused += 1
        module.fill(other)
    assert refused > 0 and other.sum() == 1000.0
    module.fill(x)
    assert x.sum() == 1000.0


def test_what_a_replaced_stdout_writes_is_refused(aria, monkeypatch):
    module = aria(LONG + """
fn tell(data: PyArrayView[Float]) -> Float
  print(data[0])
  data[0]
end
""")
    x, seen = np.zeros(10), []

    class Intruder:
        def write(self, text):
            try:
                module.fill(x)
            except RuntimeError as error:
                seen.append(type(error).__name__)

        def flush(self):
            pass

    monkeypatch.setattr(sys, "stdout", Intruder())
    assert module.tell(x) == 0.0
    monkeypatch.undo()
    assert set(seen) == {"BorrowError"} and x.sum() == 0.0


def test_two_written_arrays_and_one_that_is_read(aria):
    module = aria(LONG)
    x = np.arange(30.0)
    parts = x[:10], x[10:20], x[20:]
    for a, b, c in [(0, 1, 1), (0, 1, 0), (0, 0, 1), (2, 2, 2)]:
        with fails(ValueError, "exchange", "overlap"):
            module.exchange(parts[a], parts[b], parts[c])
    with fails(ValueError, "exchange", "overlap"):
        module.exchange(x[:10], x[10:20], x[19:29])
    assert x.tolist() == list(range(30))
    module.exchange(*parts)
    assert x[:20].tolist() == [30.0 + 2 * i for i in range(10)] + [20.0 + i for i in range(10)]


MIXED = """
fn spread(mut out: PyArrayView[Float], a: PyArrayView[Int], b: PyArrayView[Float32])
  for i in 0..<out.length
    out[i] = a[i].to_float + b[i].to_float
  end
end

fn copy(a: PyArrayView[Int], mut out: PyArrayView[Int])
  for i in 0..<out.length
    out[i] = a[i]
  end
end
"""


def test_arrays_of_several_types_in_one_call(aria):
    module = aria(MIXED)
    out, a, b = np.zeros(9), np.arange(9), np.ones(9, np.float32)
    module.spread(out, a, b)
    assert out.tolist() == [i + 1.0 for i in range(9)]
    with fails(TypeError, "spread", "b"):
        module.spread(out, a, b.astype(float))
    with fails(ValueError, "spread", "overlap"):
        module.spread(out, out.view(int), b)


def test_dtypes_that_are_not_numpys_own_object(aria):
    module = aria(MIXED)
    out = np.zeros(9, int)
    for a in [
        pickle.loads(pickle.dumps(np.arange(9))),
        np.arange(9, dtype=np.longlong),
        np.arange(9).view(np.dtype(np.int64, metadata={"a": 1})),
    ]:
        out[:] = 0
        module.copy(a, out)
        assert out.tolist() == list(range(9))
    for wrong in [np.arange(9, dtype=">i8"), np.arange(9, dtype=np.uint64), np.arange(9.0), np.zeros((9, 1), int)]:
        with pytest.raises((TypeError, ValueError), match="copy"):
            module.copy(wrong, out)
    frozen = np.arange(9)
    frozen.flags.writeable = False
    with fails(ValueError, "copy", "out"):
        module.copy(out, frozen)
    with fails(ValueError, "copy", "overlap"):
        module.copy(out[:-1], out[1:])


@pytest.mark.parametrize("n", [0, 1, 2])
def test_short_and_strided_arrays(aria, n):
    module = aria(LONG)
    x = np.zeros(9)
    module.fill(x[: 4 * n : 4])
    assert x.sum() == n
    assert module.spin(x[::4], n) == n
    module.fill(np.zeros((n, 3))[:, 1])
    module.fill(np.zeros(0)[::-1])


def test_two_readers_from_two_threads(aria, holding):
    module = aria(BORROWS)
    x = np.ones(10)
    holding(module.read_and_hold, x)
    assert module.read(x) == 10.0
    with pytest.raises(RuntimeError):
        module.hold(x)


def test_a_held_exporter_cannot_be_resized(aria, holding):
    module = aria(BORROWS)
    x = array.array("d", [1.0] * 10)
    holding(module.read_and_hold, x)
    with pytest.raises(BufferError):
        x.append(1.0)


def test_borrows_end(aria, borrow_probe):
    module = aria(BORROWS)
    borrow_probe.leave.set()
    x = np.zeros(10)
    for _ in range(3):
        module.hold(x)
    assert x[0] == 3.0


def test_many_threads(arrays):
    x = np.arange(100_000.0)
    wanted = arrays.total(x)
    found = []

    def run():
        y = np.zeros(1000)
        for _ in range(50):
            found.append(arrays.total(x) == wanted)
            arrays.axpy(2.0, x[:1000], y)
        found.append(bool((y == 100.0 * x[:1000]).all()))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 * 51 and all(found)


PARALLEL = """\
fn grow(data: PyArrayView[Float]) -> Array[Float]
  data.parallel_map |x| x * x + 1.0 end
end

fn checked(data: PyArrayView[Int]) -> Array[Int]
  data.parallel_map |x| 1000 // x end
end
"""


def test_parallel_map_after_fork(aria):
    module = aria(PARALLEL)
    x = np.arange(300_000.0)
    wanted = x * x + 1.0
    np.testing.assert_array_equal(module.grow(x), wanted)
    child = os.fork()
    if child == 0:
        right = False
        try:
            right = bool((module.grow(x) == wanted).all())
        finally:
            os._exit(0 if right else 1)
    deadline = time.monotonic() + 60
    while (done := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    if done[0] == 0:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert done == (child, 0), "the child hangs or fails"
    np.testing.assert_array_equal(module.grow(x), wanted)


def test_parallel_map_raises_the_error(aria):
    x = np.ones(500_000, dtype=np.int64)
    assert (aria(PARALLEL).checked(x) == 1000).all()
    x[345_678] = 0
    with pytest.raises(ZeroDivisionError):
        aria(PARALLEL).checked(x)


def test_interrupts_are_seen_after_the_call(arrays):
    """Ctrl-C during native work arrives when the call ends: it is not lost."""
    import signal

    x = np.ones(20_000_000)
    # A shell has its background jobs ignore the signal, and Python leaves it at that.
    old = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.005, lambda: signal.raise_signal(signal.SIGINT))
    try:
        with pytest.raises(KeyboardInterrupt):
            timer.start()
            for _ in range(10_000):
                arrays.total(x)
        timer.join()
    finally:
        signal.signal(signal.SIGINT, old)


def test_integers_of_other_widths_cross_alone_in_tuples_and_in_arrays(aria):
    module = aria("""
fn byte(x: UInt8) -> UInt8 = x
fn pair(x: (Int8, Int)) -> Int = x[1]
fn length(xs: PyArrayView[UInt8]) -> Int = xs.length
fn next(xs: Array[Int32]) -> Array[Int32] = xs + 1
""")
    assert module.byte(255) == 255
    assert module.pair((-1, 5)) == 5
    assert module.length(np.ones(3, dtype="u1")) == 3
    assert module.next(np.arange(2, dtype="i4")).tolist() == [1, 2]
