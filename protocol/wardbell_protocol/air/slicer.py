"""Carrier durations to code words, the clock found by itself.

Decides where a word stands in a stream of durations, its clock and its bits; counts what is no word.
Refuses to know about presses (`presses`) and about time of day: it says how long ago a word ended.
Specification, numbers and reasons: protocol/spec/air.md.

How. Durations are only kept, until a space comes that is long beside the two pairs before it. Then the stream is
read backwards from that space. A pair, from the start of one mark to the start of the next, lasts 4 T whatever
its bit is and however the slicer in front of us stretches marks; so most of the last pairs agree on 4 T even if
impulses have split some of them. With T known, pulses too short to be of the word are healed away, and what stands
between two gaps must be exactly 24 pairs and the mark of the sync bit. Noise costs one comparison a duration, and
all arithmetic is on whole µs within 31 bits: no number grows into a heap object on a 32-bit board.
"""

N_PAIRS = 24
# 80..1000 nominal, and what a clock 5 % off makes of the ends.
T_MIN_US = 76
T_MAX_US = 1050

# Wanted: a mark of T jittering and stretched by a slicer still stands, an impulse of 60 µs goes at T >= 200.
_HEAL_TENTHS = 3  # of T

# Shorter than any sync gap (the shortest met is 19 T), longer than any space inside a word, stretched too.
_GAP_T = 10

_WINDOW = 128  # durations looked back on; a word has 50, the rest is room for impulses
_BEHIND_GAP = 8  # durations more that an impulse-split gap before a word may have
_KEPT = 512  # durations kept before the oldest are dropped
_LONGEST_US = 1000000  # more says nothing more; keeps sums over the window within 31 bits
_LONG_AGO_US = 1 << 28  # more than the window can hold
_GAP_MIN_US = _GAP_T * T_MIN_US
_N_CLOCK_PAIRS = 24
_N_AGREEING = 10
_WORD_DURATIONS = 2 * N_PAIRS + 1


class SlicedWord:
    """A word as it stood in the durations.

    `t_us`: measured narrow time (4 alpha); `length_us`: first mark's start to sync mark's end; `gap_us`: how
    much of the space behind it had passed when it was recognised; `age_us`: sync mark's end to the end of the
    durations given with it.
    """

    def __init__(self, code: int, t_us: int, length_us: int, gap_us: int) -> None:
        self.code = code
        self.t_us = t_us
        self.length_us = length_us
        self.gap_us = gap_us
        self.age_us = gap_us

    def __repr__(self) -> str:
        facts = (self.code, self.t_us, self.length_us, self.gap_us, self.age_us)
        return "SlicedWord(0x%06X, t_us=%d, length_us=%d, gap_us=%d, age_us=%d)" % facts


class PulseSlicer:
    """Finds 24-bit words in durations, + carrier on, - carrier off.

    `rejects` counts, by reason, what only looked like a word; `n_words` counts words.
    """

    def __init__(self) -> None:
        self.rejects: dict[str, int] = {}
        self.n_words = 0
        self._recent: list[int] = []
        self._word_at = -1  # where the space was that completed the last word,
        self._word_gap_us = 0  # and how far back from its end the word's sync mark ended

    def receive(self, pulses: list[int]) -> list[SlicedWord]:
        """Take the next durations; give the words that they complete, oldest first."""
        words: list[SlicedWord] = []
        places: list[int] = []  # of the space that completed each
        recent = self._recent
        at = len(recent) - 1
        recent.extend(pulses)
        for duration_us in pulses:
            at += 1
            if duration_us <= -_GAP_MIN_US:
                word = self._look(at)
                if word is not None:
                    word.age_us += max(0, -duration_us - _LONGEST_US)
                    words.append(word)
                    places.append(at)
        _grow_older(words, places, recent)
        if len(recent) > _KEPT:
            self._word_at -= len(recent) - _WINDOW
            self._recent = recent[-_WINDOW:]
        return words

    def receive_silence(self, space_us: int) -> "SlicedWord | None":
        """Try whether the carrier having been off for `space_us` beyond the durations completes a word.

        Nothing is kept of the trial but the word, so the space may still be given when it has ended.
        """
        self._recent.append(-space_us)
        word = self._look(len(self._recent) - 1)
        self._recent.pop()
        return word

    def _look(self, at: int) -> "SlicedWord | None":
        recent = self._recent
        if at < 4:
            return None
        before_us = abs(recent[at - 1]) + abs(recent[at - 2]) + abs(recent[at - 3]) + abs(recent[at - 4])
        if -3 * recent[at] < 2 * before_us:
            return None
        return self._take(_alternating(recent, at), self._since_word_us(at), at)

    def _take(self, window: list[int], since_us: int, at: int) -> "SlicedWord | None":
        pair_us = _find_pair_us(window)
        if pair_us == 0:
            return self._reject("noise")
        if not T_MIN_US * 36 <= pair_us * 10 <= T_MAX_US * 44:  # 4 T, less and more 10 %: not yet the word's own T
            return self._reject("clock")
        healed = _heal(window, pair_us)
        if healed[0] >= since_us:
            return None  # the same word again: an impulse has split its gap
        least_us = _GAP_T * pair_us // 4
        if healed[0] < least_us:
            return self._reject("gap")
        if len(healed) < _WORD_DURATIONS + 2:
            return self._reject("short")
        if len(healed) > _WORD_DURATIONS + 2 or healed[-1] < least_us:
            return self._reject("long")
        return self._read(healed, at)

    def _read(self, healed: list[int], at: int) -> "SlicedWord | None":
        length_us = 0
        for part in range(1, _WORD_DURATIONS + 1):
            length_us += healed[part]
        t_us = (length_us - healed[1] + 48) // 96  # 24 pairs are 96 T
        if not T_MIN_US <= t_us <= T_MAX_US:
            return self._reject("clock")
        code = _read_bits(healed, t_us)
        if code < 0:
            return self._reject("ratio")
        self.n_words += 1
        self._word_at = at
        self._word_gap_us = healed[0]
        return SlicedWord(code, t_us, length_us, healed[0])

    def _reject(self, reason: str) -> "SlicedWord | None":
        self.rejects[reason] = self.rejects.get(reason, 0) + 1
        return None

    def _since_word_us(self, at: int) -> int:
        """How long ago the last word's sync mark ended, seen from the end of the space at `at`."""
        if self._word_at < 0 or at - self._word_at > _WINDOW:
            return _LONG_AGO_US
        return self._word_gap_us + sum(map(_size_us, self._recent[self._word_at + 1 : at + 1]))


def _grow_older(words: list[SlicedWord], places: list[int], durations: list[int]) -> None:
    """Add to each word's age what came after the space at its place, newest first: an hour may come in one portion."""
    later_us = 0
    end = len(durations)
    for index in range(len(words) - 1, -1, -1):
        later_us += sum(map(abs, durations[places[index] + 1 : end]))
        end = places[index] + 1
        words[index].age_us += later_us


def _size_us(duration_us: int) -> int:
    return min(_LONGEST_US, abs(duration_us))


def _alternating(recent: list[int], at: int) -> list[int]:
    """Durations from the space at `at` backwards: space, mark, space, ..., without signs.

    Neighbours of one sign are one duration; those of 0 µs say nothing. Ends a little behind the first space
    that can be the gap before a word.
    """
    window: list[int] = []
    is_mark = True
    left = min(at + 1, _WINDOW)
    while left > 0:
        duration_us = recent[at]
        at -= 1
        left -= 1
        size_us = _size_us(duration_us)
        if size_us == 0:
            continue
        if window and (duration_us > 0) == is_mark:
            window[-1] += size_us
            continue
        is_mark = duration_us > 0
        window.append(size_us)
        if len(window) > _WORD_DURATIONS + 1 and 2 * size_us > window[0] and left > _BEHIND_GAP:
            left = _BEHIND_GAP
    return window


def _find_pair_us(window: list[int]) -> int:
    """The period that the last pairs agree on, 4 T; 0 if they do not."""
    last = min(2 * _N_CLOCK_PAIRS + 2, len(window) - 1)
    pairs = [window[at] + window[at + 1] for at in range(2, last, 2)]
    if len(pairs) < _N_AGREEING:
        return 0
    pairs.sort()
    # Impulses make pairs shorter far more often than longer, so look above the median.
    guess = pairs[len(pairs) * 5 // 8]
    total_us = 0
    n_agreeing = 0
    for pair_us in pairs:
        if 4 * guess <= 5 * pair_us <= 6 * guess:
            total_us += pair_us
            n_agreeing += 1
    return total_us // n_agreeing if n_agreeing >= _N_AGREEING else 0


def _heal(window: list[int], pair_us: int) -> list[int]:
    """Durations from the newest gap back to the gap before it, both included, impulses merged away.

    Newest first: space, mark, space, ... A few more than a word has if no gap comes.
    """
    shortest_us = pair_us * _HEAL_TENTHS // 40
    gap_us = pair_us * _GAP_T // 4
    healed: list[int] = []
    current_us = 0
    is_mark = False
    for at in range(len(window)):
        duration_us = window[at]
        if (at & 1 == 1) != is_mark and duration_us >= shortest_us:
            healed.append(current_us)
            if (len(healed) > 1 and not is_mark and current_us >= gap_us) or len(healed) > _WORD_DURATIONS + 3:
                return healed
            is_mark = not is_mark
            current_us = 0
        current_us += duration_us
    healed.append(current_us)  # where the window ends
    return healed


def _read_bits(healed: list[int], t_us: int) -> int:
    """24 bits out of sync mark and pairs, newest first; -1 if they are not 1:3 of one clock."""
    # mark - space is -2 T for a 0 and 2 T for a 1, both plus twice what the slicer stretches marks by.
    differences = []
    stretch_us = 2 * (healed[1] - t_us)
    for at in range(_WORD_DURATIONS, 1, -2):
        if not 3 * t_us <= healed[at] + healed[at - 1] <= 5 * t_us:
            return -1
        differences.append(healed[at] - healed[at - 1])
    stretch_us = _mean_stretch_us(differences, stretch_us, t_us)
    if 10 * abs(stretch_us) > 14 * t_us or 10 * abs(2 * (healed[1] - t_us) - stretch_us) > 16 * t_us:
        return -1
    code = 0
    error_us = 0
    n_ones = 0
    total_us = ones_us = 0
    for difference_us in differences:
        bit = difference_us > stretch_us
        offset_us = abs(difference_us - stretch_us - (2 * t_us if bit else -2 * t_us))
        if 10 * offset_us > 16 * t_us:
            return -1
        error_us += offset_us
        total_us += difference_us
        if bit:
            n_ones += 1
            ones_us += difference_us
        code = code << 1 | bit
    # Ones and zeros differ by 4 T; in a 1:2 coding by 2.7 T, however few of either there are.
    n_zeros = N_PAIRS - n_ones
    apart = ones_us * n_zeros - (total_us - ones_us) * n_ones
    if 10 * apart < 32 * t_us * n_ones * n_zeros or 100 * error_us > 45 * N_PAIRS * t_us:
        return -1
    return code


def _mean_stretch_us(differences: list[int], stretch_us: int, t_us: int) -> int:
    """Twice the stretch of marks, averaged over a word, from a first guess out of one mark."""
    total_us = stretch_us
    for difference_us in differences:
        total_us += difference_us + (-2 * t_us if difference_us > stretch_us else 2 * t_us)
    return total_us // (N_PAIRS + 1)
