"""What belongs to the wards: residents, incidents, stations that are muted."""

from litestar import get, post
from litestar.params import JSONBody
from msgspec import Struct

from wardbell_callcenter.api.bodies import Key, Muting, PathName, QueryName, Reason
from wardbell_callcenter.api.gate import TheCaller, TheIntake
from wardbell_callcenter.api.intake import Asked, Caller, Intake
from wardbell_callcenter.api.problems import ProblemError
from wardbell_callcenter.api.sight import of_resident, of_ward
from wardbell_callcenter.people.permissions import may, shown_card
from wardbell_protocol.bus.centre_payloads import IncidentState, ResidentCard
from wardbell_protocol.bus.payloads import Ms, Name, Text


class ResidentOf(Struct, frozen=True, kw_only=True):
    """Who lives in which ward."""

    ward: Text
    resident: ResidentCard


class MuteState(Struct, frozen=True, kw_only=True):
    """A station whose calls are not offered until then, by the clock as it is set now; emergencies are."""

    ward: Name
    station_id: Name
    until_ms: Ms
    by: Text
    reason: Text


@get("/v1/residents", sync_to_thread=True)
def residents(intake: TheIntake, caller: TheCaller, ward: QueryName = "", room: QueryName = "") -> list[ResidentOf]:
    """Those whom you may know of, by ward, room and bed. Who they are comes from the house: `wardbell residents`."""
    intake.check(caller, "residents")
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
        everybody = ledger.residents.of_room(ward, room) if ward and room else ledger.residents.all()
    return [
        ResidentOf(ward=one.ward, resident=shown_card(house, caller.who, one.to_card()))
        for one in everybody
        if not one.is_gone
        and ward in ("", one.ward)
        and room in ("", one.room)
        and not may(caller.who, caller.name, "residents", of_resident(one.ward, one.key_carer))
    ]


@get("/v1/incidents", sync_to_thread=True)
def incidents(intake: TheIntake, caller: TheCaller) -> list[IncidentState]:
    """Those that are open, with the contacts under them."""
    intake.check(caller, "incidents")
    with intake.store.reading() as ledger:
        found = ledger.incidents.states()
    return [one for one in found if not may(caller.who, caller.name, "incidents", of_ward(one.ward))]


@get("/v1/mutes", sync_to_thread=True)
def mutes(intake: TheIntake, caller: TheCaller) -> list[MuteState]:
    """Muted stations; whose time is over first comes first."""
    intake.check(caller, "mutes")
    return _mutes(intake, caller)


@post("/v1/wards/{ward:str}/stations/{station_id:str}/mute", status_code=200, sync_to_thread=True)
def mute(
    intake: TheIntake,
    caller: TheCaller,
    ward: PathName,
    station_id: PathName,
    data: JSONBody[Muting],
    idempotency_key: Key = "",
) -> list[MuteState]:
    """A faulty button's calls are not offered for a while, and somebody is to see to it. Emergencies always are."""
    said = (("to", _place(ward, station_id)), ("for_s", data.for_s), ("reason", data.reason))
    intake.do(caller, Asked("mute", idempotency_key, said), lambda _: of_ward(ward))
    return _mutes(intake, caller)


@post("/v1/wards/{ward:str}/stations/{station_id:str}/unmute", status_code=200, sync_to_thread=True)
def unmute(
    intake: TheIntake,
    caller: TheCaller,
    ward: PathName,
    station_id: PathName,
    data: JSONBody[Reason],
    idempotency_key: Key = "",
) -> list[MuteState]:
    """It rings again."""
    said = (("to", _place(ward, station_id)), ("reason", data.reason))
    intake.do(caller, Asked("unmute", idempotency_key, said), lambda _: of_ward(ward))
    return _mutes(intake, caller)


def _place(ward: str, station_id: str) -> str:
    if "/" in ward:
        raise ProblemError(400, "a ward's name has no /")
    return f"{ward}/{station_id}"


def _mutes(intake: Intake, caller: Caller) -> list[MuteState]:
    with intake.store.reading() as ledger:
        found, now = ledger.incidents.mutes(), intake.now(ledger)
    return [
        MuteState(
            ward=one.ward,
            station_id=one.station_id,
            until_ms=max(0, now.wall_ms + one.until_steady_ms - now.steady_ms),
            by=one.by,
            reason=one.reason,
        )
        for one in found
        if not may(caller.who, caller.name, "mutes", of_ward(one.ward))
    ]
