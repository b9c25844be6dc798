"""The receiver's front: what a person at the desk sees, hears and presses. What a key does to a call is the desk's business."""

from wardbell_firmware.receiver import keys_at_desk, text
from wardbell_firmware.receiver.annunciator import Annunciator
from wardbell_firmware.receiver.keys_at_desk import DeskKeys
from wardbell_firmware.receiver.learning import Learning
from wardbell_firmware.receiver.signs import Signs
from wardbell_firmware.receiver.survey import Survey
from wardbell_protocol.calls.signals import AT_RECEIVER, FAULT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.receiver.local_stations import LocalStations
    from wardbell_protocol.calls.call import Call

ACKNOWLEDGE = "acknowledge"
CLEAR = "clear"


class DeskFront:
    """Keys and calls in; `lines`, `tone_hz`, `signs` and wishes out. A wish: `ACKNOWLEDGE` or `CLEAR`, and a call."""

    def __init__(self, stations: "LocalStations") -> None:
        self.lines = ("", "")
        self.signs = Signs()
        self.learning = Learning(stations)
        self.survey = Survey()
        self._annunciator = Annunciator()
        self._keys = DeskKeys()
        self._is_survey_shown = False
        self._held: Call | None = None  # the call that was shown when the key went down
        self._meant: Call | None = None  # the call that a short press answers, as things were then

    @property
    def tone_hz(self) -> int:
        """What the sounder is to play; 0 = silence."""
        return self._annunciator.tone_hz

    def receive_keys(self, ack: bool, browse: bool, mute: bool, now_ms: int) -> "list[tuple[str, Call]]":
        """Take the keys' contacts as they are now; returns what is wished."""
        return self._heed(self._keys.receive(ack, browse, mute, now_ms), now_ms)

    def poll_keys(self, now_ms: int) -> "list[tuple[str, Call]]":
        """The same for keys that are held."""
        return self._heed(self._keys.poll(now_ms), now_ms)

    def update(self, calls: "list[Call]", now_ms: int) -> None:
        """Take the open calls as they are now."""
        self._annunciator.update(calls, now_ms)

    def begins_to_ring(self, call: "Call", now_ms: int) -> None:
        """A call was placed or rings again; whoever is teaching the receiver is to see it."""
        self._annunciator.begins_to_ring(call, now_ms)
        if call.kind != FAULT:
            self.learning.end()

    def show(self, call: "Call", now_ms: int, notice: str = "") -> None:
        """Show a call, with an answer to a key."""
        self._annunciator.show(call, now_ms, notice)

    def redraw(self, now_ms: int) -> None:
        """What is not well may have changed."""
        self._annunciator.redraw(now_ms)

    def settle(self, trouble: str, is_blind: bool, now_ms: int) -> None:
        """Settle what is shown, sounded and lit; `trouble` says what is not well."""
        annunciator = self._annunciator
        annunciator.is_frozen = self._keys.is_held
        annunciator.hold(self._hold_words(now_ms), now_ms)
        annunciator.poll(trouble, now_ms)
        self.learning.poll(now_ms)
        self.survey.poll(now_ms)
        is_surveyed = self.survey.has_page and not annunciator.rings_elsewhere(self.survey.place)
        # A key that is held says what it will do; the lesson's keys do what the lesson's page says.
        self._is_survey_shown = is_surveyed and not annunciator.is_frozen and not self.learning.is_on
        self.lines = self.learning.lines if self.learning.is_on else annunciator.lines
        if self._is_survey_shown:
            self.lines = self.survey.page(*annunciator.open_words(now_ms))
        self.signs.poll(is_blind, trouble != "" or annunciator.n_faults > 0, now_ms)

    def next_deadline_ms(self) -> "int | None":
        """When `poll_keys` or `settle` next has something to do."""
        parts = (self._keys, self._annunciator, self.signs, self.learning, self.survey)
        times = [part.next_deadline_ms() for part in parts]
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    def _heed(self, meanings: "list[str]", now_ms: int) -> "list[tuple[str, Call]]":
        wishes: list[tuple[str, Call]] = []
        for meant in meanings:
            if self.learning.is_on:
                self._held = self._meant = None
                self.learning.press(meant, now_ms)
                continue
            self._see_what_keys_mean(meant, now_ms)
            if meant == keys_at_desk.ACK_DOWN:
                self._held, self._meant = self._annunciator.shown, self._annunciator.answerable
            elif meant == keys_at_desk.ACK and self._meant is not None:
                wishes.append((ACKNOWLEDGE, self._meant))
            elif meant == keys_at_desk.CLEAR and self._held is not None:
                wishes.append((CLEAR, self._held))
            elif meant == keys_at_desk.BROWSE:
                self._annunciator.browse(now_ms)
            elif meant == keys_at_desk.MUTE:
                self._annunciator.press_mute(now_ms)
            elif meant == keys_at_desk.LEARN:
                self._begin_to_learn(now_ms)
            elif meant == keys_at_desk.SURVEY:
                self.survey.toggle(now_ms)
        return wishes

    def _see_what_keys_mean(self, meant: str, now_ms: int) -> None:
        """Keys are about calls: where the survey's page stands, its place's call is shown in its stead."""
        if self._is_survey_shown and meant in (keys_at_desk.ACK_DOWN, keys_at_desk.BROWSE, keys_at_desk.MUTE):
            self._is_survey_shown = False
            self.survey.give_way()
            call = self._annunciator.call_at(self.survey.place)
            if call is not None:
                self._annunciator.show(call, now_ms)

    def _begin_to_learn(self, now_ms: int) -> None:
        shown = self._annunciator.shown
        if self._annunciator.n_calls == 0:
            self.learning.begin(now_ms)
        elif shown is not None:
            self._annunciator.show(shown, now_ms, text.CALLS_FIRST)

    def _hold_words(self, now_ms: int) -> str:
        seconds = self._keys.clears_in_s(now_ms)
        shown = self._annunciator.shown
        if not seconds or self._held is None or shown is None or shown.call_id != self._held.call_id:
            return ""  # a more urgent call has taken its place on the display: that one is not meant
        return text.clears_words(seconds) if self._held.may_clear(AT_RECEIVER) else text.CLEAR_AT_BED
