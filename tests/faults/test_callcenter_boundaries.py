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
from centre_bench import house, policy
from centre_parts import T0, WardOnPaper, acknowledged, call_state, cleared, command, step_command
from databases import BEFORE_FORMS, Database, Postgres
from sqlalchemy import Engine as DatabaseEngine
from sqlalchemy import event

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.clock import Now
from wardbell_callcenter.engine.engine import Engine
from wardbell_callcenter.engine.wards import OURSELVES
from wardbell_callcenter.house import Step
from wardbell_callcenter.store.database import open_engine
from wardbell_callcenter.store.migration import migrate
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import CentreEvent
from wardbell_protocol.bus.payloads import decode

SAMPLE = 23  # of some 500 statements; `make faults-engine` tries them all

CALL = call_state()
SIGN_IN = (command("sign_in", by="Wei"), command("sign_in", by="Li", reply_to="console-b"))
FORWARD, CALL_CENTRE = step_command(CALL, 1, "forward", 30_000), step_command(CALL)
ACCEPT = (command("accept", by="Wei"), command("accept", by="Li", reply_to="console-b"))
ON_SITE, RELEASE = command("on_site", by="Wei"), command("release", by="Wei", reason="another emergency")
# As short as it can be and still have everything: asked, missed, everybody, for ever.
HOUSE = house(
    policy(Step(after_s=0, to=["ward"], ring_s=10), Step(after_s=20, to=["everybody"], ring_s=0), repeat_s=30)
)


def at(ms: int) -> Now:
    """So long after the beginning."""
    return Now(T0 + ms, ms)


def a_night(engine: Engine) -> None:
    """Two operators miss an offer, the steps go on; both accept, one comes and gives it back; the call is cleared at the bed."""
    for sent in SIGN_IN:
        engine.receive(sent, at(0))
    engine.receive(FORWARD, at(30_000))
    engine.poll(at(180_000))
    engine.receive(CALL_CENTRE, at(180_001))
    for ms in (190_000, 200_000, 230_000):
        engine.poll(at(ms))
    for sent in (*ACCEPT, ON_SITE, RELEASE):
        for contact in engine.snapshot(at(0)).contacts:
            engine.receive(msgspec.structs.replace(sent, contact_id=contact.contact_id), at(231_000))
    engine.poll(at(242_000))
    engine.seat_lost("Li", at(243_000))
    engine.follow(acknowledged(CALL, T0 + 244_000), at(244_000))
    engine.follow(cleared(CALL, T0 + 250_000), at(250_000))


def work_the_night(url: str) -> None:
    """All messages of the night, as a call centre gets them that has just been started."""
    ward, wards = WardOnPaper(), WardMirrors(OURSELVES)
    for message in (ward.event("placed", CALL), ward.snapshot(OURSELVES)):
        wards.receive(*message, T0)
    store = Store(url)
    with store.writing() as ledger:
        if not ledger.houses.newest_revision():
            ledger.houses.put(msgspec.json.encode(HOUSE), "test", T0)
    a_night(Engine(store, wards))
    store.close()


def is_killed_at(statement: int, work: Callable[[str], None], url: str) -> bool:
    """Do the work in a process that dies before its n-th statement or commit; False when it had fewer."""
    child = os.fork()
    if child == 0:
        left = iter(range(statement))

        def die_when_it_is_time(*_: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(DatabaseEngine, "before_cursor_execute", die_when_it_is_time)
        event.listen(DatabaseEngine, "commit", die_when_it_is_time)
        try:
            work(url)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def story(url: str) -> list[tuple[object, ...]]:
    """What the events say, without times and names of epochs, and what would be published."""
    store = Store(url)
    published = store.outbox_after(0, 10_000)
    store.close()
    events = [decode(row.payload, CentreEvent) for row in published if row.topic.endswith("/event")]
    assert [told.seq for told in events] == list(range(1, len(events) + 1))
    told = [
        (told.kind, told.contact and told.contact.accepted_by, told.step and told.step.step, told.by) for told in events
    ]
    return [*told, ("rows", len(published)), *_outcome(url)]


def _outcome(url: str) -> list[tuple[object, ...]]:
    """What became of every offer, and what has still to go out; without ids."""
    rows = Database(url).rows
    offers = rows("SELECT step, loop, target, medium, state FROM offers")
    to_go = rows("SELECT what, medium, address, is_done, outcome, count(*) FROM deliveries GROUP BY 1, 2, 3, 4, 5")
    return sorted(offers) + sorted(to_go) + rows("SELECT count(*) FROM timers")


def kill_at(every: int, new_database: Callable[[], str]) -> int:
    """Kill it before every so manyth statement of its night; returns the number of one that no night had."""
    undisturbed = new_database()
    work_the_night(undisturbed)
    wanted = story(undisturbed)
    kinds = [kind for kind, *_ in wanted]
    assert (kinds.count("accepted"), kinds.count("returned"), kinds.count("missed")) == (1, 1, 3)
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


def test_a_kill_before_a_statement_changes_nothing_in_the_end(tmp_path: Path) -> None:
    make_tables(f"sqlite:///{tmp_path / 'tables_only'}")
    files = (tmp_path / f"{number}.db" for number in range(1000))
    assert kill_at(SAMPLE, lambda: f"sqlite:///{shutil.copy(tmp_path / 'tables_only', next(files))}") > 100


@pytest.mark.parametrize("is_old", [True, False])
def test_a_kill_before_a_statement_of_a_migration_changes_nothing_in_the_end(is_old: bool, tmp_path: Path) -> None:
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
        statement += 6
    assert statement > 60


def test_nor_does_one_on_postgresql(postgres: Postgres) -> None:
    """A sample: what differs is what the server makes of a client that is gone, not which statements there are."""
    assert kill_at(4 * SAMPLE, lambda: postgres.url(postgres.make_database())) > 100
