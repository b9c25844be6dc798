"""The board's figures: what waits now, who is there, how the day has been so far."""

from msgspec import Struct

from wardbell_callcenter.figures import kpi
from wardbell_callcenter.figures.gather import serves
from wardbell_callcenter.figures.kpi import ServiceLevels, Share, Times
from wardbell_callcenter.figures.periods import HOUR_MS, whole
from wardbell_callcenter.figures.work import work
from wardbell_callcenter.house import House
from wardbell_callcenter.roster.house_clock import local
from wardbell_callcenter.store.ledger import Ledger


class LiveFigures(Struct, frozen=True, kw_only=True):
    """As of `at_ms`. `oldest_s`: how long the one that waits longest has waited; None where none waits.

    `agents`: how many are in each state, of those signed in. The last hour's and today's count what was opened then; today
    begins at the house's midnight.
    """

    at_ms: int
    waiting: int
    oldest_s: float | None
    taken: int
    agents: dict[str, int]
    service_last_hour: ServiceLevels
    service_today: ServiceLevels
    speed_of_answer_today: Times
    response_time_today: Times
    given_up_today: Share
    occupancy_today: Share


def live_figures(ledger: Ledger, house: House, now_ms: int, ward: str = "") -> LiveFigures:
    """Of all wards, or of one."""
    today = local(now_ms, house.time_zone).date()
    midnight_ms = whole(today, today, house.time_zone).from_ms
    within_ms = house.targets.accept_s * 1000
    known = ledger.figures.cases(min(midnight_ms, now_ms - HOUR_MS), now_ms + 1, ward)
    cases = [case for case in known if case.opened_at_ms >= midnight_ms]
    waiting, oldest_ms, taken = ledger.figures.open_now(ward)
    states = [agent.state for agent in ledger.agents.signed_in() if serves(house, agent.agent, ward)]
    stays = [stay for stay in ledger.agents.stays(midnight_ms, now_ms) if serves(house, stay.agent, ward)]
    return LiveFigures(
        at_ms=now_ms,
        waiting=waiting,
        oldest_s=None if oldest_ms is None else max(0, now_ms - oldest_ms) / 1000,
        taken=taken,
        agents={state: states.count(state) for state in sorted(set(states))},
        service_last_hour=kpi.service_levels(
            [case for case in known if case.opened_at_ms >= now_ms - HOUR_MS], within_ms, now_ms
        ),
        service_today=kpi.service_levels(cases, within_ms, now_ms),
        speed_of_answer_today=kpi.speed_of_answer(cases),
        response_time_today=kpi.response_time(cases),
        given_up_today=kpi.given_up(cases),
        occupancy_today=work(stays, midnight_ms, now_ms).occupancy,
    )
