"""The call centre killed at any moment, and with a database that takes nothing: each thing happens once, and none is lost."""

import random
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from centre_host import BROKERS_AND_DATABASES, PartProcess, Seat, WardOnBus
from centre_shift import Auditor, Shift, calling_ward, check, placed, settle, working_centre
from databases import Database
from servers import BrokerProcess

from wardbell_protocol.bus.payloads import CallState

KILLS = 12  # on each pair of broker and database


@pytest.fixture
def ward(broker: BrokerProcess) -> Iterator[WardOnBus]:
    yield from calling_ward(broker.url)


@pytest.fixture
def centre(broker: BrokerProcess, database: Database, tmp_path: Path) -> Iterator[PartProcess]:
    yield from working_centre(broker.url, tmp_path / "home", database)


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
        # Anywhere between the commit and what the bus hears of it.
        shift.work_on(auditor, seeded.randrange(6), turns=seeded.randrange(30))
        centre.kill()
        centre.start()

    settle(shift, database, calls)
    check(shift, auditor, database, calls)
    shift.stop()
    auditor.client.stop()


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
    seat.wait(lambda: seat.faults() == ["store"], "the fault on the bus")
    assert database.rows("SELECT 1 FROM steps") == database.rows("SELECT 1 FROM agents") == []
    resource.prlimit(centre.pid, resource.RLIMIT_FSIZE, (most, most))
    seat.wait(lambda: seat.faults() == [], "the fault to go")
    seat.wait(lambda: command_id in seat.replies, "the command that was not taken to come again")
    seat.wait(lambda: seat.centre.contact_of(call.call_id) is not None, "the contact")
    seat.stop()


@BROKERS_AND_DATABASES
def test_a_database_that_somebody_holds_only_delays(
    broker: BrokerProcess, centre: PartProcess, ward: WardOnBus, database: Database
) -> None:
    seat = Seat(broker.url, "console-a", wards=["east"])
    seat.wait(lambda: not seat.centre.is_stale and seat.faults() == [], "the call centre")
    with database.held():
        placed(ward, 1)
        command_id = seat.send("sign_in", "Wei")
        seat.wait(lambda: seat.faults() == ["store"], "the fault on the bus")
    seat.wait(lambda: command_id in seat.replies, "the reply")
    seat.wait(lambda: [c.status for c in seat.centre.contacts.values()] == ["offered"], "the contact")
    seat.stop()
