"""Real installations by pip, with no network and no C compiler."""

from __future__ import annotations

from pathlib import Path

from machine import Machine


def install(
    machine: Machine, python: Path, offline: list[str], *what: str | Path, cwd: Path, fails: bool = False
) -> str:
    """Run ``pip install``."""
    return machine.run(python, "-m", "pip", "install", *offline, *what, cwd=cwd, fails=fails)


def run_tests_of(machine: Machine, python: Path, project: Path, tmp_path: Path) -> None:
    """Run a project's own tests against what is installed."""
    said = machine.run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", project / "tests", cwd=tmp_path)
    assert " passed" in said


def test_the_quickstart_installs(
    machine: Machine, fresh_python: Path, offline: list[str], quickstart: Path, tmp_path: Path
) -> None:
    install(machine, fresh_python, offline, ".", "pytest", cwd=quickstart)
    files = machine.run(fresh_python, "-m", "pip", "show", "-f", "aria-quickstart", cwd=tmp_path)
    for name in ("quickstart/_kernels.pyi", "quickstart/kernels.aria", "quickstart/py.typed"):
        assert name in files
    # What is installed works without the compiler and without the source folder.
    assert "aria_lang" not in machine.run(fresh_python, "-m", "pip", "list", cwd=tmp_path).replace("-", "_")
    tests = (quickstart / "tests").rename(tmp_path / "tests").parent
    quickstart.rename(tmp_path / "moved-away")
    run_tests_of(machine, fresh_python, tests, tmp_path)


def test_a_source_distribution_and_an_editable_installation(
    machine: Machine, fresh_python: Path, offline: list[str], quickstart: Path, tmp_path: Path
) -> None:
    install(machine, fresh_python, offline, "setuptools", "aria-lang", "numpy", "pytest", cwd=tmp_path)
    hook = "import setuptools.build_meta as backend; print(backend.build_sdist('dist'))"
    machine.run(fresh_python, "-c", hook, cwd=quickstart)
    (archive,) = (quickstart / "dist").glob("*.tar.gz")
    install(machine, fresh_python, offline, "--no-build-isolation", archive, cwd=tmp_path)
    run_tests_of(machine, fresh_python, quickstart, tmp_path)

    install(machine, fresh_python, offline, "--no-build-isolation", "--no-deps", "-e", ".", cwd=quickstart)
    package = quickstart / "src" / "quickstart"
    assert list(package.glob("_kernels.*.so"))
    assert (package / "_kernels.pyi").is_file()
    run_tests_of(machine, fresh_python, quickstart, tmp_path)


def test_a_wheel_for_the_stable_abi(
    machine: Machine, fresh_python: Path, offline: list[str], quickstart: Path, tmp_path: Path
) -> None:
    config = quickstart / "pyproject.toml"
    config.write_text(config.read_text() + 'abi3 = true\ncpus = ["x86-64", "x86-64-v3"]\n')
    machine.run(fresh_python, "-m", "pip", "wheel", *offline, "--no-deps", "-w", tmp_path / "out", ".", cwd=quickstart)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    assert "-cp311-abi3-linux_" in wheel.name
    install(machine, fresh_python, offline, wheel, "pytest", cwd=tmp_path)
    run_tests_of(machine, fresh_python, quickstart, tmp_path)


def test_a_mistake_is_shown_in_full(machine: Machine, fresh_python: Path, offline: list[str], quickstart: Path) -> None:
    kernels = quickstart / "src" / "quickstart" / "kernels.aria"
    kernels.write_text(kernels.read_text() + "\nfn wrong(x: Float) -> Float = x + missing\n")
    said = install(machine, fresh_python, offline, ".", cwd=quickstart, fails=True)
    line = len(kernels.read_text().splitlines())
    assert f"src/quickstart/kernels.aria:{line}" in said
    assert "x + missing" in said
    assert "error: quickstart._kernels: the Aria compiler stopped with status 1; its messages are above" in said
    assert "Traceback" not in said


def test_the_sdk_brings_its_programs(machine: Machine, fresh_python: Path, offline: list[str], tmp_path: Path) -> None:
    install(machine, fresh_python, offline, "aria-lang", "numpy", cwd=tmp_path)
    scripts = fresh_python.parent
    assert "build" in machine.run(scripts / "ariac", "--help", cwd=tmp_path)
    assert "build" in machine.run(fresh_python, "-m", "aria_lang", "--help", cwd=tmp_path)
    machine.run(scripts / "cargo-aria", "new", "demo", cwd=tmp_path)
    said = machine.run(*(scripts / "cargo-aria", "run", "--release", "--python", fresh_python), cwd=tmp_path / "demo")
    assert "2x + y" in said
