"""A receiver's desk and a bed node on the bench: virtual time that jumps from deadline to deadline, no board.

Runs on CPython and MicroPython alike, so that tests/unit and tests/interpreters play the same scripts.
"""

import json

from wardbell_firmware.receiver.desk import ReceiverDesk
from wardbell_firmware.receiver.table import STATIONS_FILE
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.waveform import burst
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL
from wardbell_protocol.link.peer import LinkMessage, LinkPeer

KEYS = ("ack", "browse", "mute")
ALPHA_US = 25  # T = 100 us: a burst of 4 words takes 51 ms
MOST_STEPS_AT_ONCE = 20


def address(number: int) -> str:
    """The address of the bench's `number`-th bed."""
    trits = ""
    for _ in range(8):
        trits += "0F1"[number % 3]
        number //= 3
    return trits


def station(number: int, **fields: object) -> "dict[str, object]":
    """The link message of that bed, `S1` in room 201."""
    message: dict[str, object] = {"t": "station", "id": f"S{number}", "room": str(200 + number), "bed": "1"}
    message.update({"address": address(number), "codes": {}, "clear_at": ["bed", "receiver", "console"]})
    message.update(fields)
    return message


def key_of(number: int) -> bytes:
    """The key of the bench's `number`-th bed, where its node has one."""
    return bytes([number]) * 16


def keyed(number: int, **fields: object) -> "dict[str, object]":
    """The link message of that bed with a key; its node's id is its number."""
    message = station(number, node_id=number, key=key_of(number).hex())
    message.update(fields)
    return message


def sealed(number: int, counter: int, signal: str = "normal", key: bytes = b"") -> bytes:
    """A frame of that bed's node, or of somebody who has another key."""
    return seal(Frame(number, counter, int(DATA_BY_SIGNAL[signal], 2), 12), key or key_of(number))


def call(number: int, kind: str = "normal", **fields: object) -> "dict[str, object]":
    """The link message of a call at that bed."""
    message: dict[str, object] = {"t": "call", "station": f"S{number}", "room": str(200 + number), "bed": "1"}
    message.update({"kind": kind, "detail": "", "status": "placed", "age": 0, "since": 0, "presses": 1, "by": ""})
    message.update({"clear_at": ["bed", "receiver", "console"], "seen": 0})
    message.update(fields)
    return message


class DeskBench:
    """A desk with `n_beds` stations; `host` is the far end of its line, silent until `plug_in`."""

    def __init__(
        self,
        n_beds: int = 4,
        has_host: bool = True,
        epoch: int = 7,
        files: "dict[str, bytes] | None" = None,
        keys_down: "set[str] | None" = None,
    ) -> None:
        self.now_ms = 0
        self.desk = ReceiverDesk("ward", epoch, has_host)
        self.files = dict(files or {})
        self.n_writes = 0
        self.host = LinkPeer("host", 99)
        self.is_plugged = False
        self.keys_down: set[str] = keys_down or set()
        self.is_mains_on = True
        self.is_display_lost = False
        self.heard_until_us = 0
        self.told: list[dict[str, object]] = []  # messages that the host made safe
        self.lines_seen: list[tuple[str, str]] = []
        self.tones_heard: list[int] = []
        for name in self.files:
            self.desk.load(name, self.files[name], 0)
        if not self.files:
            self.enrol(*[station(number) for number in range(1, n_beds + 1)])
        self.settle()

    def enrol(self, *stations: "dict[str, object]") -> None:
        """This table is in the receiver's store."""
        rows = [dict(row) for row in stations]
        for row in rows:
            row["station_id"] = row.pop("id")
        self.files[STATIONS_FILE] = json.dumps(rows).encode()
        self.desk.load(STATIONS_FILE, self.files[STATIONS_FILE], 0)

    @property
    def lines(self) -> "tuple[str, str]":
        """What the display shows."""
        return self.desk.front.lines

    @property
    def tone_hz(self) -> int:
        """What it sounds."""
        return self.desk.front.tone_hz

    def settle(self) -> None:
        """Let the desk and, over the line, the host do what is due now."""
        ack, browse, mute = [name in self.keys_down for name in KEYS]
        self.desk.receive_keys(ack, browse, mute, self.now_ms)
        self.desk.receive_mains(self.is_mains_on, self.now_ms)
        self.desk.receive_display(self.is_display_lost, self.now_ms)
        self.desk.poll(self.now_ms)
        for name, data in self.desk.take_unsaved().items():
            self.files[name] = data
            self.n_writes += 1
        for _ in range(MOST_STEPS_AT_ONCE):
            output = self.desk.take_output()
            if self.is_plugged:
                self._host_takes(output)
                self.desk.receive_line(self.host.take_output(), self.now_ms)
                self.desk.poll(self.now_ms)
        if not self.lines_seen or self.lines_seen[-1] != self.lines:
            self.lines_seen.append(self.lines)
        if not self.tones_heard or self.tones_heard[-1] != self.tone_hz:
            self.tones_heard.append(self.tone_hz)

    def wait(self, ms: int) -> None:
        """Let time pass, from deadline to deadline; a desk that wants to be woken for ever at once is an error."""
        end_ms = self.now_ms + ms
        n_steps_at_once = 0
        while True:
            times = [t for t in (self.desk.next_deadline_ms(), self._host_deadline_ms(), end_ms) if t is not None]
            next_ms = min(times)
            n_steps_at_once = n_steps_at_once + 1 if next_ms <= self.now_ms else 0
            assert n_steps_at_once < MOST_STEPS_AT_ONCE, f"the desk spins at {self.now_ms} ms"
            self.now_ms = max(self.now_ms, next_ms)
            self.settle()
            if next_ms >= end_ms:
                return

    def press(self, number: int, signal: str = "normal", n_words: int = 4) -> None:
        """A bed's burst goes over the air and is heard when it has ended."""
        self.send(CodeWord.from_parts(address(number), DATA_BY_SIGNAL[signal]), n_words)

    def send(self, word: CodeWord, n_words: int = 4) -> None:
        """The same for any word."""
        self.send_durations(burst(word, ALPHA_US, n_words))

    def send_frame(self, raw: bytes, n_copies: int = 1) -> None:
        """A frame goes over the air that often, 300 ms from one to the next."""
        for at in range(n_copies):
            self.wait(300 if at else 0)
            self.send_durations(frame_durations(raw) + [1000])  # noqa: RUF005 (MicroPython)

    def send_durations(self, durations: "list[int]") -> None:
        """The same for carrier on, off, …, a space last."""
        start_us = self.now_ms * 1000 + 10_000
        self.wait(10 + sum(durations) // 1000 + 1)
        pulses = [self.heard_until_us - start_us]
        pulses += [us if at % 2 == 0 else -us for at, us in enumerate(durations[:-1])]  # the last space goes on
        self.heard_until_us = start_us + sum(durations[:-1])
        self.desk.receive_air(Portion.of(pulses, self.heard_until_us), self.now_ms)
        self.settle()

    def pause(self) -> None:
        """Long enough for the next press of the same code to be another one."""
        self.wait(500)

    def change(self, key: str, is_down: bool) -> None:
        """A key goes down, or up."""
        if is_down:
            self.keys_down.add(key)
        else:
            self.keys_down.discard(key)
        self.settle()

    def hold(self, ms: int, *keys: str) -> None:
        """Keys are held that long and let go; the acknowledge key unless others are named."""
        for name in keys or ("ack",):
            self.change(name, True)
        self.wait(ms)
        for name in keys or ("ack",):
            self.change(name, False)
        self.wait(20)

    def tap(self, key: str = "ack") -> None:
        """A short press of a key."""
        self.hold(100, key)

    def switch_mains(self, is_on: bool) -> None:
        """The mains supply goes, or comes back."""
        self.is_mains_on = is_on
        self.settle()

    def lose_display(self, is_lost: bool) -> None:
        """The display does not take what is written, or takes it again."""
        self.is_display_lost = is_lost
        self.settle()

    def plug_in(self, is_healthy: bool = True) -> None:
        """Connect the host; it says that all is well, or what is not."""
        self.is_plugged = True
        self.wait(1500)
        self.say({"t": "health", "ok": is_healthy, "text": "" if is_healthy else "Broker is gone"})

    def restart_host(self) -> None:
        """The host begins another life."""
        self.host = LinkPeer("host", self.host.epoch + 1)

    def unplug(self) -> None:
        """Take the cable out."""
        self.is_plugged = False

    def say(self, *messages: "dict[str, object]") -> None:
        """The host says something."""
        for message in messages:
            self.host.send(message, self.now_ms)
        self.settle()

    def told_of(self, kind: str) -> "list[dict[str, object]]":
        """Messages of one kind that the host has."""
        return [message for message in self.told if message["t"] == kind]

    def _host_deadline_ms(self) -> "int | None":
        return self.host.next_deadline_ms() if self.is_plugged else None

    def _host_takes(self, data: bytes) -> None:
        events = list(self.host.receive(data, self.now_ms))
        events.extend(self.host.poll(self.now_ms))
        for event in events:
            if isinstance(event, LinkMessage):
                self.told.append(event.message)
                self.host.accept(event)
