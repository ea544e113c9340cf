"""DNA at random as the program makes it: frequencies cumulated, a letter for each number of the generator."""

import sys
from bisect import bisect_right
from itertools import accumulate

ALU = (
    "GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACCTGAGGTCAGGAGTTCGAGA"
    "CCAGCCTGGCCAACATGGTGAAACCCCGTCTCTACTAAAAATACAAAAATTAGCCGGGCGTGGTGGCGCGCGCCTGTAATCCCA"
    "GCTACTCGGGAGGCTGAGGCAGGAGAATCGCTTGAACCCGGGAGGCGGAGGTTGCAGTGAGCCGAGATCGCGCCACTGCACTCC"
    "AGCCTGGGCGACAGAGCGAGACTCCGTCTCAAAAA"
)
IUB = dict(zip("acgtBDHKMNRSVWY", [0.27, 0.12, 0.12, 0.27] + [0.02] * 11, strict=True))
SAPIENS = {"a": 0.3029549426680, "c": 0.1979883004921, "g": 0.1975473066391, "t": 0.3015094502008}
MODULUS = 139968


def output(n: int) -> str:
    state = 42

    def at_random(frequencies: dict[str, float], length: int) -> str:
        nonlocal state
        letters, limits = list(frequencies), list(accumulate(frequencies.values()))
        letters.append(letters[-1])
        # The generator has few states: the letter of each is looked up once.
        letter = [letters[bisect_right(limits, i / MODULUS)] for i in range(MODULUS)]
        made = []
        for _ in range(length):
            state = (state * 3877 + 29573) % MODULUS
            made.append(letter[state])
        return "".join(made)

    sequences = {
        "ONE Homo sapiens alu": (ALU * (2 * n // len(ALU) + 1))[: 2 * n],
        "TWO IUB ambiguity codes": at_random(IUB, 3 * n),
        "THREE Homo sapiens frequency": at_random(SAPIENS, 5 * n),
    }
    return "".join(f">{title}\n{lines(sequence)}" for title, sequence in sequences.items())


def lines(sequence: str) -> str:
    return "".join(f"{sequence[i : i + 60]}\n" for i in range(0, len(sequence), 60))


if __name__ == "__main__":
    sys.stdout.write(output(int(sys.argv[1])))
