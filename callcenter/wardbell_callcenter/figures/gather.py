"""Reads what the figures of some days are counted from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wardbell_callcenter.figures.periods import Period
from wardbell_callcenter.figures.report import Material
from wardbell_callcenter.house import House

if TYPE_CHECKING:
    from wardbell_callcenter.store.ledger import Ledger


def gather(ledger: Ledger, period: Period, house: House, ward: str = "") -> Material:
    """Of all wards, or of one: its contacts, and the time of those who serve it (also where they serve others)."""
    until_ms = period.until_ms + house.limits.recall_s * 1000
    return Material(
        ledger.figures.cases(period.from_ms, until_ms, ward),
        [stay for stay in ledger.agents.stays(period.from_ms, period.until_ms) if serves(house, stay.agent, ward)],
        ledger.figures.offers(period.from_ms, period.until_ms),
    )


def serves(house: House, name: str, ward: str) -> bool:
    """Whether that agent is for that ward; everybody is for all of them together."""
    agent = house.agents.get(name)
    return not ward or agent is None or not agent.wards or ward in agent.wards
