"""Errors and tracebacks, Python objects, the GIL, threads, forks, the module itself."""

import ctypes
import gc
import os
import pickle
import subprocess
import sys
import threading
import time
import traceback
import weakref
from pathlib import Path

import numpy as np
import pytest
import testext
from runtime import (
    HERE,
    LIB,
    NameCell,
    byref,
    c_int32,
    c_void_p,
    error_to_python,
    own,
    py_getattr,
    py_module,
    py_operate,
    raised,
    text,
)


def entries(error):
    return [(entry.filename, entry.lineno, entry.name) for entry in traceback.extract_tb(error.__traceback__)]


def test_traceback():
    with pytest.raises(ValueError) as caught:
        testext.axpy(1.0, np.zeros(1), np.zeros(2))
    assert entries(caught.value)[-1] == ("k.aria", 7, "axpy")
    shown = "".join(traceback.format_exception(type(caught.value), caught.value, caught.value.__traceback__))
    assert 'File "k.aria", line 7, in axpy' in shown and "^" not in shown.split("k.aria")[1]


def test_python_exceptions_come_through():
    error = KeyError("mine")

    def callback():
        raise error

    with pytest.raises(KeyError) as caught:
        testext.hold(np.zeros(1), callback)
    assert caught.value is error
    assert [name for _, _, name in entries(error)][-2:] == ["hold", "callback"]
    assert ("k.aria", 31, "hold") in entries(error)


def test_no_reference_is_kept():
    class Mine(Exception):
        pass

    def callback():
        raise Mine

    for _ in range(3):
        try:
            testext.hold(np.zeros(1), callback)
        except Mine as error:
            kept = weakref.ref(error)
        gc.collect()
        assert kept() is None


@pytest.mark.parametrize(
    ("function", "arguments", "kind", "message"),
    [
        ("index", (ctypes.c_int64(9), ctypes.c_int64(3)), IndexError, "index 9 is out of range for length 3"),
        ("zero_division", (), ZeroDivisionError, "division by zero"),
        ("shape", (ctypes.c_int64(2), ctypes.c_int64(3)), ValueError, "operands have different lengths, 2 and 3"),
        ("overflow", (byref(text("Int + Int")),), OverflowError, "Int + Int overflows"),
        ("empty", (byref(text("min")),), ValueError, "min of an empty array"),
        ("recursion", (), RecursionError, "maximum recursion depth exceeded in Aria code"),
        ("memory", (), MemoryError, ""),
    ],
)
def test_raising(function, arguments, kind, message):
    raise_ = getattr(LIB, f"aria_rt_raise_{function}")
    raise_.restype = None
    raise_(*arguments, byref(HERE))
    error = raised()
    assert type(error) is kind and str(error) == message
    assert entries(error)[-1] == ("k.aria", 7, "helper")


def test_every_kind():
    kinds = [
        "ValueError",
        "TypeError",
        "IndexError",
        "OverflowError",
        "ZeroDivisionError",
        "MemoryError",
        "RecursionError",
        "RuntimeError",
        "KeyError",
        "AssertionError",
        "ArithmeticError",
        "NotImplementedError",
        "BorrowError",
        "BufferError",
        "StopIteration",
        "OSError",
        "AttributeError",
        "Exception",
    ]
    from runtime import str_drop, str_of_object

    for code, name in enumerate(kinds, 1):
        message = str_of_object(f"text of {name}", None)
        LIB.aria_rt_raise(c_int32(code), c_void_p(message), byref(HERE))
        str_drop(message)
        error = raised()
        assert type(error).__name__ == name and error.args == (f"text of {name}",)


def test_failing_without_an_error_says_so():
    with pytest.raises(RuntimeError, match="a bug of Aria"):
        error_to_python(None)


def test_objects():
    assert testext.sqrt(16) == 4.0
    with pytest.raises(ValueError, match=r"math domain error|nonnegative") as caught:
        testext.sqrt(-1)
    assert entries(caught.value)[-1] == ("k.aria", 71, "sqrt")
    for op, want in enumerate([9, 5, 14, 3.5, 3, 1, 49]):
        assert own(py_operate(op, 7, 2, None)) == want
    for op, want in zip(range(8, 14), [False, False, False, True, True, True], strict=True):
        assert own(py_operate(op, 7, 2, None)) is want
    assert own(py_operate(14, 7, 0, None)) == -7
    assert own(py_operate(15, 2, [1, 2], None)) is True
    assert not py_operate(0, 1, "x", None)
    assert isinstance(raised(), TypeError)


def test_modules_and_names():
    import os.path

    cell = NameCell(None, text("os.path"))
    assert own(py_module(byref(cell), None)) is os.path and own(py_module(byref(cell), None)) is os.path
    name = NameCell(None, text("join"))
    assert own(py_getattr(os.path, byref(name), None)) is os.path.join
    missing = NameCell(None, text("no_such_module"))
    assert not py_module(byref(missing), None)
    assert isinstance(raised(), ModuleNotFoundError)
    assert not py_getattr(1, byref(name), None)
    assert isinstance(raised(), AttributeError)


def test_calls_with_keywords():
    call = LIB.aria_rt_py_call
    call.restype = c_void_p
    cells = [NameCell(None, text(name)) for name in ("sep", "end")]
    names = (c_void_p * 2)(*[ctypes.addressof(cell) for cell in cells])
    arguments = (ctypes.py_object * 3)(1, "a", "b")

    def callee(*args, **kwargs):
        return args, kwargs

    made = call(ctypes.py_object(callee), arguments, ctypes.c_int64(1), names, ctypes.c_int64(2), None)
    assert own(made) == ((1,), {"sep": "a", "end": "b"})
    method = LIB.aria_rt_py_call_method
    method.restype = c_void_p
    name = NameCell(None, text("format"))
    made = method(
        ctypes.py_object("{}-{sep}-{end}"), byref(name), arguments, ctypes.c_int64(1), names, ctypes.c_int64(2), None
    )
    assert own(made) == "1-a-b"


def test_iteration():
    iterate, advance, truth = LIB.aria_rt_py_iter, LIB.aria_rt_py_next, LIB.aria_rt_py_truth
    iterate.restype = c_void_p
    iterator = iterate(ctypes.py_object([1, 2]), None)
    out = c_void_p()
    seen = []
    while advance(c_void_p(iterator), byref(out), None) == 0 and out.value:
        seen.append(own(out.value))
    assert seen == [1, 2]
    own(iterator)
    assert not iterate(ctypes.py_object(1), None)
    assert isinstance(raised(), TypeError)
    assert [truth(ctypes.py_object(v), None) for v in ([], [1])] == [0, 1]


def test_gil_is_released_and_borrows_hold():
    x = np.zeros(2)
    thread = threading.Thread(target=testext.spin, args=(x,))
    thread.start()
    deadline = time.monotonic() + 10
    with pytest.raises(testext.BorrowError, match="running call of spin"):
        while time.monotonic() < deadline:
            testext.total(x)
    assert testext.total(np.ones(3)) == 3.0
    x[0] = 1.0
    thread.join(10)
    assert not thread.is_alive() and testext.total(x) == 1.0


def test_deferred_drops():
    class Thing:
        pass

    thing = Thing()
    refs = sys.getrefcount(thing)
    testext.drops(thing)
    assert sys.getrefcount(thing) == refs


def test_ensure():
    seen = []
    ensure, unensure = LIB.aria_rt_gil_ensure, LIB.aria_rt_gil_unensure
    token = ensure()
    seen.append(1)
    unensure(token)
    assert seen == [1]


def test_stack():
    def depth():
        assert LIB.aria_rt_stack_is_low() == 0

    depth()
    thread = threading.Thread(target=depth)
    thread.start()
    thread.join()


def test_parallel():
    assert np.array_equal(testext.squares(10_000, 10_000), np.arange(10_000) ** 2)
    for _ in range(20):
        with pytest.raises(IndexError, match=r"^index 123 is out of range for length 123$") as caught:
            testext.squares(10_000, 123)
        assert entries(caught.value)[-1] == ("k.aria", 52, "squares")


def run(code, **env):
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **env}, capture_output=True, text=True, timeout=60
    )


def test_threads_variable():
    code = """
import os, testext
testext.squares(1000, 1000)
print(sum(open(f"/proc/self/task/{task}/comm").read().startswith("aria-") for task in os.listdir("/proc/self/task")))
"""
    assert run(code, ARIA_NUM_THREADS="3").stdout == "3\n"
    assert run(code, ARIA_NUM_THREADS="1").stdout == "1\n"
    assert run(code, ARIA_NUM_THREADS="nonsense").returncode == 0


def test_fork():
    code = """
import os, testext
for _ in range(3):
    assert testext.squares(5000, 5000)[-1] == 4999 ** 2
    child = os.fork()
    if child == 0:
        for _ in range(3):
            assert testext.squares(5000, 5000)[-1] == 4999 ** 2
        grandchild = os.fork()
        if grandchild == 0:
            assert testext.squares(5000, 5000)[-1] == 4999 ** 2
            os._exit(7)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
"""
    done = run(code, ARIA_NUM_THREADS="4", PYTHONWARNINGS="ignore")
    assert done.returncode == 0, done.stderr


def test_daemon_thread_at_exit():
    code = """
import threading, time, numpy, testext
for _ in range(4):
    threading.Thread(target=testext.spin, args=(numpy.zeros(1),), daemon=True).start()
def work():
    while True:
        testext.axpy(1.0, x, numpy.zeros(100_000))
x = numpy.zeros(100_000)
for _ in range(2):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""
    done = run(code)
    assert done.returncode == 0 and done.stderr == "", done.stderr


def test_module():
    assert testext.__doc__ == "For tests."
    assert testext.double.__module__ == "testext" and testext.double.__doc__ == "Twice x."
    assert testext.double.__text_signature__ == "($module, x)"
    assert pickle.loads(pickle.dumps(testext.double)) is testext.double
    assert pickle.loads(pickle.dumps(testext.BorrowError("x"))).args == ("x",)
    assert testext.__aria_cpu_level__.startswith("x86-64")


def test_cpu_level():
    code = (
        "import testext; print(testext.__aria_cpu_level__)\n"
        "assert testext.level() == int(testext.__aria_cpu_level__[8:] or 1)"
    )
    for asked, level in [("1", "x86-64"), ("x86-64", "x86-64"), ("x86-64-v2", "x86-64-v2"), ("2", "x86-64-v2")]:
        assert run(code, ARIA_CPU_LEVEL=asked).stdout == level + "\n"
    done = run(code, ARIA_CPU_LEVEL="fast")
    assert done.returncode == 1
    assert "ImportError: testext: ARIA_CPU_LEVEL is 'fast'; it takes 1 to 4, or x86-64" in done.stderr
    if "avx512vl" not in Path("/proc/cpuinfo").read_text():
        assert "but this CPU has" in run(code, ARIA_CPU_LEVEL="4").stderr


def test_stale_module():
    import importlib.machinery
    import importlib.util

    loader = importlib.machinery.ExtensionFileLoader("stale", testext.__file__)
    spec = importlib.util.spec_from_loader("stale", loader)
    words = r"compiled for version [0-9a-f]{8} of Aria.s runtime, but linked with version [0-9a-f]{8}"
    with pytest.raises(ImportError, match=words):
        importlib.util.module_from_spec(spec)
