"""Calls, wards and commands for the tests of the call centre and the escalator."""

import itertools
from typing import Any

import msgspec

from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import CallState, Command, WardEvent, WardInfo, WardSnapshot, encode
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.signals import PRIORITY

T0 = 1_800_000_000_000  # UNIX ms at which the tests' calls are placed


def call_state(call_id: str = "east-1", kind: str = "normal", ward: str = "east", **fields: object) -> CallState:
    """A call placed at T0 in room 203."""
    record = {
        "ward": ward,
        "call_id": call_id,
        "station_id": "s-" + call_id,
        "room": "203",
        "bed": "2",
        "kind": kind,
        "detail": "",
        "clear_at": ["bed"],
        "status": "placed",
        "priority": PRIORITY[kind],
        "placed_at_ms": T0,
        "raised_at_ms": T0,
        "loop": 0,
        "presses": 1,
        "last_press_at_ms": T0,
    }
    return msgspec.convert(record | fields, CallState)


def cleared(call: CallState, at_ms: int) -> CallState:
    """The same call, cleared at its bed."""
    return msgspec.structs.replace(call, status="cleared", cleared_at_ms=at_ms, cleared_by="203-2", cleared_where="bed")


def acknowledged(call: CallState, at_ms: int, by: str = "Chen") -> CallState:
    """The same call, answered."""
    return msgspec.structs.replace(call, status="acknowledged", acknowledged_at_ms=at_ms, acknowledged_by=by)


def attended(call: CallState, at_ms: int, by: str) -> CallState:
    """The same call, with somebody at its bed."""
    return msgspec.structs.replace(call, status="attended", attended_at_ms=at_ms, attended_by=by)


def raised_again(call: CallState, at_ms: int) -> CallState:
    """The same call, ringing again."""
    return msgspec.structs.replace(call, status="placed", raised_at_ms=at_ms, loop=call.loop + 1)


def ward_info(ward: str = "east", policies: dict[str, Any] | None = None) -> WardInfo:
    """A ward with the default ladder where nothing else is given."""
    if policies is None:
        policies = {kind: policy.to_record() for kind, policy in default_policies().items()}
    return WardInfo(ward=ward, name={"en": ward}, stations=[], policies=policies)


class WardOnPaper:
    """A ward's authority as the bus sees it: numbers its events and answers snapshot requests."""

    def __init__(self, ward: str = "east", epoch: str = "e1") -> None:
        self.ward = ward
        self.epoch = epoch
        self.seq = 0
        self.calls: dict[str, CallState] = {}
        self.info = ward_info(ward)

    def event(self, kind: str, call: CallState, at_ms: int = T0) -> tuple[str, bytes]:
        """Something happens to a call: topic and payload of its event."""
        self.seq += 1
        self.calls[call.call_id] = call
        if call.status == "cleared":
            del self.calls[call.call_id]
        record = {
            "epoch": self.epoch,
            "seq": self.seq,
            "at_ms": at_ms,
            "kind": kind,
            "by": "",
            "where": "",
            "call": call,
        }
        return topics.event(self.ward), encode(msgspec.convert(record, WardEvent))

    def snapshot(self, client_id: str, at_ms: int = T0) -> tuple[str, bytes]:
        """Topic and payload of a snapshot for that client."""
        calls = list(self.calls.values())
        told = WardSnapshot(epoch=self.epoch, seq=self.seq, at_ms=at_ms, ward=self.info, calls=calls)
        return topics.snapshot(self.ward, client_id), encode(told)


_numbers = itertools.count(1)


def command(verb: str, by: str = "Wei", reply_to: str = "console-a", **fields: object) -> Command:
    """A command with an id of its own, unless one is given."""
    record = {"command_id": f"cmd-{next(_numbers)}", "verb": verb, "by": by, "reply_to": reply_to, "at_ms": T0}
    return msgspec.convert(record | fields, Command)


def step_command(
    call: CallState,
    step: int = 2,
    name: str = "call_centre",
    after_ms: int = 180_000,
    client: str = "console-a",
    loop: int | None = None,
) -> Command:
    """The command of a step of the call's present round."""
    return command(
        "step",
        by=client,
        reply_to=client,
        call_id=call.call_id,
        step=step,
        step_name=name,
        loop=call.loop if loop is None else loop,
        due_at_ms=call.raised_at_ms + after_ms,
        call=call,
    )
