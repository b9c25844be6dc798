"""`wardbell-iq` as a process: a dongle behind rtl_tcp, a pipe, recordings, and as a further receiver of a real ward."""

import json
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateways import (
    KEYS,
    NODES,
    BusEnd,
    GatewayProcess,
    ReceiverEnd,
    code_of,
    keyed,
    now_ms,
    station,
    tables,
    wait_for,
    write_registry,
)
from iq_air import RtlTcpServer, frame_as_cu8, presses_as_cu8
from servers import DEADLINE_S, BrokerProcess, wait_until

from wardbell_bus.client import BusClient
from wardbell_gateway.iq.iq_command import main
from wardbell_gateway.iq.rtl_tcp import (
    SET_AGC,
    SET_CORRECTION,
    SET_FREQUENCY,
    SET_GAIN,
    SET_GAIN_MODE,
    SET_RATE,
    address_of,
)
from wardbell_protocol.air.frame import Frame
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Health, decode
from wardbell_protocol.errors import ConfigError

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"
COMMAND = [
    sys.executable,
    "-c",
    "import sys; from wardbell_gateway.iq.iq_command import main; sys.exit(main())",
]


class IqProcess:
    """`wardbell-iq` running; what it prints is read as it comes."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.rows: list[dict[str, Any]] = []
        self._log = folder / "iq.log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0
            )

    def send(self, data: bytes) -> None:
        """Through the pipe, all of it: a write that was interrupted has only begun."""
        assert self.process.stdin is not None
        while data:
            data = data[self.process.stdin.write(data) :]

    def heard(self) -> list[object]:
        """Codes, or counters of frames, printed so far."""
        stdout = self.process.stdout
        assert stdout is not None
        while select.select([stdout], [], [], 0)[0] and (line := stdout.readline()):
            self.rows.append(json.loads(line))
        return [row.get("code", row.get("counter")) for row in self.rows]

    def log(self) -> str:
        """What it has said."""
        return self._log.read_text()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Tell it to end; the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(DEADLINE_S)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return status

    def kill(self) -> None:
        """End it, whether it has ended or not."""
        if self.process.returncode is None:
            self.end(signal.SIGKILL)


def test_a_dongle_is_tuned_heard_and_found_again(tmp_path: Path) -> None:
    server = RtlTcpServer([presses_as_cu8([0x45CCDF], 1, 2e5), presses_as_cu8([0x0F1177], 2)])
    iq = IqProcess(tmp_path, server.url, "--frequency", "433.9e6", "--gain", "29.7", "--ppm", "-3")
    try:
        wait_until(lambda: iq.heard() == ["45CCDF", "0F1177"], "both presses, the connection lost between them")
        wanted = {SET_FREQUENCY: 433_900_000, SET_RATE: 250_000, SET_GAIN_MODE: 1, SET_GAIN: 297, SET_AGC: 0}
        assert [dict(commands) for commands in server.commands[:2]] == [{**wanted, SET_CORRECTION: 0xFFFFFFFD}] * 2
        assert iq.rows[0]["at_ms"] < iq.rows[1]["at_ms"]
        assert "the server has ended the connection" in iq.log()
        assert iq.end() == 0
    finally:
        iq.kill()
        server.close()


def test_another_server_is_no_dongle(tmp_path: Path) -> None:
    server = RtlTcpServer([b""], b"HTTP")
    iq = IqProcess(tmp_path, server.url)
    try:
        wait_until(lambda: "this is no rtl_tcp server" in iq.log(), "the refusal")
        assert iq.end() == 0
    finally:
        iq.kill()
        server.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.cu8"], "No such file"),
        (["air.wav"], "must end in .cu8"),
        (["-", "--rate", "48000"], "200000"),
        (["air.cu8", "--rate", "0"], "200000"),
        (["-", "--ward", "--home", "nowhere"], "registry.json"),
    ],
)
def test_what_cannot_be_read_is_said_with_a_remedy(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 78
    assert words in capsys.readouterr().err


def test_two_live_sources_are_wrong_usage() -> None:
    assert main(["-", "other.cu8"]) == 2


def test_a_dongles_address() -> None:
    assert address_of("rtl_tcp://radio.local") == ("radio.local", 1234)
    assert address_of("rtl_tcp://[::1]:99") == ("::1", 99)
    for url in ("rtl_tcp://host:x", "rtl_tcp://", "tcp://host", "rtl_tcp:host"):
        with pytest.raises(ConfigError):
            address_of(url)


@pytest.mark.skipif(not (CAPTURES / "iq").exists(), reason="no ../shared/captures beside the repository")
def test_recordings_give_their_code_as_one_press(capsys: pytest.CaptureFixture[str]) -> None:
    with (CAPTURES / "words.jsonl").open(encoding="utf-8") as lines:
        expected = {row["id"]: [row["expect_code"]] for row in map(json.loads, lines) if "iq_file" in row}
    files = sorted((CAPTURES / "iq").glob("*.cu8"))
    assert len(files) == 16
    assert main([str(file) for file in files]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {row["id"]: [press["code"] for press in row["presses"]] for row in rows}
    assert found == {name: expected[name] for name in found}
    assert len(found) == 16


@pytest.fixture
def ward(iotcore_broker: BrokerProcess, tmp_path: Path) -> Iterator[tuple[ReceiverEnd, BusEnd, IqProcess]]:
    home = tmp_path / "ward"
    stations = [station(name, clear_at=["bed", "console"]) for name in ("203-1", "203-2")]
    write_registry(home, tables(*stations, keyed("204-1", address="")))
    receiver = ReceiverEnd(tmp_path / "ttyBELL")
    bus = BusEnd(iotcore_broker.url)
    gateway = GatewayProcess(home, iotcore_broker.url, "--serial", str(receiver.line.path))
    gateway.start()
    wait_until(lambda: receiver.peer.is_up, "the link")
    arguments = ("-", "--ward", "--home", str(home), "--broker", iotcore_broker.url, "--name", "attic")
    iq = IqProcess(tmp_path, *arguments, "--json")
    yield receiver, bus, iq
    iq.kill()
    gateway.kill()
    bus.close()
    receiver.close()


def test_two_receivers_that_hear_one_press_make_one_call(ward: tuple[ReceiverEnd, BusEnd, IqProcess]) -> None:
    receiver, bus, iq = ward
    iq.send(presses_as_cu8([0x45CCDF], 9))
    wait_until(lambda: iq.heard() == ["45CCDF"], "the decoder to be there, with a code that nobody enrolled")
    iq.send(presses_as_cu8([code_of("203-1", "normal"), code_of("203-2", "emergency")], 3))
    both = {("203-1", "normal"): "placed", ("203-2", "emergency"): "placed"}
    wait_for(bus, lambda bus: bus.open == both, "the calls that the software radio heard")
    placed_at_ms = next(call.placed_at_ms for call in bus.calls if call.station_id == "203-1")
    heard_at_ms = now_ms() - (time.time_ns() // 1_000_000 - placed_at_ms)  # by the receiver's clock, however long ago
    receiver.press("203-1", at=heard_at_ms)
    receiver.press("203-2", "reset")
    wait_until(lambda: "cleared" in [event.kind for event in bus.told], "the receiver to be heard as well")
    assert [(event.kind, event.call.station_id) for event in bus.told] == [
        ("placed", "203-1"),
        ("placed", "203-2"),
        ("cleared", "203-2"),
    ]


def test_a_frame_heard_in_iq_is_a_verified_call(ward: tuple[ReceiverEnd, BusEnd, IqProcess]) -> None:
    _, bus, iq = ward
    key = bytes.fromhex(KEYS["204-1"])
    iq.send(frame_as_cu8(Frame(NODES["204-1"], 1000, 1), bytes(16), 4))
    iq.send(frame_as_cu8(Frame(NODES["204-1"], 1001, 1), key, 5))
    wait_for(bus, lambda bus: bus.open == {("204-1", "normal"): "placed"}, "the call")
    wait_until(lambda: bus.told, "the news of it")
    assert bus.told[0].call.authenticated
    wait_until(lambda: iq.heard() == [1001], "the press to be over")
    assert KEYS["204-1"] not in iq.log()
    assert iq.end() == 0  # although nothing comes through the pipe


def test_a_radio_that_leaves_is_missed(
    ward: tuple[ReceiverEnd, BusEnd, IqProcess], iotcore_broker: BrokerProcess
) -> None:
    _, _, iq = ward
    states: list[str] = []

    def said(_topic: str, payload: bytes, _retained: bool) -> None:
        states.append(decode(payload, Health).state)

    client = BusClient(iotcore_broker.url, "watcher", [topics.health("east", "radio-attic")], said, lambda _up: None)
    client.start()
    iq.send(presses_as_cu8([0x45CCDF], 6))
    wait_until(lambda: iq.heard() == ["45CCDF"], "the decoder to be there")

    def goes_on() -> bool:
        iq.send(presses_as_cu8([], 7))
        return "online" in states

    wait_until(goes_on, "its life sign")
    iq.kill()
    wait_until(lambda: states[-1] == "offline", "the last will")
    client.stop()
