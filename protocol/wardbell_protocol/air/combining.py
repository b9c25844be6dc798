"""Words of one press, added up: what is too weak to be read by itself.

Decides when the cells of several words, summed, say a code with enough confidence, and which. Where words stand in the
air is `soft_slicer`'s; what a code means for a press, `presses`'. Rules and numbers: protocol/spec/air.md.
"""

from array import array

from wardbell_protocol.air.edge_loops import TIME_MASK
from wardbell_protocol.air.word_judge import (
    AFTER,
    BAND,
    BAND_0,
    BEFORE,
    CELLS,
    SQUARES,
    SUMS_SIZE,
    SYNC,
    agreement,
    are_gaps_empty,
    are_zeros_whole,
    doubt,
    fill_levels,
    is_alone,
    is_one_to_three,
    is_pair_before,
    judge,
)
from wardbell_protocol.air.word_loops import add_cells, add_squares

KEPT = 16  # words
_SILENCE_US = 400000  # at most, between two words
_DOUBT_MOST = 16 + 4  # four bits of a word may be put right by the others, one of them plainly wrong,
_DOUBT_OF_FEW = 4  # none in one press's sum of three or fewer: two cut short by impulses may outvote a whole one
_FEW = 3
_BAND_HUNDREDTHS = 35  # over the square root of the words
_BAND_0_HUNDREDTHS = 11
_SCATTER_OF_TWO = 15000  # 0.014
_SLOW = 64 * 300  # a period; below it noise fills a whole cell more easily, and the band grows
_ROOTS = bytes([255, 255, 180, 147, 128, 114, 104, 96, 90, 85, 81, 77, 74, 71, 68, 66, 64])  # 255 / sqrt(words)


class WordCombiner:
    """Keeps the last words' cells and says what the newest ones of one clock agree on.

    After `add` has given a code: `n_words` in it, `quality` 0..100 (`agreement`), `first_us` = when the first one began.
    """

    def __init__(self) -> None:
        self.n_words = 0
        self.quality = 0
        self.first_us = 0
        self._cells = bytearray(KEPT * CELLS)
        self._starts = array("i", bytes(4 * KEPT))
        self._periods = array("i", bytes(4 * KEPT))  # 0: none
        self._newest = 0
        self._sums = array("i", bytes(4 * SUMS_SIZE))

    def add(self, cells: "array[int]", first: int, start_us: int, period: int) -> int:
        """Keep a word whose first pair is the slot `first`; give the code of it and its like, or -1."""
        self._newest = (self._newest + 1) % KEPT
        self._starts[self._newest] = start_us
        self._periods[self._newest] = period
        at = self._newest * CELLS
        for cell in range(SYNC + 3):
            self._cells[at + cell] = cells[3 * first + cell]
        for cell in range(6):
            self._cells[at + BEFORE + cell] = cells[3 * first - 6 + cell]
            self._cells[at + AFTER + cell] = cells[3 * first + 75 + cell]
        return self._combine(start_us)

    def _combine(self, start_us: int) -> int:
        sums = self._sums
        for at in range(SUMS_SIZE):
            sums[at] = 0
        words = 0
        for back in range(KEPT):
            at = (self._newest - back) % KEPT
            if not self._is_same_clock(at):
                continue
            if (start_us - self._starts[at]) & TIME_MASK > _SILENCE_US + (97 * self._periods[at] >> 6):
                break
            start_us = self._starts[at]
            add_cells(sums, self._cells, at * CELLS, CELLS)
            add_squares(sums, self._cells, at * CELLS, SQUARES)
            words += 1
            code = self._judge(words, at) if words >= 2 else -1
            if code >= 0:
                self.n_words = words
                self.first_us = start_us
                self.quality = agreement(sums, words, code)
                return code
        return -1

    def _judge(self, words: int, oldest: int) -> int:
        sums = self._sums
        if not are_gaps_empty(sums, words):
            return -1
        root = 4 * _ROOTS[words]
        sums[BAND] = root * _BAND_HUNDREDTHS // 100
        sums[BAND_0] = root * _BAND_0_HUNDREDTHS // 100
        if self._periods[self._newest] < _SLOW:
            more = sums[BAND] * (_SLOW - self._periods[self._newest]) // _SLOW
            sums[BAND] += more
            sums[BAND_0] += more
        scatter = fill_levels(sums, words)
        if words == 2 and scatter > _SCATTER_OF_TWO:
            return -1
        code = judge(sums, words, scatter, root)
        if code < 0 or not is_one_to_three(sums, words, code) or not is_alone(sums, words, code):
            return -1
        if words == 2 and not are_zeros_whole(sums, code):
            return -1
        longer = 0
        for back in range((self._newest - oldest) % KEPT + 1):
            at = (self._newest - back) % KEPT
            if not self._is_same_clock(at):
                continue
            doubts = doubt(sums, self._cells, at * CELLS, code)
            if doubts > _DOUBT_MOST or (doubts > _DOUBT_OF_FEW and words <= _FEW and self._is_in_place(at)):
                return -1
            longer += is_pair_before(self._cells, at * CELLS)
        # The first word of a longer press may be cut to 24 pairs, and alone has nothing before it.
        return -1 if words <= _FEW and 2 * longer >= words else code

    def _is_in_place(self, at: int) -> bool:
        """Whether a word stands whole words before the newest, within 4 T; one of another resident's press seldom does."""
        word_us = 2 * self._periods[self._newest]
        slack_us = word_us >> 5
        ahead_us = (self._starts[self._newest] - self._starts[at]) & TIME_MASK
        return (ahead_us + slack_us) % word_us <= 2 * slack_us

    def _is_same_clock(self, at: int) -> bool:
        period = self._periods[self._newest]
        return 25 * abs(self._periods[at] - period) < period
