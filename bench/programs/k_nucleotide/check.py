"""How often words of DNA occur, counted as texts."""

import sys
from collections import Counter

sequence = sys.stdin.read().partition(">THREE")[2].partition("\n")[2].partition(">")[0].replace("\n", "").upper()


def count(length: int) -> Counter:
    return Counter(sequence[i : i + length] for i in range(len(sequence) + 1 - length))


for length in (1, 2):
    counts = count(length)
    for word, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        print(f"{word} {100 * n / counts.total():.3f}")
    print()
for word in ("GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT"):
    print(f"{count(len(word))[word]}\t{word}")
