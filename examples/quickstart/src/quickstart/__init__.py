"""A first project with Aria: the kernels of ``kernels.aria``, as Python functions."""

from quickstart._kernels import deviation, distances, logistic, nearest, standardise, standardise_robustly

__all__ = ["deviation", "distances", "logistic", "nearest", "standardise", "standardise_robustly"]
