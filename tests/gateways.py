"""A real gateway process for the tests, with a receiver's end of a real pty and a reader of the real bus."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from servers import DEADLINE_S, wait_until

from wardbell_bus.client import BusClient
from wardbell_bus.mirror import WardMirror
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import CallState, Command, Health, Reply, WardEvent, decode, encode
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL
from wardbell_protocol.link.peer import LinkMessage, LinkPeer
from wardbell_simulator.serial_line import PtyLine

WARD = "east"
ADDRESSES = {"203-1": "0F1F01F0", "203-2": "0F1F01F1", "204-1": "0F1F01FF", "204-2": "0F1F010F"}


NODES = {station_id: 0x1200 + at for at, station_id in enumerate(ADDRESSES)}
KEYS = {station_id: f"{at:02x}" * 16 for at, station_id in enumerate(ADDRESSES, 0xC0)}


def keyed(station_id: str, **changes: object) -> dict[str, object]:
    """The same, a node with a key that had none before."""
    return {**station(station_id, node_id=NODES[station_id], key=KEYS[station_id]), **changes}


def station(station_id: str, **changes: object) -> dict[str, object]:
    """A station's document, a node of ours."""
    room, _, bed = station_id.partition("-")
    document: dict[str, object] = {
        "station_id": station_id,
        "room": room,
        "bed": bed,
        "address": ADDRESSES.get(station_id, ""),
    }
    return {**document, "codes": {}, "clear_at": ["bed"], **changes}


def tables(*stations: dict[str, object], policies: dict[str, object] | None = None) -> dict[str, dict[str, object]]:
    """A registry's content; four beds where none is given."""
    documents = stations or tuple(
        station(station_id, clear_at=["bed", "receiver", "console"]) for station_id in ADDRESSES
    )
    ward = {"ward": WARD, "name": {"en": "East", "zh_CN": "东区"}, "policies": policies or {}}
    return {"ward": {"1": ward}, "stations": {str(n): document for n, document in enumerate(documents, 1)}}


def write_registry(home: Path, content: dict[str, dict[str, object]] | None = None) -> Path:
    """Put a registry into a state folder."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "registry.json"
    path.write_text(json.dumps(content or tables(), ensure_ascii=False))
    return path


def code_of(station_id: str, kind: str) -> int:
    """What a node of ours sends."""
    return CodeWord.from_parts(ADDRESSES[station_id], DATA_BY_SIGNAL[kind]).code


class GatewayProcess:
    """`wardbell gateway` in a process of its own."""

    def __init__(self, home: Path, broker: str, *arguments: str) -> None:
        self._log = home / "gateway.log"
        code = "import sys; from wardbell_gateway.gateway_command import main; sys.exit(main(sys.argv[1:]))"
        self._command = [sys.executable, "-c", code, "--home", str(home), "--broker", broker, *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it needs a moment to be there."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def kill(self, number: int = signal.SIGKILL) -> int:
        """End it; the exit status."""
        if self._process is None:
            return 0
        self._process.send_signal(number)
        status = self._process.wait(DEADLINE_S)
        self._process = None
        return status

    def wait(self) -> int:
        """Wait until it ends by itself; the exit status."""
        assert self._process is not None
        return self._process.wait(DEADLINE_S)

    def log(self) -> str:
        """What it has said."""
        return self._log.read_text()


class ReceiverEnd:
    """The receiver's end of the serial line: the real link over a real pty, on a thread, without a receiver's rules."""

    def __init__(self, path: Path, epoch: int = 7) -> None:
        self.line = PtyLine(path)
        self.peer = LinkPeer("receiver-east", epoch)
        self.said: list[dict[str, object]] = []
        self.lock = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def send(self, **message: object) -> int:
        """Queue a message; its number."""
        with self.lock:
            return self.peer.send(message, now_ms())

    def press(self, station_id: str, kind: str = "normal", at: int | None = None) -> int:
        """Report that the button was heard."""
        return self.send(
            t="press", code=code_of(station_id, kind), words=4, t_us=400, at=now_ms() if at is None else at
        )

    def of_kind(self, kind: str) -> list[dict[str, object]]:
        """Messages of that kind that the gateway sent."""
        with self.lock:
            return [message for message in self.said if message["t"] == kind]

    @property
    def pending(self) -> int:
        """Messages that the gateway has not made safe."""
        return self.peer.unacknowledged

    def pull(self) -> None:
        """Take the cable out."""
        with self.lock:
            self.line.pull()
            self.peer.line_lost()

    def plug(self) -> None:
        """Put it in again."""
        with self.lock:
            self.line.plug()

    def close(self) -> None:
        """End the thread and the line."""
        self._stopping = True
        self._thread.join()
        self.line.close()

    def _run(self) -> None:
        while not self._stopping:
            handle = self.line.fileno()
            if handle is not None:
                with contextlib.suppress(OSError):  # the cable has just been pulled
                    select.select([handle], [], [], 0.01)
            else:
                time.sleep(0.01)
            with self.lock:
                self._turn(self.line.take() if self.line.is_plugged else b"")

    def _turn(self, data: bytes) -> None:
        at_ms = now_ms()
        for event in self.peer.receive(data, at_ms):
            if isinstance(event, LinkMessage):
                self.said.append(event.message)
                self.peer.accept(event)
        self.peer.poll(at_ms)
        self.line.send(self.peer.take_output())


class BusEnd:
    """A reader of the ward on the bus, with the mirror that consoles use, and a sender of commands."""

    def __init__(self, url: str, client_id: str = "console-test") -> None:
        self.mirror = WardMirror(WARD, client_id)
        self.client_id = client_id
        self.events: list[WardEvent] = []
        self.applied: list[WardEvent] = []
        self.replies: list[Reply] = []
        self.retained: dict[str, bytes] = {}
        self.lock = threading.Lock()
        own = [topics.reply(WARD, client_id)]
        self.client = BusClient(url, client_id, self.mirror.subscriptions() + own, self._message, self._connected)
        self.client.start()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)
        self._thread.start()
        wait_until(lambda: self.client.is_connected, client_id)

    @property
    def calls(self) -> list[CallState]:
        """The open calls of beds, as the mirror has them; faults left out."""
        with self.lock:
            return [call for call in self.mirror.calls.values() if call.kind != "fault"]

    @property
    def open(self) -> dict[tuple[str, str], str]:
        """(station, kind) -> status of those."""
        return {(call.station_id, call.kind): call.status for call in self.calls}

    @property
    def told(self) -> list[WardEvent]:
        """Each event of a bed, in the order of its first coming; a part that was slow to come back had a fault's as well."""
        with self.lock:
            by_seq = {event.seq: event for event in self.events}
        return [event for event in by_seq.values() if event.call.kind != "fault"]

    def call_id(self, station_id: str) -> str:
        """The open call of a station, which may be at fault besides."""
        return next(call.call_id for call in self.calls if call.station_id == station_id)

    def faults(self) -> set[tuple[str, str]]:
        """(part, detail) of the open faults."""
        with self.lock:
            return {(call.station_id, call.detail) for call in self.mirror.calls.values() if call.kind == "fault"}

    def command(self, verb: str, call_id: str, command_id: str, by: str = "Li") -> None:
        """Send a verb to the ward."""
        fields = {
            "command_id": command_id,
            "verb": verb,
            "by": by,
            "reply_to": self.client_id,
            "at_ms": time.time_ns() // 1_000_000,
            "call_id": call_id,
        }
        command = msgspec.convert(fields, Command)
        self.client.publish(topics.command(WARD), encode(command))

    def replies_to(self, command_id: str) -> list[Reply]:
        """What came back for that command."""
        with self.lock:
            return [reply for reply in self.replies if reply.command_id == command_id]

    def sign_of_life(self, state: str = "online") -> None:
        """Say that a console is there, or is not."""
        health = Health(part="console", name="test", state=state, at_ms=time.time_ns() // 1_000_000)  # type: ignore[arg-type]
        self.client.publish(topics.health(WARD, "console-test"), encode(health), retain=True)

    def close(self) -> None:
        """Leave."""
        self._stopping.set()
        self._thread.join()
        self.client.stop()

    def _message(self, topic: str, payload: bytes, _retained: bool) -> None:
        with self.lock:
            address = topics.parse(topic)
            if address is not None and address.channel == "reply":
                self.replies.append(decode(payload, Reply))
                return
            if address is not None and address.channel == "event":
                self.events.append(decode(payload, WardEvent))
            if address is not None and address.channel == "call":
                self.retained[address.last] = payload
            self.applied += self.mirror.receive(topic, payload, now_ms())

    def _connected(self, is_up: bool) -> None:
        if not is_up:
            with self.lock:
                self.mirror.connection_lost()

    def _poll(self) -> None:
        while not self._stopping.wait(0.05):
            with self.lock:
                wanted = self.mirror.poll(now_ms())
            for publication in wanted:
                self.client.publish(publication.topic, publication.payload)


def wait_for(bus: BusEnd, condition: Callable[[BusEnd], object], what: str) -> None:
    """As wait_until, for what a reader of the bus must come to see."""
    try:
        wait_until(lambda: condition(bus), what)
    except pytest.fail.Exception as failure:
        pytest.fail(f"{failure}; open: {bus.open}, faults: {bus.faults()}, stale: {bus.mirror.is_stale}")


def environment() -> dict[str, str]:
    """The environment of a command that must not find this machine's own ward."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WARDBELL_")}


def now_ms() -> int:
    """The receiver's clock."""
    return time.monotonic_ns() // 1_000_000
