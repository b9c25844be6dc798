"""The call centre's engine in virtual time, on a real database, with a ward that it hears."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
from centre_parts import T0, WardOnPaper, call_state, command, step_command

from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.clock import Now
from wardbell_callcenter.engine.engine import Engine
from wardbell_callcenter.engine.wards import OURSELVES
from wardbell_callcenter.house import House, Policy, Step
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import AgentState, CentreEvent, ContactState, Offer
from wardbell_protocol.bus.payloads import CallState, Reply, decode, encode

SECOND = 1000
MINUTE = 60 * SECOND
MEDIA = ("seat", "mail", "webhook", "ward")


def policy(*steps: Step, **fields: object) -> Policy:
    """A policy of those steps."""
    return msgspec.convert({"steps": [msgspec.to_builtins(step) for step in steps], **fields}, Policy)


def house(default: Policy | None = None, **fields: object) -> House:
    """A house whose contacts have that policy."""
    if default is not None:
        fields |= {"policies": {"only": default}, "policy_of": {"default": "only"}}
    return msgspec.convert(msgspec.to_builtins(fields), House)


class Centre:
    """An engine, its store, and a ward that it hears. Time stands still until `wait`."""

    def __init__(self, url: str, described: House | None = None) -> None:
        self.url = url
        self.ward = WardOnPaper()
        self.now = Now(T0, 0)
        self.store = Store(url)
        if described is not None:
            self.describe(described)
        self._start()

    def _start(self) -> None:
        self.wards = WardMirrors(OURSELVES)
        self.store.take_lease(self.store.lease(), "main")
        self.engine = Engine(self.store, self.wards)

    def describe(self, described: House) -> None:
        """The house is so from now on."""
        with self.store.writing() as ledger:
            ledger.houses.put(msgspec.json.encode(described), "test", self.now.wall_ms)

    def restart(self) -> None:
        """As after a crash: nothing but the database is left."""
        self.store.close()
        self.store = Store(self.url)
        self._start()

    def wait(self, ms: int) -> None:
        """So much later; nothing was done meanwhile but what is due then."""
        self.now = self.now.after(ms)
        self.poll()

    def set_clock(self, by_ms: int) -> None:
        """Somebody sets the wall clock so much forward, or back where it is less than nothing."""
        self.now = replace(self.now, wall_ms=self.now.wall_ms + by_ms)

    def poll(self) -> None:
        """Do all that is due."""
        while self.engine.poll(self.now):
            pass

    def hear_snapshot(self) -> None:
        """The ward says what it is and has."""
        self.wards.receive(topics.ward("east"), encode(self.ward.info), self.now.wall_ms)
        self.wards.receive(*self.ward.snapshot(OURSELVES), self.now.wall_ms)
        self.engine.follow_ward("east", self.now)

    def hear(self, kind: str, call: CallState) -> None:
        """The ward tells an event."""
        for event in self.wards.receive(*self.ward.event(kind, call, self.now.wall_ms), self.now.wall_ms):
            self.engine.follow(event.call, self.now)

    def escalate(self, call: CallState) -> ContactState:
        """The call comes to the call centre now; returns its contact."""
        assert self.engine.receive(step_command(call, after_ms=0), self.now).ok
        return self.contact(call.call_id)

    def open(self, call_id: str = "east-1", kind: str = "normal", **fields: object) -> ContactState:
        """A new call that comes to the call centre at once."""
        call = call_state(call_id, kind, "east", **fields)
        self.hear("placed", call)
        return self.escalate(call)

    def contacts(self) -> list[ContactState]:
        """All that are open, the most urgent first."""
        return self.engine.snapshot(self.now).contacts

    def contact(self, call_id: str = "east-1") -> ContactState:
        """The open contact of that call."""
        (found,) = [contact for contact in self.contacts() if contact.call_id == call_id]
        return found

    def agent(self, name: str) -> AgentState:
        """Somebody who is signed in."""
        (found,) = [agent for agent in self.engine.agents(self.now) if agent.agent == name]
        return found

    def events(self) -> list[CentreEvent]:
        """All that was told, in order."""
        with self.store.reading() as ledger:
            return ledger.events.after(0, 100_000)

    def kinds(self) -> list[str]:
        """The kinds of all that was told."""
        return [event.kind for event in self.events()]

    def do(self, verb: str, by: str, **fields: object) -> Reply:
        """Somebody gives a command at his own console."""
        return self.engine.receive(command(verb, by=by, reply_to=f"console-{by.lower()}", **fields), self.now)

    def sign_in(self, *names: str) -> None:
        """They begin to work."""
        for name in names:
            assert self.do("sign_in", name).ok

    def accept(self, name: str, contact_id: str) -> Reply:
        """He would have it."""
        return self.do("accept", name, contact_id=contact_id)

    def hand_over(self) -> list[tuple[str, str, Offer | bytes]]:
        """Take every delivery that is due to where it goes: what it is, to whom, and what it says."""
        with self.store.writing() as ledger:
            due = ledger.deliveries.claim(MEDIA, self.now.steady_ms, 0, 100_000)
            ledger.deliveries.finish((delivery.delivery_id for delivery in due), "delivered")
        return [(delivery.what, delivery.address, _said(delivery)) for delivery in due]


def staffed(url: str, described: House | None, *agents: str) -> Iterator[Centre]:
    """A centre that knows its ward and has these agents at their seats; closed with the test."""
    built = Centre(url, described)
    built.hear_snapshot()
    built.sign_in(*agents)
    yield built
    built.store.close()


def _said(delivery: Delivery) -> Offer | bytes:
    return decode(delivery.payload, Offer) if delivery.what in ("offer", "withdraw") else delivery.payload
