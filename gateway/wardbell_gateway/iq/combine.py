"""Soft combining: the words of one press added up cell by cell, each bit weighed by what all of them say.

A cell is T long. Its samples are summed with their phase, so a cell collects all the energy that came in it; between cells
no phase is relied on. Of each pair the first cell tells how strong the carrier is, the two in the middle are the bit. What
a cell says is the logarithm of how much likelier "on" is than "off" (carrier of unknown phase in Gaussian noise), and
what words say of the same bit adds up. The code is believed when the probability that any of its bits is wrong, which these
figures give, is below `MOST_DOUBT`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardbell_gateway.iq.acquire import Guess
from wardbell_gateway.iq.spectrum import IQ
from wardbell_gateway.iq.sums import Complexes, Reals, Sums, energy
from wardbell_protocol.air.slicer import N_PAIRS

MOST_DOUBT = 1e-3  # the average over presses is far below: most are heard better


_CLIP = 10.0  # what one word may say of one bit: an impulse must not outvote three words
_DIFFERS = 15.0  # by so much a word contradicts the others: it is another code
_EDGE_SURE = (
    5.0  # a word has 25 marks and nothing beside them: how sure that is of its first, its last and the pairs beside
)
_SURE = 3.0  # what one cell inside may speak against it
_KEYED_PAIRS = 19
_REFINED_BY = 8  # words
_TURNED_AT_ONCE = 128  # samples; an exponential costs more than a product
_WORD_CELLS = 4 * N_PAIRS + 4
_PAIRS = np.arange(0.0, N_PAIRS)
_GAP = np.arange(N_PAIRS - 2.0, N_PAIRS + 6)  # the shortest is nearly four pairs long
_QUIET = 0.5
_SLOTS = np.arange(-2.0, N_PAIRS + 3)  # pairs looked at: two more on either side
_FIRST = 2  # of them, the first of the word
Words = NDArray[np.intp]

_STEPS = np.arange(-2.0, 3.0)
_LN_I0_TO = 20.0
_LN_I0_AT = np.linspace(0, _LN_I0_TO, 2001)
_LN_I0 = np.log(np.i0(_LN_I0_AT))


@dataclass(frozen=True)
class SoftPress:
    """Words that agree: where each begins, their period and narrow time, in samples; `doubt`: how likely a bit is wrong.

    `level_db`: energy of a cell beside the noise density.
    """

    code: int
    starts: tuple[float, ...]
    period: float
    t: float
    doubt: float
    level_db: float


@dataclass(frozen=True)
class _Grid:
    """Where the cells are: word k begins at `start + k * period`; lengths in samples."""

    start: float
    period: float
    t: float
    n_words: int

    def starts(self) -> Reals:
        return self.start + self.period * np.arange(self.n_words, dtype=np.float64)

    def edges(self, pairs: Reals, parts: tuple[float, ...]) -> Reals:
        """Places [part, word, pair] that lie so many cells behind the beginnings of pairs."""
        begins = self.starts()[:, None] + 4 * self.t * pairs
        return begins + self.t * np.array(parts)[:, None, None]


def combine(sums: Sums, density: float, guess: Guess) -> SoftPress | None:
    """The press that the guessed words are, or None.

    Args:
        sums: of the channel's samples.
        density: noise energy that a cell of one sample would collect: power of white noise of the channel's density.
    """
    grid = _whole_words(guess, len(sums.samples))
    if grid.n_words < 2:
        return None
    marks, _, tails = energy(np.diff(sums.at(grid.edges(_PAIRS, (0, 1, 3, 4))), axis=0))
    if not _is_keyed(marks, tails) or not _has_gap(sums, grid, 4 * float(np.mean(marks))):
        return None
    sums = Sums.of(_turned(sums.samples, _offset(sums, grid)))
    strongest = np.argsort(-np.sum(marks, axis=1))[:_REFINED_BY]
    grid = _unslipped(sums, _refined(sums, grid, strongest))
    marks, bits, tails = _cells(sums, grid, density)
    return _read(grid, marks, bits, tails)


def _whole_words(guess: Guess, n_samples: int) -> _Grid:
    start = guess.start
    reach = 3 * 4 * guess.t  # what is looked at before and behind a word
    while start < reach:
        start += guess.period
    room = n_samples - start - _WORD_CELLS * guess.t - reach
    return _Grid(start, guess.period, guess.t, max(0, int(room / guess.period) + 1))


def _turned(samples: IQ | Complexes, turns: float) -> Complexes:
    """Each sample turned back by `turns` more than the one before."""
    within = np.exp(-2j * np.pi * turns * np.arange(_TURNED_AT_ONCE))
    begins = np.exp(-2j * np.pi * turns * np.arange(0, len(samples), _TURNED_AT_ONCE))
    turns_back: Complexes = np.outer(begins, within).ravel()[: len(samples)]
    turns_back *= samples
    return turns_back


def _offset(sums: Sums, grid: _Grid) -> float:
    """Turns a sample by which the carrier is beside the channel's centre: from half to half of each mark's first cell."""
    first, second = np.diff(sums.at(grid.edges(_PAIRS, (0, 0.5, 1))), axis=0)
    return float(np.angle(np.vdot(first, second)) / (2 * np.pi) / (grid.t / 2))


def _is_keyed(marks: Reals, tails: Reals) -> bool:
    """Whether nearly every pair begins with more energy than it ends: what is not of this form goes early."""
    most = 4 * float(np.mean(marks))  # an impulse is one cell's business
    keyed = np.sum(np.minimum(marks, most), axis=0) > np.sum(np.minimum(tails, most), axis=0)
    return int(np.count_nonzero(keyed)) >= _KEYED_PAIRS


def _has_gap(sums: Sums, grid: _Grid, most: float) -> bool:
    """Whether one of the stretches in which words, a guess too early or late, pause is quiet beside their marks."""
    cells = energy(np.diff(sums.at(grid.edges(_GAP, (0, 1, 2, 3, 4))), axis=0))
    quietest = np.min(np.mean(np.minimum(cells, most), axis=(0, 1)))
    return bool(quietest < most / 4 * _QUIET)


def _refined(sums: Sums, grid: _Grid, words: Words) -> _Grid:
    """Start, clock and period moved, one after the other, to where the cells of these `words` hold most energy."""
    start, period, t = grid.start, grid.period, grid.t
    for step in (0.3, 0.12):
        steps = step * _STEPS
        start = _sharpest(sums, words, start + steps * t, period, t)[0]
        # Another clock, the middle of the words where it was.
        clocks = 1 + steps * 0.02
        start, _, t = _sharpest(sums, words, start - (clocks - 1) * t * 2 * N_PAIRS, period, t * clocks)
        period = _sharpest(sums, words, start, period * (1 + steps * 0.008), t)[1]
    return _Grid(start, period, t, grid.n_words)


def _sharpest(
    sums: Sums, words: Words, starts: Reals | float, periods: Reals | float, clocks: Reals | float
) -> tuple[float, float, float]:
    """Of several grids the one with most energy where words have it: for each pair in the cells of the likelier bit."""
    grids = np.empty((3, len(_STEPS)))
    grids[0], grids[1], grids[2] = starts, periods, clocks
    start, period, t = grids[:, :, None, None]
    begins = start + period * words[:, None] + 4 * t * np.arange(N_PAIRS + 1)
    at_mark, at_bit, at_end = sums.at(begins + t * np.array((0, 1, 3))[:, None, None, None])
    short = np.sum(energy(at_bit - at_mark), axis=1)
    long = np.sum(energy(at_end - at_mark), axis=1) / 3
    sharpness = np.sum(np.maximum(short, long), axis=1) / grids[2]
    found = grids[:, int(np.argmax(sharpness))]
    return float(found[0]), float(found[1]), float(found[2])


def _unslipped(sums: Sums, grid: _Grid) -> _Grid:
    """The 25 marks of a word stand at every fourth cell; a guess may be a pair too early or late."""
    at_mark, at_bit = sums.at(grid.edges(_SLOTS, (0, 1)))
    marks = np.sum(energy(at_bit - at_mark), axis=0)
    slip = int(np.argmax(np.convolve(marks, np.ones(N_PAIRS + 1), mode="valid"))) - _FIRST
    return _Grid(grid.start + 4 * grid.t * slip, grid.period, grid.t, grid.n_words)


def _cells(sums: Sums, grid: _Grid, density: float) -> tuple[Reals, Reals, Reals]:
    """Amplitudes [word, pair] of each pair's mark cell, two bit cells and last cell, noise in each 1."""
    marks, bits, tails = np.abs(np.diff(sums.at(grid.edges(_SLOTS, (0, 1, 3, 4))), axis=0))
    unit = float(np.sqrt(density * grid.t))
    return marks / unit, bits / float(unit * np.sqrt(2)), tails / unit


def _read(grid: _Grid, marks: Reals, bits: Reals, tails: Reals) -> SoftPress | None:
    word = slice(_FIRST, _FIRST + N_PAIRS + 1)
    levels = np.mean(marks[:, word] ** 2, axis=1) - 1
    top = np.max(levels)
    if top <= 0:
        return None
    is_there = levels > 0.4 * top
    level = float(np.mean(levels[is_there]))
    says = np.clip(_likelier_on(bits, 2 * level), -_CLIP, _CLIP)
    is_there = _agreeing(says[:, word], is_there)
    if np.count_nonzero(is_there) < 2:
        return None
    total = np.sum(says[is_there], axis=0)
    if not _stands_alone(marks[is_there], tails[is_there], level):
        return None
    doubt = float(np.sum(1 / (1 + np.exp(np.minimum(np.abs(total[word]), 50)))))
    if doubt > MOST_DOUBT or total[_FIRST + N_PAIRS] > 0:
        return None
    code = 0
    for bit in total[_FIRST : _FIRST + N_PAIRS] > 0:
        code = code << 1 | int(bit)
    starts = tuple(float(start) for start in grid.starts()[is_there])
    return SoftPress(code, starts, grid.period, grid.t, doubt, 10 * float(np.log10(level)))


def _agreeing(says: Reals, is_there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of these words those that say the same: the one that contradicts the rest most goes, until none does."""
    kept = is_there.copy()
    while np.count_nonzero(kept) > 1:
        total = np.sum(says[kept], axis=0)
        others = total - np.where(kept[:, None], says, 0)
        against = np.sum(np.minimum(says * np.sign(others), 0), axis=1)
        worst = int(np.argmin(np.where(kept, against, np.inf)))
        if against[worst] > -_DIFFERS:
            return kept
        kept[worst] = False
    return kept


def _stands_alone(marks: Reals, tails: Reals, level: float) -> bool:
    """Whether there are 24 pairs and the sync mark, each pair ending in space, and nothing beside them."""
    on = np.sum(np.clip(_likelier_on(marks, level), -_CLIP, _CLIP), axis=0)
    beside = np.concatenate((on[:_FIRST], on[_FIRST + N_PAIRS + 1 :]))
    ends = np.sum(np.clip(_likelier_on(tails, level), -_CLIP, _CLIP), axis=0)[_FIRST : _FIRST + N_PAIRS]
    inside = on[_FIRST : _FIRST + N_PAIRS + 1]
    return bool(
        np.all(beside < -_EDGE_SURE)
        and min(inside[0], inside[N_PAIRS]) > _EDGE_SURE
        and np.all(inside > -_SURE)
        and np.all(ends < _SURE)
        and np.sum(ends) < -10 * _SURE
    )


def _likelier_on(amplitudes: Reals, level: float) -> Reals:
    """ln(p(amplitude | carrier of that level) / p(amplitude | noise of 1)), phase unknown."""
    return _ln_i0(2 * np.sqrt(level) * amplitudes) - level


def _ln_i0(x: Reals) -> Reals:
    near = np.interp(x, _LN_I0_AT, _LN_I0)
    far = x - 0.5 * np.log(2 * np.pi * np.maximum(x, 1))
    result: Reals = np.where(x < _LN_I0_TO, near, far)
    return result
