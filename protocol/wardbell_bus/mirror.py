"""What a reader of the bus knows of a ward and of the call centre: pure, fed with messages.

A mirror follows the authority's events in order; after a gap (also at its start) it asks for a snapshot and meanwhile shows
the retained state, marked by `is_stale`.
"""

from dataclasses import dataclass

from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import (
    AgentState,
    CentreEvent,
    CentreSnapshot,
    CodeForm,
    ContactState,
    IncidentState,
    OfferState,
    Rights,
    StepTaken,
)
from wardbell_protocol.bus.payloads import (
    CallState,
    Health,
    PayloadError,
    SnapshotRequest,
    WardEvent,
    WardInfo,
    WardSnapshot,
    decode,
    encode,
)
from wardbell_protocol.bus.sequence import APPLY, EventSequence

SILENT_AFTER_MS = 15_000  # three missed life signs of 5 s
STEPS_KEPT = 10_000  # nobody says when a step's call is closed; the oldest ones make room


@dataclass(frozen=True)
class Publication:
    """Something a mirror wants published."""

    topic: str
    payload: bytes


def part_state(health: Health | None, now_ms: int) -> str:
    """`online`, `degraded`, `offline`, or `silent` for a part that says nothing any more (or never did)."""
    if health is None:
        return "silent"
    if health.state != "offline" and now_ms - health.at_ms > SILENT_AFTER_MS:
        return "silent"
    return health.state


def life_sign(address: topics.Address, payload: bytes) -> Health:
    """What a part says of itself, on its own topic.

    Raises:
        PayloadError: it is no life sign, or one of another part, which the broker's rules would not let it say.
    """
    health = decode(payload, Health)
    if address.last != f"{health.part}-{health.name}":
        raise PayloadError(f"name: {health.part}-{health.name} is not {address.last}, where it was said")
    return health


class WardMirror:
    """Open calls, stations and health of one ward, as read from the bus."""

    def __init__(self, ward: str, client_id: str) -> None:
        self.ward = ward
        self.client_id = client_id
        self.info: WardInfo | None = None
        self.calls: dict[str, CallState] = {}
        self.health: dict[tuple[str, str], Health] = {}
        self._sequence = EventSequence()

    @property
    def is_stale(self) -> bool:
        """True until a snapshot has confirmed what is shown."""
        return self._sequence.in_gap

    @property
    def position(self) -> tuple[str, int]:
        """Epoch and number of the newest event that is shown; ("", 0) in a gap."""
        return ("", 0) if self._sequence.in_gap else (self._sequence.epoch, self._sequence.seq)

    def subscriptions(self) -> list[str]:
        """Topics to subscribe to."""
        return [
            topics.event(self.ward),
            topics.ward(self.ward),
            topics.call(self.ward, topics.ANY),
            topics.health(self.ward, topics.ANY),
            topics.snapshot(self.ward, self.client_id),
        ]

    def receive(self, topic: str, payload: bytes, now_ms: int) -> list[WardEvent]:
        """Take a message; returns the events that it applied (none for state, health and snapshots).

        Raises:
            PayloadError: the payload is not what its topic says.
        """
        address = topics.parse(topic)
        if address is None or address.scope != self.ward:
            return []
        if address.channel == "event":
            return self._event(decode(payload, WardEvent))
        if address.channel == "snapshot":
            self._snapshot(decode(payload, WardSnapshot))
        elif address.channel == "ward" and payload:
            self.info = decode(payload, WardInfo)
        elif address.channel == "call" and self.is_stale:
            self._retained(address.last, payload)
        elif address.channel == "health" and payload:
            self._health(life_sign(address, payload), now_ms)
        return []

    def poll(self, now_ms: int) -> list[Publication]:
        """Snapshot requests that are due."""
        if not self._sequence.must_ask(now_ms):
            return []
        return [Publication(topics.snapshot_request(self.ward), encode(SnapshotRequest(reply_to=self.client_id)))]

    def connection_lost(self) -> None:
        """Anything may have been missed."""
        self._sequence.lost()

    def _event(self, event: WardEvent) -> list[WardEvent]:
        if self._sequence.receive(event.epoch, event.seq) != APPLY:
            return []
        if event.call.status == "cleared":
            self.calls.pop(event.call.call_id, None)
        else:
            self.calls[event.call.call_id] = event.call
        return [event]

    def _snapshot(self, snapshot: WardSnapshot) -> None:
        if self._sequence.receive_snapshot(snapshot.epoch, snapshot.seq):
            self.info = snapshot.ward
            self.calls = {call.call_id: call for call in snapshot.calls}

    def _retained(self, call_id: str, payload: bytes) -> None:
        if payload:
            self.calls[call_id] = decode(payload, CallState)
        else:
            self.calls.pop(call_id, None)

    def _health(self, health: Health, now_ms: int) -> None:
        self.health[health.part, health.name] = health
        if health.part == "gateway" and health.epoch:
            self._sequence.announced(health.epoch, health.seq, now_ms)


class CentreMirror:
    """What is open at the call centre and who works there, as read from the bus; what its snapshot says besides as there."""

    def __init__(self, client_id: str) -> None:
        self.client_id = client_id
        self.contacts: dict[str, ContactState] = {}
        self.agents: dict[str, AgentState] = {}
        self.offers: dict[str, OfferState] = {}
        self.incidents: dict[str, IncidentState] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.reasons: dict[str, dict[str, str]] = {}
        self.forms: dict[str, CodeForm] = {}
        self.groups: list[str] = []
        self.rights: Rights | None = None
        self.steps: dict[tuple[str, int, int], StepTaken] = {}
        self.health: dict[tuple[str, str], Health] = {}
        self._sequence = EventSequence()

    @property
    def is_stale(self) -> bool:
        """True until a snapshot has confirmed what is shown."""
        return self._sequence.in_gap

    def subscriptions(self) -> list[str]:
        """Topics to subscribe to."""
        scope = topics.CALL_CENTRE_SCOPE
        return [
            topics.event(scope),
            topics.contact(topics.ANY),
            topics.health(scope, topics.ANY),
            topics.snapshot(scope, self.client_id),
        ]

    def receive(self, topic: str, payload: bytes, now_ms: int) -> list[CentreEvent]:
        """Take a message; returns the events that it applied.

        Raises:
            PayloadError: the payload is not what its topic says.
        """
        address = topics.parse(topic)
        if address is None or address.scope != topics.CALL_CENTRE_SCOPE:
            return []
        if address.channel == "event":
            return self._event(decode(payload, CentreEvent))
        if address.channel == "snapshot":
            self._snapshot(decode(payload, CentreSnapshot))
        elif address.channel == "contact" and self.is_stale:
            self._retained(address.last, payload)
        elif address.channel == "health" and payload:
            self._health(life_sign(address, payload), now_ms)
        return []

    def poll(self, now_ms: int) -> list[Publication]:
        """Snapshot requests that are due."""
        if not self._sequence.must_ask(now_ms):
            return []
        request = SnapshotRequest(reply_to=self.client_id)
        return [Publication(topics.snapshot_request(topics.CALL_CENTRE_SCOPE), encode(request))]

    def connection_lost(self) -> None:
        """Anything may have been missed."""
        self._sequence.lost()

    def contact_of(self, call_id: str) -> ContactState | None:
        """The newest contact of a call."""
        found = [contact for contact in self.contacts.values() if contact.call_id == call_id]
        return max(found, key=lambda contact: contact.loop) if found else None

    def _event(self, event: CentreEvent) -> list[CentreEvent]:
        if self._sequence.receive(event.epoch, event.seq) != APPLY:
            return []
        if event.contact is not None:
            self._take_contact(event.contact)
        if event.step is not None:
            self._take_step(event.step)
        if event.offer is not None:
            self._take_offer(event.offer)
        if event.agent is not None:
            self._take_agent(event.agent)
        if event.incident is not None:
            self._take_incident(event.incident)
        return [event]

    def _take_offer(self, offer: OfferState) -> None:
        if offer.status == "offered":
            self.offers[offer.offer_id] = offer
        else:
            self.offers.pop(offer.offer_id, None)

    def _take_agent(self, agent: AgentState) -> None:
        if agent.state == "signed_out":
            self.agents.pop(agent.agent, None)
        else:
            self.agents[agent.agent] = agent

    def _take_incident(self, incident: IncidentState) -> None:
        if incident.closed_at_ms is None:
            self.incidents[incident.incident_id] = incident
        else:
            self.incidents.pop(incident.incident_id, None)

    def _take_step(self, step: StepTaken) -> None:
        self.steps[step.call_id, step.step, step.loop] = step
        if len(self.steps) > STEPS_KEPT:
            del self.steps[next(iter(self.steps))]

    def _take_contact(self, contact: ContactState) -> None:
        if contact.closed_at_ms is not None:
            self.contacts.pop(contact.contact_id, None)
            for offer_id in [
                offer.offer_id for offer in self.offers.values() if offer.contact_id == contact.contact_id
            ]:
                del self.offers[offer_id]
        else:
            self.contacts[contact.contact_id] = contact

    def _snapshot(self, snapshot: CentreSnapshot) -> None:
        if self._sequence.receive_snapshot(snapshot.epoch, snapshot.seq):
            self.contacts = {contact.contact_id: contact for contact in snapshot.contacts}
            self.agents = {agent.agent: agent for agent in snapshot.agents}
            self.offers = {offer.offer_id: offer for offer in snapshot.offers}
            self.incidents = {incident.incident_id: incident for incident in snapshot.incidents}
            self.codes, self.reasons = snapshot.codes, snapshot.reasons
            self.forms, self.groups = snapshot.forms, snapshot.groups
            self.rights = snapshot.rights
            self.steps = {(step.call_id, step.step, step.loop): step for step in snapshot.steps}

    def _retained(self, contact_id: str, payload: bytes) -> None:
        if payload:
            self._take_contact(decode(payload, ContactState))
        else:
            self.contacts.pop(contact_id, None)

    def _health(self, health: Health, now_ms: int) -> None:
        self.health[health.part, health.name] = health
        if health.part == "callcenter" and health.epoch:
            self._sequence.announced(health.epoch, health.seq, now_ms)
