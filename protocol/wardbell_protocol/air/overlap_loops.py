"""The loops over the cells of words that somebody else has talked into.

A word is kept as bytes, three to a slot as `fill_cells` gives them: `FRONT` slots before it, its 24 pairs, the slot of
its sync bit. Rules of the source: `edge_loops`; the rules themselves and their reasons: protocol/spec/air.md.
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

FRONT = 4
SLOTS = FRONT + 24 + 1
WORD = 3 * SLOTS
EARLY = 6  # pairs that what fills the gap may have reached
ZEROS_ONLY = 128  # beside a place: the word's ones may be what filled another one's spaces

_FRONT_CELLS = const(12)
_BEFORE = const(9)  # cell of the slot before the first pair
_FIRST = const(12)  # of the first pair
_SYNC = const(84)
_WORD = const(87)
_EARLY = const(6)
_ON = const(204)  # 0.8
_OFF = const(51)  # 0.2
_HALF_ON = const(128)
_MARKS_ON = const(180)  # 0.7
_ZEROS_ONLY = const(128)
_PLACE = const(127)
# How much likelier a pair is of a 1 than of a 0, in tenths of a natural logarithm: spaces are filled, marks hardly vanish.
_CLEAN_1 = const(22)
_LIKELY_1 = const(10)
_CLEAN_0 = const(80)
_LIKELY_0 = const(16)
_BROKEN = const(20)
_RING_MASK = const(2047)
_RING_USED = const(2040)
_TIME_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)


@micropython.viper
def keep_word(cells: ptr16, kept: ptr8, at: int) -> int:
    """Copy a word's cells to `kept`."""
    for cell in range(_WORD):
        kept[at + cell] = cells[cell]
    return at


@micropython.viper
def clean_pairs(kept: ptr8, at: int, first: int) -> int:
    """How many pairs, from `first` on, are a whole mark and a whole space of the word and nothing else."""
    clean = 0
    for pair in range(first, 24):
        cell = at + _FIRST + 3 * pair
        middle = kept[cell + 1]
        if kept[cell] >= _ON and kept[cell + 2] <= _OFF and (middle >= _ON or middle <= _OFF):
            clean += 1
    return clean


@micropython.viper
def has_all_marks(kept: ptr8, at: int) -> bool:
    """Whether each pair of a word begins with a mark: a threshold that a stronger sender has left high swallows some."""
    for cell in range(_FIRST, _SYNC, 3):
        if kept[at + cell] < _HALF_ON:
            return False
    return True


@micropython.viper
def says_zero(kept: ptr8, at: int, code: int) -> bool:
    """Whether one of a word's first pairs is cleanly a 0 where `code` has a 1."""
    for pair in range(_EARLY):
        cell = at + _FIRST + 3 * pair
        if code >> (23 - pair) & 1 == 1 and kept[cell] >= _ON and kept[cell + 1] <= _OFF and kept[cell + 2] <= _OFF:
            return True
    return False


@micropython.viper
def is_front_empty(kept: ptr8, at: int) -> bool:
    """Whether nothing is on the air in the slots before a word."""
    for cell in range(_FRONT_CELLS):
        if kept[at + cell] > _OFF:
            return False
    return True


@micropython.viper
def count_edges(state: ptr32, times: ptr32, until_us: int, span_us: int) -> int:
    """How many edges there were in the time `span_us` before `until_us`."""
    index = state[0]
    last = index - _RING_USED
    if last < 0:
        last = 0
    count = 0
    while index > last:
        index -= 1
        age = (until_us - times[index & _RING_MASK]) & _TIME_MASK
        if age < span_us:
            count += 1
        elif age < _HALF:
            index = last
    return count


@micropython.viper
def code_of(kept: ptr8, at: int) -> int:
    """What a word says that is clean in all its pairs."""
    code = 0
    for pair in range(24):
        code = code << 1 | (1 if kept[at + _FIRST + 3 * pair + 1] >= _ON else 0)
    return code


@micropython.viper
def differ(kept: ptr8, at: int, other: int) -> bool:
    """Whether one word is plainly a 1 where the other is plainly a 0, behind the first pairs."""
    for cell in range(_FIRST + 3 * _EARLY, _SYNC, 3):
        is_clean = kept[at + cell] >= _ON and kept[other + cell] >= _ON
        if is_clean and kept[at + cell + 2] <= _OFF and kept[other + cell + 2] <= _OFF:
            middle = kept[at + cell + 1]
            other_middle = kept[other + cell + 1]
            if (middle >= _ON and other_middle <= _OFF) or (middle <= _OFF and other_middle >= _ON):
                return True
    return False


@micropython.viper
def is_same_look(kept: ptr8, at: int, other: int) -> bool:
    """Whether the same stands before both words: what fills a space of one may fill it in the other, too."""
    loud = 0
    apart = 0
    for cell in range(_FRONT_CELLS):
        a = kept[at + cell]
        b = kept[other + cell]
        loud += a
        apart += a - b if a > b else b - a
    return 2 * apart < loud


@micropython.viper
def is_begin(kept: ptr8, places: ptr8, words: int) -> bool:
    """Whether the two slots before the words are no pairs of theirs: in some word no mark begins there, or no space ends."""
    for slot in range(2, 4):
        is_pair = True
        for word in range(words):
            cell = (places[word] & _PLACE) * _WORD + 3 * slot
            if kept[cell] < _HALF_ON or kept[cell + 2] > _HALF_ON:
                is_pair = False
        if is_pair:
            return False
    return True


@micropython.viper
def weigh(kept: ptr8, places: ptr8, words: int, pair: int) -> int:
    """How much likelier it is that a pair of several words is a 1 than a 0, in tenths of a natural logarithm."""
    total = 0
    for word in range(words):
        cell = (places[word] & _PLACE) * _WORD + _FIRST + 3 * pair
        is_clean = kept[cell] >= _ON and kept[cell + 2] <= _OFF
        if kept[cell + 1] >= _ON:
            if places[word] < _ZEROS_ONLY:
                total += _CLEAN_1 if is_clean else _LIKELY_1
        elif kept[cell + 1] <= _OFF:
            total -= _CLEAN_0 if is_clean else _LIKELY_0
        else:
            total -= _BROKEN
    return total


@micropython.viper
def likeness(cells: ptr16, kept: ptr8, at: int) -> int:
    """For how much more of a clean word's marks than of its spaces the carrier was on in `cells`, of 255.

    0 where too many of its marks are missing.
    """
    marks = 0
    spaces = 0
    on = 0
    off = 0
    part = 0
    for cell in range(_FIRST, _SYNC + 1):
        weight = 1
        part += 1
        if part == 2:
            weight = 2
        elif part == 3:
            part = 0
        if kept[at + cell] >= _ON:
            marks += weight
            on += weight * cells[cell]
        else:
            spaces += weight
            off += weight * cells[cell]
    if on < _MARKS_ON * marks:
        return 0
    apart = on // marks - off // spaces
    return apart if apart > 0 else 0


@micropython.viper
def confirms(cells: ptr16, kept: ptr8, at: int, zeros_too: int) -> bool:
    """Whether the marks of a clean word's first ones stand in `cells`, too; `zeros_too`: and its first zeros are not filled."""
    for pair in range(_EARLY):
        cell = _FIRST + 3 * pair + 1
        if kept[at + cell] >= _ON:
            if cells[cell] < _ON:
                return False
        elif zeros_too == 1 and cells[cell] >= _ON:
            return False
    return True


@micropython.viper
def goes_on(kept: ptr8, at: int, behind: ptr16) -> bool:
    """Whether a word's sync mark is rather a further pair: its space is empty, and the slot `behind` begins with a mark."""
    return kept[at + _SYNC] >= _ON and kept[at + _SYNC + 2] <= _OFF and behind[0] >= _ON


@micropython.viper
def comes_before(kept: ptr8, at: int) -> bool:
    """Whether one clean pair or more stand right before a word, and nothing before these: it is the end of a longer one."""
    pairs = 0
    slot = 3
    while slot >= 0:
        cell = at + 3 * slot
        middle = kept[cell + 1]
        if kept[cell] <= _OFF and middle <= _OFF and kept[cell + 2] <= _OFF:
            break
        if kept[cell] < _ON or kept[cell + 2] > _OFF or (middle < _ON and middle > _OFF):
            return False
        pairs += 1
        slot -= 1
    cell = at
    while cell < at + 3 * slot:
        if kept[cell] > _OFF:
            return False
        cell += 1
    return pairs > 0


@micropython.viper
def begin_earlier(kept: ptr8, at: int, other: int) -> bool:
    """Whether two words of a sender rather begin a pair or more earlier: before what was read both have a pair.

    Or a pair's mark alone, for noise may have filled its space, if the second word has no sync mark here: then what was
    read as the first one's is a mark of noise in the gap.
    """
    before = at + _BEFORE
    other_before = other + _BEFORE
    if kept[before] < _HALF_ON or kept[other_before] < _HALF_ON:
        return False
    if kept[other + _SYNC] < _HALF_ON:
        return True
    are_marks = kept[before] >= _ON and kept[other_before] >= _ON
    return are_marks and kept[before + 2] <= _HALF_ON and kept[other_before + 2] <= _HALF_ON
