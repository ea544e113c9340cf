"""Makes setuptools build the extension modules that ``[tool.aria]`` names.

setuptools calls :func:`add_aria_modules` for every project that is built while this package is installed. It adds the
modules as extensions and puts a ``build_ext`` in place that has ``ariac`` compile them. All the rest (wheels, their
tags, source distributions, editable installs) is setuptools' own work.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError, OptionError

from aria_lang.project import Project, ProjectError, read_project
from aria_lang.rust_crates import CrateError, build_crate, place_abi_crate
from aria_lang.toolchain import ToolchainError, find_ariac

# Folders in which cargo and others keep what they made.
_MADE = {"target", ".aria", ".git", "build", "__pycache__"}


def add_aria_modules(dist: Distribution) -> None:
    """Add the project's Aria modules to ``dist``; a project without ``[tool.aria]`` is left as it is."""
    try:
        project = read_project(Path.cwd())
    except ProjectError as error:
        raise OptionError(str(error)) from None
    if project is None:
        return
    dist.ext_modules = [*(dist.ext_modules or ()), *_extensions(project)]
    dist.cmdclass["build_ext"] = _builder(dist.cmdclass.get("build_ext", build_ext), project)
    if project.abi3:
        dist.get_option_dict("bdist_wheel").setdefault("py_limited_api", ("[tool.aria]", "cp311"))


class AriaExtension(Extension):
    """An extension module that ``ariac`` makes."""


def _extensions(project: Project) -> list[AriaExtension]:
    crate_files = [name for crate in project.crates for name in _files_of_crate(project.root, crate.path)]
    return [
        AriaExtension(
            module.name,
            list(module.sources),
            depends=[*_sibling_modules(project.root, module.sources), *crate_files],
            py_limited_api=project.abi3,
        )
        for module in project.modules
    ]


def _sibling_modules(root: Path, sources: Iterable[str]) -> list[str]:
    """Return the modules that ``import`` can reach from ``sources``; they belong into a source distribution."""
    folders = {(root / source).parent for source in sources}
    return sorted(str(file.relative_to(root)) for folder in folders for file in folder.glob("*.aria"))


def _files_of_crate(root: Path, folder: str) -> list[str]:
    found = []
    for path, folders, names in os.walk(root / folder):
        folders[:] = sorted(set(folders) - _MADE)
        found += [os.path.relpath(os.path.join(path, name), root) for name in sorted(names)]
    return found


def _builder(base: type[build_ext], project: Project) -> type[build_ext]:
    class BuildAria(base):  # type: ignore[misc, valid-type]
        """``build_ext`` that has ``ariac`` compile Aria's modules and leaves the others to its base."""

        def build_extension(self, ext: Extension) -> None:
            if not isinstance(ext, AriaExtension):
                super().build_extension(ext)
                return
            path = Path(self.get_ext_fullpath(ext.name))
            path.parent.mkdir(parents=True, exist_ok=True)
            written = _compile(project, ext, self.get_ext_fullname(ext.name), path.parent, Path(self.build_temp))
            # setuptools and ariac may spell the end of the same file's name differently, as for the stable ABI.
            if written != path:
                written.replace(path)
            (path.parent / "py.typed").touch()

        def copy_extensions_to_source(self) -> None:
            super().copy_extensions_to_source()
            build_py = self.get_finalized_command("build_py")
            for ext in self.extensions:
                if isinstance(ext, AriaExtension):
                    in_source, in_build = self._get_inplace_equivalent(build_py, ext)
                    for built, copy in zip(_beside(in_build), _beside(in_source), strict=True):
                        self.copy_file(built, copy)

        def get_outputs(self) -> list[str]:
            return [*super().get_outputs(), *([] if self.inplace else self._extra_files())]

        def get_output_mapping(self) -> dict[str, str]:
            mapping = super().get_output_mapping()
            if self.inplace:
                build_py = self.get_finalized_command("build_py")
                for ext in self.extensions:
                    if isinstance(ext, AriaExtension):
                        in_source, in_build = self._get_inplace_equivalent(build_py, ext)
                        mapping.update(zip(_beside(in_build), _beside(in_source), strict=True))
            return mapping

        def _extra_files(self) -> list[str]:
            paths = (self.get_ext_fullpath(ext.name) for ext in self.extensions if isinstance(ext, AriaExtension))
            return [extra for path in paths for extra in _beside(path)]

    return BuildAria


def _beside(extension_path: str) -> list[str]:
    """Return what stands beside an extension: its stub, and the mark that the package is typed."""
    path = Path(extension_path)
    return [str(path.with_name(path.name.split(".")[0] + ".pyi")), str(path.with_name("py.typed"))]


def _compile(project: Project, ext: Extension, name: str, out_dir: Path, build_temp: Path) -> Path:
    """Compile one module into ``out_dir``; return the extension's path. The stub stands beside it."""
    try:
        command = [str(find_ariac()), "build", *ext.sources, "-o", str(out_dir), "--module", name]
        command += ["--python", sys.executable]
        if project.cpus:
            command += ["--cpu", ",".join(project.cpus)]
        if project.abi3:
            command.append("--abi3")
        if project.crates:
            place_abi_crate(project.root)
        for crate in project.crates:
            library = build_crate(crate, project.root, build_temp.absolute() / "aria-rust")
            command += ["--link-rust", f"{crate.name}={library}"]
    except (ToolchainError, CrateError) as error:
        raise CompileError(f"{name}: {error}") from None
    # The compiler's messages go straight to the terminal, or to pip, which shows them when the build fails.
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise CompileError(f"{name}: the Aria compiler stopped with status {done.returncode}; its messages are above")
    for line in done.stdout.splitlines():
        if line.endswith(".so"):
            return Path(line)
    raise CompileError(f"{name}: the Aria compiler wrote no extension module")
