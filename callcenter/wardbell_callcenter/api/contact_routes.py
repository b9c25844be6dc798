"""Contacts: which there are, one of them, its time line; one that is no bed call is opened."""

import base64
import binascii
from dataclasses import replace
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from wardbell_callcenter.api.bodies import Contacts, Key, Limit, Opening, PathName, QueryName
from wardbell_callcenter.api.gate import TheCaller, TheIntake
from wardbell_callcenter.api.intake import Asked, Intake
from wardbell_callcenter.api.problems import ProblemError, not_found
from wardbell_callcenter.api.sight import of_ward, sought_by
from wardbell_callcenter.contacts.sought import Sought
from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactKind, ContactState, ContactStatus
from wardbell_protocol.bus.payloads import Ms, Name

_Place = tuple[int, str]
Cursor = Annotated[str, QueryParameter(max_length=200, description="`next` of the page before")]


@get("/v1/contacts", sync_to_thread=True)
def contacts(
    intake: TheIntake,
    caller: TheCaller,
    status: FromQuery[list[ContactStatus] | None] = None,
    ward: QueryName = "",
    kind: FromQuery[ContactKind | None] = None,
    mine: FromQuery[bool] = False,
    after: Cursor = "",
    limit: Limit = 100,
) -> Contacts:
    """The contacts that you may see, newest first. No `status`: those that are open. `mine`: you have them, or are asked."""
    intake.check(caller, "contacts")
    sought = replace(
        sought_by(caller.name, caller.who, mine),
        states=frozenset(status or ()),
        ward=ward,
        kind=kind,
        after=_place(after) if after else None,
    )
    return _page(intake, sought, limit)


@get("/v1/contacts/{contact_id:str}", sync_to_thread=True)
def contact(intake: TheIntake, caller: TheCaller, contact_id: PathName) -> ContactState:
    """One contact, open or closed."""
    intake.check(caller, "contacts")
    with intake.store.reading() as ledger:
        return intake.contact(ledger, caller, contact_id)


@get("/v1/contacts/{contact_id:str}/timeline", sync_to_thread=True)
def timeline(intake: TheIntake, caller: TheCaller, contact_id: PathName) -> list[CentreEvent]:
    """All that happened to a contact, oldest first, with notes and offers."""
    intake.check(caller, "timeline")
    with intake.store.reading() as ledger:
        intake.contact(ledger, caller, contact_id)
        return ledger.events.of_contact(contact_id)


@post("/v1/contacts", status_code=200, sync_to_thread=True)
def open_contact(
    intake: TheIntake, caller: TheCaller, data: JSONBody[Opening], idempotency_key: Key = ""
) -> ContactState:
    """Open a contact that is no bed call; one of the same kind and place that is open already is repeated instead."""
    said = {name: getattr(data, name) for name in ("kind", "subject", "ward", "room", "bed") if getattr(data, name)}
    fields = data.fields | said
    asked = Asked("open", idempotency_key, (("fields", fields),))
    reply = intake.do(caller, asked, lambda _: of_ward(fields.get("ward", "")))  # the ward may stand among the fields
    with intake.store.reading() as ledger:
        made = ledger.contacts.get(reply.contact_id)
        if made is None:
            raise not_found(f"contact {reply.contact_id}")
        return intake.state(ledger, made)


def _page(intake: Intake, sought: Sought, limit: int) -> Contacts:
    with intake.store.reading() as ledger:
        places = ledger.listing.page(sought, limit + 1)
        shown = places[:limit]
        found = ledger.contacts.many(contact_id for _, contact_id in shown)
        by_id = {state.contact_id: state for state in intake.states(ledger, list(found.values()))}
    more = _cursor(shown[-1]) if len(places) > limit else ""
    return Contacts(contacts=[by_id[contact_id] for _, contact_id in shown], next=more)


def _cursor(place: _Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()


def _place(cursor: str) -> _Place:
    try:
        place: _Place = msgspec.json.decode(base64.b64decode(cursor, "-_", validate=True), type=tuple[Ms, Name])
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise ProblemError(400, "after: it is no `next` of ours", "begin without it") from error
    return place
