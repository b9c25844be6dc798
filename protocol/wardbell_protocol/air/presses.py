"""Code words to presses: two that agree make a press, repeats and the release artefact fold into it.

Decides when a person has pressed and when the press is over; knows nothing of what a code means.
Rules and numbers: protocol/spec/air.md.
"""

from wardbell_protocol.air.ear import Ear, recounted
from wardbell_protocol.air.slicer import SlicedWord
from wardbell_protocol.air.words import WordReceiver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.portion import Portion

SILENCE_US = 400000  # between a press's words; a single word waits so long for the end of its twin
_F = 1  # the trit's two bits
_DATA_BITS = 8  # behind the address
_BEHIND_EARLY = 0x3FFF  # the bits that noise in a gap does not reach
_SUSPECTS = 3  # words in a row that may be misread, and are believed
_MAX_TRACKED = 16  # presses and lone words at a time; at most about 40 words fit into the silence

_WORD_T = 97  # to the end of its sync mark
_SAME_WORD_T = 64  # half a word: two words of one encoder never end closer together
_SPEAKS_T = 512  # four words: a press of which so long nothing was heard speaks into no other one

# A space this long is over as far as words go: the last word is complete though nobody sends again. 60 T at most.
_LAST_GAP_US = 65000


class Press:
    """One press of one button, as heard so far: one code of it where the station changes what it says on the way.

    `words`: how often its code was heard; `other_words`: words of its release folded in; `t_us`: narrow time,
    mean over its words; `start_us`, `end_us`: first mark's start, last sync mark's end; `is_further`: its station was
    not silent since its code before, so both belong to one press; `quality`: 0..100, mean over its words of how much
    of the time the carrier was as the code has it. Presses that differ in quality only are equal.
    """

    def __init__(
        self,
        code: int,
        words: int,
        t_us: int,
        start_us: int,
        end_us: int,
        other_words: int = 0,
        is_further: bool = False,
        quality: int = 100,
    ) -> None:
        self.code = code
        self.words = words
        self.t_us = t_us
        self.start_us = start_us
        self.end_us = end_us
        self.other_words = other_words
        self.is_further = is_further
        self.quality = quality
        self.is_started = False  # enough words have agreed; until then they wait for another

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Press) and _facts(self) == _facts(other)

    def __hash__(self) -> int:
        return hash(_facts(self))

    def __repr__(self) -> str:
        return "Press(0x%06X, words=%d, t_us=%d, start_us=%d, end_us=%d, other_words=%d, is_further=%r)" % _facts(self)


class PressStarted:
    """Two words have agreed; `press` is as it stood then."""

    def __init__(self, press: Press) -> None:
        self.press = press

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PressStarted) and self.press == other.press

    def __hash__(self) -> int:
        return hash(self.press)

    def __repr__(self) -> str:
        return "PressStarted(%r)" % self.press


class PressEnded:
    """Its station began no word for `SILENCE_US`, or says something else now; `press` is final."""

    def __init__(self, press: Press) -> None:
        self.press = press

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PressEnded) and self.press == other.press

    def __hash__(self) -> int:
        return hash(self.press)

    def __repr__(self) -> str:
        return "PressEnded(%r)" % self.press


class PressReceiver:
    """Durations in, presses out. Times are µs, whole numbers, counted as the portions' are.

    `ear`: shared with others, else it has its own. `rejects`: what was heard and was no press, by reason; `n_words`: good
    words heard.
    """

    def __init__(self, ear: "Ear | None" = None) -> None:
        self._ear = ear or Ear()
        self._is_own = ear is None
        self._words = WordReceiver(self._ear)
        self.rejects = self._words.rejects
        self._tracked: list[Press] = []  # with words that wait for their twin
        self._end_us = 0  # end of the newest duration
        self._is_last_word_tried = True
        self._nothing: list[PressStarted | PressEnded] = []
        self._ear.tell_times(self)

    def renew(self, later_us: int) -> None:
        """Times are counted from so much later on."""
        self._end_us = recounted(self._end_us, later_us)
        for press in self._tracked:
            press.start_us = recounted(press.start_us, later_us)
            press.end_us = recounted(press.end_us, later_us)

    @property
    def n_words(self) -> int:
        """Good words heard so far."""
        return self._words.n_words

    @property
    def is_hearing(self) -> bool:
        """Whether there is a press that is not over, or a word that may become one."""
        return self._tracked != []

    def receive(self, portion: "Portion") -> "list[PressStarted | PressEnded]":
        """Take the next durations."""
        if self._is_own:
            self._ear.receive(portion)
        if portion.n:
            self._end_us = portion.end_us
            self._is_last_word_tried = False
        words = self._words.receive(portion)
        if not words and not self._tracked:
            return self._no_events()
        return self._hear_all(words, portion.end_us)

    def _hear_all(self, words: "list[SlicedWord]", end_us: int) -> "list[PressStarted | PressEnded]":
        events: list[PressStarted | PressEnded] = []
        for word in words:
            self._hear(word, end_us - word.age_us, events)
        self._expire(end_us, events)
        return events

    def hear(self, word: SlicedWord, end_us: int) -> "list[PressStarted | PressEnded]":
        """Take a word that somebody else has found in the air, whose sync mark ended at `end_us`; oldest first."""
        events: list[PressStarted | PressEnded] = []
        self._hear(word, end_us, events)
        return events

    def poll(self, now_us: int) -> "list[PressStarted | PressEnded]":
        """Say what the passing of time decides.

        Give it only times up to which every ended duration has been received: the carrier is taken to be as
        the last one left it.
        """
        is_silent = not self._is_last_word_tried and now_us - self._end_us >= _LAST_GAP_US
        if not is_silent and not self._tracked:
            return self._no_events()
        events: list[PressStarted | PressEnded] = []
        if is_silent:
            self._is_last_word_tried = True
            word = self._words.receive_silence(_LAST_GAP_US)
            if word is not None:
                self._hear(word, self._end_us + _LAST_GAP_US - word.age_us, events)
        self._expire(now_us, events)
        return events

    def next_deadline_us(self) -> "int | None":
        """When `poll` will have something to say; None while only durations can change anything."""
        if not self._tracked:
            return None if self._is_last_word_tried else self._end_us + _LAST_GAP_US
        deadlines = [press.end_us + _patience_us(press) for press in self._tracked]
        if not self._is_last_word_tried:
            deadlines.append(self._end_us + _LAST_GAP_US)
        return min(deadlines)

    def _no_events(self) -> "list[PressStarted | PressEnded]":
        if self._nothing:  # somebody has put his own into it, so it is his now
            self._nothing = []
        return self._nothing  # noise makes nothing that a collector must clear away

    def _hear(self, word: SlicedWord, end_us: int, events: "list[PressStarted | PressEnded]") -> None:
        # However long the space behind it: what `poll` would have said in the middle of it, it says now.
        waited_us = word.gap_us if word.n_words > 1 else min(word.gap_us, _LAST_GAP_US)
        self._expire(end_us + waited_us, events)
        self._end_those_before(word, end_us, events)
        same_clock = [press for press in self._tracked if _same_clock(press.t_us, word.t_us)]
        is_suspect = any(press.is_started and _may_have_said(press, word, end_us) for press in same_clock)
        if is_suspect and word.n_words > 1:
            return
        for press in same_clock:
            if press.code == word.code:
                _add(press, word, end_us)
                if press.is_started:
                    self._forget_misread(press, word, same_clock)
                    return
                wanted = _SUSPECTS if is_suspect else _words_wanted(word)
                if press.words >= wanted and self._is_believed(word, end_us):
                    self._start(press, same_clock, events)
                return
        for press in same_clock:
            if is_release_of(press.code, word.code):
                is_heard = end_us - press.end_us <= _SAME_WORD_T * word.t_us
                if not is_heard:
                    press.other_words += 1
                if not is_heard or word.n_words == 1:
                    press.end_us = end_us
                return
        further = any(_same_station(press, word.code) for press in same_clock)
        start_us = end_us - word.length_us
        press = Press(word.code, word.n_words, word.t_us, start_us, end_us, 0, further, word.quality)
        if self._track(press) and word.n_words > 1 and self._is_believed(word, end_us):
            self._start(press, same_clock, events)

    def _forget_misread(self, press: Press, word: SlicedWord, same_clock: "list[Press]") -> None:
        """It speaks still: what stood in its places and was near to it was it."""
        if word.n_words == 1:
            lone = [other for other in same_clock if not other.is_started]
            misread = [other for other in lone if _is_misread_of(press, other.code, other.end_us)]
            self._tracked = [other for other in self._tracked if other not in misread]

    def _is_believed(self, word: SlicedWord, end_us: int) -> bool:
        """Whether a word may start a press: a rough one not while another press may have talked into it."""
        if not word.is_rough:
            return True
        start_us = end_us - word.length_us
        return not any(press.is_started and start_us - press.end_us < _SPEAKS_T * press.t_us for press in self._tracked)

    def _start(self, press: Press, same_clock: "list[Press]", events: "list[PressStarted | PressEnded]") -> None:
        press.is_started = True
        self._end_earlier_of(press, same_clock, events)
        events.append(PressStarted(_copy(press)))

    def _end_earlier_of(
        self, press: Press, same_clock: "list[Press]", events: "list[PressStarted | PressEnded]"
    ) -> None:
        # One encoder says one thing at a time: what its station said before is over, and said again is said anew.
        for earlier in same_clock:
            if earlier is not press and _same_station(earlier, press.code):
                press.is_further = True
                self._tracked.remove(earlier)
                events.append(PressEnded(earlier))

    def _track(self, press: Press) -> bool:
        if len(self._tracked) >= _MAX_TRACKED:
            lone = [tracked for tracked in self._tracked if not tracked.is_started]
            if not lone:
                self._count("crowded")
                return False
            self._tracked.remove(lone[0])
            self._count("crowded")
        self._tracked.append(press)
        return True

    def _end_those_before(self, word: SlicedWord, end_us: int, events: "list[PressStarted | PressEnded]") -> None:
        """Its station has been silent before this word: it belongs to another press."""
        latest_us = end_us - word.length_us - SILENCE_US
        for press in self._tracked[:]:
            if press.end_us <= latest_us and _same_station(press, word.code) and _same_clock(press.t_us, word.t_us):
                self._tracked.remove(press)
                events.append(PressEnded(press))

    def _expire(self, now_us: int, events: "list[PressStarted | PressEnded]") -> None:
        if not self._tracked:
            return
        kept = []
        for press in self._tracked:
            if now_us - press.end_us < _patience_us(press):
                kept.append(press)
            elif press.is_started:
                events.append(PressEnded(press))
            else:
                self._count("alone")
        self._tracked = kept

    def _count(self, reason: str) -> None:
        self.rejects[reason] = self.rejects.get(reason, 0) + 1


def _add(press: Press, word: SlicedWord, end_us: int) -> None:
    """Count a further word of a press, unless it is the last one, heard by the other slicer too."""
    if end_us - press.end_us <= _SAME_WORD_T * word.t_us:
        if not press.is_started and word.n_words > 1:
            press.words = word.n_words
            press.start_us = min(press.start_us, end_us - word.length_us)
        if word.n_words == 1:
            press.end_us = end_us  # the whole word knows it to the µs
        return
    press.words = press.words + 1 if press.is_started else max(press.words + 1, word.n_words)
    press.t_us += _share(word.t_us - press.t_us, press.words)
    press.quality += _share(word.quality - press.quality, press.words)
    press.end_us = end_us


def _patience_us(press: Press) -> int:
    """How long after a press's last word it may still go on: a further word that began in time is heard when it is over."""
    return SILENCE_US + _WORD_T * press.t_us + _LAST_GAP_US if press.is_started else SILENCE_US


def _words_wanted(word: SlicedWord) -> int:
    """How many words must agree: one more while noise reaches into them, unless they were weighed together."""
    return 3 if word.is_rough and word.n_words == 1 else 2


def _share(difference: int, words: int) -> int:
    """What one of `words` moves their mean by, rounded."""
    return (2 * difference + words) // (2 * words)


def is_release_of(code: int, later: int) -> bool:
    """Whether `later` is what a remote sending `code` sends while its button opens.

    Data pins go to their rest and trits of the button row float again, in any order: the last four trits
    become all 0 or all 1, or the last two become 1 if one of them floated; trits 6..8 (6..10 in the second case)
    stay or become F. No station sends data of four equal trits, so none is taken for another's release.
    """
    if code >> 14 != later >> 14:
        return False
    if later & 0xFF in (0, 0xFF):
        first_rest = 8
    elif later & 0xF == 0xF and _floats(code):
        first_rest = 4
    else:
        return False
    return all(later >> shift & 3 in (code >> shift & 3, _F) for shift in range(first_rest, 14, 2))


def _is_near(press: Press, code: int) -> bool:
    """Whether a code is the press's but for ones in its first pairs, where a gap's noise reaches, or for one that is lost.

    An impulse cuts a one's mark short, and it reads as a zero; of two codes of a station that one says, neither is so near.
    """
    differing = press.code ^ code
    if press.code & ~code == 0:
        return differing != 0 and differing & _BEHIND_EARLY == 0
    return code & ~press.code == 0 and differing & (differing - 1) == 0


def _may_have_said(press: Press, word: SlicedWord, end_us: int) -> bool:
    """Whether a word may be one of the press's, misread.

    Not if it has a one less and several were weighed together since the press fell silent: it would have lost that in all.
    """
    is_over = word.n_words > 1 and press.end_us <= end_us - word.length_us
    return not (is_over and word.code & ~press.code == 0) and _is_misread_of(press, word.code, end_us)


def _is_misread_of(press: Press, code: int, end_us: int) -> bool:
    """Whether a word may be one of a started press's: it stands where its clock has one, and is near to it."""
    if not _is_near(press, code):
        return False
    pairs_us = 96 * press.t_us
    words = (press.end_us - press.start_us - pairs_us + 64 * press.t_us) // (128 * press.t_us)
    if words < 1:
        return False
    period_us = (press.end_us - press.start_us - pairs_us) // words
    off_us = (end_us - press.end_us + period_us // 2) % period_us - period_us // 2
    return abs(off_us) <= 2 * press.t_us


def _floats(code: int) -> bool:
    """Whether one of the last two trits is F: no data pin of a PT2262 can be."""
    return code & 3 == _F or code >> 2 & 3 == _F


def _same_station(press: Press, code: int) -> bool:
    """Whether `press` is one, not a lone word, and `code` has its address."""
    return press.is_started and press.code >> _DATA_BITS == code >> _DATA_BITS


def _same_clock(t_us: int, other_us: int) -> bool:
    return 4 * abs(t_us - other_us) <= t_us


def _copy(press: Press) -> Press:
    code, words, t_us, start_us, end_us, other_words, is_further = _facts(press)
    return Press(code, words, t_us, start_us, end_us, other_words, is_further, press.quality)


def _facts(press: Press) -> "tuple[int, int, int, int, int, int, bool]":
    facts = (press.code, press.words, press.t_us, press.start_us, press.end_us, press.other_words)
    return facts + (press.is_further,)
