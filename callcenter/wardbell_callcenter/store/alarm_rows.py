"""What the house's alarm rules look at, and which of them have called. All by the engine's own time: nobody sets it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select

from wardbell_callcenter.contacts.contact import WAITING
from wardbell_callcenter.store.contact_tables import IS_OPEN, alarms, contacts


@dataclass(frozen=True)
class Opened:
    """A contact, and what became of it."""

    opened_steady_ms: int
    accepted_steady_ms: int | None
    is_over: bool


# An alarm must not feed itself, nor count an incident beside the contacts under it. By the index of its ward SQLite would read
# all that the ward ever had.
_COUNTED = contacts.c.kind.not_in(("technical", "incident")) & or_(
    bindparam("of_ward") == "", contacts.c.ward == bindparam("of_ward")
)
_WAITING = select(func.coalesce(contacts.c.opened_steady_ms, contacts.c.round_steady_ms)).where(
    IS_OPEN & contacts.c.state.in_(WAITING) & _COUNTED
)
_OPENED = select(contacts.c.opened_steady_ms, contacts.c.accepted_steady_ms, contacts.c.closed_at_ms).where(
    (contacts.c.opened_steady_ms >= bindparam("since_ms")) & _COUNTED
)
_CALLED = select(alarms)
_HOLD = insert(alarms)
_FORGET = delete(alarms).where(alarms.c.dedup_key == bindparam("of_key"))


class AlarmRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def waiting(self, ward: str = "") -> list[int]:
        """Since when each contact of that ward, or of all, looks for somebody."""
        return list(self._connection.execute(_WAITING, {"of_ward": ward}).scalars())

    def opened(self, since_steady_ms: int, ward: str = "") -> list[Opened]:
        """The contacts of that ward, or of all, that were opened since then."""
        rows = self._connection.execute(_OPENED, {"since_ms": since_steady_ms, "of_ward": ward})
        return [Opened(opened_ms, accepted_ms, closed_ms is not None) for opened_ms, accepted_ms, closed_ms in rows]

    def called(self) -> dict[str, int]:
        """The rules that have called, by their contacts' places and kinds: when each was last seen to hold."""
        return {row.dedup_key: row.held_steady_ms for row in self._connection.execute(_CALLED)}

    def hold(self, dedup_keys: Collection[str], steady_ms: int) -> None:
        """Those hold at that moment."""
        self.forget(dedup_keys)
        if dedup_keys:
            self._connection.execute(_HOLD, [{"dedup_key": key, "held_steady_ms": steady_ms} for key in dedup_keys])

    def forget(self, dedup_keys: Collection[str]) -> None:
        """Those call again as soon as they hold."""
        if dedup_keys:
            self._connection.execute(_FORGET, [{"of_key": key} for key in dedup_keys])
