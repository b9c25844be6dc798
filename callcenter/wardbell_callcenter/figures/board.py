"""The figures of the moment for consoles: of the house and of each ward, by period; and the rosters' next gaps. Pure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal

from msgspec import structs

from wardbell_callcenter.figures import kpi
from wardbell_callcenter.figures.kpi import Share
from wardbell_callcenter.figures.periods import HOUR_MS, periods, whole
from wardbell_callcenter.figures.standing import Standing
from wardbell_callcenter.figures.work import work
from wardbell_callcenter.house import Agent, House
from wardbell_callcenter.people.permissions import About, may
from wardbell_callcenter.roster.gaps import Gap
from wardbell_callcenter.roster.house_clock import local
from wardbell_protocol.bus.figure_payloads import (
    MOST_GAPS,
    MOST_WARDS,
    CentreFigures,
    OutOf,
    PeriodFigures,
    RosterGap,
    WardFigures,
)

Span = tuple[Literal["hour", "shift", "today"], str, int]  # which, the shift's name, and from when, UNIX ms


def spans(house: House, now_ms: int) -> list[Span]:
    """The last hour, the shift that goes on (of several the one that began last), and today."""
    today = local(now_ms, house.time_zone).date()
    shifts = periods("shift", today - timedelta(days=1), today, house)
    going = [shift for shift in shifts if shift.from_ms <= now_ms < shift.until_ms]
    found: list[Span] = [("hour", "", now_ms - HOUR_MS)]
    if going:
        last = max(going, key=lambda shift: shift.from_ms)
        found.append(("shift", last.label.partition(" ")[2][:256], last.from_ms))  # without its day
    return [*found, ("today", "", whole(today, today, house.time_zone).from_ms)]


def board(standing: Standing, gaps: Iterable[Gap], periods: Sequence[Span], house: House, now_ms: int) -> CentreFigures:
    """Of the house and each of its wards, or of those that call where it names none."""
    calling = {case.ward for case in standing.cases} | {contact.ward for contact in standing.contacts}
    short = [gap for gap in gaps if gap.kind == "short"]
    return CentreFigures(
        at_ms=now_ms,
        within_s=house.targets.accept_s,
        time_zone=house.time_zone,
        wards=[
            _ward(standing.of(house, ward), ward, periods, house, now_ms)
            for ward in ("", *sorted(house.wards or calling - {""}))
        ],
        gaps=[_gap(gap) for gap in short[:MOST_GAPS]],
        more_gaps=max(0, len(short) - MOST_GAPS),
    )


def seen_by(figures: CentreFigures, who: Agent, name: str) -> CentreFigures:
    """As much of them as that person may see."""
    seen = [each for each in figures.wards if not may(who, name, "figures", About(wards=frozenset({each.ward})))]
    if may(who, name, "roster"):
        figures = structs.replace(figures, gaps=[], more_gaps=0)
    return structs.replace(figures, wards=seen[:MOST_WARDS])


def _ward(standing: Standing, ward: str, periods: Sequence[Span], house: House, now_ms: int) -> WardFigures:
    return WardFigures(
        ward=ward,
        waiting=len(standing.waiting),
        oldest_at_ms=min(standing.waiting, default=None),
        taken=standing.n_taken,
        free=standing.n_free,
        signed_in=len(standing.agents),
        periods=[_period(standing, span, house, now_ms) for span in periods],
    )


def _period(standing: Standing, span: Span, house: House, now_ms: int) -> PeriodFigures:
    period, name, from_ms = span
    cases = standing.since(from_ms)
    levels = kpi.service_levels(cases, house.targets.accept_s * 1000, now_ms)
    return PeriodFigures(
        period=period,
        name=name,
        from_ms=max(0, from_ms),  # of a machine whose clock is not set yet
        contacts=len(cases),
        offered=_out_of(levels.offered),
        excluding=_out_of(levels.excluding),
        ended_too=_out_of(levels.ended_too),
        accepted=_out_of(levels.accepted),
        speed_of_answer_s=kpi.speed_of_answer(cases).mean_s,
        response_p90_s=kpi.response_time(cases).p90_s,
        given_up=_out_of(kpi.given_up(cases)),
        occupancy=_out_of(work(standing.stays, from_ms, now_ms).occupancy),
    )


def _out_of(share: Share) -> OutOf:
    return share.count, share.of


def _gap(gap: Gap) -> RosterGap:
    return RosterGap(
        roster=gap.roster, shift=gap.shift, from_ms=gap.from_ms, until_ms=gap.until_ms, needs=gap.needs, has=gap.has
    )
