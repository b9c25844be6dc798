"""Carrier durations to the bits of frames and receipts, each with how sure it is.

Decides where a frame stands in a stream of durations, its clock and its soft bits; whose it is and whether it is true
is `frame_receiver`'s business. Specification, numbers and reasons: protocol/spec/air.md, "Authenticated frame".

How. A frame begins with a mark longer than any in it; `edge_loops` notes each. Behind one, a bit is the carrier's time on
in its first half less that in its second, so impulses and dips cost a bit some certainty and no more. The place of the
bits is first that of two which fits the sync bits better, then follows the middle of each bit, and the clock with it.
What does not fit is dropped after the sync bits or after the first 16. All storage is made once.
"""

from array import array

from wardbell_protocol.air.ear import Ear
from wardbell_protocol.air.edge_loops import (
    LONG_SPACE,
    MOST_STARTS,
    N_STARTS,
    NOW,
    OFTEN,
    RING,
    STARTS,
    TIME_MASK,
    N,
)
from wardbell_protocol.air.frame import CHIP_US, FRAME_BYTES, FRAME_SYNC, START_SPACE_CHIPS, SYNC_BITS
from wardbell_protocol.air.frame_loops import (
    CLOCK_GAIN,
    FIRST,
    MARKS_SIZE,
    N_READ,
    NOW_US,
    PERIOD,
    PHASE_GAIN,
    PLACE,
    POSITION,
    START_US,
    SURE_US,
    ZERO_US,
    go_to,
    read_bits,
    sync_fit,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.portion import Portion

QUALITY_MIN = 46  # %; noise that begins like a frame stays below

_BIT_US = 2 * CHIP_US
_FINE = 16  # periods and places are kept in 1/16 µs
# When the sync bits begin behind the start mark's end: that may be late beside the bits.
_PROMPT_US = START_SPACE_CHIPS * CHIP_US
_LATE_US = _PROMPT_US - 50
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
        self.n_starts = 0  # start marks up to its own
        self.need_us = 0  # since its start mark's end: how much must be known for it to go on
        self.marks = array("i", bytes(4 * MARKS_SIZE))
        self.soft = array("i", bytes(4 * (SYNC_BITS + n_bits)))

    def begin(self, first: int, times: "array[int]", place_us: int) -> None:
        """Read the sync bits, which begin `place_us` after the edge of that number."""
        marks = self.marks
        self.is_on = True
        marks[FIRST] = first
        marks[START_US] = times[first % RING]
        marks[PERIOD] = _BIT_US * _FINE
        marks[PHASE_GAIN], marks[CLOCK_GAIN] = _SEEK_GAINS
        go_to(marks, times, place_us)
        read_bits(marks, times, self.soft, SYNC_BITS)
        marks[SURE_US] = 0
        self.find_need()

    def read_block(self, times: "array[int]") -> bool:
        """Read on as far as the durations go; say whether it still looks like a frame."""
        marks = self.marks
        sure_us = read_bits(marks, times, self.soft, _BLOCK_BITS)
        self.find_need()
        return marks[N_READ] != SYNC_BITS + _EARLY_BITS or sure_us >= _EARLY_LEAST_US

    def find_need(self) -> None:
        """How much the next bits take, however their clock moves."""
        marks = self.marks
        drift_us = _SEEK_DRIFT_US
        if marks[N_READ] >= SYNC_BITS + _SEEK_BITS:
            marks[PHASE_GAIN], marks[CLOCK_GAIN] = _HOLD_GAINS
            drift_us = _HOLD_DRIFT_US
        self.need_us = (marks[PLACE] + _BLOCK_BITS * marks[PERIOD]) // _FINE + drift_us


class FrameSlicer:
    """Durations in, frames out; give them in any portions.

    `sync` and `n_bytes` say what is listened for, frames or receipts; `ear`: shared with others, else it has its own.
    `rejects`, by reason: what began like one and was none.
    """

    def __init__(self, sync: int = FRAME_SYNC, n_bytes: int = FRAME_BYTES, ear: "Ear | None" = None) -> None:
        self.rejects: dict[str, int] = {}
        self._sync = sync
        self._n_bits = SYNC_BITS + 8 * n_bytes
        self.ear = ear or Ear()
        self._is_own = ear is None
        self._edges = self.ear.edges
        self._readings = [_Reading(8 * n_bytes) for _ in range(_N_READINGS)]
        self._n_starts = self._edges.state[N_STARTS]  # start marks looked at
        self._n_on = 0  # readings that go on
        self._found: list[SlicedFrame] = []
        self.ear.join(self)

    def receive(self, portion: "Portion") -> list[SlicedFrame]:
        """Take the next durations; give the frames that they complete, oldest first.

        The list is the slicer's own and lasts until the next portion: noise must not cost a list each.
        """
        if self._is_own:
            self.ear.receive(portion)
        return self._found

    def begin(self) -> None:
        """A new portion begins."""
        if self._found:
            self._found = []

    def look(self, reason: int, portion: "Portion") -> None:
        """See what the durations that were taken begin and complete."""
        if reason == LONG_SPACE:
            return  # the others come often enough
        if self._n_starts != self._edges.state[N_STARTS]:
            self._seek()
        if self._n_on:
            self._read_on(portion)

    def _seek(self) -> None:
        """Look at the start marks behind which the sync bits must have been."""
        state, times = self._edges.state, self._edges.times
        while self._n_starts != state[N_STARTS]:
            first = state[STARTS + self._n_starts % MOST_STARTS]
            if (state[NOW] - times[first % RING]) & TIME_MASK < _SYNC_END_US:
                return
            self._n_starts = (self._n_starts + 1) & TIME_MASK
            place_us = self._find_place(first)
            if place_us:
                self._begin(first, place_us)

    def _find_place(self, first: int) -> int:
        """When the sync bits begin, in µs after that edge; 0: that was noise."""
        times = self._edges.times
        prompt = sync_fit(times, first, _PROMPT_US, self._sync)
        if prompt < _SYNC_LEAST_US // 4:
            return 0  # that far off is noise
        late = sync_fit(times, first, _LATE_US, self._sync)
        if max(prompt, late) < _SYNC_LEAST_US:
            return 0
        return _LATE_US if late > prompt else _PROMPT_US

    def _begin(self, first: int, place_us: int) -> None:
        for reading in self._readings:
            if not reading.is_on:
                reading.n_starts = self._n_starts
                reading.begin(first, self._edges.times, place_us)
                self._n_on += 1
                return

    def _read_on(self, portion: "Portion") -> None:
        state = self._edges.state
        self._n_on = 0
        for reading in self._readings:
            while reading.is_on and (state[NOW] - reading.marks[START_US]) & TIME_MASK >= reading.need_us:
                needed_us = reading.need_us
                reading.is_on = reading.read_block(self._edges.times)
                if reading.marks[N_READ] == self._n_bits:
                    reading.is_on = False
                    self._end(reading, needed_us, portion)
            if reading.is_on and (state[N] - reading.marks[POSITION]) & TIME_MASK > RING - 2 * OFTEN:
                reading.is_on = False  # glitches without end
            self._n_on += 1 if reading.is_on else 0

    def _end(self, reading: _Reading, needed_us: int, portion: "Portion") -> None:
        n_bits = self._n_bits - SYNC_BITS
        if 100 * reading.marks[SURE_US] < QUALITY_MIN * n_bits * CHIP_US:  # before noise costs a block of the heap
            self.rejects["noise"] = self.rejects.get("noise", 0) + 1
            return
        self._found.append(self._sliced(reading, needed_us, portion))

    def _sliced(self, reading: _Reading, needed_us: int, portion: "Portion") -> SlicedFrame:
        state, times, marks = self._edges.state, self._edges.times, reading.marks
        last = marks[POSITION]  # the edge that ended what completed it
        while (times[last % RING] - marks[START_US]) & TIME_MASK < needed_us:
            last += 1
        lag_us = (times[last % RING] - marks[START_US] - marks[NOW_US]) & TIME_MASK
        since_us = (state[NOW] - marks[START_US] - marks[NOW_US]) & TIME_MASK
        soft = [reading.soft[at] - ZERO_US for at in range(SYNC_BITS, self._n_bits)]
        age_us = since_us + self._edges.later_us(portion)
        return SlicedFrame(soft, self._is_disturbed(reading, last), lag_us, age_us)

    def _is_disturbed(self, reading: _Reading, last: int) -> bool:
        """Whether another start mark ended before that edge."""
        state = self._edges.state
        if reading.n_starts == state[N_STARTS]:
            return False
        first = reading.marks[FIRST]
        return (state[STARTS + reading.n_starts % MOST_STARTS] - first) & TIME_MASK < (last - first) & TIME_MASK
