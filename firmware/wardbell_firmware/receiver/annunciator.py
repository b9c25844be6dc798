"""The display of the receiver, and who rings: whose turn it is and what is said of it.

Knows the open calls and what is not well; why they are so is the desk's business.
"""

from wardbell_firmware.drivers.glyphs import BROWSED, MUTED, WARNING
from wardbell_firmware.receiver import text
from wardbell_firmware.receiver.sounder import Sounder
from wardbell_firmware.receiver.turns import Turns
from wardbell_protocol.calls.call import PLACED
from wardbell_protocol.calls.signals import FAULT
from wardbell_protocol.link.receiver_faults import RADIO_BLIND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

NOTICE_MS = 2000
ROLL_MS = 2000  # a long text's lines move on
_WAIT_STEP_MS = 1000  # how often the shown waiting time is brought up to date


class Annunciator:
    """Open calls in; `lines` and `tone_hz` out."""

    def __init__(self) -> None:
        self.lines = ("", "")
        self.is_frozen = False  # while the key is down the turn is not passed on
        self._turns = Turns()
        self._sounder = Sounder()
        self._held = ""  # what holding the key does
        self._notice = ""
        self._noticed = ""  # id of the call it is said of
        self._notice_until_ms = 0
        self._trouble = ""
        self._redraw_at_ms: int | None = 0

    @property
    def tone_hz(self) -> int:
        """What the sounder is to play; 0 = silence."""
        return self._sounder.tone_hz

    @property
    def shown(self) -> "Call | None":
        """The call on the display."""
        return self._turns.shown

    @property
    def n_calls(self) -> int:
        """How many calls are open, faults not counted."""
        return self._turns.n_calls

    @property
    def n_faults(self) -> int:
        """How many faults are open."""
        return self._turns.n_faults

    @property
    def first_unanswered(self) -> "Call | None":
        """The most urgent call that still rings."""
        for call in self._turns.calls:
            if call.status == PLACED:
                return call
        return None

    def rings_elsewhere(self, place: str) -> bool:
        """Whether anything but faults rings at another place."""
        calls = self._turns.calls
        return any(call.status == PLACED and call.kind != FAULT and call.place != place for call in calls)

    def call_at(self, place: str) -> "Call | None":
        """The call of that place that the keys had better mean: one that rings, else any; no fault."""
        calls = [call for call in self._turns.calls if call.place == place and call.kind != FAULT]
        ringing = [call for call in calls if call.status == PLACED] or calls
        return ringing[0] if ringing else None

    @property
    def answerable(self) -> "Call | None":
        """What a short press of the key answers: the call on the display, else the most urgent that still rings."""
        shown = self._turns.shown
        return shown if shown is not None and shown.status == PLACED else self.first_unanswered

    def open_words(self, now_ms: int) -> "tuple[str, str]":
        """For the right ends of another page's lines: how many calls are open and how long the oldest waits; empty if none."""
        turns = self._turns
        if not turns.n_calls:
            return "", ""
        return text.count_words(turns.place, turns.n_calls, True), text.wait_word(now_ms - turns.oldest_ms())

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
        """A call was placed or rings again: the pattern begins anew, is heard at once, and an urgent one is shown at once."""
        if call.status == PLACED:
            self._sounder.begin()
            self._sounder.poll(self.first_unanswered, now_ms)
            self._notice = ""
            self._turns.announce(call, now_ms)

    def show(self, call: "Call", now_ms: int, notice: str = "") -> None:
        """Give a call a turn from now on, with an answer to a key in its second line."""
        self._turns.show(call.call_id, now_ms)
        self._notice = notice
        self._noticed = call.call_id
        self._notice_until_ms = now_ms + NOTICE_MS
        self._redraw_at_ms = now_ms

    def hold(self, words: str, now_ms: int) -> None:
        """The key is held, and holding it does that; no words: it is not."""
        if words != self._held:
            self._held = words
            self._redraw_at_ms = now_ms

    def browse(self, now_ms: int) -> None:
        """The browse key: the next page."""
        self._notice = ""
        self._turns.browse(now_ms)
        self._redraw_at_ms = now_ms

    def press_mute(self, now_ms: int) -> None:
        """The mute key; what may not be muted is shown, and that it is not."""
        ringing = self.first_unanswered
        if ringing is not None and not self._sounder.press_mute(ringing, now_ms):
            self.show(ringing, now_ms, text.NEVER_MUTED)
        self._redraw_at_ms = now_ms

    def poll(self, trouble: str, now_ms: int) -> None:
        """Settle what is shown and sounded; `trouble` says what is not well."""
        if self._notice and now_ms >= self._notice_until_ms:
            self._notice = ""
            self._redraw_at_ms = now_ms
        if not self._is_held_up and self._turns.poll(now_ms):
            self._redraw_at_ms = now_ms
        self._sounder.poll(self.first_unanswered, now_ms)
        if trouble != self._trouble:
            self._trouble = trouble
            self._redraw_at_ms = now_ms
        if self._redraw_at_ms is not None and now_ms >= self._redraw_at_ms:
            self._draw(trouble, now_ms)

    def next_deadline_ms(self) -> "int | None":
        """When `poll` next has something to do."""
        turn_ms = None if self._is_held_up else self._turns.next_deadline_ms()
        notice_ms = self._notice_until_ms if self._notice else None
        times = (self._redraw_at_ms, self._sounder.next_deadline_ms(), turn_ms, notice_ms)
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    @property
    def _is_held_up(self) -> bool:
        return self.is_frozen or bool(self._notice)

    def _draw(self, trouble: str, now_ms: int) -> None:
        call, turns = self._turns.shown, self._turns
        if call is None:
            self.lines = text.page_of(trouble or text.EVERYTHING_GOOD, "", "", now_ms // ROLL_MS)
            self._redraw_at_ms = now_ms + ROLL_MS if len(trouble) > text.COLUMNS else None
            return
        self._redraw_at_ms = now_ms + _WAIT_STEP_MS
        is_fault = call.kind == FAULT
        count = text.count_words(turns.place, turns.n_calls, is_fault)
        wait = text.wait_word(now_ms - turns.oldest_ms())
        notice = self._held or self._notice
        if notice:
            self.lines = text.notice_lines(call, count, wait, notice)
            return
        muted_s = self._sounder.muted_s(now_ms)
        wait = self._marks(muted_s > 0, not is_fault and (trouble != "" or turns.n_faults > 0)) + wait
        if is_fault and call.detail == RADIO_BLIND and trouble.startswith(text.RADIO_BLIND):  # ours, not another ear's
            self.lines = text.page_of(trouble, count, wait)
            return
        is_said = now_ms // _WAIT_STEP_MS % 2 == 1
        self.lines = text.call_lines(call, count, wait, muted_s if is_said else 0)

    def _marks(self, is_muted: bool, is_unwell: bool) -> str:
        second = BROWSED if self._turns.is_browsed else WARNING if is_unwell else ""
        return (MUTED if is_muted else "") + second
