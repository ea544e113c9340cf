"""Reads a project's ``[tool.aria]``.

The keys, their types and their meaning are those of ``project_keys.json``, which ``cargo aria`` reads as well.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS: dict[str, Any] = json.loads((Path(__file__).parent / "project_keys.json").read_text())


class ProjectError(ValueError):
    """A mistake in ``pyproject.toml``; the text begins with file and line."""


@dataclass(frozen=True)
class Module:
    """One extension module."""

    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Crate:
    """A Rust crate that Aria code calls."""

    name: str
    path: str


@dataclass(frozen=True)
class Project:
    """What ``[tool.aria]`` says; paths are relative to ``root``."""

    root: Path
    modules: tuple[Module, ...]
    crates: tuple[Crate, ...] = ()
    python_source: str | None = None
    cpus: tuple[str, ...] = ()
    abi3: bool = False


def read_project(root: Path) -> Project | None:
    """Read ``root/pyproject.toml``; ``None`` when there is none or it has no ``[tool.aria]``.

    Raises :class:`ProjectError`.
    """
    file = root / "pyproject.toml"
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    table = _parse_toml(text).get("tool", {}).get("aria")
    if table is None:
        return None
    return _Reader(file, text).project(table)


def _parse_toml(text: str) -> dict[str, Any]:
    try:
        import tomllib
    except ImportError:  # Python 3.10: setuptools has brought the same parser along for itself
        from setuptools.compat.py310 import tomllib
    return tomllib.loads(text)


class _Reader:
    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()

    def project(self, table: Mapping[str, Any]) -> Project:
        self.check(table, KEYS, "[tool.aria]")
        if "ext-modules" in table:
            for key in ("module", "sources"):
                if key in table:
                    raise self.error(key, f"`{key}` and `ext-modules` exclude each other")
            modules = tuple(self.module(entry) for entry in table["ext-modules"])
        else:
            modules = (self.module(table),)
        crates = tuple(self.crate(entry) for entry in table.get("rust", ()))
        return Project(
            root=self.file.parent,
            modules=modules,
            crates=crates,
            python_source=table.get("python-source"),
            cpus=tuple(table.get("cpus", ())),
            abi3=table.get("abi3", False),
        )

    def module(self, table: Mapping[str, Any]) -> Module:
        self.require(table, ("module", "sources"))
        name = table["module"]
        if not all(part.isidentifier() for part in name.split(".")):
            raise self.error("module", f"`{name}` is no module's name: it is written `package._module`")
        if not table["sources"]:
            raise self.error("sources", f"`{name}` has no sources: name its .aria file")
        for source in table["sources"]:
            if not (self.file.parent / source).is_file():
                raise self.error("sources", f"there is no file {source}")
        return Module(name, tuple(table["sources"]))

    def crate(self, table: Mapping[str, Any]) -> Crate:
        self.require(table, ("crate", "path"))
        if not (self.file.parent / table["path"] / "Cargo.toml").is_file():
            raise self.error("path", f"there is no crate in {table['path']}: it has no Cargo.toml")
        return Crate(table["crate"], table["path"])

    def require(self, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
        for key in keys:
            if key not in table:
                raise self.error(next(iter(table), "aria"), f"`{key}` is missing")

    def check(self, table: Mapping[str, Any], keys: Mapping[str, Any], where: str) -> None:
        for key, value in table.items():
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1)
                hint = f"; did you mean `{near[0]}`?" if near else f"; the keys are {', '.join(keys)}"
                raise self.error(key, f"unknown key `{key}` in {where}{hint}")
            kind = keys[key]["type"]
            if not _is_of_kind(value, kind):
                raise self.error(key, f"`{key}` is {_KINDS[kind]}, not {json.dumps(value, default=str)}")
            if kind == "tables":
                for entry in value:
                    self.check(entry, keys[key]["keys"], f"`{key}`")

    def error(self, key: str, message: str) -> ProjectError:
        return ProjectError(f"{self.file.name}:{self.line_of(key)}: {message}")

    def line_of(self, key: str) -> int:
        """Return the line of ``key`` in ``[tool.aria]``, or of the table itself."""
        header = next((n for n, line in enumerate(self.lines) if re.match(r"\s*\[+\s*tool\s*\.\s*aria\b", line)), 0)
        pattern = re.compile(rf'(^|[\s{{,\["\']){re.escape(key)}["\']?\s*=')
        for number, line in enumerate(self.lines[header:], header):
            if pattern.search(line.split("#")[0]):
                return number + 1
        return header + 1


_KINDS = {
    "string": "a string",
    "strings": "a list of strings",
    "boolean": "true or false",
    "tables": "a list of tables",
}


def _is_of_kind(value: object, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "strings":
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case _:
            return isinstance(value, list) and all(isinstance(item, dict) for item in value)
