"""What agents do, on real databases, in virtual time: states, timers, times and events stand together."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from centre_parts import T0
from databases import Database

from wardbell_callcenter.clock import Now
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.house import DEFAULT_POLICY, Limits
from wardbell_callcenter.people import agent as rules
from wardbell_callcenter.people import presence
from wardbell_callcenter.people.agent import MISSED_OFFERS, Agent, Load
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.offer_rows import Offer
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import OfferStatus

START = Now(T0, 50_000)
LIMITS = Limits(wrap_up_s=30, missed=2, missed_back_s=300, not_ready_s=3600)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = Store(database.url)
    yield opened
    opened.close()


def contact_of(agent: str, contact_id: str = "c-1", **fields: object) -> Contact:
    """A contact that he has."""
    return Contact(
        contact_id=contact_id,
        kind="bed_call",
        dedup_key=f"{contact_id}/normal",
        priority=10,
        policy=DEFAULT_POLICY,
        round_steady_ms=0,
        step_planned_steady_ms=0,
        pressed_at_ms=T0,
        opened_at_ms=T0,
        **{"state": "accepted", "accepted_by": agent, "accepted_at_ms": T0, **fields},  # type: ignore[arg-type]
    )


def give(ledger: Ledger, agent: str, now: Now, contact_id: str = "c-1") -> None:
    """He has accepted it."""
    ledger.contacts.add(contact_of(agent, contact_id))
    presence.accepted(ledger, agent, now)


def close(ledger: Ledger, contact_id: str = "c-1") -> None:
    """It is over, whoever had it."""
    before = ledger.contacts.get(contact_id)
    assert before is not None
    ledger.contacts.change(before, contact_of(before.accepted_by, contact_id, state="resolved", version=2))


def ask(ledger: Ledger, names: list[str], now: Now, contact_id: str = "c-1") -> list[Offer]:
    """They are asked to take a contact that nobody has."""
    ledger.contacts.add(contact_of("", contact_id, state="offered", accepted_at_ms=None))
    made = [Offer(f"o-{contact_id}-{name}", contact_id, 0, 0, name, "seat", made_at_ms=now.wall_ms) for name in names]
    ledger.offers.add(*made)
    presence.offered(ledger, names, now)
    return made


def end(ledger: Ledger, made: list[Offer], how: OfferStatus) -> None:
    """Those offers are over."""
    ledger.offers.change(*(replace(offer, state=how) for offer in made))


def state_of(store: Store, name: str) -> tuple[str, str, str]:
    """State, reason, and what is pending."""
    with store.reading() as ledger:
        agent = ledger.agents.get(name)
    return agent.state, agent.reason, agent.pending


def told(database: Database) -> list[tuple[str, str, str, str]]:
    """The events about agents: kind, by, state, reason."""
    rows = database.rows("SELECT payload FROM events ORDER BY seq")
    events = [msgspec.json.decode(bytes(payload)) for (payload,) in rows]
    return [(e["kind"], e["by"], e["agent"]["state"], e["reason"]) for e in events if e["agent"]]


def times(database: Database, name: str) -> list[tuple[Any, ...]]:
    """Where his time went, from T0 on."""
    rows = database.rows(f"SELECT state, from_ms, until_ms FROM agent_times WHERE agent = '{name}' ORDER BY from_ms")
    return [(state, begun - T0, None if until is None else until - T0) for state, begun, until in rows]


def test_a_shift_leaves_its_events_and_its_times_without_gap(store: Store, database: Database) -> None:
    with store.writing() as ledger:
        presence.sign_in(ledger, "Wei", "console-a", START)
    with store.writing() as ledger:
        made = ask(ledger, ["Wei"], START.after(10_000))
    with store.writing() as ledger:
        end(ledger, made, "accepted")
        accepted = ledger.contacts.get("c-1")
        assert accepted is not None
        ledger.contacts.change(accepted, contact_of("Wei", version=2))
        presence.accepted(ledger, "Wei", START.after(15_000))
    with store.writing() as ledger:
        before = ledger.contacts.get("c-1")
        assert before is not None
        ledger.contacts.change(before, contact_of("Wei", state="resolved", version=3))
        presence.contact_over(ledger, "Wei", LIMITS.wrap_up_s, START.after(60_000))
    with store.writing() as ledger:
        (due,) = ledger.timers.due(START.steady_ms + 90_000, 10)
        (change,) = presence.agent_timer_due(ledger, [due.subject], START.after(90_000))
        assert change.became_ready
        assert ledger.timers.get("agent", "Wei") is None
    with store.writing() as ledger:
        presence.sign_out(ledger, "Wei", START.after(100_000))
    assert told(database) == [
        ("signed_in", "Wei", "ready", ""),
        ("agent", "Wei", "busy", ""),
        ("agent", "callcenter", "wrap_up", ""),
        ("agent", "callcenter", "ready", ""),
        ("signed_out", "Wei", "signed_out", ""),
    ]
    assert times(database, "Wei") == [
        ("ready", 0, 10_000),
        ("offered", 10_000, 15_000),
        ("busy", 15_000, 60_000),
        ("wrap_up", 60_000, 90_000),
        ("ready", 90_000, 100_000),
    ]


def test_of_600_who_are_asked_at_once_all_are_and_are_free_again(store: Store, database: Database) -> None:
    names = [f"agent-{number:03}" for number in range(600)]
    arrived = [(Agent(agent=name), rules.sign_in(Agent(agent=name), "seat-" + name, Load(), START)) for name in names]
    with store.writing() as ledger:
        presence.settle(ledger, arrived, START, by="test")
    with store.writing() as ledger:
        made = ask(ledger, names, START.after(1000))
    assert database.rows("SELECT state, count(*) FROM agents GROUP BY state") == [("offered", 600)]
    with store.writing() as ledger:
        end(ledger, made[:599], "withdrawn")
        changes = presence.offer_over(ledger, names, START.after(2000))
    assert sum(change.became_ready for change in changes) == 599
    assert state_of(store, "agent-599") == ("offered", "", "")
    assert len(told(database)) == 600  # they signed in; that one is asked is told by the contact


def test_who_misses_too_often_is_not_ready_with_notice_and_comes_back(store: Store, database: Database) -> None:
    with store.writing() as ledger:
        presence.sign_in(ledger, "Wei", "console-a", START)
        for number in (1, 2):
            made = ask(ledger, ["Wei"], START.after(number * 1000), f"c-{number}")
            end(ledger, made, "missed")
            (change,) = presence.missed(ledger, ["Wei", "Wei"], LIMITS, START.after(number * 1000 + 500))
    assert (change.after.state, change.after.reason, change.after.missed) == ("not_ready", MISSED_OFFERS, 2)
    assert told(database)[-1] == ("agent", "callcenter", "not_ready", MISSED_OFFERS)
    with store.reading() as ledger:
        timer = ledger.timers.get("agent", "Wei")
        (shown,) = presence.states(ledger, START.after(3000))
    assert timer is not None
    assert timer.due_steady_ms == START.steady_ms + 2500 + 300_000
    assert (shown.back_at_ms, shown.missed) == (T0 + 2500 + 300_000, 2)
    with store.writing() as ledger:
        (change,) = presence.agent_timer_due(ledger, ["Wei"], START.after(302_500))
    assert (change.became_ready, change.after.missed) == (True, 0)


def test_a_silent_seat_keeps_its_contacts_and_finds_them_again(store: Store, database: Database) -> None:
    with store.writing() as ledger:
        presence.sign_in(ledger, "Wei", "console-a", START)
        give(ledger, "Wei", START.after(1000))
        presence.not_ready(ledger, "Wei", "break", 600, LIMITS, START.after(2000))
    assert state_of(store, "Wei") == ("busy", "", "not_ready")
    with store.writing() as ledger:
        presence.seat_lost(ledger, "Wei", "seat is silent", START.after(20_000))
        assert ledger.contacts.taken_by(["Wei"]) == {"Wei": ["c-1"]}
    assert state_of(store, "Wei") == ("signed_out", "seat is silent", "")
    with store.writing() as ledger:
        presence.sign_in(ledger, "Wei", "console-b", START.after(30_000))
        (shown,) = presence.states(ledger, START.after(30_000))
    assert (shown.state, shown.seat, shown.contacts) == ("busy", "console-b", ["c-1"])
    with store.writing() as ledger:
        close(ledger)
        presence.contact_over(ledger, "Wei", 0, START.after(40_000), by="Wei")
    assert state_of(store, "Wei") == ("ready", "", "")
    assert times(database, "Wei")[-2:] == [("busy", 30_000, 40_000), ("ready", 40_000, None)]


def test_whatever_a_shift_brings_its_times_have_neither_gap_nor_overlap(store: Store) -> None:
    """A seeded walk, with a wall clock that is set forwards and backwards."""
    dice, now, number, worked_ms = random.Random(6), START, 0, 0
    acts = ("sign_in", "sign_in", "sign_out", "lost", "ready", "break", "give", "give", "close", "close", "timer")
    with store.writing() as ledger:
        for _ in range(150):
            passed_ms = dice.choice((0, 0, 1, 700, 45_000))
            worked_ms += passed_ms if ledger.agents.get("Wei").is_signed_in else 0
            jump_ms = dice.choice((0,) * 20 + (-3_600_000, 3_600_000))
            now = Now(now.wall_ms + passed_ms + jump_ms, now.steady_ms + passed_ms)
            held = ledger.contacts.taken_by(["Wei"]).get("Wei", [])
            what = dice.choice(acts)
            if what == "give" and len(held) < 3:
                number += 1
                give(ledger, "Wei", now, f"c-{number}")
            elif what == "close" and held:
                close(ledger, held[0])
                presence.contact_over(ledger, "Wei", dice.choice((0, 30)), now)
            elif what == "timer":
                due = [timer.subject for timer in ledger.timers.due(now.steady_ms, 10)]
                presence.agent_timer_due(ledger, due, now)
            else:
                _say(ledger, what, now)
        presence.seat_lost(ledger, "Wei", "end", now)
        stays = ledger.agents.stays(0, START.wall_ms + 10 * 86_400_000)
    assert {stay.state for stay in stays} >= {"busy", "ready", "wrap_up"}
    for one, after in pairwise(stays):
        assert one.from_ms < (one.until_ms or 0) <= after.from_ms
    assert sum((stay.until_ms or 0) - stay.from_ms for stay in stays) == worked_ms


def _say(ledger: Ledger, what: str, now: Now) -> None:
    if what == "sign_in":
        presence.sign_in(ledger, "Wei", "console-a", now)
    elif what == "sign_out":
        presence.sign_out(ledger, "Wei", now)
    elif what == "lost":
        presence.seat_lost(ledger, "Wei", "silent", now)
    elif what == "ready":
        presence.ready(ledger, "Wei", now)
    elif what == "break":
        presence.not_ready(ledger, "Wei", "break", 60, LIMITS, now)
