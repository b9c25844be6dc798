"""What waits for the broker, in the database: thinned where it waits for long."""

from sqlalchemy import Connection, delete, func, select

from wardbell_callcenter.store.tables import outbox


class OutboxRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self) -> int:
        """How many rows wait."""
        return int(self._connection.execute(select(func.count()).select_from(outbox)).scalar_one())

    def thin(self, most: int) -> int:
        """Of each retained topic only its newest state; of these, and of events, only the newest so many. Returns how many events
        are left out.
        """
        newest = select(func.max(outbox.c.row_id)).where(outbox.c.retain.is_(True)).group_by(outbox.c.topic)
        self._connection.execute(delete(outbox).where(outbox.c.retain.is_(True) & outbox.c.row_id.not_in(newest)))
        self._cut(True, most)
        return self._cut(False, most)

    def _cut(self, retain: bool, most: int) -> int:
        same = outbox.c.retain.is_(retain)
        over = select(outbox.c.row_id).where(same).order_by(outbox.c.row_id.desc()).offset(most).limit(1)
        last = self._connection.execute(over).scalar_one_or_none()
        if last is None:
            return 0
        return self._connection.execute(delete(outbox).where(same & (outbox.c.row_id <= last))).rowcount
