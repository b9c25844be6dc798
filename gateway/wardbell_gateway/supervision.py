"""What is wrong behind the ward: a silent part is a fault, never an absence of news.

Pure; times are ms on a clock that nobody can set.
"""

from collections.abc import Collection, Iterable

from wardbell_gateway.ear_watch import EarWatch
from wardbell_protocol.link.receiver_faults import RADIO_BLIND

LINE_LOST_AFTER_MS = 5_000  # a cable that is put back at once is no fault; silence has lasted as long when it is told
BROKER_LOST_AFTER_MS = 10_000
GONE_AFTER_MS = 15_000  # three life signs; a call centre that stands by takes over in 5 s

LINK_LOST = "link_lost"
STATIONS_SILENT = "stations_silent"
RADIO_FAULTS = (LINK_LOST, RADIO_BLIND, STATIONS_SILENT)
RECEIVER = "receiver"
BROKER = ("broker", "lost")
REGISTRY = ("registry", "malformed")
NO_CONSOLE = ("console", "none_present")
NO_CALL_CENTRE = ("callcenter", "lost")
FOLLOWERS = {part: (part, detail) for part, detail in (NO_CONSOLE, NO_CALL_CENTRE)}


class Attendance:
    """Parts of one kind that follow the ward, of which at least one should be there.

    Args:
        was_seen: a ward that never had one does not miss it.
    """

    def __init__(self, was_seen: bool, now_ms: int) -> None:
        self._is_wanted = True if was_seen else None  # False: somebody took its sign away
        self._there: dict[str, int] = {}
        self._gone_at_ms = now_ms

    def sign(self, name: str, is_there: bool, now_ms: int) -> None:
        """One gave a sign of life, or left."""
        self._is_wanted = True
        if is_there:
            self._there[name] = now_ms
        elif self._there.pop(name, None) is not None and not self._there:
            self._gone_at_ms = now_ms

    def forget(self, name: str) -> bool:
        """That one is not to come back; True where none is missed any more."""
        self._there.pop(name, None)
        if self._is_wanted and not self._there:
            self._is_wanted = False
        return not self._is_wanted

    def broker_back(self, now_ms: int) -> None:
        """While it was away nobody could know."""
        self._gone_at_ms = now_ms

    def is_missed(self, now_ms: int) -> bool | None:
        """Whether none has been there for too long; None: that is not known yet, or none ever was."""
        for name, at_ms in list(self._there.items()):
            if now_ms - at_ms > GONE_AFTER_MS:
                del self._there[name]
                self._gone_at_ms = max(self._gone_at_ms, at_ms)
        if self._there:
            return False
        if not self._is_wanted:
            return self._is_wanted
        return True if now_ms - self._gone_at_ms > GONE_AFTER_MS else None


class Supervision:
    """Watches receivers, further ears, broker, registry, consoles and the call centre.

    Args:
        receivers: labels of the serial receivers there should be.
        seen: of FOLLOWERS, which have ever been there.
        missed_ears: further ears whose loss is shown from before the start.
    """

    def __init__(
        self, receivers: list[str], seen: Collection[str], now_ms: int, missed_ears: Iterable[str] = ()
    ) -> None:
        self.ears = EarWatch(missed_ears, now_ms)
        self._followers = {part: Attendance(part in seen, now_ms) for part in FOLLOWERS}
        self._lost_at_ms: dict[str, int | None] = dict.fromkeys(receivers, now_ms)
        self._is_blind: dict[str, bool] = {}
        self._are_stations_silent: bool | None = None
        self._broker_lost_at_ms: int | None = now_ms
        self.broker_is_contested = False  # another gateway of this name throws us off it again and again
        self._is_registry_good = True

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
            for followers in self._followers.values():
                followers.broker_back(now_ms)
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

    def follower(self, part: str, name: str, is_there: bool, now_ms: int) -> None:
        """One of FOLLOWERS gave a sign of life, or left."""
        self._followers[part].sign(name, is_there, now_ms)

    def forget_follower(self, part: str, name: str) -> bool:
        """Somebody took its retained life sign away; True where none of its kind is missed any more."""
        return self._followers[part].forget(name)

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
        self._judge_followers(found, now_ms)
        return found

    def _link(self, label: str, now_ms: int) -> bool | None:
        lost_at_ms = self._lost_at_ms[label]
        if lost_at_ms is None:
            return False
        return True if now_ms - lost_at_ms > LINE_LOST_AFTER_MS else None

    def _judge_followers(self, found: dict[tuple[str, str], bool], now_ms: int) -> None:
        for part, followers in self._followers.items():
            is_missed = followers.is_missed(now_ms)
            if is_missed is False or (is_missed and self._broker_lost_at_ms is None):
                found[FOLLOWERS[part]] = is_missed


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
