"""The runtime's layouts and functions, by ctypes: for what the test extension's own functions cannot reach."""

import ctypes
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_void_p,
    py_object,
)

import testext

LIB = ctypes.PyDLL(testext.__file__)
ELEMS = ["F64", "F32", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "Bool", "C128"]
DTYPES = ["f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "?", "c16"]
ELEM = {name: code for code, name in enumerate(ELEMS)}


class Text(Structure):
    _fields_ = [("data", c_char_p), ("len", c_size_t)]


class ParamSpec(Structure):
    _fields_ = [("function", Text), ("name", Text), ("ty", Text)] + [
        (name, c_uint32) for name in ["kind", "elem", "mutable", "has_default", "rank", "reserved"]
    ]


class Location(Structure):
    _fields_ = [("file", Text), ("function", Text), ("line", c_uint32), ("column", c_uint32)]


class Borrow(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("len", c_int64),
        ("stride", c_int64),
        ("owner", c_void_p),
        ("reserved", c_size_t * 20),
    ]


class RawArray(Structure):
    _fields_ = [("data", c_void_p), ("len", c_int64)]


class NameCell(Structure):
    _fields_ = [("cache", c_void_p), ("text", Text)]


def text(value):
    data = value.encode()
    return Text(data, len(data))


def param(elem, mutable=False, name="x"):
    return ParamSpec(text("f"), text(name), text("?"), 0, ELEM[elem], mutable, 0, 1, 0)


HERE = Location(text("k.aria"), text("helper"), 7, 3)


def function(name, restype, *argtypes):
    found = getattr(LIB, name)
    found.restype, found.argtypes = restype, argtypes
    return found


array_alloc = function("aria_rt_array_alloc", c_void_p, c_int64, c_int64)
array_free = function("aria_rt_array_free", None, c_void_p)
array_to_py = function("aria_rt_array_to_py", py_object, c_void_p, c_int64, c_int32)
array_from_py = function("aria_rt_array_from_py", c_int32, py_object, c_int32, POINTER(RawArray), c_void_p)
borrow_to_py = function("aria_rt_borrow_to_py", py_object, POINTER(Borrow))
error_to_python = function("aria_rt_error_to_python", py_object, c_void_p)
pyarray_of_object = function("aria_rt_pyarray_of_object", c_void_p, py_object, c_int32, c_void_p)
pyarray_retain = function("aria_rt_pyarray_retain", c_void_p, c_void_p, c_void_p)
pyarray_drop = function("aria_rt_pyarray_drop", None, c_void_p)
py_operate = function("aria_rt_py_operate", c_void_p, c_int32, py_object, py_object, c_void_p)
py_getattr = function("aria_rt_py_getattr", c_void_p, py_object, POINTER(NameCell), c_void_p)
py_module = function("aria_rt_py_module", c_void_p, POINTER(NameCell), c_void_p)
py_drop = function("aria_rt_py_drop", None, c_void_p)
release_borrow = function("aria_rt_release", None, POINTER(Borrow))
scalar_of_object = function("aria_rt_scalar_of_object", c_int32, py_object, c_int32, c_void_p, c_void_p)
str_drop = function("aria_rt_str_drop", None, c_void_p)
str_from_f64 = function("aria_rt_str_from_f64", c_void_p, c_double)
str_of_object = function("aria_rt_str_of_object", c_void_p, py_object, c_void_p)
str_to_py = function("aria_rt_str_to_py", py_object, c_void_p)


def scalar(kind, obj, elem, ctype):
    """Converts `obj` by `aria_rt_<kind>_from_py`."""
    out = ctype()
    convert = function(f"aria_rt_{kind}_from_py", c_int32, py_object, POINTER(ParamSpec), c_void_p)
    assert convert(obj, byref(param(elem)), byref(out)) == 0
    return out.value


def memory(borrow, elem):
    """The borrowed elements, read through a NumPy array."""
    import numpy

    dtype = numpy.dtype(DTYPES[ELEM[elem]])
    if borrow.len == 0:
        return numpy.empty(0, dtype)
    low = min(0, (borrow.len - 1) * borrow.stride)
    size = abs((borrow.len - 1) * borrow.stride) + dtype.itemsize
    raw = (ctypes.c_ubyte * size).from_address(borrow.data + low)
    return numpy.ndarray(borrow.len, dtype, raw, -low, (borrow.stride,)).copy()


class Borrowed:
    """A borrow for the time of a `with` block."""

    def __init__(self, obj, elem, mutable=False, copying=False, name="x"):
        self.borrow, self.elem = Borrow(), elem
        self.spec = param(elem, mutable, name)
        convert = "aria_rt_borrow_or_copy" if copying else "aria_rt_borrow"
        convert = function(convert, c_int32, py_object, POINTER(ParamSpec), POINTER(Borrow))
        assert convert(obj, byref(self.spec), byref(self.borrow)) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        release_borrow(byref(self.borrow))
        assert not self.borrow.owner

    def read(self):
        return memory(self.borrow, self.elem)

    def object(self):
        return borrow_to_py(byref(self.borrow))


def raised():
    """The pending error of this thread, as the exception that it becomes."""
    try:
        error_to_python(None)
    except BaseException as error:
        return error
    raise AssertionError("no error is pending")


def own(address):
    """A new reference, as an object."""
    value = ctypes.cast(address, py_object).value
    py_drop(address)
    return value
