"""A first project with Aria: the kernels of ``kernels.aria``, as Python functions."""

from quickstart import _kernels
from quickstart._kernels import deviation, distances, logistic, nearest, standardise, standardise_robustly

__all__ = ["CPU_LEVEL", "deviation", "distances", "logistic", "nearest", "standardise", "standardise_robustly"]

# The level of processor whose code was chosen when the module was imported.
CPU_LEVEL: str = _kernels.__aria_cpu_level__
