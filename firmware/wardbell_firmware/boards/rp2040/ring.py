"""The ring that DMA fills with the receiver's durations, and how a portion is read out of it; no hardware in here.

A word is what the PIO program (pulses.py) counted down from 2**32 - 1, a space and a mark in turns. Neither 16 bits nor a
clock of its own can saturate: what the program takes each round is added, so the durations add up to the time that has passed.
"""

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air import host_python as micropython
    from wardbell_protocol.air.host_python import const, ptr32
    from wardbell_protocol.air.portion import Portion
else:
    try:
        import micropython
        from micropython import const
    except ImportError:
        from wardbell_protocol.air import host_python as micropython
        from wardbell_protocol.air.host_python import const, ptr32

WORDS = 2048  # 1024 marks and spaces: 0.38 s of a slicer's noise at 5,400 edges/s
MARGIN = 64  # words that DMA may write while a portion is read
GAP_US = (
    2000  # a space behind a word, of 31 T at most encoders; noise of thousands of edges a second has none in minutes
)

# In the state that `take` is given.
_AT = const(0)  # words read so far, modulo 2**30
_IS_MARK = const(1)  # what the next word is
_PASSED_US = const(2)  # the time of all the words that `take` took the last time
_SEEN = const(3)  # words that `is_gap_waiting` need not look at, modulo 2**30
_STATE_SIZE = 4

_WORD_MASK = const(2047)
_COUNT_MASK = const(0x3FFFFFFF)
_LONGEST_US = const((1 << 29) - 1)  # Portion's
_MARK_US = const(1)
_SPACE_US = const(2)
_GAP_US = const(2000)


@micropython.viper
def take(state: ptr32, ring: ptr32, durations: ptr32, n: int) -> int:
    """Take the next `n` words out of the ring as a portion has them, or up to the end of a gap; returns how many."""
    at = state[_AT]
    is_mark = state[_IS_MARK]
    passed_us = 0
    i = 0
    while i < n:
        us = ((0 - 1 - ring[at & _WORD_MASK]) & _COUNT_MASK) + _SPACE_US - is_mark * (_SPACE_US - _MARK_US)
        if us > _LONGEST_US:
            us = _LONGEST_US
        durations[i] = us + us + is_mark
        passed_us += us
        at = (at + 1) & _COUNT_MASK
        i += 1
        if is_mark == 0 and us >= _GAP_US:
            n = i
        is_mark = 1 - is_mark
    state[_AT] = at
    state[_IS_MARK] = is_mark
    state[_PASSED_US] = passed_us
    return i


@micropython.viper
def is_gap_among(state: ptr32, ring: ptr32, written: int) -> bool:
    """Whether a gap has ended among the words that have not been taken; each is looked at once."""
    at = state[_SEEN]
    unread = (written - state[_AT]) & _COUNT_MASK
    if (written - at) & _COUNT_MASK > unread:
        at = state[_AT]  # what was seen has been taken
    is_mark = state[_IS_MARK] ^ ((at - state[_AT]) & 1)
    found = 0
    while found == 0 and at != written:
        if is_mark == 0 and ((0 - 1 - ring[at & _WORD_MASK]) & _COUNT_MASK) >= _GAP_US - _SPACE_US:
            found = 1
        else:
            is_mark = 1 - is_mark
            at = (at + 1) & _COUNT_MASK
    state[_SEEN] = at
    return found == 1


class Ring:
    """Reads the ring `words`, a buffer of `WORDS`. How far DMA has written is the number of its words modulo 2**30."""

    def __init__(self, words: "ptr32") -> None:
        self._words = words
        self._state = array("I", bytes(4 * _STATE_SIZE))
        self._end_us = 0

    @property
    def end_us(self) -> int:
        """When the last word ended that was read."""
        return self._end_us

    def n_waiting(self, written: int) -> int:
        """How many words have not been read."""
        return (written - self._state[_AT]) & _COUNT_MASK

    def is_gap_waiting(self, written: int) -> bool:
        """Whether there is a gap among the words that have not been read."""
        return is_gap_among(self._state, self._words, written)

    def is_overrun(self, written: int) -> bool:
        """Whether unread words have been written over, or might be while they are read."""
        return self.n_waiting(written) > WORDS - MARGIN

    def restart(self, written: int, now_us: int) -> None:
        """Forget what has not been read: the program begins anew, with a space, at `now_us`."""
        self._state[_AT] = self._state[_SEEN] = written & _COUNT_MASK
        self._state[_IS_MARK] = 0
        self._end_us = now_us

    def read(self, written: int, portion: "Portion") -> None:
        """Fill a portion with what has not been read, as far as it has room, and no further than a gap.

        What a gap completes is not to wait until what follows it has been listened to, too.
        """
        n = min(self.n_waiting(written), len(portion.durations))
        portion.n = take(self._state, self._words, portion.durations, n)
        portion.is_cut = portion.n < n
        if n:
            self._end_us += self._state[_PASSED_US]
        portion.end_us = self._end_us
