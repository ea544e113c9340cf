"""Reading ``[tool.aria]``, and what is said about mistakes in it."""

from pathlib import Path

import pytest
from aria_lang.project import Module, ProjectError, read_project


def edit(project: Path, old: str, new: str) -> None:
    """Replace ``old`` in the project's pyproject.toml, where it stands once."""
    file = project / "pyproject.toml"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_modules_are_read(project: Path) -> None:
    read = read_project(project)
    assert read is not None
    assert read.modules == (Module("demo._kernels", ("src/demo/kernels.aria",)),)
    assert not read.abi3


def test_one_module_may_be_written_without_a_list(project: Path) -> None:
    edit(project, "ext-modules = [{ module = ", "module = ")
    edit(project, ', sources = ["src/demo/kernels.aria"] }]', '\nsources = ["src/demo/kernels.aria"]')
    assert read_project(project) is not None


def test_a_project_without_aria_is_none(tmp_path: Path) -> None:
    assert read_project(tmp_path) is None
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert read_project(tmp_path) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{ module =", "{ modul =", "pyproject.toml:10: unknown key `modul` in `ext-modules`; did you mean `module`?"),
        (
            "ext-modules =",
            "abi = 3\next-modules =",
            "pyproject.toml:10: unknown key `abi` in [tool.aria]; did you mean `abi3`?",
        ),
        ("ext-modules =", "abi3 = 1\next-modules =", "pyproject.toml:10: `abi3` is true or false, not 1"),
        ("src/demo/kernels.aria", "src/kernel.aria", "pyproject.toml:10: there is no file src/kernel.aria"),
        ("demo._kernels", "demo.2", "pyproject.toml:10: `demo.2` is no module's name: it is written `package._module`"),
        ('{ module = "demo._kernels", ', "{ ", "pyproject.toml:10: `module` is missing"),
        (
            "ext-modules =",
            'module = "a"\next-modules =',
            "pyproject.toml:10: `module` and `ext-modules` exclude each other",
        ),
        (
            "ext-modules =",
            'rust = [{ crate = "s", path = "r" }]\next-modules =',
            "pyproject.toml:10: there is no crate in r",
        ),
    ],
)
def test_mistakes_are_named_with_their_line(project: Path, old: str, new: str, message: str) -> None:
    edit(project, old, new)
    with pytest.raises(ProjectError) as caught:
        read_project(project)
    assert str(caught.value).startswith(message)
