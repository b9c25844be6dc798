"""The ward's authority on the bus while it has no gateway: the calls of a receiver's own board, for whoever listens.

It speaks as the gateway does (protocol/spec/bus.md), in an epoch of its own, so that consoles and call centre need not know
the difference. It has no journal: what was cleared is forgotten, and history is the gateway's.
"""

from wardbell_firmware.bus.publication import Publication
from wardbell_protocol.bus import topics
from wardbell_protocol.calls.board import (
    EV_ACKNOWLEDGED,
    EV_ATTENDED,
    EV_CLEARED,
    EV_PLACED,
    EV_PRESSED_AGAIN,
    EV_RAISED_AGAIN,
)
from wardbell_protocol.calls.call import ACKNOWLEDGED, ATTENDED, CLEARED, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from wardbell_firmware.bus.bus_clock import BusClock
    from wardbell_protocol.calls.board import CallBoard
    from wardbell_protocol.calls.escalation import EscalationPolicy
    from wardbell_protocol.calls.station import Station

    # Verb of a board, key of a call, by whom, now_ms -> why not, or nothing.
    DoVerb = Callable[[str, tuple[str, str, str], str, int], str]

VERBS = ("acknowledge", "attend", "clear")
FAULT = "stand_in"
MAX_NAME = 64  # characters of a command's id and of who gives it, as the bus has it
_REPLIES_KEPT = 16

_KIND_OF_STATUS = {ACKNOWLEDGED: EV_ACKNOWLEDGED, ATTENDED: EV_ATTENDED}
_TIMES = (
    "placed_at_ms",
    "raised_at_ms",
    "last_press_at_ms",
    "acknowledged_at_ms",
    "attended_at_ms",
    "cleared_at_ms",
)


class StandIn:
    """A board's calls in, events and retained state out; commands and snapshot requests in, answers out.

    Args:
        ward: its name on the bus.
        epoch: 8 hexadecimal digits, drawn at start.
        do_verb: what a command does at the desk.
    """

    def __init__(self, ward: str, epoch: str, board: "CallBoard", clock: "BusClock", do_verb: "DoVerb") -> None:
        self.epoch = epoch
        self.seq = 0
        self._ward = ward
        self._board = board
        self._clock = clock
        self._do_verb = do_verb
        self._ids: dict[tuple[str, str, str], str] = {}  # of the calls that were said, by key
        self._said: dict[str, Call] = {}  # as they were said
        self._replies: list[tuple[str, Publication]] = []
        self._n_calls = 0

    def say(self, now_ms: int) -> "list[Publication]":
        """What has changed on the board since the last time."""
        said: list[Publication] = []
        open_calls = {call.key: call for call in self._board.calls.values()}
        for key in list(self._ids):
            if key not in open_calls:
                said += self._gone(key, now_ms)
        for call in open_calls.values():
            key = call.key
            known = self._said.get(self._ids.get(key, ""))
            if known is None:
                self._n_calls += 1
                self._ids[key] = "%s-%d" % (self.epoch, self._n_calls)
                said += self._event(EV_PLACED, call, call.place, now_ms)
            elif _looks(known) != _looks(call):
                said += self._event(_kind_of(known, call), call, call.attended_by or call.acknowledged_by, now_ms)
        return said

    def retain(self, stations: "list[Station]") -> "list[Publication]":
        """What the ward is, for whoever comes late."""
        return [Publication.of(topics.ward(self._ward), self._ward_info(stations), retain=True)]

    def hand_over(self) -> "list[Publication]":
        """A gateway is there: take back what is retained. What is open it learns from our hearings."""
        ids = list(self._said)
        self._ids = {}
        self._said = {}
        return [Publication(topics.call(self._ward, call_id), b"", retain=True) for call_id in ids]

    def snapshot(self, request: "dict[str, object]", stations: "list[Station]", now_ms: int) -> Publication:
        """The answer to a reader who asks for everything."""
        fields = {
            "epoch": self.epoch,
            "seq": self.seq,
            "at_ms": self._clock.unix_ms(now_ms),
            "ward": self._ward_info(stations),
            "calls": [self._state(self._said[call_id], call_id) for call_id in self._said],
        }
        return Publication.of(topics.snapshot(self._ward, topics.check_name(str(request["reply_to"]))), fields)

    def command(self, command: "dict[str, object]", now_ms: int) -> "list[Publication]":
        """Do a command once; the same one again gets the same answer."""
        command_id, by = _short(command["command_id"]), _short(command["by"])
        reply_to = topics.check_name(str(command["reply_to"]))
        for known_id, reply in self._replies:
            if known_id == command_id:
                return [reply]
        reason = self._done(str(command["verb"]), str(command["call_id"]), by, now_ms)
        fields: dict[str, object] = {"command_id": command_id, "ok": not reason, "reason": reason, "events": []}
        reply = Publication.of(topics.reply(self._ward, reply_to), fields)
        self._replies = self._replies[1 - _REPLIES_KEPT :] + [(command_id, reply)]
        return self.say(now_ms) + [reply]

    def _done(self, verb: str, call_id: str, by: str, now_ms: int) -> str:
        if verb not in VERBS:
            return "%s: only a gateway can; the receiver stands in for it" % verb
        for key in self._ids:
            if self._ids[key] == call_id:
                return self._do_verb(verb, key, by, now_ms)
        return "call %s: not open" % call_id

    def _gone(self, key: "tuple[str, str, str]", now_ms: int) -> "list[Publication]":
        call_id = self._ids.pop(key)
        call = self._said.pop(call_id)
        call.status = CLEARED
        call.cleared_at_ms = now_ms
        return self._told(EV_CLEARED, call, call_id, "", now_ms)

    def _event(self, kind: str, call: Call, by: str, now_ms: int) -> "list[Publication]":
        call_id = self._ids[call.key]
        self._said[call_id] = call.copy()
        return self._told(kind, call, call_id, by, now_ms)

    def _told(self, kind: str, call: Call, call_id: str, by: str, now_ms: int) -> "list[Publication]":
        self.seq += 1
        state = self._state(call, call_id)
        event: dict[str, object] = {"epoch": self.epoch, "seq": self.seq, "at_ms": self._clock.unix_ms(now_ms)}
        event.update({"kind": kind, "by": by, "where": "", "call": state})
        topic = topics.call(self._ward, call_id)
        kept = Publication.of(topic, state, retain=True) if call.is_open else Publication(topic, b"", retain=True)
        return [Publication.of(topics.event(self._ward), event), kept]

    def _state(self, call: Call, call_id: str) -> "dict[str, object]":
        record = call.to_record()
        for name in _TIMES:
            at_ms = record[name]
            if isinstance(at_ms, int):
                record[name] = self._clock.unix_ms(at_ms)
        record.update({"v": 1, "ward": self._ward, "call_id": call_id, "priority": call.priority})
        return record

    def _ward_info(self, stations: "list[Station]") -> "dict[str, object]":
        policies: dict[str, EscalationPolicy] = self._board.policies
        return {
            "v": 1,
            "ward": self._ward,
            "name": {},
            "stations": [_station_info(station) for station in stations],
            "policies": {kind: policies[kind].to_record() for kind in policies},
        }


def _station_info(station: "Station") -> "dict[str, object]":
    clear_at = list(station.clear_at)
    return {"v": 1, "station_id": station.station_id, "room": station.room, "bed": station.bed, "clear_at": clear_at}


def _short(text: object) -> str:
    """A name out of a command, which is kept; ValueError where it is none."""
    if not isinstance(text, str) or not 0 < len(text) <= MAX_NAME or not all(_is_printable(letter) for letter in text):
        raise ValueError("name")
    return text


def _is_printable(letter: str) -> bool:
    return " " <= letter < "\x7f" or letter > "\x9f"


def _looks(call: Call) -> "tuple[object, ...]":
    """What a reader is told of at once."""
    return (call.status, call.loop, call.presses, call.room, call.bed, call.authenticated)


def _kind_of(known: Call, call: Call) -> str:
    if call.loop != known.loop:
        return EV_RAISED_AGAIN
    if call.status != known.status:
        return _KIND_OF_STATUS.get(call.status, EV_RAISED_AGAIN)
    return EV_PRESSED_AGAIN
