"""What agents' time was spent on: occupancy and utilisation, and what became of the offers that were made to them."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from msgspec import Struct

from wardbell_callcenter.figures.kpi import Share

HANDLING = ("busy", "wrap_up")
READY = ("ready", "offered")  # who is being asked is free still


class Stay(Protocol):
    """An agent's time in one state. `until_ms` None: still."""

    @property
    def agent(self) -> str:
        """Whose."""

    @property
    def state(self) -> str:
        """What he was, of AgentStatus."""

    @property
    def from_ms(self) -> int:
        """UNIX ms."""

    @property
    def until_ms(self) -> int | None:
        """UNIX ms."""


class Work(Struct, frozen=True):
    """Seconds of all agents together while they were signed in."""

    handling_s: int = 0
    ready_s: int = 0
    signed_in_s: int = 0

    @property
    def occupancy(self) -> Share:
        """Handling ÷ (handling + ready)."""
        return Share(self.handling_s, self.handling_s + self.ready_s)

    @property
    def utilisation(self) -> Share:
        """Handling ÷ signed in."""
        return Share(self.handling_s, self.signed_in_s)


class Offers(Struct, frozen=True):
    """How many offers were made to seats, and what became of them; the rest were withdrawn, or are there still."""

    made: int = 0
    accepted: int = 0
    refused: int = 0
    missed: int = 0

    @property
    def missed_share(self) -> Share:
        """Not answered in time ÷ offers."""
        return Share(self.missed, self.made)

    def plus(self, counts: Mapping[str, int]) -> "Offers":
        """With more of them, counted by their state."""
        return Offers(
            self.made + sum(counts.values()),
            self.accepted + counts.get("accepted", 0),
            self.refused + counts.get("refused", 0),
            self.missed + counts.get("missed", 0),
        )


def work(stays: Iterable[Stay], from_ms: int, until_ms: int) -> Work:
    """Of the part of each stay that lies in that time; one that goes on counts up to its end."""
    ms = {"handling": 0, "ready": 0, "signed_in": 0}
    for stay in stays:
        ends_ms = until_ms if stay.until_ms is None else min(stay.until_ms, until_ms)
        spent_ms = ends_ms - max(stay.from_ms, from_ms)
        if spent_ms <= 0 or stay.state == "signed_out":
            continue
        ms["signed_in"] += spent_ms
        ms["handling"] += spent_ms if stay.state in HANDLING else 0
        ms["ready"] += spent_ms if stay.state in READY else 0
    return Work(*(ms[name] // 1000 for name in ("handling", "ready", "signed_in")))
