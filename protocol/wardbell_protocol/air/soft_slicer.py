"""Weak words: found by their clock alone, however many edges the noise has added.

Decides that a clock of this family is on the air, where its words begin, and hands their cells to `combining`. Stages,
each dearer and rarer than the one before: the votes of `edge_loops`, counted for every mark; a comb laid over the last
marks where a period stood out, and once more 8 pairs later; the cells of all slots in which a word could stand, 28 pairs
later. A word found leads to the next one, 128 T on. Specification: protocol/spec/air.md.
"""

import math
from array import array

from wardbell_protocol.air.combining import WordCombiner
from wardbell_protocol.air.edge_loops import (
    BIN_OF,
    BIN_PERIOD,
    BIN_SIZE,
    BINS,
    CLOCK_STANDS_OUT,
    DUE,
    HAS_DUE,
    NOW,
    PAIR_MAX_US,
    PAIR_MIN_US,
    RING,
    TIME_MASK,
    VOTE_US,
    VOTED,
    count_votes,
)
from wardbell_protocol.air.slicer import SlicedWord
from wardbell_protocol.air.word_loops import (
    ASK_SIZE,
    COMB_SIZE,
    COSINE,
    COUNT,
    MARKS,
    PARTS,
    PERIOD,
    REF,
    ZERO,
    comb,
    fill_cells,
    frame_score,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.edges import Edges

_BIN_STEP = 0.06  # of a period; a bin is two steps wide, so each interval votes in two
_LEAK = 0.4  # of a vote, each period
_PAIRS = 24
_CONFIRM_AFTER = 8  # pairs
_FIT_AFTER = 28
_FIT_FROM = 31  # slots before the clock stood out; the first two and the last two are gaps at best
_FIT_SLOTS = 59
_WORD_SLOTS = 32
_AGAIN = 5  # words in a row that may be missed
_RECENT_US = 1000000
_STALE_US = 200000  # then the air has been silent since, and the press may be over
_SCORE_LEAST = 12 * 255
_GAP_MOST = 191  # 0.75 of a slot beside a word
_GAPS_MOST = 280  # 1.1 of both on one side
_BORDER_LEAST = 76  # 0.3 of the first pair and of the sync mark


class SoftSlicer:
    """Finds words in `Edges` that no single pulse of which need be whole, and reads them together."""

    def __init__(self, edges: "Edges") -> None:
        self._edges = edges
        self._combiner = WordCombiner()
        self._votes = _ballot()
        self._ask = array("i", bytes(4 * ASK_SIZE))
        for at in range(64):
            self._ask[COSINE + at] = 127 + round(127 * math.cos(math.pi * at / 32))
        self._sums = array("i", bytes(4 * COMB_SIZE))
        self._cells = array("H", bytes(2 * 3 * _FIT_SLOTS))
        # What waits: a clock to confirm or to fit (stage 1, 2), and the word that should follow the last one.
        self._stage = 0
        self._stage_due_us = 0
        self._stage_us = 0
        self._stage_period = 0
        self._misses_left = 0
        self._next_due_us = 0
        self._next_us = 0
        self._next_period = 0
        self._last_end_us = 0  # of the last word, and its clock
        self._last_period = 0
        self._period = 0  # what `_refine` found,
        self._phase_us = 0  # and when a pair began

    def receive(self) -> "SlicedWord | None":
        """Look at the edges that came; call again until it gives None. A word's age is up to the edges' now."""
        edges = self._edges
        while True:
            reason = count_votes(self._votes, edges.times, edges.state, self._ask)
            if reason == 0:
                return None
            if reason == CLOCK_STANDS_OUT:
                if not self._stage and comb(edges.state, edges.times, self._ask, self._sums):
                    self._suspect()
            else:
                code = self._do_due()
                word = self._word(code) if code >= 0 else None
                if word is not None:
                    return word

    def _word(self, code: int) -> "SlicedWord | None":
        found = self._combiner
        t_us = (self._last_period + 32) // 64
        end_us = self._last_end_us
        state = self._edges.state
        waited_us = (self._edges.times[state[VOTED] % RING] - end_us) & TIME_MASK
        if waited_us > _STALE_US:
            return None
        word = SlicedWord(code, t_us, (end_us - found.first_us) & TIME_MASK, waited_us)
        word.age_us = (state[NOW] - end_us) & TIME_MASK
        word.n_words = found.n_words
        word.is_rough = found.n_words == 2
        word.quality = found.quality
        return word

    # Stages.

    def _suspect(self) -> None:
        """Look again at the clock that `_ask` is left with."""
        at_us, period, pairs = self._ask[REF], self._ask[PERIOD], self._ask[COUNT]
        if self._refine(at_us, period, pairs, 10) and 20 * abs(self._period - period) <= 3 * period:
            self._wait(1, at_us, self._period, _CONFIRM_AFTER)

    def _do_due(self) -> int:
        if self._misses_left and (not self._stage or _is_before(self._next_due_us, self._stage_due_us)):
            code = self._follow()
        elif self._stage == 1:
            self._stage = 0
            code = self._confirm()
        else:
            self._stage = 0
            code = self._fit()
        self._set_due()
        return code

    def _confirm(self) -> int:
        period = self._stage_period
        if self._refine(self._stage_due_us, period, _PAIRS, 14) and 17 * abs(self._period - period) <= period:
            start_us = self._phase_us - (_CONFIRM_AFTER * self._period >> 4)
            self._wait(2, start_us & TIME_MASK, self._period, _FIT_AFTER)
        return -1

    def _fit(self) -> int:
        period = self._stage_period
        first_us = (self._stage_us - (_FIT_FROM * period >> 4)) & TIME_MASK
        self._fill(first_us, period, _FIT_SLOTS)
        passed = -1
        for _ in range(2):
            best = -1
            best_score = _SCORE_LEAST
            for slot in range(2, _FIT_FROM):
                if -1 <= slot - passed <= 1 and passed >= 0:
                    continue
                score = frame_score(self._cells, slot)
                if score > best_score and self._is_new((first_us + (slot * period >> 4)) & TIME_MASK, period):
                    best, best_score = slot, score
            if best < 0:
                return -1
            code = self._take((first_us + (best * period >> 4)) & TIME_MASK, period)
            if code != -2:
                return code
            self._fill(first_us, period, _FIT_SLOTS)
            passed = best
        return -1

    def _follow(self) -> int:
        self._misses_left -= 1
        start_us, period = self._next_us, self._next_period
        if not self._is_new(start_us, period):
            return -1
        code = self._take(start_us, period)
        if code == -2:
            self._expect(start_us, period)
        return code

    def _take(self, start_us: int, period: int) -> int:
        """Read the word that begins about there: its code and that of its like, -1 for not yet, -2 for no word."""
        ref_us = (start_us + (49 * period >> 5)) & TIME_MASK  # 24.5 pairs on
        if not self._refine(ref_us, period, _PAIRS, 1) or 33 * abs(self._period - period) > period:
            return -2
        period = self._period
        pairs = (16 * ((self._phase_us - start_us) & TIME_MASK) + period // 2) // period
        start_us = self._phase_us - (pairs * period >> 4)
        self._fill((start_us - (3 * period >> 4)) & TIME_MASK, period, _WORD_SLOTS + 1)
        first = 3
        score = frame_score(self._cells, first)
        for slot in (2, 4):
            other = frame_score(self._cells, slot)
            if other > score:
                first, score = slot, other
        if score < _SCORE_LEAST or not self._stands_free(first):
            return -2
        start_us = (start_us + ((first - 3) * period >> 4)) & TIME_MASK
        self._last_end_us = (start_us + (97 * period >> 6)) & TIME_MASK
        self._last_period = period
        self._misses_left = _AGAIN
        self._expect(start_us, period)
        return self._combiner.add(self._cells, first, start_us, period)

    def _stands_free(self, first: int) -> bool:
        cells = self._cells
        at = 3 * first
        before = cells[at - 3] - cells[at - 1]
        both_before = before + cells[at - 6] - cells[at - 4]
        behind = cells[at + 75]
        if before > _GAP_MOST or behind > _GAP_MOST:
            return False
        if both_before > _GAPS_MOST or behind + cells[at + 78] > _GAPS_MOST:
            return False
        sync = cells[at + 72] - (cells[at + 73] + cells[at + 74]) // 2
        return cells[at] - cells[at + 2] >= _BORDER_LEAST and sync >= _BORDER_LEAST

    # Waiting.

    def _wait(self, stage: int, at_us: int, period: int, pairs: int) -> None:
        self._stage = stage
        self._stage_us = at_us
        self._stage_period = period
        since_us = at_us if stage == 1 else (self._stage_due_us - (_CONFIRM_AFTER * period >> 4)) & TIME_MASK
        self._stage_due_us = (since_us + (pairs * period >> 4)) & TIME_MASK
        self._set_due()

    def _expect(self, start_us: int, period: int) -> None:
        self._next_us = (start_us + 2 * period) & TIME_MASK  # 32 pairs
        self._next_due_us = (self._next_us + (_FIT_AFTER * period >> 4)) & TIME_MASK
        self._next_period = period

    def _set_due(self) -> None:
        state = self._edges.state
        state[HAS_DUE] = 1 if self._stage or self._misses_left else 0
        if self._misses_left and (not self._stage or _is_before(self._next_due_us, self._stage_due_us)):
            state[DUE] = self._next_due_us
        else:
            state[DUE] = self._stage_due_us

    def _is_new(self, start_us: int, period: int) -> bool:
        """Whether a word that begins there is another than the last."""
        if 40 * abs(period - self._last_period) > period:
            return True
        before_end_us = (self._last_end_us - (period >> 3) - start_us) & TIME_MASK
        return not 0 < before_end_us < _RECENT_US

    # Loops.

    def _fill(self, first_us: int, period: int, slots: int) -> None:
        ask = self._ask
        ask[REF], ask[PERIOD], ask[COUNT] = first_us, period, slots
        fill_cells(self._edges.state, self._edges.times, ask, self._cells)

    def _refine(self, ref_us: int, period: int, pairs: int, least: int) -> bool:
        """Find the period and phase that fit the marks of `pairs` pairs before `ref_us` best; whether they fit well."""
        sums = self._sums
        for _ in range(2):
            self._comb(ref_us, period, pairs)
            with_us = across = 0
            for part in range(PARTS - 1):
                re, im = sums[part] - ZERO, sums[4 + part] - ZERO
                re_next, im_next = sums[part + 1] - ZERO, sums[5 + part] - ZERO
                with_us += re * re_next + im * im_next
                across += im_next * re - re_next * im
            turn = _turn(across, with_us)
            period += 4 * turn * period // (1024 * pairs - 4 * turn)
        self._comb(ref_us, period, pairs)
        re = sums[0] + sums[1] + sums[2] + sums[3] - 4 * ZERO
        im = sums[4] + sums[5] + sums[6] + sums[7] - 4 * ZERO
        self._period = period
        self._phase_us = (ref_us - (((_turn(im, re) + 8) % 1024) * period >> 14)) & TIME_MASK
        re >>= 3
        im >>= 3
        marks = sums[MARKS]
        return marks >= least and re * re + im * im >= 63 * marks * marks  # half of them at one phase

    def _comb(self, ref_us: int, period: int, pairs: int) -> None:
        ask = self._ask
        ask[REF], ask[PERIOD], ask[COUNT] = ref_us, period, pairs
        comb(self._edges.state, self._edges.times, ask, self._sums)


def _is_before(time_us: int, other_us: int) -> bool:
    return (other_us - time_us) & TIME_MASK < TIME_MASK // 2 and time_us != other_us


def _turn(y: int, x: int) -> int:
    """The angle of (x, y) in 1/1024 turns, -512..512; good to one of them."""
    across, along = abs(y), abs(x)
    while across > 0x3FFFFF or along > 0x3FFFFF:
        across >>= 4
        along >>= 4
    if across == 0 and along == 0:
        return 0
    ratio = 256 * min(across, along) // max(across, along)
    angle = (128 * ratio + 45 * ratio * (256 - ratio) // 256) // 256
    if across > along:
        angle = 256 - angle
    if x < 0:
        angle = 512 - angle
    return angle if y >= 0 else -angle


def _ballot() -> "array[int]":
    """Bins of periods, none counted yet, and for each 16 µs of interval the place of the first of the two it votes in."""
    votes = array("i", bytes(4 * (BIN_OF + PAIR_MAX_US // 16 + 1)))
    for at in range(1, BINS):
        period_us = int(PAIR_MIN_US * math.exp(at * _BIN_STEP))
        votes[BIN_SIZE * at + BIN_PERIOD] = period_us
        votes[BIN_SIZE * at + VOTE_US] = int(period_us / _LEAK)
    for at in range(PAIR_MIN_US // 16, PAIR_MAX_US // 16 + 1):
        last = int(math.log((16 * at + 8) / PAIR_MIN_US) / _BIN_STEP)
        votes[BIN_OF + at] = BIN_SIZE * min(BINS - 2, max(0, last))
    return votes
