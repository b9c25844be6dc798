"""Two call centres on one database: one leads, and the other takes over, whatever becomes of the first."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from centre_host import WardOnBus, centre_process
from centre_shift import Auditor, Shift, calling_ward, check, placed, settle
from databases import Database
from servers import BrokerProcess, wait_until

from wardbell_protocol.bus.payloads import CallState


class Engine:
    """A call centre with a home of its own."""

    def __init__(self, broker: BrokerProcess, database: Database, home: Path) -> None:
        self.process = centre_process(broker.url, home, database.url)
        self._log = home / "callcenter.log"

    def has_said(self, what: str, times: int = 1) -> bool:
        return self.count(what) >= times

    def count(self, what: str) -> int:
        """How often it has said that."""
        return self._log.read_text().count(what) if self._log.exists() else 0

    def start(self, as_what: str) -> None:
        """Start it, and wait until it has said what it is."""
        times = self.count(as_what) + 1
        self.process.start()
        wait_until(lambda: self.has_said(as_what, times), f"one more {as_what!r} in {self._log}")


@pytest.fixture
def ward(iotcore_broker: BrokerProcess) -> Iterator[WardOnBus]:
    yield from calling_ward(iotcore_broker.url)


@pytest.fixture
def engines(iotcore_broker: BrokerProcess, database: Database, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """The first leads, the second stands by."""
    first, second = (Engine(iotcore_broker, database, tmp_path / name) for name in ("first", "second"))
    first.start(": leading")
    second.start("leads; standing by")
    yield first, second
    for engine in (first, second):
        engine.process.kill()


@pytest.fixture
def auditor(iotcore_broker: BrokerProcess) -> Iterator[Auditor]:
    made = Auditor(iotcore_broker.url)
    yield made
    made.client.stop()


@pytest.fixture
def shift(iotcore_broker: BrokerProcess, engines: tuple[Engine, Engine], auditor: Auditor) -> Iterator[Shift]:
    made = Shift(iotcore_broker.url)
    made.sign_in()
    yield made
    made.stop()


def work_until_told_of(shift: Shift, auditor: Auditor, call: CallState) -> None:
    """The shift goes on, until the call centre has opened a contact for that call."""

    def is_told() -> bool:
        shift.work()
        return any(event.contact is not None and event.contact.call_id == call.call_id for event in auditor.events)

    wait_until(is_told, f"the contact of {call.call_id}")


def check_leads(engines: tuple[Engine, Engine], database: Database, at_least: int) -> None:
    """Nobody has led but by the lease. A machine that holds a leader up for seconds is one more reason to take it."""

    def terms() -> int:
        ((fence,),) = database.rows("SELECT fence FROM lease")
        return int(fence)

    wait_until(lambda: terms() == sum(engine.count(": leading") for engine in engines), "whoever leads to have said so")
    assert terms() >= at_least


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_whoever_is_killed_the_other_goes_on_and_each_thing_happens_once(
    engines: tuple[Engine, Engine], ward: WardOnBus, shift: Shift, auditor: Auditor, database: Database
) -> None:
    calls: list[CallState] = []
    for leader, standby in (engines, engines[::-1]):
        calls.append(placed(ward, len(calls) + 1))
        work_until_told_of(shift, auditor, calls[-1])
        leader.process.kill()
        calls.append(placed(ward, len(calls) + 1))
        work_until_told_of(shift, auditor, calls[-1])
        assert standby.has_said(": leading")
        leader.start("leads; standing by")
    settle(shift, database, calls)
    check(shift, auditor, database, calls)
    check_leads(engines, database, at_least=3)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_leader_that_was_frozen_finds_that_it_leads_no_more(
    engines: tuple[Engine, Engine], ward: WardOnBus, shift: Shift, auditor: Auditor, database: Database
) -> None:
    first, second = engines
    calls = [placed(ward, 1)]
    work_until_told_of(shift, auditor, calls[0])
    os.kill(first.process.pid, signal.SIGSTOP)
    calls.append(placed(ward, 2))
    work_until_told_of(shift, auditor, calls[1])
    assert second.has_said(": leading")
    os.kill(first.process.pid, signal.SIGCONT)
    calls.append(placed(ward, 3))
    wait_until(lambda: first.has_said("leads; standing by"), "the first to stand by")
    settle(shift, database, calls)
    check(shift, auditor, database, calls)
    check_leads(engines, database, at_least=2)


def test_a_leader_that_leaves_in_order_is_followed_at_once(
    engines: tuple[Engine, Engine], ward: WardOnBus, shift: Shift, auditor: Auditor, database: Database
) -> None:
    first, second = engines
    os.kill(second.process.pid, signal.SIGSTOP)
    assert first.process.end() == 0
    assert database.rows("SELECT holder FROM lease") == [("",)]  # nobody waits until it has run out
    os.kill(second.process.pid, signal.SIGCONT)
    wait_until(lambda: second.has_said(": leading"), "the second to lead")
    calls = [placed(ward, 1)]
    settle(shift, database, calls)
    check(shift, auditor, database, calls)
