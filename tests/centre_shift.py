"""A shift at the call centre: two operators, who accept whatever comes, a ward whose calls escalate at once, and an auditor."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from centre_host import CENTRE, PartProcess, Seat, WardOnBus, centre_process, now_ms
from centre_parts import call_state, ward_info
from databases import Database
from servers import wait_until

from wardbell_bus.client import BusClient
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreEvent
from wardbell_protocol.bus.payloads import CallState, Reply, decode

AT_ONCE = {"normal": {"steps": [["forward", 0], ["call_centre", 0], ["all_stations", 1]], "reraise_s": 180}}


def working_centre(broker_url: str, home: Path, database: Database) -> Iterator[PartProcess]:
    """The call centre as a process; killed with the test."""
    process = centre_process(broker_url, home, database.url)
    process.start()
    yield process
    process.kill()


def calling_ward(broker_url: str, policies: dict[str, Any] = AT_ONCE) -> Iterator[WardOnBus]:
    """A ward on the bus, with these policies; it leaves with the test."""
    made = WardOnBus(broker_url)
    made.paper.info = ward_info(policies=policies)
    made.start()
    yield made
    made.stop()


class Auditor:
    """Hears every event of the call centre that the broker delivers, also those told while it was away."""

    def __init__(self, broker_url: str) -> None:
        self.events: list[CentreEvent] = []
        self.client = BusClient(
            broker_url, "auditor", [topics.event(CENTRE)], self._message, lambda _up: None, keep_session=True
        )
        self.client.start()
        wait_until(lambda: self.client.is_connected, "the auditor")

    def wait_for_all(self, database: Database) -> None:
        """Until it has heard as far as the database goes: the broker may have what it has not."""
        ((seq,),) = database.rows("SELECT seq FROM authority")
        wait_until(lambda: seq in {event.seq for event in self.events}, f"event {seq} at the auditor")

    def _message(self, _topic: str, payload: bytes, _is_retained: bool) -> None:
        self.events.append(decode(payload, CentreEvent))


class Shift:
    """Two operators who take whatever waits, asked or not, as fast as they see it, and whose consoles escalate too."""

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
                if contact.status in ("new", "offered") and (name, contact.contact_id) not in accepts:
                    accepts[name, contact.contact_id] = seat.send("accept", name, contact_id=contact.contact_id)

    def work_on(self, auditor: Auditor, n_events: int, turns: int) -> None:
        """Until the auditor has heard so many more events, and then so many turns."""
        wanted = len(auditor.events) + n_events

        def is_told() -> bool:
            self.work()
            return len(auditor.events) >= wanted

        wait_until(is_told, "the call centre to get on")
        for _ in range(turns):
            self.work()

    def replies(self, contact_id: str) -> dict[str, Reply]:
        """Each operator's answer to the acceptance of that contact, where there was one."""
        found: dict[str, Reply] = {}
        for (name, accepted_id), command_id in self._accepts.items():
            reply = self.seats[name].replies.get(command_id)
            if accepted_id == contact_id and reply is not None:
                found[name] = reply
        return found

    def stop(self) -> None:
        for seat in self.seats.values():
            seat.stop()


def placed(ward: WardOnBus, number: int, kind: str = "normal") -> CallState:
    at_ms = now_ms()
    call = call_state(f"east-{number}", kind, placed_at_ms=at_ms, raised_at_ms=at_ms, last_press_at_ms=at_ms)
    ward.happens("placed", call)
    return call


def settle(shift: Shift, database: Database, calls: list[CallState]) -> None:
    """Go on until all steps are taken, all contacts accepted, and the bus has heard of it."""

    def is_settled() -> bool:
        shift.work()
        states = Counter(
            contact.status for seat in shift.seats.values() for contact in list(seat.centre.contacts.values())
        )
        steps = {len(seat.centre.steps) for seat in shift.seats.values()}
        return states == {"accepted": 2 * len(calls)} and steps == {3 * len(calls)}

    wanted = f"{len(calls)} accepted contacts and {3 * len(calls)} steps at both consoles"
    wait_until(is_settled, wanted)
    wait_until(lambda: not database.rows("SELECT 1 FROM outbox"), "an empty outbox")


def check(shift: Shift, auditor: Auditor, database: Database, calls: list[CallState]) -> None:
    """Each thing once, on the disk, on the bus and in what the operators were answered."""
    auditor.wait_for_all(database)
    check_steps_and_contacts(database, calls)
    check_events(database, auditor.events, calls)
    for contact_id, accepted_by in database.rows("SELECT contact_id, accepted_by FROM contacts"):
        for name, reply in shift.replies(contact_id).items():
            wanted = "" if name == accepted_by else f"already taken by {accepted_by}"
            assert reply.reason == wanted, f"{contact_id}, {name}: {reply.reason!r}, not {wanted!r}"


def check_steps_and_contacts(database: Database, calls: list[CallState]) -> None:
    """In the database: every step once, one contact a call, each accepted by one of the two, and nobody being asked any more."""
    taken = database.rows("SELECT call_id, step, loop FROM steps")
    assert sorted(taken) == sorted((call.call_id, step, 0) for call in calls for step in (1, 2, 3))
    contacts = database.rows("SELECT call_id, returns, state FROM contacts")
    assert sorted(contacts) == sorted((call.call_id, 0, "accepted") for call in calls)
    assert {name for (name,) in database.rows("SELECT accepted_by FROM contacts")} <= {"Wei", "Li"}
    assert not database.rows("SELECT 1 FROM offers WHERE state = 'offered'")
    accepted = database.rows("SELECT contact_id, count(*) FROM offers WHERE state = 'accepted' GROUP BY contact_id")
    assert {count for _, count in accepted} <= {1}


def check_events(database: Database, heard: list[CentreEvent], calls: list[CallState]) -> None:
    """On the bus: what `check_told` says, and each fact told by one event."""
    told = check_told(database, heard)
    facts: Counter[tuple[object, ...]] = Counter(
        (event.kind, event.step.call_id, event.step.step) for event in told if event.step is not None
    )
    facts += Counter(
        (event.kind, event.contact.call_id)
        for event in told
        if event.contact is not None and event.kind in ("opened", "accepted")
    )
    assert set(facts.values()) == {1}
    assert len(facts) == 5 * len(calls)


def check_told(database: Database, heard: list[CentreEvent]) -> list[CentreEvent]:
    """Every event of the database was heard at least once, and none that is not in it; returns each once, in order."""
    stored = [decode(payload, CentreEvent) for (payload,) in database.rows("SELECT payload FROM events")]
    told = {event.seq: event for event in heard}
    assert sorted(told) == list(range(1, len(stored) + 1))
    assert all(event == told[event.seq] for event in heard)
    return [told[seq] for seq in sorted(told)]
