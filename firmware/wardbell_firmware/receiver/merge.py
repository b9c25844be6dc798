"""What the host says about calls against what has happened here since.

The gateway is the authority. Each of its messages says which of ours it already accounts for (`seen`); a call
that a newer message of ours has changed is left as it is here, and the host will speak of it again.
"""

from wardbell_firmware.receiver.local_stations import is_ours_alone
from wardbell_protocol.calls.board import (
    EV_ACKNOWLEDGED,
    EV_ATTENDED,
    EV_CLEARED,
    EV_PLACED,
    EV_PRESSED_AGAIN,
    EV_RAISED_AGAIN,
    CallBoard,
    CallEvent,
)
from wardbell_protocol.calls.call import ACKNOWLEDGED, ATTENDED, CLEARED, PLACED, STATUSES, Call
from wardbell_protocol.calls.signals import AT_BED, CLEAR_PLACES, FAULT, PRIORITY

TYPE_CHECKING = False
if TYPE_CHECKING:
    CallKey = tuple[str, str, str]

_EVENT_OF_STATUS = {ACKNOWLEDGED: EV_ACKNOWLEDGED, ATTENDED: EV_ATTENDED, CLEARED: EV_CLEARED}


class CallMerge:
    """Folds the host's calls into the receiver's board."""

    def __init__(self, board: CallBoard) -> None:
        self._board = board
        self._newest: dict[CallKey, int] = {}  # call -> number of our newest message that changed it
        self._listed: list[CallKey] = []  # what the host says is open, in the order it said so
        self.n_refused = 0

    def changed_here(self, key: "CallKey", number: int) -> None:
        """A message of ours with that number changed that call."""
        self._newest[key] = number

    def host_is_new(self) -> None:
        """The host has started anew, and its list begins again."""
        self._listed = []

    def call(self, message: "dict[str, object]", seen: int, now_ms: int) -> "list[CallEvent]":
        """One call as the host knows it."""
        key = (str(message["station"]), str(message["kind"]), str(message["detail"]))
        if message["status"] not in STATUSES or key[1] not in PRIORITY:
            self.n_refused += 1
            return []
        self._forget(seen)
        if key in self._listed:
            self._listed.remove(key)
        if message["status"] != CLEARED:
            self._listed.append(key)
        if key in self._newest:
            return []
        return self._take(self._board.find(key[0], key[1], key[2]), message, now_ms)

    def calls(self, n: int, seen: int, now_ms: int) -> "list[CallEvent]":
        """The host has `n` open calls and has said all of them: what else is open here is over."""
        self._forget(seen)
        if n > len(self._listed) or n < 0:
            self.n_refused += 1  # some were lost: believe none of it rather than drop a call
            return []
        self._listed = self._listed[len(self._listed) - n :]
        known = [c for c in self._board.open_calls() if not is_ours_alone(c.key)]
        over = [c for c in known if c.key not in self._listed and c.key not in self._newest]
        return [self._apply(EV_CLEARED, self._cleared(call, now_ms), now_ms) for call in over]

    def _forget(self, seen: int) -> None:
        self._newest = {key: number for key, number in self._newest.items() if number > seen}

    def _take(self, known: "Call | None", message: "dict[str, object]", now_ms: int) -> "list[CallEvent]":
        status = str(message["status"])
        if known is None and status == CLEARED:
            return []
        call = _call_of(known, message, now_ms)
        kind = EV_PLACED if known is None else _EVENT_OF_STATUS.get(status, EV_PRESSED_AGAIN)
        if known is not None and status == PLACED and known.status != PLACED:
            kind = EV_RAISED_AGAIN
        return [self._apply(kind, call, now_ms)]

    def _apply(self, kind: str, call: Call, now_ms: int) -> CallEvent:
        event = CallEvent(kind, now_ms, call)
        self._board.apply(event)
        return event

    def _cleared(self, call: Call, now_ms: int) -> Call:
        after = call.copy()
        after.status = CLEARED
        after.cleared_at_ms = now_ms
        return after


def _call_of(known: "Call | None", message: "dict[str, object]", now_ms: int) -> Call:
    station_id, kind, detail = str(message["station"]), str(message["kind"]), str(message["detail"])
    call_id = known.call_id if known is not None else f"{station_id}/{kind}/{detail}"
    placed_at_ms, since_ms = now_ms - _ms(message["age"]), now_ms - _ms(message["since"])
    call = Call(call_id, station_id, str(message["room"]), str(message["bed"]), kind, placed_at_ms)
    call.detail = detail
    call.clear_at = _places(message["clear_at"])
    call.status = str(message["status"])
    call.presses = max(1, _ms(message["presses"]))
    call.authenticated = message.get("auth", known is not None and known.authenticated) is True
    if known is not None:
        call.loop = known.loop
        call.raised_at_ms = known.raised_at_ms
        call.last_press_at_ms = known.last_press_at_ms
        if kind == FAULT:
            call.room, call.bed = known.room, known.bed  # hosts know parts by their names, and we by their places
    by = str(message["by"])
    if call.status == PLACED:
        call.raised_at_ms = since_ms
    elif call.status == ACKNOWLEDGED:
        call.acknowledged_at_ms, call.acknowledged_by = since_ms, by
    elif call.status == ATTENDED:
        call.attended_at_ms, call.attended_by = since_ms, by
    else:
        call.cleared_at_ms, call.cleared_by = since_ms, by
    return call


def _ms(value: object) -> int:
    return value if isinstance(value, int) else 0


def _places(value: object) -> "tuple[str, ...]":
    places = [str(place) for place in value if place in CLEAR_PLACES] if isinstance(value, list) else []
    return tuple(places) or (AT_BED,)
