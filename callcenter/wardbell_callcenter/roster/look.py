"""One look at the rosters for a command: the house, its words and its clock, and the entries, in one transaction."""

import argparse
from dataclasses import dataclass
from datetime import timedelta

from wardbell_callcenter.house import House, decode_house
from wardbell_callcenter.roster.change import ChangeError, RosterChange
from wardbell_callcenter.roster.house_clock import instant_ms, local
from wardbell_callcenter.roster.moments import moment_ms
from wardbell_callcenter.roster.wording import Wording
from wardbell_callcenter.store.house_rows import HouseForm
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.errors import ConfigError

DAY_MS = 86_400_000


@dataclass(frozen=True)
class Look:
    """`house`: as it counts now. `options`: of the command line."""

    ledger: Ledger
    house: House
    words: Wording
    now_ms: int
    options: argparse.Namespace

    def moment_ms(self, name: str, default_ms: int, *, is_end: bool = False) -> int:
        """The time that an option names, by the house's clock.

        Raises:
            ChangeError: it is no time.
        """
        text = getattr(self.options, name)
        if text is None:
            return default_ms
        try:
            return moment_ms(text, self.house.time_zone, self.now_ms, is_end=is_end)
        except ValueError as error:
            shown = "2026-11-24, 2026-11-24T19:00 or 19:00"
            raise ChangeError(f"--{name.rstrip('_')}: {text} is no time; write {shown}") from error

    def days_ms(self) -> tuple[int, int]:
        """From `--from` to the same time of the day, `--days` later."""
        from_ms = self.moment_ms("from_", self.now_ms)
        return from_ms, self.days_on_ms(from_ms)

    def days_on_ms(self, from_ms: int) -> int:
        """The same time of the day, `--days` later."""
        began = local(from_ms, self.house.time_zone)
        last = began.date() + timedelta(days=self.options.days)
        return instant_ms(last, f"{began:%H:%M:%S}", self.house.time_zone)

    def rosters(self) -> list[str]:
        """Those that are asked for, all where none is.

        Raises:
            ChangeError: there is no such roster.
        """
        wanted: str | None = self.options.roster
        if wanted is not None and wanted not in self.house.rosters:
            raise ChangeError(f"--roster: there is no {wanted}; known: {', '.join(sorted(self.house.rosters))}")
        return sorted(self.house.rosters) if wanted is None else [wanted]

    def changes(self, from_ms: int, until_ms: int) -> list[RosterChange]:
        """What is in force in that time or right beside it."""
        return self.ledger.roster.between(from_ms - 2 * DAY_MS, until_ms + 2 * DAY_MS)


def look_of(ledger: Ledger, options: argparse.Namespace, now_ms: int) -> Look:
    """What the command looks at.

    Raises:
        ConfigError: the house has no rosters.
    """
    house = house_of(ledger.houses.newest())
    if not house.rosters:
        raise ConfigError(
            "the house", "rosters", "there are none; write them into its document, then `wardbell house apply`"
        )
    return Look(ledger, house, Wording(options.lang, house.time_zone), now_ms, options)


def house_of(form: HouseForm | None) -> House:
    """The house of a form of its document."""
    return House() if form is None else decode_house(form.document, f"revision {form.revision} of the house")
