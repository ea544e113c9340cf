"""The examples in the documentation of the library (`ariac/prelude`) hold: each is a test of its own. So are the
functions of `tests/library`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

PRELUDE = Path(__file__).resolve().parents[2] / "ariac/prelude"
FILES = sorted(PRELUDE.glob("*.aria"))

pytestmark = pytest.mark.slow  # the Python does not matter


def examples(text: str) -> dict[int, list[str]]:
    """The lines of each ```aria block in `##` comments, by the line where it begins."""
    found: dict[int, list[str]] = {}
    begin = None
    for number, line in enumerate(text.splitlines(), 1):
        comment = line.strip()
        inside = comment.startswith("##")
        content = comment.removeprefix("##").removeprefix(" ")
        if begin is None and inside and content == "```aria":
            begin = number
            found[begin] = []
        elif begin is not None and (not inside or content == "```"):
            assert inside, f"the example of line {begin} has no end"
            begin = None
        elif begin is not None:
            found[begin].append(content)
    return found


def program_of(line: int, lines: list[str]) -> str:
    """A test that is the body of an example; what it declares, up to an empty line, stands before."""
    declares = lines[0].startswith(("fn ", "struct ", "data ", "enum ", "trait "))
    end = lines.index("") if declares else 0
    body = "".join(f"  {part}\n" for part in lines[end:])
    return "\n".join(lines[:end]) + f"\n@test\nfn line_{line}\n{body}end\n"


WITH_EXAMPLES = [file for file in FILES if examples(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("file", WITH_EXAMPLES, ids=lambda file: file.stem)
def test_examples_hold(toolchain, file: Path, tmp_path: Path) -> None:
    tests = examples(file.read_text(encoding="utf-8"))
    program = tmp_path / "examples.aria"
    program.write_text("".join(program_of(line, lines) for line, lines in tests.items()), encoding="utf-8")
    run = subprocess.run([toolchain.ariac, "test", program], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, f"{file.name}:\n{run.stdout}{run.stderr}"
    assert run.stdout.count("ok line_") == len(tests)


PROGRAMS = sorted((PRELUDE.parents[1] / "tests/library").glob("*.aria"))


@pytest.mark.parametrize("file", PROGRAMS, ids=lambda file: file.stem)
def test_what_the_library_promises(toolchain, file: Path) -> None:
    run = subprocess.run([toolchain.ariac, "test", file], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, f"{run.stdout}{run.stderr}"


def test_public_functions_are_documented() -> None:
    bare = []
    for file in FILES:
        lines = file.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            words = line.split()
            kinds = (["fn"], ["struct"], ["data"], ["enum"], ["trait"], ["const"])
            is_public = words[:1] in kinds and not words[1].startswith("_")
            # Attributes may stand between.
            before = (text.strip() for text in reversed(lines[:number]))
            above = next((text for text in before if not text.startswith("@")), "")
            if is_public and not above.startswith("##"):
                bare.append(f"{file.name}:{number + 1}: {line.strip()}")
    assert not bare, "\n".join(bare)
