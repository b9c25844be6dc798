"""What is wrong behind the ward: a silent part is a fault, never an absence of news.

Pure; times are ms on a clock that nobody can set.
"""

from collections.abc import Iterable

from wardbell_gateway.ear_watch import EarWatch
from wardbell_protocol.link.receiver_faults import RADIO_BLIND

LINE_LOST_AFTER_MS = 5_000  # a cable that is put back at once is no fault; silence has lasted as long when it is told
BROKER_LOST_AFTER_MS = 10_000
CONSOLE_GONE_AFTER_MS = 15_000  # three life signs

LINK_LOST = "link_lost"
STATIONS_SILENT = "stations_silent"
RADIO_FAULTS = (LINK_LOST, RADIO_BLIND, STATIONS_SILENT)
RECEIVER = "receiver"
BROKER = ("broker", "lost")
REGISTRY = ("registry", "malformed")
NO_CONSOLE = ("console", "none_present")


class Supervision:
    """Watches receivers, further ears, broker, registry and consoles.

    Args:
        receivers: labels of the serial receivers there should be.
        console_was_seen: a ward that never had a console does not miss one.
        missed_ears: further ears whose loss is shown from before the start.
    """

    def __init__(
        self, receivers: list[str], console_was_seen: bool, now_ms: int, missed_ears: Iterable[str] = ()
    ) -> None:
        self.ears = EarWatch(missed_ears, now_ms)
        self.console_was_seen = console_was_seen
        self._lost_at_ms: dict[str, int | None] = dict.fromkeys(receivers, now_ms)
        self._is_blind: dict[str, bool] = {}
        self._are_stations_silent: bool | None = None
        self._broker_lost_at_ms: int | None = now_ms
        self.broker_is_contested = False  # another gateway of this name throws us off it again and again
        self._is_registry_good = True
        self._consoles: dict[str, int] = {}
        self._consoles_gone_at_ms = now_ms

    def receiver(self, label: str, is_up: bool, now_ms: int) -> None:
        """A receiver's link came up, or went down."""
        if is_up:
            self._lost_at_ms[label] = None
        elif self._lost_at_ms[label] is None:
            self._lost_at_ms[label] = now_ms

    def radio(self, label: str, is_blind: bool) -> None:
        """A receiver that is heard says whether it hears anything itself."""
        self._is_blind[label] = is_blind

    def stations(self, are_silent: bool) -> None:
        """Most of the ward's stations have fallen silent, or have not: that is their receiver's fault, not theirs."""
        self._are_stations_silent = are_silent

    def broker(self, is_up: bool, now_ms: int) -> None:
        """The broker was reached, or lost."""
        if is_up:
            self._consoles_gone_at_ms = now_ms  # while it was away nobody could know
            self.ears.broker_back(now_ms)
            self._broker_lost_at_ms = None
        elif self._broker_lost_at_ms is None:
            self._broker_lost_at_ms = now_ms

    @property
    def can_hear_on_bus(self) -> bool:
        """Whether a press that a further ear hears would come here."""
        return self._broker_lost_at_ms is None and self.ears.can_hear

    def registry(self, is_good: bool) -> None:
        """The registry's file can be used, or cannot."""
        self._is_registry_good = is_good

    def console(self, name: str, is_there: bool, now_ms: int) -> None:
        """A console gave a sign of life, or left."""
        self.console_was_seen = True
        if is_there:
            self._consoles[name] = now_ms
        elif self._consoles.pop(name, None) is not None and not self._consoles:
            self._consoles_gone_at_ms = now_ms

    def judge(self, now_ms: int) -> dict[tuple[str, str], bool]:
        """(part, detail) -> whether it is a fault now; what cannot be known yet is left out."""
        found = {
            (label, LINK_LOST): lost for label in self._lost_at_ms if (lost := self._link(label, now_ms)) is not None
        }
        found.update({(label, RADIO_BLIND): is_blind for label, is_blind in self._is_blind.items()})
        if self._are_stations_silent is not None:
            found[next(iter(self._lost_at_ms), RECEIVER), STATIONS_SILENT] = self._are_stations_silent
        found[REGISTRY] = not self._is_registry_good
        if self.broker_is_contested:
            found[BROKER] = True
        elif self._broker_lost_at_ms is None:
            found[BROKER] = False
            found.update(self.ears.judge(now_ms))
        elif now_ms - self._broker_lost_at_ms > BROKER_LOST_AFTER_MS:
            found[BROKER] = True
        self._judge_consoles(found, now_ms)
        return found

    def _link(self, label: str, now_ms: int) -> bool | None:
        lost_at_ms = self._lost_at_ms[label]
        if lost_at_ms is None:
            return False
        return True if now_ms - lost_at_ms > LINE_LOST_AFTER_MS else None

    def _judge_consoles(self, found: dict[tuple[str, str], bool], now_ms: int) -> None:
        for name, at_ms in list(self._consoles.items()):
            if now_ms - at_ms > CONSOLE_GONE_AFTER_MS:
                del self._consoles[name]
                self._consoles_gone_at_ms = max(self._consoles_gone_at_ms, at_ms)
        if self._consoles:
            found[NO_CONSOLE] = False
        elif (
            self.console_was_seen
            and self._broker_lost_at_ms is None
            and now_ms - self._consoles_gone_at_ms > CONSOLE_GONE_AFTER_MS
        ):
            found[NO_CONSOLE] = True


class FoundFaults:
    """What ears find wrong with stations: a fault as long as one of them finds it.

    Args:
        open_faults: those of them that are open from before the start; nobody may find them any more.
    """

    def __init__(self, open_faults: Iterable[tuple[str, str]]) -> None:
        self._known = set(open_faults)

    def judge(self, *found: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bool]:
        """(part, detail) -> whether it is a fault now; `found`: what each ear finds now."""
        finds = {fault for ear in found for fault in ear}
        self._known |= finds
        return {fault: fault in finds for fault in self._known}
