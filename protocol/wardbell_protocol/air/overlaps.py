"""Words that others talk into: read where their own pairs show, and by their own clock, word after word.

Decides what a sender says whose gaps or words another one fills. A word of which nothing but the beginning is damaged is
weighed together with those that its clock says are its like; a word that is whole, but alone, is believed when its clock
finds its marks again under what another sends. What a code means for a press is `presses`'. Rules and numbers:
protocol/spec/air.md.
"""

from array import array

from wardbell_protocol.air.edge_loops import NOW, TIME_MASK
from wardbell_protocol.air.overlap_loops import (
    FRONT,
    SLOTS,
    WORD,
    ZEROS_ONLY,
    begin_earlier,
    clean_pairs,
    code_of,
    comes_before,
    confirms,
    count_edges,
    differ,
    goes_on,
    has_all_marks,
    is_begin,
    is_front_empty,
    is_same_look,
    keep_word,
    likeness,
    says_zero,
    weigh,
)
from wardbell_protocol.air.slicer import PulseSlicer, SlicedWord
from wardbell_protocol.air.word_judge import SUMS_SIZE, agreement
from wardbell_protocol.air.word_loops import ASK_SIZE, COUNT, PERIOD, REF, add_cells, fill_cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.edges import Edges

_KEPT = 8  # words
_APART = 8  # words, at most
_ECHOES = 4  # words looked for before and behind a lone one
_CLEAN_FROM = 8  # pairs; all behind must be clean
_FITTING = 8  # pairs the clock is taken from, at least;
_FITTING_MOST = 18  # those before may begin with another sender's mark
_LEAST = 40  # e ** 4 to 1
_LIKE = 100  # of 255
_UNTOUCHED = 18  # pairs
_ALL_CLEAN = 21  # but for some with jitter
_STEPS = 3  # of a quarter T, to either side of where a word is expected
_NOISY = 24  # edges in 32 T; a sender makes at most 16
_BEHIND_T = 16  # when a word that comes whole would have been read
_LATER = 1 << 24

# What is before a word that is clean in all its pairs.
_DAMAGED = 0
_EMPTY = 1
_NOISE = 2


class OverlappedWords:
    """Reads words of senders that overlap, from the ends that `PulseSlicer` finds.

    `is_waiting`: a lone word's clock is to be followed.
    """

    def __init__(self, edges: "Edges") -> None:
        self.is_waiting = False
        self._edges = edges
        self._ask = array("i", bytes(4 * ASK_SIZE))
        self._cells = array("H", bytes(2 * WORD))
        self._kept = bytearray((_KEPT + 1) * WORD)  # and one that is looked for
        self._fronts = bytearray(_KEPT)
        self._syncs = array("i", bytes(4 * _KEPT))  # when its sync mark began
        self._periods = array("i", bytes(4 * _KEPT))  # of its pairs in 1/16 µs; 0: none
        self._codes = array("i", bytes(4 * _KEPT))  # as the other slicer has read it, and 1 more; 0: not
        self._places = bytearray(_KEPT)
        self._sums = array("i", bytes(4 * SUMS_SIZE))
        self._code = 0
        self._newest = 0
        self._lone = 0  # the word that waits,
        self._echo = 0  # how many words on it is looked for next,
        self._mark_us = 0  # how long its sync mark is
        self._is_longer = False  # and whether one of its like had a further pair

    def look(self, found: PulseSlicer, word: "SlicedWord | None") -> "SlicedWord | None":
        """Take the end of a word that `found` has just seen, and the word if it could read it."""
        healed = found.healed
        if not _is_regular(healed, found.pair_us):
            return None
        period = _period(healed, found.n_healed, found.pair_us)
        sync_us = (found.end_us - healed[1]) & TIME_MASK
        if period == 0 or 192 * healed[1] > 7 * period:
            return None
        newest = self._newest
        if self._periods[newest] and (sync_us - self._syncs[newest]) & TIME_MASK < period >> 7:
            return None  # the same word again
        self._fill(sync_us, period)
        newest = (newest + 1) % _KEPT
        keep_word(self._cells, self._kept, newest * WORD)
        if clean_pairs(self._kept, newest * WORD, _CLEAN_FROM) < 24 - _CLEAN_FROM:
            return None
        if not has_all_marks(self._kept, newest * WORD):
            return None
        self._newest = newest
        self._syncs[newest] = sync_us
        self._periods[newest] = period
        self._codes[newest] = 0 if word is None else word.code + 1
        self._fronts[newest] = self._front(newest)
        if self._codes[newest] and self._codes[newest] == self._codes[self._lone] and self._apart(newest, self._lone):
            self.is_waiting = False  # two whole words: nobody is in their way
        return self._combine(newest, found.end_us)

    def contradicts(self, word: SlicedWord) -> bool:
        """Whether a word of the same clock and place is cleanly a 0 early on where `word` has a 1: its spaces were filled."""
        for at in range(_KEPT):
            if self._is_like(at, word) and says_zero(self._kept, at * WORD, word.code):
                return True
        return False

    def expects(self, word: SlicedWord) -> bool:
        """Whether a word that was read whole is a further one of the lone word's sender: it need not be followed."""
        return self._codes[self._lone] == word.code + 1 and self._is_like(self._lone, word)

    @property
    def is_due(self) -> bool:
        """Whether the next word of a lone one's clock has passed.

        `look_again` as long as one has, before any `look` but that of a word it `expects`.
        """
        if not self.is_waiting:
            return False
        behind_us = _BEHIND_T * self._periods[self._lone] // 64
        return (self._edges.state[NOW] - self._next_us() - behind_us) & TIME_MASK < _LATER

    def look_again(self) -> "SlicedWord | None":
        """See whether a lone word's clock finds its marks again."""
        lone = self._lone
        at_us = self._next_us()
        self._echo += 1
        is_echo = self._echoes(lone, at_us)
        self.is_waiting = self._echo <= _ECHOES and not self._is_longer
        if not is_echo:
            return None
        self.is_waiting = False
        word = self._found(lone, 1, 2, (at_us + self._mark_us) & TIME_MASK, self._syncs[lone])
        word.gap_us = _BEHIND_T * self._periods[lone] // 64 - self._mark_us  # whenever somebody looks
        return word

    def _next_us(self) -> int:
        return (self._syncs[self._lone] + 2 * self._periods[self._lone] * self._echo) & TIME_MASK

    def _combine(self, newest: int, end_us: int) -> "SlicedWord | None":
        places = self._places
        places[0] = newest
        words = 1
        oldest_us = self._syncs[newest]
        heard = 0  # a bit for each word before the newest
        for back in range(1, _KEPT):
            at = (newest - back) % _KEPT
            apart = self._apart(newest, at)
            if apart == 0:
                continue
            heard |= 1 << apart
            if self._codes[newest] and self._codes[at] == self._codes[newest]:
                return None
            if not differ(self._kept, at * WORD, newest * WORD):
                places[words] = at if self._is_further(at, words) else at | ZEROS_ONLY
                words += 1
                oldest_us = self._syncs[at]
        if words > 1 and self._judge(words):
            return self._found(newest, words, words, end_us, oldest_us)
        if self._fronts[newest] == _DAMAGED:
            return None
        self._is_longer = False
        for echo in range(1, _ECHOES + 1):
            at_us = (self._syncs[newest] - 2 * self._periods[newest] * echo) & TIME_MASK
            if not heard >> echo & 1 and self._echoes(newest, at_us):
                return self._found(newest, 1, 2, end_us, at_us)
        self._lone = newest
        self._echo = 1
        self._mark_us = (end_us - self._syncs[newest]) & TIME_MASK
        self.is_waiting = not self._is_longer
        return None

    def _apart(self, newest: int, at: int) -> int:
        """How many words one was before the newest by the clock of both; 0: it is none of its like."""
        period = self._periods[newest]
        apart_us = (self._syncs[newest] - self._syncs[at]) & TIME_MASK
        if 200 * abs(self._periods[at] - period) > period or apart_us > (2 * _APART + 1) * period:
            return 0
        apart = (apart_us + period) // (2 * period)
        return apart if apart <= _APART and 128 * abs(apart_us - 2 * period * apart) <= period else 0

    def _is_like(self, at: int, word: SlicedWord) -> bool:
        """Whether `word` stands where the clock of a word before it has one, 2 T to either side."""
        period = self._periods[at]
        if 50 * abs(64 * word.t_us - period) > period:
            return False
        sync_us = self._edges.state[NOW] - word.age_us - word.t_us
        apart_us = (sync_us - self._syncs[at] + (period >> 5)) & TIME_MASK
        return apart_us < 2 * _APART * period and apart_us % (2 * period) < period >> 4

    def _is_further(self, at: int, words: int) -> bool:
        """Whether what fills a word's spaces is not what fills those of one in `_places` whose ones count."""
        kept, places = self._kept, self._places
        for word in range(words):
            if places[word] < ZEROS_ONLY and is_same_look(kept, at * WORD, places[word] * WORD):
                return False
        return True

    def _judge(self, words: int) -> bool:
        """Whether the words in `_places` together say a code."""
        kept, places = self._kept, self._places
        if not is_begin(kept, places, words) or 2 * self._n_ends(words) >= words:
            return False
        code = 0
        for pair in range(24):
            weight = weigh(kept, places, words, pair)
            if abs(weight) < _LEAST:
                return False
            code = code << 1 | (weight > 0)
        self._code = code
        return True

    def _echoes(self, at: int, sync_us: int) -> bool:
        """Whether the marks of a whole word stand, with whatever else, about where its clock has the word of that time."""
        period = self._periods[at]
        edges = self._edges
        if count_edges(edges.state, edges.times, (sync_us + (period >> 3)) & TIME_MASK, 2 * period) == 0:
            return False  # to lay the word over silence would say the same, and take long
        if self._is_longer:
            return False
        best = 0
        best_off_us = 0
        step_us = period >> 8
        self._fill(sync_us, period)  # all but the time stays as it is then
        for step in range(-_STEPS, _STEPS + 1):
            like = self._like(at, sync_us + step * step_us)
            if like > best:
                best, best_off_us = like, step * step_us
        if best < _LIKE:
            return False
        if (
            abs(best_off_us) == _STEPS * step_us
            and self._like(at, sync_us + best_off_us * (_STEPS + 1) // _STEPS) > best
        ):
            return False  # its marks are another clock's
        best_us = (sync_us + best_off_us) & TIME_MASK
        self._fill(best_us, period)
        keep_word(self._cells, self._kept, _KEPT * WORD)
        clean = clean_pairs(self._kept, _KEPT * WORD, 0)
        if clean >= _UNTOUCHED and differ(self._kept, at * WORD, _KEPT * WORD):
            return False  # nobody talks into it, and it says something else
        self._is_longer = (clean >= _UNTOUCHED and comes_before(self._kept, _KEPT * WORD)) or (
            clean >= _ALL_CLEAN and self._goes_on(best_us, period)
        )
        if self._is_longer:
            return False
        if begin_earlier(self._kept, at * WORD, _KEPT * WORD):
            return False
        self._code = code_of(self._kept, at * WORD)
        return confirms(self._cells, self._kept, at * WORD, 1 if self._fronts[at] == _NOISE else 0)

    def _like(self, at: int, sync_us: int) -> int:
        """How like a kept word is what has its sync mark there; the period is that of `_fill` before."""
        ask = self._ask
        ask[REF] = (sync_us - ((FRONT + 24) * self._periods[at] >> 4)) & TIME_MASK
        fill_cells(self._edges.state, self._edges.times, ask, self._cells)
        return likeness(self._cells, self._kept, at * WORD)

    def _n_ends(self, words: int) -> int:
        """How many words of `_places` are the last 24 pairs of a longer one: the first of a press may be cut to so many."""
        kept, ends = self._kept, 0
        for word in range(words):
            at = (self._places[word] & ~ZEROS_ONLY) * WORD
            ends += clean_pairs(kept, at, 0) >= _UNTOUCHED and comes_before(kept, at)
        return ends

    def _goes_on(self, sync_us: int, period: int) -> bool:
        """Whether the word looked for has a further pair: words of 25 whose last one is a 0 end as one of 24 does.

        Of the cells those before the word are lost.
        """
        ask = self._ask
        ask[REF], ask[COUNT] = (sync_us + (period >> 4)) & TIME_MASK, 1
        fill_cells(self._edges.state, self._edges.times, ask, self._cells)
        return goes_on(self._kept, _KEPT * WORD, self._cells)

    def _front(self, at: int) -> int:
        if clean_pairs(self._kept, at * WORD, 0) < 24:
            return _DAMAGED
        if is_front_empty(self._kept, at * WORD):
            return _EMPTY
        period = self._periods[at]
        start_us = (self._syncs[at] - (24 * period >> 4)) & TIME_MASK
        edges = count_edges(self._edges.state, self._edges.times, start_us, period >> 1)
        return _NOISE if edges >= _NOISY else _DAMAGED

    def _found(self, at: int, read: int, words: int, end_us: int, oldest_us: int) -> SlicedWord:
        """The code, with the quality of those of `_places` that it was read from."""
        period = self._periods[at]
        age_us = (self._edges.state[NOW] - end_us) & TIME_MASK
        length_us = (end_us - oldest_us + (24 * period >> 4)) & TIME_MASK
        word = SlicedWord(self._code, (period + 32) // 64, length_us, min(age_us, _BEHIND_T * period // 64))
        word.age_us = age_us
        word.n_words = words
        for cell in range(SUMS_SIZE):
            self._sums[cell] = 0
        self._places[0] = at
        for number in range(read):
            place = self._places[number] & ~ZEROS_ONLY
            add_cells(self._sums, self._kept, place * WORD + 3 * FRONT, 3 * 24)
        word.quality = agreement(self._sums, read, self._code)
        return word

    def _fill(self, sync_us: int, period: int) -> None:
        ask = self._ask
        ask[REF] = (sync_us - ((FRONT + 24) * period >> 4)) & TIME_MASK
        ask[PERIOD], ask[COUNT] = period, SLOTS
        fill_cells(self._edges.state, self._edges.times, ask, self._cells)


def _is_regular(healed: "array[int]", pair_us: int) -> bool:
    """Whether the last pairs are as long as most: noise with a longer space behind it mostly goes here, at little cost."""
    for at in range(2, 8, 2):
        if 4 * abs(healed[at] + healed[at + 1] - pair_us) > pair_us:
            return False
    return True


def _period(healed: "array[int]", n_healed: int, pair_us: int) -> int:
    """The period of the pairs before a sync mark in 1/16 µs, from those that fit it; 0 if too few do."""
    period = 16 * pair_us
    since_us = 0
    fitting = 0
    for at in range(2, n_healed - 1, 2):
        since_us += healed[at] + healed[at + 1]
        pairs = (16 * since_us + period // 2) // period
        if pairs > _FITTING_MOST:
            break
        if pairs and 8 * abs(16 * since_us - pairs * period) < period:
            fitting = pairs
            period = 16 * since_us // pairs if pairs >= 3 else period
    return period if fitting >= _FITTING else 0
