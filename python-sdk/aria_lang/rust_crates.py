"""Builds the Rust crates that a project's Aria code calls."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from aria_lang.project import Crate
from aria_lang.toolchain import find_runtime


class CrateError(RuntimeError):
    """A crate was not built; cargo has said why."""


def place_abi_crate(root: Path) -> None:
    """Put the crate ``aria-abi`` that fits the compiler at ``root/.aria/aria-abi``, where crates look for it."""
    source = find_runtime() / "aria-abi"
    target = root / ".aria" / "aria-abi"
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        copy = target / file.relative_to(source)
        # An unchanged file keeps its time, so that cargo does not build it again.
        if not copy.is_file() or copy.read_bytes() != file.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    ignore = root / ".aria" / ".gitignore"
    if not ignore.exists():
        ignore.parent.mkdir(parents=True, exist_ok=True)
        ignore.write_text("*\n")


def build_crate(crate: Crate, root: Path, target_dir: Path) -> Path:
    """Build a crate as a static library and return its path.

    A static library needs no linker, so neither does this. Raises :class:`CrateError`.
    """
    cargo = shutil.which("cargo")
    if cargo is None:
        raise CrateError(f"the Rust crate `{crate.name}` needs cargo, which is not on the PATH: install Rust")
    command = [cargo, "rustc", "--release", "--lib", "--crate-type", "staticlib"]
    command += ["--manifest-path", str(root / crate.path / "Cargo.toml"), "--target-dir", str(target_dir)]
    command += ["--message-format", "json-render-diagnostics"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise CrateError(f"the Rust crate `{crate.name}` did not compile")
    library = None
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("reason") == "compiler-artifact" and "staticlib" in message["target"]["crate_types"]:
            library = next((Path(name) for name in message["filenames"] if name.endswith(".a")), library)
    if library is None:
        raise CrateError(f"the Rust crate `{crate.name}` has no library")
    return library
