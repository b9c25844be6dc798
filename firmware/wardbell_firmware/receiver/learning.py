"""Enrolment without a host: learn a button by pressing it, or forget one. How: firmware/README.md, *Learning a button*.

Nothing else stops while it is on: whatever begins to ring ends it.
"""

from wardbell_firmware.drivers.glyphs import BROWSED, CHECK
from wardbell_firmware.receiver.keys_at_desk import ACK, BROWSE, CLEAR, LEARN, MUTE
from wardbell_firmware.receiver.local_stations import NODE, LocalStations
from wardbell_firmware.receiver.text import COLUMNS, FLASH_FULL, KIND_WORDS
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.signals import (
    BATHROOM,
    EMERGENCY,
    HEARTBEAT,
    LOW_BATTERY,
    NORMAL,
    SIGNAL_BY_DATA,
    STAFF_ASSIST,
    TEST,
)

PATIENCE_MS = 60000  # without a key or a press, nothing is learnt
SAID_MS = 3000

_DIGITS = "0123456789" + CHECK  # what a place is made of; the last ends it
_LENGTHS = {"room": 4, "bed": 2}
MEANINGS = (NORMAL, BATHROOM, EMERGENCY, STAFF_ASSIST, NODE)
_BY_THEMSELVES = (HEARTBEAT, LOW_BATTERY, TEST)  # nobody has pressed anything

_LISTEN, _AGAIN, _ROOM, _BED, _MEANING, _KEEP, _SAID, _LIST = (
    "listen",
    "again",
    "room",
    "bed",
    "meaning",
    "keep",
    "said",
    "list",
)


class Learning:
    """Codes heard and keys in; `lines` out, and the stations changed."""

    def __init__(self, stations: LocalStations) -> None:
        self.is_on = False
        self.lines = ("", "")
        self.n_changes = 0  # of the stations, since start
        self.is_flash_full = False  # then nothing is kept
        self._stations = stations
        self._step = _LISTEN
        self._code = 0
        self._place = {"room": "", "bed": ""}
        self._at = 0  # of the choices of this step
        self._said = ("", "")
        self._until_ms = 0
        self._redraw_at_ms = 0

    def begin(self, now_ms: int) -> None:
        """Listen for a button."""
        self.is_on = True
        self._go(_LIST if self._stations.is_full else _LISTEN, now_ms)

    def end(self) -> None:
        """Something has begun to ring, or it is over."""
        self.is_on = False

    def hear(self, code: int, now_ms: int) -> None:
        """A button was pressed that nobody has enrolled."""
        word = CodeWord(code)
        if not self.is_on or SIGNAL_BY_DATA.get(word.trits[8:]) in _BY_THEMSELVES:
            return
        if self._step == _AGAIN and code == self._code:
            self._place = {"room": "", "bed": ""}
            self._go(_ROOM, now_ms)
        elif self._step in (_LISTEN, _AGAIN):
            self._code = code
            self._go(_AGAIN, now_ms)

    def hear_keyed(self, now_ms: int) -> None:
        """A node with a key was heard that nobody has enrolled: only a host can give it to us."""
        if self.is_on and self._step in (_LISTEN, _AGAIN):
            self._say(("It has a key:", "use the host"), now_ms)

    def press(self, key: str, now_ms: int) -> None:
        """One of the keys, as DeskKeys means it."""
        if key == MUTE:
            self.end()
        elif key == LEARN:
            self.begin(now_ms)
        elif self._step in (_ROOM, _BED):
            self._spell(key, now_ms)
        elif self._step == _MEANING:
            self._choose(key, now_ms)
        elif self._step == _KEEP and key == ACK:
            self._stations.learn(self._code, self._place["room"], self._place["bed"], MEANINGS[self._at])
            self.n_changes += 1
            self._say((self._words(), f"Learnt {CHECK}"), now_ms)
        elif self._step == _KEEP and key == BROWSE:
            self._place = {"room": "", "bed": ""}
            self._go(_ROOM, now_ms)
        elif self._step in (_LISTEN, _LIST) and key == BROWSE and self._stations.stations:
            self._go(_LIST, now_ms, 0 if self._step == _LISTEN else (self._at + 1) % len(self._stations.stations))
        elif self._step == _LIST and key == CLEAR:
            station = self._stations.stations[self._at]
            self._stations.forget(station.station_id)
            self.n_changes += 1
            self._say((station.place, f"Forgotten {CHECK}"), now_ms)

    def poll(self, now_ms: int) -> None:
        """What takes too long is given up; else settle what is shown."""
        if self.is_on and now_ms >= self._until_ms:
            self.end()
        if self.is_on:
            self.lines = self._page(now_ms)
            self._redraw_at_ms = now_ms + 1000

    def next_deadline_ms(self) -> "int | None":
        """When `poll` has something to do."""
        return min(self._until_ms, self._redraw_at_ms) if self.is_on else None

    def _page(self, now_ms: int) -> "tuple[str, str]":
        left = f"{max(0, self._until_ms - now_ms) // 1000}s"
        if self._step == _SAID:
            if self._said[1].endswith(CHECK) and (self.is_flash_full or not self._stations.is_saved):
                return self._said[0], FLASH_FULL if self.is_flash_full else "Keeping ..."
            return self._said
        if self._step == _LISTEN:
            n = len(self._stations.stations)
            return "Press the button", _ends(f"{BROWSED} {n} learnt" if n else "to be learnt", left)
        if self._step == _AGAIN:
            return "Press it again", _ends(CodeWord(self._code).hex, left)
        if self._step == _LIST:
            stations = self._stations.stations
            return _ends(stations[self._at].place, f"{self._at + 1}/{len(stations)}"), "Hold ack: forget"
        if self._step == _KEEP:
            return self._words(), "ack:keep mute:no"
        if self._step == _MEANING:
            return self._words(), BROWSED + "change  ack:ok"
        name = "Room" if self._step == _ROOM else "Bed"
        return f"{name}: {self._place[self._step]}[{_DIGITS[self._at]}]", BROWSED + "change  ack:ok"

    def _words(self) -> str:
        room, bed = self._place["room"], self._place["bed"]
        meaning = MEANINGS[self._at]
        return _ends(f"{room}-{bed}" if bed else room, NODE if meaning == NODE else KIND_WORDS[meaning][0])

    def _spell(self, key: str, now_ms: int) -> None:
        text = self._place[self._step]
        if key == BROWSE:
            self._go(self._step, now_ms, (self._at + 1) % len(_DIGITS))
            if _DIGITS[self._at] == CHECK and self._step == _ROOM and not text:
                self._at = 0  # a place has a room
        elif key == ACK:
            is_over = _DIGITS[self._at] == CHECK
            if not is_over:
                self._place[self._step] = text + _DIGITS[self._at]
                is_over = len(text) + 1 == _LENGTHS[self._step]
            if not is_over:
                self._go(self._step, now_ms, self._at)
            elif self._step == _ROOM:
                self._go(_BED, now_ms)
            else:
                is_node = CodeWord(self._code).trits[8:] in SIGNAL_BY_DATA
                self._go(_MEANING, now_ms, MEANINGS.index(NODE) if is_node else 0)

    def _choose(self, key: str, now_ms: int) -> None:
        if key == BROWSE:
            self._go(_MEANING, now_ms, (self._at + 1) % len(MEANINGS))
        elif key == ACK:
            self._go(_KEEP, now_ms, self._at)

    def _go(self, step: str, now_ms: int, at: int = 0) -> None:
        self._step, self._at = step, at
        self._until_ms = now_ms + PATIENCE_MS

    def _say(self, lines: "tuple[str, str]", now_ms: int) -> None:
        self._step, self._said = _SAID, lines
        self._until_ms = now_ms + SAID_MS


def _ends(left: str, right: str) -> str:
    return left + " " * max(1, COLUMNS - len(left) - len(right)) + right
