"""A machine without a compiler for C."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

# What it lacks.
BUILD_TOOLS = ("cc", "gcc", "c++", "g++", "clang", "clang-22", "ld", "ld.lld", "lld", "as", "ar", "make")


@dataclass
class Machine:
    """A PATH with Rust and a few plain programs on it, and nothing that compiles C or links."""

    environment: dict[str, str]

    def run(self, *command: str | Path, cwd: Path, fails: bool = False, **more: str) -> str:
        """Run a command, which must end as expected; return all that it printed."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=600,
        )
        assert (done.returncode != 0) == fails, f"{command}: status {done.returncode}\n{done.stdout}"
        return done.stdout
