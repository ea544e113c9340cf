"""Whole programs in Aria beside the same in Rust: built, run in turns, and compared. `README.md` tells more."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path

import inputs

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MEAN_BAR, EACH_BAR = 1.10, 1.30
LONG = 20_000  # outputs longer than that are known by their digest


@dataclass
class Program:
    """A folder with `program.aria`, `peer.rs`, what they print, and perhaps `check.py`, which computes it otherwise."""

    name: str
    small: int  # `const SIZE` in tests; in the text it is the one that is timed
    input: Callable[[int, bool], str] | None = None  # what they read, by size and whether it is the small one

    @property
    def folder(self) -> Path:
        return HERE / self.name

    @property
    def is_written(self) -> bool:
        """Whether there is an Aria side: some wait for what the language is to bring."""
        return (self.folder / "program.aria").exists()

    def source(self, file: str, small: bool) -> str:
        """The text, for small inputs if wanted."""
        text = (self.folder / file).read_text(encoding="utf-8")
        size = r"(?m)^(const SIZE(?:: \w+)? = )[\d_]+"
        found = re.search(size, text)
        if not small or not found:
            return text
        return re.sub(size, rf"\g<1>{self.small}", text)

    def size(self, small: bool) -> int:
        found = re.search(r"(?m)^const SIZE: \w+ = ([\d_]+)", (self.folder / "peer.rs").read_text(encoding="utf-8"))
        return self.small if small or not found else int(found[1].replace("_", ""))

    def expected(self, small: bool) -> str:
        return (self.folder / ("small.txt" if small else "expected.txt")).read_text(encoding="utf-8")


PROGRAMS = [
    Program("n_body", small=1_000),
    Program("spectral_norm", small=100),
    Program("fannkuch_redux", small=7),
    Program("mandelbrot", small=200),
    Program("binary_trees", small=10),
    Program("fasta", small=1_000),
    Program("k_nucleotide", small=0, input=inputs.fasta(small=25_000, full=400_000)),
    Program("reverse_complement", small=0, input=inputs.fasta(small=1_000, full=2_500_000)),
    Program("json", small=1, input=inputs.json(small=200, full=20_000)),
    Program("dijkstra", small=50),
    Program("lru_cache", small=100_000),
    Program("conjugate_gradient", small=40),
    Program("levenshtein", small=400),
    Program("word_count", small=30, input=inputs.licence(small=1, full=1_000)),
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds")
    parser.add_argument("--small", action="store_true", help="small inputs, no times: whether the results are right")
    parser.add_argument("--only", action="append", metavar="NAME", help="only this program")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the times as JSON as well")
    options = parser.parse_args()
    unknown = set(options.only or []) - {program.name for program in PROGRAMS}
    if unknown:
        parser.error(f"no program {', '.join(sorted(unknown))}; there are {', '.join(p.name for p in PROGRAMS)}")
    programs = [program for program in PROGRAMS if not options.only or program.name in options.only]
    rounds = 5 if options.quick else 15
    figures, wrong = {}, []
    with tempfile.TemporaryDirectory(prefix="aria-programs-") as folder:
        for program in programs:
            if not program.is_written:
                print(f"{program.name:<20} waits for its Aria side", flush=True)
                continue
            try:
                sides = build(program, Path(folder), options.small)
                stdin = input_file(program, Path(folder), options.small)
                check(program, sides, stdin, options.small)
            except Wrong as error:
                wrong.append(program.name)
                print(f"{program.name:<20} WRONG  {error}", flush=True)
                continue
            if options.small:
                print(f"{program.name:<20} right", flush=True)
                continue
            figures[program.name] = times = measure(sides, stdin, rounds)
            print(line(program.name, times), flush=True)
    if options.json:
        options.json.write_text(json.dumps({"figures": figures, "wrong": wrong}, indent=1) + "\n", encoding="utf-8")
    return summary(figures, wrong)


class Wrong(Exception):
    """A program that does not build, fails, or prints something else."""


def build(program: Program, folder: Path, small: bool) -> dict[str, Path]:
    """The executables of both sides, for this machine's CPU."""
    sides = {}
    for side, file in (("aria", "program.aria"), ("rust", "peer.rs")):
        out = folder / program.name / side
        out.mkdir(parents=True)
        source = out / file
        source.write_text(program.source(file, small), encoding="utf-8")
        sides[side] = out / source.stem
        command = {
            "aria": [ariac(), "build", "--bin", "-O3", "--cpu", "native", "-o", out],
            "rust": [rustc(), "--edition=2024", "-O", "-Copt-level=3", "-Ctarget-cpu=native", "-o", sides[side]],
        }[side]
        done = subprocess.run([*command, source], capture_output=True, text=True)
        if done.returncode != 0:
            raise Wrong(f"{side} does not build:\n{done.stderr}")
    return sides


def ariac() -> Path:
    """The compiler: `$ARIAC`, else the release build."""
    path = Path(os.environ.get("ARIAC", ROOT / "target/release/ariac"))
    if not path.exists():
        sys.exit(f"{path} is missing: run `make build`")
    return path


def rustc() -> str:
    found = shutil.which("rustc")
    if not found:
        sys.exit("rustc is missing, the peer that Aria is measured against: `make setup` installs it")
    return found


def input_file(program: Program, folder: Path, small: bool) -> Path:
    """What the program reads; nothing if it reads nothing."""
    if program.input is None:
        return Path(os.devnull)
    path = folder / f"{program.name}.input"
    path.write_text(program.input(small), encoding="utf-8")
    return path


def check(program: Program, sides: dict[str, Path], stdin: Path, small: bool) -> None:
    """Both print the same, which is what is published or was computed otherwise."""
    expected = program.expected(small)
    for side, executable in sides.items():
        with stdin.open("rb") as file:
            done = subprocess.run([executable], stdin=file, capture_output=True, timeout=600)
        if done.returncode != 0:
            raise Wrong(f"{side} ends with {done.returncode}: {done.stderr.decode()}")
        printed = shown(done.stdout)
        if printed != expected:
            raise Wrong(f"{side} prints\n{printed}\nexpected\n{expected}")


def shown(output: bytes) -> str:
    """The output, or its digest if it is long."""
    if len(output) <= LONG:
        return output.decode()
    return f"{len(output)} bytes, SHA-256 {sha256(output).hexdigest()}\n"


def measure(sides: dict[str, Path], stdin: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of every run. The sides take turns, and change who begins."""
    times: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(rounds):
        order = list(sides) if turn % 2 else list(sides)[::-1]
        for side in order:
            times[side].append(seconds(sides[side], stdin))
    return times


def seconds(executable: Path, stdin: Path) -> float:
    """CPU time of a run, from the start of the process to its end: what other processes do counts for less than in the
    time that passes. All programs have one thread."""
    with stdin.open("rb") as file:
        process = subprocess.Popen([executable], stdin=file, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{executable.name} ends with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def ratio(times: dict[str, list[float]]) -> float:
    return statistics.median(times["aria"]) / statistics.median(times["rust"])


def line(name: str, times: dict[str, list[float]]) -> str:
    medians = "  ".join(f"{side} {statistics.median(t) * 1e3:.0f} ms" for side, t in times.items())
    verdict = "ok" if ratio(times) <= EACH_BAR else "MISSED"
    return f"{name:<20} {ratio(times):6.2f}x  (bar ≤ {EACH_BAR:g}x) {verdict:<8} {medians}"


def summary(figures: dict[str, dict[str, list[float]]], wrong: list[str]) -> int:
    """Prints the geometric mean; the exit status."""
    good = not wrong
    if figures:
        ratios = [ratio(times) for times in figures.values()]
        mean = prod(ratios) ** (1 / len(ratios))
        good &= mean <= MEAN_BAR and max(ratios) <= EACH_BAR
        verdict = "ok" if mean <= MEAN_BAR else "MISSED"
        print(f"{'geometric mean':<20} {mean:6.2f}x  (bar ≤ {MEAN_BAR:g}x) {verdict}")
    if wrong:
        print(f"wrong: {', '.join(wrong)}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
