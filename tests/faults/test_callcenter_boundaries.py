"""The call centre killed before every single statement of a night's work, then given the same messages again."""

import contextlib
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from centre_parts import T0, WardOnPaper, acknowledged, call_state, cleared, command, step_command
from databases import BEFORE_FORMS, Postgres
from sqlalchemy import Engine, event

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.desk import OURSELVES, Desk
from wardbell_callcenter.store.database import open_engine
from wardbell_callcenter.store.migration import migrate
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import CentreEvent
from wardbell_protocol.bus.payloads import decode

CALL = call_state()
SIGN_IN = (command("sign_in", by="Wei"), command("sign_in", by="Li", reply_to="console-b"))
FORWARD, CALL_CENTRE = step_command(CALL, 1, "forward", 30_000), step_command(CALL)
ACCEPT = (command("accept", by="Wei"), command("accept", by="Li", reply_to="console-b"))


def a_night(desk: Desk) -> None:
    """Two operators, two steps, one contact, both accept it, one leaves, and the call is answered and cleared."""
    for sent in SIGN_IN:
        desk.receive(sent, T0)
    desk.receive(FORWARD, T0 + 30_000)
    desk.poll(T0 + 180_000)
    desk.receive(CALL_CENTRE, T0 + 180_001)
    for sent in ACCEPT:
        for contact in desk.snapshot(T0).contacts:
            desk.receive(msgspec.structs.replace(sent, contact_id=contact.contact_id), T0 + 190_000)
    desk.sign_out("Li", OURSELVES, T0 + 200_000)
    desk.follow(acknowledged(CALL, T0 + 210_000), T0 + 210_000)
    desk.follow(cleared(CALL, T0 + 220_000), T0 + 220_000)


def work_the_night(url: str) -> None:
    """All messages of the night, as a call centre gets them that has just been started."""
    ward, wards = WardOnPaper(), WardMirrors(OURSELVES)
    for message in (ward.event("placed", CALL), ward.snapshot(OURSELVES)):
        wards.receive(*message, T0)
    store = Store(url)
    a_night(Desk(store, wards))
    store.close()


def is_killed_at(statement: int, work: Callable[[str], None], url: str) -> bool:
    """Do the work in a process that dies before its n-th statement or commit; False when it had fewer."""
    child = os.fork()
    if child == 0:
        left = iter(range(statement))

        def die_when_it_is_time(*_: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Engine, "before_cursor_execute", die_when_it_is_time)
        event.listen(Engine, "commit", die_when_it_is_time)
        try:
            work(url)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def story(url: str) -> list[tuple[object, ...]]:
    """What the events say, without times and names of epochs, and what would be published."""
    store = Store(url)
    published = store.outbox_after(0, 1000)
    store.close()
    events = [decode(row.payload, CentreEvent) for row in published if row.topic.endswith("/event")]
    assert [told.seq for told in events] == list(range(1, len(events) + 1))
    told = [
        (told.kind, told.contact and told.contact.accepted_by, told.step and told.step.step, told.by) for told in events
    ]
    return [*told, ("rows", len(published))]


def kill_at(every: int, new_database: Callable[[], str]) -> int:
    """Kill it before every so manyth statement of its night; returns the number of one that no night had."""
    undisturbed = new_database()
    work_the_night(undisturbed)
    wanted = story(undisturbed)
    assert [kind for kind, *_ in wanted].count("accepted") == 1
    statement, was_killed = 0, True
    while was_killed:
        url = new_database()
        was_killed = is_killed_at(statement, work_the_night, url)
        work_the_night(url)
        assert story(url) == wanted, f"killed before statement {statement}"
        statement += every
    return statement - every


def make_tables(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


def test_a_kill_before_any_statement_changes_nothing_in_the_end(tmp_path: Path) -> None:
    make_tables(f"sqlite:///{tmp_path / 'tables_only'}")
    files = (tmp_path / f"{number}.db" for number in range(1000))
    assert kill_at(1, lambda: f"sqlite:///{shutil.copy(tmp_path / 'tables_only', next(files))}") > 100


@pytest.mark.parametrize("is_old", [True, False])
def test_a_kill_before_any_statement_of_a_migration_changes_nothing_in_the_end(is_old: bool, tmp_path: Path) -> None:
    statement, was_killed = 0, True
    while was_killed:
        file = tmp_path / f"{statement}.db"
        with contextlib.closing(sqlite3.connect(file)) as database:
            database.executescript(BEFORE_FORMS.read_text() if is_old else "")
        was_killed = is_killed_at(statement, make_tables, f"sqlite:///{file}")
        store = Store(f"sqlite:///{file}")
        with store.reading() as ledger:
            assert ledger.position()[1] == (9 if is_old else 0), f"killed before statement {statement}"
        store.close()
        statement += 1
    assert statement > 10


def test_nor_does_one_on_postgresql(postgres: Postgres) -> None:
    """A sample: what differs is what the server makes of a client that is gone, not which statements there are."""
    assert kill_at(8, lambda: postgres.url(postgres.make_database())) > 100
