"""The store's promises, each on a real database file."""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from centre_parts import T0, call_state
from databases import Database
from sqlalchemy import Engine, event

from wardbell_callcenter.clock import Mark, Now, Reading
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.house import DEFAULT_POLICY
from wardbell_callcenter.store.database import open_engine
from wardbell_callcenter.store.errors import LostLeaseError, RefusedError, StoreError
from wardbell_callcenter.store.offer_rows import Offer, offer_id_of
from wardbell_callcenter.store.reply_rows import Answer
from wardbell_callcenter.store.store import Store
from wardbell_callcenter.store.timer_rows import Timer
from wardbell_protocol.bus.centre_payloads import CentreReply, StepTaken

NOW = Now(T0, 0)
STEP = StepTaken(ward="east", call_id="east-1", step=2, step_name="call_centre", loop=0, due_at_ms=T0, taken_at_ms=T0)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = Store(database.url)
    yield opened
    opened.close()


def contact(contact_id: str = "c-1", key: str = "east/s-1/normal") -> Contact:
    return Contact(
        contact_id=contact_id,
        kind="bed_call",
        dedup_key=key,
        priority=20,
        policy=DEFAULT_POLICY,
        round_steady_ms=0,
        step_planned_steady_ms=0,
        pressed_at_ms=T0,
        opened_at_ms=T0,
        call=call_state(),
        fields={"who": "daughter"},
    )


def take_step(store: Store) -> None:
    with store.writing() as ledger:
        ledger.record("step_taken", NOW, step=STEP)
        ledger.steps.add(STEP, "another")


def test_what_is_stored_is_what_is_read(store: Store) -> None:
    with store.writing() as ledger:
        ledger.contacts.add(contact())
    with store.reading() as ledger:
        assert ledger.contacts.get("c-1") == contact()
        assert ledger.contacts.open_at("east/s-1/normal") == contact()
        assert ledger.contacts.open_at("east/s-2/normal") is None


def test_of_two_who_read_the_same_contact_one_changes_it(store: Store, database: Database) -> None:
    with store.writing() as ledger:
        ledger.contacts.add(contact())
        ledger.contacts.add(contact("c-2", "east/s-2/normal"))
    other = Store(database.url)
    with store.writing() as mine:
        mine.contacts.change(contact(), contact().accepted("Wei", NOW))
    second = contact("c-2", "east/s-2/normal")
    both = [(second, second.changed(subject="with it")), (contact(), contact().accepted("Li", NOW))]
    with pytest.raises(RefusedError), other.writing() as theirs:
        theirs.contacts.change_many(both)
    with other.reading() as theirs:
        found = theirs.contacts.many(["c-1", "c-2"])
    assert (found["c-1"].accepted_by, found["c-1"].version, found["c-2"].subject) == ("Wei", 2, "")
    other.close()


def test_one_open_contact_for_each_place_and_kind(store: Store) -> None:
    with store.writing() as ledger:
        ledger.contacts.add(contact())
    with pytest.raises(RefusedError), store.writing() as ledger:
        ledger.contacts.add(contact("c-2"))
    with store.writing() as ledger:
        ledger.contacts.change(contact(), contact().closed("resolved", "Wei", "", T0))
        ledger.contacts.add(contact("c-2"))
    with store.reading() as ledger:
        assert [found.contact_id for found in ledger.contacts.open()] == ["c-2"]


def test_a_second_step_of_the_same_key_breaks_its_transaction(store: Store) -> None:
    take_step(store)
    with pytest.raises(RefusedError):
        take_step(store)
    with store.reading() as ledger:
        assert ledger.position()[1] == 1
    assert len(store.outbox_after(0, 10)) == 1


def test_each_contact_step_loop_target_and_medium_is_asked_once(store: Store) -> None:
    offer = Offer(offer_id_of("c-1", 0, 0, "Wei", "seat"), "c-1", 0, 0, "Wei", "seat", T0)
    with store.writing() as ledger:
        ledger.contacts.add(contact())
        ledger.offers.add(offer)
    with pytest.raises(RefusedError), store.writing() as ledger:
        ledger.offers.add(replace(offer, offer_id="o-another"))
    with pytest.raises(RefusedError), store.writing() as ledger:
        ledger.offers.add(replace(offer, offer_id="o-another", contact_id="c-none"))
    with store.writing() as ledger:
        ledger.offers.change(replace(offer, state="withdrawn", reason="taken by Li"))
        ledger.offers.change(replace(offer, state="accepted"))  # it was over before
        assert ledger.offers.get(offer.offer_id) == replace(offer, state="withdrawn", reason="taken by Li")
        assert ledger.offers.live() == []


def test_timers_are_set_replaced_and_found_when_they_are_due(store: Store) -> None:
    with store.writing() as ledger:
        ledger.timers.put(Timer("step", "c-1", 20, 20), Timer("step", "c-2", 10, 10), Timer("remind", "c-1", 15, 0))
        ledger.timers.put(Timer("step", "c-1", 30, 20, step=1))
        ledger.timers.drop(("remind", "c-1"), ("step", "c-none"))
        assert [timer.subject for timer in ledger.timers.due(29, 10)] == ["c-2"]
        assert [timer.subject for timer in ledger.timers.due(30, 1)] == ["c-2"]
        assert ledger.timers.next_due_steady_ms() == 10
        assert ledger.timers.get("step", "c-1") == Timer("step", "c-1", 30, 20, step=1)


def test_the_engines_time_is_kept(store: Store) -> None:
    mark = Mark(5, Reading(T0, "boot", 17))
    assert store.take_lease(store.lease(), "only")
    store.renew_lease(mark)
    store.renew_lease(replace(mark, steady_ms=6))
    with store.reading() as ledger:
        assert ledger.mark() == replace(mark, steady_ms=6)


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
            ledger.record("signed_out", Now(at_ms, 0))
    rows = store.outbox_after(0, 10)
    assert [row.row_id for row in store.outbox_after(rows[0].row_id, 1)] == [rows[1].row_id]
    for row in rows:
        store.outbox_done(row.row_id)
    assert store.outbox_after(0, 10) == []
    with store.writing() as ledger:
        ledger.record("signed_out", NOW)
    (later,) = store.outbox_after(0, 10)
    assert later.row_id > rows[-1].row_id


def test_a_published_row_that_could_not_be_deleted_is_deleted_later(store: Store, database: Database) -> None:
    with store.writing() as ledger:
        ledger.record("signed_out", NOW)
        ledger.record("signed_out", NOW)
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
        assert (ledger.steps.open(), ledger.position()[1]) == ([], 0)


def test_replies_are_forgotten_after_their_time(store: Store) -> None:
    with store.writing() as ledger:
        ledger.replies.keep(Answer(CentreReply(command_id="old", ok=True)), T0)
        ledger.replies.keep(Answer(CentreReply(command_id="new", ok=False, reason="no"), "what it said"), T0 + 10)
        ledger.replies.forget(T0 + 10)
        assert ledger.replies.get("old") is None
        assert ledger.replies.get("new") == Answer(CentreReply(command_id="new", ok=False, reason="no"), "what it said")


def test_a_reader_sees_one_moment(store: Store, database: Database) -> None:
    other = Store(database.url)
    with store.writing() as ledger:
        ledger.record("signed_out", NOW)
    with store.reading() as mine:
        before = mine.position()
        with other.writing() as theirs:
            theirs.record("signed_out", NOW)
        assert mine.position() == before
    with store.reading() as mine:
        assert mine.position() == (before[0], 2)
    other.close()


def test_writers_of_two_engines_number_their_events_without_a_gap(store: Store, database: Database) -> None:
    stores, each = (store, Store(database.url)), 25
    barrier = threading.Barrier(2)

    def write(by: Store) -> None:
        barrier.wait()
        n_written = 0
        while n_written < each:
            # No turn is kept: on a slow disk the other may be ahead for longer than is waited, and nothing was written.
            with contextlib.suppress(StoreError):
                with by.writing() as ledger:
                    ledger.position()  # what is read first must still be true when it is written
                    ledger.record("signed_out", NOW)
                n_written += 1

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
    for write in (partial(store.renew_lease), partial(take_step, store)):
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


def test_whoever_was_asked_longest_ago_comes_first(store: Store) -> None:
    old = replace(contact("c-0", "east/s-0/normal"), opened_at_ms=T0 - 1)
    asked = [("c-0", 0, "Ma", 9), ("c-1", 0, "Wei", 1), ("c-1", 0, "Li", 2), ("c-2", 0, "Wei", 3), ("c-2", 1, "Ed", 4)]
    with store.writing() as ledger:
        for one in (old, contact("c-1"), contact("c-2", "east/s-2/normal")):
            ledger.contacts.add(one)
        for of, step, name, at_ms in asked:
            ledger.offers.add(Offer(offer_id_of(of, step, 0, name, "seat"), of, step, 0, name, "seat", T0 + at_ms))
    with store.reading() as ledger:
        assert ledger.offers.turns_of("bed_call", "", 0, T0) == ("Li", "Wei")
        assert ledger.offers.turns_of("bed_call", "normal", 0, T0) == ()


def test_a_call_and_whose_turn_it_is_are_found_among_those_of_years(tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    def note(_c: object, _u: object, statement: str, parameters: object, _x: object, _many: bool) -> None:
        asked[statement] = parameters

    store = Store(f"sqlite:///{tmp_path / 'callcenter.db'}")
    event.listen(Engine, "before_cursor_execute", note)
    with store.reading() as ledger:
        assert not ledger.steps.is_closed("east-1")
        assert ledger.offers.turns_of("bed_call", "normal", 0, T0) == ()
        assert ledger.incidents.waiting_at("east", "s-1") == []
    event.remove(Engine, "before_cursor_execute", note)
    store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "callcenter.db")) as database:
        plan = [
            str(row[3])
            for statement, values in asked.items()
            if statement.startswith("SELECT")
            for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert [step for step in plan if step.startswith("SCAN") or "(is_closed=?" in step or "(ward=?" in step] == []
    assert len([step for step in plan if step.startswith("SEARCH")]) == 4
