"""The study that Aria grew from (ARIA-M10-01, section 8): each block of Aria code compiles unchanged and does what its
comments say."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest
from measure import MIB, Peak, ticks_during

# The blocks are copied character by character.
STUDY_8_1 = """\
# Import Python modules
extern Python from numpy as np
extern Python from pandas as pd

# Automatic GIL management
fn process_data(data: PythonArray[Float]) -> Float
  # Aria automatically:
  # 1. Acquires GIL when needed
  # 2. Releases for pure Aria computation
  # 3. Zero-copy for compatible types

  result = data.sum()  # Zero-copy NumPy access
  result * 2.0         # GIL released for this
end
"""

STUDY_8_3 = """\
# Explicit GIL control (advanced)
fn parallel_compute(py_data: PythonObject) -> Array[Float]
  # Extract data (needs GIL)
  data = Python.with_gil |py|
    py_data.to_array(Float)
  end

  # Parallel compute (releases GIL)
  data.parallel_map |x| x * 2.0 end
end

# Automatic (recommended default)
@python_interop(gil: :auto)
fn simple_compute(data: PythonArray[Float]) -> Float
  data.sum  # Aria manages GIL automatically
end
"""

STUDY_8_4 = """\
# Zero-copy view (preferred for large data)
fn process_view(data: PyArrayView[Float]) -> Float
  # data is a view into Python memory
  # Must not outlive Python object
  data.sum
end

# Copying (safer, for small data)
fn process_copy(data: Array[Float]) -> Float
  # data is copied from Python
  # Can be stored, no lifetime concerns
  data.sum
end
"""

BIG = 50_000_000  # 400 MB
LITTLE = 24 * MIB  # what a copy of BIG would exceed by far


@pytest.fixture(scope="module")
def big() -> np.ndarray:
    return np.ones(BIG)


def repeat(call, times):
    def many():
        for _ in range(times):
            call()

    return many


@pytest.mark.parametrize(
    ("study", "function"),
    [
        (STUDY_8_1, "process_data"),
        (STUDY_8_3, "simple_compute"),
        (STUDY_8_4, "process_view"),
        (STUDY_8_4, "process_copy"),
    ],
)
class TestSums:
    def test_value(self, aria, study, function):
        f = getattr(aria(study), function)
        factor = 2.0 if function == "process_data" else 1.0
        assert f(np.arange(10.0)) == 45.0 * factor
        assert f(np.array([])) == 0.0
        assert isinstance(f(np.ones(3)), float)

    def test_nothing_is_copied(self, aria, study, function, big):
        """A copy would be 400 MB. (process_copy owns its argument but only reads it, and so needs none either.)"""
        f = getattr(aria(study), function)
        with Peak() as peak:
            assert f(big) in (BIG, 2 * BIG)
        assert peak.growth < LITTLE

    def test_the_gil_is_released(self, aria, study, function, big):
        f = getattr(aria(study), function)
        assert ticks_during(repeat(lambda: f(big), 3)) >= 10

    def test_no_reference_is_kept(self, aria, study, function):
        f = getattr(aria(study), function)
        x = np.ones(100)
        before = sys.getrefcount(x)
        repeat(lambda: f(x), 100)()
        assert sys.getrefcount(x) == before


def test_views_read_the_memory_of_python_itself(aria):
    """Two billion elements at one address: a copy would be 16 GB."""
    one = np.array([0.5])
    everywhere = np.lib.stride_tricks.as_strided(one, shape=(500_000_000,), strides=(0,))
    module = aria(STUDY_8_4)
    with Peak() as peak:
        assert module.process_view(everywhere) == 250_000_000.0
    assert peak.growth < LITTLE
    one[0] = 2.0
    assert module.process_view(everywhere[:1000]) == 2000.0


def test_views_write_the_memory_of_python_itself(aria):
    module = aria(
        "fn fill(mut data: PyArrayView[Float])\n  for i in 0..<data.length\n    data[i] = i + 0.5\n  end\nend\n"
    )
    x = np.zeros(1000)
    address = x.ctypes.data
    module.fill(x)
    assert x.ctypes.data == address
    np.testing.assert_array_equal(x, np.arange(1000) + 0.5)


def test_a_handle_gives_back_the_very_object(aria):
    module = aria("fn same(data: PythonArray[Float]) -> PythonArray[Float] = data\n")
    x = np.arange(5.0)
    before = sys.getrefcount(x)
    y = module.same(x)
    assert y is x
    del y
    assert sys.getrefcount(x) == before


def test_modules_are_imported_at_first_use(aria):
    """8.1 binds pandas and does not use it: neither the build nor the import nor the call needs it."""
    assert "pandas" not in sys.modules
    assert aria(STUDY_8_1).process_data(np.ones(4)) == 8.0
    assert "pandas" not in sys.modules


def test_a_module_that_is_missing_is_an_import_error_where_it_is_used(aria):
    module = aria(
        "extern Python from aria_no_such_module as nothing\n\n"
        "fn unused -> Int = 1\nfn used -> PythonObject = nothing.thing\n"
    )
    assert module.unused() == 1
    with pytest.raises(ModuleNotFoundError, match="aria_no_such_module"):
        module.used()


@pytest.mark.parametrize("data", [[1.0, 2.5, 3.0], (1, 2, 3), np.arange(100.0), np.arange(100.0)[::-3], range(5)])
def test_parallel_compute(aria, data):
    result = aria(STUDY_8_3).parallel_compute(data)
    assert isinstance(result, np.ndarray)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, np.array(list(data), dtype=float) * 2.0)


def test_parallel_compute_of_much(aria, big):
    x = np.arange(1_000_003.0)
    np.testing.assert_array_equal(aria(STUDY_8_3).parallel_compute(x), x * 2.0)
    assert ticks_during(lambda: aria(STUDY_8_3).parallel_compute(big)) >= 10


def test_parallel_compute_leaves_its_argument_alone(aria):
    x = np.arange(10.0)
    aria(STUDY_8_3).parallel_compute(x)
    np.testing.assert_array_equal(x, np.arange(10.0))


def test_parallel_compute_of_what_is_no_array(aria):
    with pytest.raises(TypeError):
        aria(STUDY_8_3).parallel_compute(object())


HELD_OR_NOT = """\
extern Python from aria_gil_probe as probe

fn auto(data: PyArrayView[Float]) -> Float
  total = (data * data + 1.0).sqrt.sum
  checked: Float = probe.held(total)
  checked
end

@python_interop(gil: :hold)
fn hold(data: PyArrayView[Float]) -> Float
  data.sum
end

@python_interop(gil: :release)
fn release(data: PyArrayView[Float]) -> Float
  total = data.sum
  checked: Float = Python.with_gil |py|
    probe.held(total)
  end
  checked + data.sum
end
"""


class Probe:
    """A Python module that Aria calls: it looks whether the GIL is held, on the calling thread."""

    def __init__(self):
        self.threads = []

    def held(self, value):
        import ctypes

        assert ctypes.pythonapi.PyGILState_Check() == 1
        self.threads.append(threading.get_ident())
        return value


@pytest.fixture(scope="module")
def probe():
    """Stays for the session: a built module binds a Python module once."""
    return sys.modules.setdefault("aria_gil_probe", Probe())


def test_the_gil_is_taken_back_for_python(aria, probe, big):
    module = aria(HELD_OR_NOT)
    assert ticks_during(repeat(lambda: module.auto(big), 2)) >= 10
    assert module.release(np.ones(10)) == 20.0
    assert probe.threads == [threading.get_ident()] * 3


def test_hold_holds(aria, probe, big):
    """The control of all tests above: with the GIL held nobody else runs."""
    module = aria(HELD_OR_NOT)
    assert ticks_during(lambda: module.hold(big)) <= 1


def test_tiny_work_does_not_pay_for_a_switch(aria):
    x = np.ones(8)
    f = aria(STUDY_8_4).process_view
    assert ticks_during(repeat(lambda: f(x), 20_000)) <= 1
