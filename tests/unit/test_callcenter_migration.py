"""A database of any form that there was becomes one of today's form, with all that stood in it."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from centre_bench import MINUTE, SECOND, Centre, house, policy
from centre_parts import T0, cleared, command
from databases import BEFORE_FORMS, Database, Postgres
from sqlalchemy import Engine as DatabaseEngine
from sqlalchemy import Inspector, create_engine, inspect

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.clock import Now
from wardbell_callcenter.engine.engine import Engine
from wardbell_callcenter.engine.wards import OURSELVES
from wardbell_callcenter.house import Alarm, Step
from wardbell_callcenter.store.database import open_engine
from wardbell_callcenter.store.errors import StoreUnreachableError
from wardbell_callcenter.store.migration import NEWEST, migrate
from wardbell_callcenter.store.store import Store
from wardbell_callcenter.store.tables import metadata
from wardbell_protocol.errors import ConfigError

KEPT = ("authority", "steps", "outbox", "replies")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        yield Database(f"sqlite:///{tmp_path / 'callcenter.db'}")
        return
    cluster: Postgres = request.getfixturevalue("postgres")
    name = cluster.make_database("template0")
    yield Database(cluster.url(name))
    cluster.drop_database(name)


@pytest.fixture
def old(tmp_path: Path) -> Database:
    """A database of the time before forms were counted, with two calls in it."""
    file = tmp_path / "callcenter.db"
    database = sqlite3.connect(file)
    database.executescript(BEFORE_FORMS.read_text())
    database.close()
    return Database(f"sqlite:///{file}")


def form_of_table(look: Inspector, table: str) -> dict[str, Any]:
    """What makes up a table, without the names that a database gives and the widths that SQLite does not heed."""
    columns = {column["name"]: (str(column["type"]), column["nullable"]) for column in look.get_columns(table)}
    return {
        "columns": columns,
        "key": look.get_pk_constraint(table)["constrained_columns"],
        "unique": sorted(tuple(unique["column_names"]) for unique in look.get_unique_constraints(table)),
        "indexes": sorted(
            (index["name"] or "", tuple(index["column_names"]))
            for index in look.get_indexes(table)
            if not index["unique"]
        ),
        "foreign": [(key["constrained_columns"], key["referred_table"]) for key in look.get_foreign_keys(table)],
    }


def form_of_database(engine: DatabaseEngine) -> dict[str, dict[str, Any]]:
    look = inspect(engine)
    return {name: form_of_table(look, name) for name in look.get_table_names() if name != "alembic_version"}


def test_the_migrations_make_what_the_code_knows(empty: Database) -> None:
    migrated = open_engine(empty.url)
    migrate(migrated)
    found = form_of_database(migrated)
    migrated.dispose()
    plain = create_engine("sqlite://") if empty.is_sqlite else open_engine(empty.url)
    if not empty.is_sqlite:
        empty.execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    metadata.create_all(plain)
    assert found == form_of_database(plain)
    plain.dispose()


def test_a_database_says_which_form_it_has(empty: Database) -> None:
    Store(empty.url).close()
    assert empty.rows("SELECT version_num FROM alembic_version") == [(NEWEST,)]


def test_a_database_from_before_forms_were_counted_goes_on(old: Database, tmp_path: Path) -> None:
    before = {table: old.rows(f"SELECT * FROM {table}") for table in KEPT}
    assert {table: len(rows) for table, rows in before.items()} == {
        "authority": 1, "steps": 2, "outbox": 12, "replies": 2,
    }  # fmt: skip
    events = old.rows("SELECT seq, at_ms, kind, payload FROM events")
    store = Store(old.url)
    before["replies"] = [(*row, "") for row in before["replies"]]  # what those commands said was not kept
    assert {table: old.rows(f"SELECT * FROM {table}") for table in KEPT} == before
    assert old.rows("SELECT seq, at_ms, kind, payload FROM events") == events
    assert store.lease().holder == ""
    newest = max(row.row_id for row in store.outbox_after(0, 100))
    with store.writing() as ledger:
        ledger.record("signed_out", Now(1, 1))
    assert [row.row_id for row in store.outbox_after(newest, 10)] == [newest + 1]
    store.close()
    engine, fresh = open_engine(old.url), open_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    migrate(fresh)
    found, wanted = form_of_database(engine), form_of_database(fresh)
    assert found["steps"]["columns"].pop("loop") == ("INTEGER", False)  # on SQLite as wide as BIGINT
    wanted["steps"]["columns"].pop("loop")
    assert found == wanted
    for each in (engine, fresh):
        each.dispose()


def test_who_had_a_contact_has_it_and_what_waited_is_asked_for_at_once(old: Database) -> None:
    ((call,),) = old.rows("SELECT CAST(call AS TEXT) FROM contacts WHERE contact_id = 'c-0ld0ba5e-3'")
    other = call.replace('"203"', '"204"').replace("s-east-1", "s-east-3")
    old.execute(
        "INSERT INTO contacts SELECT 'c-0ld0ba5e-7', 'east-2', 2, 1, 2, 'offered', 1800000200000, offered_to, '', NULL, NULL, "
        f"'', CAST('{other}' AS BLOB) FROM contacts WHERE contact_id = 'c-0ld0ba5e-3'"
    )
    store = Store(old.url)
    engine = Engine(store, WardMirrors(OURSELVES))
    snapshot = engine.snapshot(Now(T0, 0))
    assert (snapshot.epoch, snapshot.seq) == ("0ld0ba5e", 9)
    assert {(contact.room, contact.status, contact.accepted_by) for contact in snapshot.contacts} == {
        ("203", "accepted", "Wei"),
        ("204", "new", ""),
    }
    assert [(agent.agent, agent.state, agent.seat) for agent in snapshot.agents] == [("Wei", "busy", "console-a")]
    assert old.rows("SELECT state, closed_reason FROM contacts WHERE contact_id = 'c-0ld0ba5e-6'") == [
        ("cleared_at_bed", "cleared at bed by 203-2")
    ]
    engine.receive(command("sign_in", by="Li", reply_to="console-b"), Now(T0, 0))
    engine.poll(Now(T0, 0))
    (asked,) = [contact for contact in engine.snapshot(Now(T0, 0)).contacts if contact.room == "204"]
    assert asked.offered_to == ["Li"]
    engine.poll(Now(T0, 180_000))
    assert engine.snapshot(Now(T0, 180_000)).contacts[0].returns == 1
    assert engine.receive(command("accept", by="Wei", contact_id=asked.contact_id), Now(T0, 180_000)).ok
    store.close()


def test_whoever_had_only_what_a_later_contact_stands_for_is_free(old: Database) -> None:
    old.execute(
        "INSERT INTO contacts SELECT 'c-0ld0ba5e-7', 'east-2', 2, 1, 2, 'offered', 1800000200000, offered_to, '', NULL, NULL, "
        "'', call FROM contacts WHERE contact_id = 'c-0ld0ba5e-3'"
    )
    store = Store(old.url)
    engine = Engine(store, WardMirrors(OURSELVES))
    engine.poll(Now(T0, 0))
    snapshot = engine.snapshot(Now(T0, 0))
    assert [(contact.contact_id, contact.offered_to) for contact in snapshot.contacts] == [("c-0ld0ba5e-7", ["Wei"])]
    assert [agent.state for agent in snapshot.agents] == ["offered"]
    store.close()


def make_form_0004(database: Database) -> None:
    """Take back what form 0005 added."""
    database.execute(
        "DROP TABLE alarms",
        *(f"DROP INDEX ix_contacts_{name}" for name in ("opened_steady_ms", "ward_state", "state")),
        "CREATE INDEX ix_contacts_state ON contacts (state)",
        *(f"ALTER TABLE contacts DROP COLUMN {name}_steady_ms" for name in ("opened", "accepted")),
        "UPDATE alembic_version SET version_num = '0004'",
    )


def test_open_contacts_of_form_0004_go_on_and_what_a_rule_called_for_ends_with_it(database: Database) -> None:
    asks_all = policy(Step(after_s=0, to=["everybody"], ring_s=0), accept_limit_s=180, repeat_s=60)
    centre = Centre(database.url, house(asks_all, alarms={"crowded": Alarm(waiting=3)}))
    centre.hear_snapshot()
    centre.sign_in("Wei", "Li")
    first, second, third = (centre.open(f"east-{number}", room=f"{number}") for number in range(3))
    centre.wait(10 * SECOND)
    assert centre.accept("Wei", first.contact_id).ok
    known = {one.contact_id: (one.kind, one.status, one.accepted_by, one.offered_to) for one in centre.contacts()}
    assert [kind for kind, *_ in known.values()].count("technical") == 1
    make_form_0004(database)
    centre.restart()
    centre.hear_snapshot()
    assert {
        one.contact_id: (one.kind, one.status, one.accepted_by, one.offered_to) for one in centre.contacts()
    } == known
    centre.wait(MINUTE)
    assert [event.contact.kind for event in centre.events() if event.kind == "resolved" and event.contact] == [
        "technical"
    ]
    assert {one.contact_id: one.loop for one in centre.contacts()} == {
        first.contact_id: 0, second.contact_id: 1, third.contact_id: 1,
    }  # fmt: skip
    assert centre.accept("Li", second.contact_id).ok
    centre.hear("cleared", cleared(centre.ward.calls["east-2"], centre.now.wall_ms))
    centre.wait(2 * MINUTE)
    assert {one.contact_id: (one.accepted_by, one.returns) for one in centre.contacts()} == {
        first.contact_id: ("", 1), second.contact_id: ("Li", 0),
    }  # fmt: skip
    centre.store.close()


def test_a_database_that_somebody_holds_at_the_start_is_tried_again_later(old: Database) -> None:
    Store(old.url).close()
    old.execute("DELETE FROM authority")
    with old.held(), pytest.raises(StoreUnreachableError):
        Store(old.url)


def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty: Database) -> None:
    Store(empty.url).close()
    empty.execute("UPDATE alembic_version SET version_num = '0999'", "ALTER TABLE lease RENAME TO leases")
    with pytest.raises(ConfigError, match=f"form 0999, of a newer Wardbell: this one knows {NEWEST}; install"):
        Store(empty.url)
    assert empty.rows("SELECT count(*) FROM leases") == [(1,)]


@pytest.mark.parametrize("empty", ["postgresql"], indirect=True)  # SQLite is no place for several machines
def test_engines_that_start_at_once_make_the_tables_once(empty: Database) -> None:
    barrier, epochs, errors = threading.Barrier(3), set(), []

    def start() -> None:
        barrier.wait()
        try:
            store = Store(empty.url)
            with store.reading() as ledger:
                epochs.add(ledger.position()[0])
            store.close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, len(epochs)) == ([], 1)


def test_a_migration_that_breaks_off_changes_nothing(old: Database) -> None:
    old.execute("CREATE TABLE lease (not_ours INTEGER)")
    with pytest.raises(Exception, match="lease"):
        Store(old.url)
    assert old.rows("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'") == [(0,)]
    old.execute("DROP TABLE lease")
    Store(old.url).close()
    assert old.rows("SELECT version_num FROM alembic_version") == [(NEWEST,)]
