"""All figures of a time and of each period in it. A contact belongs to the period in which it was opened."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from wardbell_callcenter.figures import kpi
from wardbell_callcenter.figures.case import Case
from wardbell_callcenter.figures.kpi import ServiceLevels, Share, Times
from wardbell_callcenter.figures.periods import Period
from wardbell_callcenter.figures.work import Offers, Stay, Work, work
from wardbell_callcenter.house import House


@dataclass(frozen=True)
class Material:
    """What the figures are counted from.

    Args:
        cases: by their opening. Those opened within `Limits.recall_s` after the time are wanted too: they may be re-calls.
        offers: to seats, by contact and agent, counted by state.
    """

    cases: Sequence[Case]
    stays: Sequence[Stay] = ()
    offers: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)


class Figures(Struct, frozen=True, kw_only=True):
    """One period's; the formulas are kpi.py's functions of the same names. `unfinished`: contacts that are open still."""

    label: str
    from_ms: int
    until_ms: int
    contacts: int
    unfinished: int
    service_levels: ServiceLevels
    speed_of_answer: Times
    acceptance_time: Times
    response_time: Times
    press_to_offer: Times
    technical_delay: Times
    handling_time: Times
    given_up: Share
    escalated: Share
    reached: dict[int, int]
    breaches: dict[str, Share]
    calls_again: Share
    not_visited: Share
    missed: Share
    occupancy: Share
    utilisation: Share


class AgentFigures(Struct, frozen=True):
    """One agent's, for himself and his supervisor: no league table."""

    agent: str
    offers: Offers
    work: Work


class Report(Struct, frozen=True):
    """`total`: of the whole time."""

    total: Figures
    periods: list[Figures]
    agents: list[AgentFigures]


def report(material: Material, total: Period, parts: Sequence[Period], house: House, now_ms: int) -> Report:
    """The figures of the whole time and of its parts, as known at `now_ms`."""
    counted = _Counted(material, house, now_ms)
    return Report(counted.figures(total), [counted.figures(part) for part in parts], counted.agents(total))


class _Counted:
    """The material in order, so that a period finds its own."""

    def __init__(self, material: Material, house: House, now_ms: int) -> None:
        self._cases = sorted(material.cases, key=lambda case: case.opened_at_ms)
        self._opened = [case.opened_at_ms for case in self._cases]
        self._stays = material.stays
        self._house = house
        self._now_ms = now_ms
        self._openings: dict[str, list[int]] = {}
        for case in self._cases:
            self._openings.setdefault(case.place, []).append(case.opened_at_ms)
        self._offers: dict[str, dict[str, Mapping[str, int]]] = {}
        for (contact_id, agent), counts in material.offers.items():
            self._offers.setdefault(contact_id, {})[agent] = counts

    def figures(self, period: Period) -> Figures:
        cases, now_ms = self._within(period), self._now_ms
        worked = work(self._stays, period.from_ms, min(period.until_ms, now_ms))
        return Figures(
            label=period.label,
            from_ms=period.from_ms,
            until_ms=period.until_ms,
            contacts=len(cases),
            unfinished=sum(case.closed_at_ms is None for case in cases),
            service_levels=kpi.service_levels(cases, self._house.targets.accept_s * 1000, now_ms),
            speed_of_answer=kpi.speed_of_answer(cases),
            acceptance_time=kpi.acceptance_time(cases),
            response_time=kpi.response_time(cases),
            press_to_offer=kpi.press_to_offer(cases),
            technical_delay=kpi.technical_delay(cases),
            handling_time=kpi.handling_time(cases),
            given_up=kpi.given_up(cases),
            escalated=kpi.escalated(cases),
            reached=kpi.reached(cases),
            breaches=kpi.breaches(cases, self._house.targets.response_s, now_ms),
            calls_again=kpi.calls_again(cases, self._openings, self._house.limits.recall_s * 1000, now_ms),
            not_visited=kpi.not_visited(cases),
            missed=self._offers_of(cases).missed_share,
            occupancy=worked.occupancy,
            utilisation=worked.utilisation,
        )

    def agents(self, period: Period) -> list[AgentFigures]:
        by_agent: dict[str, Offers] = {}
        for case in self._within(period):
            for agent, counts in self._offers.get(case.contact_id, {}).items():
                by_agent[agent] = by_agent.get(agent, Offers()).plus(counts)
        names = sorted(by_agent.keys() | {stay.agent for stay in self._stays})
        until_ms = min(period.until_ms, self._now_ms)
        return [
            AgentFigures(
                name,
                by_agent.get(name, Offers()),
                work([stay for stay in self._stays if stay.agent == name], period.from_ms, until_ms),
            )
            for name in names
        ]

    def _within(self, period: Period) -> list[Case]:
        first, end = bisect_left(self._opened, period.from_ms), bisect_left(self._opened, period.until_ms)
        return self._cases[first:end]

    def _offers_of(self, cases: Sequence[Case]) -> Offers:
        total = Offers()
        for case in cases:
            for counts in self._offers.get(case.contact_id, {}).values():
                total = total.plus(counts)
        return total
