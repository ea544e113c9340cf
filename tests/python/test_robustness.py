"""Programs that nobody would write: cases with words taken out, doubled, swapped and borrowed from others. Whatever the
text, the compiler says what is wrong or compiles it; it never fails itself, and never hangs."""

from __future__ import annotations

import os
import random
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # the Python does not matter

ROOT = Path(__file__).resolve().parents[2]
WORD = re.compile(r"[A-Za-z_]\w*[?!]?|\d[\w.]*|\"[^\"\n]*\"|#.*|\n[ ]*|[^\sA-Za-z_0-9]+")
TEXTS = [
    path.read_text()
    for kind in ("ui", "types", "mir", "llvm")
    for path in sorted((ROOT / "tests" / kind).rglob("*.aria"))
]
WORDS = sorted({word for text in TEXTS for word in WORD.findall(text) if not word.startswith("#")})
EACH = int(os.environ.get("ARIA_TEST_EXAMPLES", "60"))


def mutated(rng: random.Random) -> str:
    """A case with one to four changes."""
    words = re.findall(r"\s+|" + WORD.pattern, rng.choice(TEXTS))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(words))
        match rng.randrange(6):
            case 0:
                del words[at]
            case 1:
                words.insert(at, words[at])
            case 2:
                words[at] = rng.choice(WORDS)
            case 3:
                words.insert(at, f" {rng.choice(WORDS)} ")
            case 4:
                other = rng.randrange(len(words))
                words[at], words[other] = words[other], words[at]
            case 5:
                words = words[:at] or words
        if not words:
            return ""
    return "".join(words)


@pytest.mark.parametrize("seed", range(8))
def test_no_program_breaks_the_compiler(toolchain, tmp_path, seed):
    rng = random.Random(seed)
    programs = [mutated(rng) for _ in range(EACH)]

    def compile_(index: int) -> str | None:
        file = tmp_path / f"p{index}.aria"
        file.write_text(programs[index])
        done = toolchain.run("build", file, "--emit=llvm", "--cpu", "x86-64-v3")
        if done.returncode in (0, 1) and "panicked" not in done.stderr:
            return None
        return f"{programs[index]}\n---- {done.returncode}\n{done.stderr[-1500:]}"

    with ThreadPoolExecutor(2) as pool:
        failures = [failure for failure in pool.map(compile_, range(EACH)) if failure]
    assert not failures, f"{len(failures)} of {EACH}:\n" + "\n========\n".join(failures[:3])
