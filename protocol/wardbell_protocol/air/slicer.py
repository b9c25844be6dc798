"""Carrier durations to code words, the clock found by itself.

Decides where a whole word stands in a stream of durations, its clock and its bits; counts what is no word. Words too weak
for that are `soft_slicer`'s. Refuses to know about presses (`presses`) and about time of day: it says how long ago a
word ended. Specification, numbers and reasons: protocol/spec/air.md.

How. Edges are only kept, until a space comes that is long beside the two pairs before it. Then they are read backwards
from that space. A pair, from the start of one mark to the start of the next, lasts 4 T whatever its bit is and however
the slicer in front of us stretches marks; so most of the last pairs agree on 4 T even if impulses have split some of
them. With T known, pulses too short to be of the word are healed away, and what stands between two gaps must be exactly
24 pairs and the mark of the sync bit. All arithmetic is on whole µs within 31 bits, and all room is taken at the start:
noise makes nothing that a collector must clear away.
"""

from array import array

from wardbell_protocol.air.edge_loops import LONG_SPACE, NOW, RING, TIME_MASK, N
from wardbell_protocol.air.edges import Edges
from wardbell_protocol.air.pulse_loops import (
    CLOCK_PAIRS,
    HEALED,
    NO_STRETCH,
    count_between,
    find_pair,
    heal,
    mean_stretch,
    read_pairs,
    word_us,
)
from wardbell_protocol.air.word_judge import agreement
from wardbell_protocol.air.word_loops import ASK_SIZE, COUNT, PERIOD, REF, fill_cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.portion import Portion

N_PAIRS = 24
# 80..1000 nominal, and what a clock 5 % off makes of the ends.
T_MIN_US = 76
T_MAX_US = 1050

# Shorter than any sync gap (the shortest met is 19 T), longer than any space inside a word, stretched too.
_GAP_T = 10
_SPACE_T = 6  # longer than any space inside; another sender may end the gap so soon

_FEW = 1  # impulses in a word
_CLOCK_WINDOW = 2 * CLOCK_PAIRS + 3  # durations that the clock is found in
_WINDOW = 128  # durations looked back on; a word has 50, the rest is room for impulses
_RECENT_US = 1 << 24  # more than the window can hold
_WORD_DURATIONS = 2 * N_PAIRS + 1


class SlicedWord:
    """A word as it stood in the durations, or several added up.

    `t_us`: measured narrow time (4 alpha); `length_us`: first mark's start to sync mark's end; `gap_us`: how much of
    the space behind it had passed when it was recognised; `age_us`: sync mark's end to the end of the durations given
    with it; `n_words`: how many were added up, 1 = it was read by itself; `is_rough`: more than one impulse was
    healed away from it and the gap before it, or it is the sum of no more than two words; `quality`: 0..100, for how much
    of its time the carrier was as its code has it.
    """

    def __init__(self, code: int, t_us: int, length_us: int, gap_us: int) -> None:
        self.code = code
        self.t_us = t_us
        self.length_us = length_us
        self.gap_us = gap_us
        self.age_us = gap_us
        self.n_words = 1
        self.is_rough = False
        self.quality = 100

    def __repr__(self) -> str:
        facts = (self.code, self.t_us, self.length_us, self.gap_us, self.age_us, self.n_words, self.quality)
        return "SlicedWord(0x%06X, t_us=%d, length_us=%d, gap_us=%d, age_us=%d, n_words=%d, quality=%d)" % facts


class PulseSlicer:
    """Finds whole 24-bit words in durations.

    `rejects` counts, by reason, what only looked like a word; `n_words` counts words. Where the last look found the end of
    a word, whole or not: `end_us` in the edges' time, `pair_us` = 4 T, `n_healed` of `healed` durations, newest first, the
    gap behind the word being the first; `n_healed` is 0 where it did not.
    """

    def __init__(self, edges: "Edges | None" = None) -> None:
        self.rejects: dict[str, int] = {}
        self.n_words = 0
        self._edges = Edges() if edges is None else edges
        self._window = array("i", bytes(4 * _WINDOW))
        self._pairs = array("i", bytes(4 * CLOCK_PAIRS))
        self.healed = array("i", bytes(4 * HEALED))
        self.n_healed = 0
        self.pair_us = 0
        self.end_us = 0
        self._ask = array("i", bytes(4 * ASK_SIZE))
        self._cells = array("H", bytes(2 * 3 * N_PAIRS))
        self._has_heard = False
        self._word_end_us = 0  # of the last word, in the edges' time

    def receive(self, portion: "Portion") -> list[SlicedWord]:
        """Take the next durations; give the words that they complete, oldest first."""
        words: list[SlicedWord] = []
        places: list[int] = []  # behind the space that completed each
        self._edges.begin()
        reason = 1
        while reason:
            reason = self._edges.take(portion)
            word = self.look() if reason & LONG_SPACE else None
            if word is not None:
                word.age_us += self._edges.clipped_us(portion)
                words.append(word)
                places.append(self._edges.taken)
        grow_older(words, places, portion)
        return words

    def receive_silence(self, space_us: int) -> "SlicedWord | None":
        """Try whether the carrier having been off for `space_us` beyond the durations completes a word.

        Nothing is kept of the trial but the word, so the space may still be given when it has ended.
        """
        self.n_healed = 0
        state = self._edges.state
        last_edge_us = self._edges.times[(state[N] - 1) % RING]
        if self._edges.is_space and (state[NOW] - last_edge_us) & TIME_MASK >= space_us:
            return None  # seen when it ended
        return self.look(space_us)

    def look(self, more_us: int = 0) -> "SlicedWord | None":
        """See whether the space that lasts now, and `more_us` beyond, completes a word."""
        window = self._window
        self.n_healed = 0
        count = self._look_back(_CLOCK_WINDOW, more_us)  # noise agrees on no clock, and costs no more
        if count < 5:
            return None
        if 3 * window[0] < 2 * (window[1] + window[2] + window[3] + window[4]):
            return None
        pair_us = find_pair(window, count, self._pairs)
        if pair_us == 0:
            return self._reject("noise")
        if not T_MIN_US * 36 <= pair_us * 10 <= T_MAX_US * 44:  # 4 T, less and more 10 %: not yet the word's own T
            return self._reject("clock")
        count = heal(window, self._look_back(_WINDOW, more_us), pair_us, self.healed)
        return self._take(count, pair_us, more_us)

    def _look_back(self, most: int, more_us: int) -> int:
        """Fill the window, newest first, up to `most` durations; give how many there are."""
        count = self._edges.look_back(self._window, most)
        if not self._edges.is_space:
            count = self._begin_space(count)
        self._window[0] += more_us
        return count

    def _begin_space(self, count: int) -> int:
        """Put a space of no length before the durations of the window; give how many there are then."""
        window = self._window
        count = min(count + 1, _WINDOW)
        for at in range(count - 1, 0, -1):
            window[at] = window[at - 1]
        window[0] = 0
        return count

    def _take(self, n_healed: int, pair_us: int, more_us: int) -> "SlicedWord | None":
        healed = self.healed
        end_us = (self._edges.state[NOW] + more_us - healed[0]) & TIME_MASK
        since_us = (end_us - self._word_end_us) & TIME_MASK
        if self._has_heard and (since_us == 0 or TIME_MASK - since_us < _RECENT_US):
            return None  # the same word again: an impulse has split its gap
        least_us = _GAP_T * pair_us // 4
        if 4 * healed[0] >= _SPACE_T * pair_us:
            self.end_us, self.pair_us, self.n_healed = end_us, pair_us, n_healed
        if healed[0] < least_us:
            return self._reject("gap")
        if n_healed < _WORD_DURATIONS + 2:
            return self._reject("short")
        if n_healed > _WORD_DURATIONS + 2 or healed[n_healed - 1] < least_us:
            return self._reject("long")
        return self._read(end_us)

    def _read(self, end_us: int) -> "SlicedWord | None":
        healed = self.healed
        length_us = word_us(healed)
        t_us = (length_us - healed[1] + 48) // 96  # 24 pairs are 96 T
        if not T_MIN_US <= t_us <= T_MAX_US:
            return self._reject("clock")
        code = _read_bits(healed, t_us)
        if code < 0:
            return self._reject("ratio")
        self.n_words += 1
        self._has_heard = True
        self._word_end_us = end_us
        word = SlicedWord(code, t_us, length_us, healed[0])
        gap_began_us = healed[0] + length_us + healed[_WORD_DURATIONS + 1]
        word.is_rough = count_between(self._window, _WINDOW, healed[0], gap_began_us) > _WORD_DURATIONS + 1 + 2 * _FEW
        word.quality = self._quality((end_us - length_us) & TIME_MASK, length_us - healed[1], code)
        return word

    def _quality(self, start_us: int, pairs_us: int, code: int) -> int:
        ask = self._ask
        ask[REF], ask[PERIOD], ask[COUNT] = start_us, 16 * pairs_us // N_PAIRS, N_PAIRS
        fill_cells(self._edges.state, self._edges.times, ask, self._cells)
        return agreement(array("i", self._cells), 1, code)

    def _reject(self, reason: str) -> "SlicedWord | None":
        self.rejects[reason] = self.rejects.get(reason, 0) + 1
        return None


def grow_older(words: list[SlicedWord], places: list[int], portion: "Portion") -> None:
    """Add to each word's age the durations from its place on, newest first: an hour may come in one portion."""
    later_us = 0
    end = portion.n
    for index in range(len(words) - 1, -1, -1):
        later_us += sum([value >> 1 for value in portion.durations[places[index] : end]])
        end = places[index]
        words[index].age_us += later_us


def _read_bits(healed: "array[int]", t_us: int) -> int:
    """24 bits out of sync mark and pairs, newest first; -1 if they are not 1:3 of one clock."""
    stretch_us = mean_stretch(healed, t_us)
    return -1 if stretch_us == NO_STRETCH else read_pairs(healed, t_us, stretch_us)
