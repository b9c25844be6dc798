"""A ward and a call centre as a console sees them on the bus: the real rules, in memory, with a clock that is set by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from console_centre import CentreOnPaper, SetClock, life_sign, topic_client

from wardbell_bus.mirror import Publication
from wardbell_console.desk import BusPort, Connection, Desk, Message
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.view import Row, banners, lights
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import (
    CallState,
    Command,
    Reply,
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

NAMES = {"east": {"en": "East", "zh_CN": "东区"}, "west": {"en": "West", "zh_CN": "西区"}}


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
        found = [decode(p.payload, Command) for p in self.published if "/command" in p.topic]
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
