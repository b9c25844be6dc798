"""Whether the air can still carry a word: edge rate and mark share by the second, against what is normal here.

Decides when the ear is blind (jammed, or its radio module dead) and when it hears again; knows nothing of words but that
some were heard. Sums and longest durations are found as edges are kept (`edge_loops`).
What can be told from durations and what cannot, with the measurements behind every limit: protocol/spec/air.md, "Supervision".
"""

from wardbell_protocol.air.ear import Ear, recounted
from wardbell_protocol.air.edge_loops import LONGEST, LONGEST_SPACE, MARKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.portion import Portion

CARRIER = "carrier"  # somebody sends without a pause
KEYING = "keying"  # noise or keying that leaves no room for a word
SILENT = "silent"  # not one edge where there always was noise: the module is dead, or pinned by a carrier

WINDOW_US = 1000000
RAISE_AT = 7  # bad seconds, less good ones since
CLEAR_AT = 2

_CARRIER_PERCENT = 95
# A slicer with a squelch gives next to nothing while nobody sends: a quarter of the time on beyond that, and no word.
_BUSY_PERCENT = 25
# An averaging slicer cuts its own noise in half: thousands of edges, and never a long one.
_NOISE_EDGES = 2500
_NOISE_PERCENT = (40, 60)
_NOISE_LONGEST_US = 800
_FLAT_SHARE = 200  # of the normal edges: fewer than one in that many are none
# Impulses and mains bursts also take edges away, but leave spaces of 4 ms and more, or marks and spaces out of balance.
_DROWNED_US = 3500
_BALANCED_PERCENT = (47, 57)
_BALANCED_US = 14000
# Others may send as much as they like, if the air is as usual for two words of ours at a time.
_ROOM_US = 100000
_PART_US = 20000
_N_LEARN = 5  # seconds until the first idea of what is normal
_CREEP = 64  # what is normal follows by one part in that many a second
_STRANGERS = (
    15  # frames a second, none of them ours: 40 % of the time, and two words or a copy of ours seldom find room
)
_LONGEST_US = (1 << 29) - 1


class AirChanged:
    """The ear has become blind for `reason`, or hears again (empty)."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AirChanged) and self.reason == other.reason

    def __hash__(self) -> int:
        return hash(self.reason)

    def __repr__(self) -> str:
        return "AirChanged(%r)" % self.reason


class AirWatch:
    """Durations and the number of words heard in, changes of blindness out. Times are µs, counted as the portions' are.

    Args:
        normal: what to `recall`, if anything.
        ear: shared with others, else it has its own.

    `reason`: why the ear is blind, else empty; `edges`, `percent`: edges a second and share of marks in the last window;
    `normal_edges`: what is usual here, 0 before it is known.
    """

    def __init__(self, normal: "tuple[int, int] | None" = None, ear: "Ear | None" = None) -> None:
        self._ear = ear or Ear()
        self._is_own = ear is None
        self.reason = ""
        self.edges = 0
        self.percent = 0
        self.normal_edges = self._normal_us = self._normal_percent = 0
        self._is_known = False
        self._learnt: list[tuple[int, int, int]] = []
        self._score = 0
        self._n_words = 0
        self._n_frames = 0
        self._has_heard = False
        self._end_us = 0  # end of the newest duration
        self._is_on = False  # the carrier since then
        self._counted_us = 0  # up to where it has been counted
        self._since_us = 0  # where the window begins
        self._n_edges = 0
        self._mark_us = 0
        self._longest_us = 0
        self._space_us = 0  # the longest one
        self._part_since_us = 0  # the air in parts of about `_PART_US`:
        self._part_edges = 0
        self._nothing: list[AirChanged] = []
        self._usual_us = 0  # how long each has been as usual
        self._usual_most_us = 0
        self._ear.tell_times(self)
        if normal is not None:
            self.recall(normal)

    def recall(self, normal: "tuple[int, int]") -> None:
        """Take what `normal` was in an earlier life of this receiver."""
        self.normal_edges, self._normal_us = normal
        self._is_known = True

    def renew(self, later_us: int) -> None:
        """Times are counted from so much later on."""
        self._end_us = recounted(self._end_us, later_us)
        self._counted_us = recounted(self._counted_us, later_us)
        self._since_us = recounted(self._since_us, later_us)
        self._part_since_us = recounted(self._part_since_us, later_us)

    @property
    def normal(self) -> "tuple[int, int] | None":
        """Edges a second and the longest duration in µs that are normal here, where that is noise; worth keeping."""
        return (self.normal_edges, self._normal_us) if self._is_averaging else None

    def receive(self, portion: "Portion") -> None:
        """Take the next durations."""
        if self._is_own:
            self._ear.receive(portion)
        n, end_us = portion.n, portion.end_us
        if n == 0:
            return
        if not self._has_heard:
            self._take_sums()  # what was before is not known
            self._mark_us = self._longest_us = self._space_us = 0
        else:
            if self._is_on and self._counted_us > self._end_us:
                self._mark_us -= self._counted_us - self._end_us
            self._n_edges += n
            self._part_edges += n
            if end_us - self._part_since_us >= _PART_US:
                self._end_part(end_us)
        self._has_heard = True
        self._end_us = end_us
        self._is_on = portion.durations[n - 1] & 1 == 0

    def poll(self, now_us: int, n_words: int, n_frames: int = 0) -> "list[AirChanged]":
        """Judge the window if it is over. Since the start: `n_words`, words and true frames; `n_frames`, all frames read."""
        was = self.reason
        if now_us - self._since_us >= WINDOW_US:
            self._judge_window(now_us, n_words, n_frames)
        if self.reason != was:
            return [AirChanged(self.reason)]
        if self._nothing:  # somebody has put his own into it, so it is his now
            self._nothing = []
        return self._nothing  # asked for each portion: no list each time

    def _judge_window(self, now_us: int, n_words: int, n_frames: int) -> None:
        length_us = now_us - self._since_us
        self._take_sums()
        self._count_running(now_us)
        is_heard = n_words != self._n_words
        self._n_words = n_words
        length_ms = length_us // 1000
        is_flooded = (n_frames - self._n_frames) * 1000 >= _STRANGERS * length_ms
        self._n_frames = n_frames
        self.edges = self._n_edges * 1000 // length_ms
        self.percent = min(100, self._mark_us // (10 * length_ms))
        reason = "" if is_heard else self._judge() or (KEYING if is_flooded else "")
        n_windows = length_us // WINDOW_US
        self._weigh(reason, n_windows)
        if is_heard and self.reason == SILENT:
            self._forget()  # the module lives, so this is another one, and what was normal is not
        elif not is_heard and not reason:
            if self._is_known:
                self._follow(n_windows)
            else:
                self._learn(n_windows)
        if self._score >= RAISE_AT:
            self.reason = reason or self.reason
        elif self._score <= CLEAR_AT:
            self.reason = ""
        self._since_us = now_us
        self._n_edges = self._mark_us = self._longest_us = self._space_us = self._usual_most_us = 0

    def next_deadline_us(self) -> "int | None":
        """When the window ends; None while there is nothing to wait for but durations."""
        if self._is_on or self._score or self._n_edges or self._is_averaging:
            return self._since_us + WINDOW_US
        return None

    @property
    def _is_averaging(self) -> bool:
        return self._is_known and self.normal_edges >= _NOISE_EDGES

    def _take_sums(self) -> None:
        state = self._ear.edges.state
        self._mark_us = max(0, self._mark_us + state[MARKS])
        self._longest_us = max(self._longest_us, state[LONGEST])
        self._space_us = max(self._space_us, state[LONGEST_SPACE])
        state[MARKS] = state[LONGEST] = state[LONGEST_SPACE] = 0

    def _count_running(self, now_us: int) -> None:
        """Count the duration that has not ended yet up to now."""
        if not self._has_heard:
            return
        if self._is_on:
            self._mark_us += now_us - max(self._counted_us, self._end_us)
        self._counted_us = now_us
        running_us = min(now_us - self._end_us, _LONGEST_US)
        if self._is_on:
            self._longest_us = max(self._longest_us, running_us)
        else:
            self._space_us = max(self._space_us, running_us)
        self._longest_us = max(self._longest_us, self._space_us)

    def _end_part(self, end_us: int) -> None:
        part_us = end_us - self._part_since_us
        if self._is_usual(self._part_edges * 1000 // (part_us // 1000)):
            self._usual_us += part_us
            self._usual_most_us = max(self._usual_most_us, self._usual_us)
        else:
            self._usual_us = 0
        self._part_since_us = end_us
        self._part_edges = 0

    def _is_usual(self, edges: int) -> bool:
        return self.normal_edges <= 2 * edges and edges <= 2 * self.normal_edges

    def _judge(self) -> str:
        """What kept words out in this window; empty where one could have been heard."""
        if self.percent >= _CARRIER_PERCENT:
            return CARRIER
        if self._is_averaging:
            return self._judge_averaging()
        if self.percent < self._normal_percent + _BUSY_PERCENT or self._is_noise() or self._space_us >= _ROOM_US:
            return ""
        return KEYING if self._is_known or self._is_drowned() else ""

    def _judge_averaging(self) -> str:
        if self.edges * _FLAT_SHARE < self.normal_edges:
            return CARRIER if self.percent >= 50 else SILENT
        if 10 * self._longest_us < 6 * self._normal_us:
            return KEYING  # noise has longer ones
        is_usual = self._is_usual(self.edges) or self._usual_most_us >= _ROOM_US
        return "" if is_usual or not self._is_drowned() else KEYING

    def _is_drowned(self) -> bool:
        if self._longest_us < _DROWNED_US:
            return True
        return self._longest_us < _BALANCED_US and _BALANCED_PERCENT[0] <= self.percent <= _BALANCED_PERCENT[1]

    def _is_noise(self) -> bool:
        """Whether this looks as an averaging slicer does while nobody sends."""
        is_cut_in_half = _NOISE_PERCENT[0] <= self.percent <= _NOISE_PERCENT[1]
        return self.edges >= _NOISE_EDGES and is_cut_in_half and self._longest_us >= _NOISE_LONGEST_US

    def _weigh(self, reason: str, n_windows: int) -> None:
        step = n_windows if reason else -n_windows
        self._score = max(0, min(RAISE_AT, self._score + step))

    def _follow(self, n_windows: int) -> None:
        self.normal_edges += _towards(self.normal_edges, self.edges, n_windows)
        self._normal_us += _towards(self._normal_us, self._longest_us, n_windows)
        self._normal_percent += _towards(self._normal_percent, self.percent, n_windows)

    def _learn(self, n_windows: int) -> None:
        self._learnt += [(self.edges, self._longest_us, self.percent)] * min(n_windows, _N_LEARN)
        if len(self._learnt) >= _N_LEARN:
            middle = [sorted([second[at] for second in self._learnt])[len(self._learnt) // 2] for at in range(3)]
            self.normal_edges, self._normal_us, self._normal_percent = middle
            self._is_known = True
            self._learnt = []

    def _forget(self) -> None:
        self._is_known = False
        self.normal_edges = self._normal_us = self._normal_percent = self._score = 0


def _towards(normal: int, seen: int, n_steps: int) -> int:
    """Steps of what is normal towards what is seen: the same however far off, so that no outlier moves it."""
    step = (normal // _CREEP + 1) * n_steps
    return max(-step, min(step, seen - normal))
