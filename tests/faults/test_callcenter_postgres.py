"""PostgreSQL restarted, killed and read-only under a working call centre: a fault while it lasts; nothing lost or doubled."""

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from centre_host import PartProcess, Seat, WardOnBus, centre_process
from centre_shift import Auditor, Shift, calling_ward, check, placed, settle, working_centre
from databases import Database, Postgres
from servers import BrokerProcess, wait_until

from wardbell_protocol.bus.payloads import CallState

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
RESTARTS = 6


@pytest.fixture
def ward(iotcore_broker: BrokerProcess) -> Iterator[WardOnBus]:
    yield from calling_ward(iotcore_broker.url)


@pytest.fixture
def centre(iotcore_broker: BrokerProcess, database: Database, tmp_path: Path) -> Iterator[PartProcess]:
    yield from working_centre(iotcore_broker.url, tmp_path / "home", database)


def is_told_at_work(shift: Shift) -> bool:
    """Whether the fault is on the bus, while the shift goes on: whoever is silent for long is signed out."""
    shift.work()
    return shift.seats["Wei"].faults() == ["store"]


@pytest.mark.usefixtures("centre")
def test_a_server_that_ends_in_the_middle_delays_and_no_more(
    iotcore_broker: BrokerProcess, ward: WardOnBus, database: Database, postgres: Postgres
) -> None:
    seeded = random.Random(16)
    auditor, shift = Auditor(iotcore_broker.url), Shift(iotcore_broker.url)
    shift.sign_in()
    calls: list[CallState] = []
    for number in range(RESTARTS):
        calls.append(placed(ward, len(calls) + 1))
        shift.work_on(auditor, seeded.randrange(4), turns=seeded.randrange(20))
        postgres.stop(seeded.choice([signal.SIGINT, signal.SIGKILL]))
        if number == 0:
            calls.append(placed(ward, len(calls) + 1))  # while nothing can be stored
            wait_until(lambda: is_told_at_work(shift), "the fault on the bus")
        postgres.start(shift.work)
    settle(shift, database, calls)
    check(shift, auditor, database, calls)
    wait_until(lambda: shift.seats["Wei"].faults() == [], "the fault to go")
    shift.stop()
    auditor.client.stop()


@pytest.mark.usefixtures("centre")
def test_who_asks_for_figures_while_the_server_is_away_is_answered_and_breaks_nothing(
    iotcore_broker: BrokerProcess, postgres: Postgres
) -> None:
    seat = Seat(iotcore_broker.url, "console-a", wards=["east"])
    seat.wait(lambda: not seat.centre.is_stale and seat.faults() == [], "the call centre")
    postgres.stop()
    reply = seat.ask("figures", "Wei")
    assert (reply.ok, reply.reason) == (False, "the database is not well")
    postgres.start(seat.poll)
    wait_until(lambda: seat.ask("figures", "Wei").ok, "the server")
    seat.stop()


def test_a_server_that_takes_no_writes_is_a_fault_until_it_does(
    iotcore_broker: BrokerProcess, ward: WardOnBus, database: Database, postgres: Postgres, tmp_path: Path
) -> None:
    (name,) = database.rows("SELECT current_database()::text")[0]
    database.execute("CREATE ROLE clerk LOGIN", "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
    database.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clerk")
    centre = centre_process(iotcore_broker.url, tmp_path / "home", postgres.url(name, "clerk"))
    centre.start()
    seat = Seat(iotcore_broker.url, "console-a", wards=["east"])
    seat.wait(lambda: not seat.centre.is_stale and seat.faults() == [], "the call centre")
    database.execute("REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM clerk")
    seat.wait(lambda: seat.faults() == ["store"], "the fault on the bus")
    call = placed(ward, 1)
    command_id = seat.send("sign_in", "Wei")
    database.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
    seat.wait(lambda: command_id in seat.replies, "the command that was not taken to come again")
    seat.wait(lambda: seat.centre.contact_of(call.call_id) is not None, "the contact")
    seat.wait(lambda: seat.faults() == [], "the fault to go")
    seat.stop()
    assert centre.end() == 0
