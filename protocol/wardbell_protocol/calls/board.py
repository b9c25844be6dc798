"""The call board: decides what a signal or a verb does to the open calls of a ward.

`receive` and `poll` decide and return events; `apply` folds an event into the state. The board applies its own
events before it returns them, so a journal of events replayed through `apply` gives the same board. The
gateway's board is the ward's authority; the receiver runs the same class when it is alone. Rules:
protocol/spec/calls.md.
"""

from wardbell_protocol.calls.call import ACKNOWLEDGED, ALLOWED, ATTENDED, CLEARED, PLACED, Call
from wardbell_protocol.calls.escalation import EscalationPolicy
from wardbell_protocol.calls.signals import (
    AT_BED,
    BY_ITSELF,
    FAULT,
    KEY_FAULT,
    KEY_WELL,
    NAMED_CALLS,
    PRESENCE,
    PRIORITY,
    RESET,
)
from wardbell_protocol.calls.station import Station, call_of_signal
from wardbell_protocol.errors import CallError

# What an event can be.
EV_PLACED = "placed"
EV_PRESSED_AGAIN = "pressed_again"
EV_ACKNOWLEDGED = "acknowledged"
EV_ATTENDED = "attended"
EV_CLEARED = "cleared"
EV_RAISED_AGAIN = "raised_again"


# How far ahead of the clock an open call may lie before the clock must have been set back. Nothing of such a call would fall
# due for as long: not its steps, not its re-raise.
AHEAD_MS = 10_000


class Signal:
    """A station was heard saying `signal` (signals.py), in a verified frame (`is_authenticated`) or a bare word."""

    def __init__(self, station: Station, signal: str, is_authenticated: bool = False) -> None:
        self.station = station
        self.signal = signal
        self.is_authenticated = is_authenticated


class FaultRaised:
    """A part of the system is not well: `part` names it, `detail` says what in one stable word.

    `station`: where the part is a station, so that people read its place.
    """

    def __init__(self, part: str, detail: str, station: "Station | None" = None) -> None:
        self.part = part
        self.detail = detail
        self.station = station


class FaultGone:
    """The fault of that part and detail is no more."""

    def __init__(self, part: str, detail: str) -> None:
        self.part = part
        self.detail = detail


class Verb:
    """Somebody did something to a call: `acknowledge`, `attend` or `clear`, who, and from where."""

    def __init__(self, name: str, call_id: str, by: str, where: str) -> None:
        self.name = name
        self.call_id = call_id
        self.by = by
        self.where = where


class CallEvent:
    """What happened to a call, with the whole call as it is afterwards, so that each event stands alone."""

    def __init__(self, kind: str, at_ms: int, call: Call, by: str = "", where: str = "") -> None:
        self.kind = kind
        self.at_ms = at_ms
        self.call = call
        self.by = by
        self.where = where

    def to_record(self) -> "dict[str, object]":
        """Plain data for a journal."""
        return {
            "kind": self.kind,
            "at_ms": self.at_ms,
            "by": self.by,
            "where": self.where,
            "call": self.call.to_record(),
        }

    @classmethod
    def from_record(cls, record: "dict[str, object]") -> "CallEvent":
        """The event of a record made by `to_record`."""
        call = Call.from_record(record["call"])  # type: ignore[arg-type]
        return cls(str(record["kind"]), int(record["at_ms"]), call, str(record["by"]), str(record["where"]))  # type: ignore[call-overload]

    def __repr__(self) -> str:
        return f"CallEvent({self.kind!r}, {self.at_ms}, {self.call!r})"


class CallBoard:
    """The open calls of one ward.

    Args:
        prefix: begins every call's id; unique to the journal that the board is folded from.
        policies: by kind of call; the board needs their re-raise times.
    """

    def __init__(self, prefix: str, policies: "dict[str, EscalationPolicy]") -> None:
        self.prefix = prefix
        self.policies = policies
        self.calls: dict[str, Call] = {}
        self._last_number = 0

    def open_calls(self) -> "list[Call]":
        """Open calls by priority, then age."""
        return sorted(self.calls.values(), key=Call.sort_key)

    def receive(self, x: "Signal | Verb | FaultRaised | FaultGone", now_ms: int) -> "list[CallEvent]":
        """Decide what `x` does.

        Raises:
            CallError: a verb on a call that is not open, that its status does not allow, or from a
            place that may not.
        """
        if isinstance(x, Signal):
            return self._signal(x, now_ms)
        if isinstance(x, Verb):
            return self._verb(x, now_ms)
        if isinstance(x, FaultRaised):
            return self._fault_raised(x, now_ms)
        return self._fault_gone(x, now_ms)

    def poll(self, now_ms: int) -> "list[CallEvent]":
        """Ring again what was answered and then left, and all that a clock that was set back has put into the future."""
        return [
            self._event(EV_RAISED_AGAIN, now_ms, call) for call in self.open_calls() if self._rings_again(call, now_ms)
        ]

    def is_due(self, now_ms: int) -> bool:
        """Whether `poll` has something to do now."""
        return any(self._rings_again(call, now_ms) for call in self.calls.values())

    def next_deadline_ms(self) -> "int | None":
        """When `poll` next has something to do."""
        times = [self._reraise_at_ms(call) for call in self.calls.values()]
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    def apply(self, event: CallEvent) -> None:
        """Fold one event into the state: the only place that changes it."""
        call = event.call.copy()
        number = call.call_id[len(self.prefix) + 1 :]
        if call.call_id.startswith(self.prefix + "-") and number.isdigit():
            self._last_number = max(self._last_number, int(number))
        if call.is_open:
            self.calls[call.call_id] = call
        else:
            self.calls.pop(call.call_id, None)

    def find(self, station_id: str, kind: str, detail: str = "") -> "Call | None":
        """The open call of that station, kind and detail."""
        for call in self.calls.values():
            if call.key == (station_id, kind, detail):
                return call
        return None

    def _signal(self, x: Signal, now_ms: int) -> "list[CallEvent]":
        station = x.station
        if x.signal == RESET:
            return self._each_of(station, EV_CLEARED, "clear", now_ms)
        if x.signal == PRESENCE:
            return self._each_of(station, EV_ATTENDED, "attend", now_ms)
        if x.signal == KEY_WELL:
            return self._fault_gone(FaultGone(station.station_id, KEY_FAULT), now_ms)
        if x.signal not in PRIORITY and x.signal not in NAMED_CALLS:
            return []  # heartbeat and test are supervision's business, not the board's
        kind, detail = call_of_signal(x.signal)
        return self._place(station, kind, detail, x.is_authenticated, now_ms)

    def _place(
        self, station: Station, kind: str, detail: str, is_authenticated: bool, now_ms: int
    ) -> "list[CallEvent]":
        call = self.find(station.station_id, kind, detail)
        if call is not None:
            return [self._pressed_again(call, station, is_authenticated, now_ms)]
        call_id = f"{self.prefix}-{self._last_number + 1}"
        call = Call(call_id, station.station_id, station.room, station.bed, kind, now_ms)
        call.detail = detail
        call.clear_at = station.clear_at
        call.authenticated = is_authenticated
        event = CallEvent(EV_PLACED, now_ms, call, station.place, AT_BED)
        self.apply(event)
        return [event]

    def _pressed_again(self, call: Call, station: Station, is_authenticated: bool, now_ms: int) -> CallEvent:
        # The registry may have been edited since: help goes to where the station is said to be now.
        at_place = call.copy()
        at_place.room, at_place.bed, at_place.clear_at = station.room, station.bed, station.clear_at
        at_place.authenticated = call.authenticated or is_authenticated
        return self._event(EV_PRESSED_AGAIN, now_ms, at_place, station.place, AT_BED)

    def _each_of(self, station: Station, kind: str, verb: str, now_ms: int) -> "list[CallEvent]":
        # A fault of the station itself is not answered by being at the bed: a reset must not hide a low battery.
        calls = [call for call in self.open_calls() if call.station_id == station.station_id and call.kind != FAULT]
        return [
            self._event(kind, now_ms, call, station.place, AT_BED) for call in calls if call.status in ALLOWED[verb]
        ]

    def _verb(self, x: Verb, now_ms: int) -> "list[CallEvent]":
        call = self.calls.get(x.call_id)
        if call is None:
            raise CallError(x.call_id, "not open")
        if x.name not in ("acknowledge", "attend", "clear"):
            raise CallError(x.call_id, f"no such verb: {x.name}")
        if call.status not in ALLOWED[x.name]:
            who = call.attended_by or call.acknowledged_by
            raise CallError(x.call_id, f"already {call.status}" + (f" by {who}" if who else ""))
        if x.name == "clear" and not call.may_clear(x.where):
            raise CallError(x.call_id, f"may not be cleared at the {x.where}; clear it at the bed")
        kind = {"acknowledge": EV_ACKNOWLEDGED, "attend": EV_ATTENDED, "clear": EV_CLEARED}[x.name]
        return [self._event(kind, now_ms, call, x.by, x.where)]

    def _fault_raised(self, x: FaultRaised, now_ms: int) -> "list[CallEvent]":
        if self.find(x.part, FAULT, x.detail) is not None:
            return []
        return self._place(x.station or Station(x.part, x.part, ""), FAULT, x.detail, True, now_ms)

    def _fault_gone(self, x: FaultGone, now_ms: int) -> "list[CallEvent]":
        call = self.find(x.part, FAULT, x.detail)
        if call is None:
            return []
        return [self._event(EV_CLEARED, now_ms, call, x.part, BY_ITSELF)]

    def _event(self, kind: str, now_ms: int, call: Call, by: str = "", where: str = "") -> CallEvent:
        after = call.copy()
        if kind == EV_PRESSED_AGAIN:
            after.presses += 1
            after.last_press_at_ms = now_ms
        elif kind == EV_ACKNOWLEDGED:
            after.status = ACKNOWLEDGED
            after.acknowledged_at_ms = now_ms
            after.acknowledged_by = by
        elif kind == EV_ATTENDED:
            after.status = ATTENDED
            after.attended_at_ms = now_ms
            after.attended_by = by
        elif kind == EV_CLEARED:
            after.status = CLEARED
            after.cleared_at_ms = now_ms
            after.cleared_by = by
            after.cleared_where = where
        else:
            after.status = PLACED
            after.raised_at_ms = now_ms
            after.loop += 1
        event = CallEvent(kind, now_ms, after, by, where)
        self.apply(event)
        return event

    def _rings_again(self, call: Call, now_ms: int) -> bool:
        at_ms = self._reraise_at_ms(call)
        if at_ms is not None and at_ms <= now_ms:
            return True
        return call.kind != FAULT and call.status_since_ms > now_ms + AHEAD_MS

    def _reraise_at_ms(self, call: Call) -> "int | None":
        policy = self.policies.get(call.kind)
        return policy.reraise_at_ms(call) if policy is not None else None
