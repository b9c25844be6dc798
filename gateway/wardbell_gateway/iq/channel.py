"""One channel while somebody sends in it.

What is strong is sliced into durations, what is weak is combined softly; both find words for the one set of press rules, and
both find frames.
"""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from wardbell_gateway.iq import acquire, combine
from wardbell_gateway.iq.envelope import N_AHEAD, EnvelopeSlicer
from wardbell_gateway.iq.frames import soft_frames
from wardbell_gateway.iq.gate import OPENS_AT
from wardbell_gateway.iq.keyed import KeyedSlicers
from wardbell_gateway.iq.spectrum import BLOCK_MS, IQ, Floats, Spectrum, noise_bandwidth_hz
from wardbell_gateway.iq.sums import Complexes, Sums, energy
from wardbell_protocol.air.frame import FRAME_US
from wardbell_protocol.air.frame_slicer import SlicedFrame
from wardbell_protocol.air.presses import PressEnded, PressReceiver, PressStarted
from wardbell_protocol.air.slicer import SlicedWord

PressEvent = PressStarted | PressEnded


class Word(NamedTuple):
    """A word as it was heard: the end of its sync mark."""

    code: int
    end_us: int
    t_us: int


N_KEPT = 70  # blocks: 4 words of the slowest clock and the longest gap
LOOK_EVERY = 8  # blocks, at first; each look in vain lets the next one wait longer, and none is lost as long as
FOLLOWS_EVERY = 12  # once there is a press: its next words are known in time (`LATE_US`)
LOOK_AT_LEAST = 40  # the samples kept overlap by more than a press
QUIET_AFTER = 60  # blocks without power: longer than a press may pause
HELD_FOR = 2000  # blocks that a channel without a word keeps its noise floor from learning
LATE_US = 150_000  # what is heard is known by then

_N_BEFORE = 6  # blocks before the first with power that may hold some of it already
_SLICED_US = 250_000  # the slicer hears this press by itself
# Boxcar and step in samples of 16 us, clocks in us: the wider filter for the quicker clocks.
_BANDS = ((8, 4, 180.0, float(acquire.T_MOST_US)), (3, 2, float(acquire.T_LEAST_US), 200.0))
_SETTLED = 3  # blocks
_OVER_AFTER = 2  # periods without a word
_N_LEAST = 4  # blocks in which two words of the quickest clock can be
_FRAME_BLOCKS = 4  # a frame may have begun so long before the last look
_PEAK_FALLS = 0.98
N_WORDS = 16
KEEPS_AT = OPENS_AT / 2


class Channel:
    """See the module's text. Times are us since the stream began.

    `centre`: its bin; `excess`: power above the noise floor, times the floor, `peak`: the most of late; `words`: the last heard;
    `frames`: found since they were taken away, each with its end;
    `has_searched`: whether the last block cost a search for words of unknown clock.
    """

    def __init__(self, spectrum: Spectrum, centre: int, number: int, seeks_frames: bool) -> None:
        self.centre = centre
        self.active_at = number
        self.heard_at = number
        self.excess = 0.0
        self.peak = 0.0
        self._spectrum = spectrum
        self._envelope = EnvelopeSlicer()
        self._presses = PressReceiver()
        self._seeks_frames = seeks_frames
        self._framed_us = -FRAME_US  # end of the last frame found
        self.frames: list[tuple[SlicedFrame, int]] = []
        self._kept: deque[IQ] = deque(maxlen=N_KEPT)
        self._first_active = number
        self._shadowed_at = number - N_KEPT
        self._sliced_us = -_SLICED_US  # end of the last word that the slicer found
        self._heard_us = 0  # end of the last word given to the press rules
        self._looked_at = number
        self._look_every = LOOK_EVERY
        self.has_searched = False
        self._known: acquire.Guess | None = None
        self._known_us = 0.0
        self.words: deque[Word] = deque(maxlen=N_WORDS)
        self._sample_us = 1e6 / spectrum.channel_rate_hz
        self._slicers = KeyedSlicers(self._sample_us)
        self._share = noise_bandwidth_hz(spectrum.channel_rate_hz) / spectrum.channel_rate_hz

    def rejects(self) -> list[tuple[str, int]]:
        """What was heard and was no press: reasons and times."""
        return [*self._slicers.rejects.items(), *self._presses.rejects.items()]

    def measure(self, excess: float) -> None:
        """Take the strength of the next block."""
        self.excess = excess
        self.peak = max(excess, self.peak * _PEAK_FALLS)

    def receive(
        self, number: int, samples: IQ, sample_noise: float, is_shadowed: bool, may_search: bool
    ) -> list[PressEvent]:
        """Take the next block; `sample_noise` is the noise power of one sample of the input.

        What came while a far stronger signal beside it lent it its form, `is_shadowed`, is nothing for the soft combiner.
        """
        is_active = self.excess > KEEPS_AT
        self.has_searched = False
        if is_active:
            if number - self.active_at > _N_BEFORE:
                self._first_active = number
                self._look_every = LOOK_EVERY
            self.active_at = number
        self._kept.append(samples)
        if is_shadowed:
            self._shadowed_at = number
        density = sample_noise * self._spectrum.channel_rate_hz / self._spectrum.rate_hz
        events = self._slice(number, np.abs(samples), float(np.sqrt(density * self._share)))
        if may_search and self._must_look(number):
            if self._seeks_frames:
                self._seek_frames(number, density)
            self._looked_at = number
            events += self._combine(number, density)
        end_us = self._end_us(number)
        events += self._presses.poll(max(0, int(end_us - LATE_US)))
        if events:
            self.heard_at = number
        return events

    def finish(self) -> list[PressEvent]:
        """It is closed: whatever press went on is over."""
        events: list[PressEvent] = []
        while (deadline_us := self._presses.next_deadline_us()) is not None:
            events += self._presses.poll(deadline_us)
        return events

    def _end_us(self, number: int) -> float:
        """When block `number` ended."""
        start = number * self._spectrum.hop + self._spectrum.first
        return (start + self._spectrum.hop) * 1e6 / self._spectrum.rate_hz

    def _slice(self, number: int, amplitude: Floats, noise: float) -> list[PressEvent]:
        keying = self._envelope.receive(amplitude, noise)
        if keying is None:
            return []
        words, frames = self._slicers.receive(keying)
        end_us = int(self._end_us(number - N_AHEAD))
        events: list[PressEvent] = []
        for word in words:
            self._sliced_us = end_us - word.age_us
            events += self._take(word, self._sliced_us)
        for frame in frames:
            self._framed_us = end_us - frame.age_us
            self.frames.append((frame, self._framed_us))
        return events

    def _must_look(self, number: int) -> bool:
        # Once more when it has just become quiet: then all of the press is there.
        is_over = number - self.active_at >= _SETTLED and self._looked_at < self.active_at + _SETTLED
        return is_over or (number == self.active_at and number - self._looked_at >= self._look_every)

    def _seek_frames(self, number: int, density: float) -> None:
        end_us = self._end_us(number)
        n_blocks = min(len(self._kept), number - self._looked_at + _FRAME_BLOCKS, number - self._shadowed_at - _SETTLED)
        # No weak frame is read beneath a strong word.
        n_blocks = min(n_blocks, int((end_us - self._sliced_us) / 1e3 / BLOCK_MS))
        if n_blocks < _FRAME_BLOCKS:
            return
        start_us = end_us - n_blocks * BLOCK_MS * 1e3
        for frame, end in soft_frames(np.concatenate(list(self._kept)[-n_blocks:]), density, self._sample_us):
            frame_us = int(start_us + end * self._sample_us)
            if frame_us - self._framed_us > FRAME_US // 2:  # else the slicer or the last look has had it
                self._framed_us = frame_us
                self.frames.append((frame, frame_us))

    def _combine(self, number: int, density: float) -> list[PressEvent]:
        end_us = self._end_us(number)
        if end_us - self._sliced_us < _SLICED_US:
            self._look_every = FOLLOWS_EVERY
            return []
        n_blocks = min(len(self._kept), number - self._first_active + _N_BEFORE, number - self._shadowed_at - _SETTLED)
        if n_blocks < _N_LEAST:
            return []
        samples = np.concatenate(list(self._kept)[-n_blocks:])
        start_us = end_us - n_blocks * BLOCK_MS * 1e3
        press = self._soft_press(samples, density, start_us)
        if press is None:
            self._look_every = min(LOOK_AT_LEAST, self._look_every * 3 // 2)
            return []
        self._look_every = FOLLOWS_EVERY
        events = self._hear(press, start_us)
        silent_us = end_us - self._heard_us
        if silent_us > _OVER_AFTER * press.period * self._sample_us:  # its words must not hide those of the next
            self._known = None
            self._first_active = number - int(silent_us / 1e3 / BLOCK_MS) + _N_BEFORE
        return events

    def _soft_press(self, samples: IQ, density: float, start_us: float) -> combine.SoftPress | None:
        """The press found before, if there is more of it, else any."""
        sums = Sums.of(samples)
        if self._known is not None:
            first = (self._known_us - start_us) / self._sample_us % self._known.period
            press = combine.combine(sums, density, self._known._replace(start=first))
            if press is not None:
                return press
        self.has_searched = True
        for guess in _guesses(sums.sums, self._sample_us):
            press = combine.combine(sums, density, guess)
            if press is not None:
                self._known = acquire.Guess(press.period, press.starts[0], press.t)
                self._known_us = start_us + press.starts[0] * self._sample_us
                return press
        return None

    def _hear(self, press: combine.SoftPress, start_us: float) -> list[PressEvent]:
        events: list[PressEvent] = []
        t_us = press.t * self._sample_us
        length_us = 97 * t_us
        for start in press.starts:
            end_us = int(start_us + start * self._sample_us + length_us)
            if end_us - self._heard_us < length_us / 2:
                continue
            word = SlicedWord(press.code, round(t_us), round(length_us), round(10 * t_us))
            events += self._take(word, end_us)
        return events

    def _take(self, word: SlicedWord, end_us: int) -> list[PressEvent]:
        self._heard_us = max(self._heard_us, end_us)
        self.words.append(Word(word.code, end_us, word.t_us))
        return list(self._presses.hear(word, end_us))


def _guesses(sums: Complexes, sample_us: float) -> Iterator[acquire.Guess]:
    for width, step, t_least_us, t_most_us in _BANDS:
        boxes = (sums[width:-1:step] - sums[: -1 - width : step]) / width
        power = energy(boxes).astype(np.float32)
        step_us = step * sample_us
        for found in acquire.guesses(power, t_least_us / step_us, t_most_us / step_us):
            yield acquire.Guess(found.period * step, found.start * step + width / 2, found.t * step)
