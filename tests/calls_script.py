"""Plays the scripts of vectors/calls.json on a call board and says what happened. Runs on MicroPython too."""

from wardbell_protocol.calls.board import CallBoard, CallEvent, FaultGone, FaultRaised, Signal, Verb
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import CallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def play(
    script: "dict[str, Any]", stations: "dict[str, Station]"
) -> "tuple[list[list[str]], CallBoard, list[CallEvent]]":
    """What each step did, the board afterwards, and all its events."""
    board = CallBoard("t", default_policies())
    done = []
    journal: list[CallEvent] = []
    for step in script["steps"]:
        try:
            events = _step(board, step, stations)
            done.append([f"{event.kind} {event.call.call_id}" for event in events])
            journal += events
        except CallError as error:
            done.append(["refused: " + error.reason])
    return done, board, journal


def open_rows(board: CallBoard) -> "list[list[object]]":
    """The open calls as the vectors write them."""
    return [[c.call_id, c.place, c.kind, c.status, c.presses, c.loop, c.authenticated] for c in board.open_calls()]


def steps_due(vector: "dict[str, Any]", now_ms: int) -> "list[str]":
    """Names of the escalation's steps that are due for the call of a `due` vector."""
    call = Call("t-1", "bed1", "201", "1", vector["kind"], vector["placed_at"])
    call.status, call.raised_at_ms, call.loop = vector["status"], vector["raised_at"], vector["loop"]
    steps = default_policies()[call.kind].due(call, now_ms)
    assert all(step.loop == call.loop for step in steps)
    return [step.name for step in steps]


def _step(board: CallBoard, step: "dict[str, Any]", stations: "dict[str, Station]") -> "list[CallEvent]":
    now_ms = step["at"]
    if "poll" in step:
        return board.poll(now_ms)
    if "signal" in step:
        return board.receive(Signal(stations[step["station"]], step["signal"], "frame" in step), now_ms)
    if "verb" in step:
        return board.receive(Verb(step["verb"], step["call"], step["by"], step["where"]), now_ms)
    fault = FaultGone(step["part"], step["detail"]) if step["gone"] else FaultRaised(step["part"], step["detail"])
    return board.receive(fault, now_ms)
