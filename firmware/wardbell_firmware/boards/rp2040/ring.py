"""The ring that DMA fills with the receiver's durations, and how a portion is read out of it; no hardware in here.

A word is a duration as a portion has it (programs.py), a space and a mark in turns. The program counts 32 bits and has no clock
of its own, so nothing saturates: what it takes each round is in the count, so the durations add up to the time that has passed.
"""

from array import array

from wardbell_protocol.air.portion import ROUND_MS

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
_PASSED_US = const(1)  # the time of all the words that `take` took the last time
_SEEN = const(2)  # words that `is_gap_waiting` need not look at, modulo 2**30
_STATE_SIZE = 3

_WORD_MASK = const(2047)
_COUNT_MASK = const(0x3FFFFFFF)
_LONGEST = const((1 << 30) - 2)  # twice Portion's
_GAP = const(4000)  # twice GAP_US


@micropython.viper
def take(ring: ptr32, durations: ptr32, state: ptr32, n: int) -> int:
    """Copy the next `n` words out of the ring, or those up to the end of a gap; returns how many.

    Nobody may be silent for 2**30 µs before he is read; `PicoPulseSource` begins anew before that.
    """
    at = state[_AT]
    passed = 0  # twice the µs, and 1 for each mark
    i = 0
    while i < n:
        value = ring[(at + i) & _WORD_MASK]
        if value >= _GAP:
            is_mark = value & 1
            if value > _LONGEST:
                value = _LONGEST + is_mark
            if is_mark == 0:
                n = i + 1
        durations[i] = value
        passed += value
        i += 1
    if i > 0:
        passed -= (i + (durations[0] & 1)) >> 1
    state[_AT] = (at + i) & _COUNT_MASK
    state[_PASSED_US] = passed >> 1
    return i


@micropython.viper
def is_gap_among(ring: ptr32, state: ptr32, written: int) -> bool:
    """Whether a gap has ended among the words that have not been taken; each is looked at once."""
    at = state[_SEEN]
    unread = (written - state[_AT]) & _COUNT_MASK
    if (written - at) & _COUNT_MASK > unread:
        at = state[_AT]  # what was seen has been taken
    while at != written:
        value = ring[at & _WORD_MASK]
        if value >= _GAP and value & 1 == 0:
            break
        at = (at + 1) & _COUNT_MASK
    state[_SEEN] = at
    return at != written


class Ring:
    """Reads the ring `words`, a buffer of `WORDS`. How far DMA has written is the number of its words modulo 2**30."""

    def __init__(self, words: "ptr32") -> None:
        self._words = words
        self._state = array("I", bytes(4 * _STATE_SIZE))
        self._n_rounds = 0
        self._end_us = 0  # of the last word that was read, since that round began

    def quiet_us(self, now_ms: int) -> int:
        """How long ago the last word ended that was read."""
        return (now_ms - ROUND_MS * self._n_rounds) * 1000 - self._end_us

    def n_waiting(self, written: int) -> int:
        """How many words have not been read."""
        return (written - self._state[_AT]) & _COUNT_MASK

    def is_gap_waiting(self, written: int) -> bool:
        """Whether there is a gap among the words that have not been read."""
        return is_gap_among(self._words, self._state, written)

    def restart(self, written: int, now_ms: int) -> int:
        """Forget what has not been read: the program begins anew, with a space, at `now_ms`; returns `quiet_us` of then."""
        self._state[_AT] = self._state[_SEEN] = written & _COUNT_MASK
        quiet_us = self.quiet_us(now_ms)
        # Anew, not later: a node's ear may have been off for months, which in µs no small number holds.
        self._n_rounds, self._end_us = now_ms // ROUND_MS, now_ms % ROUND_MS * 1000
        return quiet_us

    def read(self, written: int, portion: "Portion") -> bool:
        """Fill a portion with what has not been read, as far as it has room, and no further than a gap.

        What a gap completes is not to wait until what follows it has been listened to, too.

        Returns:
            False where unread words have been written over, or might be while they are read; nothing was read.
        """
        waiting = (written - self._state[_AT]) & _COUNT_MASK
        if waiting > WORDS - MARGIN:
            return False
        durations = portion.durations
        if waiting > len(durations):
            waiting = len(durations)
        portion.n = take(self._words, durations, self._state, waiting)
        portion.is_cut = portion.n < waiting
        if waiting:
            self._end_us += self._state[_PASSED_US]
        self.date(portion)
        return True

    def date(self, portion: "Portion") -> None:
        """Say of a portion that it ends with the last word that was read."""
        portion.renew(self._n_rounds, self._end_us)
        self._n_rounds, self._end_us = portion.n_rounds, portion.end_us
