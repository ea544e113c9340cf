"""The document by Python's own parser and printer."""

import json
import sys

rounds = int(sys.argv[1])
document = json.load(sys.stdin)


def survey(value) -> tuple[int, int]:
    """How many values there are, and the sum of the whole numbers."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    values, total = 1, value if type(value) is int else 0
    for child in children:
        below = survey(child)
        values, total = values + below[0], total + below[1]
    return values, total


values, total = survey(document)
print(f"{rounds * values} values, sum {rounds * total}")
print(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
