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
NO_STRETCH = -32768  # what `mean_stretch` gives where there is none

_CLOCK_PAIRS = const(24)
_AGREEING = const(10)
_HEAL_TENTHS = const(3)  # of T. A mark of T that jitters and is stretched still stands; 60 µs go at T >= 200
_GAP_T = const(10)
_HEALED = const(52)
_LAST = const(49)  # mark of the first pair; the sync mark is 1
_N_PAIRS = const(24)
_NO_STRETCH = const(-32768)


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


@micropython.viper
def count_between(window: ptr32, count: int, from_us: int, to_us: int) -> int:
    """How many of `count` durations, newest first, begin between two times before now."""
    found = 0
    passed = 0
    at = 0
    while at < count and passed < to_us:
        if passed >= from_us:
            found += 1
        passed += window[at]
        at += 1
    return found


@micropython.viper
def word_us(healed: ptr32) -> int:
    """How long a whole word lasts, its first mark's start to its sync mark's end."""
    length = 0
    for at in range(1, _LAST + 1):
        length += healed[at]
    return length


@micropython.viper
def mean_stretch(healed: ptr32, t: int) -> int:
    """Twice what marks are stretched by, averaged over sync mark and pairs; `NO_STRETCH` if the pairs are not of one clock.

    mark - space is -2 T for a 0 and 2 T for a 1, both plus twice the stretch; the first guess is out of the sync mark.
    """
    guess = 2 * (healed[1] - t)
    total = guess
    for at in range(2, _LAST, 2):
        pair = healed[at + 1] + healed[at]
        if pair < 3 * t or pair > 5 * t:
            return _NO_STRETCH
        difference = healed[at + 1] - healed[at]
        total += difference
        total += 0 - 2 * t if difference > guess else 2 * t
    stretch = total // (_N_PAIRS + 1)
    off = guess - stretch
    if 10 * stretch > 14 * t or 10 * stretch + 14 * t < 0 or 10 * off > 16 * t or 10 * off + 16 * t < 0:
        return _NO_STRETCH
    return stretch


@micropython.viper
def read_pairs(healed: ptr32, t: int, stretch: int) -> int:
    """24 bits out of the pairs of a word, newest first; -1 if they are not 1:3 of one clock."""
    code = 0
    error = 0
    worst = 0
    ones = 0
    total_us = 0
    ones_us = 0
    at = _LAST
    while at > 1:
        difference = healed[at] - healed[at - 1]
        offset = difference - stretch + 2 * t
        code <<= 1
        if difference > stretch:
            offset -= 4 * t
            code |= 1
            ones += 1
            ones_us += difference
        if offset < 0:
            offset = 0 - offset
        if 10 * offset > 16 * t:
            return 0 - 1
        if offset > worst and at < _LAST:  # a threshold may settle in the first mark
            worst = offset
        error += offset
        total_us += difference
        at -= 2
    # One edge that is far off among others that are not was moved by an impulse: a mark cut short reads as another bit.
    if 10 * worst > 8 * t and 240 * worst > 45 * error:
        return 0 - 1
    # Ones and zeros differ by 4 T; in a 1:2 coding by 2.7 T, however few of either there are.
    zeros = _N_PAIRS - ones
    apart = ones_us * zeros - (total_us - ones_us) * ones
    if 10 * apart < 32 * t * ones * zeros or 100 * error > 45 * _N_PAIRS * t:
        return 0 - 1
    return code
