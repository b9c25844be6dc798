"""Display and sounder of the receiver: whose turn it is, what is said of it, what is played.

Knows the open calls and what is not well; why they are so is the desk's business.
"""

from wardbell_firmware.receiver import text
from wardbell_firmware.receiver.tones import tone_at
from wardbell_firmware.receiver.turns import Turns
from wardbell_protocol.calls.call import PLACED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

NOTICE_MS = 2000
_WAIT_STEP_MS = 1000  # how often the shown waiting time is brought up to date


class Annunciator:
    """Open calls in; `lines` and `tone_hz` out."""

    def __init__(self) -> None:
        self.lines = ("", "")
        self.tone_hz = 0
        self.is_frozen = False  # while the key is down the turn is not passed on
        self._turns = Turns()
        self._notice = ""
        self._noticed = ""  # id of the call it is said of
        self._notice_until_ms = 0
        self._ringing = ""  # kind whose pattern plays
        self._rings_since_ms = 0
        self._tone_until_ms: int | None = None
        self._redraw_at_ms: int | None = 0

    @property
    def shown(self) -> "Call | None":
        """The call on the display."""
        return self._turns.shown

    @property
    def first_unanswered(self) -> "Call | None":
        """The most urgent call that still rings."""
        for call in self._turns.calls:
            if call.status == PLACED:
                return call
        return None

    @property
    def answerable(self) -> "Call | None":
        """What a short press of the key answers: the call on the display, else the most urgent that still rings."""
        shown = self._turns.shown
        return shown if shown is not None and shown.status == PLACED else self.first_unanswered

    def update(self, calls: "list[Call]", now_ms: int) -> None:
        """Take the open calls as they are now."""
        self._turns.update(calls, now_ms)
        shown = self._turns.shown
        if shown is None or shown.call_id != self._noticed:
            self._notice = ""  # it was said of a call that is no longer shown
        self._redraw_at_ms = now_ms

    def redraw(self, now_ms: int) -> None:
        """What is not well may have changed."""
        self._redraw_at_ms = now_ms

    def begins_to_ring(self, call: "Call", now_ms: int) -> None:
        """A call was placed or rings again: the pattern begins anew, and an urgent one is shown at once."""
        if call.status == PLACED:
            self._ringing = ""
            self._notice = ""
            self._turns.announce(call, now_ms)

    def show(self, call: "Call", now_ms: int, notice: str = "") -> None:
        """Give a call a turn from now on, with an answer to a key in its second line."""
        self._turns.show(call.call_id, now_ms)
        self._notice = notice
        self._noticed = call.call_id
        self._notice_until_ms = now_ms + NOTICE_MS
        self._redraw_at_ms = now_ms

    def poll(self, trouble: str, now_ms: int) -> None:
        """Settle what is shown and sounded; `trouble` says what is not well."""
        if self._notice and now_ms >= self._notice_until_ms:
            self._notice = ""
            self._redraw_at_ms = now_ms
        if not self._is_held_up and self._turns.poll(now_ms):
            self._redraw_at_ms = now_ms
        if self._redraw_at_ms is not None and now_ms >= self._redraw_at_ms:
            self._draw(trouble, now_ms)
        self._sound(now_ms)

    def next_deadline_ms(self) -> "int | None":
        """When `poll` next has something to do."""
        turn_ms = None if self._is_held_up else self._turns.next_deadline_ms()
        known = [at_ms for at_ms in (self._redraw_at_ms, self._tone_until_ms, turn_ms) if at_ms is not None]
        return min(known) if known else None

    @property
    def _is_held_up(self) -> bool:
        return self.is_frozen or bool(self._notice)

    def _draw(self, trouble: str, now_ms: int) -> None:
        call = self._turns.shown
        if call is None:
            self.lines = text.idle_lines(trouble)
            self._redraw_at_ms = None
            return
        index, n = self._turns.index + 1, len(self._turns.calls)
        if self._notice:
            self.lines = text.notice_lines(call, index, n, self._notice)
            self._redraw_at_ms = self._notice_until_ms
            return
        self.lines = text.call_lines(call, index, n, now_ms - self._turns.oldest_ms())
        self._redraw_at_ms = now_ms + _WAIT_STEP_MS

    def _sound(self, now_ms: int) -> None:
        ringing = self.first_unanswered
        if ringing is None:
            self._ringing, self.tone_hz, self._tone_until_ms = "", 0, None
            return
        if ringing.kind != self._ringing:
            self._ringing = ringing.kind
            self._rings_since_ms = now_ms
        self.tone_hz, left_ms = tone_at(self._ringing, now_ms - self._rings_since_ms)
        self._tone_until_ms = now_ms + left_ms
