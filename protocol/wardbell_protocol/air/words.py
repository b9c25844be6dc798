"""Durations in, words out: whole ones as they stand, weak ones added up.

Decides only who looks when; `slicer`, `soft_slicer` and `overlaps` say what a word is.
"""

from wardbell_protocol.air.edge_loops import LONG_SPACE, NOW, TIME_MASK
from wardbell_protocol.air.overlaps import OverlappedWords
from wardbell_protocol.air.slicer import PulseSlicer, SlicedWord, grow_older
from wardbell_protocol.air.soft_slicer import SoftSlicer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.portion import Portion


class WordReceiver:
    """All slicers on an ear's edges. A whole word is found twice; who counts words must know one from the other.

    `rejects`: what only looked like a word, by reason; `n_words`: whole words heard.
    """

    def __init__(self, ear: "Ear") -> None:
        ear.join(self)
        self._edges = ear.edges
        self._whole = PulseSlicer(self._edges)
        self._soft = SoftSlicer(self._edges)
        self._overlapped = OverlappedWords(self._edges)
        self.rejects = self._whole.rejects
        self._found: list[SlicedWord] = []
        self._places: list[int] = []  # in the portion, behind what completed each
        self._known_us: list[int] = []  # since when each could be told, in the edges' time

    @property
    def n_words(self) -> int:
        """Whole words heard so far."""
        return self._whole.n_words

    def begin(self) -> None:
        """A new portion begins."""
        if self._found:  # to clear an empty list costs a block on the device
            self._found.clear()
            self._places.clear()
            self._known_us.clear()

    def look(self, reason: int, portion: "Portion") -> None:
        """See what the durations that were taken complete."""
        word = self._whole.look() if reason & LONG_SPACE else None
        if self._overlapped.is_waiting and (word is None or word.is_rough or not self._overlapped.expects(word)):
            self._follow_overlapped(portion)  # it takes long, and a press of whole words is to ring without it
        is_end = self._whole.n_healed != 0
        if not is_end and reason == LONG_SPACE:
            return  # what is due otherwise can wait for the next time
        self._add_up(portion)  # before a further word can contradict it
        if is_end:
            self._look_at_overlaps(word, portion)
        if word is not None:
            self._keep(word, 0, portion)

    def _add_up(self, portion: "Portion") -> None:
        summed = self._soft.receive()
        while summed is not None:
            if not (summed.is_rough and self._overlapped.contradicts(summed)):
                self._keep(summed, summed.age_us - summed.gap_us, portion)
            summed = self._soft.receive()

    def _follow_overlapped(self, portion: "Portion") -> None:
        while self._overlapped.is_due:
            overlapped = self._overlapped.look_again()
            if overlapped is not None:
                self._keep(overlapped, overlapped.age_us - overlapped.gap_us, portion)

    def _look_at_overlaps(self, word: "SlicedWord | None", portion: "Portion") -> None:
        overlapped = self._overlapped.look(self._whole, word)
        if overlapped is not None:
            self._keep(overlapped, 0, portion)
        self._whole.n_healed = 0

    def receive(self, portion: "Portion") -> list[SlicedWord]:
        """Give the words that the ear's newest portion has completed, in the order in which they could be told.

        That is not the order in which somebody looked: one looks later than another, and all at a portion's end.

        The list is the receiver's own and lasts until the next portion: noise must not cost a list each.
        """
        if self._found:
            grow_older(self._found, self._places, portion)
            self._put_in_order()
        return self._found

    def _keep(self, word: SlicedWord, since_us: int, portion: "Portion") -> None:
        """Keep a word that could have been told `since_us` ago."""
        word.age_us += self._edges.clipped_us(portion)
        self._found.append(word)
        self._places.append(self._edges.taken)
        self._known_us.append((self._edges.state[NOW] - since_us) & TIME_MASK)

    def _put_in_order(self) -> None:
        found, known_us = self._found, self._known_us
        for end in range(1, len(found)):
            at = end
            while at and (known_us[at - 1] - known_us[at] - 1) & TIME_MASK < TIME_MASK // 2:
                found[at - 1], found[at] = found[at], found[at - 1]
                known_us[at - 1], known_us[at] = known_us[at], known_us[at - 1]
                at -= 1

    def receive_silence(self, space_us: int) -> "SlicedWord | None":
        """Try whether the carrier having been off for `space_us` beyond the durations completes a word."""
        word = self._whole.receive_silence(space_us)
        overlapped = self._overlapped.look(self._whole, word) if self._whole.n_healed else None
        if overlapped is None:
            return word
        overlapped.age_us += space_us
        return overlapped
