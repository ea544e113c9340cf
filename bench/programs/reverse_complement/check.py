"""The other strand of every sequence, read backwards."""

import sys

PAIRS = dict(zip("ACGTUMRWSYKVHDBN", "TGCAAKYWSRMBDHVN", strict=True))
TABLE = str.maketrans(PAIRS | {base.lower(): other for base, other in PAIRS.items()})

for record in sys.stdin.read().split(">")[1:]:
    title, _, rest = record.partition("\n")
    sequence = rest.replace("\n", "").translate(TABLE)[::-1]
    print(f">{title}")
    for i in range(0, len(sequence), 60):
        print(sequence[i : i + 60])
