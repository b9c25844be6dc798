"""A keyed carrier to whole words and to frames, by the device's own slicers: one pass over its edges for both."""

from wardbell_gateway.iq.envelope import N_DECIDED, Keying
from wardbell_protocol.air.ear import Ear
from wardbell_protocol.air.edge_loops import LONG_SPACE
from wardbell_protocol.air.frame_slicer import FrameSlicer, SlicedFrame
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.slicer import PulseSlicer, SlicedWord, grow_older


class KeyedSlicers:
    """What the carrier did in, words and frames out; a sample lasts `sample_us`.

    `rejects`: what only looked like a word, by reason.
    """

    def __init__(self, sample_us: float) -> None:
        self._sample_us = sample_us
        self._carry_us = 0.0
        self._is_space = True
        self._space_us = 0  # not yet given to the slicers
        self._ear = Ear()
        self._words = _WholeWords(self._ear)
        self._frames = FrameSlicer(ear=self._ear)
        self.rejects = self._words.slicer.rejects

    def receive(self, keying: Keying) -> tuple[list[SlicedWord], list[SlicedFrame]]:
        """Take the next samples; ages count from their end."""
        pulses = self._pulses(keying)
        if not pulses:
            return [], []
        portion = Portion.of(pulses)
        self._ear.receive(portion)
        return self._words.receive(portion), self._frames.receive(portion)

    def _pulses(self, keying: Keying) -> list[int]:
        """Whole us of both signs. Of a long space the first part completes a word, the rest waits for its end."""
        pulses: list[int] = []
        is_on, last_us = keying.is_on, 0
        for edge in (*keying.edges, N_DECIDED):
            at_us = round(edge * self._sample_us + self._carry_us)
            if at_us > last_us:
                pulses.append(at_us - last_us if is_on else last_us - at_us)
            is_on, last_us = not is_on, at_us
        self._carry_us += N_DECIDED * self._sample_us - last_us
        is_space = all(pulse < 0 for pulse in pulses)
        if is_space and self._is_space:
            self._space_us -= sum(pulses)
            return []
        if self._space_us:
            pulses.insert(0, -self._space_us)
            self._space_us = 0
        self._is_space = is_space
        return pulses


class _WholeWords:
    """Looks for words at the edges of an ear."""

    def __init__(self, ear: Ear) -> None:
        self.slicer = PulseSlicer(ear.edges)
        self._edges = ear.edges
        self._found: list[SlicedWord] = []
        self._places: list[int] = []  # in the portion, behind what completed each
        ear.join(self)

    def begin(self) -> None:
        """A new portion begins."""
        self._found, self._places = [], []

    def look(self, reason: int, portion: Portion) -> None:
        """See whether the durations that were taken complete a word."""
        word = self.slicer.look() if reason & LONG_SPACE else None
        if word is not None:
            word.age_us += self._edges.clipped_us(portion)
            self._found.append(word)
            self._places.append(self._edges.taken)

    def receive(self, portion: Portion) -> list[SlicedWord]:
        """Give the words that the ear's newest portion has completed, oldest first."""
        grow_older(self._found, self._places, portion)
        return self._found
