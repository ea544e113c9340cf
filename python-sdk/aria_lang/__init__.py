"""The Aria compiler as a Python package.

:mod:`aria_lang.toolchain` finds the compiler and its runtime, :mod:`aria_lang.project` reads ``[tool.aria]``, and
:mod:`aria_lang.setuptools_hook` makes ``pip install .`` build what it finds there.
"""

from aria_lang.toolchain import ToolchainError, find_ariac, find_runtime

__all__ = ["ToolchainError", "find_ariac", "find_runtime"]
__version__ = "0.1.0"
