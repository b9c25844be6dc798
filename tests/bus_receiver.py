"""A receiver on the bus by itself, a console that follows it, a broker, and a gateway as far as an ear meets it."""

import json
from contextlib import suppress
from typing import Literal

from firmware_bench import ALPHA_US, address, station

from wardbell_bus.mirror import WardMirror
from wardbell_firmware.bus.face import BusFace
from wardbell_firmware.bus.publication import Publication
from wardbell_firmware.receiver.desk import ReceiverDesk
from wardbell_firmware.receiver.table import STATIONS_FILE
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.waveform import burst
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import (
    CallState,
    Command,
    Health,
    Hearing,
    Payload,
    Reply,
    WardEvent,
    WardInfo,
    WardSnapshot,
    decode,
    encode,
)
from wardbell_protocol.calls.board import CallBoard, CallEvent, Signal, Verb
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, NORMAL
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import CallError

WARD = "east"


UNIX_MS = 1_800_000_000_000


CONSOLE = Health(part="console", name="desk", state="online", at_ms=0)


GATEWAY = Health(part="gateway", name=WARD, state="online", at_ms=0, epoch="0000abcd")


class House:
    """A receiver that joins the bus by itself, a console that follows the ward, and a broker that loses nothing."""

    def __init__(self, has_gateway: bool = True) -> None:
        self.now_ms = 0
        self.face = BusFace(WARD, "hall", 7)
        self.desk = ReceiverDesk("hall", 7, has_gateway, ear=self.face.ear)
        self.face.use(self.desk)
        rows = [station(number) for number in (1, 2, 3)]
        for row in rows:
            row["station_id"] = row.pop("id")
        self.desk.load(STATIONS_FILE, json.dumps(rows).encode(), 0)
        self.mirror = WardMirror(WARD, "console-desk")
        self.gateway: Gateway | None = None
        self.kept: dict[str, bytes] = {}
        self.replies: list[Reply] = []
        self.face.connected(0)

    def says(self, health: Health, is_kept: bool = False) -> None:
        """A life sign comes over the bus; a kept one is a minute old."""
        at_ms = UNIX_MS + self.now_ms - (60_000 if is_kept else 0)
        name = f"{health.part}-{health.name}"
        record = json.loads(encode(health)) | {"at_ms": at_ms}
        self.face.receive(topics.health(WARD, name), json.dumps(record).encode(), self.now_ms)

    def wait(self, ms: int, *alive: Health) -> None:
        """Time passes; those who are alive say so every 5 s."""
        for _ in range(ms // 100):
            self.now_ms += 100
            if self.now_ms % 5000 == 0:
                for health in alive:
                    self.says(health)
            self.settle()

    def settle(self) -> None:
        """Everybody says what is due."""
        self.desk.receive_keys(ack=False, browse=False, mute=False, now_ms=self.now_ms)
        self.desk.poll(self.now_ms)
        for publication in self.face.poll(self.now_ms):
            self.deliver(publication)
        for asked in self.mirror.poll(UNIX_MS + self.now_ms):
            self.face.receive(asked.topic, asked.payload, self.now_ms)
        for publication in self.face.poll(self.now_ms):
            self.deliver(publication)
        self.desk.poll(self.now_ms)

    def deliver(self, publication: Publication) -> None:
        """The broker hands it to whoever wants it."""
        topic, payload = publication.topic, publication.payload
        if publication.retain:
            self.kept[topic] = payload
        address = topics.parse(topic)
        assert address is not None
        if topic == topics.reply(WARD, "console-desk"):
            self.replies.append(decode(payload, Reply))
        self.mirror.receive(topic, payload, UNIX_MS + self.now_ms)
        if self.gateway is not None:
            self.gateway.receive(address.channel, payload)

    def press(self, number: int, signal: str = NORMAL) -> None:
        """A bed calls in bare words."""
        durations = burst(CodeWord.from_parts(address(number), DATA_BY_SIGNAL[signal]), ALPHA_US, 4)
        self.now_ms += sum(durations) // 100_000 * 100 + 600
        pulses = [-400_000] + [us if at % 2 == 0 else -us for at, us in enumerate(durations)] + [-100_000]
        self.desk.receive_air(Portion.of(pulses, self.now_ms * 1000), self.now_ms)
        self.settle()

    def commands(self, verb: Literal["acknowledge", "clear", "history"], call_id: str, command_id: str = "c1") -> None:
        """The console does something to a call."""
        command = Command(
            command_id=command_id,
            verb=verb,
            by="Ana",
            reply_to="console-desk",
            at_ms=0,
            call_id=call_id,
        )
        self.face.receive(topics.command(WARD), encode(command), self.now_ms)
        self.settle()

    @property
    def seen(self) -> dict[str, str]:
        """What the console shows: status by station."""
        return {call.station_id: call.status for call in self.mirror.calls.values() if call.kind != "fault"}


class Gateway:
    """The ward's gateway as far as an ear meets it: a board, hearings and commands in, events and snapshots out."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.board = CallBoard("g", default_policies())
        self.seq = 0
        self.hearings: list[Hearing] = []
        self.commands: list[Command] = []
        self.is_deaf = False
        self.clear_at: tuple[str, ...] = ("bed",)
        self._taken: set[tuple[str, str, int]] = set()
        house.gateway = self

    def receive(self, channel: str, payload: bytes) -> None:
        """Take what the receiver says."""
        if self.is_deaf:
            return
        if channel == "hearing":
            self._hear(decode(payload, Hearing))
        elif channel == "command":
            command = decode(payload, Command)
            self.commands.append(command)
            with suppress(CallError):
                self.say(self.board.receive(Verb(command.verb, command.call_id, command.by, "receiver"), self.unix_ms))
        elif channel == "snapshot_request":
            self.snapshot()

    def _hear(self, hearing: Hearing) -> None:
        self.hearings.append(hearing)
        mark = (hearing.ear, hearing.epoch, hearing.seq)
        for number in (1, 2, 3):
            word = CodeWord.from_parts(address(number), DATA_BY_SIGNAL[NORMAL])
            if word.hex == hearing.code and mark not in self._taken:
                self._taken.add(mark)
                at_bed = Station(f"S{number}", str(200 + number), "1", clear_at=self.clear_at)
                self.say(self.board.receive(Signal(at_bed, NORMAL), hearing.at_ms))

    @property
    def unix_ms(self) -> int:
        return UNIX_MS + self.house.now_ms

    def say(self, events: list[CallEvent]) -> None:
        """Tell of what happened."""
        for event in events:
            self.seq += 1
            said = WardEvent(
                epoch=GATEWAY.epoch,
                seq=self.seq,
                at_ms=self.unix_ms,
                kind=event.kind,  # type: ignore[arg-type]
                by=event.by,
                where=event.where,
                call=CallState.of(WARD, event.call),
            )
            self._send(topics.event(WARD), said)

    def snapshot(self) -> None:
        """Answer with all there is."""
        said = WardSnapshot(
            epoch=GATEWAY.epoch,
            seq=self.seq,
            at_ms=self.unix_ms,
            ward=WardInfo(ward=WARD, name={}, stations=[], policies={}),
            calls=[CallState.of(WARD, call) for call in self.board.open_calls()],
        )
        self._send(topics.snapshot(WARD, "radio-hall"), said)

    def _send(self, topic: str, payload: Payload) -> None:
        self.house.face.receive(topic, encode(payload), self.house.now_ms)


def alone(house: House) -> House:
    """A console is there and no gateway."""
    house.wait(13_000, CONSOLE)
    assert house.face.is_standing_in
    return house
