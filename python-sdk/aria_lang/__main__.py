"""``python -m aria_lang`` runs the compiler."""

from aria_lang.toolchain import run_ariac

run_ariac()
