"""When a node with a key sends the copies of a press.

The first at once, each further one at a drawn instant of its own slot; slots grow, so that a few residents are told apart
soon and many at last. Source of the choice: tests/bench/bench_collisions.py.
"""

# Where one slot ends and the next begins: one copy in each, after the first of all.
ONE_WAY_MS = (40, 270, 600, 990, 1420, 1880, 2380, 2900, 3440, 4000)
# A node that hears stops at the first receipt, so it may try a little longer. FCC 15.231(a): off within 5 s of release.
TWO_WAY_MS = (40, 240, 540, 880, 1260, 1680, 2110, 2570, 3050, 3550, 4070, 4600)

# Each signal may be said this often at once; after that all signals of a node together keep below a tenth of the time on
# air (ERC/REC 70-03, 433.05-434.79 MHz: duty < 10 %), so that a chattering contact cannot jam the ward.
N_AT_ONCE = 8
_SHARE = 11  # of the time: one part on air, ten not


class Draws:
    """Numbers for one purpose of one node: the same again from the same start, and unlike any other node's."""

    def __init__(self, node_id: int, number: int) -> None:
        self._state = 1
        for part in (node_id & 0xFFFF, number & 0xFFFF, number >> 16 & 0xFF):
            self._state ^= part
            self._mix()

    def below(self, n: int) -> int:
        """The next one, 0..n-1; n up to 16384."""
        self._mix()
        return self._state * n >> 16

    def _mix(self) -> None:
        # Both steps go through all of 1..65535; together they carry a difference of one bit to all bits. Below 2**30.
        state = (self._state * 13849 + 13) & 0xFFFF or 1
        state ^= state << 7 & 0xFFFF
        state ^= state >> 9
        self._state = state ^ state << 8 & 0xFFFF


def copy_times_ms(node_id: int, counter: int, edges_ms: "tuple[int, ...]" = ONE_WAY_MS) -> "list[int]":
    """When each copy is due, in ms after the first; ascending."""
    draws = Draws(node_id, counter)
    times = [0]
    for at in range(1, len(edges_ms)):
        begin_ms, end_ms = edges_ms[at - 1], edges_ms[at]
        times.append(begin_ms + draws.below(end_ms - begin_ms))
    return times


def pause_ms(length_ms: int, n_signals: int) -> int:
    """How long a press whose copies take `length_ms` on the air uses up its signal's share of the time."""
    return _SHARE * n_signals * length_ms
