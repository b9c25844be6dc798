"""Carrier durations to the bits of frames and receipts, each with how sure it is.

Decides where a frame stands in a stream of durations, its clock and its soft bits; whose it is and whether it is true
is `frame_receiver`'s business. Specification, numbers and reasons: protocol/spec/air.md, "Authenticated frame".

How. A frame begins with a mark longer than any in it. Until one comes, nothing is kept. Behind one, a bit is the
carrier's time on in its first half less that in its second, so impulses and dips cost a bit some certainty and no
more. The place of the bits is first that of two which fits the sync bits better, then follows the middle of each bit,
and the clock with it. What does not fit is dropped after the sync bits or after the first 16. All storage is made
once.
"""

from array import array

from wardbell_protocol.air.frame import CHIP_US, FRAME_BYTES, FRAME_SYNC, START_SPACE_CHIPS, SYNC_BITS
from wardbell_protocol.air.frame_loops import (
    AT,
    CLOCK_GAIN,
    FIRST,
    KNOWN_US,
    MARKS_SIZE,
    N_KEPT,
    N_ON,
    N_READ,
    NEED,
    NEED_US,
    NOW_US,
    OFTEN,
    PERIOD,
    PHASE_GAIN,
    PLACE,
    POSITION,
    RING,
    START,
    STATE_SIZE,
    SURE_US,
    ZERO_US,
    go_to,
    read_bits,
    sync_fit,
    take_in,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.portion import Portion

QUALITY_MIN = 46  # %; noise that begins like a frame stays below

_BIT_US = 2 * CHIP_US
_FINE = 16  # periods and places are kept in 1/16 µs
_LATENESS_US = (0, 50)  # of the start mark's end beside the bits, tried in turn
_SYNC_LEAST_US = 4 * CHIP_US // 3  # sum over the sync bits; a clean signal has 4 chips
_SYNC_END_US = (START_SPACE_CHIPS + 2 * SYNC_BITS) * CHIP_US + 160  # followed, its bits may move their places so far
_EARLY_BITS = 16
_EARLY_LEAST_US = _EARLY_BITS * CHIP_US * 42 // 100
_BLOCK_BITS = 8
# How much of a bit's lateness is followed at once, in 1/32, and put into the period, in 1/256; and by how much a
# block's own bits can move their places then, in µs. Less than the end mark, so that its end completes the last block.
_SEEK_BITS = 24
_SEEK_GAINS = (11, 5)
_SEEK_DRIFT_US = 280
_HOLD_GAINS = (8, 2)
_HOLD_DRIFT_US = 190
_N_READINGS = 4

_KNOWN_MOST_US = 1 << 29  # start marks for nine minutes without a pause: the ring's clock begins anew


class SlicedFrame:
    """Bits as they stood in the durations.

    `soft`: a bit each, first on the air first: µs of carrier in its first half less in its second, so above 0 is a 1,
    and a clean one is a chip; `quality`: their mean size, 0..100 % of a chip; `is_disturbed`: another frame may have
    begun in it; `lag_us`: end of the last bit to the end of the duration that completed it; `age_us`: to the end of
    the durations given with it.
    """

    def __init__(self, soft: list[int], is_disturbed: bool, lag_us: int, age_us: int) -> None:
        self.soft = soft
        self.quality = min(100, sum(map(abs, soft)) * 100 // (len(soft) * CHIP_US))
        self.is_disturbed = is_disturbed
        self.lag_us = lag_us
        self.age_us = age_us

    @property
    def raw(self) -> bytes:
        """The likeliest bytes."""
        return bytes_of(self.soft)

    def __repr__(self) -> str:
        return "SlicedFrame(%r, quality=%d, age_us=%d)" % (self.raw, self.quality, self.age_us)


def bytes_of(soft: list[int]) -> bytes:
    """Decide soft bits, above 0 is a 1, most significant first; their number is a multiple of 8."""
    raw = bytearray(len(soft) // 8)
    for at in range(len(soft)):
        if soft[at] > 0:
            raw[at >> 3] |= 0x80 >> (at & 7)
    return bytes(raw)


class _Reading:
    """A frame being read."""

    def __init__(self, n_bits: int) -> None:
        self.is_on = False
        self.is_disturbed = False
        self.start_us = 0  # its start mark's end, on the ring's clock
        self.need_us = 0  # how much must be known for it to go on, on the same
        self.marks = array("i", bytes(4 * MARKS_SIZE))
        self.soft = array("i", bytes(4 * (SYNC_BITS + n_bits)))

    def begin(self, first: int, start_us: int) -> None:
        """Begin with the duration of that number, which is to come."""
        self.is_on = True
        self.is_disturbed = False
        self.start_us = start_us
        self.need_us = start_us + _SYNC_END_US
        self.marks[FIRST] = self.marks[POSITION] = first
        self.marks[N_READ] = 0

    def read_sync(self, ring: "array[int]", lateness_us: int, sync: int, is_followed: bool) -> int:
        """Read the sync bits, the start mark having ended `lateness_us` late; say how well they fit."""
        marks = self.marks
        marks[PERIOD] = _BIT_US * _FINE
        marks[PHASE_GAIN], marks[CLOCK_GAIN] = _SEEK_GAINS if is_followed else (0, 0)
        go_to(marks, ring, START_SPACE_CHIPS * CHIP_US - lateness_us)
        read_bits(marks, ring, self.soft, SYNC_BITS)
        return sync_fit(self.soft, sync)


class FrameSlicer:
    """Durations in, frames out; give them in any portions.

    `sync` and `n_bytes` say what is listened for, frames or receipts. `rejects`, by reason: what began like one and was none.
    """

    def __init__(self, sync: int = FRAME_SYNC, n_bytes: int = FRAME_BYTES) -> None:
        self.rejects: dict[str, int] = {}
        self._sync = sync
        self._n_bits = SYNC_BITS + 8 * n_bytes
        self._readings = [_Reading(8 * n_bytes) for _ in range(_N_READINGS)]
        self._state = array("i", bytes(4 * STATE_SIZE))
        self._ring = array("i", bytes(4 * RING))
        self._found: list[SlicedFrame] = []

    def receive(self, portion: "Portion") -> list[SlicedFrame]:
        """Take the next durations; give the frames that they complete, oldest first.

        The list is the slicer's own and lasts until the next call: noise must not cost a list a portion.
        """
        if self._found:
            self._found = []
        self._state[AT] = 0
        reason = START
        while reason:
            reason = take_in(self._state, self._ring, portion.durations, portion.n)
            if reason & NEED:
                self._read_on(portion)
            if reason & START:
                self._begin()
        return self._found

    def _begin(self) -> None:
        state = self._state
        if state[N_ON] == 0:
            state[N_KEPT] = state[KNOWN_US] = 0
        is_begun = False
        for reading in self._readings:
            if reading.is_on:
                reading.is_disturbed = True
            elif not is_begun:
                is_begun = True
                reading.begin(state[N_KEPT], state[KNOWN_US])
        self._find_need()

    def _read_on(self, portion: "Portion") -> None:
        state = self._state
        for reading in self._readings:
            while reading.is_on and state[KNOWN_US] >= reading.need_us:
                if not self._read_block(reading):
                    reading.is_on = False
                elif reading.marks[N_READ] == self._n_bits:
                    reading.is_on = False
                    self._end(reading, portion)
            if reading.is_on and state[N_KEPT] - reading.marks[POSITION] > RING - OFTEN:
                reading.is_on = False  # glitches without end
        self._find_need()

    def _end(self, reading: _Reading, portion: "Portion") -> None:
        n_bits = self._n_bits - SYNC_BITS
        if 100 * reading.marks[SURE_US] < QUALITY_MIN * n_bits * CHIP_US:  # before noise costs a block of the heap
            self.rejects["noise"] = self.rejects.get("noise", 0) + 1
            return
        later = portion.durations[self._state[AT] : portion.n]
        self._found.append(self._sliced(reading, sum([value >> 1 for value in later])))

    def _sliced(self, reading: _Reading, later_us: int) -> SlicedFrame:
        lag_us = self._state[KNOWN_US] - reading.start_us - reading.marks[NOW_US]
        soft = [reading.soft[at] - ZERO_US for at in range(SYNC_BITS, self._n_bits)]
        return SlicedFrame(soft, reading.is_disturbed, lag_us, lag_us + later_us)

    def _read_block(self, reading: _Reading) -> bool:
        """Read on as far as the durations go; say whether it still looks like a frame."""
        marks = reading.marks
        if marks[N_READ] == 0:
            if not self._find_place(reading):
                return False
        else:
            sure_us = read_bits(marks, self._ring, reading.soft, _BLOCK_BITS)
            if marks[N_READ] == SYNC_BITS + _EARLY_BITS and sure_us < _EARLY_LEAST_US:
                return False
        drift_us = _SEEK_DRIFT_US
        if marks[N_READ] >= SYNC_BITS + _SEEK_BITS:
            marks[PHASE_GAIN], marks[CLOCK_GAIN] = _HOLD_GAINS
            drift_us = _HOLD_DRIFT_US
        reading.need_us = reading.start_us + (marks[PLACE] + _BLOCK_BITS * marks[PERIOD]) // _FINE + drift_us
        return True

    def _find_place(self, reading: _Reading) -> bool:
        best = best_us = 0
        for lateness_us in _LATENESS_US:
            fit = reading.read_sync(self._ring, lateness_us, self._sync, False)
            if fit < _SYNC_LEAST_US // 4:
                break  # that far off is noise
            if fit > best:
                best, best_us = fit, lateness_us
        if best < _SYNC_LEAST_US:
            return False
        reading.read_sync(self._ring, best_us, self._sync, True)
        reading.marks[SURE_US] = 0
        return True

    def _find_need(self) -> None:
        state = self._state
        state[N_ON] = 0
        for reading in self._readings:
            if state[KNOWN_US] > _KNOWN_MOST_US:
                reading.is_on = False
            if reading.is_on:
                if state[N_ON] == 0 or reading.need_us < state[NEED_US]:
                    state[NEED_US] = reading.need_us
                state[N_ON] += 1
