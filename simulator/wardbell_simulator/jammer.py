"""Somebody who jams: what a transmitter that nobody invited plays, as durations for the ether."""

import random

CARRIER = "carrier"
KEYING = "keying"
KINDS = (CARRIER, KEYING)

LEVEL_DB = 60.0  # above every node's: the slicer follows it alone
_KEYING_US = (100, 1_500)  # each mark and space, evenly drawn


def durations(kind: str, length_ms: int, chance: random.Random) -> list[int]:
    """Marks and spaces in µs, mark first, that last about `length_ms`; `kind` is one of KINDS."""
    if kind == CARRIER:
        return [length_ms * 1000, 1]
    played: list[int] = []
    left_us = length_ms * 1000
    while left_us > 0:
        played += [chance.randint(*_KEYING_US), chance.randint(*_KEYING_US)]
        left_us -= played[-1] + played[-2]
    return played
