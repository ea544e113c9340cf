"""Programs of several files: one extension, whose root is the first."""

from __future__ import annotations

import traceback

import pytest

MAIN = """
import geometry
import shapes.circle as c
from geometry import double, SIDES as N

const TWICE = geometry.SIDES * 2

fn sizes(x: Float) -> Float = geometry.area(x) + c.area(x)

fn counts(n: Int = geometry.SIDES) -> (Int, Int, Int, Int) = (double(n), N, TWICE, geometry.one)

fn area(x: Float) -> Float = x
"""
GEOMETRY = """
import {root}

const SIDES = 4

fn area(r: Float) -> Float = 3.0 * square(r) + {root}.area(r)
fn double(n: Int) -> Int = n * 2
fn one -> Int = 1
priv fn square(x: Float) -> Float = x * x
"""
CIRCLE = """
fn area(r: Float) -> Float = 100.0 * r
"""


@pytest.fixture
def build(toolchain, tmp_path):
    """Builds an extension of files with these texts, the first of which is the root."""

    def build(given, /, **texts):
        for name, text in texts.items():
            path = tmp_path / f"{name.replace('__', '/')}.aria"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        files = [tmp_path / file for file in given]
        done = toolchain.run("build", *files, "-o", tmp_path, "--python", toolchain.python, check=True)
        return toolchain.open(tmp_path / done.stdout.splitlines()[0])

    return build


def test_files_that_import_each_other(build):
    texts = {"geometry": GEOMETRY.format(root="several"), "shapes__circle": CIRCLE}
    module = build(["several.aria"], several=MAIN, **texts)
    assert module.sizes(2.0) == 3.0 * 4.0 + 2.0 + 200.0
    assert module.counts() == (8, 4, 8, 1)
    assert module.counts(3) == (6, 4, 8, 1)


def test_the_root_alone_is_exported(build):
    texts = {"geometry": GEOMETRY.format(root="rooted"), "shapes__circle": CIRCLE}
    module = build(["rooted.aria", "geometry.aria"], rooted=MAIN, **texts)
    exported = {name for name in dir(module) if not name.startswith("_")}
    assert exported == {"BorrowError", "area", "counts", "sizes"}


def test_a_file_of_the_command_line_is_found(build):
    given = "import sizes\nfn f -> Int = sizes.n\n"
    module = build(["given.aria", "elsewhere/sizes.aria"], given=given, elsewhere__sizes="fn n -> Int = 7\n")
    assert module.f() == 7


def test_a_traceback_names_the_file(build):
    module = build(
        ["outer.aria"],
        outer="from inner import check\nfn f(n: Int) -> Int = check(n)\n",
        inner="fn check(n: Int) -> Int\n  raise ValueError(\"no\") if n < 0\n  n\nend\n",
    )
    assert module.f(1) == 1
    with pytest.raises(ValueError, match="no") as raised:
        module.f(-1)
    frames = traceback.extract_tb(raised.value.__traceback__)
    assert any(frame.filename.endswith("inner.aria") and frame.lineno == 2 for frame in frames)


def test_an_imported_file_that_is_not_utf8(toolchain, tmp_path):
    (tmp_path / "main.aria").write_text("import broken\n")
    (tmp_path / "broken.aria").write_bytes(b"# \xff\n")
    done = toolchain.run("check", tmp_path / "main.aria")
    assert done.returncode == 2 and "E0003" in done.stderr and "broken.aria" in done.stderr
