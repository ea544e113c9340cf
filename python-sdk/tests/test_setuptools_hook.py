"""Building a project through setuptools, with a stand-in for the compiler."""

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

SDK = Path(__file__).resolve().parents[1]

# What pip calls in the build's process, after the hook has been made known to setuptools without an installation.
BUILD = """
import sys
from importlib.metadata import EntryPoint
import setuptools.dist
from aria_lang.setuptools_hook import add_aria_modules
finalize = setuptools.dist.Distribution.finalize_options
def with_hook(dist):
    finalize(dist)
    add_aria_modules(dist)
setuptools.dist.Distribution.finalize_options = with_hook
import setuptools.build_meta as backend
print(getattr(backend, sys.argv[1])(sys.argv[2]))
"""


def build(project: Path, hook: str, out: Path) -> subprocess.CompletedProcess[str]:
    """Run one hook of setuptools' build backend in ``project``."""
    out.mkdir(exist_ok=True)
    env = {**os.environ, "PYTHONPATH": str(SDK)}
    return subprocess.run(
        [sys.executable, "-c", BUILD, hook, str(out)], cwd=project, env=env, capture_output=True, text=True, check=False
    )


def test_a_wheel_has_the_module_its_stub_and_the_typed_mark(project: Path, stand_in: Path, tmp_path: Path) -> None:
    done = build(project, "build_wheel", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "out").glob("*.whl")
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert wheel.name.startswith(f"demo-0.1.0-{tag}-{tag}-linux_")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"demo/__init__.py", "demo/_kernels.pyi", "demo/py.typed"} <= names
    assert any(name.startswith("demo/_kernels.") and name.endswith(".so") for name in names)


def test_the_compiler_is_told_everything(project: Path, stand_in: Path, tmp_path: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text(file.read_text() + 'cpus = ["x86-64", "x86-64-v3"]\nabi3 = true\n')
    done = build(project, "build_wheel", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (call,) = map(json.loads, stand_in.read_text().splitlines())
    out = call.pop(call.index("-o") + 1)
    assert Path(out).name == "demo"
    assert call == [
        *("build", "src/demo/kernels.aria", "-o", "--module", "demo._kernels", "--python", sys.executable),
        *("--cpu", "x86-64,x86-64-v3", "--abi3"),
    ]
    (wheel,) = (tmp_path / "out").glob("*.whl")
    if sys.version_info >= (3, 11):
        assert "-cp311-abi3-" in wheel.name


def test_a_source_distribution_has_the_sources(project: Path, stand_in: Path, tmp_path: Path) -> None:
    (project / "src" / "demo" / "geometry.aria").write_text("")
    done = build(project, "build_sdist", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (archive,) = (tmp_path / "out").glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = opened.getnames()
    assert "demo-0.1.0/src/demo/kernels.aria" in names
    assert "demo-0.1.0/src/demo/geometry.aria" in names


def test_an_editable_build_puts_module_and_stub_beside_the_source(
    project: Path, stand_in: Path, tmp_path: Path
) -> None:
    done = build(project, "build_editable", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    package = project / "src" / "demo"
    assert (package / "_kernels.pyi").is_file()
    assert list(package.glob("_kernels.*.so"))


def test_a_mistake_is_shown_in_full_and_the_build_fails_in_one_line(
    project: Path, stand_in: Path, tmp_path: Path
) -> None:
    (project / "src" / "demo" / "kernels.aria").write_text("mistake\n")
    done = build(project, "build_wheel", tmp_path / "out")
    assert done.returncode != 0
    assert "error[E0303]: a mistake\n --> src/demo/kernels.aria:1:1" in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last == "error: demo._kernels: the Aria compiler stopped with status 1; its messages are above"


def test_a_missing_compiler_is_said(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARIAC", "/no/such/ariac")
    done = build(project, "build_wheel", tmp_path / "out")
    assert "error: demo._kernels: ARIAC is set to /no/such/ariac, and there is no program there" in done.stderr


def test_another_project_is_left_alone(project: Path, stand_in: Path, tmp_path: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text(file.read_text().split("[tool.aria]")[0])
    done = build(project, "build_wheel", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert not stand_in.exists()
