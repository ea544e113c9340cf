"""The greatest singular value of the matrix itself, by LAPACK where it is small, else by powers."""

import sys

import numpy as np

n = int(sys.argv[1])
i, j = np.ogrid[:n, :n]
a = 1 / ((i + j) * (i + j + 1) // 2 + i + 1)
if n <= 500:
    norm = np.linalg.norm(a, 2)
else:
    u = np.ones(n)
    for _ in range(20):
        u = a.T @ (a @ u)
        u /= np.linalg.norm(u)
    norm = np.linalg.norm(a @ u)
print(f"{norm:.9f}")
