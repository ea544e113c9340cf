"""Real builds by `cargo aria`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from machine import Machine


@pytest.fixture
def tools(machine: Machine) -> dict[str, str]:
    """The Python to build for. The compiler is found beside cargo-aria with no word about it."""
    return {"VIRTUAL_ENV": os.environ.get("VIRTUAL_ENV", sys.prefix)}


def test_the_quickstart_builds_and_runs(
    machine: Machine, cargo_aria: list[str], quickstart: Path, tools: dict[str, str]
) -> None:
    built = machine.run(*cargo_aria, "build", "--release", cwd=quickstart, **tools)
    assert "src/quickstart/_kernels." in built
    said = machine.run(*cargo_aria, "run", "--release", "--", "--size", "1000000", cwd=quickstart, **tools)
    for text in ("Nearest neighbours", "1,000,000 numbers", "What the compiler did"):
        assert text in said
    source = {"PYTHONPATH": str(quickstart / "src")} | tools
    assert " passed" in machine.run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"), cwd=quickstart, **source
    )


@pytest.mark.parametrize("options", [[], ["--rust"]], ids=["plain", "rust"])
def test_a_new_project_builds_runs_and_passes_its_tests(
    machine: Machine, cargo_aria: list[str], tmp_path: Path, tools: dict[str, str], options: list[str]
) -> None:
    machine.run(*cargo_aria, "new", "my-kernels", *options, cwd=tmp_path)
    project = tmp_path / "my-kernels"
    machine.run(*cargo_aria, "check", cwd=project, **tools)
    assert "2x + y" in machine.run(*cargo_aria, "run", cwd=project, **tools)
    said = machine.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=project, **tools)
    assert f"{5 if options else 3} passed" in said


def test_the_compiler_outside_of_its_repository(machine: Machine, cargo_aria: list[str], tmp_path: Path) -> None:
    """`cargo aria` says what is missing when there is no compiler for it."""
    alone = Path(shutil.copy(cargo_aria[0], tmp_path))
    machine.run(*cargo_aria, "new", "demo", cwd=tmp_path)
    said = machine.run(alone, "build", "--python", "/no/python", cwd=tmp_path / "demo", fails=True)
    assert said.startswith("error: there is no ariac: ")


def test_a_panic_in_rust_is_an_exception(
    machine: Machine, cargo_aria: list[str], tmp_path: Path, tools: dict[str, str]
) -> None:
    """The runtime that is linked beside Rust crates has no code to print backtraces; asking for one must not hurt."""
    machine.run(*cargo_aria, "new", "demo", "--rust", cwd=tmp_path)
    project = tmp_path / "demo"
    source = project / "rust" / "stats" / "src" / "lib.rs"
    source.write_text(source.read_text().replace("if xs.is_empty() {", 'if xs.is_empty() { panic!("on purpose");'))
    (project / "main.py").write_text(
        "import array, demo\n"
        "try:\n"
        "    demo.skew(array.array('d'))\n"
        "except RuntimeError as error:\n"
        "    print('raised', error)\n"
        "print(demo.skew(array.array('d', [1.0, 2.0, 9.0])))\n"
    )
    config = project / "pyproject.toml"
    config.write_text(config.read_text() + 'run = "main.py"\n')
    said = machine.run(*cargo_aria, "run", "--release", cwd=project, RUST_BACKTRACE="1", **tools)
    assert "raised stats.median panicked: on purpose" in said
    assert said.endswith("\n2.0\n")
