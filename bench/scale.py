"""Programs of any length, and how the compiler's time grows with it."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle, pairwise
from pathlib import Path
from time import perf_counter_ns

from figures import Figure
from toolchains import ariac

SIZES = (2_500, 5_000, 10_000, 20_000)
QUICK = (500, 1_000, 2_000, 4_000)

# Functions as people write them. Each has a number, and calls functions of the numbers before; one in ten is exported.
FUNCTIONS = [
    '''\
## The weighted mean of two values.
fn mean_{n}(a: Float, b: Float, weight: Float = 0.5) -> Float
  requires weight >= 0.0 : "the weight is negative"
  total = a * weight + b * (1.0 - weight)
  if total > 1e6
    total = 1e6
  end
  total
end
''',
    """\
priv fn power_{n}(base: Int, exponent: Int) -> Int
  result = 1
  left = exponent
  while left > 0
    if left % 2 == 1
      result = result * base % 1_000_003
    end
    left //= 2
  end
  result
end
""",
    """\
priv fn smooth_{n}(xs: PyArrayView[Float], mut out: PyArrayView[Float])
  requires xs.length == out.length
  for i in 1..<xs.length - 1
    out[i] = (xs[i - 1] + xs[i] * 2.0 + xs[i + 1]) / 4.0
  end
end
""",
    """\
priv fn spread_{n}(xs: Array[Float], scale: Float) -> Float
  centred = (xs - xs.mean) * scale
  squares = (centred ** 2).sum
  (squares / xs.length).sqrt
end
""",
    """\
priv fn clamped_{n}(x: Float) -> Float
  # Values beyond the limits are drawn back.
  low = if x < -1.0 then -1.0 else x end
  high = if low > 1.0 then 1.0 else low end
  high * {n}.0 + low.abs.sqrt
end
""",
    """\
priv fn divisors_{n}(n: Int) -> Int
  count = 0
  for d in 1..n
    next_one = n % d
    count += 1 if next_one == 0
    break if count > 100
  end
  count + power_{power}(count, 3)
end
""",
    """\
priv fn label_{n}(name: String, value: Float) -> String
  shown = mean_{mean}(value, 2.0, weight: 0.25)
  if shown > 100.0
    return "large #{{name}}"
  end
  "#{{name}}: #{{shown}} of {n}"
end
""",
    """\
priv fn transformed_{n}(xs: Array[Float], shift: Float) -> Array[Float]
  moved = xs.map |x| x * 2.0 + shift end
  total = 0.0
  for x in moved
    total += clamped_{clamped}(x)
  end
  moved * total.exp
end
""",
    """\
priv fn checked_{n}(value: Int, limit: Int) -> Int
  if value > limit
    raise ValueError("#{{value}} is more than #{{limit}}")
  elsif value < 0
    raise ValueError("#{{value}} is negative")
  end
  value * {n} + limit
end
""",
    """\
priv enum Shape{n}
  Circle{n}(radius: Float)
  Rect{n}(width: Float, height: Float)
  Empty{n}
end

priv fn area_{n}(shape: Shape{n}, factor: Float) -> Float
  match shape
    when Circle{n}(radius) then 3.14 * radius * radius * factor
    when Rect{n}(width, height) if width > 0.0 then width * height * factor
    when Rect{n}(..) then 0.0
    when Empty{n} then clamped_{clamped}(factor)
  end
end
""",
    """\
priv data Pair{n}(left: Float, right: Float)

priv fn largest_{n}[T: Ord](a: T, b: T) -> T
  if a > b then a else b end
end

priv fn gathered_{n}(count: Int) -> Float
  pairs = List[Pair{n}].new
  for i in 0..<count
    pairs.push(Pair{n}(largest_{n}(i, 3) * 1.5, 2.0))
  end
  pairs[0].left + pairs[count - 1].right
end
""",
    """\
fn total_{n}(xs: PyArrayView[Float], start: Float) -> Float
  total = start
  for i in 0..<xs.length
    total += xs[i] * clamped_{clamped}(total)
  end
  mean_{mean}(total, start)
end
""",
]


def program(lines: int) -> str:
    """A program of about this many lines."""
    parts: list[str] = []
    last: dict[str, int] = {}
    length = 0
    for n, template in enumerate(cycle(FUNCTIONS)):
        if length >= lines:
            return "\n".join(parts)
        name = template.split("fn ")[1].split("_")[0]
        last.setdefault(name, n)
        part = template.format(n=n, **last)
        if name == "mean" and n:
            part = part.replace("\nfn", "\npriv fn")
        last[name] = n
        parts.append(part)
        length += part.count("\n") + 1
    raise AssertionError("cycle ends never")


def broken(lines: int) -> tuple[str, int]:
    """The same with a syntax error in the middle and type errors around it; the line of the syntax error."""
    parts = program(lines).split("\n\n")
    middle = len(parts) // 2
    wrong = "priv fn {}(x: Float) -> Float\n  y: Int = x\n  x\nend"
    unclosed = "priv fn broken(x: Float) -> Float\n  (x +\nend"
    parts[middle:middle] = [wrong.format("before"), unclosed, wrong.format("after")]
    line = "\n\n".join(parts[: middle + 1]).count("\n") + 4
    return "\n\n".join(parts), line


def measure(command: list[str], rounds: int, status: int = 0) -> tuple[float, float, str]:
    """Medians of the time of a command and of the time it computes, the start of the process included; what it says."""
    elapsed, computed, said = [], [], ""
    for _ in range(rounds):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter_ns()
        done = subprocess.run(command, capture_output=True, text=True)
        elapsed.append((perf_counter_ns() - start) / 1e9)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        computed.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if done.returncode != status:
            raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stderr[:2000]}")
        said = done.stderr
    return statistics.median(elapsed), statistics.median(computed), said


def scale(folder: Path, quick: bool) -> Iterator[Figure]:
    """Errors at once, large programs in seconds, and twice the text in twice the time."""
    file = folder / "scale.aria"
    text, line = broken(2_000)
    file.write_text(text, encoding="utf-8")
    rounds = 5 if quick else 11
    time, _, said = measure([str(ariac()), "check", str(file)], rounds, status=1)
    codes = [row.split("[")[1].split("]")[0] for row in said.splitlines() if row.startswith("error[")]
    assert codes == ["E0301", "E0101", "E0301"], said
    assert f":{line}:" in said, f"the syntax error on line {line} is not reported\n{said}"
    yield Figure("errors in the middle of 2,000 lines", time * 1e3, 50, "less", " ms")

    check, build = [], []
    for size in QUICK if quick else SIZES:
        text = program(size)
        file.write_text(text, encoding="utf-8")
        lines = text.count("\n")
        out = ["-O2", "-o", str(folder / "scale"), "--python", sys.executable]
        check.append((lines, *measure([str(ariac()), "check", str(file)], 5)[:2]))
        build.append((lines, *measure([str(ariac()), "build", str(file), *out], 1)[:2]))
    for what, times, bar in [("check", check, 1.0), ("build -O2", build, 10.0)]:
        detail = {f"{lines:,}": elapsed * 1e9 for lines, elapsed, _ in times}
        lines, longest, _ = times[-1]
        yield Figure(f"{what} of {lines:,} lines", longest, bar, "less", " s", detail=detail)
        # By the time that is computed, which other processes disturb less; what a start costs does not grow.
        slopes = [(b[2] - a[2]) / (b[0] - a[0]) for a, b in pairwise(times)]
        detail = {f"{b[0]:,}": slope * 1e9 for b, slope in zip(times[1:], slopes, strict=True)}
        name = f"{what}: one more line, last by first"
        yield Figure(name, slopes[-1] / slopes[0], 1.5, "less", detail=detail)
