"""The core of the language under every CPython that is there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import core
import pytest

pytestmark = pytest.mark.slow  # the Python does not matter

ROOT = Path(__file__).resolve().parents[2]
CORE = Path(core.__file__)


def pythons() -> list[tuple[str, str]]:
    """Tag and path of each, as the set-up finds them: .venv's, then those of pyenv from 3.10 to 3.13."""
    listed = subprocess.run([ROOT / ".ci/pythons"], capture_output=True, text=True)
    assert listed.returncode == 0, f"run `make setup` first: {listed.stderr}"
    return [tuple(line.split(maxsplit=1)) for line in listed.stdout.splitlines()]


@pytest.fixture(params=pythons(), ids=lambda p: p[0])
def python(request):
    return request.param[1]


def run_core(python, folder):
    done = subprocess.run([python, "-B", CORE, folder], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "core: ok\n"), done.stderr


def test_core(toolchain, tmp_path, python):
    file = tmp_path / "core_kernels.aria"
    file.write_text(core.SOURCE)
    toolchain.run("build", file, "--python", python, check=True)
    run_core(python, tmp_path)


def test_stable_abi(toolchain, tmp_path):
    """One extension for all from 3.11 on."""
    file = tmp_path / "core_kernels.aria"
    file.write_text(core.SOURCE)
    new = [python for tag, python in pythons() if tag != "cp310"]
    assert new
    done = toolchain.run("build", file, "--abi3", "--python", new[0], check=True)
    assert done.stdout.splitlines()[0].endswith("core_kernels.abi3.so")
    for python in new:
        run_core(python, tmp_path)
