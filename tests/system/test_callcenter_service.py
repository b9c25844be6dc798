"""The call centre's wiring inside this process, where its patience can be shortened; and the escalator's life sign."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from centre_host import CENTRE, PartProcess, Seat, centre_process, now_ms
from centre_parts import command, ward_info
from databases import Database
from servers import DEADLINE_S, BrokerProcess, wait_until

from wardbell_bus.life_sign import LifeSign
from wardbell_callcenter.people.door import NOT_AT_HIS_SEAT, WRONG
from wardbell_callcenter.people.secret import make_secret
from wardbell_callcenter.service import Service
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Health, encode

PATIENCE_MS = 5000  # with whoever is silent; nobody else is so for as long, however busy this machine is


@pytest.fixture
def service(iotcore_broker: BrokerProcess, database: Database) -> Iterator[Service]:
    store = Store(database.url)
    assert store.take_lease(store.lease(), "test")
    running = Service(iotcore_broker.url, store)
    with store.reading() as ledger:
        assert ledger.mark() is not None  # from the first moment on its time goes on after it
    thread = threading.Thread(target=running.run)
    thread.start()
    wait_until(lambda: running.client.is_connected, "the call centre")
    yield running
    running.stop()
    thread.join()
    store.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # it takes real time
@pytest.mark.usefixtures("service")
def test_an_operator_whose_console_went_silent_is_signed_out(
    iotcore_broker: BrokerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wardbell_callcenter.seats.GONE_AFTER_MS", PATIENCE_MS)
    watching, silent = (Seat(iotcore_broker.url, f"console-{name}") for name in ("watching", "silent"))
    sign = LifeSign(CENTRE, "console", "watching")
    watching.wait(lambda: not watching.centre.is_stale, "the call centre")
    silent.ask("sign_in", "Li")
    silent.stop()
    watching.ask("sign_in", "Wei")  # from here on never silent

    said_at_ms = 0

    def only_wei_is_left() -> bool:
        nonlocal said_at_ms
        if now_ms() - said_at_ms > PATIENCE_MS / 20:  # no oftener: whoever hears it must keep up
            said_at_ms = now_ms()
            sign.connected()  # says it again at once, so that a console of this test is never silent for long
            sign.beat(watching.client, said_at_ms)
        has_li_come = any(event.agent and event.agent.agent == "Li" for event in watching.events)
        return has_li_come and list(watching.centre.agents) == ["Wei"]

    watching.wait(only_wei_is_left, "Li to be signed out")
    watching.wait(lambda: "signed_out" in {event.kind for event in watching.events}, "the news of it")
    left = [event for event in watching.events if event.kind == "signed_out"]
    assert [(event.by, event.agent and event.agent.agent) for event in left] == [("callcenter", "Li")]
    watching.stop()


def test_policies_that_cannot_be_read_are_a_fault(service: Service, iotcore_broker: BrokerProcess) -> None:
    seat = Seat(iotcore_broker.url, "console-a")
    bad = encode(ward_info(policies={"normal": {"steps": [["moon", 5]]}}))
    seat.client.publish(topics.ward("east"), bad, retain=True)

    def faults() -> list[str]:
        health = seat.centre.health.get(("callcenter", "main"))
        return health.faults if health is not None else []

    seat.wait(lambda: faults() == ["policies-east"], "the fault")
    seat.client.publish(topics.ward("east"), encode(ward_info()), retain=True)
    seat.wait(lambda: faults() == [], "the fault to go")
    assert service.client.refused == {}
    seat.stop()


def test_secrets_are_tried_while_the_engine_is_about_something_else(
    service: Service, iotcore_broker: BrokerProcess, database: Database
) -> None:
    beside = Store(database.url)
    with beside.writing() as ledger:
        document = {"agents": {"Wei": {"secret": make_secret("night", bytes(16))}}}
        ledger.houses.put(msgspec.json.encode(document), "test", now_ms())
    beside.close()
    seat = Seat(iotcore_broker.url, "console-a")
    with service._lock:  # noqa: SLF001 - as time has it while much is due
        assert service.receive(command("sign_in", by="Wei", secret="")).reason == WRONG
    assert seat.ask("sign_in", "Wei", secret="day").reason == WRONG
    assert seat.ask("sign_in", "Wei", secret="night").ok
    other = Seat(iotcore_broker.url, "console-b")  # somebody there says that he is Wei
    for verb in ("not_ready", "sign_out", "open", "history"):
        assert other.ask(verb, "Wei", reason="away", fields={"kind": "message"}).reason == NOT_AT_HIS_SEAT
    assert seat.ask("not_ready", "Wei", reason="away").ok
    other.stop()
    seat.stop()


def test_what_is_not_ours_is_counted_by_topic(service: Service, iotcore_broker: BrokerProcess) -> None:
    seat = Seat(iotcore_broker.url, "console-a")
    for payload in (b"", b"{}", b"\xff"):
        seat.client.publish(topics.centre_command("console-a"), payload)
    seat.client.publish(topics.event("east"), b"[]")
    others = Health(part="console", name="b", state="online", at_ms=0)
    seat.client.publish(topics.health(CENTRE, "console-a"), encode(others))
    wanted = {topics.centre_command("console-a"): 3, topics.event("east"): 1, topics.health(CENTRE, "console-a"): 1}
    seat.wait(lambda: service.client.refused == wanted, "all five to be counted")
    seat.stop()


def test_a_second_call_centre_on_one_folder_leaves_the_first_alone(
    iotcore_broker: BrokerProcess, tmp_path: Path
) -> None:
    seat = Seat(iotcore_broker.url, "console-a")
    first = centre_process(iotcore_broker.url, tmp_path)
    first.start()
    seat.wait(lambda: not seat.centre.is_stale, "the call centre")
    arguments = ["--broker", iotcore_broker.url, "--home", str(tmp_path)]
    second = subprocess.run(
        [Path(sys.executable).with_name("wardbell"), "callcenter", *arguments],
        capture_output=True, text=True, timeout=DEADLINE_S, check=False,
    )  # fmt: skip
    assert second.returncode == 75
    assert "another one runs here" in second.stderr
    assert seat.ask("sign_in", "Wei").ok
    seat.stop()
    assert first.end() == 0


@pytest.fixture
def escalator(iotcore_broker: BrokerProcess, tmp_path: Path) -> Iterator[PartProcess]:
    arguments = ["--broker", iotcore_broker.url, "--ward", "east", "--name", "cellar"]
    process = PartProcess("wardbell_console.escalate_command", arguments, tmp_path / "escalate.log")
    process.start()
    yield process
    process.kill()


def test_an_escalator_is_seen_in_its_ward_and_missed_when_it_dies(
    iotcore_broker: BrokerProcess, escalator: PartProcess
) -> None:
    seat = Seat(iotcore_broker.url, "console-a", wards=["east"])

    def state() -> str:
        health = seat.wards[0].health.get(("escalator", "cellar"))
        return health.state if health is not None else "unheard of"

    seat.wait(lambda: state() == "online", "its life sign")
    escalator.kill()
    seat.wait(lambda: state() == "offline", "the broker's word that it died")
    seat.stop()
