"""Where the compiler and its runtime are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

PACKAGE = Path(__file__).resolve().parent


class ToolchainError(RuntimeError):
    """A program of the toolchain is not there."""


def find_ariac() -> Path:
    """Return the compiler: ``$ARIAC``, else the one in this package, else the one on the PATH.

    Raises :class:`ToolchainError` when there is none.
    """
    return _find_program("ariac", "ARIAC")


def find_runtime() -> Path:
    """Return the folder with one folder a Python (``cp311``, …), each holding the runtime's static library.

    Raises :class:`ToolchainError` when there is none. The order is the compiler's own: ``$ARIA_RT_DIR``, beside the
    compiler, in the ``lib`` folder next to the compiler's.
    """
    asked = os.environ.get("ARIA_RT_DIR")
    if asked:
        return Path(asked)
    ariac = find_ariac()
    for folder in (ariac.parent / "aria-rt", ariac.parent.parent / "lib" / "aria-rt"):
        if folder.is_dir():
            return folder
    raise ToolchainError(f"{ariac} has no runtime beside it; reinstall it, or set ARIA_RT_DIR")


def run_ariac() -> NoReturn:
    """Become ``ariac``, with the arguments that this process was given."""
    _become(find_ariac)


def run_cargo_aria() -> NoReturn:
    """Become ``cargo-aria``, with the arguments that this process was given."""
    _become(lambda: _find_program("cargo-aria", "CARGO_ARIA"))


def _become(find: Callable[[], Path]) -> NoReturn:
    try:
        program = find()
    except ToolchainError as error:
        print(f"aria_lang: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    os.execv(program, [str(program), *sys.argv[1:]])


def _find_program(name: str, variable: str) -> Path:
    asked = os.environ.get(variable)
    if asked:
        path = Path(asked)
        if not os.access(path, os.X_OK) or path.is_dir():
            raise ToolchainError(f"{variable} is set to {asked}, and there is no program there")
        return path.resolve()
    for path in _candidates(name):
        if os.access(path, os.X_OK) and path.is_file() and not _is_script(path):
            return path.resolve()
    raise ToolchainError(f"there is no {name}: reinstall the package aria-lang, or set {variable} to the program")


def _candidates(name: str) -> Iterator[Path]:
    yield PACKAGE / "bin" / name
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder) / name


def _is_script(path: Path) -> bool:
    """Tell whether ``path`` is the console script that would start this function again."""
    with path.open("rb") as file:
        return file.read(2) == b"#!"
