"""`Python.without_gil` and `Python.with_gil` within each other and within loops, handlers and returns: who holds the
GIL where, and that it is always given and taken in turn."""

import random

import numpy as np
import pytest
from measure import growth_of_many, ticks_during

SOURCE = """
fn spin(turns: Int) -> Int
  value = 1
  for i in 0..<turns
    value = (value * 48_271 + i) % 2_147_483_647
  end
  value
end

@python_interop(gil: :hold)
fn holds(turns: Int) -> Int = spin(turns)

@python_interop(gil: :hold)
fn block_in_hold(turns: Int) -> Int = Python.without_gil spin(turns) end

fn block(turns: Int) -> Int = Python.without_gil spin(turns) end

fn in_a_block_of_release(turns: Int) -> Int = _in_release(turns)

@python_interop(gil: :release)
fn _in_release(turns: Int) -> Int
  Python.with_gil |py|
    Python.without_gil spin(turns) end
  end
end

fn object(o: PythonObject) -> PythonObject
  first = Python.without_gil
    copy = o
    (copy, o)
  end
  first[0]
end

fn fails(text: String, o: PythonObject) -> Int
  begin
    Python.without_gil
      raise ValueError(text) if text != ""
    end
    o.append("right")
    1
  rescue e: ValueError
    o.append(e.message)
    2
  ensure
    o.append("at last")
  end
end

fn fails_for_good(text: String) -> Int
  Python.without_gil
    raise ValueError(text)
  end
end

fn each(xs: PyArrayView[Float]) -> Array[Float]
  xs.map |x| Python.without_gil x * 2.0 end end
end
"""


@pytest.fixture(scope="module")
def module(aria):
    return aria(SOURCE)


TURNS = 30_000_000


@pytest.mark.parametrize("name", ["block", "block_in_hold", "in_a_block_of_release"])
def test_other_threads_run_in_the_block(module, name):
    assert ticks_during(lambda: getattr(module, name)(TURNS)) > 3
    assert ticks_during(lambda: module.holds(TURNS)) <= 1


def test_objects_are_copied_and_dropped(module):
    value = object()
    assert module.object(value) is value
    assert growth_of_many(lambda: module.object(object())) < 100_000


def test_errors_are_caught_with_the_gil(module):
    notes = []
    assert (module.fails("", notes), module.fails("wrong", notes)) == (1, 2)
    assert notes == ["right", "at last", "wrong", "at last"]
    with pytest.raises(ValueError, match="no"):
        module.fails_for_good("no")


def test_in_a_block_of_map(module):
    np.testing.assert_array_equal(module.each(np.arange(5.0)), np.arange(5.0) * 2)


# How long it takes nobody knows before: around it the GIL is released.
WORK = """
priv fn work(n: Int) -> Int
  total = 0
  i = 0
  while i < n % 5
    total += i
    i += 1
  end
  total
end
"""


class Program:
    """A random function, in Aria and in Python. It writes what it does into a list, where the GIL must be held: without
    it the interpreter would crash."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.loops = 0
        mode = self.random.choice(["auto", "hold", "release"])
        self.held = mode != "release"
        self.aria = [f"@python_interop(gil: :{mode})", f"fn f{seed}(notes: PythonObject) -> Int"]
        self.python = [f"def f{seed}(notes):"]
        self.line("count = 0")
        self.block(0, 0)
        self.line("count", "return count")
        self.aria.append("end")

    def line(self, aria: str, python: str | None = None, depth: int = 0):
        self.aria.append("  " * (depth + 1) + aria)
        self.python.append("    " * (depth + 1) + (aria if python is None else python))

    def block(self, depth: int, loops: int):
        for _ in range(self.random.randint(1, 3)):
            self.statement(depth, loops)

    def statement(self, depth: int, loops: int):
        at = self.random.randint(0, 9)
        what = ["note", "work"] if depth > 3 else ["note", "work", "if", "for", "try", "gil", "gil", "leave", "leave"]
        match self.random.choice(what):
            case "note" if self.held:
                self.line("notes.append(count)", depth=depth)
            case "note" | "work":
                self.line("count += work(count) + 1", depth=depth)
            case "if":
                self.line(f"if count % 3 == {at % 3}", f"if count % 3 == {at % 3}:", depth)
                self.block(depth + 1, loops)
                self.aria.append("  " * (depth + 1) + "end")
            case "for":
                self.line(f"for i{depth} in 0..<{at % 4}", f"for i{depth} in range({at % 4}):", depth)
                self.block(depth + 1, loops + 1)
                self.aria.append("  " * (depth + 1) + "end")
            case "try":
                self.line("begin", "try:", depth)
                self.block(depth + 1, loops)
                self.line("rescue e: ValueError", "except ValueError as e:", depth)
                self.line("count += 10", depth=depth + 1)
                self.block(depth + 1, loops)
                self.aria.append("  " * (depth + 1) + "end")
            case "gil":
                around, self.held = self.held, not self.held
                self.line("Python.with_gil |py|" if self.held else "Python.without_gil", "if True:", depth)
                self.block(depth + 1, loops)
                self.aria.append("  " * (depth + 1) + "end")
                self.held = around
            case "leave":
                ways = [("raise ValueError('no')", 'raise ValueError("no")'), ("return count + 100",) * 2]
                ways += [("break",) * 2, ("continue",) * 2] * (loops > 0)
                python, aria = self.random.choice(ways)
                self.line(f"{aria} if count % 4 == {at % 4}", f"if count % 4 == {at % 4}: {python}", depth)


def test_random_programs_switch_in_turn(aria):
    programs = [Program(seed) for seed in range(60)]
    module = aria("\n\n".join([WORK, *("\n".join(p.aria) for p in programs)]))
    for seed, program in enumerate(programs):
        space: dict = {"work": lambda n: sum(range(n % 5))}
        exec("\n".join(program.python), space)
        outcomes = []
        for f in (getattr(module, f"f{seed}"), space[f"f{seed}"]):
            notes: list = []
            try:
                result = f(notes)
            except ValueError as error:
                result = str(error)
            outcomes.append((result, notes))
        assert outcomes[0] == outcomes[1], "\n".join(program.aria)
