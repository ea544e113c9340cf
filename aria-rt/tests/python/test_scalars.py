"""Numbers, bools and strings, both ways; binding arguments."""

import ctypes
import decimal
import fractions
import math
import random
import struct
import sys

import numpy as np
import pytest
import testext
from runtime import ELEM, byref, raised, scalar, scalar_of_object, str_drop, str_from_f64, str_of_object, str_to_py


class Float:
    def __float__(self):
        return 2.5


class Index:
    def __index__(self):
        return 7


class Broken:
    def __float__(self):
        raise LookupError("mine")

    __index__ = __float__


def f64(obj):
    return scalar("f64", obj, "F64", ctypes.c_double)


def integer(obj, elem="I64"):
    return scalar("int", obj, elem, ctypes.c_int64)


@pytest.mark.parametrize(
    ("given", "want"),
    [
        (1.5, 1.5),
        (2, 2.0),
        (-3, -3.0),
        (0, 0.0),
        (2**60, float(2**60)),
        (True, 1.0),
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.int64(4), 4.0),
        (Float(), 2.5),
        (Index(), 7.0),
        (fractions.Fraction(1, 4), 0.25),
        (decimal.Decimal("1.25"), 1.25),
        (math.inf, math.inf),
    ],
)
def test_to_float(given, want):
    assert f64(given) == want


def test_float_errors():
    for given, name in [("1.0", "str"), (None, "None"), (1j, "complex"), ([], "list"), (b"", "bytes")]:
        with pytest.raises(TypeError, match=rf"f\(\) argument 'x' must be float, not {name}"):
            f64(given)
    with pytest.raises(LookupError, match="mine"):
        f64(Broken())
    with pytest.raises(OverflowError):
        f64(10**400)


@pytest.mark.parametrize("given", [0, 1, -1, 2**30 - 1, 2**30, -(2**30), 2**31, 2**60, 2**63 - 1, -(2**63), True])
def test_to_int(given):
    assert integer(given) == given
    assert integer(np.int64(given)) == given


def test_int_ranges():
    for elem, low, high in [
        ("I64", -(2**63), 2**63 - 1),
        ("I32", -(2**31), 2**31 - 1),
        ("I16", -(2**15), 2**15 - 1),
        ("I8", -128, 127),
        ("U32", 0, 2**32 - 1),
        ("U16", 0, 65535),
        ("U8", 0, 255),
        ("U64", 0, 2**64 - 1),
    ]:
        assert integer(low, elem) == low
        assert integer(high, elem) % 2**64 == high
        for wrong in (low - 1, high + 1):
            with pytest.raises(OverflowError, match=rf"argument 'x' must be from {low} to {high} to fit U?Int"):
                integer(wrong, elem)


def test_int_errors():
    for given, name in [(1.0, "float"), ("1", "str"), (None, "None"), (np.float64(1), r"(numpy\.)?float64")]:
        with pytest.raises(TypeError, match=rf"f\(\) argument 'x' must be int, not {name}"):
            integer(given)
    with pytest.raises(LookupError, match="mine"):
        integer(Broken())
    assert integer(Index()) == 7


def test_bool():
    def convert(obj):
        return scalar("bool", obj, "Bool", ctypes.c_uint8)

    assert [convert(v) for v in (True, False, np.True_, np.False_)] == [1, 0, 1, 0]
    for given in (1, None, "", np.int64(1)):
        with pytest.raises(TypeError, match="must be bool, not"):
            convert(given)


def test_float32_is_rounded():
    assert scalar("f32", 0.1, "F32", ctypes.c_float) == np.float32(0.1)


def test_scalars_of_objects():
    out = (ctypes.c_double * 2)()
    assert scalar_of_object(2 + 3j, ELEM["C128"], byref(out), None) == 0 and list(out) == [2.0, 3.0]
    assert scalar_of_object(np.complex64(1j), ELEM["C128"], byref(out), None) == 0 and list(out) == [0.0, 1.0]
    assert scalar_of_object(4, ELEM["C128"], byref(out), None) == 0 and list(out) == [4.0, 0.0]
    assert scalar_of_object("x", ELEM["F64"], byref(out), None) == 1
    assert str(raised()) == "the Python value must be float, not str"
    byte = ctypes.c_int16(0x7777)
    assert scalar_of_object(-1, ELEM["I8"], byref(byte), None) == 0 and byte.value == 0x77FF


def test_functions():
    assert testext.double(2.5) == 5.0 and testext.double(x=1) == 2.0
    assert testext.add(1, 2) == 3 and testext.add(1) == 11 and testext.add(b=5, a=1) == 6
    assert testext.length("grün") == 4 and testext.length("") == 0
    assert testext.nothing() is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: testext.add(), "add() missing 1 required positional argument: 'a'"),
        (lambda: testext.axpy(), "axpy() missing 3 required positional arguments: 'a', 'x', and 'y'"),
        (lambda: testext.add(1, 2, 3), "add() takes from 1 to 2 positional arguments but 3 were given"),
        (lambda: testext.double(1, 2), "double() takes 1 positional argument but 2 were given"),
        (lambda: testext.nothing(1), "nothing() takes 0 positional arguments but 1 was given"),
        (lambda: testext.add(1, c=2), "add() got an unexpected keyword argument 'c'"),
        (lambda: testext.add(1, a=2), "add() got multiple values for argument 'a'"),
        (lambda: testext.length(1), "length() argument 's' must be str, not int"),
    ],
)
def test_binding_errors(call, message):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == message


def test_surrogates():
    with pytest.raises(UnicodeEncodeError):
        testext.length("\ud800")


def test_float_text_is_python_repr():
    rng = random.Random(1)
    values = [0.0, -0.0, 1e16, 1e15, 1e-4, 1e-5, 5e-324, sys.float_info.max, math.inf, -math.inf, math.nan]
    values += [struct.unpack("d", rng.randbytes(8))[0] for _ in range(5000)]
    values += [float(rng.randrange(-(10**18), 10**18)) for _ in range(2000)]
    values += [round(rng.uniform(-1e4, 1e4), rng.randrange(8)) for _ in range(2000)]
    for value in values:
        made = str_from_f64(value)
        assert str_to_py(made) == repr(value)
        str_drop(made)


def test_str_of_object():
    made = str_of_object([1, "grün"], None)
    assert str_to_py(made) == "[1, 'grün']"
    str_drop(made)

    class Bad:
        def __str__(self):
            raise KeyError("no")

    assert not str_of_object(Bad(), None)
    assert isinstance(raised(), KeyError)
