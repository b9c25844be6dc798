"""PostgreSQL restarted, killed and read-only under a working call centre: a fault while it lasts; nothing lost or doubled."""

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from centre_host import PartProcess, Seat, WardOnBus, centre_process
from centre_parts import ward_info
from centre_shift import AT_ONCE, Auditor, Shift, check, placed, settle
from databases import Database, Postgres
from servers import BrokerProcess, wait_until

from wardbell_protocol.bus.payloads import CallState

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
RESTARTS = 6


@pytest.fixture
def ward(iotcore_broker: BrokerProcess) -> Iterator[WardOnBus]:
    made = WardOnBus(iotcore_broker.url)
    made.paper.info = ward_info(policies=AT_ONCE)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def centre(iotcore_broker: BrokerProcess, database: Database, tmp_path: Path) -> Iterator[PartProcess]:
    process = centre_process(iotcore_broker.url, tmp_path / "home", database.url)
    process.start()
    yield process
    process.kill()


def faults(seat: Seat) -> list[str]:
    health = seat.centre.health.get(("callcenter", "main"))
    return health.faults if health is not None else ["unheard of"]


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
        after = len(auditor.events) + seeded.randrange(4)

        def is_working(after: int = after) -> bool:
            shift.work()
            return len(auditor.events) >= after

        wait_until(is_working, "the call centre to get on")
        for _ in range(seeded.randrange(20)):
            shift.work()
        postgres.stop(seeded.choice([signal.SIGINT, signal.SIGKILL]))
        if number == 0:
            calls.append(placed(ward, len(calls) + 1))  # while nothing can be stored
            wait_until(lambda: faults(shift.seats["Wei"]) == ["store"], "the fault on the bus")
        postgres.start(shift.work)  # whoever is silent for long is signed out
    settle(shift, database, calls)
    check(shift, auditor, database, calls)
    wait_until(lambda: faults(shift.seats["Wei"]) == [], "the fault to go")
    shift.stop()
    auditor.client.stop()


def test_a_server_that_takes_no_writes_is_a_fault_until_it_does(
    iotcore_broker: BrokerProcess, ward: WardOnBus, database: Database, postgres: Postgres, tmp_path: Path
) -> None:
    (name,) = database.rows("SELECT current_database()::text")[0]
    database.execute("CREATE ROLE clerk LOGIN", "GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
    database.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO clerk")
    centre = centre_process(iotcore_broker.url, tmp_path / "home", postgres.url(name, "clerk"))
    centre.start()
    seat = Seat(iotcore_broker.url, "console-a", wards=["east"])
    seat.wait(lambda: not seat.centre.is_stale and faults(seat) == [], "the call centre")
    database.execute("REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM clerk")
    seat.wait(lambda: faults(seat) == ["store"], "the fault on the bus")
    call = placed(ward, 1)
    command_id = seat.send("sign_in", "Wei")
    database.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk")
    seat.wait(lambda: command_id in seat.replies, "the command that was not taken to come again")
    seat.wait(lambda: seat.centre.contact_of(call.call_id) is not None, "the contact")
    seat.wait(lambda: faults(seat) == [], "the fault to go")
    seat.stop()
    assert centre.end() == 0
