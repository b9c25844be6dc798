"""The installer's survey on the receiver's own display: walk, press, read how well it came in. No host is needed.

Nothing else stops while it is on: a press still calls and rings, the keys do what they always do, and the display is the
calls' again some seconds after each press, and at once where another place calls.
"""

from wardbell_firmware.receiver.shorten import place_words, shorten_place
from wardbell_firmware.receiver.text import COLUMNS, ends
from wardbell_protocol.air.margin import margin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.station import Station

PATIENCE_MS = 900000  # without a press, it is over
SHOWN_MS = 6000

_HOW = ("Survey: press", "the buttons")


class Survey:
    """Presses in; `page` out while `has_page`."""

    def __init__(self) -> None:
        self.is_on = False
        self.has_page = False  # `page` is to be shown now
        self.place = ""  # of the press that it tells
        self._named = ("", "")  # room and bed as the display can show them
        self._quality = 0
        self._how_well = ""
        self._shown_until_ms = 0
        self._until_ms = 0

    def toggle(self, now_ms: int) -> None:
        """Begin, or end."""
        self.is_on = not self.is_on
        self.place = ""
        self._say("", now_ms)

    def give_way(self) -> None:
        """A key was pressed: until the next press the display is the calls'."""
        self.has_page = False
        self._shown_until_ms = 0

    def heard(self, at: "Station", is_frame: bool, n: int, quality: int, now_ms: int) -> None:
        """A press, at its beginning and at its end: `n` words or copies of its frame, 0..100 how well."""
        if self.is_on:
            self.place = at.place
            self._named = place_words(at.room, at.bed, at.station_id)
            self._quality = quality
            self._say("%s x%d" % (margin(quality, is_frame), n), now_ms)

    def page(self, count: str, wait: str) -> "tuple[str, str]":
        """What is to be shown; the right ends are the open calls', as everywhere."""
        if not self._how_well:
            return ends(_HOW[0], count), ends(_HOW[1], wait)
        left = COLUMNS - len(count) - 1 if count else COLUMNS
        place = shorten_place(self._named[0], self._named[1], left - 4)
        return ends("%s %3d" % (place, self._quality), count), ends(self._how_well, wait)

    def poll(self, now_ms: int) -> None:
        """The page has been read, or the survey was forgotten."""
        self.is_on = self.is_on and now_ms < self._until_ms
        self.has_page = self.is_on and now_ms < self._shown_until_ms

    def next_deadline_ms(self) -> "int | None":
        """When `poll` has something to do."""
        if not self.is_on:
            return None
        return self._shown_until_ms if self.has_page else self._until_ms

    def _say(self, how_well: str, now_ms: int) -> None:
        self._how_well = how_well
        self.has_page = self.is_on
        self._shown_until_ms = now_ms + SHOWN_MS
        self._until_ms = now_ms + PATIENCE_MS
