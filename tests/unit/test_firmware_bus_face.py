"""A receiver on the bus by itself: stand-in for a ward without a gateway, ear of a ward with one. Its reader is the consoles'."""

import json
from contextlib import suppress
from typing import Literal

import pytest
from firmware_bench import ALPHA_US, address, station
from hypothesis import given, settings
from hypothesis import strategies as st

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
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, NORMAL
from wardbell_protocol.calls.station import Station
from wardbell_protocol.errors import CallError, EncodeError

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


@pytest.fixture
def house() -> House:
    return House()


def alone(house: House) -> House:
    """A console is there and no gateway."""
    house.wait(13_000, CONSOLE)
    assert house.face.is_standing_in
    return house


def test_a_ward_without_a_gateway_is_spoken_for(house: House) -> None:
    alone(house).press(1)
    assert house.seen == {"S1": "placed"}
    assert not house.mirror.is_stale
    call = next(iter(house.mirror.calls.values()))
    assert abs(call.placed_at_ms - UNIX_MS - house.now_ms) < 2000
    assert (call.room, call.bed, call.kind, call.authenticated) == ("201", "1", NORMAL, False)
    assert house.mirror.health["gateway", WARD].faults == ["stand_in"]
    assert house.mirror.info is not None
    assert [at.station_id for at in house.mirror.info.stations] == ["S1", "S2", "S3"]


def test_what_happens_at_the_desk_is_told(house: House) -> None:
    alone(house).press(1)
    house.wait(1000)
    house.press(1)
    assert [call.presses for call in house.mirror.calls.values()] == [2]
    house.press(1, "reset")
    assert house.seen == {}
    assert [payload for topic, payload in house.kept.items() if "/call/" in topic] == [b""]


def test_a_console_acknowledges_and_clears(house: House) -> None:
    alone(house).press(1)
    (call_id,) = house.mirror.calls
    house.commands("acknowledge", call_id)
    assert house.seen == {"S1": "acknowledged"}
    assert house.mirror.calls[call_id].acknowledged_by == "Ana"
    assert house.desk.front.tone_hz == 0
    house.commands("acknowledge", call_id)  # the same one again
    house.commands("acknowledge", call_id, "c2")
    house.commands("clear", call_id, "c3")
    house.commands("history", call_id, "c4")
    assert [reply.ok for reply in house.replies] == [True, True, False, True, False]
    assert "Ana" in house.replies[2].reason
    assert house.seen == {}


def test_a_console_that_comes_late_reads_it_all(house: House) -> None:
    alone(house).press(2)
    house.press(3, "emergency")
    house.mirror = WardMirror(WARD, "console-desk")
    house.settle()
    assert not house.mirror.is_stale
    assert house.seen == {"S2": "placed", "S3": "placed"}


def test_nobody_is_spoken_for_before_anybody_listens_or_while_a_gateway_speaks(house: House) -> None:
    house.wait(60_000)
    assert not house.face.is_standing_in  # nobody has said the time, so nobody is there
    house.wait(30_000, CONSOLE, GATEWAY)
    assert not house.face.is_standing_in


def test_what_is_missing_is_called_by_its_name() -> None:
    house = House()
    alone(house)
    assert house.desk.front.lines[0] == "No gateway"
    house.face.lost()
    house.wait(100)
    assert house.desk.front.lines[0] == "No broker"
    content = alone(House(has_gateway=False))
    assert content.desk.front.lines[0] == "Everything Good!"
    content.face.lost()
    content.wait(100)
    assert content.desk.front.lines[0] == "No broker"


def test_a_ward_that_needs_no_gateway_tells_one_all_the_same() -> None:
    house = alone(House(has_gateway=False))
    house.press(1)
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    assert [call.station_id for call in gateway.board.open_calls()] == ["S1"]


def test_what_was_done_to_calls_before_the_gateway_came_is_told_with_them(house: House) -> None:
    alone(house).press(1)
    house.press(2)
    for number, verb in ((1, "acknowledge"), (2, "clear")):
        key = (f"S{number}", NORMAL, "")
        house.desk.table.stations[f"S{number}"].clear_at = ("bed", "console")
        house.desk.board.find(*key).clear_at = ("bed", "console")  # type: ignore[union-attr]
        assert house.desk.calls.command(verb, key, "hall", house.now_ms) == ""
    house.wait(60_000, CONSOLE)
    gateway = Gateway(house)
    gateway.clear_at = ("bed", "receiver")
    house.wait(15_000, CONSOLE, GATEWAY)
    assert {call.station_id: call.status for call in gateway.board.open_calls()} == {"S1": "acknowledged"}
    assert {call.station_id: call.status for call in house.desk.board.open_calls()} == {"S1": "acknowledged"}


def test_what_is_done_to_a_call_that_is_over_holds_nothing_up(house: House) -> None:
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    house.press(1)
    house.wait(500, CONSOLE, GATEWAY)
    (call,) = gateway.board.open_calls()
    ended = gateway.board.receive(Verb("clear", call.call_id, "Ana", "bed"), gateway.unix_ms)
    house.desk.calls.command("acknowledge", ("S1", NORMAL, ""), "hall", house.now_ms)
    gateway.say(ended)  # it was over before the gateway could hear of the key
    house.settle()
    house.press(2)
    house.wait(1000, CONSOLE, GATEWAY)
    assert [call.station_id for call in gateway.board.open_calls()] == ["S2"]
    assert [call.station_id for call in house.desk.board.open_calls()] == ["S2"]


def test_a_gateway_that_was_deaf_for_minutes_is_believed_at_once(house: House) -> None:
    gateway = Gateway(house)
    gateway.is_deaf = True
    house.wait(600_000, CONSOLE, GATEWAY)
    gateway.is_deaf = False
    house.press(1)
    house.wait(45_000, CONSOLE, GATEWAY)
    assert house.face.ear.unacknowledged == 0
    for call in gateway.board.open_calls():
        gateway.say(gateway.board.receive(Verb("clear", call.call_id, "Ana", "bed"), gateway.unix_ms))
    house.wait(1000, CONSOLE, GATEWAY)
    assert house.desk.board.open_calls() == []


def test_a_late_word_of_a_dead_gateway_brings_nobody_back(house: House) -> None:
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    house.gateway = None
    house.wait(20_000, CONSOLE)
    assert house.face.is_standing_in
    gateway.snapshot()
    house.settle()
    assert not house.desk.host.is_up


@pytest.mark.parametrize("epoch", ["00000006", "00000008"])
def test_one_only_of_two_receivers_stands_in(house: House, epoch: str) -> None:
    other = Health(part="gateway", name=WARD, state="degraded", at_ms=0, epoch=epoch, faults=["stand_in"])
    alone(house).press(1)
    house.wait(12_000, CONSOLE, other)
    assert house.face.is_standing_in == (epoch > "00000007")
    house.press(2)
    house.wait(1000)
    assert not house.desk.host.is_up
    assert {"S1", "S2"} <= {call.station_id for call in house.desk.board.open_calls()}
    if not house.face.is_standing_in:
        house.wait(10_000, CONSOLE, other)
        assert house.desk.host.trouble == "Consoles hear another receiver"
        house.wait(20_000, CONSOLE)  # and it is gone
    assert house.face.is_standing_in
    assert house.seen == {"S1": "placed", "S2": "placed"}


def test_beside_another_that_stands_in_nobody_begins(house: House) -> None:
    other = Health(part="gateway", name=WARD, state="degraded", at_ms=0, epoch="00000008", faults=["stand_in"])
    house.wait(20_000, CONSOLE, other)
    assert not house.face.is_standing_in
    assert house.desk.front.lines == ("Consoles hear", "another receiver")


def test_a_kept_word_of_a_gateway_that_died_unheard_is_no_gateway(house: House) -> None:
    house.says(GATEWAY, is_kept=True)
    house.wait(13_000, CONSOLE)
    assert house.face.is_standing_in


def test_the_ward_is_handed_over_with_all_that_is_open(house: House) -> None:
    alone(house).press(1)
    house.press(2)
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    assert not house.face.is_standing_in
    assert all(payload == b"" for topic, payload in house.kept.items() if "/call/" in topic)
    assert {call.station_id for call in gateway.board.open_calls()} == {"S1", "S2"}
    heard = {hearing.seq: hearing for hearing in gateway.hearings}
    assert [heard[seq].at_ms - UNIX_MS < 20_000 for seq in sorted(heard)] == [True, True]
    assert house.desk.host.is_up
    assert len(house.desk.board.open_calls()) == 2
    house.press(3)
    assert {call.station_id for call in gateway.board.open_calls()} == {"S1", "S2", "S3"}


def test_what_the_gateway_says_is_shown_and_what_the_desk_does_is_told(house: House) -> None:
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    house.press(1)
    house.press(2)
    house.wait(500, GATEWAY)
    for call in gateway.board.open_calls()[:1]:
        gateway.say(gateway.board.receive(Verb("clear", call.call_id, "Ana", "bed"), gateway.unix_ms))
    house.settle()
    assert [call.station_id for call in house.desk.board.open_calls()] == ["S2"]
    assert house.desk.calls.command("acknowledge", ("S2", NORMAL, ""), "hall", house.now_ms) == ""
    house.settle()
    assert [call.status for call in gateway.board.open_calls()] == ["acknowledged"]
    assert [command.call_id for command in gateway.commands] == ["g-2"]


def test_what_the_gateway_did_not_take_is_told_again(house: House) -> None:
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    gateway.is_deaf = True
    house.press(1)
    house.wait(2000, CONSOLE, GATEWAY)
    assert gateway.board.open_calls() == []
    assert [call.station_id for call in house.desk.board.open_calls()] == ["S1"]  # it rings on
    gateway.is_deaf = False
    house.wait(8000, CONSOLE, GATEWAY)
    assert [call.station_id for call in gateway.board.open_calls()] == ["S1"]
    assert house.face.ear.unacknowledged == 0


def test_a_gateway_that_dies_is_stood_in_for_with_its_calls(house: House) -> None:
    Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    house.press(1)
    house.wait(2000, CONSOLE, GATEWAY)
    house.gateway = None
    house.wait(20_000, CONSOLE)
    assert house.face.is_standing_in
    assert house.seen == {"S1": "placed"}
    assert house.mirror.health["gateway", WARD].epoch == "00000007"


def test_a_broker_that_was_lost_is_told_everything_anew(house: House) -> None:
    alone(house).press(1)
    house.face.lost()
    house.settle()
    house.mirror = WardMirror(WARD, "console-desk")
    house.face.connected(house.now_ms)
    house.wait(13_000, CONSOLE)
    assert house.seen == {"S1": "placed"}


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b'{"v":1}', b'{"v":2}', b'{"v":1,"epoch":3,"seq":"x","call":[]}', b"\xff"]
)
def test_what_is_not_as_the_spec_has_it_is_counted_and_left(house: House, payload: bytes) -> None:
    alone(house)
    for topic in [*house.face.subscriptions, topics.health(WARD, "gateway-east"), topics.snapshot(WARD, "radio-hall")]:
        house.face.receive(topic, payload, house.now_ms)
    house.press(1)
    assert house.seen == {"S1": "placed"}
    assert (house.face.n_refused > 0) == (payload not in (b"", b'{"v":2}'))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("placed"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
CALL = CallState.of(WARD, Call("g-9", "S1", "201", "1", NORMAL, UNIX_MS))


@given(
    junk=st.lists(
        st.tuples(
            st.sampled_from(["event", "snapshot", "health", "snapshot_request", "command"]),
            st.dictionaries(st.sampled_from([*json.loads(encode(CALL)), "seq", "epoch", "calls", "call"]), json_values),
            st.dictionaries(st.sampled_from([*json.loads(encode(CALL))]), json_values),
        ),
        max_size=6,
    ),
    has_gateway=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_whatever_comes_over_the_bus_calls_are_shown_and_told(
    junk: list[tuple[str, dict[str, object], dict[str, object]]], *, has_gateway: bool
) -> None:
    house = House()
    gateway = Gateway(house) if has_gateway else None
    house.wait(13_000, CONSOLE, *([GATEWAY] if gateway else []))
    for channel, fields, call_fields in junk:
        call = json.loads(encode(CALL)) | call_fields
        good = {"v": 1, "epoch": GATEWAY.epoch, "seq": 1, "at_ms": UNIX_MS, "call": call, "calls": [call]}
        good |= {"command_id": "x", "verb": "acknowledge", "by": "Ana", "reply_to": "console-x", "state": "online"}
        topic = {
            "event": topics.event(WARD),
            "snapshot": topics.snapshot(WARD, "radio-hall"),
            "health": topics.health(WARD, "somebody"),
            "snapshot_request": topics.snapshot_request(WARD),
            "command": topics.command(WARD),
        }[channel]
        house.face.receive(topic, json.dumps(good | fields).encode(), house.now_ms)
        house.settle()
    house.desk.receive_keys(ack=True, browse=False, mute=False, now_ms=house.now_ms)
    house.wait(3_200, CONSOLE, *([GATEWAY] if gateway else []))
    house.press(2)
    assert "S2" in {call.station_id for call in house.desk.board.open_calls()}
    assert max(len(line) for line in house.desk.front.lines) <= 16


def test_a_command_that_is_none_does_nothing_and_a_time_that_is_none_is_not_believed(house: House) -> None:
    for at_ms in (10**30, -5, 0):
        house.face.receive(
            topics.health(WARD, "ear-x"), json.dumps({"v": 1, "at_ms": at_ms, "state": "online"}).encode(), 0
        )
    alone(house).press(1)
    (call_id,) = house.mirror.calls
    assert abs(house.mirror.calls[call_id].placed_at_ms - UNIX_MS - house.now_ms) < 2000
    good = {"v": 1, "command_id": "c1", "verb": "acknowledge", "by": "Ana", "reply_to": "console-x", "call_id": call_id}
    for bad in (
        {"reply_to": "a/b"},
        {"by": "A" * 65},
        {"by": ["Ana"]},
        {"by": "A\n"},
        {"by": ""},
        {"command_id": "c" * 65},
    ):
        house.face.receive(topics.command(WARD), json.dumps(good | bad).encode(), house.now_ms)
    house.settle()
    assert house.seen == {"S1": "placed"}
    assert house.face.n_refused == 6


def test_payloads_deeper_than_anybody_counts_are_left(house: House) -> None:
    alone(house)
    house.face.receive(topics.event(WARD), b'{"v":1,"epoch":' + b"[" * 100_000, house.now_ms)
    house.press(1)
    assert house.seen == {"S1": "placed"}


@pytest.mark.parametrize("name", ["", "Hall", "a/b", "x" * 41, "a+"])
def test_a_name_that_is_no_level_of_a_topic_is_refused(name: str) -> None:
    with pytest.raises(EncodeError):
        BusFace(WARD, name, 7)
