"""The words by a regular expression."""

import re
import sys
from collections import Counter

counts = Counter(re.findall(r"[^\W\d_]+", sys.stdin.read().lower()))
print(f"{counts.total()} words, {len(counts)} different")
for word, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: int(sys.argv[1])]:
    print(f"{count} {word}")
