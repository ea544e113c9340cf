"""Least costs by SciPy's sparse graphs."""

import sys

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

n = int(sys.argv[1])
state, costs = 42, []
for _ in range(n * n):
    state = (state * 1_103_515_245 + 12_345) % 2**31
    costs.append(state // 65_536 % 9 + 1)
cells = np.arange(n * n).reshape(n, n)
pairs = [(cells[:, :-1], cells[:, 1:]), (cells[:-1], cells[1:])]
start = np.concatenate([x.ravel() for a, b in pairs for x in (a, b)])
end = np.concatenate([x.ravel() for a, b in pairs for x in (b, a)])
graph = csr_matrix((np.array(costs)[end], (start, end)), shape=(n * n, n * n))
distance = dijkstra(graph, indices=0).astype(int)
print(f"to the last cell {distance[-1]}, to the farthest {distance.max()}, sum {distance.sum()}")
