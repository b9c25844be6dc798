"""What the call centre knows for certain: every change, its event and what it publishes are one transaction."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from wardbell_bus.outbox import OutboxRow
from wardbell_callcenter.ledger import Ledger, StoreError
from wardbell_callcenter.tables import authority, open_engine, outbox

log = logging.getLogger("wardbell.callcenter")


class Store:
    """The call centre's database.

    Args:
        url: SQLAlchemy's; `sqlite:///callcenter.db` for a file.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = open_engine(url)
            with self._engine.begin() as connection:
                if connection.execute(select(authority.c.epoch)).first() is None:
                    connection.execute(insert(authority).values(one=1, epoch=os.urandom(4).hex(), seq=0))
        except SQLAlchemyError as error:
            raise StoreError(str(error)) from error
        self._reader = self._engine.execution_options(reads_only=True)

    @contextmanager
    def writing(self) -> Iterator[Ledger]:
        """One transaction: all of it is kept, or nothing and StoreError."""
        try:
            with self._engine.begin() as connection:
                yield Ledger(connection)
        except SQLAlchemyError as error:
            raise StoreError(str(error)) from error

    @contextmanager
    def reading(self) -> Iterator[Ledger]:
        """One consistent look."""
        try:
            with self._reader.begin() as connection:
                yield Ledger(connection)
        except SQLAlchemyError as error:
            raise StoreError(str(error)) from error

    def outbox_after(self, row_id: int, limit: int) -> list[OutboxRow]:
        """The oldest rows above that id; none, with a word in the log, while the database is not well."""
        wanted = select(outbox).where(outbox.c.row_id > row_id).order_by(outbox.c.row_id).limit(limit)
        try:
            with self._reader.begin() as connection:
                rows = connection.execute(wanted).all()
        except SQLAlchemyError:
            log.exception("the outbox cannot be read")
            return []
        return [OutboxRow(row.row_id, row.topic, row.payload, row.retain) for row in rows]

    def outbox_done(self, row_id: int) -> None:
        """The broker has it. A row that cannot be deleted is published again after the next start."""
        try:
            with self._engine.begin() as connection:
                connection.execute(delete(outbox).where(outbox.c.row_id == row_id))
        except SQLAlchemyError:
            log.exception("outbox row %d cannot be deleted", row_id)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
