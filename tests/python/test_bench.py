"""`ariac bench`: what it measures, how it says so, and what goes wrong."""

import json
import re

import pytest

SOURCE = """
fn fib(n: Int) -> Int = if n < 2 then n else fib(n - 1) + fib(n - 2) end

@bench
fn fib_15 -> Int = fib(15)

@bench
fn texts -> List[String]
  let mut xs: List[String] = []
  for i in 0..<100
    xs.push("item #{i}")
  end
  xs
end

@bench
fn pause
  Time.sleep(0.3)
end

fn visible(n: Int) -> Int = fib(n)
"""
FAILS = """
@bench
fn first -> Int = 1

@bench
fn fails
  raise ValueError("a\\\\b\\nc") if 1 + 1 == 2
end

@bench
fn last -> Float = 2.0
"""
PYTHON = """
extern Python from math

@bench
fn root -> Float
  y: Float = math.sqrt(2.0)
  y
end

@bench
fn bad
  y: Float = math.sqrt(-2.0)
end
"""
LINE = re.compile(r"(\w+) +([\d.]+) (ns|µs|ms|s) +± ([\d.]+) (ns|µs|ms|s) +\((\d+) × (\d+) calls\)")


@pytest.fixture
def bench(toolchain, tmp_path):
    def run(source, *options):
        (tmp_path / "b.aria").write_text(source, encoding="utf-8")
        return toolchain.run("bench", *options, "b.aria", cwd=tmp_path)

    return run


def test_a_line_for_each(bench):
    done = bench(SOURCE)
    assert done.returncode == 0, done.stderr
    lines = [LINE.fullmatch(line) for line in done.stdout.splitlines()]
    assert [line[1] for line in lines] == ["fib_15", "texts", "pause"]
    # What sleeps takes that long, and is not called more often than it must be.
    assert lines[2][3] == "ms" and 300 <= float(lines[2][2]) < 600 and lines[2][6] == "5"
    assert all(int(line[6]) >= 5 and int(line[7]) >= 1 for line in lines)


def test_json(bench):
    done = bench(SOURCE, "--json", "--filter", "fib")
    [found] = [json.loads(line) for line in done.stdout.splitlines()]
    assert found["name"] == "fib_15" and found["file"] == "b.aria"
    # A thousand calls take longer than nothing: the work is done though nobody uses the result.
    assert 100 < found["min"] <= found["median"] < 1e7 and found["samples"] >= 5
    assert found["median"] * found["calls_per_sample"] > 1e6


def test_no_such(bench):
    assert bench(SOURCE, "--filter", "zz").stdout == 'no benchmark has "zz" in its name\n'
    assert bench("fn f -> Int = 1\n").stdout == "there are no benchmarks\n"


def test_errors(bench):
    done = bench(FAILS)
    assert done.returncode == 1
    text = re.sub(r"(?m)^(first|last) .*$", r"\1", done.stdout)
    assert text == (
        "first\nFAILED fails\nTraceback (most recent call last):\n"
        '  File "b.aria", line 7, in fails\n'
        '    raise ValueError("a\\\\b\\nc") if 1 + 1 == 2\n'
        "ValueError: a\\b\nc\nlast\n"
    )


def test_with_python(toolchain, bench):
    done = bench(PYTHON, "--python", toolchain.python)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert LINE.fullmatch(lines[0])[1] == "root" and lines[1] == "FAILED bad"
    assert lines[-1] == "ValueError: math domain error" and 'File "b.aria"' in done.stdout


def test_a_module_has_no_benchmarks(aria):
    module = aria(SOURCE)
    assert module.visible(10) == 55 and not hasattr(module, "fib_15") and not hasattr(module, "texts")
