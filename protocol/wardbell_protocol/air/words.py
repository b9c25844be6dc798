"""Durations in, words out: whole ones as they stand, weak ones added up.

Decides only who looks when; `slicer`, `soft_slicer` and `overlaps` say what a word is.
"""

from wardbell_protocol.air.edge_loops import LONG_SPACE
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

    @property
    def n_words(self) -> int:
        """Whole words heard so far."""
        return self._whole.n_words

    def begin(self) -> None:
        """A new portion begins."""
        if self._found:  # to clear an empty list costs a block on the device
            self._found.clear()
            self._places.clear()

    def look(self, reason: int, portion: "Portion") -> None:
        """See what the durations that were taken complete."""
        word = self._whole.look() if reason & LONG_SPACE else None
        if self._whole.n_healed or self._overlapped.is_waiting:
            self._look_at_overlaps(word, portion)
        if word is None and reason == LONG_SPACE:
            return  # what is due otherwise can wait for the next time
        summed = self._soft.receive()
        while summed is not None:
            self._keep(summed, portion)
            summed = self._soft.receive()
        if word is not None:
            self._keep(word, portion)

    def _look_at_overlaps(self, word: "SlicedWord | None", portion: "Portion") -> None:
        if self._whole.n_healed:
            overlapped = self._overlapped.look(self._whole, word)
            if overlapped is not None:
                self._keep(overlapped, portion)
            self._whole.n_healed = 0
        if self._overlapped.is_waiting:
            overlapped = self._overlapped.look_again()
            if overlapped is not None:
                self._keep(overlapped, portion)

    def receive(self, portion: "Portion") -> list[SlicedWord]:
        """Give the words that the ear's newest portion has completed, in the order in which they were recognised.

        The list is the receiver's own and lasts until the next portion: noise must not cost a list each.
        """
        if self._found:
            grow_older(self._found, self._places, portion)
        return self._found

    def _keep(self, word: SlicedWord, portion: "Portion") -> None:
        word.age_us += self._edges.clipped_us(portion)
        self._found.append(word)
        self._places.append(self._edges.taken)

    def receive_silence(self, space_us: int) -> "SlicedWord | None":
        """Try whether the carrier having been off for `space_us` beyond the durations completes a word."""
        word = self._whole.receive_silence(space_us)
        overlapped = self._overlapped.look(self._whole, word) if self._whole.n_healed else None
        if overlapped is None:
            return word
        overlapped.age_us += space_us
        return overlapped
