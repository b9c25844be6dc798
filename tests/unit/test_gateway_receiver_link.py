"""A receiver and the ward, joined by two real ends of the link in virtual time, over a real journal."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import KEYS, NODES, code_of, keyed, station, tables

from wardbell_gateway.journal import Journal
from wardbell_gateway.receiver_link import ReceiverLink
from wardbell_gateway.registry import check_tables
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.air.key_mark import key_mark
from wardbell_protocol.air.refusals import FORGED
from wardbell_protocol.bus.payloads import Command
from wardbell_protocol.link.peer import LinkMessage, LinkPeer
from wardbell_protocol.link.receiver_faults import DISPLAY_LOST, MAINS_LOST, ONLY_AT_RECEIVER

UNIX_MS = 1_800_000_000_000
STEP_MS = 50


class Bench:
    """Gateway's and receiver's ends, and the time. The receiver's clock began `device_behind_ms` after the gateway's."""

    def __init__(self, folder: Path, device_behind_ms: int = 7_000) -> None:
        self.up_ms = 10_000
        self.behind_ms = device_behind_ms
        self.path = folder / "gateway.db"
        self.said: list[dict[str, object]] = []
        self.epoch = 1
        self.device = LinkPeer("receiver-east", 77)
        self.start()

    @property
    def now(self) -> Now:
        return Now(UNIX_MS + self.up_ms, self.up_ms)

    @property
    def device_ms(self) -> int:
        return self.up_ms - self.behind_ms

    def start(self) -> None:
        """A gateway begins."""
        self.journal = Journal(self.path, self.now.unix_ms)
        self.ward = Ward(check_tables("registry.json", tables()), self.journal, self.now)
        self.epoch += 1
        self.link = ReceiverLink(self.ward, "receiver", self.epoch, self.now)

    def die(self) -> None:
        """The gateway's process is gone."""
        self.journal.close()

    def run(self, ms: int = 200, is_connected: bool = True) -> None:
        """Let time pass."""
        for _ in range(ms // STEP_MS):
            self.up_ms += STEP_MS
            if not is_connected:
                self.device.poll(self.device_ms)
                self.device.take_output()
                continue
            self.link.receive(self.device.take_output(), self.now)
            self.link.poll(self.now)
            for event in self.device.receive(self.link.take_output(), self.device_ms):
                if isinstance(event, LinkMessage):
                    self.said.append(event.message)
                    self.device.accept(event)
            self.device.poll(self.device_ms)

    def press(self, station_id: str, kind: str = "normal") -> int:
        message = {"t": "press", "code": code_of(station_id, kind), "words": 4, "t_us": 400, "at": self.device_ms}
        return self.device.send(message, self.device_ms)

    def key(self, kind: str, station_id: str, call: str = "normal") -> None:
        message = {"t": kind, "station": station_id, "kind": call, "detail": "", "at": self.device_ms}
        self.device.send(message, self.device_ms)

    def last(self, kind: str) -> dict[str, object]:
        return [message for message in self.said if message["t"] == kind][-1]

    def statuses(self) -> dict[str, str]:
        return {call.station_id: call.status for call in self.ward.open_calls()}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.run(2000)
    yield bench
    bench.die()


def test_the_receiver_gets_its_table(bench: Bench) -> None:
    kinds = [message["t"] for message in bench.said]
    assert kinds == ["station"] * 4 + ["stations", "reraise", "calls", "health"]
    assert bench.said[1] == {
        "t": "station",
        "id": "203-2",
        "room": "203",
        "bed": "2",
        "address": "0F1F01F1",
        "codes": {},
        "clear_at": ["bed", "receiver", "console"],
    }
    assert bench.last("reraise")["by_kind"]["normal"] == [180, 900]  # type: ignore[index]


def test_a_press_is_shown_with_the_message_that_it_accounts_for(bench: Bench) -> None:
    seq = bench.press("203-2")
    bench.run()
    assert bench.last("call") | {"age": 0, "since": 0} == {
        "t": "call",
        "station": "203-2",
        "kind": "normal",
        "detail": "",
        "room": "203",
        "bed": "2",
        "status": "placed",
        "age": 0,
        "since": 0,
        "presses": 1,
        "auth": False,
        "by": "",
        "clear_at": ["bed", "receiver", "console"],
        "seen": seq,
    }


def test_keys_acknowledge_and_clear(bench: Bench) -> None:
    bench.press("203-2")
    bench.key("ack", "203-2")
    bench.run()
    assert bench.last("call")["status"] == "acknowledged"
    assert bench.last("call")["by"] == "receiver"
    bench.key("clear", "203-2")
    bench.run()
    assert bench.last("call")["status"] == "cleared"
    assert bench.statuses() == {}


def test_a_key_that_does_nothing_brings_the_display_up_to_date(bench: Bench) -> None:
    bench.press("203-2", "emergency")
    bench.key("clear", "203-2", "emergency")
    bench.run(1000)
    assert bench.statuses() == {"203-2": "placed"}
    assert [message["t"] for message in bench.said[-2:]] == ["call", "calls"]
    assert bench.last("calls") == {"t": "calls", "n": 1, "seen": 2}
    bench.key("ack", "999")
    bench.run(1000)
    assert bench.last("calls") == {"t": "calls", "n": 1, "seen": 3}


def test_events_of_the_time_alone_keep_their_times(bench: Bench) -> None:
    bench.die()
    pressed_ms = bench.now.unix_ms
    bench.press("203-2")
    bench.run(600_000, is_connected=False)
    acknowledged_ms = bench.now.unix_ms
    bench.key("ack", "203-2")
    bench.run(60_000, is_connected=False)
    bench.start()
    bench.run(2000)
    call = bench.ward.open_calls()[0]
    assert abs(call.placed_at_ms - pressed_ms) <= 2 * STEP_MS
    assert call.acknowledged_at_ms is not None
    assert abs(call.acknowledged_at_ms - acknowledged_ms) <= 2 * STEP_MS
    assert bench.last("call")["status"] == "acknowledged"


def test_a_press_that_was_written_and_not_acknowledged_counts_once(bench: Bench) -> None:
    bench.press("203-2")
    bench.link.receive(bench.device.take_output(), bench.now)  # written; the acknowledgement dies with the process
    assert bench.statuses() == {"203-2": "placed"}
    bench.die()
    bench.start()
    assert bench.statuses() == {"203-2": "placed"}
    bench.run(2000)
    assert bench.device.unacknowledged == 0
    assert bench.ward.open_calls()[0].presses == 1
    assert bench.last("calls") == {"t": "calls", "n": 1, "seen": 1}


def test_nothing_is_accepted_past_a_message_that_could_not_be_written(bench: Bench) -> None:
    other = sqlite3.connect(bench.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    bench.press("203-1")
    bench.link.receive(bench.device.take_output(), bench.now)  # waits for the lock, in vain
    other.execute("ROLLBACK")
    bench.press("203-2")
    bench.link.receive(bench.device.take_output(), bench.now)
    assert bench.statuses() == {}
    assert bench.ward.is_journal_well is False
    bench.run(2000)
    assert bench.device.unacknowledged == 0
    assert {call.station_id: call.presses for call in bench.ward.open_calls()} == {"203-1": 1, "203-2": 1}
    other.close()


def test_a_code_that_cannot_be_and_a_time_to_come_do_no_harm(bench: Bench) -> None:
    bench.device.send({"t": "press", "code": 1 << 30, "words": 2, "t_us": 400, "at": 0}, bench.device_ms)
    press = {"t": "press", "code": code_of("203-1", "normal"), "words": 2, "t_us": 400, "at": bench.device_ms + 10**9}
    bench.device.send(press, bench.device_ms)
    bench.run()
    assert bench.device.unacknowledged == 0
    assert bench.ward.open_calls()[0].placed_at_ms <= bench.now.unix_ms


def test_what_others_do_is_shown(bench: Bench) -> None:
    bench.press("203-2")
    bench.run()
    call_id = bench.ward.open_calls()[0].call_id
    command = Command(
        command_id="c", verb="attend", by="Wang", reply_to="console-a", at_ms=bench.now.unix_ms, call_id=call_id
    )
    bench.ward.command(command, bench.now)
    bench.ward.judge({("broker", "lost"): True}, bench.now)
    bench.link.tell_health(["broker"], bench.now)
    bench.run()
    calls = [(message["station"], message["status"], message["by"]) for message in bench.said if message["t"] == "call"]
    assert calls == [("203-2", "placed", ""), ("203-2", "attended", "Wang"), ("broker", "placed", "")]
    assert bench.last("health") == {"t": "health", "ok": False, "text": "broker"}
    bench.ward.judge({("broker", "lost"): False}, bench.now)
    assert bench.statuses() == {"203-2": "attended"}


def test_an_answered_call_that_is_left_rings_again(bench: Bench) -> None:
    bench.press("203-2")
    bench.key("ack", "203-2")
    bench.run()
    bench.up_ms += 179_000
    bench.ward.poll(bench.now)
    assert bench.statuses() == {"203-2": "acknowledged"}
    bench.up_ms += 2_000
    bench.ward.poll(bench.now)
    assert bench.statuses() == {"203-2": "placed"}
    assert bench.ward.open_calls()[0].loop == 1


def test_a_silent_line_is_known_from_its_last_word(bench: Bench) -> None:
    silent_since_ms = bench.up_ms
    while bench.link.is_up:
        bench.up_ms += STEP_MS
        bench.link.poll(bench.now)
    assert abs(bench.link.lost_at_ms - silent_since_ms) <= 1000
    bench.link.line_lost(bench.now)
    bench.run(3000)
    assert bench.link.is_up


def test_a_command_of_another_authority_is_refused(bench: Bench) -> None:
    bench.ward.command(Command(command_id="c", verb="sign_in", by="Li", reply_to="console-a", at_ms=0), bench.now)
    answer = bench.journal.answer_to("c")
    assert answer is not None
    assert b"not a ward's verb" in answer


def test_the_last_words_of_a_receiver_and_its_next_life_in_one_read_are_both_heard(bench: Bench) -> None:
    bench.run()
    bench.press("203-2")
    bench.press("203-1")
    last_words = bench.device.take_output()
    bench.device = LinkPeer("receiver-east", 78)
    bench.device.poll(0)
    bench.press("204-1")
    bench.link.receive(last_words + bench.device.take_output(), bench.now)
    bench.run(1_000)
    assert set(bench.statuses()) == {"203-2", "203-1", "204-1"}
    assert bench.device.unacknowledged == 0


def frame(**fields: object) -> dict[str, object]:
    message: dict[str, object] = {
        "t": "frame",
        "node": NODES["203-1"],
        "counter": 5,
        "event": 1,
        "battery": 0,
        "copies": 1,
    }
    return {**message, "at": 0, **fields}


def test_a_keyed_station_goes_to_the_receiver_with_its_key_and_its_frames_make_calls(bench: Bench) -> None:
    bench.ward.set_registry(check_tables("f", tables(keyed("203-1"), station("203-2"))), bench.now)
    bench.run()
    rows = {message["id"]: message for message in bench.said if message["t"] == "station"}
    assert (rows["203-1"]["node_id"], rows["203-1"]["key"]) == (NODES["203-1"], KEYS["203-1"])
    assert "key" not in rows["203-2"]
    for _ in range(2):
        bench.device.send(frame(at=bench.device_ms), bench.device_ms)
        bench.run()
    assert bench.last("call")["auth"] is True
    assert [call.presses for call in bench.ward.open_calls()] == [1]


def test_a_frame_that_was_heard_under_the_key_before_takes_no_number_of_the_new_key(bench: Bench) -> None:
    bench.ward.set_registry(check_tables("f", tables(keyed("203-1"), station("203-2"))), bench.now)
    old_mark = key_mark(bytes.fromhex(KEYS["203-1"]))
    bench.ward.set_registry(check_tables("f", tables(keyed("203-1", key=KEYS["204-1"]))), bench.now)
    presses = []
    for fields in ({"counter": 50, "mark": old_mark}, {"counter": 1, "event": 7}, {"counter": 50}):
        bench.device.send(frame(at=bench.device_ms, **fields), bench.device_ms)
        bench.run()
        presses.append([call.presses for call in bench.ward.open_calls()])
    assert presses == [[1], [], [1]]


@pytest.mark.parametrize("fields", [{"node": 65536}, {"node": -1}, {"counter": 1 << 24}, {"event": 16}])
def test_a_frame_that_cannot_be_is_left_alone(bench: Bench, fields: dict[str, object]) -> None:
    bench.device.send(frame(**fields), bench.device_ms)
    bench.run()
    assert bench.device.unacknowledged == 0
    assert bench.statuses() == {}


@pytest.mark.parametrize(
    ("part", "detail"),
    [
        ("203-1", FORGED),
        ("receiver-east", MAINS_LOST),
        ("receiver-east", DISPLAY_LOST),
        ("7-1@5A5A5A", ONLY_AT_RECEIVER),
    ],
)
def test_what_a_receiver_finds_is_a_fault_until_it_finds_it_no_more_or_starts_anew(
    bench: Bench, part: str, detail: str
) -> None:
    fault = {"t": "fault", "part": part, "detail": detail, "at": 0}
    for is_on in (True, False, True):
        bench.device.send({**fault, "on": is_on}, bench.device_ms)
        bench.run()
        assert bench.link.faults == ({(part, detail)} if is_on else set())
    assert [(call.station_id, call.kind, call.detail) for call in bench.ward.open_calls()] == [(part, "fault", detail)]
    bench.device.send({**fault, "on": True, "detail": "anything"}, bench.device_ms)
    bench.device = LinkPeer("receiver-east", 78)
    bench.run(2000)
    assert bench.link.faults == set()
