"""What a sum of words says, and how sure it is: the arithmetic of combining, in the loops' source.

Levels are 0..1020 = four times a cell's byte. Rules of the source: `edge_loops`; the rules themselves and their reasons:
protocol/spec/air.md.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air import host_python as micropython
    from wardbell_protocol.air.host_python import const, ptr8, ptr32
else:
    try:
        import micropython
        from micropython import const
    except ImportError:
        from wardbell_protocol.air import host_python as micropython
        from wardbell_protocol.air.host_python import const, ptr8, ptr32

# In `sums`: the cells of 24 pairs and of the sync bit's slot, of two slots before and of two after; then squares.
SYNC = 72
BEFORE = 75
AFTER = 81
CELLS = 87
SQUARES = 87
LEVELS = SQUARES + 24  # of the space in each pair
LIMITS = LEVELS + 24  # between 0 and 1 in each pair, 0..255
BAND = LIMITS + 24  # how far over its limit a 1 must be
BAND_0 = BAND + 1  # and a 0 under it
SUMS_SIZE = BAND_0 + 1

_BEFORE = const(75)
_AFTER = const(81)
_SQUARES = const(87)
_LEVELS = const(111)
_LIMITS = const(135)
_BAND = const(159)
_BAND_0 = const(160)
_MARK = const(979)  # 0.96: what the middle of a 1 comes to
_PAIR_LEAST = const(51)  # 0.2
_FIRST_MARK = const(898)  # 0.88; behind a gap the threshold is so low that no mark breaks
_LEAST_LIMIT = const(663)
_GAP_MOST = const(408)  # 0.4
_LEAST_SPACE = const(41)
_FIRST_CLEAR = const(6)
_LONGER = const(395)  # 1.55 T
_FULL = const(230)  # 0.9
_MARK_HUNDREDTHS = const(70)  # of the mean
_PLAINLY_0 = const(64)
_PLAINLY_1 = const(217)
_MARK_BEFORE = const(153)  # 0.6
_SPACE_BEFORE = const(26)  # 0.1
_SCATTER_MOST = const(156000)  # 0.15
_SCATTER_LEAST = const(3121)  # 0.003


@micropython.viper
def are_gaps_empty(sums: ptr32, words: int) -> bool:
    """Whether the two slots before the words and the two behind hold no pair."""
    most = _GAP_MOST * words
    last = sums[_BEFORE + 3] - sums[_BEFORE + 5]
    both = last + sums[_BEFORE] - sums[_BEFORE + 2]
    return 4 * last <= most and 2 * both <= most and 4 * sums[_AFTER] <= most and 4 * sums[_AFTER + 3] <= most


@micropython.viper
def fill_levels(sums: ptr32, words: int) -> int:
    """Fill `LEVELS` with what the carrier seems to be on for in a space near each pair, and `LIMITS`; give the scatter.

    A slicer's threshold has fallen to the noise at the end of a gap, so the first spaces behind it are full of noise.
    """
    earlier = (sums[_BEFORE + 3] + sums[_BEFORE + 4] + sums[_BEFORE + 5]) // 3
    total = 0
    for pair in range(24):
        own = sums[3 * pair + 2]
        later = sums[3 * pair + 5] if pair < 23 else own
        space = 4 * (earlier + own + later) // (3 * words)
        earlier = own
        limit = (space + _MARK) // 2
        if limit < _LEAST_LIMIT:
            limit = _LEAST_LIMIT
        middle = sums[3 * pair + 1]
        level = _MARK if 4 * middle > limit * words else space
        total += sums[_SQUARES + pair] - level * middle // 2 + level * level * words // 16
        sums[_LEVELS + pair] = space
        sums[_LIMITS + pair] = (space + _MARK) // 8
    return 2 * total // (3 * words)


@micropython.viper
def judge(sums: ptr32, words: int, scatter: int, root: int) -> int:
    """The 24 bits, or -1 if one of them is in doubt. `root`: 1020 / square root of `words`."""
    if scatter > _SCATTER_MOST:
        return 0 - 1
    scatter += _SCATTER_LEAST
    code = 0
    for pair in range(24):
        space = sums[_LEVELS + pair]
        middle = 4 * sums[3 * pair + 1] // words
        if sums[3 * pair] - sums[3 * pair + 2] < _PAIR_LEAST * words:
            return 0 - 1
        limit = (space + _MARK) // 2
        if middle > limit and middle > _LEAST_LIMIT:
            noise = space if space > _LEAST_SPACE else _LEAST_SPACE
            over = middle - space
            if middle - limit < sums[_BAND] or (pair < 4 and middle < _FIRST_MARK):
                return 0 - 1
            if over * over * words < 16 * (scatter + 3 * noise * (1020 - noise) // 20):
                return 0 - 1
            code = code << 1 | 1
        else:
            under = _MARK - middle
            if limit - middle < sums[_BAND_0] or 4 * under < 897 + root or under * under * words < 16 * scatter:
                return 0 - 1
            code = code << 1
    return code


@micropython.viper
def is_one_to_three(sums: ptr32, words: int, code: int) -> bool:
    """Whether marks of ones are 2 T longer than those of zeros, however a slicer stretches both; 1:2 coding has 1.3 T.

    The first pairs stand in the noise that the gap has left, so they do not count. Where all others are equal nothing
    can be compared; such a word has data of equal trits, which no station sends.
    """
    ones = zeros = ones_on = zeros_on = 0
    for pair in range(_FIRST_CLEAR, 24):
        at = 3 * pair
        on = sums[at] + 2 * sums[at + 1] + sums[at + 2]
        if code >> (23 - pair) & 1:
            ones += 1
            ones_on += on
        else:
            zeros += 1
            zeros_on += on
    if ones == 0 or zeros == 0:
        return False
    return ones_on * zeros - zeros_on * ones >= _LONGER * ones * zeros * words


@micropython.viper
def is_alone(sums: ptr32, words: int, code: int) -> bool:
    """Whether what is beside the words is much less than a pair of theirs, however a slicer stretches their marks.

    Where marks are stretched the space of a one has all but gone, and where they are shortened the mark of a zero. Of
    words with more than 24 pairs some may have been read a place early and some a place late.
    """
    ones = zeros = 0
    of_ones = of_zeros = 0
    for pair in range(24):
        at = 3 * pair
        if code >> (23 - pair) & 1:
            ones += 1
            of_ones += sums[at] - sums[at + 2]
        else:
            zeros += 1
            of_zeros += sums[at] - sums[at + 2]
    least = of_ones // ones
    if of_zeros // zeros < least:
        least = of_zeros // zeros
    if sums[_BEFORE + 4] >= _FULL * words and 2 * sums[_BEFORE + 3] >= _FULL * words:
        return False  # a mark that long is no noise's
    beside = sums[_AFTER]
    before = sums[_BEFORE + 3] - sums[_BEFORE + 5]
    if before > 0:
        beside += before
    return 4 * beside <= 3 * least


@micropython.viper
def are_zeros_whole(sums: ptr32, code: int) -> bool:
    """Whether no zero's mark is much shorter than the others'.

    A slicer that follows peaks is deaf for a while behind an impulse: what it has cut off may have been a one's.
    """
    zeros = total = 0
    least = 1 << 20
    for pair in range(24):
        if code >> (23 - pair) & 1 == 0:
            mark = sums[3 * pair]
            zeros += 1
            total += mark
            if mark < least:
                least = mark
    return 100 * least * zeros >= _MARK_HUNDREDTHS * total


@micropython.viper
def doubt(sums: ptr32, kept: ptr8, first: int, code: int) -> int:
    """How far one word by itself is from `code`: 1 for each bit read otherwise, 16 more where it is plainly otherwise."""
    far = 0
    for pair in range(24):
        middle = kept[first + 3 * pair + 1]
        if code >> (23 - pair) & 1:
            if middle <= sums[_LIMITS + pair]:
                far += 17 if middle < _PLAINLY_0 else 1
        elif middle > sums[_LIMITS + pair]:
            far += 17 if middle > _PLAINLY_1 else 1
    return far


@micropython.viper
def is_pair_before(kept: ptr8, first: int) -> bool:
    """Whether right before a word plainly stands a further pair."""
    at = first + _BEFORE + 3
    middle = kept[at + 1]
    return kept[at] >= _MARK_BEFORE and kept[at + 2] <= _PLAINLY_0 and (middle <= _SPACE_BEFORE or middle >= _PLAINLY_1)


@micropython.viper
def agreement(sums: ptr32, words: int, code: int) -> int:
    """For how much of the time the carrier was as `code` has it: 0 = as often as not or less, 100 = always."""
    total = 0
    for pair in range(24):
        at = 3 * pair
        middle = sums[at + 1] if code >> (23 - pair) & 1 else 255 * words - sums[at + 1]
        total += sums[at] + 2 * middle + 255 * words - sums[at + 2]
    return (total * 200 // (96 * 255 * words)) - 100 if total > 12240 * words else 0
