"""The API as it is served, on loopback, before a real engine; its callers with their tokens."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
from centre_parts import command
from servers import DEADLINE_S, free_port

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.api import tokens
from wardbell_callcenter.api.gate import USUAL, Rates
from wardbell_callcenter.api.intake import Intake
from wardbell_callcenter.api.listening import listen
from wardbell_callcenter.api.server import ApiServer
from wardbell_callcenter.clock import Now, SteadyClock, read_clocks
from wardbell_callcenter.engine.engine import Engine
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.payloads import Command, Reply

Json = dict[str, Any]


class Host:
    """An engine that leads, with its API; a lock keeps its callers apart, as in the call centre's process."""

    def __init__(self, url: str, rates: Rates = USUAL, leads: bool = True) -> None:
        self.store = Store(url)
        self._lock = threading.Lock()
        self._engine = Engine(self.store, WardMirrors("callcenter"))
        self._clock = SteadyClock(None, read_clocks())
        self.leads = leads
        self._rates = rates
        self._serve(free_port())  # nobody else's while it is away
        self.url = f"http://127.0.0.1:{self.server.port}"

    def _serve(self, port: int) -> None:
        intake = Intake(self.store, lambda: self if self.leads else None)
        self.server = ApiServer(listen(f"127.0.0.1:{port}"), intake, self._rates)
        self.server.start()

    def restart(self) -> None:
        """The server is away for a moment."""
        port = self.server.port
        self.server.stop()
        self._serve(port)

    def now(self) -> Now:
        return self._clock.now(read_clocks())

    def receive(self, said: Command) -> Reply:
        with self._lock:
            return self._engine.receive(said, self.now())

    def heard(self, seat: str) -> None:
        """Nobody watches seats here."""

    def poll(self) -> None:
        """Let time pass."""
        with self._lock:
            self._engine.poll(self.now())

    def house(self, **parts: object) -> None:
        """From now on that is the house."""
        with self.store.writing() as ledger:
            ledger.houses.put(msgspec.json.encode(parts), "test", self.now().wall_ms)

    def token(self, name: str, until_ms: int | None = None) -> str:
        """A new token of that agent's."""
        token, row = tokens.make(name, "test", self.now().wall_ms, until_ms)
        with self.store.writing() as ledger:
            ledger.tokens.add(row)
        return token

    def caller(self, name: str) -> httpx.Client:
        """Somebody who shows his token with each request."""
        shown = {"Authorization": f"Bearer {self.token(name)}"}
        return httpx.Client(base_url=self.url, headers=shown, timeout=DEADLINE_S)

    def sign_in(self, *names: str) -> None:
        """They are at their seats."""
        for name in names:
            assert self.receive(command("sign_in", by=name, reply_to=f"console-{name}")).ok

    def open(self, ward: str = "east", subject: str = "a visitor", kind: str = "web_request") -> str:
        """A contact, asked for by nobody in particular; returns its id."""
        fields = {"kind": kind, "ward": ward, "subject": subject}
        reply = self.receive(command("open", by=self.opener, fields=fields))
        assert reply.ok, reply.reason
        return reply.contact_id

    opener = "door"  # an interface of the house, where it names its people

    def stop(self) -> None:
        self.server.stop()
        self.store.close()


@contextmanager
def serving(url: str, rates: Rates = USUAL, leads: bool = True) -> Iterator[Host]:
    """One, for as long as it is needed."""
    host = Host(url, rates, leads)
    try:
        yield host
    finally:
        host.stop()


def problem(answer: httpx.Response) -> Json:
    """What an error says; it has a remedy in any case."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    said: Json = answer.json()
    assert said["status"] == answer.status_code
    assert said["title"]
    assert said["detail"]
    assert said["remedy"]
    return said
