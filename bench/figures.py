"""A figure: what was measured, against which bar."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass
class Figure:
    """`ratio` is good when it is at least `bar` (`better == "more"`) or at most (`better == "less"`)."""

    name: str
    ratio: float
    bar: float | None
    better: str
    unit: str = "x"
    slack: float = 0.0
    detail: dict[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        if self.bar is None:
            return True
        if self.better == "more":
            return self.ratio >= self.bar * (1 - self.slack)
        return self.ratio <= self.bar * (1 + self.slack)

    def line(self) -> str:
        detail = "  ".join(f"{name} {plain(value)}" for name, value in self.detail.items())
        if self.bar is None:
            verdict = ""
        else:
            sign = "≥" if self.better == "more" else "≤"
            verdict = f"(bar {sign} {self.bar:g}{self.unit}) {'ok' if self.ok else 'MISSED'}"
        return f"{self.name:<44} {self.ratio:8.2f}{self.unit}  {verdict:<22} {detail}"


def plain(nanoseconds: float) -> str:
    """A time as people say it."""
    for limit, unit in ((1e3, "ns"), (1e6, "µs"), (1e9, "ms")):
        if nanoseconds < limit:
            return f"{nanoseconds / limit * 1e3:.3g} {unit}"
    return f"{nanoseconds / 1e9:.3g} s"


def as_json(figures: list[Figure]) -> str:
    return json.dumps([asdict(figure) | {"ok": figure.ok} for figure in figures], indent=1)
