"""Carrier durations to code words, the clock found by itself.

Decides where a word stands in a stream of durations, its clock and its bits; counts what is no word.
Refuses to know about presses (`presses`) and about time of day: it says how long ago a word ended.
Specification, numbers and reasons: protocol/spec/air.md.

How. Every duration goes into a ring and nothing else is done with it, until a space comes that is long
beside the pair before it. Then the ring is read backwards from that space. A pair, from the start of one
mark to the start of the next, lasts 4 T whatever its bit is and however the slicer in front of us stretches
marks; so most of the last pairs agree on 4 T even if impulses have split some of them. With T known,
pulses too short to be of the word are healed away, and what stands between two gaps must be exactly
24 pairs and the mark of the sync bit. All arithmetic is on whole µs within 31 bits: no number grows into
a heap object on a 32-bit board.
"""

N_PAIRS = 24
T_MIN_US = 80
T_MAX_US = 1000

# Wanted: a mark of T jittering and stretched by a slicer still stands, an impulse of 60 µs goes at T >= 200.
_HEAL_TENTHS = 3  # of T

# Shorter than any sync gap (the shortest met is 19 T), longer than any space inside a word, stretched too.
_GAP_T = 10

_RING = 128  # durations; a word has 50, the rest is room for impulses. A power of two.
_LONGEST_US = 1000000  # more says nothing more; keeps sums over the ring within 31 bits
_LONG_AGO_US = 1 << 28  # more than the whole ring can hold
_GAP_MIN_US = _GAP_T * T_MIN_US
_N_CLOCK_PAIRS = 24
_N_AGREEING = 10
_WORD_DURATIONS = 2 * N_PAIRS + 1


class SlicedWord:
    """A word as it stood in the durations.

    `t_us`: measured narrow time (4 alpha); `length_us`: first mark's start to sync mark's end;
    `age_us`: how long before the end of the newest duration the sync mark ended.
    """

    def __init__(self, code: int, t_us: int, length_us: int, age_us: int) -> None:
        self.code = code
        self.t_us = t_us
        self.length_us = length_us
        self.age_us = age_us

    def __repr__(self) -> str:
        facts = (self.code, self.t_us, self.length_us, self.age_us)
        return "SlicedWord(0x%06X, t_us=%d, length_us=%d, age_us=%d)" % facts


class PulseSlicer:
    """Finds 24-bit words in durations fed one by one; `rejects` counts what only looked like one."""

    def __init__(self) -> None:
        self.rejects: dict[str, int] = {}
        self.n_words = 0
        self._ring = [0] * _RING
        self._head = 0  # where the newest duration is
        self._since_word_us = _LONG_AGO_US  # since the end of the last word's sync mark

    def feed(self, duration_us: int) -> "SlicedWord | None":
        """Take one duration, + carrier on, - carrier off; give the word that it completes, if any."""
        if duration_us == 0:
            return None
        newest = self._push(duration_us)
        if newest > -_GAP_MIN_US:
            return None
        ring = self._ring
        at = self._head
        before_us = ring[at - 1] - ring[at - 2] + ring[at - 3] - ring[at - 4]
        return self._take() if -3 * newest >= 2 * before_us else None

    def feed_silence(self, space_us: int) -> "SlicedWord | None":
        """Try whether the carrier having been off for `space_us` beyond the durations completes a word.

        Nothing is kept of the trial but the word, so the space may still be fed when it has ended.
        """
        ring, head, since_us = self._ring, self._head, self._since_word_us
        behind = (head + 1) % _RING
        newest, oldest = ring[head], ring[behind]
        word = self.feed(-space_us)
        ring[head], ring[behind] = newest, oldest
        self._head = head
        self._since_word_us = since_us if word is None else word.age_us - space_us
        return word

    def _push(self, duration_us: int) -> int:
        duration_us = max(-_LONGEST_US, min(_LONGEST_US, duration_us))
        self._since_word_us = min(_LONG_AGO_US, self._since_word_us + abs(duration_us))
        newest = self._ring[self._head]
        if (newest > 0) == (duration_us > 0):
            duration_us = max(-_LONGEST_US, min(_LONGEST_US, duration_us + newest))
        else:
            self._head = (self._head + 1) % _RING
        self._ring[self._head] = duration_us
        return duration_us

    def _take(self) -> "SlicedWord | None":
        pair_us = self._find_pair_us()
        if pair_us == 0:
            return self._reject("noise")
        if not T_MIN_US * 36 <= pair_us * 10 <= T_MAX_US * 44:  # 4 T, less and more 10 %: not yet the word's own T
            return self._reject("clock")
        healed = self._heal(pair_us)
        if not healed:
            return self._reject("short")  # only impulses, no mark of a word
        if healed[0] >= self._since_word_us:
            return None  # the same word again: an impulse has split its gap
        least_us = _GAP_T * pair_us // 4
        if healed[0] < least_us:
            return self._reject("gap")
        if len(healed) < _WORD_DURATIONS + 2:
            return self._reject("short")
        if len(healed) > _WORD_DURATIONS + 2 or healed[-1] < least_us:
            return self._reject("long")
        return self._read(healed)

    def _reject(self, reason: str) -> "SlicedWord | None":
        self.rejects[reason] = self.rejects.get(reason, 0) + 1
        return None

    def _find_pair_us(self) -> int:
        """The period that the last pairs agree on, 4 T; 0 if they do not."""
        ring = self._ring
        at = self._head - 2
        pairs = []
        for _ in range(_N_CLOCK_PAIRS):
            pairs.append(ring[(at - 1) % _RING] - ring[at % _RING])
            at -= 2
        pairs.sort()
        # Impulses make pairs shorter far more often than longer, so look above the median.
        guess = pairs[_N_CLOCK_PAIRS * 5 // 8]
        total_us = 0
        n_agreeing = 0
        for pair_us in pairs:
            if 4 * guess <= 5 * pair_us <= 6 * guess:
                total_us += pair_us
                n_agreeing += 1
        return total_us // n_agreeing if n_agreeing >= _N_AGREEING else 0

    def _heal(self, pair_us: int) -> list[int]:
        """Durations from the newest gap back to the gap before it, both included, impulses merged away.

        Newest first, without signs: space, mark, space, ... At most three more than a word has.
        """
        ring = self._ring
        shortest_us = pair_us * _HEAL_TENTHS // 40
        gap_us = pair_us * _GAP_T // 4
        healed: list[int] = []
        current_us = 0
        is_mark = False
        for back in range(_RING):
            duration_us = ring[(self._head - back) % _RING]
            if (duration_us > 0) != is_mark and abs(duration_us) >= shortest_us:
                healed.append(current_us)
                if (len(healed) > 1 and not is_mark and current_us >= gap_us) or len(healed) > _WORD_DURATIONS + 3:
                    return healed
                is_mark = not is_mark
                current_us = 0
            current_us += abs(duration_us)
        return healed

    def _read(self, healed: list[int]) -> "SlicedWord | None":
        length_us = 0
        for at in range(1, _WORD_DURATIONS + 1):
            length_us += healed[at]
        span_us = length_us - healed[1]  # 24 pairs, 96 T
        t_us = (span_us + 48) // 96
        if not T_MIN_US <= t_us <= T_MAX_US:
            return self._reject("clock")
        code = _read_bits(healed, t_us)
        if code < 0:
            return self._reject("ratio")
        self.n_words += 1
        self._since_word_us = healed[0]
        return SlicedWord(code, t_us, length_us, healed[0])


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
    for difference_us in differences:
        bit = difference_us > stretch_us
        offset_us = abs(difference_us - stretch_us - (2 * t_us if bit else -2 * t_us))
        if 10 * offset_us > 16 * t_us:
            return -1
        error_us += offset_us
        code = code << 1 | bit
    return code if 100 * error_us <= 45 * N_PAIRS * t_us else -1


def _mean_stretch_us(differences: list[int], stretch_us: int, t_us: int) -> int:
    """Twice the stretch of marks, averaged over a word, from a first guess out of one mark."""
    total_us = stretch_us
    for difference_us in differences:
        total_us += difference_us + (-2 * t_us if difference_us > stretch_us else 2 * t_us)
    return total_us // (N_PAIRS + 1)
