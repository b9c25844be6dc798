"""How often a node says that it is there: what sender, receiver and gateway must agree on.

A node draws each pause anew, so that no two of them fall into step. Limits: FCC 15.231(a) at most 2 s of supervision an hour
and transmitter, ERC/REC 70-03 duty cycles. Specification: protocol/spec/air.md, "Schedule".
"""

# With a key one frame, 28 ms: of 300 nodes one sends each second and the air is taken for 3 % of the time.
FRAME_EVERY_S = 300
# Without one a burst of four words, 179 ms at T = 350 µs, up to 512 ms at T = 1000 µs. Of 300 nodes they take 1.5 % of the
# time; twice as often, two of them now and then met in one press of words and destroyed it.
WORDS_EVERY_S = 3600
# While its call is open a node that can hear asks more often how the call stands: 50 an hour at the most.
ASK_EVERY_S = 90
DITHER_PERCENT = 20  # each pause is drawn from that much less to that much more


def longest_pause_s(has_key: bool) -> int:
    """The longest time between two heartbeats of a node that is well."""
    return _every_s(has_key) * (100 + DITHER_PERCENT) // 100


def shortest_pause_s(has_key: bool) -> int:
    """The shortest one."""
    return _every_s(has_key) * (100 - DITHER_PERCENT) // 100


def _every_s(has_key: bool) -> int:
    return FRAME_EVERY_S if has_key else WORDS_EVERY_S
