"""A call centre as a console sees it on the bus, with a clock that is set by hand. What it decides is the test's to say."""

import msgspec

from wardbell_bus.mirror import Publication
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import (
    AgentState,
    CentreEvent,
    CentreReply,
    CentreSnapshot,
    CodeForm,
    ContactState,
    IncidentState,
    Offer,
    OfferState,
    Rights,
    ScreenPop,
    StepTaken,
)
from wardbell_protocol.bus.figure_payloads import CentreFigures
from wardbell_protocol.bus.payloads import CallState, Command, Health, SnapshotRequest, decode, encode

T0 = 1_800_000_000_000  # UNIX ms at which the tests begin
RING_S = 20
CODES = {"toilet": {"en": "Helped to the toilet", "zh_CN": "协助如厕"}, "fall": {"en": "Fall", "zh_CN": "跌倒"}}
FORMS = {"fall": CodeForm(fields=["injury", "witness"], required=["injury"])}
REASONS = {"meal": {"en": "Meal", "zh_CN": "用餐"}, "training": {"en": "Training", "zh_CN": "培训"}}


class SetClock:
    """UNIX ms that moves only when told."""

    def __init__(self) -> None:
        self.now_ms = T0

    def __call__(self) -> int:
        return self.now_ms

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ms += int(seconds * 1000)


class CentreOnPaper:
    """The call centre's side of the bus: takes steps and sign-ins, and gives a contact to whoever accepts first.

    Other verbs it refuses with the text in `refusals`, or else confirms with the event that the verb stands for.
    """

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.seq = 0
        self.contacts: dict[str, ContactState] = {}
        self.agents: dict[str, AgentState] = {}
        self.offers: dict[str, OfferState] = {}
        self.steps: dict[tuple[str, int, int], StepTaken] = {}
        self.incidents: dict[str, IncidentState] = {}
        self.refusals: dict[str, str] = {}
        self.log: list[CentreEvent] = []
        self.rights: Rights | None = None  # of whoever sits at a console
        self.figures: CentreFigures | None = None  # for whoever asks
        self.pops: dict[str, ScreenPop] = {}
        self.secret = ""

    def event(self, kind: str, **fields: object) -> Publication:
        """An event with the next number."""
        self.seq += 1
        told = CentreEvent(epoch="c1", seq=self.seq, at_ms=self.clock(), kind=kind, **fields)  # type: ignore[arg-type]
        self.log.append(told)
        return Publication(topics.event(topics.CALL_CENTRE_SCOPE), encode(told))

    def health(self, state: str = "online") -> list[Publication]:
        """Life signs of the call centre and of an escalator."""
        now_ms, scope = self.clock(), topics.CALL_CENTRE_SCOPE
        return [life_sign(scope, part, "main", state, now_ms) for part in ("callcenter", "escalator")]

    def opened(self, contact_id: str, call: CallState, **fields: object) -> list[Publication]:
        """A contact is opened for that call; nobody is asked yet."""
        contact = ContactState(
            contact_id=contact_id, kind="bed_call", ward=call.ward, call_id=call.call_id, loop=call.loop, room=call.room,
            bed=call.bed, call_kind=call.kind, priority=call.priority, status="new", pressed_at_ms=call.placed_at_ms,
            opened_at_ms=self.clock(),
        )  # fmt: skip
        return [self.put("opened", msgspec.structs.replace(contact, **fields))]

    def offer(self, contact_id: str, call: CallState, to: list[str], pop: ScreenPop | None = None) -> list[Publication]:
        """A contact is opened where it is new, and offered: the events, then what goes to each seat."""
        first = [] if contact_id in self.contacts else self.opened(contact_id, call)
        told: list[Publication] = []
        self.pops[contact_id] = pop or ScreenPop()
        now_ms = self.clock()
        contact = msgspec.structs.replace(
            self.contacts[contact_id], status="offered", step=0, offered_to=to, offered_at_ms=now_ms,
            next_step_at_ms=now_ms + 30_000,
        )  # fmt: skip
        self.contacts[contact_id] = contact
        for agent in to:
            offer = OfferState(
                offer_id=f"o-{contact_id}-{agent}-{now_ms}", contact_id=contact_id, target=agent, medium="seat", step=0,
                loop=0, status="offered", made_at_ms=now_ms, rings_until_ms=now_ms + RING_S * 1000,
            )  # fmt: skip
            self.offers[offer.offer_id] = offer
            told += self.to_seat(offer, pop or ScreenPop())
        only = self.offers[f"o-{contact_id}-{to[0]}-{now_ms}"] if len(to) == 1 else None
        return [*first, self.event("offered", contact=contact, offer=only), *told]

    def to_seat(self, offer: OfferState, pop: ScreenPop, withdrawn: str = "") -> list[Publication]:
        """The message to where that agent sits."""
        agent = self.agents.get(offer.target)
        message = Offer(
            delivery_id=f"d-{offer.offer_id}", offer=offer, contact=self.contacts[offer.contact_id], pop=pop,
            withdrawn=withdrawn,
        )  # fmt: skip
        return [Publication(topics.offer(agent.seat), encode(message))] if agent is not None else []

    def answered(self, kind: str, contact_id: str, agent: str, reason: str = "") -> list[Publication]:
        """An offer is refused, missed or received by its agent."""
        offer = next(o for o in self.offers.values() if (o.contact_id, o.target) == (contact_id, agent))
        contact = self.contacts[contact_id]
        rest = [name for name in contact.offered_to if name != agent]
        contact = msgspec.structs.replace(contact, offered_to=rest, status="offered" if rest else "new")
        self.contacts[contact_id] = contact
        offer = msgspec.structs.replace(self.offers.pop(offer.offer_id), status=kind, reason=reason)
        return [
            self.event(kind, by=agent, reason=reason, offer=offer, contact=contact),
            *self.to_seat(offer, ScreenPop(), kind),
        ]

    def missed(self, contact_id: str) -> list[Publication]:
        """All who were asked have not answered: one event, and an end for each seat."""
        over = [offer for offer in self.offers.values() if offer.contact_id == contact_id]
        told = []
        for offer in over:
            after = msgspec.structs.replace(self.offers.pop(offer.offer_id), status="missed", reason="no answer")
            told += self.to_seat(after, ScreenPop(), "no answer")
        names = ", ".join(offer.target for offer in over)
        return [*self.change("missed", contact_id, reason=names, status="new", offered_to=[]), *told]

    def accept(self, contact_id: str, by: str) -> list[Publication]:
        """Somebody takes it; everybody else's offer is withdrawn."""
        contact = msgspec.structs.replace(
            self.contacts[contact_id], status="accepted", accepted_by=by, accepted_at_ms=self.clock(), offered_to=[],
            next_step_at_ms=None,
        )  # fmt: skip
        told = [self.put("accepted", contact, by=by)]
        for offer in [offer for offer in self.offers.values() if offer.contact_id == contact_id]:
            over = msgspec.structs.replace(self.offers.pop(offer.offer_id), status="withdrawn", reason=f"taken by {by}")
            if offer.target != by:
                told += self.to_seat(over, ScreenPop(), f"taken by {by}")
        return told

    def change(self, kind: str, contact_id: str, by: str = "", reason: str = "", **fields: object) -> list[Publication]:
        """Something else happens to a contact."""
        return [self.put(kind, msgspec.structs.replace(self.contacts[contact_id], **fields), by=by, reason=reason)]

    def agent(self, name: str, state: str, by: str = "", reason: str = "", **fields: object) -> Publication:
        """Somebody's state changes."""
        known = self.agents.get(name) or AgentState(agent=name, state="ready", since_ms=0, seat=f"console-{name}")
        fields = {"state": state, "since_ms": self.clock(), "reason": reason} | fields
        self.agents[name] = msgspec.structs.replace(known, **fields)
        found = self.agents[name] if state != "signed_out" else self.agents.pop(name)
        kind = {"signed_out": "signed_out"}.get(state, "agent")
        return self.event(kind, agent=found, by=by, reason=reason)

    def receive(self, topic: str, payload: bytes) -> list[Publication]:
        """A message of a console."""
        scope = topics.CALL_CENTRE_SCOPE
        if topic == topics.snapshot_request(scope):
            told = CentreSnapshot(
                epoch="c1", seq=self.seq, at_ms=self.clock(), contacts=list(self.contacts.values()),
                agents=list(self.agents.values()), steps=list(self.steps.values()), offers=list(self.offers.values()),
                incidents=list(self.incidents.values()), codes=CODES, reasons=REASONS, forms=FORMS, groups=["night"],
                rights=self.rights,
            )  # fmt: skip
            return [Publication(topics.snapshot(scope, topic_client(payload)), encode(told))]
        address = topics.parse(topic)
        if address is not None and (address.scope, address.channel) == (scope, "command"):
            command = decode(payload, Command)
            if command.verb == "history" and "history" not in self.refusals:
                return [Publication(topics.reply(scope, command.reply_to), encode(self.history(command)))]
            reason = self.refusals.get(command.verb, "")
            events, reason = ([], reason) if reason else self._command(command)
            figures = self.figures if command.verb == "figures" and not reason else None
            rights = self.rights if command.verb == "sign_in" and not reason else None
            reply = CentreReply(
                command_id=command.command_id, ok=not reason, reason=reason, rights=rights, figures=figures
            )
            return [*events, Publication(topics.reply(scope, command.reply_to), encode(reply))]
        return []

    def history(self, command: Command, most: int = 3) -> CentreReply:
        """The time line of a contact, in parts of so many events."""
        contact_id = command.contact_id
        told = [
            event
            for event in self.log
            if event.contact is not None and event.contact.contact_id == contact_id and event.seq > command.after_seq
        ]
        more_after = told[most - 1].seq if len(told) > most else 0
        pop = None if command.after_seq else self.pops.get(contact_id, ScreenPop())
        return CentreReply(
            command_id=command.command_id, ok=True, time_line=told[:most], more_after=more_after, pop=pop
        )

    def put(self, kind: str, contact: ContactState, by: str = "", reason: str = "") -> Publication:
        """The event that says so."""
        self.contacts[contact.contact_id] = contact
        if contact.closed_at_ms is not None:
            del self.contacts[contact.contact_id]
        return self.event(kind, contact=contact, by=by, reason=reason)

    def _command(self, command: Command) -> tuple[list[Publication], str]:
        contact_id, by = command.contact_id, command.by
        if command.verb == "accept":
            holder = self.contacts[contact_id].accepted_by
            return ([], f"already taken by {holder}") if holder else (self.accept(contact_id, by), "")
        if command.verb == "sign_in":
            if command.secret != self.secret:
                return [], "wrong secret"
            seat = AgentState(
                agent=by, state="ready", since_ms=self.clock(), seat=command.reply_to, signed_in_at_ms=self.clock()
            )
            self.agents[by] = seat
            return [self.event("signed_in", agent=seat, by=by)], ""
        if command.verb == "step":
            return self._step(command), ""
        return self._other(command), ""

    def _other(self, command: Command) -> list[Publication]:
        contact_id, by, now_ms = command.contact_id, command.by, self.clock()
        if command.verb == "sign_out":
            return [self.agent(by, "signed_out", by)]
        if command.verb in ("ready", "not_ready"):
            return [self.agent(by, command.verb, by, command.reason)]
        if command.verb == "refuse":
            return self.answered("refused", contact_id, by)
        if command.verb == "on_site":
            return self.change("on_site", contact_id, by, status="on_site", on_site_by=by, on_site_at_ms=now_ms)
        if command.verb == "release":
            return self.change("returned", contact_id, by, command.reason, status="new", accepted_by="", returns=1)
        if command.verb == "resolve":
            return self.change(
                "resolved",
                contact_id,
                by,
                status="resolved",
                closed_at_ms=now_ms,
                closed_by=by,
                wrap_up_code=command.code,
            )
        return []

    def _step(self, command: Command) -> list[Publication]:
        assert command.call is not None
        key = (command.call_id, command.step, command.loop)
        if key in self.steps:
            return []
        self.steps[key] = StepTaken(
            ward=command.call.ward, call_id=command.call_id, step=command.step, step_name=command.step_name,
            loop=command.loop, due_at_ms=command.due_at_ms, taken_at_ms=self.clock(),
        )  # fmt: skip
        taken = [self.event("step_taken", step=self.steps[key])]
        if command.step_name != "call_centre":
            return taken
        return [*taken, *self.offer(f"k-{command.call_id}", command.call, list(self.agents))]


def life_sign(
    scope: str, part: str, name: str, state: str, now_ms: int, faults: list[str] | None = None
) -> Publication:
    """A part's life sign."""
    health = Health(part=part, name=name, state=state, at_ms=now_ms, faults=faults or [])  # type: ignore[arg-type]
    return Publication(topics.health(scope, f"{part}-{name}"), encode(health))


def topic_client(payload: bytes) -> str:
    """Who asks for a snapshot."""
    return decode(payload, SnapshotRequest).reply_to
