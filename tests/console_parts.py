"""A ward and a call centre as a console sees them on the bus: the real rules, in memory, with a clock that is set by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from wardbell_bus.mirror import Publication
from wardbell_console.desk import BusPort, Connection, Desk, Message
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.view import Row, banners, lights
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import AgentState, CentreEvent, CentreSnapshot, ContactState, StepTaken
from wardbell_protocol.bus.payloads import (
    CallState,
    Command,
    Health,
    Reply,
    SnapshotRequest,
    StationInfo,
    WardEvent,
    WardInfo,
    WardSnapshot,
    decode,
    encode,
)
from wardbell_protocol.calls.board import CallBoard, CallEvent, Signal, Verb
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.signals import AT_BED, AT_CONSOLE
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import CallError

T0 = 1_800_000_000_000  # UNIX ms at which the tests begin
NAMES = {"east": {"en": "East", "zh_CN": "东区"}, "west": {"en": "West", "zh_CN": "西区"}}


class SetClock:
    """UNIX ms that moves only when told."""

    def __init__(self) -> None:
        self.now_ms = T0

    def __call__(self) -> int:
        return self.now_ms

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ms += int(seconds * 1000)


class WireToTest(BusPort):
    """A port whose other end is the test: it delivers, and hands publications to the authorities plugged in."""

    def __init__(self) -> None:
        self.arrivals: list[Message | Connection] = []
        self.published: list[Publication] = []
        self.authorities: list[WardOnBoard | CentreOnPaper] = []
        self.holds_replies = False

    def drain(self) -> list[Message | Connection]:
        arrivals, self.arrivals = self.arrivals, []
        return arrivals

    def publish(self, publication: Publication) -> None:
        self.published.append(publication)
        if not self.holds_replies:
            self.answer(publication)

    def beat(self, now_ms: int, wards: Mapping[str, tuple[str, int]]) -> None:
        """Nobody listens for it here."""

    def answer(self, publication: Publication) -> None:
        """Have the authorities take a publication."""
        for authority in self.authorities:
            self.deliver(authority.receive(publication.topic, publication.payload))

    def connect(self, is_connected: bool = True) -> None:
        """The broker comes or goes."""
        self.arrivals.append(Connection(is_connected))

    def deliver(self, publications: Iterable[Publication]) -> None:
        """What the broker would pass on."""
        self.arrivals += [Message(p.topic, p.payload) for p in publications]

    def commands(self, verb: str) -> list[Command]:
        """Commands of that verb that were published."""
        found = [decode(p.payload, Command) for p in self.published if p.topic.endswith("/command")]
        return [command for command in found if command.verb == verb]


class WardOnBoard:
    """The authority of a ward: the real CallBoard, numbered events, answers to commands and snapshot requests."""

    def __init__(self, clock: SetClock, ward: str = "east", policies: dict[str, Any] | None = None) -> None:
        self.ward = ward
        self.clock = clock
        self.policies = default_policies()
        self.board = CallBoard(ward, self.policies)
        self.seq = 0
        self.replies: dict[str, Reply] = {}
        self.log: list[WardEvent] = []
        records = policies or {kind: policy.to_record() for kind, policy in self.policies.items()}
        self.info = WardInfo(ward=ward, name=NAMES.get(ward, {}), stations=[], policies=records)

    def press(
        self, place: str, signal: str = "normal", clear_at: tuple[str, ...] = (AT_BED,), is_authenticated: bool = True
    ) -> list[Publication]:
        """A button: `203-2` places a call there."""
        room, _, bed = place.partition("-")
        station = Station(f"s{place}", room, bed, clear_at=clear_at)
        self.info.stations.append(StationInfo(station_id=station.station_id, room=room, bed=bed, clear_at=[]))
        return self.events(self.board.receive(Signal(station, signal, is_authenticated), self.clock()))

    def verb(self, name: str, call_id: str, by: str, where: str = AT_BED) -> list[Publication]:
        """Somebody else does something."""
        return self.events(self.board.receive(Verb(name, call_id, by, where), self.clock()))

    def events(self, events: list[CallEvent]) -> list[Publication]:
        """What the board decided, as it goes on the bus."""
        found = []
        for event in events:
            self.seq += 1
            state = CallState.of(self.ward, event.call)
            told = WardEvent(
                epoch="e1", seq=self.seq, at_ms=event.at_ms, kind=event.kind, by=event.by,  # type: ignore[arg-type]
                where=event.where, call=state,
            )  # fmt: skip
            self.log.append(told)
            found.append(Publication(topics.event(self.ward), encode(told)))
        return found

    def health(
        self, state: str = "online", part: str = "gateway", faults: list[str] | None = None
    ) -> list[Publication]:
        """A life sign of a part of this ward."""
        return [life_sign(self.ward, part, self.ward, state, self.clock(), faults)]

    def receive(self, topic: str, payload: bytes) -> list[Publication]:
        """A message of a console."""
        if topic == topics.snapshot_request(self.ward):
            client = topic_client(payload)
            calls = [CallState.of(self.ward, call) for call in self.board.open_calls()]
            told = WardSnapshot(epoch="e1", seq=self.seq, at_ms=self.clock(), ward=self.info, calls=calls)
            return [Publication(topics.snapshot(self.ward, client), encode(told))]
        if topic == topics.command(self.ward):
            return self._command(decode(payload, Command))
        return []

    def _command(self, command: Command) -> list[Publication]:
        events: list[Publication] = []
        reply = self.replies.get(command.command_id)
        if reply is None and command.verb == "history":
            told = [event for event in self.log if event.call.call_id == command.call_id]
            reply = Reply(command_id=command.command_id, ok=True, events=told)
        elif reply is None:
            try:
                events = self.verb(command.verb, command.call_id, command.by, AT_CONSOLE)
                reply = Reply(command_id=command.command_id, ok=True)
            except CallError as error:
                reply = Reply(command_id=command.command_id, ok=False, reason=error.reason)
        self.replies[command.command_id] = reply
        return [*events, Publication(topics.reply(self.ward, command.reply_to), encode(reply))]


class CentreOnPaper:
    """The call centre's side of the bus: takes steps and sign-ins, and gives a contact to whoever accepts first."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.seq = 0
        self.contacts: dict[str, ContactState] = {}
        self.operators: dict[str, AgentState] = {}
        self.steps: dict[tuple[str, int, int], StepTaken] = {}

    def event(self, kind: str, **fields: object) -> Publication:
        """An event with the next number."""
        self.seq += 1
        told = CentreEvent(epoch="c1", seq=self.seq, at_ms=self.clock(), kind=kind, **fields)  # type: ignore[arg-type]
        return Publication(topics.event(topics.CALL_CENTRE_SCOPE), encode(told))

    def health(self, state: str = "online") -> list[Publication]:
        """Life signs of the call centre and of an escalator."""
        now_ms, scope = self.clock(), topics.CALL_CENTRE_SCOPE
        return [life_sign(scope, part, "main", state, now_ms) for part in ("callcenter", "escalator")]

    def offer(self, contact_id: str, call: CallState, to: list[str]) -> list[Publication]:
        """A contact is opened and offered."""
        contact = ContactState(
            contact_id=contact_id, ward=call.ward, call_id=call.call_id, loop=call.loop, step=2, room=call.room,
            bed=call.bed, kind=call.kind, priority=call.priority, status="offered", opened_at_ms=self.clock(), offered_to=to,
        )  # fmt: skip
        return [self._put("offered", contact)]

    def accept(self, contact_id: str, by: str) -> list[Publication]:
        """Somebody takes it at another seat."""
        contact = self.contacts[contact_id]
        fields = {name: getattr(contact, name) for name in contact.__struct_fields__}
        fields |= {"status": "accepted", "accepted_by": by, "accepted_at_ms": self.clock()}
        return [self._put("accepted", ContactState(**fields))]

    def receive(self, topic: str, payload: bytes) -> list[Publication]:
        """A message of a console."""
        scope = topics.CALL_CENTRE_SCOPE
        if topic == topics.snapshot_request(scope):
            told = CentreSnapshot(
                epoch="c1", seq=self.seq, at_ms=self.clock(), contacts=list(self.contacts.values()),
                operators=list(self.operators.values()), steps=list(self.steps.values()),
            )  # fmt: skip
            return [Publication(topics.snapshot(scope, topic_client(payload)), encode(told))]
        if topic == topics.command(scope):
            command = decode(payload, Command)
            events, reason = self._command(command)
            reply = Reply(command_id=command.command_id, ok=not reason, reason=reason)
            return [*events, Publication(topics.reply(scope, command.reply_to), encode(reply))]
        return []

    def _put(self, kind: str, contact: ContactState) -> Publication:
        self.contacts[contact.contact_id] = contact
        return self.event(kind, contact=contact)

    def _command(self, command: Command) -> tuple[list[Publication], str]:
        if command.verb == "accept":
            holder = self.contacts[command.contact_id].accepted_by
            return ([], f"already taken by {holder}") if holder else (self.accept(command.contact_id, command.by), "")
        if command.verb == "sign_in":
            seat = AgentState(operator=command.by, seat=command.reply_to, signed_in_at_ms=self.clock())
            self.operators[command.by] = seat
            return [self.event("signed_in", operator=seat)], ""
        if command.verb == "sign_out":
            return [self.event("signed_out", operator=self.operators.pop(command.by))], ""
        return self._step(command), ""

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
        return [*taken, *self.offer(f"k-{command.call_id}", command.call, list(self.operators))]


class House:
    """Two wards and a call centre around one console."""

    def __init__(
        self, own: tuple[str, ...] | None = ("east",), by: str = "Li Na", operator: str = "", lang: str = "en"
    ) -> None:
        self.clock = SetClock()
        self.wire = WireToTest()
        self.east = WardOnBoard(self.clock, "east")
        self.west = WardOnBoard(self.clock, "west")
        self.centre = CentreOnPaper(self.clock)
        self.wire.authorities = [self.east, self.west, self.centre]
        self.feed = Feed("console-a", by, own, operator)
        self.desk = Desk(self.feed, self.wire, self.clock, Language(lang))
        self.wire.connect()
        self.live()

    def live(self) -> None:
        """Everybody gives a life sign, and all that is on the wire arrives."""
        for ward in (self.east, self.west):
            self.wire.deliver([*ward.health(), *ward.health(part="radio")])
        self.wire.deliver(self.centre.health())
        self.tick()

    def tick(self) -> None:
        """Handle all that is on the wire, and all that this brings."""
        self.desk.tick()
        while self.wire.arrivals:
            self.desk.tick()

    def wait_s(self, seconds: float) -> None:
        """Let time pass with everybody alive."""
        self.clock.pass_s(seconds)
        self.live()

    @property
    def places(self) -> list[str]:
        """Places of the rows, from the top."""
        return [f"{row.call.room}-{row.call.bed}" for row in self.desk.rows]

    def row(self, place: str) -> Row:
        """The row of a place."""
        return next(row for row in self.desk.rows if f"{row.call.room}-{row.call.bed}" == place)

    def banners(self) -> list[str]:
        """Kinds of the banners."""
        return [banner.kind for banner in banners(self.feed, self.clock())]

    def lights(self) -> dict[str, str]:
        """State of each light."""
        return {light.part: light.state for light in lights(self.feed, self.clock())}


def life_sign(
    scope: str, part: str, name: str, state: str, now_ms: int, faults: list[str] | None = None
) -> Publication:
    """A part's life sign."""
    health = Health(part=part, name=name, state=state, at_ms=now_ms, faults=faults or [])  # type: ignore[arg-type]
    return Publication(topics.health(scope, f"{part}-{name}"), encode(health))


def topic_client(payload: bytes) -> str:
    """Who asks for a snapshot."""
    return decode(payload, SnapshotRequest).reply_to
