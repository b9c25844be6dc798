"""A house of 600 people and 1,000 open contacts in virtual time, on a real database; what one second of it costs."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from centre_bench import SECOND, Centre
from centre_parts import T0, call_state, step_command
from databases import Database
from sqlalchemy import event

from wardbell_callcenter.house import House
from wardbell_callcenter.store.store import Store

WARDS, PER_WARD = 30, 20
CONTACTS, DUE = 1000, 500
AFTER_S = 60
# What the step that is due asks. Each contact's first step comes a minute after it opened, so that nothing rings before.
STEPS: dict[str, dict[str, Any]] = {
    "one of the ward": {"to": ["ward"], "strategy": "longest_idle"},
    "all of the ward": {"to": ["ward"], "strategy": "ring_all"},
    "everybody": {"to": ["everybody"], "strategy": "ring_all"},
}
Write = tuple[str, Any, bool]


def house(step: dict[str, Any]) -> House:
    """600 agents, 20 of each ward; nothing is folded, so that each contact is stepped by itself."""
    wards = {f"w{number:02}": {"building": f"b{number // 10}"} for number in range(WARDS)}
    agents = {f"{ward}-{number:02}": {"wards": [ward]} for ward in wards for number in range(PER_WARD)}
    policy = {"steps": [{"after_s": AFTER_S, "ring_s": 20, **step}], "repeat_s": 3600}
    described = {
        "wards": wards,
        "agents": agents,
        "policies": {"only": policy},
        "policy_of": {"default": "only"},
        "incidents": {"corridor_calls": 0, "button_calls": 0},
    }
    return msgspec.convert(described, House)


@dataclass
class Cost:
    """What was done until nothing more was due. `longest_s`: of one turn, while which nobody else gets a word in."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    turns: list[float] = field(default_factory=list)
    writes: list[Write | None] = field(default_factory=list)  # None: a commit
    n_statements: int = 0
    n_rows: int = 0
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def longest_s(self) -> float:
        return max(self.turns)


class Crowd:
    """Everybody signed in, everything open; `due` steps what is due in that second."""

    def __init__(self, url: str, step: dict[str, Any], kind: str = "normal") -> None:
        self.centre = Centre(url, house(step))
        self.url = url
        for name in sorted(house(step).agents):
            self.centre.sign_in(name)
        self._open(0, DUE, kind)
        self.centre.now = self.centre.now.after(20 * SECOND)
        self._open(DUE, CONTACTS, kind)
        self.centre.now = self.centre.now.after((AFTER_S - 20 + 1) * SECOND)

    def _open(self, first: int, end: int, kind: str) -> None:
        start = self.centre.now
        for number in range(first, end):
            ward = f"w{number % WARDS:02}"
            at_ms = (number - first) * SECOND // (end - first)
            times = dict.fromkeys(("placed_at_ms", "raised_at_ms", "last_press_at_ms"), T0 + at_ms)
            call = call_state(f"{ward}-{number}", kind, ward, room=f"{number}", **times)
            reply = self.centre.engine.receive(step_command(call, after_ms=0), start.after(at_ms))
            assert reply.ok, reply
        self.centre.now = start.after(SECOND)

    def due(self) -> Cost:
        """Poll until nothing more is due."""
        cost, before = Cost(), self._counted()
        with watched(self.centre.store, cost):
            began_s, began_cpu_s = time.perf_counter(), time.process_time()
            is_more = True
            while is_more:
                turn_s = time.perf_counter()
                is_more = self.centre.engine.poll(self.centre.now) or self.centre.engine.idle_ms == 0
                cost.turns.append(time.perf_counter() - turn_s)
            cost.wall_s, cost.cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
        cost.rows = {name: count - before[name] for name, count in self._counted().items()}
        assert len(self._stepped()) == DUE, len(self._stepped())
        return cost

    def _stepped(self) -> list[str]:
        return [contact.contact_id for contact in self.centre.contacts() if contact.step == 0]

    def _counted(self) -> dict[str, int]:
        names = ("offers", "deliveries", "events", "timers")
        database = Database(self.url)
        return {name: int(database.rows(f"SELECT count(*) FROM {name}")[0][0]) for name in names}


@contextmanager
def watched(store: Store, cost: Cost) -> Iterator[None]:
    """Count the store's statements, and keep those that write, to be said once more to a bare database."""
    engine = store._engine  # noqa: SLF001 - nobody but a benchmark wants to hear its statements

    def said(_one: object, _two: object, sql: str, values: Any, _three: object, is_many: bool) -> None:  # noqa: ANN401
        cost.n_statements += 1
        if not sql.startswith(("SELECT", "BEGIN")):
            cost.writes.append((sql, values, is_many))
            cost.n_rows += len(values) if is_many else 1

    def committed(_connection: object) -> None:
        if cost.writes and cost.writes[-1] is not None:
            cost.writes.append(None)

    event.listen(engine, "before_cursor_execute", said)
    event.listen(engine, "commit", committed)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", said)
        event.remove(engine, "commit", committed)


def copy_sqlite(url: str, copy: Path) -> None:
    """The database as it is now."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database, closing(sqlite3.connect(copy)) as other:
        database.backup(other)


def replay_sqlite(file: Path, writes: list[Write | None]) -> float:
    """Seconds that the bare database takes for the same writes in the same transactions."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            database.execute(f"PRAGMA {pragma}")
        return _replay(database, writes, "BEGIN IMMEDIATE")


def replay_postgres(url: str, writes: list[Write | None]) -> float:
    """The same on PostgreSQL."""
    with psycopg.connect(url, autocommit=True) as database:
        return _replay(database.cursor(), writes, "BEGIN")


def _replay(database: sqlite3.Connection | psycopg.Cursor[Any], writes: list[Write | None], begin: str) -> float:
    began_s = time.perf_counter()
    is_begun = False
    for write in writes:
        if write is None:
            database.execute("COMMIT")
            is_begun = False
            continue
        if not is_begun:
            database.execute(begin)
            is_begun = True
        sql, values, is_many = write
        (database.executemany if is_many else database.execute)(sql, values)
    return time.perf_counter() - began_s
