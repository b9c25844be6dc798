"""The loops over the durations before a long space: their common period, and what is left without impulses.

Rules of the source: `edge_loops`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air import host_python as micropython
    from wardbell_protocol.air.host_python import const, ptr32
else:
    try:
        import micropython
        from micropython import const
    except ImportError:
        from wardbell_protocol.air import host_python as micropython
        from wardbell_protocol.air.host_python import const, ptr32

CLOCK_PAIRS = 24
HEALED = 54  # at most

_CLOCK_PAIRS = const(24)
_AGREEING = const(10)
_HEAL_TENTHS = const(3)  # of T. A mark of T that jitters and is stretched still stands; 60 µs go at T >= 200
_GAP_T = const(10)
_HEALED = const(52)


@micropython.viper
def find_pair(window: ptr32, count: int, pairs: ptr32) -> int:
    """The period that the last pairs agree on, 4 T; 0 if they do not."""
    last = 2 * _CLOCK_PAIRS + 2
    if last > count - 1:
        last = count - 1
    kept = 0
    at = 2
    while at < last:
        pair = window[at] + window[at + 1]
        place = kept
        while place > 0 and pairs[place - 1] > pair:
            pairs[place] = pairs[place - 1]
            place -= 1
        pairs[place] = pair
        kept += 1
        at += 2
    if kept < _AGREEING:
        return 0
    # Impulses make pairs shorter far more often than longer, so look above the median.
    guess = pairs[kept * 5 // 8]
    total = 0
    agreeing = 0
    for at in range(kept):
        if 4 * guess <= 5 * pairs[at] and 5 * pairs[at] <= 6 * guess:
            total += pairs[at]
            agreeing += 1
    if agreeing < _AGREEING:
        return 0
    return total // agreeing


@micropython.viper
def heal(window: ptr32, count: int, pair: int, healed: ptr32) -> int:
    """Durations from the newest gap back to the gap before it, both included, impulses merged away; give how many.

    Newest first: space, mark, space, ... A few more than a word has if no gap comes.
    """
    shortest = pair * _HEAL_TENTHS // 40
    gap = pair * _GAP_T // 4
    kept = 0
    current = 0
    is_mark = 0
    for at in range(count):
        duration = window[at]
        if at & 1 != is_mark and duration >= shortest:
            healed[kept] = current
            kept += 1
            if (kept > 1 and is_mark == 0 and current >= gap) or kept > _HEALED:
                return kept
            is_mark = 1 - is_mark
            current = 0
        current += duration
    healed[kept] = current  # where the window ends
    return kept + 1
