"""How a node with a key speaks: each press is an authenticated frame, sent at once and then again on a drawn schedule.

A receiver takes no counter that is older than one it has heard, so copies of two presses are never mixed: one press
flies, and a newer one takes its place. What that leaves unsaid is said after it, as a new press; a call that is less
urgent than the one that flies waits for it. A reset or presence means what was said before it and not after, so nothing
is said again that it or a call after it has overtaken.
"""

from wardbell_firmware.bedside.life_sign import LIFE_SIGNS
from wardbell_firmware.bedside.schedule import N_AT_ONCE, ONE_WAY_MS, TWO_WAY_MS, copy_times_ms, pause_ms
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, HEARTBEAT, KEY_FAULT, KEY_WELL, PRESENCE, RESET, URGENCY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.bedside.counter import FrameCounter
    from wardbell_firmware.bedside.supply import Supply

FRAME_MS = 28  # 27 ms of 150 µs chips, and the silence behind them
_SILENCE_US = 1000
_LOOK_SENDING_MS = 5
# No flash is written sooner after a press: its copies are out by then, and whoever presses again soon has done so.
QUIET_MS = 5000


class FlyingPress:
    """One press of which copies are still to be sent."""

    def __init__(self, signal: str, counter: int, durations: "list[int]", times_ms: "list[int]") -> None:
        self.signal = signal
        self.counter = counter
        self.durations = durations
        self.times_ms = times_ms  # of the copies still to be sent


class FrameVoice:
    """Signals in, frames out.

    Args:
        node_id, key: who it is.
        counter: never gives a value twice.
        supply: its battery, which every frame carries.
        n_signals: how many its keys can say.
        is_two_way: receipts may stop it.
    """

    def __init__(
        self,
        node_id: int,
        key: bytes,
        counter: "FrameCounter",
        supply: "Supply",
        n_signals: int,
        is_two_way: bool = False,
    ) -> None:
        self.number = node_id
        self.is_mute = False  # what was to be said last could not be, for want of a counter
        self._key = key
        self._counter = counter
        self._supply = supply
        self._slots_ms = TWO_WAY_MS if is_two_way else ONE_WAY_MS
        self._pause_ms = pause_ms(len(self._slots_ms) * FRAME_MS, n_signals)
        self._waiting: list[str] = []
        self._flying: FlyingPress | None = None
        self._later: list[FlyingPress] = []  # overtaken
        self._free_at_ms: int | None = None
        self._claim_at_ms: int | None = 0  # in the first poll, whenever that is
        self._budget_ms: dict[str, int] = {}  # signal -> when its allowance is whole again
        self._begun: list[FlyingPress] = []

    @property
    def has_press(self) -> bool:
        """Whether somebody's press is on its way or waits to be."""
        return self.has_press_waiting or (self._flying is not None and self._flying.signal not in LIFE_SIGNS)

    @property
    def has_press_waiting(self) -> bool:
        """Whether somebody's press is still to be begun."""
        later = [press.signal for press in self._later]
        return any(signal not in LIFE_SIGNS for signal in self._waiting + later)

    def say(self, signal: str) -> None:
        """Send it as soon as may be."""
        # The last press of a key keeps its place after what was pressed before it: call, reset, call is a call.
        if signal in self._waiting:
            self._waiting.remove(signal)
        taken_back = {KEY_WELL: KEY_FAULT, KEY_FAULT: KEY_WELL}.get(signal)
        if taken_back is not None:
            self._waiting = [other for other in self._waiting if other != taken_back]
            self._later = [press for press in self._later if press.signal != taken_back]
        self._waiting.append(signal)

    def take_begun(self) -> "list[FlyingPress]":
        """Presses whose first copy has gone out since the last call."""
        begun = self._begun
        self._begun = []
        return begun

    def stop(self, counter: int) -> None:
        """Its press was answered; nothing happens if none such is on its way."""
        self._later = [press for press in self._later if press.counter != counter]
        if self._flying is not None and self._flying.counter == counter:
            self._land()

    def poll(self, is_sending: bool, now_ms: int) -> "list[int]":
        """The durations to send now, or none."""
        if is_sending:
            return []
        self._free_at_ms = None
        self._begin_due(now_ms)
        press = self._flying
        if press is None or press.times_ms[0] > now_ms:
            self._claim_due(now_ms)
            return []
        press.times_ms.pop(0)
        if not press.times_ms:
            self._land()
        self._free_at_ms = now_ms + FRAME_MS
        return press.durations

    def next_deadline_ms(self, now_ms: int) -> "int | None":
        """When `poll` next has something to do."""
        times = [self._allowed_at_ms(signal) for signal in self._waiting if self._may_begin(signal)]
        if self._flying is not None:
            times.append(self._flying.times_ms[0])
        if self._claim_at_ms:
            times.append(self._claim_at_ms)
        if not times:
            return None
        return min(times) if self._free_at_ms is None else max(min(times), self._free_at_ms, now_ms + _LOOK_SENDING_MS)

    def _begin_due(self, now_ms: int) -> None:
        if self._waiting:
            self.is_mute = not self._counter.has_value()
        if self.is_mute:
            self._waiting = []
        for at, signal in enumerate(self._waiting):
            if self._allowed_at_ms(signal) <= now_ms and self._may_begin(signal):
                before = [earlier for earlier in self._waiting[:at] if not _is_void(earlier, signal)]
                self._waiting = before + self._waiting[at + 1 :]
                self._begin(signal, now_ms)
                return

    def _may_begin(self, signal: str) -> bool:
        """Whether it may take the place of what flies."""
        if self._flying is None or (self._flying.signal in LIFE_SIGNS and signal not in LIFE_SIGNS):
            return True
        # What is no call has no urgency: it takes any place, and gives its own to any call.
        return signal not in LIFE_SIGNS and URGENCY.get(signal, 100) >= URGENCY.get(self._flying.signal, 0)

    def _begin(self, signal: str, now_ms: int) -> None:
        overtaken, self._flying = self._flying, None
        if overtaken is not None and _is_said_again(overtaken.signal, signal):
            self._later.append(overtaken)
        if signal == RESET:
            self._later = [press for press in self._later if press.signal in LIFE_SIGNS]
        counter = self._take(now_ms)
        frame = Frame(self.number, counter, int(DATA_BY_SIGNAL[signal], 2), self._supply.level)
        times_ms = [0] if signal == HEARTBEAT else copy_times_ms(self.number, counter, self._slots_ms)
        durations = frame_durations(seal(frame, self._key)) + [_SILENCE_US]
        self._flying = FlyingPress(signal, counter, durations, [now_ms + after_ms for after_ms in times_ms])
        self._begun.append(self._flying)
        self._budget_ms[signal] = max(self._budget_ms.get(signal, 0), now_ms) + self._pause_ms

    def _take(self, now_ms: int) -> int:
        counter = self._counter.take()
        # With the last value gone, rather is a copy late than the next press.
        wait_ms = QUIET_MS if self._counter.n_left else 0
        self._claim_at_ms = now_ms + wait_ms if self._counter.is_low else None
        return counter

    def _claim_due(self, now_ms: int) -> None:
        """Write the counter ahead, while there is nothing to send."""
        if self._claim_at_ms is not None and now_ms >= self._claim_at_ms:
            self._claim_at_ms = None
            self._counter.claim_ahead()

    def _land(self) -> None:
        """All has been done for what flew; what it had overtaken has its turn."""
        self._flying = None
        for press in self._later:
            if press.signal not in self._waiting:
                self._waiting.append(press.signal)
        self._later = []

    def _allowed_at_ms(self, signal: str) -> int:
        return self._budget_ms.get(signal, 0) - (N_AT_ONCE - 1) * self._pause_ms


def _is_void(earlier: str, signal: str) -> bool:
    """Whether what was pressed earlier and is not yet said must not be said after `signal`."""
    if signal == RESET:
        return earlier == HEARTBEAT or earlier not in LIFE_SIGNS  # it takes all of that back
    return signal in URGENCY and earlier in (RESET, PRESENCE)  # said after the call, they would end it


def _is_said_again(overtaken: str, by: str) -> bool:
    if overtaken in LIFE_SIGNS:
        return True
    return overtaken != by and overtaken in URGENCY and by in URGENCY
