"""The journal's outbox as the pump on the bus sees it: a second connection to the same file, on the pump's own thread."""

import logging
import sqlite3
from pathlib import Path

from wardbell_bus.outbox import OutboxRow
from wardbell_gateway.journal import connect

log = logging.getLogger("wardbell.gateway.journal")


class JournalOutbox:
    """See OutboxStore.

    Deletions are not synced one by one: a power cut that undoes one makes a publication come twice, which readers expect.
    """

    def __init__(self, path: Path) -> None:
        self._db = connect(path, "NORMAL")
        self._done: set[int] = set()

    def close(self) -> None:
        """Close the connection, once the pump has stopped."""
        self._db.close()

    def outbox_after(self, row_id: int, limit: int) -> list[OutboxRow]:
        """The oldest rows above that id; none while the file cannot be read, the next kick asks again."""
        sql = "SELECT row_id, topic, payload, retain FROM outbox WHERE row_id > ? ORDER BY row_id LIMIT ?"
        try:
            rows = self._db.execute(sql, (row_id, limit)).fetchall()
        except sqlite3.Error as error:
            log.error("cannot read the outbox: %s", error)
            return []
        return [OutboxRow(number, topic, bytes(payload), bool(retain)) for number, topic, payload, retain in rows]

    def outbox_done(self, *row_ids: int) -> None:
        """Delete the rows; one that cannot be deleted now is deleted with the next."""
        self._done.update(row_ids)
        try:
            self._db.execute(f"DELETE FROM outbox WHERE row_id IN ({','.join(map(str, sorted(self._done)))})")
        except sqlite3.Error as error:
            log.error("cannot delete from the outbox, later: %s", error)
            return
        self._done.clear()
