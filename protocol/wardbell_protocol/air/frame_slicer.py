"""Carrier durations to the bits of frames and receipts, each with how sure it is.

Decides where a frame stands in a stream of durations, its clock and its soft bits; whose it is and whether it is true
is `frame_receiver`'s business. Specification, numbers and reasons: protocol/spec/air.md, "Authenticated frame".

How. A frame begins with a mark longer than any in it. While no portion of durations holds such a mark, nothing is
looked at or kept. Behind one, bits are read as the carrier's time on in the first half of a bit less that in the
second, so impulses and dips cost a bit some certainty and no more. The place of the bits is first that of two which
fits the sync bits better, then follows the middle of each bit, and the clock with it. What does not fit is dropped
after the sync bits or after the first 16. All storage is made once; all numbers stay within 31 bits.
"""

from wardbell_protocol.air.frame import CHIP_US, FRAME_BYTES, FRAME_SYNC, START_SPACE_CHIPS, SYNC_BITS

START_MIN_US = 735  # 0.7 of the start mark; the longest mark inside a frame is 3 chips, stretched 550 µs

_BIT_US = 2 * CHIP_US
_FINE = 16  # positions are kept in 1/16 µs
_PERIOD_MIN = _BIT_US * _FINE * 96 // 100
_PERIOD_MAX = _BIT_US * _FINE * 104 // 100
_LATENESS_US = (0, 50)  # of the start mark's end beside the bits, tried in turn
_SYNC_LEAST_US = 4 * CHIP_US // 3  # sum over the sync bits; a clean signal has 4 chips
_EARLY_BITS = 16
_BLOCK_BITS = 8
_EARLY_LEAST_US = _EARLY_BITS * CHIP_US * 42 // 100
# How much of a bit's lateness is followed at once, and put into the period: while the clock is sought, and then.
_SURE_US = CHIP_US * 50 // 100  # at least, of a bit that moves the clock
_SEEK_BITS = 24
_SEEK_PHASE, _SEEK_CLOCK = 3, 48
_HOLD_PHASE, _HOLD_CLOCK = 4, 128
_DRIFT_US = 130  # most that a block's own bits move their places by
_SYNC_END_US = (START_SPACE_CHIPS + 2 * SYNC_BITS) * CHIP_US
_N_READINGS = 4
_RING = 512  # durations, a power of two
_MASK = _RING - 1
_OFTEN = 63  # durations between two looks whether the ring is full, less 1
_LONGEST_US = 1000000  # more says nothing more


class SlicedFrame:
    """Bits as they stood in the durations.

    `soft`: a bit each, first on the air first: µs of carrier in its first half less in its second, -150..150, so
    above 0 is a 1; `quality`: their mean size, 0..100 % of a chip; `is_disturbed`: another frame may have begun in
    it; `lag_us`: end of the last bit to the end of the duration that completed it; `age_us`: to the end of the
    durations given with it.
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
    """A frame being read: where it stands and what it has said so far. Times are µs since its start mark's end."""

    def __init__(self, n_bits: int) -> None:
        self.soft = [0] * n_bits
        self.is_on = False

    def begin(self, at: int, known_us: int) -> None:
        """Begin with the duration of number `at`, which is to come; those before last up to `known_us`."""
        self.is_on = True
        self.first = self.at = at
        self.start_us = known_us
        self.n_read = -SYNC_BITS  # their bits stand at the end of `soft` until the last ones come
        self.sure_us = 0
        self.need_us = _SYNC_END_US
        self.is_disturbed = False

    def rewind(self, ring: list[int], lateness_us: int) -> None:
        """Go to where the sync bits begin if the start mark ended `lateness_us` late."""
        self.period = _BIT_US * _FINE
        self.now_us = START_SPACE_CHIPS * CHIP_US - lateness_us
        self.place = self.now_us * _FINE
        self.at = self.first
        self.edge_us = abs(ring[self.at & _MASK])
        while self.edge_us < self.now_us:
            self.at += 1
            self.edge_us += abs(ring[self.at & _MASK])

    def read(self, ring: list[int], n_bits: int, is_tracked: bool) -> None:
        """Read bits whose durations are there, and follow their clock."""
        at, edge_us, now_us, place, period = self.at, self.edge_us, self.now_us, self.place, self.period
        size_us = ring[at & _MASK]
        is_sought = self.n_read < _SEEK_BITS
        phase_share, clock_share = (_SEEK_PHASE, _SEEK_CLOCK) if is_sought else (_HOLD_PHASE, _HOLD_CLOCK)
        for bit in range(self.n_read, self.n_read + n_bits):
            soft = middle_us = 0
            for quarter in range(4):
                until_us = (place + period * (quarter + 1) // 4) // _FINE
                high_us = 0
                while edge_us < until_us:
                    if size_us > 0:
                        high_us += edge_us - now_us
                    now_us = edge_us
                    at += 1
                    size_us = ring[at & _MASK]
                    edge_us += abs(size_us)
                if size_us > 0:
                    high_us += until_us - now_us
                now_us = until_us
                soft += high_us if quarter < 2 else -high_us
                if quarter == 1 or quarter == 2:
                    middle_us += high_us
            self.soft[bit] = soft
            self.sure_us += abs(soft)
            place += period
            if is_tracked and abs(soft) > _SURE_US:
                late = middle_us * _FINE - period // 4
                if soft < 0:
                    late = -late
                place += late // phase_share
                period = max(_PERIOD_MIN, min(_PERIOD_MAX, period + (late + clock_share // 2) // clock_share))
        self.at, self.edge_us, self.now_us, self.place, self.period = at, edge_us, now_us, place, period
        self.n_read += n_bits


class FrameSlicer:
    """Durations in, frames out; give them in any portions.

    `sync` and `n_bytes` say what is listened for, frames or receipts. `n_frames` counts what was read to its end.
    """

    def __init__(self, sync: int = FRAME_SYNC, n_bytes: int = FRAME_BYTES) -> None:
        self.n_frames = 0
        self._sync = [1 if sync >> shift & 1 else -1 for shift in range(SYNC_BITS - 1, -1, -1)]
        self._n_bits = 8 * n_bytes
        self._readings = [_Reading(self._n_bits) for _ in range(_N_READINGS)]
        self._n_on = 0
        self._ring = [0] * _RING
        self._n_kept = 0  # durations since none was being read,
        self._known_us = 0  # and their sum
        self._need_us = 0  # the sum at which a reading can go on

    def receive(self, pulses: list[int]) -> list[SlicedFrame]:
        """Take the next durations (+ carrier on, - off); give the frames that they complete, oldest first."""
        frames: list[SlicedFrame] = []
        if not pulses or (not self._n_on and max(pulses) < START_MIN_US):
            return frames
        for place in range(len(pulses)):
            pulse = pulses[place]
            if self._n_on:
                self._ring[self._n_kept & _MASK] = pulse
                self._n_kept += 1
                self._known_us += min(_LONGEST_US, abs(pulse))
                if self._known_us >= self._need_us or self._n_kept & _OFTEN == 0:
                    later_us = sum(map(abs, pulses[place + 1 :]))
                    self._read_on(later_us, frames)
            if pulse >= START_MIN_US:
                self._begin()
        return frames

    def _begin(self) -> None:
        if not self._n_on:
            self._n_kept = self._known_us = 0
        for reading in self._readings:
            reading.is_disturbed = True
        for reading in self._readings:
            if not reading.is_on:
                reading.begin(self._n_kept, self._known_us)
                self._n_on += 1
                break
        self._find_need()

    def _read_on(self, later_us: int, frames: list[SlicedFrame]) -> None:
        for reading in self._readings:
            while reading.is_on and self._known_us >= reading.start_us + reading.need_us:
                if not self._read_block(reading):
                    reading.is_on = False
                elif reading.n_read == self._n_bits:
                    reading.is_on = False
                    self.n_frames += 1
                    lag_us = self._known_us - reading.start_us - reading.now_us
                    frames.append(SlicedFrame(reading.soft[:], reading.is_disturbed, lag_us, lag_us + later_us))
            if reading.is_on and self._n_kept - reading.at > _RING - _OFTEN:
                reading.is_on = False
        self._find_need()

    def _read_block(self, reading: _Reading) -> bool:
        """Read on as far as the durations go; say whether it still looks like a frame."""
        if reading.n_read < 0:
            if not self._read_sync(reading):
                return False
        else:
            reading.read(self._ring, _BLOCK_BITS, True)
            if reading.n_read == _EARLY_BITS and reading.sure_us < _EARLY_LEAST_US:
                return False
        reading.need_us = (reading.place + _BLOCK_BITS * reading.period) // _FINE + _DRIFT_US
        return True

    def _read_sync(self, reading: _Reading) -> bool:
        best = 0
        best_us = _LATENESS_US[0]
        for lateness_us in _LATENESS_US:
            reading.rewind(self._ring, lateness_us)
            reading.read(self._ring, SYNC_BITS, False)
            fit = sum([self._sync[at] * reading.soft[at - SYNC_BITS] for at in range(SYNC_BITS)])
            if fit > best:
                best, best_us = fit, lateness_us
            reading.n_read = -SYNC_BITS
        if best < _SYNC_LEAST_US:
            return False
        reading.rewind(self._ring, best_us)
        reading.read(self._ring, SYNC_BITS, True)
        reading.sure_us = 0
        return True

    def _find_need(self) -> None:
        needs = [reading.start_us + reading.need_us for reading in self._readings if reading.is_on]
        self._n_on = len(needs)
        self._need_us = min(needs) if needs else 0
