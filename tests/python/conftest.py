"""Builds Aria source texts with `ariac` and imports them.

`ARIAC` names the compiler (default: the younger of target/debug/ariac and target/release/ariac), `ARIA_TEST_PYTHON` the
Python that is built for (default: the one that runs the tests, which must be able to import what is built).
"""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: says the same under every Python, so that one run is enough")


def find_ariac() -> Path:
    """The compiler under test."""
    if named := os.environ.get("ARIAC"):
        if not Path(named).exists():
            pytest.exit(f"ARIAC is {named}, which is not there", 2)
        return Path(named).resolve()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [target / profile / "ariac" for profile in ("debug", "release")]
    built = [path for path in built if path.exists()]
    if not built:
        pytest.exit("the compiler is not built: run `cargo build -p ariac`, or set ARIAC to its path", 2)
    return max(built, key=lambda path: path.stat().st_mtime)


class Toolchain:
    """Runs `ariac`; keeps what it has built for the session."""

    def __init__(self, folder: Path):
        self.ariac = find_ariac()
        self.python = os.environ.get("ARIA_TEST_PYTHON", sys.executable)
        self.folder = folder
        self.modules: dict[str, object] = {}

    def run(self, *args, cwd=None, env=None, check=False) -> subprocess.CompletedProcess[str]:
        """Runs the compiler with these arguments; without colours."""
        environment = {k: v for k, v in os.environ.items() if k not in ("ARIA_CPU_LEVEL", "RUST_BACKTRACE")}
        environment |= {"NO_COLOR": "1"} | (env or {})
        done = subprocess.run(
            [self.ariac, *map(str, args)],
            cwd=cwd or self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"ariac {' '.join(map(str, args))}: {done.returncode}\n{done.stderr}")
        return done

    def build(self, source: str, *options, name: str | None = None) -> Path:
        """Builds a source text to an extension module; the path of the extension."""
        key = hashlib.sha256("\0".join((source, *map(str, options), self.python)).encode()).hexdigest()[:12]
        name = name or f"m_{key}"
        folder = self.folder / key
        found = list(folder.glob(f"{name}.*.so"))
        if found:
            return found[0]
        folder.mkdir(exist_ok=True)
        file = folder / f"{name}.aria"
        file.write_text(source, encoding="utf-8")
        done = self.run("build", file, "-o", folder, "--python", self.python, *options, check=True)
        return Path(done.stdout.splitlines()[0])

    def load(self, source: str, *options, name: str | None = None):
        """Builds a source text and imports it."""
        return self.open(self.build(source, *options, name=name))

    def open(self, path: Path):
        """Imports an extension module; once a session."""
        if str(path) not in self.modules:
            name = path.name.split(".")[0]
            loader = importlib.machinery.ExtensionFileLoader(name, str(path))
            spec = importlib.util.spec_from_file_location(name, path, loader=loader)
            module = importlib.util.module_from_spec(spec)
            loader.exec_module(module)
            self.modules[str(path)] = module
        return self.modules[str(path)]


@pytest.fixture(scope="session")
def toolchain(tmp_path_factory) -> Toolchain:
    return Toolchain(tmp_path_factory.mktemp("aria"))


@pytest.fixture(scope="session")
def aria(toolchain):
    """`aria(source)`: the module that the source text compiles to; built once a session."""
    return toolchain.load
