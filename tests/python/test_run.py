"""Programs of their own: `ariac run` and `ariac test`."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow  # the Python does not matter


class Program:
    """Runs Aria texts from a folder of their own, in an environment without any Python."""

    def __init__(self, toolchain, folder: Path):
        self.toolchain = toolchain
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    def environment(self, **more) -> dict[str, str]:
        keep = {k: v for k, v in os.environ.items() if k == "ARIA_RT_DIR"}
        return keep | {"NO_COLOR": "1", "PATH": "/nonexistent", "TMPDIR": str(self.temporary)} | more

    def write(self, source: str, name: str = "program.aria") -> str:
        (self.folder / name).write_text(source, encoding="utf-8")
        return name

    def command(self, source: str, *args, options=()) -> list[str]:
        return [str(self.toolchain.ariac), "run", *options, self.write(source), *args]

    def __call__(self, source: str, *args, options=(), stdin=b"", env=None):
        done = subprocess.run(
            self.command(source, *args, options=options),
            cwd=self.folder,
            env=self.environment(**(env or {})),
            input=stdin,
            capture_output=True,
            timeout=60,
        )
        assert list(self.temporary.iterdir()) == []
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        return done

    def test(self, *args):
        done = subprocess.run(
            [self.toolchain.ariac, "test", *args],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert list(self.temporary.iterdir()) == []
        return done.returncode, re.sub(r"\(\d+\.\d ms\)", "(… ms)", done.stdout), done.stderr


@pytest.fixture
def program(toolchain, tmp_path):
    return Program(toolchain, tmp_path)


# ---- programs without Python ----


def test_print(program):
    done = program('fn main\n  print("a", 1, -2.5, 1e22, true)\n  print\n  print("b")\nend\n')
    assert (done.returncode, done.stdout, done.stderr) == (0, "a 1 -2.5 1e+22 true\n\nb\n", "")


@pytest.mark.parametrize("status", [0, 1, 3, 255])
def test_status(program, status):
    assert program(f"fn main() -> Int = {status}\n").returncode == status
    assert program(f"fn main\n  exit({status})\n  print(1)\nend\n").returncode == status


@pytest.mark.parametrize("status", [-1, 256, 1 << 40])
def test_status_out_of_range(program, status):
    done = program(f"fn main() -> Int\n  print(1)\n  {status}\nend\n")
    assert (done.returncode, done.stdout) == (1, "1\n")
    assert done.stderr == f"ValueError: the status of a program is 0 to 255, and main gave {status}\n"


def test_exit_far_down(program):
    source = 'fn f(n: Int)\n  print(n)\n  exit(4) if n == 0\n  f(n - 1)\nend\nfn main\n  f(2)\n  print("never")\nend\n'
    done = program(source)
    assert (done.returncode, done.stdout, done.stderr) == (4, "2\n1\n0\n", "")


def test_an_error_that_nobody_handles(program):
    check = 'fn check(n: Int) -> Int\n  raise ValueError("n is #{n}") if n > 2\n  n\nend\n'
    source = check + "fn main\n  print(check(7))\nend\n"
    done = program(source)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Traceback (most recent call last):\n"
        '  File "program.aria", line 2, in check\n'
        '    raise ValueError("n is #{n}") if n > 2\n'
        "ValueError: n is 7\n"
    )


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("xs = [1.0]\n  n = 1\n  print(xs[n])", "IndexError: index 1 is out of range for length 1"),
        ("n = 0\n  print(1 // n)", "ZeroDivisionError: division by zero"),
        ("n = 9223372036854775807\n  print(n + 1)", "OverflowError: Int + Int overflows"),
        ("print(Array.zeros(1000000000000000).length)", "MemoryError"),
        ("print(deep(1))", "RecursionError: maximum recursion depth exceeded in Aria code"),
        ("raise KeyError", "KeyError"),
        ("n = 2\n  assert(n == 3)", "AssertionError: assert n == 3 failed: n is 2"),
    ],
)
def test_every_error_is_told(program, body, error):
    done = program(f"fn deep(n: Int) -> Int = deep(n + 1) + 1\nfn main\n  {body}\nend\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.splitlines()[-1] == error


def test_else_of_begin_and_errors_raised_again(program):
    source = """
fn f(x: Int) -> Int
  raise ValueError("bad #{x}") if x > 3
  raise KeyError("key") if x == 0
  x
end
fn g(x: Int) -> String
  s = begin
    f(x)
  rescue e: ValueError
    "bad"
  rescue KeyError
    return "early"
  else
    "good #{x}"
  ensure
    print("always")
  end
  s + "!"
end
fn h(x: Int) -> Int
  begin
    f(x)
  rescue
    raise IndexError("again")
  else
    f(9)
  end
end
fn twice(x: Int) -> Int
  begin
    begin
      f(x)
    rescue e: ValueError
      print("first", e)
      raise e
    end
  rescue e
    print("second", e)
    raise e if x > 5
    -1
  end
end
fn main
  print(g(1), g(5), g(0))
  print(try h(1), try h(0))
  for i in 0..2
    begin
      f(i)
    rescue KeyError
      continue
    else
      break if i == 1
    end
    print("turn", i)
  end
  print(twice(4), twice(1), twice(6))
end
"""
    done = program(source)
    assert done.stdout == (
        "always\nalways\nalways\ngood 1! bad! early\nErr(bad 9) Err(again)\n"
        "first bad 4\nsecond bad 4\nfirst bad 6\nsecond bad 6\n"
    )
    assert done.stderr.splitlines()[-1] == "ValueError: bad 6"


def test_in_ranges_and_arrays(program):
    source = """
fn n(x: Int) -> Int
  print("n", x)
  x
end
fn within(xs: Array[Float], i: Int) -> Bool = i in 0..<xs.length and 2 in xs
fn main
  x = 3
  print(x in 1..3, x in 1..<3, x not in 4..9, 3 in 0..<2 + 2, -1 in 0..5, x in 5..1)
  print(3 in [1, 2, 3], x in [1, 2], x not in [1, 2], within([2.0], 0), within([1.0], 0), within([2.0], 1))
  print(n(1) in n(2)..n(3), 1 < 2 in 0..3, 1 < 2 in 3..4)
end
"""
    assert program(source).stdout == (
        "true false true true false false\ntrue false true true false false\nn 1\nn 2\nn 3\nfalse true false\n"
    )


def test_texts_of_arrays_and_tuples(program):
    source = """
fn main
  xs = Array.zeros(1001)
  print((1, 2.5, "a"), [1.0, 2.0], [true, false], [1, 2])
  print("#{xs}", xs + 1.0)
end
"""
    assert program(source).stdout == (
        '(1, 2.5, "a") [1.0, 2.0] [true, false] [1, 2]\n'
        "[0.0, 0.0, 0.0, ..., 0.0, 0.0, 0.0] [1.0, 1.0, 1.0, ..., 1.0, 1.0, 1.0]\n"
    )


def test_a_text_grows_in_place(program):
    source = """
fn grow(start: String, n: Int) -> String
  text = start
  for i in 0..<n
    text += "#{i},"
    text = text + start
  end
  text
end
fn main
  once = "ab"
  once += once
  shared = once
  shared += once
  print(once, shared, grow(once, 3), grow("", 300000).length)
end
"""
    # Copied for each piece, the last text would take minutes.
    assert program(source).stdout == "abab abababab abab0,abab1,abab2,abab 1988890\n"


def test_what_was_printed_stands_before_the_error(program):
    command = program.command('fn main\n  print(1)\n  raise ValueError("no")\nend\n')
    done = subprocess.run(command, cwd=program.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.stdout.startswith("1\nTraceback")


def test_standard_input(program):
    source = 'fn main\n  eprint("asks")\n  text = read_all\n  print(text.length)\n  print(text + "!")\nend\n'
    done = program(source, stdin="grün\n".encode())
    assert (done.returncode, done.stdout, done.stderr) == (0, "5\ngrün\n!\n", "asks\n")
    assert program(source).stdout == "0\n!\n"
    done = program(source, stdin=b"ab\xff")
    assert done.returncode == 1
    assert "ValueError: standard input is not UTF-8: byte 0xff at 2" in done.stderr


def test_much_output(program):
    done = program("fn main\n  for i in 0..<100000\n    print(i)\n  end\nend\n")
    assert done.stdout == "".join(f"{i}\n" for i in range(100000))


def test_prints_keep_their_order_in_array_operations(program):
    source = """
fn show(name: String, x: Float) -> Float
  print(name, x)
  x
end
fn main
  xs = [1.0, 2.0]
  ys = xs.map |x| show("a", x) end
  zs = ys.map |y| show("b", y) end
  print(zs.sum)
end
"""
    assert program(source).stdout == "a 1.0\na 2.0\nb 1.0\nb 2.0\n3.0\n"


def test_threads(program):
    source = """
fn main
  xs = Array.ones(1000000)
  ys = xs.parallel_map |x| x * 2.0 end
  print(ys.sum)
end
"""
    assert program(source, env={"ARIA_NUM_THREADS": "3"}).stdout == "2000000.0\n"


def test_a_broken_pipe_ends_it_quietly(program):
    command = program.command("fn main\n  for i in 0..<100000000\n    print(i)\n  end\nend\n")
    child = subprocess.Popen(command, cwd=program.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.readline() == b"0\n"
    child.stdout.close()
    assert child.wait(timeout=60) == -signal.SIGPIPE
    assert child.stderr.read() == b""
    child.stderr.close()


def test_a_full_disk_is_told(program):
    command = program.command("fn main\n  print(1)\nend\n")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(command, cwd=program.folder, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "OSError: No space left on device (os error 28)\n")


def test_an_interrupt_ends_it(program):
    source = 'fn main\n  eprint("begun")\n  n = 0\n  while true\n    n = n &+ 1\n  end\n  print(n)\nend\n'
    command = program.command(source)
    # A background job of a shell ignores the signal, and what it starts would as well.
    handler = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        child = subprocess.Popen(command, cwd=program.folder, stderr=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert child.stderr.readline() == b"begun\n"
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=60) == -signal.SIGINT
    assert child.stderr.read() == b""
    child.stderr.close()


def test_a_terminal_sees_each_line_at_once(program):
    ours, its = pty.openpty()
    command = program.command("fn main\n  print(1)\n  print(read_all)\nend\n")
    child = subprocess.Popen(command, cwd=program.folder, stdin=subprocess.PIPE, stdout=its)
    os.close(its)
    assert os.read(ours, 100) == b"1\r\n"
    child.communicate(b"x")
    assert child.returncode == 0
    os.close(ours)


def test_what_is_printed_is_seen_before_input_is_read(program):
    command = program.command('fn main\n  print("name?")\n  print(read_all)\nend\n')
    child = subprocess.Popen(command, cwd=program.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"name?\n"
    out, _ = child.communicate(b"x")
    assert (out, child.returncode) == (b"x\n", 0)


def test_options(program):
    source = "fn main\n  xs = Array.ones(1000)\n  print((xs * 2.0).sum)\nend\n"
    for options in [("-O0",), ("-O3",), ("--cpu", "x86-64"), ("--cpu", "x86-64,x86-64-v2"), ("-g",)]:
        assert program(source, options=options).stdout == "2000.0\n"


def test_a_program_in_a_file(program):
    file = program.write("fn main() -> Int\n  xs = Array.ones(1000)\n  print((xs * 2.0).sum)\n  3\nend\n", "sums.aria")

    def ariac(*args):
        command = [program.toolchain.ariac, "build", "--bin", *args]
        return subprocess.run(command, cwd=program.folder, env=program.environment(), capture_output=True, text=True)

    built = ariac(file, "-o", "out")
    assert (built.returncode, built.stdout, built.stderr) == (0, "out/sums\n", "")
    assert [path.name for path in (program.folder / "out").iterdir()] == ["sums"]
    for level in ["", "1"]:
        env = {"ARIA_CPU_LEVEL": level}
        done = subprocess.run([program.folder / "out" / "sums"], env=env, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (3, "2000.0\n", "")
    done = subprocess.run(
        [program.folder / "out" / "sums"], env={"ARIA_CPU_LEVEL": "9"}, capture_output=True, text=True
    )
    assert done.returncode == 1 and done.stderr.startswith("ARIA_CPU_LEVEL is '9'")
    # The program is the first file; it may import the others.
    (program.folder / "shop").mkdir()
    other = program.write("fn twice(x: Int) -> Int = x * 2\n", "shop/prices.aria")
    (program.folder / "bin").mkdir()
    first = program.write("import shop.prices\nfn main\n  print(prices.twice(4))\nend\n", "bin/first.aria")
    built = ariac(first, other, "-o", "out")
    assert (built.returncode, built.stdout, built.stderr) == (0, "out/first\n", "")
    assert subprocess.run([program.folder / "out" / "first"], capture_output=True, text=True).stdout == "8\n"
    done = ariac(program.write("fn f\nend\n"))
    assert done.returncode == 2 and "no `fn main`" in done.stderr
    done = ariac(program.write("extern Python from math as m\nfn main\n  print(m.pi)\nend\n"))
    assert done.returncode == 2 and "uses Python" in done.stderr


def test_what_cannot_be_run(program):
    done = program("fn f(x: Float) -> Float = x\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert "program.aria has no `fn main` to begin with" in done.stderr
    done = program("fn main\n  print(x)\nend\n")
    assert done.returncode == 1 and "error[E0201]" in done.stderr
    done = program("fn main\nend\n", env={"ARIA_RT_DIR": str(program.folder)})
    assert done.returncode == 2 and "error[E0602]" in done.stderr


# ---- programs that use Python ----


def with_python(program, source, *args, **kwargs):
    options = ("--python", program.toolchain.python)
    return program(source, *args, options=options, env={"PATH": os.environ["PATH"]}, **kwargs)


def test_python(program):
    source = "extern Python from math as m\nfn main() -> Int\n  print(m.floor(2.5), m.pi)\n  7\nend\n"
    done = with_python(program, source)
    assert (done.returncode, done.stdout, done.stderr) == (7, "2 3.141592653589793\n", "")
    done = program(source, options=("--python", "/no/such/python"))
    assert done.returncode == 2 and "error[E0601]" in done.stderr


def test_python_modules_beside_the_source(program):
    (program.folder / "helper.py").write_text("import sys\nanswer = 42\nprint(sys.argv)\n")
    done = with_python(program, "extern Python from helper as h\nfn main\n  print(h.answer)\nend\n", "a", "-b")
    assert (done.stdout, done.stderr) == ("['program.aria', 'a', '-b']\n42\n", "")


def test_arguments_with_python(program):
    source = "extern Python from sys as sys\nfn main\n  print(args(), sys.argv)\nend\n"
    done = with_python(program, source, "a b", "-c", "ü")
    assert (done.stdout, done.stderr) == ('["a b", "-c", "ü"] [\'program.aria\', \'a b\', \'-c\', \'ü\']\n', "")


def test_an_error_in_python(program):
    done = with_python(program, "extern Python from math as m\nfn main\n  print(m.sqrt(-1.0))\nend\n")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert lines[:3] == [
        "Traceback (most recent call last):",
        '  File "program.aria", line 3, in main',
        "    print(m.sqrt(-1.0))",
    ]
    assert lines[3].startswith("ValueError: ") and len(lines) == 4


def test_exit_and_input_with_python(program):
    source = "extern Python from math as m\nfn main\n  print(m.floor(1.5), read_all)\n  exit(3)\nend\n"
    done = with_python(program, source, stdin=b"text")
    assert (done.returncode, done.stdout, done.stderr) == (3, "1 text\n", "")


# ---- in a module for Python ----


def test_print_in_a_module(aria, capsys):
    module = aria(
        """
fn show(x: Float)
  print("x is", x)
  eprint("told")
end
fn all(xs: Array[Float]) -> Float
  xs.map |x|
    print(x)
    x
  end.sum
end
fn threads(xs: Array[Float]) -> Array[Float]
  xs.parallel_map |x|
    print(x)
    x
  end
end
"""
    )
    module.show(2.5)
    assert capsys.readouterr() == ("x is 2.5\n", "told\n")
    assert module.all([1.0, 2.0]) == 3.0
    assert capsys.readouterr().out == "1.0\n2.0\n"
    module.threads([float(i) for i in range(1000)])
    assert sorted(map(float, capsys.readouterr().out.split())) == list(range(1000))


def test_print_to_what_fails(aria, monkeypatch):
    module = aria("fn show(x: Float)\n  print(x)\nend\n")

    class Closed:
        def write(self, text):
            raise OSError(f"no room for {text!r}")

    monkeypatch.setattr(sys, "stdout", Closed())
    with pytest.raises(OSError, match=r"no room for '1.0\\n'"):
        module.show(1.0)
    monkeypatch.setattr(sys, "stdout", None)
    module.show(1.0)


def test_exit_and_assert_in_a_module(aria):
    module = aria(
        """
fn leave(status: Int)
  exit(status)
end
fn positive(x: Float) -> Float
  assert(x > 0.0)
  x
end
fn main
  print("called")
end
@test
fn hidden
  assert(false)
end
"""
    )
    with pytest.raises(SystemExit) as caught:
        module.leave(300)
    assert caught.value.code == 300
    assert module.positive(1.0) == 1.0
    with pytest.raises(AssertionError, match=r"^assert x > 0.0 failed: x is -1.0$"):
        module.positive(-1.0)
    assert hasattr(module, "main") and not hasattr(module, "hidden")


# ---- tests in the language ----

TESTS = """
fn double(x: Int) -> Int = x * 2
fn deep(n: Int) -> Int = deep(n + 1) + 1
@test
fn doubles
  assert(double(2) == 4)
end
@test
fn wrong
  print("in the test")
  y = 5
  assert(double(2) == y, "numbers")
end
@test
fn too_deep
  print(deep(0))
end
@test
fn of_text
  s = "a"
  assert(s != "a")
end
@test
fn leaves
  exit(4)
end
@test
fn last
  assert(1 < 2 and 2 < 3)
end
"""


def test_tests(program):
    program.write(TESTS, "some.aria")
    status, out, err = program.test("some.aria")
    assert (status, err) == (1, "")
    assert out == (
        "ok doubles (… ms)\n"
        "in the test\n"
        "FAILED wrong (… ms)\n"
        "Traceback (most recent call last):\n"
        '  File "some.aria", line 12, in wrong\n'
        '    assert(double(2) == y, "numbers")\n'
        "AssertionError: numbers: double(2) is 4, y is 5\n"
        "FAILED too_deep (… ms)\n"
        "Traceback (most recent call last):\n"
        '  File "some.aria", line 3, in deep\n'
        "    fn deep(n: Int) -> Int = deep(n + 1) + 1\n"
        "RecursionError: maximum recursion depth exceeded in Aria code\n"
        "FAILED of_text (… ms)\n"
        "Traceback (most recent call last):\n"
        '  File "some.aria", line 21, in of_text\n'
        '    assert(s != "a")\n'
        'AssertionError: assert s != "a" failed: s is "a"\n'
        "FAILED leaves (… ms)\n"
        "Traceback (most recent call last):\n"
        '  File "some.aria", line 25, in leaves\n'
        "    exit(4)\n"
        "SystemExit: 4\n"
        "ok last (… ms)\n"
        "2 passed, 4 failed\n"
    )


def test_filter_and_files(program):
    program.write(TESTS, "some.aria")
    program.write("@test\nfn other\nend\n", "more.aria")
    assert program.test("some.aria", "--filter", "last") == (0, "ok last (… ms)\n1 passed\n", "")
    assert program.test("some.aria", "--filter", "nothing") == (0, 'no test has "nothing" in its name\n', "")
    status, out, _ = program.test("some.aria", "more.aria", "--filter", "t")
    assert (status, out.splitlines()[0], out.splitlines()[-3:]) == (
        1,
        "some.aria:",
        ["more.aria:", "ok other (… ms)", "2 passed, 2 failed"],
    )
    program.write("fn f\nend\n", "none.aria")
    assert program.test("none.aria") == (0, "there are no tests\n", "")


def test_a_test_imports_what_stands_on_the_command_line(program):
    (program.folder / "tests").mkdir()
    (program.folder / "shop").mkdir()
    program.write("from shop.prices import twice\n@test\nfn doubles\n  assert(twice(2) == 4)\nend\n", "tests/core.aria")
    program.write("fn twice(x: Int) -> Int = x * 2\n@test\nfn own\nend\n", "shop/prices.aria")
    assert program.test("tests/core.aria", "shop/prices.aria") == (
        0,
        "tests/core.aria:\nok doubles (… ms)\nshop/prices.aria:\nok own (… ms)\n2 passed\n",
        "",
    )
    status, _, err = program.test("tests/core.aria")
    assert status == 1 and "error[E0209]" in err


def test_a_crash_is_told_and_the_rest_is_run(program):
    source = """
extern C from "c" do
  fn abort()
end
@test
fn first
  print("printed")
end
@test
fn crashes
  print("lost")
  abort()
end
@test
fn last
end
"""
    program.write(source, "crash.aria")
    status, out, _ = program.test("crash.aria")
    assert status == 1
    assert out == (
        "printed\nok first (… ms)\nCRASHED crashes (ended by signal 6)\nok last (… ms)\n2 passed, 1 failed\n"
    )


def test_tests_with_python(program):
    source = """
extern Python from math as m
@test
fn roots
  assert(m.sqrt(4.0) == 2.0)
end
@test
fn a_wrong_root
  x: Float = m.sqrt(4.0)
  assert(x == 3.0)
end
@test
fn leaves
  print(m.floor(2.5))
  exit(3)
end
@test
fn aborts
  os_abort()
end
extern C from "c" do
  fn abort()
end
fn os_abort
  print(m.floor(2.5))
  abort()
end
"""
    program.write(source, "py.aria")
    os_path = {"PATH": os.environ["PATH"]}
    program.environment = lambda **more: Program.environment(program, **(os_path | more))
    status, out, err = program.test("py.aria", "--python", program.toolchain.python)
    assert (status, err) == (1, "")
    assert out == (
        "ok roots (… ms)\n"
        "FAILED a_wrong_root (… ms)\n"
        "Traceback (most recent call last):\n"
        '  File "py.aria", line 10, in a_wrong_root\n'
        "    assert(x == 3.0)\n"
        "AssertionError: assert x == 3.0 failed: x is 2.0\n"
        "2\n"
        "FAILED leaves (… ms)\n"
        "Traceback (most recent call last):\n"
        '  File "py.aria", line 15, in leaves\n'
        "    exit(3)\n"
        "SystemExit: 3\n"
        "CRASHED aborts (ended by signal 6)\n"
        "1 passed, 3 failed\n"
    )


# ---- the book ----


def blocks():
    """The programs of the book, each with the files that its page shows before it and the output after it."""
    pattern = re.compile(r"^```aria,(run|test)\n(.*?)^```\n+```output\n(.*?)^```$", re.S | re.M)
    file = re.compile(r"^```aria,(\w+\.aria)\n(.*?)^```$", re.S | re.M)
    for page in [ROOT / "README.md", *sorted((ROOT / "docs" / "src").rglob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        assert len(re.findall(r"^```aria,(?:run|test)$", text, re.M)) == len(pattern.findall(text)), page
        for found in pattern.finditer(text):
            files = dict(file.findall(text[: found.start()]))
            line = text[: found.start()].count("\n") + 1
            yield pytest.param(files, *found.groups(), id=f"{page.name}:{line}")


@pytest.mark.parametrize(("files", "command", "source", "output"), list(blocks()))
def test_the_book(program, files, command, source, output):
    for name, text in files.items():
        program.write(text, name)
    if command == "run":
        done = program(source)
        assert done.stdout + done.stderr == output
    else:
        program.write(source, "program.aria")
        _, out, err = program.test("program.aria")
        assert out + err == re.sub(r"\(\d+\.\d ms\)", "(… ms)", output)
