"""What was entered beside the rosters' plan, in the database. An entry that is taken back stays, marked as removed."""

from dataclasses import asdict, replace

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from wardbell_callcenter.roster.change import RosterChange
from wardbell_callcenter.store.house_tables import roster_changes

_TWO_DAYS_MS = 2 * 86_400_000  # no shift is longer, whatever the clocks do


class RosterRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stamp(self) -> tuple[int, int]:
        """Another one after each entry and each removal; what follows from the rosters may be kept until then."""
        removed = func.count().filter(roster_changes.c.is_removed)
        row = self._connection.execute(select(func.count(), removed).select_from(roster_changes)).one()
        return int(row[0]), int(row[1])

    def get(self, change_id: str) -> RosterChange | None:
        """That entry, removed or not."""
        return next(iter(self._select(roster_changes.c.change_id == change_id)), None)

    def around(self, at_ms: int) -> list[RosterChange]:
        """All that can matter to who is on duty at that moment, and until when."""
        return self.between(at_ms - _TWO_DAYS_MS, at_ms + _TWO_DAYS_MS)

    def between(self, from_ms: int, until_ms: int, *, with_removed: bool = False) -> list[RosterChange]:
        """All that is in force at any of that time, in the order of making."""
        touches = (roster_changes.c.from_ms < until_ms) & (roster_changes.c.until_ms > from_ms)
        return self._select(touches if with_removed else touches & roster_changes.c.is_removed.is_(False))

    def with_prefix(self, prefix: str) -> list[RosterChange]:
        """All whose id begins so, also removed ones."""
        return self._select(roster_changes.c.change_id.startswith(prefix, autoescape=True))

    def next_id(self) -> str:
        """An id that none has; entries are never deleted, and writers stand in line."""
        return f"r{self.stamp()[0] + 1}"

    def add(self, change: RosterChange) -> RosterChange:
        """Store it, and return it as it is stored: later than all others, though the wall clock was set back since."""
        newest = self._connection.execute(select(func.max(roster_changes.c.made_at_ms))).scalar_one()
        if newest is not None and change.made_at_ms <= newest:
            change = replace(change, made_at_ms=newest + 1)
        self._connection.execute(insert(roster_changes).values(**asdict(change)))
        return change

    def remove(self, change_id: str) -> bool:
        """It counts no longer; False: it did not before."""
        mine = (roster_changes.c.change_id == change_id) & roster_changes.c.is_removed.is_(False)
        return self._connection.execute(update(roster_changes).where(mine).values(is_removed=True)).rowcount == 1

    def _select(self, which: ColumnElement[bool]) -> list[RosterChange]:
        wanted = select(roster_changes).where(which)
        ordered = wanted.order_by(roster_changes.c.made_at_ms, roster_changes.c.change_id)
        return [_change_of(row) for row in self._connection.execute(ordered).mappings()]


def _change_of(row: RowMapping) -> RosterChange:
    return RosterChange(**row)
