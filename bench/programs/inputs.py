"""What programs read: texts that are made, the same every time."""

from __future__ import annotations

import importlib.util
import json as standard
import random
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

Input = Callable[[bool], str]


def fasta(small: int, full: int) -> Input:
    """The output of the program fasta, computed by its check."""
    return lambda is_small: load(HERE / "fasta/check.py").output(small if is_small else full)


def json(small: int, full: int) -> Input:
    """A document of this many records."""
    return lambda is_small: document(small if is_small else full)


def licence(small: int, full: int) -> Input:
    """The licence, so many times."""
    text = (ROOT / "LICENSE-APACHE").read_text(encoding="utf-8")
    return lambda is_small: text * (small if is_small else full)


def load(path: Path):
    """The module of a file."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WORDS = ["aria", "Größe", "naïve", "π ≈ 3", 'a "quote"', "back\\slash", "line\nbreak", "tab\there", "", "日本", "🎵"]


def document(records: int) -> str:
    """JSON with all kinds of values. Spaces are where they may be, so that printing changes the text."""
    chance = random.Random(1)

    def value(depth: int):
        kind = chance.randrange(7 if depth else 5)
        if kind == 0:
            return chance.choice([None, True, False])
        if kind == 1:
            return chance.randrange(-(10**9), 10**9)
        if kind == 2:
            return round(chance.uniform(-1e6, 1e6), chance.randrange(1, 9))
        if kind in (3, 4):
            return " ".join(chance.choices(WORDS, k=chance.randrange(4)))
        if kind == 5:
            return [value(depth - 1) for _ in range(chance.randrange(6))]
        return {chance.choice(WORDS) + str(i): value(depth - 1) for i in range(chance.randrange(6))}

    items = [{"id": i, "name": chance.choice(WORDS), "value": value(3)} for i in range(records)]
    return standard.dumps({"version": 1, "items": items}, ensure_ascii=False, indent=1) + "\n"
