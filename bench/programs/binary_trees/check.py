"""A full tree of depth d has 2^(d+1) - 1 nodes."""

import sys

greatest = max(int(sys.argv[1]), 6)


def nodes(depth: int) -> int:
    return 2 ** (depth + 1) - 1


print(f"stretch tree of depth {greatest + 1}\t check: {nodes(greatest + 1)}")
for depth in range(4, greatest + 1, 2):
    trees = 2 ** (greatest - depth + 4)
    print(f"{trees}\t trees of depth {depth}\t check: {trees * nodes(depth)}")
print(f"long lived tree of depth {greatest}\t check: {nodes(greatest)}")
