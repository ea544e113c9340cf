"""Runs the kernels on a little data: ``cargo aria run``, or ``python -m {{package}}``."""

import numpy as np

import {{package}}

x = np.linspace(0.0, 1.0, 5)
y = np.ones(5)
print("x          ", x)
print("mean of x  ", {{package}}.mean(x))
print("2x + y     ", {{package}}.axpy(2.0, x, y))
