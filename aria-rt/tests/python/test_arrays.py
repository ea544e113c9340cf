"""Borrowing and copying arrays; results."""

import array
import ctypes
import gc
import importlib.machinery
import importlib.util
import shutil
import subprocess
import sys
import weakref

import numpy as np
import pytest
import testext
from runtime import (
    DTYPES,
    ELEM,
    ELEMS,
    Borrowed,
    RawArray,
    array_alloc,
    array_from_py,
    array_to_py,
    byref,
    pyarray_drop,
    pyarray_of_object,
    pyarray_retain,
    raised,
)


def values(dtype, n=5):
    return (np.arange(n) % 2).astype(dtype) if dtype == "?" else np.arange(n).astype(dtype)


@pytest.mark.parametrize(("elem", "dtype"), list(zip(ELEMS, DTYPES, strict=True)))
def test_every_element_type_and_stride(elem, dtype):
    base = values(dtype, 12)
    readonly = base.copy()
    readonly.flags.writeable = False
    for view in (
        base,
        base[::2],
        base[::-1],
        base[8:2:-3],
        base[:0],
        base[3:4],
        np.broadcast_to(base[:1], 6),
        readonly,
    ):
        refs = sys.getrefcount(view)
        with Borrowed(view, elem) as x:
            assert np.array_equal(x.read(), view)
            assert x.object() is view
            assert x.borrow.data and x.borrow.data % min(base.itemsize, 8) == 0
            assert sys.getrefcount(view) == refs + 1
        assert sys.getrefcount(view) == refs
        with Borrowed(view, elem, copying=True) as x:
            assert np.array_equal(x.read(), view) and (x.borrow.stride == base.itemsize)
        assert sys.getrefcount(view) == refs
    with Borrowed(base[::-2], elem, mutable=True) as x:
        ctypes.memset(x.borrow.data, 1, 1)
    assert base.view("u1")[-base.itemsize] == 1


def test_other_exporters():
    for exporter, elem in [
        (array.array("d", [1, 2, 3]), "F64"),
        (array.array("l", [1, 2, 3]), "I64"),
        (array.array("i", [1, 2, 3]), "I32"),
        (bytearray(b"abc"), "U8"),
        (b"abc", "U8"),
        (memoryview(b"abc"), "U8"),
        (memoryview(np.arange(9.0))[::3], "F64"),
        ((ctypes.c_double * 3)(1, 2, 3), "F64"),
        ((ctypes.c_long * 3)(1, 2, 3), "I64"),
    ]:
        with Borrowed(exporter, elem) as x:
            assert x.read().tolist() == list(exporter)
            assert x.object() is exporter
    assert testext.total(array.array("d", [1.5, 2.5])) == 4.0
    assert testext.total(np.ones(1).view(type("Sub", (np.ndarray,), {}))) == 1.0


def test_exporters_are_locked():
    data = bytearray(8)
    with Borrowed(data, "U8", mutable=True), pytest.raises(BufferError):
        data.append(1)
    data.append(1)
    owned = np.zeros(4)
    with Borrowed(owned, "F64"), pytest.raises(ValueError):
        owned.resize(400)


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        (np.zeros(3, "f4"), TypeError, "f() argument 'x' must be an array of Float (float64), not float32"),
        (np.zeros(3, "c16"), TypeError, "f() argument 'x' must be an array of Float (float64), not complex128"),
        (np.zeros(3, "O"), TypeError, "f() argument 'x' must be an array of Float (float64), not object"),
        (
            np.zeros(3, "f8,f8"),
            TypeError,
            "f() argument 'x' must be an array of Float (float64), not [('f0', '<f8'), ('f1', '<f8')]",
        ),
        (np.zeros(3, "M8[s]"), TypeError, "f() argument 'x' must be an array of Float (float64), not datetime64[s]"),
        (np.zeros(3, "U3"), TypeError, "f() argument 'x' must be an array of Float (float64), not <U3"),
        (np.zeros((2, 2)), ValueError, "f() argument 'x' must have 1 dimension, not 2"),
        (np.float64(1).reshape(()), ValueError, "f() argument 'x' must have 1 dimension, not 0"),
        (
            np.zeros(3, ">f8"),
            ValueError,
            "f() argument 'x' must have the native byte order, not that of >f8; x.astype('float64') converts it",
        ),
        (
            np.frombuffer(bytes(25), "u1")[1:].view("f8"),
            ValueError,
            "f() argument 'x' must be aligned to 8 bytes; x.copy() is",
        ),
        (
            [1.0],
            TypeError,
            "f() argument 'x' must be an array of Float (float64), not list; "
            "numpy.asarray(x, dtype='float64') makes one",
        ),
        (1.0, TypeError, "f() argument 'x' must be an array of Float (float64), not float"),
        (None, TypeError, "f() argument 'x' must be an array of Float (float64), not None"),
        (b"abc", TypeError, "f() argument 'x' must be an array of Float (float64), not uint8"),
        (array.array("f", [1]), TypeError, "f() argument 'x' must be an array of Float (float64), not float32"),
        (
            memoryview(b"abc").cast("c"),
            TypeError,
            "f() argument 'x' must be an array of Float (float64), not format 'c'",
        ),
    ],
)
def test_borrow_errors(given, kind, message):
    refs = sys.getrefcount(given)
    with pytest.raises(kind) as caught:
        Borrowed(given, "F64")
    assert str(caught.value) == message
    del caught
    assert given is None or sys.getrefcount(given) <= refs


def test_written_to():
    readonly = np.zeros(3)
    readonly.flags.writeable = False
    for given, elem, kind, message in [
        (readonly, "F64", ValueError, "f() argument 'x' is written to, but the array is read-only; x.copy() is not"),
        (b"abc", "U8", BufferError, "f() argument 'x' is written to, but bytes is read-only"),
        (memoryview(readonly), "F64", BufferError, "f() argument 'x' is written to, but memoryview is read-only"),
        (
            np.lib.stride_tricks.as_strided(np.zeros(3), (3,), (0,)),
            "F64",
            ValueError,
            "f() argument 'x' is written to, but its elements share memory; x.copy() has its own",
        ),
    ]:
        with pytest.raises(kind) as caught:
            Borrowed(given, elem, mutable=True)
        assert str(caught.value) == message
    with pytest.raises(ValueError, match="must be contiguous"):
        Borrowed(np.zeros(6)[::2], "F64", mutable=True, copying=True)


def test_released_after_errors():
    x, y = np.zeros(4), np.zeros(5)
    before = sys.getrefcount(x), sys.getrefcount(y)
    for _ in range(10):
        with pytest.raises(ValueError, match="operands have different lengths, 4 and 5"):
            testext.axpy(1.0, x, y)
        with pytest.raises(TypeError):
            testext.axpy(1.0, x, y.astype("f4"))
        with pytest.raises(ValueError):
            testext.axpy(1.0, x, x)
    assert (sys.getrefcount(x), sys.getrefcount(y)) == before


def test_axpy():
    x, y = np.arange(100_000.0), np.ones(100_000)
    assert testext.axpy(2.0, x, y) is None
    assert np.array_equal(y, 2 * x + 1)
    testext.axpy(1.0, x[::-2], y[:50_000])
    assert y[0] == 1 + x[-1]


def test_overlap():
    base = np.zeros(10)
    with pytest.raises(ValueError) as caught:
        testext.axpy(1.0, base, base)
    assert str(caught.value) == "axpy() argument 'y' is written to and overlaps argument 'x'"
    with pytest.raises(ValueError, match="overlaps argument 'x'"):
        testext.axpy(1.0, base[:6], base[5:])
    with pytest.raises(ValueError, match="overlaps argument 'x'"):
        testext.axpy(1.0, memoryview(base), base)
    testext.axpy(1.0, base[:5], base[5:])
    with Borrowed(base, "F64"), Borrowed(base, "F64"):
        pass


def test_borrow_error():
    x = np.zeros(3)
    assert issubclass(testext.BorrowError, RuntimeError)
    assert testext.BorrowError is sys.modules["aria_runtime"].BorrowError
    with pytest.raises(testext.BorrowError) as caught:
        testext.hold(x, lambda: testext.hold(x, int))
    assert str(caught.value) == (
        "hold() argument 'x' is written to and overlaps memory that a running call of hold() writes to"
    )
    with pytest.raises(testext.BorrowError, match="that a running call of hold"):
        testext.hold(x, lambda: testext.total(x))
    assert testext.hold(x[:1], lambda: testext.total(x[1:])) == 0.0
    assert testext.hold(x, int) == 0


def test_borrows_are_seen_by_other_extensions(tmp_path):
    other = tmp_path / "testext.so"
    shutil.copy(testext.__file__, other)
    loader = importlib.machinery.ExtensionFileLoader("testext", str(other))
    second = importlib.util.module_from_spec(importlib.util.spec_from_loader("testext", loader))
    loader.exec_module(second)
    assert second.total is not testext.total and second.BorrowError is testext.BorrowError
    x = np.ones(3)
    assert second.total(x) == 3.0
    with pytest.raises(testext.BorrowError):
        testext.hold(x, lambda: second.total(x))
    assert testext.hold(x, int) == 0 and second.hold(x, lambda: 1) == 1


def test_borrow_or_copy():
    for given, elem, want in [
        ([1, 2.5, True], "F64", [1, 2.5, 1]),
        ((1, 2), "I64", [1, 2]),
        ([], "F64", []),
        (range(3), "I64", [0, 1, 2]),
        (np.arange(4, dtype="i4"), "F64", [0, 1, 2, 3]),
        (np.arange(4, dtype=">i2"), "I32", [0, 1, 2, 3]),
        (np.arange(8, dtype="f4")[::-3], "F64", [7, 4, 1]),
        (np.float16([1.5, -2]), "F64", [1.5, -2]),
        (np.frombuffer(bytes(25), "u1")[1:].view("f8"), "F64", [0, 0, 0]),
        (array.array("b", [-1]), "I64", [-1]),
        (np.zeros(3, ">f8")[::2], "F64", [0, 0]),
        ([True, np.False_], "Bool", [1, 0]),
        ([1j, 2, 0.5], "C128", [1j, 2, 0.5]),
        (np.complex64([1j]), "C128", [1j]),
        (np.array([True]), "I8", [1]),
        (b"ab", "U8", [97, 98]),
    ]:
        refs = sys.getrefcount(given)
        with Borrowed(given, elem, copying=True) as x:
            assert x.read().tolist() == want
            made = x.object()
        assert list(made) == want
        del made
        assert sys.getrefcount(given) == refs

    class Series:
        def __array__(self, dtype=None, copy=None):
            return np.arange(3, dtype="i4")

    with Borrowed(Series(), "F64", copying=True) as x:
        assert x.read().tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("given", "elem", "kind", "message"),
    [
        (np.zeros(3), "I64", TypeError, "f() argument 'x' must be an array of Int (int64), not float64"),
        (np.zeros(3, "i8"), "I32", TypeError, "f() argument 'x' must be an array of Int32 (int32), not int64"),
        (np.zeros((2, 2)), "F64", ValueError, "f() argument 'x' must have 1 dimension, not 2"),
        ([1.0, "x"], "F64", TypeError, "f() argument 'x': item 1 must be float, not str"),
        ([1.5], "I64", TypeError, "f() argument 'x': item 0 must be int, not float"),
        ([300], "U8", OverflowError, "f() argument 'x': item 0 must be from 0 to 255 to fit UInt8"),
        ("abc", "F64", TypeError, "f() argument 'x' must be an array of Float (float64) or a list, not str"),
        ({}, "F64", TypeError, "f() argument 'x' must be an array of Float (float64) or a list, not dict"),
        (1.0, "F64", TypeError, "f() argument 'x' must be an array of Float (float64) or a list, not float"),
    ],
)
def test_copy_errors(given, elem, kind, message):
    with pytest.raises(kind) as caught:
        Borrowed(given, elem, copying=True)
    assert str(caught.value) == message


def test_list_that_changes():
    class Shrinks:
        def __float__(self):
            items.clear()
            return 1.0

    items = [Shrinks(), 2.0]
    with pytest.raises(ValueError, match="changed its length"):
        Borrowed(items, "F64", copying=True)


def test_array_from_py():
    out = RawArray()
    assert array_from_py([1, 2, 3], ELEM["F64"], byref(out), None) == 0
    assert array_to_py(out.data, out.len, ELEM["F64"]).tolist() == [1.0, 2.0, 3.0]
    assert array_from_py("no", ELEM["F64"], byref(out), None) == 1 and not out.data
    assert isinstance(raised(), TypeError)


@pytest.mark.parametrize(("elem", "dtype"), list(zip(ELEMS, DTYPES, strict=True)))
def test_results(elem, dtype):
    for n in (0, 1, 5, 3 << 20):
        data = array_alloc(n, np.dtype(dtype).itemsize)
        ctypes.memset(data, 1, n * np.dtype(dtype).itemsize)
        made = array_to_py(data, n, ELEM[elem])
        assert type(made) is np.ndarray and made.dtype == dtype and made.shape == (n,)
        assert made.flags.writeable and made.flags.c_contiguous and made.ctypes.data == data and data % 64 == 0
        assert (made.view("u1") == 1).all()


def test_result_owns_its_memory():
    made = testext.scaled([1.0, 2.0])
    assert made.tolist() == [2.0, 4.0]
    base = made.base
    assert type(base).__name__ == "Array" and sys.getrefcount(base) == 3
    view = made[1:]
    del made
    assert view.tolist() == [4.0]
    died = []
    made = testext.scaled(np.zeros(2_000_000))
    weakref.finalize(made, died.append, 1)
    del made
    gc.collect()
    assert died == [1]


def test_nothing_leaks():
    import resource

    def run(times):
        for _ in range(times):
            testext.scaled(x)
            testext.scaled([1.0] * 1000)
            with pytest.raises(TypeError):
                testext.scaled([None] * 1000)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    x = np.zeros(100_000)
    before = run(300)
    assert run(2000) - before < 20_000


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
sys.modules["numpy._core._multiarray_umath"] = None
import array, testext
made = testext.scaled([1.0, 2.0, 3.0])
assert type(made).__name__ == "Array" and type(made).__module__ == "aria_runtime"
assert len(made) == 3 and made[0] == 2.0 and made[-1] == 6.0 and list(made) == [2.0, 4.0, 6.0]
assert list(made[1:]) == [4.0, 6.0] and repr(made) == "Array([2.0, 4.0, 6.0], dtype=float64)"
view = memoryview(made)
assert view.format == "d" and view.shape == (3,) and not view.readonly
view[0] = 9.0
assert made[0] == 9.0 and testext.total(made) == 19.0 and bytes(made) == bytes(array.array("d", made))
for wrong in (3, -4):
    try:
        made[wrong]
    except IndexError:
        pass
    else:
        raise AssertionError
try:
    type(made)()
except TypeError:
    pass
else:
    raise AssertionError
assert repr(testext.scaled(array.array("d", bytes(16_000)))) == "<aria_runtime.Array of 2000 float64>"
del made
assert view[1] == 4.0
assert len(testext.scaled([])) == 0
"""


def test_without_numpy():
    subprocess.run([sys.executable, "-c", WITHOUT_NUMPY], check=True)


def test_numpy_is_not_imported_unasked():
    code = "import sys, array, testext; testext.total(array.array('d', [1])); assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_python_arrays():
    x = np.arange(4.0)
    refs = sys.getrefcount(x)
    first = pyarray_of_object(x, ELEM["F64"], None)
    second = pyarray_retain(first, None)
    assert sys.getrefcount(x) == refs + 2
    with pytest.raises(testext.BorrowError, match="a PythonArray of running Aria code reads"):
        Borrowed(x, "F64", mutable=True)
    pyarray_drop(first)
    pyarray_drop(second)
    pyarray_drop(None)
    assert sys.getrefcount(x) == refs
    data = bytearray(3)
    first = pyarray_of_object(data, ELEM["U8"], None)
    second = pyarray_retain(first, None)
    pyarray_drop(first)
    with pytest.raises(BufferError):
        data.append(1)
    pyarray_drop(second)
    data.append(1)
    assert not pyarray_of_object([1.0], ELEM["F64"], None)
    assert isinstance(raised(), TypeError)
