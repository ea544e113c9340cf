"""A compiler that compiles nothing: it notes how it was called, so that the hook can be tested without the real one."""

import stat
import sys
import textwrap
from pathlib import Path

import pytest

SDK = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SDK))

STAND_IN = """
import json, pathlib, sys, sysconfig
args = sys.argv[1:]
with open(pathlib.Path(__file__).with_name("calls.jsonl"), "a") as log:
    log.write(json.dumps(args) + "\\n")
source = pathlib.Path(args[1])
if "mistake" in source.read_text():
    sys.exit(f"error[E0303]: a mistake\\n --> {source}:1:1")
out = pathlib.Path(args[args.index("-o") + 1])
name = args[args.index("--module") + 1].split(".")[-1]
suffix = ".abi3.so" if "--abi3" in args else sysconfig.get_config_var("EXT_SUFFIX")
for path in (out / (name + suffix), out / (name + ".pyi")):
    path.write_text("made by the stand-in\\n")
    print(path)
"""


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the stand-in into ``$ARIAC``; returns the file with its calls, one JSON list a line."""
    folder = tmp_path / "compiler"
    folder.mkdir()
    script = folder / "ariac"
    script.write_text(f"#!{sys.executable}\n{STAND_IN}")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("ARIAC", str(script))
    return folder / "calls.jsonl"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project in the layout that ``cargo aria new`` writes."""
    root = tmp_path / "project"
    package = root / "src" / "demo"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "kernels.aria").write_text("fn one -> Int = 1\n")
    (root / "pyproject.toml").write_text(
        textwrap.dedent(
            """\
            [build-system]
            requires = ["setuptools", "aria-lang"]
            build-backend = "setuptools.build_meta"

            [project]
            name = "demo"
            version = "0.1.0"

            [tool.aria]
            ext-modules = [{ module = "demo._kernels", sources = ["src/demo/kernels.aria"] }]
            """
        )
    )
    return root
