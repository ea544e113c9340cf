"""Builds the two sides of a comparison: Aria by `ariac`, C by clang and gcc."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def ariac() -> Path:
    """The compiler: `$ARIAC`, else the release build."""
    path = Path(os.environ.get("ARIAC", Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/ariac"))
    if not path.exists():
        sys.exit(f"{path} is missing: run `make build`")
    return path


def compiler(name: str, package: str) -> str:
    """A C compiler."""
    found = shutil.which(name) or shutil.which(name, path="/usr/lib/llvm-22/bin")
    if not found:
        sys.exit(f"{name} is missing, the peer that Aria is measured against: apt-get install {package}")
    return found


def clang() -> str:
    return compiler("clang-22", "clang-22")


def gcc() -> str:
    return compiler("gcc", "gcc")


def aria_command(source: Path, out: Path) -> list[str]:
    return [str(ariac()), "build", str(source), "-o", str(out), "--python", sys.executable]


def c_command(program: str, source: Path, out: Path, *options: str) -> list[str]:
    """As setuptools would call it: position-independent, shared, against the headers of Python and NumPy."""
    includes = [f"-I{sysconfig.get_path('include')}", f"-I{np.get_include()}"]
    return [program, "-O3", *options, "-fPIC", "-shared", f"-DPEER={out.stem}", *includes, str(source), "-o", str(out)]


def run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def load(path: Path):
    """Imports an extension."""
    name = path.name.split(".")[0]
    loader = importlib.machinery.ExtensionFileLoader(name, str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(name, path, loader=loader))
    loader.exec_module(module)
    return module


def build_aria(kernel: str, folder: Path, *options: str):
    """A kernel's module in Aria."""
    out = folder / kernel
    out.mkdir(exist_ok=True)
    command = aria_command(HERE / "kernels" / kernel / "kernel.aria", out)
    return load(Path(run([*command, *options]).splitlines()[0]))


def build_pair(kernel: str, folder: Path):
    """A kernel's two modules: Aria's, and the peer in C by clang for this very machine."""
    aria = build_aria(kernel, folder)
    peer = folder / kernel / f"{kernel}_peer.so"
    run(c_command(clang(), HERE / "kernels" / kernel / "peer.c", peer, "-march=native"))
    return aria, load(peer)
