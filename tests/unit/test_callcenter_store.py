"""The store's promises, each on a real database file."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from centre_parts import T0, call_state
from databases import Database

from wardbell_callcenter.contact import OFFERED, Contact
from wardbell_callcenter.store.database import open_engine
from wardbell_callcenter.store.errors import LostLeaseError, StoreError
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import StepTaken
from wardbell_protocol.bus.payloads import Reply

STEP = StepTaken(ward="east", call_id="east-1", step=2, step_name="call_centre", loop=0, due_at_ms=T0, taken_at_ms=T0)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = Store(database.url)
    yield opened
    opened.close()


def offered_contact(ledger: Ledger) -> Contact:
    ledger.add_step(STEP, "test")
    contact = Contact("c-1", 2, 0, T0, call_state(), status=OFFERED, offered_to=("Wei", "Li"))
    ledger.add_contact(contact)
    return contact


def take_step(store: Store) -> None:
    with store.writing() as ledger:
        ledger.record("step_taken", T0, step=STEP)
        ledger.add_step(STEP, "another")


def test_of_two_who_read_the_same_offer_one_gets_it(store: Store, database: Database) -> None:
    with store.writing() as ledger:
        offered_contact(ledger)
    other = Store(database.url)
    with store.reading() as mine, other.reading() as theirs:
        seen, seen_too = mine.contact("c-1"), theirs.contact("c-1")
    assert seen is not None
    assert seen_too is not None
    with store.writing() as mine:
        assert mine.accept(seen, "Wei", T0 + 1)
    with other.writing() as theirs:
        assert not theirs.accept(seen_too, "Li", T0 + 1)
        contact = theirs.contact("c-1")
    assert contact is not None
    assert (contact.accepted_by, contact.version) == ("Wei", 2)
    other.close()


def test_an_offer_that_changed_is_not_accepted_unread(store: Store) -> None:
    with store.writing() as ledger:
        before = offered_contact(ledger)
        ledger.change_contact(before, replace(before, version=2, offered_to=("Wei",)))
        assert not ledger.accept(before, "Li", T0)
        with pytest.raises(StoreError):
            ledger.change_contact(before, replace(before, version=2))


def test_a_second_step_or_contact_of_the_same_key_breaks_its_transaction(store: Store) -> None:
    with store.writing() as ledger:
        offered_contact(ledger)
    with pytest.raises(StoreError):
        take_step(store)
    with pytest.raises(StoreError), store.writing() as ledger:
        ledger.add_contact(Contact("c-2", 2, 0, T0, call_state()))
    with pytest.raises(StoreError), store.writing() as ledger:  # no contact without its step
        ledger.add_contact(Contact("c-3", 2, 7, T0, call_state()))
    with store.reading() as ledger:
        assert ledger.position()[1] == 0
        assert [contact.contact_id for contact in ledger.open_contacts()] == ["c-1"]
    assert store.outbox_after(0, 10) == []


def test_each_database_has_an_epoch_that_it_keeps(store: Store, database: Database, tmp_path: Path) -> None:
    again, another = Store(database.url), Store(f"sqlite:///{tmp_path / 'another.db'}")
    epochs = []
    for each in (store, again, another):
        with each.reading() as ledger:
            epochs.append(ledger.position()[0])
    again.close()
    another.close()
    assert epochs[0] == epochs[1] != epochs[2]
    assert [len(epoch) for epoch in epochs] == [8, 8, 8]


def test_a_row_leaves_the_outbox_only_when_it_is_done(store: Store) -> None:
    with store.writing() as ledger:
        for at_ms in range(3):
            ledger.record("signed_out", at_ms)
    rows = store.outbox_after(0, 10)
    assert [row.row_id for row in store.outbox_after(rows[0].row_id, 1)] == [rows[1].row_id]
    for row in rows:
        store.outbox_done(row.row_id)
    assert store.outbox_after(0, 10) == []
    with store.writing() as ledger:
        ledger.record("signed_out", 9)
    (later,) = store.outbox_after(0, 10)
    assert later.row_id > rows[-1].row_id


def test_a_published_row_that_could_not_be_deleted_is_deleted_later(store: Store, database: Database) -> None:
    with store.writing() as ledger:
        ledger.record("signed_out", T0)
        ledger.record("signed_out", T0)
    first, second = store.outbox_after(0, 10)
    database.execute("ALTER TABLE outbox RENAME TO gone")
    for row in (first, second):
        store.outbox_done(row.row_id)
    assert store.outbox_after(0, 10) == []
    database.execute("ALTER TABLE gone RENAME TO outbox")
    assert store.outbox_after(0, 10) == []
    assert database.rows("SELECT 1 FROM outbox") == []


def test_a_commit_to_sqlite_is_on_the_disk_before_it_is_said(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'callcenter.db'}"
    Store(url).close()
    engine = open_engine(url)
    with engine.begin() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        modes = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
        assert modes == ["wal", 2, 1]
        assert (tmp_path / "callcenter.db-wal").exists()
    engine.dispose()


def test_a_database_that_cannot_be_had_is_an_error_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store(f"sqlite:///{tmp_path}")
    file = tmp_path / "notes.txt"
    file.write_text("this is not a database" * 100)
    with pytest.raises(StoreError):
        Store(f"sqlite:///{file}")


REFUSE_ON_SQLITE = ["CREATE TRIGGER no_room BEFORE INSERT ON outbox BEGIN SELECT RAISE(FAIL, 'no room'); END"]
REFUSE_ON_POSTGRESQL = [
    # What a client hears of a server whose disk is full: disk_full, 53100.
    "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE 'no room' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER no_room BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION refuse()",
]


def test_a_write_that_the_database_refuses_changes_nothing(store: Store, database: Database) -> None:
    database.execute(*(REFUSE_ON_SQLITE if database.is_sqlite else REFUSE_ON_POSTGRESQL))
    with pytest.raises(StoreError, match="no room"):
        take_step(store)
    with store.reading() as ledger:
        assert (ledger.open_steps(), ledger.position()[1]) == ([], 0)


def test_replies_are_forgotten_after_their_time(store: Store) -> None:
    with store.writing() as ledger:
        ledger.keep_reply(Reply(command_id="old", ok=True), T0)
        ledger.keep_reply(Reply(command_id="new", ok=False, reason="no"), T0 + 10)
        ledger.forget_replies(T0 + 10)
        assert ledger.reply_to("old") is None
        assert ledger.reply_to("new") == Reply(command_id="new", ok=False, reason="no")


def test_a_reader_sees_one_moment(store: Store, database: Database) -> None:
    other = Store(database.url)
    with store.writing() as ledger:
        ledger.record("signed_out", T0)
    with store.reading() as mine:
        before = mine.position()
        with other.writing() as theirs:
            theirs.record("signed_out", T0)
        assert mine.position() == before
    with store.reading() as mine:
        assert mine.position() == (before[0], 2)
    other.close()


def test_writers_of_two_engines_number_their_events_without_a_gap(store: Store, database: Database) -> None:
    stores, each = (store, Store(database.url)), 25
    barrier = threading.Barrier(2)

    def write(by: Store) -> None:
        barrier.wait()
        for _ in range(each):
            with by.writing() as ledger:
                ledger.position()  # what is read first must still be true when it is written
                ledger.record("signed_out", T0)

    threads = [threading.Thread(target=write, args=[by]) for by in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stores[1].close()
    assert database.rows("SELECT seq FROM events ORDER BY seq") == [(seq,) for seq in range(1, 2 * each + 1)]
    published = [row.payload for row in store.outbox_after(0, 100)]
    assert published == [payload for (payload,) in database.rows("SELECT payload FROM events ORDER BY seq")]


def test_who_has_lost_the_lead_writes_nothing_more(store: Store, database: Database) -> None:
    other = Store(database.url)
    seen = store.lease()
    assert store.take_lease(seen, "first")
    assert not other.take_lease(seen, "second")
    take_step(store)
    store.renew_lease()
    assert other.take_lease(other.lease(), "second")
    for write in (store.renew_lease, lambda: take_step(store)):
        with pytest.raises(LostLeaseError):
            write()
    store.release_lease()  # of what is no longer ours nothing happens
    assert (other.lease().holder, other.lease().fence) == ("second", 2)
    other.release_lease()
    assert store.lease().holder == ""
    other.close()
    assert database.rows("SELECT count(*) FROM events") == [(1,)]


def test_renewing_the_lease_really_writes(tmp_path: Path) -> None:
    store, log = Store(f"sqlite:///{tmp_path / 'callcenter.db'}"), tmp_path / "callcenter.db-wal"
    assert store.take_lease(store.lease(), "only")
    before = log.stat().st_size
    store.renew_lease()
    assert log.stat().st_size > before
    store.close()
