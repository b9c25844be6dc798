"""The board's figures: what waits now, who is there, how the day has been so far."""

from msgspec import Struct

from wardbell_callcenter.figures import kpi
from wardbell_callcenter.figures.kpi import ServiceLevels, Share, Times
from wardbell_callcenter.figures.periods import HOUR_MS, whole
from wardbell_callcenter.figures.standing import Standing
from wardbell_callcenter.figures.work import work
from wardbell_callcenter.house import House
from wardbell_callcenter.roster.house_clock import local
from wardbell_callcenter.store.ledger import Ledger


class LiveFigures(Struct, frozen=True, kw_only=True):
    """As of `at_ms`. `oldest_s`: how long the one that waits longest has waited; None where none waits.

    `agents`: how many are in each state, of those signed in. The last hour's and today's count what was opened then; today
    begins at the house's midnight. All by the wall clock, as people read it: setting it moves what was opened before.
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
    now = standing(ledger, min(midnight_ms, now_ms - HOUR_MS), now_ms).of(house, ward)
    cases = now.since(midnight_ms)
    oldest_ms = min(now.waiting, default=None)
    states = [agent.state for agent in now.agents]
    return LiveFigures(
        at_ms=now_ms,
        waiting=len(now.waiting),
        oldest_s=None if oldest_ms is None else max(0, now_ms - oldest_ms) / 1000,
        taken=now.n_taken,
        agents={state: states.count(state) for state in sorted(set(states))},
        service_last_hour=kpi.service_levels(now.since(now_ms - HOUR_MS), within_ms, now_ms),
        service_today=kpi.service_levels(cases, within_ms, now_ms),
        speed_of_answer_today=kpi.speed_of_answer(cases),
        response_time_today=kpi.response_time(cases),
        given_up_today=kpi.given_up(cases),
        occupancy_today=work(now.stays, midnight_ms, now_ms).occupancy,
    )


def standing(ledger: Ledger, from_ms: int, now_ms: int) -> Standing:
    """Of all wards, with what was opened and done since then."""
    return Standing(
        ledger.figures.cases(from_ms, now_ms + 1),
        ledger.contacts.open(),
        ledger.agents.signed_in(),
        ledger.agents.stays(from_ms, now_ms),
    )
