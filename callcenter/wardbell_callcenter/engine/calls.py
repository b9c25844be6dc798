"""Which steps of wards' calls count: each once, whoever sends it, and none of a call that is over."""

from wardbell_bus.ladder import StepKey
from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.contacts.contact import answered_at_ms, answered_by, how_cleared
from wardbell_callcenter.engine import opening
from wardbell_callcenter.engine.turn import Turn
from wardbell_protocol.bus.centre_payloads import StepTaken
from wardbell_protocol.bus.payloads import CallState, Command
from wardbell_protocol.calls.escalation import CALL_CENTRE, STEP_NAMES, STEP_NUMBER

ALREADY_CLEARED = "already cleared"


def take(turn: Turn, step: StepTaken, call: CallState, taken_from: str) -> bool:
    """Store a step and what it does, unless it is there already; False when the call is over."""
    rows = turn.ledger.steps
    if rows.get(step.call_id, step.step, step.loop) is not None:
        return True
    if rows.is_closed(step.call_id):
        return False
    rows.add(step, taken_from)
    turn.ledger.record("step_taken", turn.now, by=taken_from, step=step)
    if step.step_name == CALL_CENTRE:
        opening.open_for_call(turn, call)
    return True


def step_taken(call: CallState, key: StepKey, name: str, due_at_ms: int, now_ms: int) -> StepTaken:
    """As it is stored."""
    _, step, loop = key
    return StepTaken(
        ward=call.ward,
        call_id=call.call_id,
        step=step,
        step_name=name,
        loop=loop,
        due_at_ms=due_at_ms,
        taken_at_ms=now_ms,
    )


def judge(wards: WardMirrors, command: Command) -> tuple[CallState | None, str]:
    """The call as it counts, or why its step does not."""
    call = command.call
    if call is None or call.call_id != command.call_id or command.step != STEP_NUMBER.get(command.step_name):
        return None, "a step needs its call, one of " + ", ".join(STEP_NAMES) + ", and its number"
    call, refusal = _newest(wards, call)
    return call, refusal or _overtaken(call, command.loop, command.due_at_ms)


def _newest(wards: WardMirrors, call: CallState) -> tuple[CallState, str]:
    """The call as its ward shows it here; while the ward's word is not certain, what the sender knows counts."""
    mirror = wards.of(call.ward)
    shown = mirror.calls.get(call.call_id) if mirror is not None else None
    if mirror is not None and shown is None and not mirror.is_stale:
        return call, f"not open in {call.ward}"
    if shown is None or shown.loop < call.loop:
        return call, ""
    return shown, ""


def _overtaken(call: CallState, loop: int, due_at_ms: int) -> str:
    """Why a step of that call comes too late, if it does.

    Only a step due before the answer is stopped by it: a later one is somebody's wish, made knowing of the answer.
    """
    if call.status == "cleared":
        return how_cleared(call)
    if loop < call.loop:
        return f"the call rang again since, it is in round {call.loop}"
    at_ms = answered_at_ms(call)
    if at_ms is not None and due_at_ms <= at_ms:
        return f"{call.status} by {answered_by(call)}"
    return ""
