"""What is asked of years of contacts is found by an index that fits, on both databases."""

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from centre_parts import T0
from databases import Database
from sqlalchemy import Engine, event

from wardbell_callcenter.contacts.sought import Sought
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import ContactStatus

N, N_OPEN, WARDS, APART_MS = 5000, 20, 30, 200_000
HOUR_MS = 3_600_000
OPEN_KEYS = ("sqlite_autoindex_contacts_2", "contacts_open_key_key")  # what either calls the index of a unique column
OPENED = ("ix_contacts_opened_steady_ms",)
STATE, WARD_STATE = ("ix_contacts_state",), ("ix_contacts_ward_state",)


def fill(database: Database) -> None:
    """One contact every 200 s; the last few are open."""
    state = (
        f"CASE WHEN n > {N - N_OPEN} THEN CASE n % 3 WHEN 0 THEN 'new' WHEN 1 THEN 'offered' ELSE 'accepted' END "
        "ELSE CASE n % 50 WHEN 0 THEN 'handed_over' WHEN 1 THEN 'cleared_at_bed' ELSE 'resolved' END END"
    )
    text = dict.fromkeys(("station_id", "room", "bed", "subject", "resident_id", "incident_id", "on_site_by"), "''")
    text |= dict.fromkeys(("closed_by", "closed_reason", "wrap_up_code"), "''")
    number = dict.fromkeys(("version", "priority", "repeats", "step", "loop", "round_loop", "returns"), "1")
    number |= dict.fromkeys(("highest_step", "round_steady_ms", "step_planned_steady_ms"), "1")
    raw = dict.fromkeys(("policy", "fields"), f"CAST('{{}}' AS {'BLOB' if database.is_sqlite else 'BYTEA'})")
    at_ms = f"CAST(n AS BIGINT) * {APART_MS}"
    values = text | number | raw
    values |= {"contact_id": "'c-' || n", "dedup_key": "'key-' || n", "call_id": "'call-' || n", "state": state}
    values |= {"kind": "'bed_call'", "call_kind": "'normal'", "ward": f"'w' || (n % {WARDS})"}
    values |= {"open_key": f"CASE WHEN n > {N - N_OPEN} THEN 'key-' || n END", "accepted_by": "'agent-' || (n % 40)"}
    values |= {"opened_steady_ms": at_ms} | dict.fromkeys(("opened_at_ms", "pressed_at_ms"), f"{T0} + {at_ms}")
    database.execute(
        f"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {N}) "
        f"INSERT INTO contacts ({', '.join(values)}) SELECT {', '.join(values.values())} FROM counted",
        *([] if database.is_sqlite else ["ANALYZE contacts"]),
    )


@pytest.fixture
def years(database: Database) -> Iterator[tuple[Database, Store]]:
    """A database with many contacts, and the store on it."""
    fill(database)
    store = Store(database.url)
    yield database, store
    store.close()


def indexes(database: Database, store: Store, ask: Callable[[Ledger], object]) -> set[str]:
    """By which indexes that question finds contacts; `all` where it reads the whole table."""
    asked: dict[str, Any] = {}

    def note(_c: object, _u: object, statement: str, parameters: object, _x: object, _many: bool) -> None:
        asked[statement] = parameters

    event.listen(Engine, "before_cursor_execute", note)
    with store.reading() as ledger:
        ask(ledger)
    event.remove(Engine, "before_cursor_execute", note)
    found = [plan(database, statement, asked[statement]) for statement in asked if " contacts" in statement]
    assert found
    steps = "\n".join(found)
    whole = {"all"} if re.search(r"SCAN contacts|Seq Scan on contacts", steps) else set()
    named = re.findall(r"contacts USING (?:COVERING )?INDEX (\S+)|using (\S+) on contacts|Index Scan on (\S+)", steps)
    return whole | {name for names in named for name in names if name}


def plan(database: Database, statement: str, values: Any) -> str:  # noqa: ANN401 - a tuple, or a dictionary
    """In the database's own words."""
    if database.is_sqlite:
        with contextlib.closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
            return "\n".join(str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values))
    with psycopg.connect(database.url) as opened:
        return "\n".join(str(row[0]) for row in opened.execute(f"EXPLAIN {statement}".encode(), values))


def listed(*states: ContactStatus, **which: Any) -> Callable[[Ledger], object]:  # noqa: ANN401 - the fields of Sought
    return lambda ledger: ledger.listing.page(Sought(by="agent-1", states=frozenset(states), **which), 101)


def test_each_question_has_its_index(years: tuple[Database, Store]) -> None:
    last_hour_ms = N * APART_MS - HOUR_MS
    # PostgreSQL counts: where nearly all of a ward's are in that state, and where a state has few of all wards.
    of_ward = WARD_STATE if years[0].is_sqlite else (*WARD_STATE, *STATE, "ix_contacts_ward")
    questions: list[tuple[Callable[[Ledger], object], tuple[str, ...]]] = [
        (lambda ledger: ledger.alarms.waiting(), OPEN_KEYS + STATE),
        (lambda ledger: ledger.alarms.waiting("w3"), OPEN_KEYS + STATE + WARD_STATE),
        (lambda ledger: ledger.alarms.opened(last_hour_ms), OPENED),
        (lambda ledger: ledger.alarms.opened(last_hour_ms, "w3"), OPENED),
        (lambda ledger: ledger.incidents.opened("w3", ["s-1"], last_hour_ms), OPENED),
        (lambda ledger: ledger.incidents.waiting("w3", last_hour_ms), OPENED + OPEN_KEYS),
        (lambda ledger: ledger.contacts.open_at("key-3"), OPEN_KEYS),
        (lambda ledger: ledger.contacts.of_call("call-3"), ("ix_contacts_call_id",)),
        (listed(), STATE),
        (listed(ward="w3"), of_ward),
        (listed("resolved", ward="w3"), of_ward),
        (listed("new", "handed_over", ward="w3"), of_ward),
        (listed("resolved", ward="w3", after=(T0 + last_hour_ms, "c-9")), of_ward),
        (listed("resolved", ward="w3", wards=frozenset({"w3", "w4"})), of_ward),
        (listed("resolved"), (*STATE, "ix_contacts_opened_at_ms")),
        (listed("handed_over"), (*STATE, "ix_contacts_opened_at_ms")),
    ]
    found = [(indexes(*years, ask), set(fitting)) for ask, fitting in questions]
    assert [(used, fitting) for used, fitting in found if not used or used - fitting] == []


def test_a_page_has_the_newest_of_all_the_states_that_are_sought(years: tuple[Database, Store]) -> None:
    database, store = years
    states: tuple[ContactStatus, ...] = ("resolved", "new", "handed_over")
    wanted = [
        (int(at_ms), str(contact_id))
        for at_ms, contact_id in database.rows(
            f"SELECT opened_at_ms, contact_id FROM contacts WHERE ward = 'w0' AND state IN {states} ORDER BY 1 DESC"
        )
    ]
    found: list[tuple[int, str]] = []
    with store.reading() as ledger:
        while page := ledger.listing.page(
            Sought("Wei", ward="w0", states=frozenset(states), after=found[-1] if found else None), 50
        ):
            found += page
    assert found == wanted
    assert len(found) > 100


def test_who_changes_its_state_between_two_pages_is_neither_missing_nor_twice(years: tuple[Database, Store]) -> None:
    database, store = years
    database.execute(f"UPDATE contacts SET opened_at_ms = {T0} WHERE open_key > ''")  # all at the same moment
    wanted = [str(row[0]) for row in database.rows("SELECT contact_id FROM contacts WHERE open_key > ''")]
    found: list[tuple[int, str]] = []
    while True:
        with store.reading() as ledger:
            page = ledger.listing.page(Sought("Wei", after=found[-1] if found else None), 3)
        if not page:
            break
        found += page
        turned = "CASE state WHEN 'new' THEN 'offered' WHEN 'offered' THEN 'accepted' ELSE 'new' END"
        database.execute(f"UPDATE contacts SET state = {turned} WHERE open_key > ''")
    assert [contact_id for _, contact_id in found] == sorted(wanted, reverse=True)
    assert len(found) == N_OPEN
