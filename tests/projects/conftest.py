"""What the project tests have: a machine without a compiler for C, wheels instead of a network, fresh environments.

They need what `make wheel` leaves behind: dist/aria_lang-….whl, target/wheels and target/release/cargo-aria.
"""

from __future__ import annotations

import os
import shutil
import venv
from pathlib import Path

import pytest
from machine import BUILD_TOOLS, Machine

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The machine."""
    programs = tmp_path_factory.mktemp("path")
    for name in ("cargo", "rustc"):
        found = shutil.which(name)
        assert found is not None, f"{name} is not on the PATH"
        (programs / name).symlink_to(found)
    path = str(programs)
    for name in BUILD_TOOLS:
        assert shutil.which(name, path=path) is None
    kept = ("HOME", "LANG", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "TMPDIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    return Machine(environment | {"PATH": path, "NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"})


@pytest.fixture(scope="session")
def offline() -> list[str]:
    """pip's options that take every package from a folder of wheels."""
    sdk = list((ROOT / "dist").glob("aria_lang-*.whl"))
    assert len(sdk) == 1, "there is no SDK wheel in dist/: run `make wheel`"
    wheels = ROOT / "target" / "wheels"
    assert wheels.is_dir(), "there are no wheels in target/wheels: run `.ci/setup --pythons`"
    return ["--no-index", "--find-links", str(ROOT / "dist"), "--find-links", str(wheels)]


@pytest.fixture
def fresh_python(tmp_path: Path) -> Path:
    """The Python of a new environment that has nothing but pip."""
    venv.create(tmp_path / "venv", with_pip=True, symlinks=True)
    return tmp_path / "venv" / "bin" / "python"


@pytest.fixture
def quickstart(tmp_path: Path) -> Path:
    """A copy of the quickstart, as a clone has it."""
    made = shutil.ignore_patterns(
        "target", "build", "dist", ".aria", "*.egg-info", "*.so", "_kernels.pyi", "__pycache__"
    )
    return shutil.copytree(ROOT / "examples" / "quickstart", tmp_path / "quickstart", ignore=made)


@pytest.fixture
def cargo_aria(machine: Machine) -> list[str]:
    """The command `cargo aria`, as cargo starts it."""
    program = ROOT / "target" / "release" / "cargo-aria"
    assert program.is_file(), "there is no cargo-aria: run `make build`"
    return [str(program), "aria"]
