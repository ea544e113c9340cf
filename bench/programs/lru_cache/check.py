"""The cache as an OrderedDict."""

import sys
from collections import OrderedDict

size, capacity, keys = int(sys.argv[1]), 20_000, 100_000
state = 42


def below(limit: int) -> int:
    global state
    state = (state * 1_103_515_245 + 12_345) % 2**31
    return state // 1_024 % limit


cache: OrderedDict[int, int] = OrderedDict()
hits = total = 0
for turn in range(size):
    key = below(below(keys) + 1)
    if key in cache:
        hits += 1
        total = (total + cache[key]) % 1_000_000_007
        cache.move_to_end(key)
    else:
        cache[key] = key * 7 + turn
        if len(cache) > capacity:
            cache.popitem(last=False)
print(f"{hits} hits, {size - hits} misses, sum {total}")
