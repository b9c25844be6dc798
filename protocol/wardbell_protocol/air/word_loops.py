"""The loops over the edges of one word: how well a clock fits them, and how long the carrier was on in each of its cells.

Rules of the source: `edge_loops`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air import host_python as micropython
    from wardbell_protocol.air.host_python import const, ptr8, ptr16, ptr32
else:
    try:
        import micropython
        from micropython import const
    except ImportError:
        from wardbell_protocol.air import host_python as micropython
        from wardbell_protocol.air.host_python import const, ptr8, ptr16, ptr32

# In `ask`, what a loop is to look at. Periods are in 1/16 µs.
REF = 0  # a time
PERIOD = 1
COUNT = 2  # pairs or slots
COSINE = 3  # 64 of them, from here on: 127 + 127 cos
ASK_SIZE = COSINE + 64

# What `comb` gives: four sums of cosines, four of sines, the number of marks in all and in each part.
PARTS = 4
MARKS = 8
COMB_SIZE = 13
ZERO = 1 << 20  # added to each sum

_REF = const(0)
_PERIOD = const(1)
_COUNT = const(2)
_COSINE = const(3)
_N = const(0)
_VOTED = const(4)
_RING_MASK = const(2047)
_RING_USED = const(2040)
_TIME_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)
_ZERO = const(1 << 20)
_COHERENT = const(13)  # a fifth of 127 * 127 / 256


@micropython.viper
def comb(state: ptr32, times: ptr32, ask: ptr32, sums: ptr32) -> bool:
    """Sum the phases, against a period, at which marks began in the `COUNT` pairs before the time `REF`.

    In four parts, newest first, so that a period a little off shows as a turn from part to part. Gives whether the marks
    in the parts are at one phase, each part for itself: of marks at any phase as many of a hundred pass as of those of a
    weak word fail, about 5.
    """
    period = ask[_PERIOD]
    ref = ask[_REF]
    longest = ask[_COUNT] * period >> 4
    border = 0
    index = state[_VOTED]
    index -= 2 - (index & 1)  # the newest edge that began a mark; nothing newer is asked for
    last = index - _RING_USED
    if last < 0:
        last = 0
    age = (ref - times[index & _RING_MASK]) & _TIME_MASK
    while age >= _HALF and index > last:  # later than `REF`
        index -= 2
        age = (ref - times[index & _RING_MASK]) & _TIME_MASK
    marks = 0
    power = 0
    most = 0
    for part in range(4):
        border = longest if part == 3 else border + (longest >> 2)
        re = 0
        im = 0
        count = 0
        while age < border and index >= last:
            phase = (age << 10) // period & 63
            re += ask[_COSINE + phase]
            im += ask[_COSINE + ((phase + 48) & 63)]
            count += 1
            index -= 2
            age = (ref - times[index & _RING_MASK]) & _TIME_MASK
        re -= 127 * count
        im -= 127 * count
        sums[part] = _ZERO + re
        sums[4 + part] = _ZERO + im
        sums[9 + part] = count
        marks += count
        power += (re * re + im * im) >> 8
        most += count * count
    sums[8] = marks
    return power >= _COHERENT * most


@micropython.viper
def fill_cells(state: ptr32, times: ptr32, ask: ptr32, cells: ptr16) -> int:
    """Fill `cells`, three a slot: for how much of its first, middle two and last T the carrier was on, 0..255.

    The first of `COUNT` slots begins at the time `REF`.
    """
    n = state[_N]
    ref = ask[_REF]
    period = ask[_PERIOD]
    index = n
    is_before = False
    while index > 0 and n - index < _RING_USED and not is_before:
        index -= 1
        is_before = (ref - times[index & _RING_MASK]) & _TIME_MASK < _HALF
    if is_before:
        index += 1
    is_on = index & 1
    at_us = 0
    begin_us = 0
    quarters = 0
    part = 0
    edge_us = (times[index & _RING_MASK] - ref) & _TIME_MASK
    for at in range(3 * ask[_COUNT]):
        quarters += 1
        part += 1
        if part == 2:
            quarters += 1
        elif part == 3:
            part = 0
        end_us = quarters * period >> 6
        on_us = 0
        while index < n and edge_us < end_us:
            if is_on:
                on_us += edge_us - at_us
            at_us = edge_us
            is_on = 1 - is_on
            index += 1
            edge_us = (times[index & _RING_MASK] - ref) & _TIME_MASK
        if is_on:
            on_us += end_us - at_us
        at_us = end_us
        if on_us:  # most are 0 or full, and to divide takes as long as all the rest
            size_us = end_us - begin_us
            on_us = 255 if on_us == size_us else on_us * 255 // size_us
        cells[at] = on_us
        begin_us = end_us
    return n - index


@micropython.viper
def frame_score(cells: ptr16, first: int) -> int:
    """How much the slots from `first` on look like a word between two gaps: at most 25 times 255."""
    score = 0
    at = 3 * first
    for _ in range(24):
        score += cells[at] - cells[at + 2]
        at += 3
    score += cells[at] - cells[at + 1] - cells[at + 2]
    score -= cells[at + 3] + cells[at + 6]
    at = 3 * first - 6
    for _ in range(2):
        if cells[at] > cells[at + 2]:
            score -= cells[at] - cells[at + 2]
        at += 3
    return score


@micropython.viper
def add_cells(sums: ptr32, kept: ptr8, first: int, count: int) -> int:
    """Add `count` bytes of `kept`, from `first` on, to `sums`, one to one."""
    for at in range(count):
        sums[at] = sums[at] + kept[first + at]
    return count


@micropython.viper
def add_squares(sums: ptr32, kept: ptr8, first: int, into: int) -> int:
    """Add the squares of a word's 24 middle cells to `sums`."""
    for at in range(24):
        cell = kept[first + 3 * at + 1]
        sums[into + at] = sums[into + at] + cell * cell
    return 24
