"""What can be done with a contact. Each is a command of the bus; the answer is the contact as it is afterwards.

What is urgent has threads beside those of all other routes (`app.THREADS`): it never waits for somebody's slow question.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import to_thread
from litestar import post
from litestar.params import JSONBody

from wardbell_callcenter.api.bodies import Choice, Key, Passing, PathName, Reason, Refusal, Remark, Resolution
from wardbell_callcenter.api.gate import URGENT, TheCaller, TheIntake
from wardbell_callcenter.api.intake import Asked, Caller, Intake
from wardbell_callcenter.api.problems import not_found
from wardbell_protocol.bus.centre_payloads import ContactState

_PLACE = "/v1/contacts/{contact_id:str}"


def _do(intake: Intake, caller: Caller, verb: str, contact_id: str, key: str, **fields: object) -> ContactState:
    asked = Asked(verb, key, (("contact_id", contact_id), *fields.items()))
    intake.do(caller, asked, lambda ledger: intake.about(ledger, intake.contact(ledger, caller, contact_id)))
    with intake.store.reading() as ledger:
        done = ledger.contacts.get(contact_id)
        if done is None:
            raise not_found(f"contact {contact_id}")
        return intake.state(ledger, done)


@post(f"{_PLACE}/accept", status_code=200, opt={URGENT: True})
async def accept(intake: TheIntake, caller: TheCaller, contact_id: PathName, idempotency_key: Key = "") -> ContactState:
    """You take it. 409 says who was first; whoever has it may say so again."""
    return await to_thread.run_sync(_do, intake, caller, "accept", contact_id, idempotency_key)


@post(f"{_PLACE}/refuse", status_code=200, opt={URGENT: True})
async def refuse(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, data: JSONBody[Refusal], idempotency_key: Key = ""
) -> ContactState:
    """You cannot: others are asked at once."""
    work = partial(_do, intake, caller, "refuse", contact_id, idempotency_key, reason=data.reason)
    return await to_thread.run_sync(work)


@post(f"{_PLACE}/on_site", status_code=200, opt={URGENT: True})
async def on_site(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, idempotency_key: Key = ""
) -> ContactState:
    """You are at the bed."""
    return await to_thread.run_sync(_do, intake, caller, "on_site", contact_id, idempotency_key)


@post(f"{_PLACE}/resolve", status_code=200, sync_to_thread=True)
def resolve(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, data: JSONBody[Resolution], idempotency_key: Key = ""
) -> ContactState:
    """It is done: how, by the house's codes."""
    said = {"code": data.code, "fields": data.fields, "text": data.text}
    return _do(intake, caller, "resolve", contact_id, idempotency_key, **said)


@post(f"{_PLACE}/hand_over", status_code=200, sync_to_thread=True)
def hand_over(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, data: JSONBody[Passing], idempotency_key: Key = ""
) -> ContactState:
    """Somebody outside the call centre has it now."""
    return _do(intake, caller, "hand_over", contact_id, idempotency_key, to=data.to, text=data.text)


@post(f"{_PLACE}/transfer", status_code=200, sync_to_thread=True)
def transfer(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, data: JSONBody[Passing], idempotency_key: Key = ""
) -> ContactState:
    """An agent or a group is asked to take it, with all that was written."""
    return _do(intake, caller, "transfer", contact_id, idempotency_key, to=data.to, text=data.text)


@post(f"{_PLACE}/release", status_code=200, sync_to_thread=True)
def release(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, data: JSONBody[Reason], idempotency_key: Key = ""
) -> ContactState:
    """You have it no longer: it looks for somebody else."""
    return _do(intake, caller, "release", contact_id, idempotency_key, reason=data.reason)


@post(f"{_PLACE}/note", status_code=200, sync_to_thread=True)
def note(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, data: JSONBody[Remark], idempotency_key: Key = ""
) -> ContactState:
    """Write something on its time line."""
    return _do(intake, caller, "note", contact_id, idempotency_key, text=data.text)


@post(f"{_PLACE}/choose_resident", status_code=200, sync_to_thread=True)
def choose_resident(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, data: JSONBody[Choice], idempotency_key: Key = ""
) -> ContactState:
    """Say which of the room's residents it is."""
    return _do(intake, caller, "choose_resident", contact_id, idempotency_key, to=data.resident_id)


@post(f"{_PLACE}/escalate", status_code=200, sync_to_thread=True)
def escalate(intake: TheIntake, caller: TheCaller, contact_id: PathName, idempotency_key: Key = "") -> ContactState:
    """The next step, now."""
    return _do(intake, caller, "escalate", contact_id, idempotency_key)


@post(f"{_PLACE}/take_over", status_code=200, sync_to_thread=True)
def take_over(
    intake: TheIntake, caller: TheCaller, contact_id: PathName, data: JSONBody[Reason], idempotency_key: Key = ""
) -> ContactState:
    """A supervisor takes it from whoever has it."""
    return _do(intake, caller, "take_over", contact_id, idempotency_key, reason=data.reason)


@post(f"{_PLACE}/join", status_code=200, sync_to_thread=True)
def join(intake: TheIntake, caller: TheCaller, contact_id: PathName, idempotency_key: Key = "") -> ContactState:
    """You help whoever has it."""
    return _do(intake, caller, "join", contact_id, idempotency_key)


VERBS: tuple[Callable[..., Any], ...] = (
    accept,
    refuse,
    on_site,
    resolve,
    hand_over,
    transfer,
    release,
    note,
    choose_resident,
    escalate,
    take_over,
    join,
)
