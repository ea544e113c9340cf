"""The same distance by the bit-parallel algorithm of Myers, with Python's long integers."""

import sys


def letters(length: int, state: int) -> str:
    made = []
    for _ in range(length):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        made.append("acgt"[state // 65_536 % 4])
    return "".join(made)


def distance(a: str, b: str) -> int:
    """Each bit of a vector is a place of `a`: does the distance rise or fall there, after the letters of `b` so far."""
    places: dict[str, int] = {}
    for i, letter in enumerate(a):
        places[letter] = places.get(letter, 0) | 1 << i
    everything, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    rises, falls, score = everything, 0, len(a)
    for letter in b:
        equal = places.get(letter, 0)
        across = equal | falls
        equal |= ((equal & rises) + rises) ^ rises
        up, down = falls | ~(equal | rises), rises & equal
        score += bool(up & last) - bool(down & last)
        up, down = (up << 1) | 1, down << 1
        rises, falls = (down | ~(across | up)) & everything, up & across & everything
    return score


size = int(sys.argv[1])
print(distance("kitten", "sitting"))
print(distance(letters(size, 1), letters(size * 9 // 10, 2)))
