"""Kernels in Aria."""

from {{package}}._kernels import axpy, mean

__all__ = ["axpy", "mean"]
