"""Finding the compiler."""

from pathlib import Path

import pytest
from aria_lang import ToolchainError, find_ariac, find_runtime, toolchain


def test_the_variable_comes_first(stand_in: Path) -> None:
    assert find_ariac() == stand_in.with_name("ariac")


def test_a_variable_that_names_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARIAC", "/no/such/ariac")
    with pytest.raises(ToolchainError, match="ARIAC is set to /no/such/ariac"):
        find_ariac()


def test_the_console_script_is_not_taken_for_the_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, program = tmp_path / "a" / "ariac", tmp_path / "b" / "ariac"
    for path, content in ((script, b"#!/usr/bin/python3\n"), (program, b"\x7fELF")):
        path.parent.mkdir()
        path.write_bytes(content)
        path.chmod(0o755)
    monkeypatch.delenv("ARIAC", raising=False)
    monkeypatch.setattr(toolchain, "PACKAGE", tmp_path / "none")
    monkeypatch.setenv("PATH", f"{script.parent}:{program.parent}")
    assert find_ariac() == program


def test_the_runtime_is_beside_the_compiler_or_in_lib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "ariac"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.setenv("ARIAC", str(program))
    monkeypatch.delenv("ARIA_RT_DIR", raising=False)
    with pytest.raises(ToolchainError, match="no runtime beside it"):
        find_runtime()
    installed = tmp_path / "lib" / "aria-rt"
    installed.mkdir(parents=True)
    assert find_runtime() == installed
    beside = tmp_path / "bin" / "aria-rt"
    beside.mkdir()
    assert find_runtime() == beside
