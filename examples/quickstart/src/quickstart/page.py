"""How the quickstart's results are put on the screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import quickstart

KERNELS = Path(__file__).with_name("kernels.aria")
# Large arrays are compared in pieces of this many values, so that no third array of their size is made.
_PIECE = 1 << 20
_COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def title(text: str) -> None:
    """Print the page's title."""
    print(f"\n{_bold(text)}\n{'=' * len(text)}")


def section(name: str, explanation: str) -> None:
    """Begin a section."""
    print(f"\n{_bold(name)}: {explanation}")


def compare(what: str, ours: Any, theirs: Any) -> None:
    """Print Aria's values above NumPy's."""
    with np.printoptions(precision=9, suppress=True, floatmode="fixed"):
        print(f"  {what}\n    Aria   {_plain(ours)}\n    NumPy  {_plain(theirs)}")


def agree(ours: Any, theirs: Any) -> None:
    """Print by how much Aria's values differ from NumPy's, and stop if it is more than eleven digits allow."""
    ours, theirs = np.asarray(ours).reshape(-1), np.asarray(theirs).reshape(-1)
    assert ours.shape == theirs.shape, f"Aria made {ours.size} values, NumPy {theirs.size}"
    greatest = 0.0
    for at in range(0, ours.size, _PIECE):
        mine, other = ours[at : at + _PIECE], theirs[at : at + _PIECE]
        np.testing.assert_allclose(mine, other, rtol=1e-11, atol=1e-11)
        greatest = max(greatest, float(np.abs(mine - other).max()))
    print(f"  {ours.size:,} {'value' if ours.size == 1 else 'values'}; greatest difference {greatest:.1e}")


def times(ours: float, theirs: float) -> None:
    """Print both times."""
    both = f"Aria {_duration(ours)}   NumPy {_duration(theirs)}"
    print(f"  {_bold('time')}  {both}   NumPy takes {theirs / ours:.1f} × as long")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a head, in columns."""
    lines = [tuple(map(str, line)) for line in (head, *rows)]
    # A row may end early; its last cell then runs over the columns that it leaves out.
    full = [line for line in lines if len(line) == len(head)]
    widths = [max(map(len, column)) for column in zip(*full, strict=True)]
    for number, line in enumerate(lines):
        text = "  " + "   ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)).rstrip()
        print(_bold(text) if number == 0 else text)


def watch(work: Callable[[], object]) -> None:
    """Print how far a second Python thread counts while ``work`` runs, and how far it counts alone in the same time."""
    count, stop = 0, False

    def counting() -> None:
        nonlocal count
        while not stop:
            count += 1

    thread = threading.Thread(target=counting)
    thread.start()
    try:
        before, start = count, time.perf_counter()
        work()
        meanwhile, seconds = count - before, time.perf_counter() - start
        before = count
        time.sleep(seconds)
        alone = count - before
    finally:
        stop = True
        thread.join()
    print(f"  while Aria worked, for {_duration(seconds)}: {meanwhile:>12,}")
    print(f"  alone, in the same time:   {'':>9}{alone:>12,}")


def report() -> None:
    """Print what ``ariac report`` says about the kernels."""
    ariac = os.environ.get("ARIAC") or shutil.which("ariac")
    if ariac is None:
        print("  (there is no ariac on the PATH; `cargo aria run` starts this program with one)")
        return
    done = subprocess.run([ariac, "report", str(KERNELS), "--format=json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    facts = json.loads(done.stdout)
    loops = [fact for fact in facts if fact["kind"] == "loop"]
    levels = list(dict.fromkeys(level["level"] for loop in loops for level in loop["levels"]))
    print("  how many numbers each loop handles at once, for each level of processor")
    print(f"  (this one runs the code for {quickstart.CPU_LEVEL}):")
    table(
        ("function", "line", "loop", *levels),
        [(loop["function"], loop["line"], loop["text"], *_widths(loop, levels)) for loop in loops],
    )
    print("\n  the GIL:")
    table(("function", "line", ""), [(f["function"], f["line"], f["text"]) for f in facts if f["kind"] == "gil"])


def _widths(loop: dict[str, Any], levels: list[str]) -> list[str]:
    """Return what became of a loop at each level; what is true of all levels is said once."""
    found = {level["level"]: level for level in loop["levels"]}
    if all(level["width"] is None for level in found.values()):
        reason = next((level["reason"] for level in found.values() if "reason" in level), None)
        return [f"1: {reason}"] if reason else ["1"] * len(levels)
    return [str(found[level]["width"] or 1) if level in found else "" for level in levels]


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, np.ndarray) else f"{value:.12f}"


def _duration(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:6.1f} µs"
    return f"{seconds * 1e3:6.1f} ms" if seconds < 1 else f"{seconds:6.2f} s "


def _bold(text: str) -> str:
    return f"\033[1m{text}\033[0m" if _COLOUR else text
