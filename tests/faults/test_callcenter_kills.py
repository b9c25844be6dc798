"""The call centre killed at any moment, and with a database that takes nothing: each thing happens once, and none is lost."""

import random
import resource
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from centre_host import BROKERS_AND_DATABASES, CENTRE, PartProcess, Seat, WardOnBus, centre_process, now_ms
from centre_parts import call_state, ward_info
from databases import Database
from servers import BrokerProcess, wait_until

from wardbell_bus.client import BusClient
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import CallState, CentreEvent, Reply, decode

KILLS = 12  # on each pair of broker and database
AT_ONCE = {"normal": {"steps": [["forward", 0], ["call_centre", 0], ["all_stations", 1]], "reraise_s": 180}}


class Auditor:
    """Hears every event of the call centre that the broker delivers, also those told while it was away."""

    def __init__(self, broker_url: str) -> None:
        self.events: list[CentreEvent] = []
        self.client = BusClient(
            broker_url, "auditor", [topics.event(CENTRE)], self._message, lambda _up: None, keep_session=True
        )
        self.client.start()
        wait_until(lambda: self.client.is_connected, "the auditor")

    def _message(self, _topic: str, payload: bytes, _is_retained: bool) -> None:
        self.events.append(decode(payload, CentreEvent))


class Shift:
    """Two operators who accept whatever is offered, as fast as they see it, and whose consoles escalate too."""

    def __init__(self, broker_url: str) -> None:
        self.seats = {name: Seat(broker_url, f"console-{name.lower()}", wards=["east"]) for name in ("Wei", "Li")}
        self._accepts: dict[tuple[str, str], str] = {}

    def sign_in(self) -> None:
        for name, seat in self.seats.items():
            seat.wait(lambda seat=seat: not seat.centre.is_stale, "the call centre")  # type: ignore[misc]
            assert seat.ask("sign_in", name).ok

    def work(self) -> None:
        accepts = self._accepts
        for name, seat in self.seats.items():
            seat.poll()
            seat.escalate()
            for contact in list(seat.centre.contacts.values()):
                if contact.status == "offered" and (name, contact.contact_id) not in accepts:
                    accepts[name, contact.contact_id] = seat.send("accept", name, contact_id=contact.contact_id)

    def replies(self, contact_id: str) -> dict[str, Reply]:
        """Each operator's answer to the acceptance of that contact, where there was one."""
        found = {}
        for (name, accepted_id), command_id in self._accepts.items():
            reply = self.seats[name].replies.get(command_id)
            if accepted_id == contact_id and reply is not None:
                found[name] = reply
        return found

    def stop(self) -> None:
        for seat in self.seats.values():
            seat.stop()


@pytest.fixture
def ward(broker: BrokerProcess) -> Iterator[WardOnBus]:
    made = WardOnBus(broker.url)
    made.paper.info = ward_info(policies=AT_ONCE)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def centre(broker: BrokerProcess, database: Database, tmp_path: Path) -> Iterator[PartProcess]:
    process = centre_process(broker.url, tmp_path / "home", database.url)
    process.start()
    yield process
    process.kill()


def placed(ward: WardOnBus, number: int) -> CallState:
    at_ms = now_ms()
    call = call_state(f"east-{number}", placed_at_ms=at_ms, raised_at_ms=at_ms, last_press_at_ms=at_ms)
    ward.happens("placed", call)
    return call


@BROKERS_AND_DATABASES
def test_killed_while_steps_and_acceptances_flow(
    broker: BrokerProcess, centre: PartProcess, ward: WardOnBus, database: Database
) -> None:
    seeded = random.Random(15)
    auditor, shift = Auditor(broker.url), Shift(broker.url)
    shift.sign_in()
    calls: list[CallState] = []
    for _ in range(KILLS):
        calls.append(placed(ward, len(calls) + 1))
        after, turns = len(auditor.events) + seeded.randrange(6), seeded.randrange(30)

        def is_working(after: int = after) -> bool:
            shift.work()
            return len(auditor.events) >= after

        wait_until(is_working, "the call centre to get on")
        for _ in range(turns):  # anywhere between the commit and what the bus hears of it
            shift.work()
        centre.kill()
        centre.start()

    def is_settled() -> bool:
        shift.work()
        states = Counter(contact.status for seat in shift.seats.values() for contact in seat.centre.contacts.values())
        steps = {len(seat.centre.steps) for seat in shift.seats.values()}
        return states == {"accepted": 2 * len(calls)} and steps == {3 * len(calls)}

    wait_until(is_settled, f"{len(calls)} accepted contacts and {3 * len(calls)} steps at both consoles", 60)
    wait_until(lambda: not database.rows("SELECT 1 FROM outbox"), "an empty outbox")
    check_steps_and_contacts(database, calls)
    check_events(database, auditor.events, calls)
    for contact_id, accepted_by in database.rows("SELECT contact_id, accepted_by FROM contacts"):
        for name, reply in shift.replies(contact_id).items():
            assert reply.reason == ("" if name == accepted_by else f"already taken by {accepted_by}")
    shift.stop()
    auditor.client.stop()


def check_steps_and_contacts(database: Database, calls: list[CallState]) -> None:
    """In the database: every step once, one contact a round, each accepted by one of the two."""
    taken = database.rows("SELECT call_id, step, loop FROM steps")
    assert sorted(taken) == sorted((call.call_id, step, 0) for call in calls for step in (1, 2, 3))
    contacts = database.rows("SELECT call_id, loop, status FROM contacts")
    assert sorted(contacts) == sorted((call.call_id, 0, "accepted") for call in calls)
    assert {name for (name,) in database.rows("SELECT accepted_by FROM contacts")} <= {"Wei", "Li"}


def check_events(database: Database, heard: list[CentreEvent], calls: list[CallState]) -> None:
    """On the bus: every event of the database at least once, none that is not in it, and each fact told by one event."""
    stored = [decode(payload, CentreEvent) for (payload,) in database.rows("SELECT payload FROM events")]
    told = {event.seq: event for event in heard}
    assert sorted(told) == list(range(1, len(stored) + 1))
    assert all(event == told[event.seq] for event in heard)
    facts = Counter(
        (event.kind, event.step.call_id, event.step.step) for event in told.values() if event.step is not None
    )
    facts += Counter(
        (event.kind, event.contact.call_id, event.contact.loop)
        for event in told.values()
        if event.contact is not None and event.kind in ("opened", "accepted")
    )
    assert set(facts.values()) == {1}
    assert len(facts) == 5 * len(calls)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # PostgreSQL's disk is not this process's
def test_a_disk_that_takes_no_more_is_a_fault_and_nothing_is_lost(
    broker: BrokerProcess, centre: PartProcess, ward: WardOnBus, database: Database
) -> None:
    seat = Seat(broker.url, "console-a", wards=["east"])
    seat.wait(lambda: not seat.centre.is_stale, "the call centre")
    _, most = resource.prlimit(centre.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(centre.pid, resource.RLIMIT_FSIZE, (1024, most))
    call = placed(ward, 1)
    command_id = seat.send("sign_in", "Wei")

    def faults() -> list[str]:
        health = seat.centre.health.get(("callcenter", "main"))
        return health.faults if health is not None else []

    seat.wait(lambda: faults() == ["store"], "the fault on the bus")
    assert database.rows("SELECT 1 FROM steps") == database.rows("SELECT 1 FROM operators") == []
    resource.prlimit(centre.pid, resource.RLIMIT_FSIZE, (most, most))
    seat.wait(lambda: faults() == [], "the fault to go")
    seat.wait(lambda: command_id in seat.replies, "the command that was not taken to come again")
    seat.wait(lambda: seat.centre.contact_of(call.call_id) is not None, "the contact")
    seat.stop()


@BROKERS_AND_DATABASES
def test_a_database_that_somebody_holds_only_delays(
    broker: BrokerProcess, centre: PartProcess, ward: WardOnBus, database: Database
) -> None:
    seat = Seat(broker.url, "console-a", wards=["east"])
    seat.wait(lambda: not seat.centre.is_stale and ("callcenter", "main") in seat.centre.health, "the call centre")
    with database.held():
        placed(ward, 1)
        command_id = seat.send("sign_in", "Wei")
        seat.wait(lambda: seat.centre.health["callcenter", "main"].faults == ["store"], "the fault on the bus")
    seat.wait(lambda: command_id in seat.replies, "the reply")
    seat.wait(lambda: [c.status for c in seat.centre.contacts.values()] == ["offered"], "the contact")
    seat.stop()
