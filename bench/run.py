"""Measures Aria beside C and NumPy, and says which of the promised figures hold. `README.md` tells how to read it."""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter_ns

import numpy as np
from arrays import arrays
from figures import Figure, as_json
from scale import scale
from timing import compare, peak_growth
from toolchains import HERE, ROOT, aria_command, ariac, build_pair, c_command, gcc, run

SIZES = {"1e3": 1_000, "1e6": 1_000_000, "5e7": 50_000_000}
NOISE = 0.03  # two runs of the very same function differ by as much
MIB = 1 << 20


def kernels(n: int) -> Iterator[tuple[str, str, tuple, object, int]]:
    """Kernel, function, arguments, the same by NumPy, and how many bytes of results it makes."""
    rng = np.random.default_rng(1)
    a, b, c, d, e, out = (rng.random(n) + 0.5 for _ in range(6))
    result = 8 * n
    yield "sum", "total", (a,), np.sum, 0
    yield "axpy", "axpy_in_place", (1e-9, a, b), in_place_axpy, 0
    yield "axpy", "axpy_fresh", (1e-9, a, b), lambda s, x, y: s * x + y, result
    yield "hypot", "hypot_in_place", (a, b, out), in_place_hypot, 0
    yield "hypot", "hypot_fresh", (a, b), lambda x, y: np.sqrt(x * x + y * y), result
    yield "fused", "fused_in_place", (a, b, c, d, e, out), in_place_fused, 0
    yield "fused", "fused_fresh", (a, b, c, d, e), lambda a, b, c, d, e: a * b + c * d - e, result


def in_place_axpy(s, x, y):
    y += s * x


def in_place_hypot(x, y, out):
    np.multiply(x, x, out=out)
    out += y * y
    np.sqrt(out, out=out)


def in_place_fused(a, b, c, d, e, out):
    np.multiply(a, b, out=out)
    out += c * d
    out -= e


def agree(left, right, args) -> None:
    """Both sides compute the same. C may contract a * b + c to one rounding, Aria does not."""
    values = []
    for function in (left, right):
        own = tuple(x.copy() if isinstance(x, np.ndarray) else x for x in args)
        result = function(*own)
        values.append(own[-1] if result is None else result)
    np.testing.assert_allclose(*values, rtol=1e-9, atol=1e-12)


def loops(folder: Path, sizes: dict[str, int], rounds: int) -> Iterator[Figure]:
    """Loops over doubles: at least as fast as C, and nothing is allocated but the result."""
    pairs = {}
    for label, n in sizes.items():
        for kernel, name, args, numpy, result in kernels(n):
            if kernel not in pairs:
                pairs[kernel] = build_pair(kernel, folder)
            aria, peer = (getattr(module, name) for module in pairs[kernel])
            if n <= 1_000_000:
                agree(aria, peer, args)
                agree(aria, numpy, args)
            turns = rounds if n < 10_000_000 else max(9, rounds // 6)
            times = compare({"aria": (aria, args), "clang": (peer, args)}, turns)
            # For orientation, and apart: NumPy's temporaries would disturb the others.
            others = {"numpy": (numpy, args)}
            if name == "total":
                others["clang reordered"] = (pairs[kernel][1].total_reordered, args)
            times |= compare(others, max(5, turns // 4))
            yield Figure(f"{name} {label}", times["clang"] / times["aria"], 1.0, "more", slack=NOISE, detail=times)
            if n >= 10_000_000:
                growth = peak_growth(aria, args) - result
                yield Figure(f"{name} {label} memory beside the result", max(growth, 0) / MIB, 32, "less", " MB")


def calls(folder: Path, rounds: int) -> Iterator[Figure]:
    """What a call costs beside one of a METH_FASTCALL function written by hand."""
    aria, peer = build_pair("calls", folder)
    eight = np.arange(8.0)
    for name, args, bar in [("double", (1.5,), 1.5), ("first", (eight,), 2.0)]:
        left, right = getattr(aria, name), getattr(peer, name)
        assert left(*args) == right(*args)
        times = compare({"aria": (left, args), "C": (right, args)}, rounds)
        what = "f(x: Float) -> Float" if name == "double" else "f(x: PyArrayView[Float]) of eight"
        yield Figure(f"call {what}", times["aria"] / times["C"], bar, "less", detail=times)


def builds(folder: Path, rounds: int) -> Iterator[Figure]:
    """From source to importable module: `ariac build` beside gcc with the same functions as a C extension."""
    source = ROOT / "examples/quickstart/src"
    aria_source = next(iter(sorted(source.rglob("*.aria"))), None)
    if aria_source is None:
        sys.exit(f"no .aria file below {source}")
    peer = HERE / "kernels/quickstart/peer.c"
    out = folder / "build"
    out.mkdir(exist_ok=True)
    commands = {
        "ariac": [*aria_command(aria_source, out), *rust_crates(folder)],
        "gcc": c_command(gcc(), peer, out / "quickstart_peer.so"),
    }
    times: dict[str, list[int]] = {name: [] for name in commands}
    for turn in range(rounds):
        order = list(commands) if turn % 2 else list(commands)[::-1]
        for name in order:
            start = perf_counter_ns()
            run(commands[name])
            times[name].append(perf_counter_ns() - start)
    medians = {name: statistics.median(t) for name, t in times.items()}
    yield Figure(
        "build of the quickstart's kernels", medians["ariac"] / medians["gcc"], 1.0, "less", slack=NOISE, detail=medians
    )
    extension = next(out.glob("*cpython*.so"))
    stripped = out / "stripped.so"
    subprocess.run(["strip", "-o", stripped, extension], check=True)
    yield Figure("size of the extension, stripped", stripped.stat().st_size / 1000, 400, "less", " kB")


def rust_crates(folder: Path) -> list[str]:
    """The quickstart calls a Rust crate. Its library is built before the time is taken; Aria links it, gcc does not."""
    project = folder / "quickstart"
    ignored = shutil.ignore_patterns(".aria", "target", "build", "dist", "*.so")
    shutil.copytree(ROOT / "examples/quickstart", project, ignore=ignored)
    run([str(ariac().parent / "cargo-aria"), "build", "--release", "--python", sys.executable], cwd=project)
    library = next(project.glob("target/aria/release/**/libstats.a"), None)
    if library is None:
        sys.exit("cargo aria build left no library of the crate stats")
    return ["--link-rust", f"stats={library}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds")
    names = ["loops", "calls", "builds", "scale", "arrays"]
    parser.add_argument("--only", choices=names, action="append", help="only these figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON as well")
    options = parser.parse_args()
    sizes = {k: v for k, v in SIZES.items() if not options.quick or v <= 1_000_000}
    rounds = 41 if options.quick else 121
    figures = []
    with tempfile.TemporaryDirectory(prefix="aria-bench-") as name:
        folder = Path(name)
        groups = {
            "calls": lambda: calls(folder, rounds),
            "builds": lambda: builds(folder, 5 if options.quick else 15),
            "scale": lambda: scale(folder, options.quick),
            "loops": lambda: loops(folder, sizes, rounds),
            "arrays": lambda: arrays(folder, rounds),
        }
        for group, measure in groups.items():
            if options.only and group not in options.only:
                continue
            for figure in measure():
                figures.append(figure)
                print(figure.line(), flush=True)
    if options.json:
        options.json.write_text(as_json(figures) + "\n", encoding="utf-8")
    missed = [figure.name for figure in figures if not figure.ok]
    print(
        f"{len(figures) - len(missed)} of {len(figures)} figures hold"
        + (f"; missed: {', '.join(missed)}" if missed else "")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
