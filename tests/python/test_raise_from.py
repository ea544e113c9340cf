"""`raise … from …`, beside the same statement of Python."""

import traceback

import pytest
from measure import MIB, growth_of_many

SOURCE = """
fn reciprocal(n: Int) -> Int
  begin
    10 // n
  rescue e: ZeroDivisionError
    raise ValueError("no reciprocal") from e
  end
end

fn again(n: Int) -> Int
  begin
    reciprocal(n)
  rescue e
    raise KeyError("outer") from e
  end
end

fn caught_gets_a_cause(n: Int) -> Int
  begin
    10 // n
  rescue e
    raise e from KeyError("because")
  end
end

fn objects(error: PythonObject, cause: PythonObject)
  raise error from cause
end

fn from_object(cause: PythonObject)
  raise RuntimeError("mine") from cause
end

fn called(f: PythonObject)
  begin
    f()
  rescue e
    raise RuntimeError("called") from e
  end
end

fn row(n: Int) -> Result[Int, Error]
  last = try reciprocal(0)
  for i in 0..<n
    match last
      when Err(e)
        last = try next_one(i, e)
      when Ok(_)
        return Ok(0)
    end
  end
  last
end

priv fn next_one(i: Int, e: Error) -> Int raises
  raise IndexError("error #{i}") from e
end
"""


@pytest.fixture(scope="module")
def module(aria):
    return aria(SOURCE)


def caught(function, *arguments):
    with pytest.raises(BaseException) as info:
        function(*arguments)
    return info.value


def test_the_cause_is_the_error_that_was_caught(module):
    error = caught(module.again, 0)
    assert isinstance(error, KeyError)
    assert isinstance(error.__cause__, ValueError)
    assert isinstance(error.__cause__.__cause__, ZeroDivisionError)
    assert error.__cause__.__cause__.__cause__ is None
    assert error.__suppress_context__
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    assert text.count("direct cause") == 2
    lines = [line.strip() for line in text.splitlines() if ".aria" in line]
    assert [line.rpartition(" ")[2] for line in lines] == ["reciprocal", "reciprocal", "again"]


def test_a_caught_error_gets_a_cause(module):
    error = caught(module.caught_gets_a_cause, 0)
    assert isinstance(error, ZeroDivisionError)
    assert isinstance(error.__cause__, KeyError)
    assert module.caught_gets_a_cause(5) == 2


def test_python_objects_as_python_takes_them(module):
    def of_python(error, cause):
        raise error from cause

    for error, cause in [
        (ValueError("a"), KeyError("b")),
        (ValueError, KeyError("b")),
        (ValueError("a"), KeyError),
        (ValueError, KeyError),
    ]:
        ours, theirs = caught(module.objects, error, cause), caught(of_python, error, cause)
        assert (type(ours), ours.args) == (type(theirs), theirs.args)
        assert type(ours.__cause__) is type(theirs.__cause__)
        assert ours.__cause__.args == theirs.__cause__.args
    error = ValueError("same")
    assert caught(module.objects, error, error) is error
    assert error.__cause__ is error


def test_a_cause_that_is_no_exception_is_told(module):
    error = caught(module.from_object, 3)
    assert isinstance(error, RuntimeError)
    assert isinstance(error.__cause__, TypeError)
    assert "BaseException" in str(error.__cause__)


def test_the_exception_of_python_itself_is_the_cause(module):
    mine = LookupError("theirs")

    def fails():
        raise mine

    error = caught(module.called, fails)
    assert str(error) == "called"
    assert error.__cause__ is mine
    assert error.__cause__.__traceback__ is not None


def test_a_long_row_of_causes_neither_overflows_nor_leaks(module):
    def once(n):
        error = caught(module.row, n)
        length = 0
        while error is not None:
            last, error = error, error.__cause__
            length += 1
        assert isinstance(last, ZeroDivisionError)
        return length

    assert once(0) == 2
    assert once(1000) == 1002
    assert once(100_000) == 100_002
    assert growth_of_many(lambda: once(1000), 300) < 4 * MIB
