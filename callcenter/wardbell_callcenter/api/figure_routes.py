"""How fast somebody came, and what waits now; the whole house's for those whose level is the home, a ward's for its people."""

from datetime import timedelta
from typing import Annotated, Literal

from litestar import get
from litestar.params import QueryParameter

from wardbell_callcenter.api.bodies import QueryName
from wardbell_callcenter.api.gate import TheCaller, TheIntake
from wardbell_callcenter.api.intake import wall_ms
from wardbell_callcenter.api.problems import not_found
from wardbell_callcenter.figures.gather import gather
from wardbell_callcenter.figures.live import LiveFigures, live_figures
from wardbell_callcenter.figures.periods import periods, whole
from wardbell_callcenter.figures.report import Report, report
from wardbell_callcenter.house import House
from wardbell_callcenter.people.permissions import About
from wardbell_callcenter.roster.house_clock import local

Days = Annotated[int, QueryParameter(ge=1, le=62, description="so many of the house's days, the last one today")]
By = Annotated[Literal["total", "hour", "shift", "day", "month"], QueryParameter(description="also those of each")]


@get("/v1/figures/live", sync_to_thread=True)
def live(intake: TheIntake, caller: TheCaller, ward: QueryName = "") -> LiveFigures:
    """The board: what waits, who is there, how the last hour and today have been; of one ward, or of all."""
    intake.check(caller, "figures", _of(ward))
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
        _known(house, ward)
        return live_figures(ledger, house, wall_ms(), ward)


@get("/v1/figures", sync_to_thread=True)
def figures(intake: TheIntake, caller: TheCaller, ward: QueryName = "", days: Days = 1, by: By = "total") -> Report:
    """All figures of the last days, of one ward or of all, and those of each hour, shift, day or month in them."""
    intake.check(caller, "figures", _of(ward))
    now_ms = wall_ms()
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
        _known(house, ward)
        last = local(now_ms, house.time_zone).date()
        first = last - timedelta(days=days - 1)
        total = whole(first, last, house.time_zone)
        material = gather(ledger, total, house, ward)
    parts = [] if by == "total" else periods(by, first, last, house)
    return report(material, total, parts, house, now_ms)


def _of(ward: str) -> About:
    """The whole house's are of no ward that somebody could have, rather than of every one."""
    return About(wards=frozenset({ward}))


def _known(house: House, ward: str) -> None:
    if ward and house.wards and ward not in house.wards:
        raise not_found(f"ward {ward}")
