"""The programs of bench/programs with small inputs: both sides print what is expected, and so does the check."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "bench/programs"
sys.path.insert(0, str(FOLDER))

import run  # noqa: E402

pytestmark = pytest.mark.slow  # the Python does not matter


WRITTEN = [program for program in run.PROGRAMS if program.is_written]


@pytest.mark.parametrize("program", WRITTEN, ids=lambda program: program.name)
def test_program(program, toolchain, tmp_path, monkeypatch):
    monkeypatch.setenv("ARIAC", str(toolchain.ariac))
    sides = run.build(program, tmp_path, small=True)
    run.check(program, sides, run.input_file(program, tmp_path, small=True), small=True)


@pytest.mark.parametrize("program", run.PROGRAMS, ids=lambda program: program.name)
def test_expected(program, tmp_path):
    check = [sys.executable, program.folder / "check.py", str(program.size(small=True))]
    with run.input_file(program, tmp_path, small=True).open("rb") as stdin:
        done = subprocess.run(check, stdin=stdin, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert run.shown(done.stdout) == program.expected(small=True)


def test_every_folder_is_run():
    assert {program.name for program in run.PROGRAMS} == {path.parent.name for path in FOLDER.glob("*/peer.rs")}
