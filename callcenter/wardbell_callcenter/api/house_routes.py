"""The house's document, and who did what."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from litestar import Response, get, put
from litestar.params import HeaderParameter, QueryParameter, RawBody
from msgspec import Struct

from wardbell_callcenter.api.bodies import Limit
from wardbell_callcenter.api.gate import TheCaller, TheIntake
from wardbell_callcenter.api.intake import wall_ms
from wardbell_callcenter.api.problems import ProblemError, standing_by
from wardbell_callcenter.house import decode_house
from wardbell_callcenter.house_checks import read_house
from wardbell_callcenter.store.audit_rows import Entry
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.payloads import Count
from wardbell_protocol.errors import ConfigError

KEPT = "(kept)"  # is shown for a secret, and means the one that counts when it is sent
MOST_BYTES = 4_194_304
FILE = "the document"
EMPTY = b"{}\n"

Json = dict[str, Any]
IfMatch = Annotated[str, HeaderParameter(name="If-Match", max_length=32, pattern=r"^[\x20-\x7e]*$")]
Moment = Annotated[int, QueryParameter(ge=0, le=4_102_444_800_000, description="UNIX ms")]


class Revision(Struct, frozen=True, kw_only=True):
    """Which form of the document counts now."""

    revision: Count


@get("/v1/house", sync_to_thread=True)
def house(intake: TheIntake, caller: TheCaller) -> Response[Json]:
    """The document that counts, its secrets left out; ETag is its revision."""
    intake.check(caller, "house")
    with intake.store.reading() as ledger:
        revision, document = _newest(ledger)
    return Response(_without_secrets(document), headers={"ETag": f'"{revision}"'})


@put("/v1/house", sync_to_thread=True, request_max_body_size=MOST_BYTES)
def put_house(intake: TheIntake, caller: TheCaller, body: RawBody, if_match: IfMatch = "") -> Revision:
    """Another document counts from now on, if If-Match names the one that it was made from. All is checked before."""
    intake.check(caller, "put_house")
    if not intake.leads:
        raise standing_by()
    if not if_match:
        raise ProblemError(428, "If-Match is missing", "send the ETag of the document that yours was made from")
    now_ms = wall_ms()
    with intake.store.writing() as ledger:
        revision, counting = _newest(ledger)
        if if_match.strip().removeprefix("W/").strip('"') != str(revision):
            raise ProblemError(412, f"revision {revision} counts", "get it, and make your changes to that one")
        document = _checked(body, counting)
        made = ledger.houses.put(document, caller.name, now_ms)
        ledger.audit.append(now_ms, caller.name, "put_house", of=f"revision {made}", was=str(revision))
    return Revision(revision=made)


@get("/v1/audit", sync_to_thread=True)
def audit(
    intake: TheIntake,
    caller: TheCaller,
    from_ms: Moment = 0,
    until_ms: Moment = 4_102_444_800_000,
    limit: Limit = 100,
) -> list[Entry]:
    """What people did to each other's work and to the house, the newest of that time, oldest first."""
    intake.check(caller, "audit")
    with intake.store.reading() as ledger:
        return ledger.audit.between(from_ms, until_ms, limit)


def _newest(ledger: Ledger) -> tuple[int, bytes]:
    form = ledger.houses.newest()
    return (0, EMPTY) if form is None else (form.revision, form.document)


def _checked(body: RawBody, counting: bytes) -> bytes:
    try:
        decode_house(body, FILE)
        document = body if body.find(KEPT.encode()) < 0 else _with_secrets(body, counting)
        read_house(document, FILE)
    except ConfigError as error:
        raise ProblemError(422, str(error), "`wardbell house check FILE` says all that is wrong") from error
    return document


def _secret_places(document: Json) -> Iterator[tuple[str, Json]]:
    """Every part that may hold a secret, with a name of its own."""
    for section in ("agents", "webhooks"):
        for name, part in document.get(section, {}).items():
            yield f"{section}.{name}", part
    if document.get("hook"):
        yield "hook", document["hook"]


def _without_secrets(raw: bytes) -> Json:
    document: Json = json.loads(raw)
    for _, part in _secret_places(document):
        if part.get("secret"):
            part["secret"] = KEPT
    return document


def _with_secrets(raw: bytes, counting: bytes) -> bytes:
    document: Json = json.loads(raw)
    known = {name: part.get("secret", "") for name, part in _secret_places(json.loads(counting))}
    for name, part in _secret_places(document):
        if part.get("secret") == KEPT:
            part["secret"] = known.get(name, "")
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"
