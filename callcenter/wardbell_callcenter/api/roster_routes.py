"""Who is on duty and why, and what is wrong with the days to come."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from wardbell_callcenter.api.bodies import QueryName
from wardbell_callcenter.api.gate import TheCaller, TheIntake
from wardbell_callcenter.api.problems import not_found
from wardbell_callcenter.house import House
from wardbell_callcenter.roster.duty import Duty, on_duty
from wardbell_callcenter.roster.gaps import Gap, gaps
from wardbell_protocol.bus.payloads import Ms, Name, Text

_DAY_MS = 86_400_000
Moment = Annotated[int, QueryParameter(ge=0, le=4_102_444_800_000, description="UNIX ms; 0: now")]
Days = Annotated[int, QueryParameter(ge=1, le=60)]


class WhyOnDuty(Struct, frozen=True, kw_only=True):
    """One reason: a rotation's `team` of `teams`, or an entry by `made_by` that concerned `whom`."""

    kind: str
    team: int = 0
    teams: int = 0
    whom: Text = ""
    made_by: Text = ""
    reason: Text = ""


class OnDuty(Struct, frozen=True, kw_only=True):
    """Somebody who works at that moment."""

    agent: Name
    roster: Name
    shift: Text
    from_ms: Ms
    until_ms: Ms
    why: list[WhyOnDuty]


@get("/v1/roster/who", sync_to_thread=True)
def who(intake: TheIntake, caller: TheCaller, roster: QueryName = "", at_ms: Moment = 0) -> list[OnDuty]:
    """Who is on duty, in one roster or all, and why; by the house as it is now."""
    intake.check(caller, "roster")
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
        names = _rosters(house, roster)
        at_ms = at_ms or intake.now(ledger).wall_ms
        changes = ledger.roster.around(at_ms)
        return [_told(duty) for name in names for duty in on_duty(house, name, changes, at_ms)]


@get("/v1/roster/gaps", sync_to_thread=True)
def roster_gaps(intake: TheIntake, caller: TheCaller, roster: QueryName = "", days: Days = 14) -> list[Gap]:
    """Too few people, somebody in two places, somebody planned who is on leave; earliest first."""
    intake.check(caller, "roster")
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
        names = _rosters(house, roster)
        from_ms = intake.now(ledger).wall_ms
        until_ms = from_ms + days * _DAY_MS
        changes = ledger.roster.between(from_ms - 2 * _DAY_MS, until_ms + 2 * _DAY_MS)
    return [gap for gap in gaps(house, changes, from_ms, until_ms) if gap.roster in names]


def _rosters(house: House, roster: str) -> list[str]:
    if roster and roster not in house.rosters:
        raise not_found(f"roster {roster}")
    return [roster] if roster else sorted(house.rosters)


def _told(duty: Duty) -> OnDuty:
    why = [
        WhyOnDuty(
            kind=reason.kind,
            team=reason.team,
            teams=reason.teams,
            whom=reason.whom,
            made_by=reason.change.made_by if reason.change else "",
            reason=reason.change.reason if reason.change else "",
        )
        for reason in duty.why
    ]
    return OnDuty(
        agent=duty.agent,
        roster=duty.roster,
        shift=duty.shift,
        from_ms=duty.from_ms,
        until_ms=duty.until_ms,
        why=why,
    )
