"""All permutations in the order of the game: each from its number, in the factorial number system."""

import sys
from math import factorial

n = int(sys.argv[1])


def permutation(number: int) -> list[int]:
    """The factorial digits say how far the first elements are rotated, from the most significant one down."""
    result = list(range(n))
    for i in range(n - 1, 0, -1):
        turns, number = divmod(number, factorial(i))
        result[: i + 1] = result[turns : i + 1] + result[:turns]
    return result


checksum = most = 0
for number in range(factorial(n)):
    cards, flips = permutation(number), 0
    while first := cards[0]:
        cards[: first + 1] = cards[first::-1]
        flips += 1
    checksum += -flips if number % 2 else flips
    most = max(most, flips)
print(f"{checksum}\nPfannkuchen({n}) = {most}")
