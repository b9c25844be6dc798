"""The call centre as a process on real brokers, with operators, an escalator and a ward."""

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from centre_host import BROKERS_AND_DATABASES, CENTRE, PartProcess, Seat, WardOnBus, centre_process, now_ms
from centre_parts import call_state, cleared, step_command
from centre_shift import calling_ward, placed, working_centre
from databases import Database
from servers import BrokerProcess, wait_until

from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactState
from wardbell_protocol.bus.payloads import CallState, Health, encode

pytestmark = BROKERS_AND_DATABASES
LATER = {"normal": {"steps": [["forward", 0], ["call_centre", 1]], "reraise_s": 180}}


@pytest.fixture
def centre(broker: BrokerProcess, database: Database, tmp_path: Path) -> Iterator[PartProcess]:
    yield from working_centre(broker.url, tmp_path / "home", database)


@pytest.fixture
def seat(broker: BrokerProcess, centre: PartProcess) -> Iterator[Seat]:
    made = Seat(broker.url, "console-a", wards=["east"])
    made.wait(lambda: not made.centre.is_stale, "a snapshot of the call centre")
    yield made
    made.stop()


@pytest.fixture
def ward(broker: BrokerProcess) -> Iterator[WardOnBus]:
    yield from calling_ward(broker.url, LATER)


def contact_of(seat: Seat, call: CallState, status: str) -> ContactState:
    def found() -> ContactState | None:
        contact = seat.centre.contact_of(call.call_id)
        return contact if contact is not None and contact.status == status else None

    seat.wait(found, f"a contact of {call.call_id}, {status}")
    contact = found()
    assert contact is not None
    return contact


def test_a_call_is_escalated_with_nobody_else_alive(seat: Seat, ward: WardOnBus, broker: BrokerProcess) -> None:
    call = placed(ward, 1)
    contact = contact_of(seat, call, "new")
    assert seat.ask("sign_in", "Wei").ok
    contact_of(seat, call, "offered")
    assert seat.ask("accept", "Wei", contact_id=contact.contact_id).ok
    contact_of(seat, call, "accepted")
    ward.happens("cleared", cleared(call, now_ms()))
    seat.wait(lambda: not seat.centre.contacts, "the contact to be closed")
    seat.wait(lambda: "cleared_at_bed" in {event.kind for event in seat.events}, "the news of it")
    (closed,) = [event.contact for event in seat.events if event.kind == "cleared_at_bed"]
    assert closed is not None
    assert closed.closed_reason == "cleared at bed by 203-2"
    late = Seat(broker.url, "console-late")
    late.wait(lambda: not late.centre.is_stale, "a late joiner's snapshot")
    assert (late.centre.contacts, late.centre.steps) == ({}, {})
    assert list(late.centre.agents) == ["Wei"]
    late.stop()
    wait_until(lambda: seat.ask("figures", "Wei").figures is not None, "figures that are counted")
    figures = seat.ask("figures", "Wei").figures
    assert figures is not None
    assert [(ward.ward, ward.waiting, ward.periods[0].contacts) for ward in figures.wards] == [
        ("", 0, 1),
        ("east", 0, 1),
    ]


def test_escalator_console_and_watcher_together_take_each_step_once(
    seat: Seat, ward: WardOnBus, broker: BrokerProcess, tmp_path: Path
) -> None:
    process = PartProcess(
        "wardbell_console.escalate_command", ["--broker", broker.url, "--ward", "+"], tmp_path / "escalate.log"
    )
    process.start()
    seat.wait(lambda: "escalator" in {part for part, _ in seat.centre.health}, "the escalator")
    others = [Seat(broker.url, f"console-{name}", wards=["east"]) for name in "bc"]
    calls = [placed(ward, number) for number in range(1, 6)]

    def all_are_taken() -> bool:
        for console in (seat, *others):
            console.poll()
            console.escalate()
        return len(seat.centre.steps) == 10 and len(seat.centre.contacts) == 5

    wait_until(all_are_taken, "both steps of five calls")
    for other in others:
        other.wait(lambda other=other: len(other.centre.steps) == 10, "every console to show them")  # type: ignore[misc]
        other.stop()
    assert process.end() == 0

    def told(kind: str) -> list[CentreEvent]:
        return [event for event in seat.events if event.kind == kind]

    seat.wait(lambda: len(told("step_taken")) >= 10 and len(told("opened")) >= 5, "the news of all of it")
    taken = [event.step for event in told("step_taken") if event.step is not None]
    assert sorted((step.call_id, step.step) for step in taken) == sorted(
        (call.call_id, step) for call in calls for step in (1, 2)
    )
    assert len(told("opened")) == 5


@pytest.mark.usefixtures("centre")
def test_of_two_who_accept_at_once_one_wins_and_the_other_reads_who(broker: BrokerProcess) -> None:
    rounds, seeded = 15, random.Random(20)
    seats = {name: Seat(broker.url, f"console-{name.lower()}") for name in ("Wei", "Li")}
    for name, console in seats.items():
        console.wait(lambda console=console: not console.centre.is_stale, "the call centre")  # type: ignore[misc]
        assert console.ask("sign_in", name).ok
    for number in range(1, rounds + 1):
        call = call_state(
            f"east-{number}"
        )  # of a ward that the call centre does not see, so that it believes the sender
        seats["Wei"].send("step", "Wei", **_step_fields(call))
        contacts = {name: contact_of(console, call, "offered") for name, console in seats.items()}
        names = seeded.sample(sorted(seats), 2)
        barrier = threading.Barrier(2)
        replies = {}

        def accept(name: str) -> None:
            barrier.wait()  # noqa: B023 - joined before the next round
            replies[name] = seats[name].ask("accept", name, contact_id=contacts[name].contact_id)  # noqa: B023

        threads = [threading.Thread(target=accept, args=[name]) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = [name for name, reply in replies.items() if reply.ok]
        (loser,) = set(seats) - {winner}
        assert replies[loser].reason == f"already taken by {winner}"
        accepted = contact_of(seats[loser], call, "accepted")
        assert accepted.accepted_by == winner
        seats[loser].wait(lambda: _is_told(seats[loser], call, winner), "the withdrawal")  # noqa: B023
        assert seats[winner].ask("resolve", winner, contact_id=accepted.contact_id).ok
    li = seats["Li"]  # who is told that she has accepted before everybody hears of it
    li.wait(lambda: [event.kind for event in li.events].count("accepted") >= rounds, "the news of the last one")
    assert [event.kind for event in li.events].count("accepted") == rounds
    for console in seats.values():
        console.stop()


def _is_told(seat: Seat, call: CallState, winner: str) -> bool:
    """Whoever had the offer was told who took it; it may have been taken before it went out."""
    heard = [offer.withdrawn for offer in seat.offers if offer.contact.call_id == call.call_id]
    return not heard or heard[-1] == f"taken by {winner}"


def _step_fields(call: CallState) -> dict[str, object]:
    step = step_command(call)
    return {
        "call_id": call.call_id,
        "step": step.step,
        "step_name": step.step_name,
        "loop": step.loop,
        "due_at_ms": step.due_at_ms,
        "call": call,
    }


def test_a_broker_that_lost_everything_is_told_again(seat: Seat, ward: WardOnBus, broker: BrokerProcess) -> None:
    seat.ask("sign_in", "Wei")
    first = placed(ward, 1)
    contact = contact_of(seat, first, "offered")
    broker.restart()
    second = placed(ward, 2)
    contact_of(seat, second, "offered")
    late = Seat(broker.url, "console-late")
    retained = topics.contact(contact.contact_id)
    late.wait(lambda: contact.contact_id in late.centre.contacts, f"what is retained under {retained}")
    late.stop()
    assert seat.ask("accept", "Wei", contact_id=contact.contact_id).ok


def test_what_is_not_ours_is_dropped_and_the_rest_goes_on(seat: Seat, ward: WardOnBus, tmp_path: Path) -> None:
    command = topics.centre_command("console-a")
    good = encode(step_command(call_state()))
    bad = [
        (command, b""),
        (command, b"\xff\x00"),
        (command, b"[]"),
        (command, b'{"v":2}'),
        (command, good.replace(b'"verb":"step"', b'"verb":"dance"')),
        (command, good.replace(b'"step":2', b'"step":-2')),
        (command, good.replace(b'"reply_to":"console-a"', b'"reply_to":"#"')),
        (command, good.replace(b'"reply_to":"console-a"', b'"reply_to":"console-b"')),
        (topics.snapshot_request(CENTRE), b'{"reply_to":"../+"}'),
        (topics.event("east"), b'{"epoch":"e1"}'),
        (topics.health("east", "console-a"), b"true"),
        (f"wardbell/v1/{CENTRE}/nothing/of/ours", b"x"),
    ]
    for topic, payload in bad:
        seat.client.publish(topic, payload)
    assert seat.ask("sign_in", "Wei").ok
    assert contact_of(seat, placed(ward, 1), "offered").offered_to == ["Wei"]
    seat.wait(lambda: {offer.contact.call_id for offer in seat.offers} == {"east-1"}, "the offer at the seat")
    log = (tmp_path / "home" / "callcenter.log").read_text()
    assert "Traceback" not in log
    assert log.count(f"{command}: dropped what is not ours") == 1  # warned of once a topic


def test_a_contact_left_by_another_database_is_taken_off_the_bus(
    broker: BrokerProcess, database: Database, ward: WardOnBus, tmp_path: Path
) -> None:
    old = ContactState(
        contact_id="c-0ld-1",
        ward="east",
        call_id="east-0",
        step=0,
        room="203",
        bed="2",
        kind="bed_call",
        call_kind="normal",
        priority=20,
        status="offered",
        pressed_at_ms=1,
        opened_at_ms=1,
        offered_to=["Wei"],
    )
    ward.client.publish(topics.contact("c-0ld-1"), encode(old), retain=True)
    seat = Seat(broker.url, "console-a")
    seat.wait(lambda: "c-0ld-1" in seat.centre.contacts, "the contact of a database that is gone")
    process = centre_process(broker.url, tmp_path / "home", database.url)
    process.start()
    heard = Seat(broker.url, "console-b")
    heard.wait(lambda: not heard.centre.is_stale, "the new call centre")
    seat.wait(lambda: not seat.centre.contacts, "the old contact to go")
    for each in (seat, heard):
        each.stop()
    process.kill()


def test_the_call_centre_says_that_it_is_there_and_how_far_it_is(seat: Seat, centre: PartProcess) -> None:
    seat.ask("sign_in", "Wei")

    def life_sign() -> Health | None:
        return seat.centre.health.get(("callcenter", "main"))

    seat.wait(lambda: (sign := life_sign()) is not None and sign.seq >= 1, "its life sign with the event's number")
    sign = life_sign()
    assert sign is not None
    assert (sign.state, len(sign.epoch)) == ("online", 8)
    centre.kill()
    seat.wait(lambda: (sign := life_sign()) is not None and sign.state == "offline", "the broker's word that it died")


def test_leaving_in_order(seat: Seat, centre: PartProcess) -> None:
    seat.wait(lambda: ("callcenter", "main") in seat.centre.health, "its life sign")
    assert centre.end() == 0
    seat.wait(lambda: seat.centre.health["callcenter", "main"].state == "offline", "its own word that it left")


def test_a_console_that_speaks_keeps_its_operator(seat: Seat) -> None:
    seat.ask("sign_in", "Wei")
    seat.wait(lambda: list(seat.centre.agents) == ["Wei"], "the operator")
    seat.wait(lambda: ("console", "a") in seat.centre.health, "the console's life sign")
    assert list(seat.centre.agents) == ["Wei"]
