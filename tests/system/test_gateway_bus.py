"""The gateway's face on a real broker, its clock in the test's hand."""

import csv
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import NODES, WARD, BusEnd, code_of, keyed, station, tables, wait_for
from servers import DEADLINE_S, BrokerProcess, wait_until

from wardbell_gateway import asking
from wardbell_gateway.bus_face import BusFace
from wardbell_gateway.ear_watch import EAR_LOST, LOST_AFTER_MS
from wardbell_gateway.ears import Heard
from wardbell_gateway.journal import Journal, Mark
from wardbell_gateway.registry import check_tables
from wardbell_gateway.round_command import main as walk_round
from wardbell_gateway.supervision import FOLLOWERS, GONE_AFTER_MS, Supervision
from wardbell_gateway.survey_command import main as survey
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Health, Hearing, SnapshotRequest, encode
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, NORMAL, RESET

UNIX_MS = 1_800_000_000_000


class Gateway:
    """The parts of a gateway behind the bus, without serial lines."""

    def __init__(self, url: str, folder: Path) -> None:
        self.up_ms = 1000
        self.began_at_ms = UNIX_MS
        self.journal = Journal(folder / "gateway.db", UNIX_MS)
        self.ward = Ward(check_tables("registry.json", tables()), self.journal, self.now())
        self.supervision = Supervision([], self.journal.seen(), self.up_ms)
        self.face = BusFace(self.ward, self.supervision, url, self.journal.path, [], self.now)
        self.face.start()

    def now(self) -> Now:
        return Now(self.began_at_ms + self.up_ms, self.up_ms)

    def stop(self) -> None:
        self.face.stop()
        self.journal.close()


@pytest.fixture
def gateway(broker: BrokerProcess, tmp_path: Path) -> Iterator[Gateway]:
    gateway = Gateway(broker.url, tmp_path)
    yield gateway
    gateway.stop()


@pytest.fixture
def bus(broker: BrokerProcess, gateway: Gateway) -> Iterator[BusEnd]:
    bus = BusEnd(broker.url)
    wait_until(
        lambda: gateway.supervision.judge(gateway.up_ms).get(("broker", "lost")) is False, "the gateway's connection"
    )
    yield bus
    bus.close()


def ear_sign(bus: BusEnd, state: str, name: str = "iq-roof") -> None:
    health = Health(part="radio", name=name, state=state, at_ms=UNIX_MS)  # type: ignore[arg-type]
    bus.client.publish(topics.health(WARD, f"radio-{name}"), encode(health), retain=True)


def test_a_further_ear_that_leaves_is_missed_until_it_is_back_or_taken_away(gateway: Gateway, bus: BusEnd) -> None:
    def is_lost() -> bool | None:
        return gateway.supervision.judge(gateway.up_ms).get(("iq-roof", EAR_LOST))

    ear_sign(bus, "online")
    wait_until(lambda: is_lost() is False, "the ear to be seen")
    ear_sign(bus, "offline", "receiver-2")  # what a gateway with one receiver more has left
    ear_sign(bus, "offline")
    wait_until(lambda: not gateway.supervision.can_hear_on_bus, "that it has left")
    assert is_lost() is False
    gateway.up_ms += LOST_AFTER_MS + 1
    assert is_lost() is True
    assert ("receiver-2", EAR_LOST) not in gateway.supervision.judge(gateway.up_ms)
    ear_sign(bus, "degraded")
    wait_until(lambda: is_lost() is False, "the ear to be back")
    gateway.up_ms += LOST_AFTER_MS + 1
    assert is_lost() is True
    bus.client.publish(topics.health(WARD, "radio-iq-roof"), b"", retain=True)
    wait_until(lambda: is_lost() is False, "that nobody misses it")
    assert is_lost() is None


@pytest.mark.parametrize(("part", "fault"), FOLLOWERS.items())
def test_whoever_follows_the_ward_and_falls_silent_is_missed(
    gateway: Gateway, bus: BusEnd, part: str, fault: tuple[str, str]
) -> None:
    def sign_of_life() -> None:
        health = Health(part=part, name="test", state="online", at_ms=UNIX_MS)  # type: ignore[arg-type]
        bus.client.publish(topics.health(WARD, f"{part}-test"), encode(health), retain=True)

    def is_missed() -> bool | None:
        missed = gateway.supervision.judge(gateway.up_ms)
        gateway.ward.judge(missed, gateway.now())
        return missed.get(fault)

    sign_of_life()
    wait_until(lambda: is_missed() is False, "its first sign")
    gateway.up_ms += GONE_AFTER_MS + 1
    assert is_missed()
    wait_until(lambda: bus.faults() == {fault}, "the fault")
    sign_of_life()
    wait_until(lambda: is_missed() is False, "that it is back")
    wait_until(lambda: bus.faults() == set(), "the fault to go")
    wait_until(lambda: gateway.journal.seen() == {part}, "that a restart knows of it")
    gateway.up_ms += GONE_AFTER_MS + 1
    assert is_missed()
    bus.client.publish(topics.health(WARD, f"{part}-test"), b"", retain=True)
    wait_until(lambda: is_missed() is False, "that nobody misses it")
    wait_until(lambda: gateway.journal.seen() == set(), "that a restart misses none")


def test_history_tells_all_of_a_call_after_it_is_cleared(gateway: Gateway, bus: BusEnd) -> None:
    for seq, kind in enumerate(["normal", "normal", "reset"], 1):
        gateway.up_ms += 1000
        mark = Mark("receiver", "e", seq, code_of("203-1", kind), gateway.now().unix_ms)
        gateway.ward.hear(mark, gateway.now())
    wait_until(lambda: len(bus.told) == 3, "the events")
    call_id = bus.told[0].call.call_id
    bus.command("history", call_id, "h-1")
    wait_until(lambda: bus.replies_to("h-1"), "the history")
    reply = bus.replies_to("h-1")[0]
    assert reply.events == bus.told
    assert [event.kind for event in reply.events] == ["placed", "pressed_again", "cleared"]
    bus.command("history", "east-none-1", "h-2")
    wait_until(lambda: bus.replies_to("h-2"), "the refusal")
    assert not bus.replies_to("h-2")[0].ok


def test_what_is_not_ours_does_no_harm(bus: BusEnd) -> None:
    bus.client.publish(topics.command("east"), b"{")
    bus.client.publish(topics.command("east"), b'{"v": 2}')
    bus.client.publish(topics.snapshot_request("east"), b'{"v": 1, "reply_to": "no/such"}')
    bus.client.publish(topics.hearing("east"), b'{"v": 1, "ear": "a", "epoch": "e", "seq": 1, "code": "XYZ"}')
    bus.command("acknowledge", "east-none-1", "c-1")
    wait_until(lambda: bus.replies_to("c-1"), "an answer all the same")
    assert not bus.replies_to("c-1")[0].ok
    assert "not open" in bus.replies_to("c-1")[0].reason


def test_readers_who_ask_while_the_gateway_is_away_push_no_press_out_of_the_queue(
    broker: BrokerProcess, tmp_path: Path
) -> None:
    gateway = Gateway(broker.url, tmp_path)
    bus = BusEnd(broker.url)
    try:
        wait_until(lambda: bus.mirror.info is not None, "the gateway")
        gateway.stop()
        taken: list[int] = []
        bus.client.watch_published(taken.append)
        request = encode(SnapshotRequest(reply_to="console-other"))
        for _ in range(1100):  # mosquitto keeps 1,000 for who is away, and drops what comes after
            bus.client.publish(topics.snapshot_request("east"), request)
        code = f"{code_of('203-1', 'normal'):06X}"
        hearing = Hearing(ear="other", epoch="1", seq=1, code=code, words=4, t_us=400, at_ms=UNIX_MS)
        last = bus.client.publish(topics.hearing("east"), encode(hearing))
        wait_until(lambda: last in taken, "the broker to have it all")
        gateway = Gateway(broker.url, tmp_path)
        wait_until(lambda: ("203-1", "normal") in bus.open, "the press that was heard meanwhile")
    finally:
        bus.close()
        gateway.stop()


def test_two_ears_on_the_bus_hear_one_frame_and_it_is_one_press(gateway: Gateway, bus: BusEnd) -> None:
    registry = check_tables("registry.json", tables(keyed("203-1"), station("203-2")))
    gateway.ward.set_registry(registry, gateway.now())
    normal, reset = (int(DATA_BY_SIGNAL[signal], 2) for signal in (NORMAL, RESET))
    said = (("a", 7, normal), ("b", 7, normal), ("a", 8, normal), ("b", 8, normal), ("a", 9, reset))
    for seq, (ear, counter, event) in enumerate(said, 1):
        hearing = Hearing(
            ear=ear, epoch="1", seq=seq, code="", words=2, t_us=150, at_ms=UNIX_MS, node_id=NODES["203-1"],
            counter=counter, event=event, battery=15,
        )  # fmt: skip
        bus.client.publish(topics.hearing("east"), encode(hearing))
    wait_until(lambda: "cleared" in [event.kind for event in bus.told], "the last of it")
    assert [(event.kind, event.call.presses, event.call.authenticated) for event in bus.told] == [
        ("placed", 1, True),
        ("pressed_again", 2, True),
        ("cleared", 2, True),
    ]


def test_a_round_of_tests_begins_and_ends_by_command(
    broker: BrokerProcess,
    gateway: Gateway,
    bus: BusEnd,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "ANSWER_WITHIN_S", DEADLINE_S)
    gateway.began_at_ms = time.time_ns() // 1_000_000 - gateway.up_ms  # a round that was asked for long ago is none
    usual = ["--broker", broker.url, "--ward", WARD, "--by", "Li"]
    assert walk_round(["start", "--room", "203", *usual]) == 0
    assert "the first press of each button is its test" in capsys.readouterr().out
    gateway.ward.poll(gateway.now())
    gateway.ward.hear(Mark("receiver", "e", 1, code_of("203-1", "emergency"), gateway.now().unix_ms), gateway.now())
    wait_for(bus, lambda bus: bus.open == {("203-1", "emergency"): "acknowledged"}, "the test, answered")
    wait_for(bus, lambda bus: bus.faults() == {("test-round", "test_round")}, "the round, said")
    gateway.up_ms += 11_000
    gateway.ward.poll(gateway.now())
    wait_for(bus, lambda bus: not bus.open, "its end")
    for lang, warning, row in (
        ("en", "One that you did not press was a resident", ["203-1", "203-1", "emergency"]),
        ("zh_CN", "如有不是您按的，就是住户按的", ["203-1", "203室1床", "紧急呼叫"]),
    ):
        assert walk_round(["stop", "--lang", lang, *usual]) == 0
        said = capsys.readouterr().out
        assert warning in said
        assert said.splitlines()[-1].split()[1:] == row
    gateway.ward.poll(gateway.now())
    wait_for(bus, lambda bus: not bus.faults(), "the end of the round")
    for wrong in (["--all", "--minutes", "9999"], [], ["--all", "--room", "203"]):
        with pytest.raises(SystemExit):
            walk_round(["start", *wrong, *usual])


def test_an_installer_reads_how_well_each_press_came_in(
    broker: BrokerProcess, gateway: Gateway, bus: BusEnd, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "survey.csv"
    usual = ["--broker", broker.url, "--ward", WARD, "--csv", str(table), "--presses", "2", "--lang", "zh_CN"]
    reader = threading.Thread(target=survey, args=([*usual, "--station", "203-1"],))
    reader.start()
    until_s = time.monotonic() + DEADLINE_S
    while reader.is_alive() and time.monotonic() < until_s:  # nobody tells when it has subscribed
        for station_id, quality in (("203-1", 93), ("203-2", 50), ("203-1", 84)):
            heard = Heard(("receiver-east", "e"), code_of(station_id, "normal"), UNIX_MS)
            gateway.ward.heard_well(heard, quality, 7, "receiver")
        reader.join(0.1)
    rows = list(csv.DictReader(table.read_text().splitlines()))
    # Which of both comes first depends on when it had subscribed.
    assert sorted((row["station"], row["copies"], row["of"], row["quality"], row["margin"]) for row in rows) == [
        ("203-1", "7", "8", "84", "weak"),
        ("203-1", "7", "8", "93", "good"),
    ]
    shown = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert shown[0] == ["时间", "接收端", "按钮编号", "床位", "信号", "份数", "质量", "余量"]
    assert sorted(line[3:] for line in shown[1:]) == [
        ["203-1", "203室1床", "呼叫", "7/8", "84", "弱"],
        ["203-1", "203室1床", "呼叫", "7/8", "93", "好"],
    ]


def test_an_installer_is_told_that_there_is_no_broker() -> None:
    assert survey(["--broker", "mqtt://127.0.0.1:1", "--ward", WARD, "--seconds", "1"]) == 69
