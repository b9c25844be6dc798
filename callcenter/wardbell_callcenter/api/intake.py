"""What somebody asks of the call centre over the API: whether he may, whether it was done already, and what came of it.

Every change is a command of the bus through the same engine; nothing here decides about contacts or agents.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from wardbell_callcenter.api.problems import ProblemError, not_found, standing_by
from wardbell_callcenter.api.sight import of_contact
from wardbell_callcenter.clock import Now, SteadyClock, read_clocks
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.house import Agent, House
from wardbell_callcenter.houses import CLOSED, Houses, readable
from wardbell_callcenter.people.door import Door
from wardbell_callcenter.people.permissions import NOT_FOR_ROLE, NOT_HIS, STRANGER, About, may, person
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import ContactState
from wardbell_protocol.bus.payloads import Command, Reply
from wardbell_protocol.errors import ConfigError

_TAKEN = "already taken by "
LINES = 64  # one alone would have who accepts wait for somebody whose secret is being tried


class Leader(Protocol):
    """The engine that leads, as the API needs it; called from any thread."""

    def receive(self, command: Command) -> Reply:
        """Do it, or say why not.

        Raises:
            StoreError: nothing was done.
        """

    def heard(self, seat: str) -> None:
        """Whoever sits there is there."""


@dataclass(frozen=True)
class Caller:
    """Who asks. `digest`: of the token that he showed."""

    name: str
    who: Agent
    digest: str


@dataclass(frozen=True)
class Asked:
    """A verb with what belongs to it, before it becomes a command."""

    verb: str
    key: str = ""  # Idempotency-Key; empty: this request is a new one in any case
    fields: tuple[tuple[str, Any], ...] = ()


class Intake:
    """One for the process, whether or not its engine leads.

    Args:
        leader: the engine while this process has the lead, else None.
    """

    def __init__(self, store: Store, leader: Callable[[], Leader | None]) -> None:
        self.store = store
        self._leader = leader
        self.door = Door()
        self._houses = Houses()
        self._house: House | None = None
        self._lines = tuple(threading.Lock() for _ in range(LINES))  # two requests with one key, one after the other

    @property
    def leads(self) -> bool:
        """Whether changes are made here."""
        return self._leader() is not None

    def house(self, ledger: Ledger) -> House:
        """The house as that transaction sees it; one that cannot be read leaves the one before it in force, as in the engine.

        Raises:
            ConfigError: none that there was can be read: then nobody's rights are known.
        """
        try:
            self._house = self._houses.newest(ledger.houses)
        except ConfigError:
            self._house = self._house or readable(ledger.houses)
            if self._house is CLOSED:
                self._house = None
                raise
        return self._house

    def now(self, ledger: Ledger) -> Now:
        """Both clocks at the moment, whichever engine leads."""
        reading = read_clocks()
        return SteadyClock(ledger.mark(), reading).now(reading)

    def caller(self, digest: str) -> Caller | None:
        """Whose token that is, if it counts.

        Raises:
            StoreError: the database does not say.
        """
        with self.store.reading() as ledger:
            row = ledger.tokens.of(digest)
            house = self.house(ledger)
        if row is None or not row.counts(wall_ms()):
            return None
        who = person(house, row.agent)
        return None if who is None else Caller(row.agent, who, row.digest)

    def digests(self) -> frozenset[str]:
        """Of all tokens that count.

        Raises:
            StoreError: the database does not say.
        """
        with self.store.reading() as ledger:
            return frozenset(row.digest for row in ledger.tokens.everyone() if row.counts(wall_ms()))

    def heard(self, caller: Caller) -> None:
        """He is there: a seat of the API's that is silent for too long is signed out, as a console is."""
        leader = self._leader()
        if leader is not None:
            leader.heard(seat_of(caller.name))

    def check(self, caller: Caller, function: str, about: About | None = None) -> None:
        """Go on only if he may: ProblemError 403."""
        refusal = may(caller.who, caller.name, function, about)
        if refusal:
            raise _refused(caller, function, refusal)

    def contact(self, ledger: Ledger, caller: Caller, contact_id: str) -> ContactState:
        """That contact, if he may see it; else ProblemError 404."""
        contact = ledger.contacts.get(contact_id)
        state = None if contact is None else self.state(ledger, contact)
        if state is None or may(caller.who, caller.name, "contacts", self.about(ledger, state)):
            raise not_found(f"contact {contact_id}")
        return state

    def about(self, ledger: Ledger, contact: ContactState) -> About:
        """Whom it concerns."""
        return of_contact(contact, ledger.events.joined(contact.contact_id))

    def state(self, ledger: Ledger, contact: Contact) -> ContactState:
        """What the bus is told of it."""
        return self.states(ledger, [contact])[0]

    def states(self, ledger: Ledger, contacts: list[Contact]) -> list[ContactState]:
        """What the bus is told of them."""
        return list(ledger.states(contacts, self.now(ledger)).values())

    def do(self, caller: Caller, asked: Asked, look: Callable[[Ledger], About | None]) -> Reply:
        """Have the engine do it, once for each key.

        Args:
            look: what it is about, seen before it is done; ends the request if it is nothing for him to know of.

        Raises:
            ProblemError: 403, 404, 409 (with who was first), 422 (the key was of another request), 503 (standing by).
            StoreError: nothing was done.
        """
        leader = self._leader()
        if leader is None:
            raise standing_by()
        command = _command(caller, asked)
        if not asked.key:
            self._look(caller, asked, look)
            return _answered(leader.receive(command))
        with self._lines[hash((caller.name, asked.key)) % LINES]:
            known = self._known(command.command_id)
            if known is None:
                self._look(caller, asked, look)
                known = leader.receive(command)
        return _answered(known)

    def _look(self, caller: Caller, asked: Asked, look: Callable[[Ledger], About | None]) -> None:
        self.check(caller, asked.verb)
        with self.store.reading() as ledger:
            about = look(ledger)
        self.check(caller, asked.verb, about)

    def _known(self, command_id: str) -> Reply | None:
        of_key = command_id.rpartition("-")[0] + "-"
        with self.store.reading() as ledger:
            known = ledger.replies.get(command_id)
            others = [] if known is not None else ledger.replies.like(of_key)
        if others:
            raise ProblemError(422, "this Idempotency-Key was of another request", "take a new key for a new request")
        return None if known is None else known.reply


def seat_of(name: str) -> str:
    """The client's name that his commands bear; any name of a person makes one that may stand in a topic."""
    return f"api-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def wall_ms() -> int:
    """UNIX time."""
    return time.time_ns() // 1_000_000


def steady_ms() -> int:
    """For what nobody may set."""
    return time.monotonic_ns() // 1_000_000


def _command(caller: Caller, asked: Asked) -> Command:
    fields = dict(asked.fields)
    said = msgspec.json.encode([asked.verb, fields])
    key = f"{caller.name}\n{asked.key}" if asked.key else f"{time.time_ns()}\n{threading.get_ident()}"
    of_key, of_body = (hashlib.sha256(part).hexdigest() for part in (key.encode(), said))
    record = {"command_id": f"api-{of_key[:32]}-{of_body[:16]}", "verb": asked.verb, "by": caller.name}
    return msgspec.convert(record | {"reply_to": seat_of(caller.name), "at_ms": wall_ms()} | fields, Command)


def _refused(caller: Caller, function: str, refusal: str) -> ProblemError:
    remedies = {
        STRANGER: "an administrator adds him to the house's document",
        NOT_FOR_ROLE: f"somebody with another role than {caller.who.role} may, see `role` in the house's document",
        NOT_HIS: f"his level is {caller.who.level}, see `level` and `wards` in the house's document",
    }
    return ProblemError(403, f"{caller.name} may not {function}: {refusal}", remedies.get(refusal, ""))


def _answered(reply: Reply) -> Reply:
    if reply.ok:
        return reply
    if reply.reason in (STRANGER, NOT_FOR_ROLE, NOT_HIS):
        raise ProblemError(403, reply.reason, "see `role` and `level` in the house's document")
    taken_by = reply.reason.removeprefix(_TAKEN) if reply.reason.startswith(_TAKEN) else ""
    raise ProblemError(409, reply.reason, "look at it again: GET says how it is now", taken_by)
