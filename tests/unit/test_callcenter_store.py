"""The store's promises, each on a real database file."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from centre_parts import T0, call_state

from wardbell_callcenter.contact import OFFERED, Contact
from wardbell_callcenter.ledger import Ledger, StoreError
from wardbell_callcenter.store import Store
from wardbell_callcenter.tables import open_engine
from wardbell_protocol.bus.payloads import Reply, StepTaken

STEP = StepTaken(ward="east", call_id="east-1", step=2, step_name="call_centre", loop=0, due_at_ms=T0, taken_at_ms=T0)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'callcenter.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
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


def test_of_two_who_read_the_same_offer_one_gets_it(store: Store, url: str) -> None:
    with store.writing() as ledger:
        offered_contact(ledger)
    other = Store(url)
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


def test_each_database_has_an_epoch_that_it_keeps(store: Store, url: str, tmp_path: Path) -> None:
    again, another = Store(url), Store(f"sqlite:///{tmp_path / 'another.db'}")
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


def test_a_commit_is_on_the_disk_before_it_is_said(url: str, tmp_path: Path) -> None:
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


def test_a_write_that_the_database_refuses_changes_nothing(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "callcenter.db") as raw:
        raw.execute("CREATE TRIGGER no_room BEFORE INSERT ON outbox BEGIN SELECT RAISE(FAIL, 'no room'); END")
    raw.close()
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


def test_trying_the_store_really_writes(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "callcenter.db-wal"
    before = log.stat().st_size
    position = store_position(store)
    with store.writing() as ledger:
        ledger.touch()
    assert log.stat().st_size > before
    assert store_position(store) == position


def store_position(store: Store) -> tuple[str, int]:
    """Epoch, and number of the last event."""
    with store.reading() as ledger:
        return ledger.position()
