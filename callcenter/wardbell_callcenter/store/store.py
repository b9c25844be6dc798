"""What the call centre knows for certain: every change, its event and what it publishes are one transaction."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Update, bindparam, delete, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from wardbell_bus.outbox import OutboxRow
from wardbell_callcenter.clock import Mark
from wardbell_callcenter.people.agent import Agent
from wardbell_callcenter.store import tables
from wardbell_callcenter.store.agent_rows import People
from wardbell_callcenter.store.contact_rows import AT_ONCE
from wardbell_callcenter.store.database import may_pass, open_engine, reader_of
from wardbell_callcenter.store.errors import LostLeaseError, RefusedError, StoreError, StoreUnreachableError
from wardbell_callcenter.store.lease import Lease
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.migration import migrate
from wardbell_callcenter.store.tables import authority, outbox
from wardbell_protocol.errors import ConfigError

log = logging.getLogger("wardbell.callcenter")

_FENCE = select(tables.lease.c.fence).with_for_update()
_OUTBOX = select(outbox).where(outbox.c.row_id > bindparam("after")).order_by(outbox.c.row_id).limit(bindparam("most"))
_PUBLISHED = delete(outbox).where(outbox.c.row_id.in_(bindparam("row_ids", expanding=True)))


class Store:
    """The call centre's database.

    One that has taken the lease writes only while it has it; one that never took it, such as a test's, just writes.

    Args:
        url: SQLAlchemy's; `sqlite:///callcenter.db` for a file, `postgresql://user@host/callcenter`.

    Raises:
        StoreUnreachableError: the server does not let us in now.
        StoreError: it cannot be used as it is.
        ConfigError: a newer version has been at work here.
    """

    def __init__(self, url: str) -> None:
        self._fence: int | None = None
        self._published: list[int] = []  # rows of the outbox that are still to be deleted
        self._line = threading.Lock()  # this process's own writers; those of others stand in the database's
        self._people: People | None = (
            None  # from one transaction to the next, while we lead: nobody else changes agents
        )
        try:
            self._engine = open_engine(url)
        except SQLAlchemyError as error:
            raise StoreError(_told(error)) from error
        self._reader = reader_of(self._engine)
        try:
            migrate(self._engine)
            self._begin()
        except ConfigError:
            self.close()
            raise
        except SQLAlchemyError as error:
            self.close()
            raise (StoreUnreachableError if may_pass(error) else StoreError)(_told(error)) from error

    def _begin(self) -> None:
        """A new database gets its epoch; of two who give it one at once the first is heard."""
        with suppress(IntegrityError), self._engine.begin() as connection:
            if connection.execute(select(authority.c.epoch)).first() is None:
                connection.execute(insert(authority).values(one=1, epoch=os.urandom(4).hex(), seq=0))

    @contextmanager
    def writing(self) -> Iterator[Ledger]:
        """One transaction: all of it is kept, or nothing and StoreError. Writers have it one after another.

        Raises:
            RefusedError: it will never be taken as it is.
            StoreError: nothing was kept, or nobody can say.
        """
        with self._line:
            people, self._people = self._people, None  # what is not committed is not known
            try:
                with self._engine.begin() as connection:
                    self._stand_in_line(connection)
                    ledger = Ledger(connection, people)
                    yield ledger
                    ledger.tell()
            except (DataError, IntegrityError) as error:
                raise RefusedError(_told(error)) from error
            except SQLAlchemyError as error:
                raise StoreError(_told(error)) from error
            if self._fence is not None:
                self._people = ledger.agents.there

    @contextmanager
    def reading(self) -> Iterator[Ledger]:
        """One consistent look."""
        try:
            with self._reader.begin() as connection:
                yield Ledger(connection)
        except SQLAlchemyError as error:
            raise StoreError(_told(error)) from error

    def people(self) -> list[Agent]:
        """Everybody who is signed in; mostly without a look at the database, while we lead."""
        with self._line:
            if self._people is not None:
                return list(self._people.values())
        with self.reading() as ledger:
            return ledger.agents.signed_in()

    def _stand_in_line(self, connection: Connection) -> None:
        # On SQLite the transaction has the line already, and FOR UPDATE is not said.
        fence = connection.execute(_FENCE).scalar_one()
        if self._fence is not None and fence != self._fence:
            raise LostLeaseError("another engine leads")

    def lease(self) -> Lease:
        """Who leads.

        Raises:
            StoreError: it cannot be read.
        """
        try:
            with self._reader.begin() as connection:
                row = connection.execute(select(tables.lease)).one()
        except SQLAlchemyError as error:
            raise StoreError(_told(error)) from error
        return Lease(row.holder, row.fence, row.beat)

    def take_lease(self, seen: Lease, holder: str) -> bool:
        """Lead from now on, unless the lease is no longer what was seen."""
        same = (tables.lease.c.fence == seen.fence) & (tables.lease.c.beat == seen.beat)
        is_taken = self._update_lease(update(tables.lease).where(same), holder=holder, fence=seen.fence + 1, beat=0)
        if is_taken:
            self._fence, self._people = seen.fence + 1, None
        return is_taken

    def renew_lease(self, mark: Mark | None = None) -> None:
        """Show that we live, and keep the engine's time. It writes, so it also shows whether the disk takes it.

        Raises:
            LostLeaseError: another one leads.
            StoreError: it cannot be written.
        """
        try:
            with self._engine.begin() as connection:
                if connection.execute(self._ours().values(beat=tables.lease.c.beat + 1)).rowcount != 1:
                    raise LostLeaseError("another engine leads")
                if mark is not None:
                    Ledger(connection).keep_mark(mark)
        except SQLAlchemyError as error:
            raise StoreError(_told(error)) from error

    def release_lease(self) -> None:
        """Leave it to others at once; where that cannot be written they wait until it has run out."""
        with suppress(StoreError):
            self._update_lease(self._ours(), holder="")
        self._fence = self._people = None

    def outbox_after(self, row_id: int, limit: int) -> list[OutboxRow]:
        """The oldest rows above that id; none, with a word in the log, while the database is not well."""
        if self._published:
            self._delete_published()
        try:
            with self._reader.begin() as connection:
                rows = connection.execute(_OUTBOX, {"after": row_id, "most": limit}).all()
        except SQLAlchemyError as error:
            log.error("the outbox cannot be read: %s", _told(error))
            return []
        return [OutboxRow(row.row_id, row.topic, row.payload, row.retain) for row in rows]

    def outbox_done(self, *row_ids: int) -> None:
        """The broker has them. A row that cannot be deleted now is later, or else published again after the next start."""
        self._published += row_ids
        self._delete_published()

    def _delete_published(self) -> None:
        try:
            with self._engine.begin() as connection:
                for start in range(0, len(self._published), AT_ONCE):
                    connection.execute(_PUBLISHED, {"row_ids": self._published[start : start + AT_ONCE]})
        except SQLAlchemyError as error:
            log.error("%d published rows cannot be deleted yet: %s", len(self._published), _told(error))
        else:
            self._published.clear()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _ours(self) -> Update:
        return update(tables.lease).where(tables.lease.c.fence == self._fence)

    def _update_lease(self, which: Update, **values: object) -> bool:
        try:
            with self._engine.begin() as connection:
                return connection.execute(which.values(**values)).rowcount == 1
        except SQLAlchemyError as error:
            raise StoreError(_told(error)) from error


def _told(error: SQLAlchemyError) -> str:
    """What the database said, in one line, without the statement."""
    said = getattr(error, "orig", None) or error
    diagnosis = getattr(
        said, "diag", None
    )  # PostgreSQL's; its details hold the row itself, which is nobody else's business
    return " ".join(str((diagnosis and diagnosis.message_primary) or said).split())
