"""The call centre as a process, and those who talk to it over a real broker."""

import importlib
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from centre_parts import WardOnPaper, command
from servers import DEADLINE_S, wait_until

from wardbell_bus.client import BusClient
from wardbell_bus.life_sign import LifeSign
from wardbell_bus.mirror import CentreMirror, Publication, WardMirror
from wardbell_console.escalator import Escalator
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreEvent, CentreReply, Offer
from wardbell_protocol.bus.payloads import CallState, SnapshotRequest, decode, encode

CENTRE = topics.CALL_CENTRE_SCOPE
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["wardbell_callcenter.callcenter_command", "wardbell_console.escalate_command"])


def now_ms() -> int:
    """UNIX time, as the parts read it."""
    return time.time_ns() // 1_000_000


class PartProcess:
    """A command of ours in a process of its own, to be killed and started again.

    They are forked from one that has all of it loaded: a start costs milliseconds, and a kill is the real one.
    """

    def __init__(self, module: str, arguments: list[str], log: Path) -> None:
        self._job = (module, arguments, log)
        self._process: ForkServerProcess | None = None

    def start(self) -> None:
        self._process = FORKS.Process(target=_run_command, args=self._job, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def end(self) -> int:
        """Ask it to leave; returns its exit status."""
        assert self._process is not None
        self._process.terminate()
        self._process.join(timeout=DEADLINE_S)
        status = self._process.exitcode
        assert status is not None, "it does not leave"
        self._process = None
        return status


def _run_command(module: str, arguments: list[str], log: Path) -> None:
    """In the new process: nothing of the test's is there but this."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.exit(importlib.import_module(module).main(arguments))


def centre_process(broker_url: str, home: Path, database_url: str = "") -> PartProcess:
    """`wardbell callcenter`, with its database in `home` where no other is named."""
    home.mkdir(exist_ok=True)
    arguments = ["--broker", broker_url, "--home", str(home), *(["--db", database_url] if database_url else [])]
    return PartProcess("wardbell_callcenter.callcenter_command", arguments, home / "callcenter.log")


# Each broker with the database of a ward, and one with a hospital's: the two know nothing of each other.
BROKERS_AND_DATABASES = pytest.mark.parametrize(
    ("broker", "database"),
    [("iotcore", "sqlite"), ("mosquitto", "sqlite"), ("mosquitto", "postgresql")],
    indirect=True,
)


class Seat:
    """A client that follows the call centre and sends it commands; an operator's console without a screen."""

    def __init__(self, broker_url: str, client_id: str, wards: list[str] | None = None) -> None:
        self.client_id = client_id
        self.centre = CentreMirror(client_id)
        self.wards = [WardMirror(ward, client_id) for ward in wards or []]
        self.escalator = Escalator(self.wards, self.centre, client_id)
        self.replies: dict[str, CentreReply] = {}
        self.events: list[CentreEvent] = []  # each once, as they came, also what the mirror leaves to a snapshot
        self.offers: list[Offer] = []  # and their ends, as they came
        self._lock = threading.Lock()
        subscriptions = [*self.centre.subscriptions(), topics.reply(CENTRE, client_id), topics.offer(client_id)]
        subscriptions += [topic for ward in self.wards for topic in ward.subscriptions()]
        self._sign = LifeSign(CENTRE, *client_id.split("-", 1))
        self.client = BusClient(broker_url, client_id, subscriptions, self._message, self._connected)
        self.client.start()
        self.wait(lambda: self.client.is_connected, f"{client_id} to connect")

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Poll what a console polls until the condition holds."""

        def holds() -> bool:
            self.poll()
            with self._lock:
                return bool(condition())

        wait_until(holds, what)

    def poll(self) -> None:
        """Ask for the snapshots that are due, and be alive: whoever is silent is signed out, on a busy machine too."""
        self._sign.beat(self.client, now_ms())
        with self._lock:
            wanted = [*self.centre.poll(now_ms()), *(sent for ward in self.wards for sent in ward.poll(now_ms()))]
        self.publish(wanted)

    def escalate(self) -> None:
        """Send the steps that are due."""
        with self._lock:
            wanted = self.escalator.poll(now_ms())
        self.publish(wanted)

    def publish(self, wanted: list[Publication]) -> None:
        if self.client.is_connected:
            for publication in wanted:
                self.client.publish(publication.topic, publication.payload)

    def faults(self) -> list[str]:
        """What the call centre's life sign says is wrong with it."""
        health = self.centre.health.get(("callcenter", "main"))
        return health.faults if health is not None else ["unheard of"]

    def send(self, verb: str, by: str, **fields: object) -> str:
        """Send a command; returns its id."""
        sent = command(verb, by=by, reply_to=self.client_id, **fields)
        self.client.publish(topics.centre_command(self.client_id), encode(sent))
        return sent.command_id

    def ask(self, verb: str, by: str, **fields: object) -> CentreReply:
        """Send a command and wait for its reply."""
        command_id = self.send(verb, by, **fields)
        self.wait(lambda: command_id in self.replies, f"the reply to {verb}")
        return self.replies[command_id]

    def stop(self) -> None:
        self.client.stop()

    def _message(self, topic: str, payload: bytes, _is_retained: bool) -> None:
        address = topics.parse(topic)
        with self._lock:
            if address is not None and address.channel == "reply":
                reply = decode(payload, CentreReply)
                self.replies[reply.command_id] = reply
            if address is not None and address.channel == "offer":
                self.offers.append(decode(payload, Offer))
            if topic == topics.event(CENTRE) and (event := decode(payload, CentreEvent)) not in self.events:
                self.events.append(event)
            self.centre.receive(topic, payload, now_ms())
            for ward in self.wards:
                ward.receive(topic, payload, now_ms())

    def _connected(self, is_up: bool) -> None:
        with self._lock:
            if is_up:
                self._sign.connected()
            else:
                self.centre.connection_lost()
                for ward in self.wards:
                    ward.connection_lost()


class WardOnBus:
    """A ward's authority on a real bus, without the beds."""

    def __init__(self, broker_url: str, ward: str = "east") -> None:
        self.paper = WardOnPaper(ward)
        self._lock = threading.Lock()
        self.client = BusClient(
            broker_url, f"gateway-{ward}", [topics.snapshot_request(ward)], self._asked, self._connected
        )

    def start(self) -> None:
        self.client.start()
        wait_until(lambda: self.client.is_connected, "the ward")

    def happens(self, kind: str, call: CallState) -> None:
        """Tell an event, and retain the call's state."""
        with self._lock:
            message = self.paper.event(kind, call, now_ms())
            self.client.publish(*message)
            payload = b"" if call.status == "cleared" else encode(call)
            self.client.publish(topics.call(call.ward, call.call_id), payload, retain=True)

    def stop(self) -> None:
        self.client.stop()

    def _asked(self, _topic: str, payload: bytes, _is_retained: bool) -> None:
        client = decode(payload, SnapshotRequest).reply_to
        with self._lock:
            self.client.publish(*self.paper.snapshot(client, now_ms()))

    def _connected(self, is_up: bool) -> None:
        if is_up:
            with self._lock:
                self.client.publish(topics.ward(self.paper.ward), encode(self.paper.info), retain=True)
                for call in self.paper.calls.values():
                    self.client.publish(topics.call(call.ward, call.call_id), encode(call), retain=True)
