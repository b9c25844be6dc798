"""What the receiver says of its own ear: to the display, to the host, and to its store.

The judgement is `wardbell_protocol.air.air_watch`'s; here it gets words, a message and a file.
"""

import json

from wardbell_firmware.receiver import text
from wardbell_protocol.air.air_watch import CARRIER, KEYING, SILENT, WINDOW_US, AirWatch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.portion import Portion

AIR_FILE = "air.json"
_LATE_MS = 400  # a press that is coming in is heard first: to judge the air takes 2 ms

TROUBLES = {
    CARRIER: text.RADIO_BLIND + ": carrier",
    KEYING: text.RADIO_BLIND + ": noise",
    SILENT: text.RADIO_BLIND + ": silence",
}


class RadioHealth:
    """Durations in; `trouble` and messages for the host out."""

    def __init__(self, ear: "Ear") -> None:
        self._ear = ear
        self._watch = AirWatch(None, ear)
        self._kept: tuple[int, int] | None = None
        self._must_tell = False
        self._due_ms = WINDOW_US // 1000

    @property
    def trouble(self) -> str:
        """What to show; empty while the ear hears."""
        return TROUBLES.get(self._watch.reason, "")

    def load(self, data: "bytes | None") -> bool:
        """Take what was normal here before the restart; False if it is not a file of ours."""
        if data is None:
            return True
        try:
            content = json.loads(data.decode())
        except ValueError:
            return False
        if content is None:
            return True
        is_good = isinstance(content, list) and len(content) == 2 and all(type(x) is int and x > 0 for x in content)
        if is_good:
            self._kept = (content[0], content[1])
            self._watch.recall(self._kept)
        return is_good

    def receive(self, portion: "Portion") -> None:
        """Take the next durations, which the ear has taken."""
        self._watch.receive(portion)

    def is_due(self, now_ms: int, hears_press: bool) -> bool:
        """Whether `poll` has something to judge."""
        return now_ms >= self._due_ms + (_LATE_MS if hears_press else 0)

    def poll(self, now_ms: int, n_words: int, n_frames: int = 0) -> bool:
        """Judge what is due; `n_words` counts what was heard, `n_frames` all frames read. True if the display is to change."""
        self._due_ms = now_ms + WINDOW_US // 1000
        is_changed = bool(self._watch.poll(self._ear.us(now_ms), n_words, n_frames))
        self._must_tell = self._must_tell or is_changed
        return is_changed

    def tell(self) -> None:
        """The host is to be told at the next occasion: it is new, or it is time."""
        self._must_tell = True

    def take_message(self, now_ms: int) -> "dict[str, object] | None":
        """What the host is to be told now, if anything."""
        if not self._must_tell:
            return None
        self._must_tell = False
        watch = self._watch
        message: dict[str, object] = {"t": "air", "blind": watch.reason, "edges": watch.edges, "marks": watch.percent}
        message["normal"] = watch.normal_edges
        message["at"] = now_ms
        return message

    def take_file(self) -> "bytes | None":
        """What to keep over a restart, where it has changed by a quarter; `null` where there is no noise any more."""
        normal, kept = self._watch.normal, self._kept
        if normal is None and kept is None:
            return None
        if normal is not None and kept is not None and 4 * abs(normal[0] - kept[0]) < kept[0]:
            return None
        self._kept = normal
        return json.dumps(normal).encode()

    def next_deadline_ms(self, hears_press: bool) -> "int | None":
        """When `poll` next has something to do."""
        at_us = self._watch.next_deadline_us()
        return None if at_us is None else self._ear.ms(at_us + 999) + (_LATE_MS if hears_press else 0)
