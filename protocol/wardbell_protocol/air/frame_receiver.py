"""Authenticated frames to presses: a press counts once, its copies are counted on it, everything else is refused.

Decides which true frames are news. Refuses to know what an event means. Rules and numbers: protocol/spec/air.md,
"Authenticated frame".
"""

from wardbell_protocol.air.ear import recounted
from wardbell_protocol.air.frame import COUNTER_MAX, FRAME_US, frame_of, node_id_of
from wardbell_protocol.air.frame_combiner import MOST_TURNED, FrameCombiner, corrected, is_of_known, is_same_tag, n_ones
from wardbell_protocol.air.frame_press import FrameEnded, FramePress, FramesRefused, FrameStarted
from wardbell_protocol.air.frame_slicer import QUALITY_MIN, FrameSlicer, SlicedFrame
from wardbell_protocol.air.mac import check_key
from wardbell_protocol.errors import EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.portion import Portion

    FrameEvent = FrameStarted | FrameEnded | FramesRefused

SILENCE_US = 1200000  # after its last copy a press is over
SPREAD_US = 5000000  # so long after a press began its copies may still come; nodes send them within 4 s
ALARM_WINDOW_US = 60000000
ALARM_TIMES = 3

_STRONG_US = 50  # of every bit: so clean a frame is refused for what it says, not for how it was heard
_COPY_BITS = 10  # a weak copy of the press being heard may differ by so many
_TURNS_A_WINDOW = 100  # failed trials a minute with bits turned: bounds what a forger can try
_MAX_SUSPECTS = 16  # and as many more as nodes of ours are suspect


class _Heard:
    """A press whose copies may still come; `is_over` once its end has been said."""

    def __init__(self, raw: bytes, press: FramePress) -> None:
        self.raw = raw
        self.press = press
        self.is_over = False


class _Suspect:
    """Refusals of one kind for one node, none a minute after the one before."""

    def __init__(self) -> None:
        self.times_us: list[int] = []  # of the newest
        self.times = 0
        self.told_us = -ALARM_WINDOW_US

    def renew(self, later_us: int) -> None:
        """Times are counted from so much later on."""
        self.times_us = [recounted(time_us, later_us) for time_us in self.times_us]
        self.told_us = recounted(self.told_us, later_us)


class FrameReceiver:
    """Durations in, proven presses out. Times are µs, whole numbers, counted as the portions' are.

    `keys`: the enrolled nodes', 16 bytes by node id; EncodeError for one that cannot be. `rejects`: what was heard and
    was no press, by reason; `n_frames`: true frames heard, copies too; `n_read`: frames read to their end, whoever's;
    `answerable`: (node id, counter) of each true frame of a press that the last `receive` has heard, copies too: whom a
    receipt would serve.
    """

    def __init__(self, keys: "dict[int, bytes]", ear: "Ear | None" = None) -> None:
        self._slicer = FrameSlicer(ear=ear)
        self.rejects = self._slicer.rejects
        self.n_frames = 0
        self.n_read = 0
        self.answerable: list[tuple[int, int]] = []
        self._counters: dict[int, int] = {}
        self._loaded_us = -SPREAD_US
        self._heard: list[_Heard] = []
        self._nothing: list[FrameEvent] = []
        self._combiner = FrameCombiner()
        self._suspects: dict[tuple[int, str], _Suspect] = {}
        self._turns = 0
        self._turns_since_us = 0
        self.set_keys(keys)
        self._slicer.ear.tell_times(self)

    def renew(self, later_us: int) -> None:
        """Times are counted from so much later on."""
        self._loaded_us = recounted(self._loaded_us, later_us)
        self._turns_since_us = recounted(self._turns_since_us, later_us)
        for heard in self._heard:
            heard.press.start_us = recounted(heard.press.start_us, later_us)
            heard.press.end_us = recounted(heard.press.end_us, later_us)
        if self._suspects:  # to ask an empty one for its values costs heap
            for suspect in self._suspects.values():
                suspect.renew(later_us)
        self._combiner.renew(later_us)

    def set_keys(self, keys: "dict[int, bytes]") -> None:
        """Take the enrolled nodes' keys in place of those before; counters stay. They are kept as they are, not copied."""
        for key in keys.values():
            check_key(key)
        self._keys = keys

    def counters(self) -> "dict[int, int]":
        """Give the newest counter accepted from each node, to be stored: it must outlast a restart."""
        return dict(self._counters)

    def load_counters(self, counters: "dict[int, int]", now_us: int = 0) -> None:
        """Take stored counters, unless newer ones are known; copies of a press still being sent are no replays."""
        for node_id, counter in counters.items():
            if not isinstance(counter, int) or not 0 <= counter <= COUNTER_MAX:
                raise EncodeError("node %r: a counter is 0..%d; got %r" % (node_id, COUNTER_MAX, counter))
            self._counters[node_id] = max(counter, self._counters.get(node_id, 0))
        self._loaded_us = now_us

    def forget(self, node_id: int) -> None:
        """A node counts anew, for it has a new key: forget its counter and what is being heard of it."""
        self._counters.pop(node_id, None)
        self._heard = [heard for heard in self._heard if heard.press.node_id != node_id]

    def receive(self, portion: "Portion") -> "list[FrameEvent]":
        """Take the next durations."""
        if self.answerable:
            self.answerable = []
        frames = self._slicer.receive(portion)
        if not frames and not self._is_due(portion.end_us):
            return self._no_events()
        return self._hear_all(frames, portion.end_us)

    def _hear_all(self, frames: "list[SlicedFrame]", end_us: int) -> "list[FrameEvent]":
        events: list[FrameEvent] = []
        for frame in frames:
            events += self.hear(frame, end_us - frame.age_us)
        self._expire(end_us, events)
        return events

    def hear(self, frame: SlicedFrame, end_us: int) -> "list[FrameEvent]":
        """Take a frame that somebody else has sliced, whose last bit ended at `end_us`; oldest first."""
        events: list[FrameEvent] = []
        self._expire(end_us + frame.lag_us, events)
        self._hear(frame, end_us, events)
        return events

    def poll(self, now_us: int) -> "list[FrameEvent]":
        """Say what the passing of time decides."""
        if not self._is_due(now_us):
            return self._no_events()
        events: list[FrameEvent] = []
        self._expire(now_us, events)
        return events

    def next_deadline_us(self) -> "int | None":
        """When `poll` will have something to say; None while only durations can change anything."""
        if not self._heard:
            return None
        ends = [heard.press.end_us + SILENCE_US for heard in self._heard if not heard.is_over]
        return min(ends) if ends else None

    def _no_events(self) -> "list[FrameEvent]":
        if self._nothing:  # somebody has put his own into it, so it is his now
            self._nothing = []
        return self._nothing  # noise makes nothing that a collector must clear away

    def _hear(self, frame: SlicedFrame, end_us: int, events: "list[FrameEvent]") -> None:
        if frame.quality < QUALITY_MIN:
            return self._count("noise")
        self.n_read += 1
        raw = frame.raw
        is_strong = not frame.is_disturbed and min(map(abs, frame.soft)) >= _STRONG_US
        heard = self._copied(raw, 0 if is_strong else _COPY_BITS, end_us)
        if heard is not None and (is_strong or is_same_tag(heard.raw, frame.soft)):
            return self._add_copy(heard, frame.quality, end_us)
        if not is_strong:
            return self._combine(frame, end_us, events)
        if corrected(frame.soft, self._keys, 0) is None:
            node_id = node_id_of(raw)
            return self._refuse(node_id, "forged" if node_id in self._keys else "unknown", end_us, events)
        return self._take(raw, _press(raw, 1, end_us, end_us, frame.quality), events)

    def _combine(self, frame: SlicedFrame, end_us: int, events: "list[FrameEvent]") -> None:
        most = self._most_turned(end_us)
        true = corrected(frame.soft, self._keys, most)
        if true is not None:
            return self._take(true, _press(true, 1, end_us, end_us, frame.quality), events)
        self._failed(frame.soft, most)
        total = self._combiner.add(frame.soft, end_us)
        if total.copies > 1:
            true = corrected(total.soft, self._keys, most)
            if true is not None:
                self._combiner.forget(total)
                return self._take(true, _press(true, total.copies, total.start_us, end_us, frame.quality), events)
            self._failed(total.soft, most)
        return self._count("weak")

    def _failed(self, soft: list[int], most: int) -> None:
        """Nothing was opened: a try at a tag, unless it names strangers only, as all a neighbour ward's frames do."""
        if is_of_known(soft, self._keys, most):
            self._turns += 1

    def _most_turned(self, now_us: int) -> int:
        if now_us - self._turns_since_us >= ALARM_WINDOW_US:
            self._turns_since_us = now_us
            self._turns = 0
        return MOST_TURNED if self._turns < _TURNS_A_WINDOW else 0

    def _copied(self, raw: bytes, most: int, end_us: int) -> "_Heard | None":
        """Find the press that `raw` is a copy of, but for `most` bits, and whose copies may still come."""
        for heard in self._heard:
            if end_us - heard.press.start_us < SPREAD_US and _distance(heard.raw, raw) <= most:
                return heard
        return None

    def _add_copy(self, heard: _Heard, quality: int, end_us: int) -> None:
        self.n_frames += 1
        self.answerable.append((heard.press.node_id, heard.press.counter))
        if heard.is_over:
            return self._count("late")
        heard.press.copies += 1
        heard.press.end_us = end_us
        heard.press.quality = max(quality, heard.press.quality)
        return None

    def _take(self, raw: bytes, press: FramePress, events: "list[FrameEvent]") -> None:
        """Decide on a frame that its node has tagged, and that is no copy of what is being heard."""
        node_id, counter, end_us = press.node_id, press.counter, press.end_us
        heard = self._copied(raw, 0, end_us)
        if heard is not None:
            return self._add_copy(heard, press.quality, end_us)
        newest = self._counters.get(node_id, -1)
        if counter > newest:
            return self._start(raw, press, events)
        heard_now = [heard.raw for heard in self._heard if heard.press.node_id == node_id]
        if any(other != raw and frame_of(other).counter == counter for other in heard_now):
            return self._refuse(node_id, "reused", end_us, events)
        if counter == newest and end_us - self._loaded_us < SPREAD_US:
            return self._count("late")
        return self._refuse(node_id, "replayed", end_us, events)

    def _start(self, raw: bytes, press: FramePress, events: "list[FrameEvent]") -> None:
        self.n_frames += press.copies
        self.answerable.append((press.node_id, press.counter))
        self._counters[press.node_id] = press.counter
        for heard in self._heard:
            if heard.press.node_id == press.node_id and not heard.is_over:
                heard.is_over = True
                events.append(FrameEnded(heard.press))
        self._heard.append(_Heard(raw, press))
        events.append(FrameStarted(press.copy()))

    def _is_due(self, now_us: int) -> bool:
        for heard in self._heard:
            due_us = heard.press.start_us + SPREAD_US if heard.is_over else heard.press.end_us + SILENCE_US
            if now_us >= due_us:
                return True
        return False

    def _expire(self, now_us: int, events: "list[FrameEvent]") -> None:
        for heard in self._heard:
            if not heard.is_over and now_us - heard.press.end_us >= SILENCE_US:
                heard.is_over = True
                events.append(FrameEnded(heard.press))
        self._heard = [heard for heard in self._heard if not heard.is_over or now_us - heard.press.start_us < SPREAD_US]

    def _refuse(self, node_id: int, reason: str, now_us: int, events: "list[FrameEvent]") -> None:
        self._count(reason)
        suspect = self._suspect(node_id, reason, now_us)
        suspect.times += 1
        suspect.times_us = suspect.times_us[1 - ALARM_TIMES :] + [now_us]
        is_row = len(suspect.times_us) == ALARM_TIMES and now_us - suspect.times_us[0] < ALARM_WINDOW_US
        if is_row and now_us - suspect.told_us >= ALARM_WINDOW_US:
            suspect.told_us = now_us
            events.append(FramesRefused(node_id, reason, suspect.times))

    def _suspect(self, node_id: int, reason: str, now_us: int) -> _Suspect:
        suspect = self._suspects.get((node_id, reason))
        if suspect is not None and now_us - suspect.times_us[-1] < ALARM_WINDOW_US:
            return suspect
        if suspect is None and len(self._suspects) >= _MAX_SUSPECTS:
            self._forget_suspects(now_us)
        self._suspects[node_id, reason] = _Suspect()
        return self._suspects[node_id, reason]

    def _forget_suspects(self, now_us: int) -> None:
        """Make room; but strangers' frames push out no suspicion of a node of ours."""
        over = [kind for kind in self._suspects if now_us - self._suspects[kind].times_us[-1] >= ALARM_WINDOW_US]
        for kind in over:
            del self._suspects[kind]
        strangers = [kind for kind in self._suspects if kind[1] == "unknown"]
        if len(strangers) >= _MAX_SUSPECTS // 2:
            del self._suspects[min(strangers, key=lambda kind: self._suspects[kind].times_us[-1])]

    def _count(self, reason: str) -> None:
        self.rejects[reason] = self.rejects.get(reason, 0) + 1


def _press(raw: bytes, copies: int, first_end_us: int, end_us: int, quality: int) -> FramePress:
    frame = frame_of(raw)
    start_us = first_end_us - FRAME_US
    return FramePress(frame.node_id, frame.counter, frame.event, frame.battery, copies, start_us, end_us, quality)


def _distance(raw: bytes, other: bytes) -> int:
    """Count the bits in which both differ."""
    return sum([n_ones(raw[at] ^ other[at]) for at in range(len(raw))])
