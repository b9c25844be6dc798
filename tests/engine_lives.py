"""Engines in processes of their own that die where they are told to, one leading and one standing by, in virtual time.

Whoever asks them is the broker, the courier and the consoles: what was not answered is asked again, of the one that leads now.
"""

import os
import signal
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine as Database
from sqlalchemy import event

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.clock import Now
from wardbell_callcenter.engine.engine import Engine
from wardbell_callcenter.engine.wards import OURSELVES
from wardbell_callcenter.ports.claims import MARGIN_MS, Claims, Room
from wardbell_callcenter.ports.crew import Return
from wardbell_callcenter.ports.places import Places
from wardbell_callcenter.ports.port import DELIVERED, Outcome
from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium
from wardbell_callcenter.store.errors import LostLeaseError, StoreError
from wardbell_callcenter.store.lease import LASTS_MS, Candidate
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import CentreSnapshot
from wardbell_protocol.bus.payloads import CallState, Command, Reply

LOST = "the lead is lost"
AT_ONCE = 50
TRIES = 5
TIMEOUT_S = 1.0
LEASE_MS = round(TIMEOUT_S * 1000) + MARGIN_MS  # so long nobody else has a delivery whose engine has died

Mutation = Callable[[], None]


class Paper:
    """A port that writes down what it was given, at once and for good."""

    threads = 1
    per_address: int | None = None
    batch = 1
    timeout_s = TIMEOUT_S
    is_ready = True

    def __init__(self, medium: DeliveryMedium, file: Path) -> None:
        self.medium = medium
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def hand_over(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Write the lines."""
        for delivery in deliveries:
            os.write(self._file, f"{delivery.delivery_id}\n".encode())
        return [DELIVERED for _ in deliveries]

    def fault_name(self, address: str) -> str:
        """It has none."""
        return address


class Life:
    """What an engine's process does. `die_at`: before which statement or commit of a question, counted from 0."""

    def __init__(self, url: str, name: str, paper: Path) -> None:
        self._store = _persistently(lambda: Store(url))
        self._candidate = Candidate(name)
        self._engine: Engine | None = None
        self._ports = [Paper(medium, paper) for medium in ("seat", "mail", "webhook", "ward")]
        self._returns: list[Return] = []
        self._claims = Claims(self._store, lambda *_: None)
        self._die_at: int | None = None
        self.n_statements = 0
        event.listen(Database, "before_cursor_execute", self._count)
        event.listen(Database, "commit", self._count)

    def answer(self, question: str, die_at: int | None, *arguments: object) -> tuple[Any, int]:
        """Do it; returns the answer and of how many statements it was made."""
        self._die_at = die_at
        found = self._do(question, *arguments)
        if die_at is not None and die_at >= self.n_statements:
            os.kill(os.getpid(), signal.SIGKILL)  # all is done, and nobody hears so
        return found, self.n_statements

    def _do(self, question: str, *arguments: object) -> object:
        try:
            return _persistently(lambda: self._once(question, *arguments))
        except LostLeaseError:
            return LOST

    def _once(self, question: str, *arguments: object) -> object:
        self.n_statements = 0
        return getattr(self, question)(*arguments)

    def lead(self) -> None:
        """Take the lease, whoever has it: he has not been heard of for long enough."""
        self._candidate.may_take(self._store.lease(), 0)
        lease = self._store.lease()
        assert self._candidate.may_take(lease, LASTS_MS + 1)
        assert self._store.take_lease(lease, self._candidate.name)
        self._engine = Engine(self._store, WardMirrors(OURSELVES))

    def receive(self, command: Command, now: Now) -> Reply:
        return self._leading.receive(command, now)

    def follow(self, call: CallState, now: Now) -> None:
        self._leading.follow(call, now)

    def poll(self, now: Now) -> None:
        while self._leading.poll(now):
            pass

    def snapshot(self, now: Now) -> CentreSnapshot:
        return self._leading.snapshot(now)

    def deliver(self, now: Now) -> int:
        """As the courier does, in one thread: what came back is written down with the next claim."""
        n = 0
        while True:
            room = [Room(port, AT_ONCE, Places(port.threads, port.per_address)) for port in self._ports]
            claimed = self._claims.write_and_claim(self._returns, room, now)
            self._returns = [
                Return(port, delivery, port.hand_over([delivery])[0])
                for port in self._ports
                for delivery in claimed
                if delivery.medium == port.medium
            ]
            n += len(claimed)
            if not claimed:
                return n

    @property
    def _leading(self) -> Engine:
        assert self._engine is not None
        return self._engine

    def _count(self, *_: object) -> None:
        if self.n_statements == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.n_statements += 1


T = TypeVar("T")


def _persistently(do: Callable[[], T]) -> T:
    """What is not taken comes again: on a machine with much else to do the other engine can hold the database for long."""
    for _ in range(TRIES):
        try:
            return do()
        except LostLeaseError:
            raise
        except StoreError as error:
            failed = error
    raise failed


class LifeProcess:
    """One of them, forked: a process that has everything loaded is there in a few ms."""

    def __init__(self, url: str, name: str, paper: Path, mutation: Mutation | None) -> None:
        self._ours, theirs = Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._ours.close()
            _live(theirs, url, name, paper, mutation)
        theirs.close()

    def ask(self, question: str, die_at: int | None, *arguments: object) -> tuple[Any, int]:
        """Raises EOFError where it is killed at it; an engine that ends by itself has failed."""
        try:
            self._ours.send((question, die_at, *arguments))
            found: tuple[Any, int] = self._ours.recv()
        except (EOFError, ConnectionError):
            _, status = os.waitpid(self._pid, 0)
            self._pid = 0
            assert os.WIFSIGNALED(status), f"an engine has ended by itself at {question}"
            raise EOFError from None
        return found

    def end(self) -> None:
        """Kill it, if it is not dead."""
        self._ours.close()
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0


def _live(theirs: Connection, url: str, name: str, paper: Path, mutation: Mutation | None) -> None:
    status = 1
    try:
        if mutation is not None:
            mutation()
        life = Life(url, name, paper)
        while True:
            theirs.send(life.answer(*theirs.recv()))
    except EOFError:
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)  # nothing of the parent's is to be cleaned up here


class TwoEngines:
    """One leads and one stands by; a dead one is followed by the other, and another is started.

    `n_kills`: how many died; `n_usurped`: how many were asked when they led no more without knowing it.
    """

    def __init__(self, url: str, paper: Path, mutation: Mutation | None = None) -> None:
        self._url, self._paper, self._mutation = url, paper, mutation
        self._n_lives = 0
        self.n_kills = self.n_usurped = 0
        self._leader, self._standby = self._another(), self._another()
        self._leader.ask("lead", None)

    def ask(
        self, question: str, *arguments: object, die_at: int | None = None, is_usurped: bool = False
    ) -> tuple[Any, int]:
        """The answer, of whoever lives to give it, and of how many statements it was made."""
        if is_usurped:
            self._usurp(question, *arguments)
        try:
            found = self._leader.ask(question, die_at, *arguments)
        except EOFError:
            self.n_kills += 1
            self._succeed()
            found = self._leader.ask(question, None, *arguments)
        return found

    def end(self) -> None:
        """Kill both."""
        self._leader.end()
        self._standby.end()

    def _usurp(self, question: str, *arguments: object) -> None:
        """The other one leads from now on, and the old one has not heard of it yet."""
        old = self._leader
        self._standby.ask("lead", None)
        found, _ = old.ask(question, None, *arguments)
        self.n_usurped += found == LOST
        self._leader, self._standby = self._standby, self._another()
        old.end()

    def _succeed(self) -> None:
        self._leader.end()
        self._leader, self._standby = self._standby, self._another()
        self._leader.ask("lead", None)

    def _another(self) -> LifeProcess:
        self._n_lives += 1
        return LifeProcess(self._url, f"engine-{self._n_lives}", self._paper, self._mutation)
