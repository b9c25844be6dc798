"""A receiver on Wi-Fi, alone with a broker and then with a gateway: the real app and umqtt in MicroPython, a real broker."""

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.publish
import pytest
from gateways import ADDRESSES, WARD, BusEnd, GatewayProcess, station, wait_for, write_registry
from servers import BrokerProcess, wait_until

import wardbell_firmware
import wardbell_protocol
import wardbell_simulator
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst
from wardbell_protocol.bus import topics
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, NORMAL
from wardbell_simulator.micropython import find_micropython

ROOT = Path(__file__).resolve().parents[2]
UMQTT = Path(os.environ.get("WARDBELL_UMQTT", ROOT / "build" / "umqtt"))

pytestmark = pytest.mark.skipif(
    not (UMQTT / "umqtt" / "simple.py").exists(),
    reason="no umqtt: `make setup` could not fetch it; WARDBELL_UMQTT=DIR names one",
)


class WifiReceiver:
    """The process of wifi_side.py."""

    def __init__(self, port: int) -> None:
        table = [station(station_id, clear_at=["bed", "receiver", "console"]) for station_id in ADDRESSES]
        start: dict[str, object] = {
            "settings": {"name": "hall", "bus": {"ward": WARD, "host": "127.0.0.1", "port": port}},
            "files": {"stations.json": json.dumps(table).encode().hex()},
            "epoch": 7,
        }
        roots = [
            Path(package.__path__[0]).parent for package in (wardbell_protocol, wardbell_firmware, wardbell_simulator)
        ]
        self._process = subprocess.Popen(
            [str(find_micropython()), str(Path(__file__).with_name("wifi_side.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "MICROPYPATH": os.pathsep.join([".frozen", *map(str, roots), str(UMQTT)])},
            text=True,
        )
        self.said: list[str] = []
        self.now: dict[str, object] = {}
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self._say(start)

    @property
    def lines(self) -> str:
        """What its display shows."""
        lines = self.now.get("lines")
        return " | ".join(lines) if isinstance(lines, list) else f"nothing yet: {self.said}"

    def press(self, station_id: str, signal: str = NORMAL) -> None:
        """A bed is heard in bare words."""
        durations = burst(CodeWord.from_parts(ADDRESSES[station_id], DATA_BY_SIGNAL[signal]), 25, 4)
        pulses = [-400_000] + [us if at % 2 == 0 else -us for at, us in enumerate(durations)] + [-100_000]
        self._say({"press": pulses})

    def end(self) -> None:
        """Take its power."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(20) == 0, self.said
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _say(self, message: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if line.startswith("{"):
                self.now = json.loads(line)


@pytest.fixture
def receiver(broker: BrokerProcess) -> Iterator[WifiReceiver]:
    receiver = WifiReceiver(broker.port)
    yield receiver
    receiver.end()


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_a_receiver_speaks_for_its_ward_until_a_gateway_does(
    broker: BrokerProcess, receiver: WifiReceiver, tmp_path: Path
) -> None:
    bus = BusEnd(broker.url)
    bus.sign_of_life()
    wait_until(lambda: receiver.now.get("stands_in"), f"it to stand in; {receiver.said}")
    receiver.press("203-1")
    wait_for(bus, lambda bus: bus.open == {("203-1", NORMAL): "placed"}, "the call")
    bus.command("acknowledge", bus.call_id("203-1"), "c1")
    wait_for(bus, lambda bus: bus.open == {("203-1", NORMAL): "acknowledged"}, "the answer")
    wait_until(lambda: "I know!" in receiver.lines, f"the display; {receiver.lines}")

    write_registry(tmp_path / "home")
    gateway = GatewayProcess(tmp_path / "home", broker.url)
    gateway.start()
    try:
        wait_until(lambda: receiver.now["stands_in"] is False, "the hand-over")
        wait_for(bus, lambda bus: bus.open == {("203-1", NORMAL): "acknowledged"}, "the same call at the gateway")
        receiver.press("204-2", "emergency")
        wait_for(bus, lambda bus: bus.open.get(("204-2", "emergency")) == "placed", "a call heard by the gateway's ear")
        bus.command("acknowledge", bus.call_id("204-2"), "c2")
        wait_until(
            lambda: "EMERG" in receiver.lines and "I know!" in receiver.lines, "the display to follow the gateway"
        )

        broker.kill()
        receiver.press("203-2")
        wait_until(lambda: "Calling!!!" in receiver.lines, "it to ring with no broker")
        broker.start()
        wait_for(bus, lambda bus: bus.open.get(("203-2", NORMAL)) == "placed", "what it heard meanwhile")
    finally:
        gateway.kill()
        bus.close()


def test_a_host_that_takes_connections_and_says_nothing_holds_no_call_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        receiver = WifiReceiver(mute.getsockname()[1])
        mute.settimeout(20)
        taken, _ = mute.accept()
        with taken:
            taken.recv(1)  # its question; from here on it waits for an answer
            receiver.press("203-1")
            wait_until(lambda: "Calling!!!" in receiver.lines, f"the call; {receiver.lines}")
        receiver.end()


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_what_no_receiver_has_room_for_is_left_with_the_broker(broker: BrokerProcess) -> None:
    paho.mqtt.publish.single(
        topics.health(WARD, "somebody"), b"x" * 8_000_000, qos=1, retain=True, hostname="127.0.0.1", port=broker.port
    )
    receiver = WifiReceiver(broker.port)
    wait_until(lambda: receiver.said, "it to run")
    receiver.press("203-1")
    wait_until(lambda: "Calling!!!" in receiver.lines, f"the call; {receiver.lines}")
    receiver.end()
