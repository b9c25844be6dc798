"""A day of one app on its virtual board, in the interpreter that runs this; the heap at the end of each hour as a JSON line.

Arguments: import roots joined by `:`, role, hours, stations (a receiver's). Each hour ends with three quiet minutes, so that
hours are alike when their heap is counted. Runs on MicroPython of 32 bits, whose objects are as large as a board's.
"""

import gc
import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

for folder in sys.argv[1].split(":"):
    sys.path.insert(0, folder)

from wardbell_protocol.air.codeword import CodeWord  # noqa: E402
from wardbell_protocol.air.frame import Frame, frame_durations, open_frame, seal  # noqa: E402
from wardbell_protocol.air.frame_slicer import FrameSlicer  # noqa: E402
from wardbell_protocol.air.portion import Portion  # noqa: E402
from wardbell_protocol.air.receipt import RECEIVED, Receipt, receipt_durations, seal_receipt  # noqa: E402
from wardbell_protocol.air.waveform import burst, signed  # noqa: E402
from wardbell_protocol.link.peer import LinkMessage, LinkPeer  # noqa: E402
from wardbell_simulator.board_side.boards import VirtualBedside, VirtualReceiver  # noqa: E402

if sys.argv[2] == "bedside":
    from wardbell_firmware.bedside.app import BedsideApp
else:
    # From the deepest up: compiling one in another's import takes more stack than this interpreter allows.
    for name in (
        "wardbell_protocol.calls.escalation",
        "wardbell_firmware.receiver.table",
        "wardbell_firmware.receiver.desk",
    ):
        __import__(name)
    from wardbell_firmware.receiver.app import ReceiverApp

HOUR_MS = 3_600_000
QUIET_MS = 180_000
HOST_MS = 1_500_000  # of each hour's beginning: no host
NOISE_EACH_MS = 1000
NOISE_US = 50_000  # heard of each second, the rest is silence
T_ALPHA_US = 87.5

NODE_ID = 7
NODE_KEY = bytes(range(16))


class Dice:
    """The same on every machine."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def below(self, limit: int) -> int:
        """Give 0..limit - 1."""
        self._seed = (self._seed * 1103515 + 12345) & 0x3FFFFFF
        return (self._seed >> 6) % limit


def heap_bytes() -> int:
    """Of heap in use, with nothing to collect on it."""
    gc.collect()
    gc.collect()
    return gc.mem_alloc()  # type: ignore[attr-defined, no-any-return]


class NodeDay:
    """A two-way node that is pressed every few minutes; half of its presses are answered."""

    def __init__(self) -> None:
        self.dice = Dice(1)
        signals = {"call": "normal", "reset": "reset", "cord": "bathroom", "presence": "presence"}
        settings = {"node_id": NODE_ID, "key": NODE_KEY.hex(), "signals": signals}
        self.board = VirtualBedside({"keys": list(signals), "settings": settings, "files": {}, "mv": 2900, "ear": 1})
        self.app = BedsideApp(self.board)
        self.now_ms = 0
        self.n_sent = self.n_presses = 0
        self._next_press_ms = 60_000
        self._key = ""

    def run(self, end_ms: int, is_quiet: bool) -> None:
        """Go from deadline to deadline."""
        while self.now_ms < end_ms:
            due_ms = self.app.step(self.now_ms)
            self._take(self.board.answer(None)["out"])
            next_ms = end_ms if due_ms is None else min(due_ms, end_ms)
            if not is_quiet or self._key:
                next_ms = min(next_ms, self._next_press_ms)
            self.now_ms = max(self.now_ms + 1, next_ms)
            self.board.wake({"t": self.now_ms * 1000})
            if self.now_ms >= self._next_press_ms and (not is_quiet or self._key):
                self._press()

    def _press(self) -> None:
        """The contact of one key closes, or opens again."""
        if self._key:
            self.board.keys[self._key].change(False)
            self._key = ""
            self._next_press_ms = self.now_ms + 60_000 + self.dice.below(600_000)
            return
        self._key = ("call", "reset", "cord", "presence", "reset")[self.dice.below(5)]
        self.n_presses += 1
        self.board.keys[self._key].change(True)
        self._next_press_ms = self.now_ms + 30 + self.dice.below(500)

    def _take(self, outputs: "list[list[Any]]") -> None:
        for part, _, durations in outputs:
            if part == "air":
                self.n_sent += 1
                if self.dice.below(2):
                    self._answer(durations)

    def _answer(self, durations: "list[int]") -> None:
        """A receipt for a frame that was just sent."""
        sliced = FrameSlicer().receive(Portion.of(signed(durations)))
        frame = open_frame(sliced[0].raw, NODE_KEY)
        assert frame is not None
        receipt = signed(receipt_durations(seal_receipt(Receipt(NODE_ID, frame.counter, RECEIVED), NODE_KEY)))
        self.now_ms += sum(durations) // 1000 + 60
        self.board.wake({"t": self.now_ms * 1000, "air": [[-50_000] + receipt + [-1_000], self.now_ms * 1000]})  # noqa: RUF005

    def figures(self) -> "dict[str, int]":
        """What it did."""
        return {"presses": self.n_presses, "sent": self.n_sent}


class ReceiverDay:
    """A receiver that hears noise, words and frames, is tapped and held, and has a host for a part of each hour."""

    def __init__(self, n_stations: int) -> None:
        self.dice = Dice(2)
        self.n_stations = n_stations
        self.counters = [1] * n_stations
        table = json.dumps([self._station(number) for number in range(n_stations)]).encode().hex()
        files = {"stations.json": table}
        start = {"files": files, "epoch": 77, "settings": {"name": "soak"}, "transmitter": 1, "mains": 1}
        self.board = VirtualReceiver(start)
        self.app = ReceiverApp(self.board)
        self.now_ms = 0
        self.n_told = self.n_presses = self.n_noise = 0
        self.heard_until_us = 0
        self.host: LinkPeer | None = None
        self.newest = 0
        self._noise_ms = self._press_ms = self._tap_ms = self._forget_ms = 1000
        self._is_down = False

    def _station(self, number: int) -> "dict[str, Any]":
        trits = ""
        place = number + 1
        for _ in range(8):
            trits += "01F"[place % 3]
            place //= 3
        record: dict[str, Any] = {"station_id": f"s{number}", "room": str(200 + number), "bed": "1"}
        record.update({"address": trits, "codes": {}, "clear_at": ["bed", "receiver", "console"]})
        if number % 2:
            record.update({"address": "", "node_id": number, "key": self._key(number).hex()})
        return record

    @staticmethod
    def _key(number: int) -> bytes:
        return bytes([number]) * 16

    def run(self, end_ms: int, is_quiet: bool) -> None:
        """Go from deadline to deadline; the host is there in the later part of each hour."""
        while self.now_ms < end_ms:
            due_ms = self.app.step(self.now_ms)
            self._hear(self.board.answer(None)["out"])
            next_ms = min(end_ms, self._noise_ms, self._tap_ms)
            if due_ms is not None:
                next_ms = min(next_ms, due_ms)
            self.now_ms = max(self.now_ms + 1, next_ms)
            self.board.wake({"t": self.now_ms * 1000})
            self._plug(self.now_ms % HOUR_MS >= HOST_MS)
            self._sound(is_quiet)
            self._touch(is_quiet)

    def _sound(self, is_quiet: bool) -> None:
        """The air since it was last heard: silence, noise, now and then a press amid it."""
        if self.now_ms < self._noise_ms:
            return
        pulses = self._noise()
        if self.now_ms >= self._press_ms and not is_quiet:
            self._press_ms = self.now_ms + 5_000 + self.dice.below(60_000)
            pulses += self._press()
            pulses += self._noise()
        length_us = sum([abs(us) for us in pulses])
        silence_us = self.now_ms * 1000 - length_us - self.heard_until_us
        if silence_us > 0:
            self.heard_until_us = self.now_ms * 1000
            self.board.wake({"t": self.heard_until_us, "air": [[-silence_us] + pulses, self.heard_until_us]})  # noqa: RUF005
        self._noise_ms = self.now_ms + NOISE_EACH_MS

    def _noise(self) -> "list[int]":
        self.n_noise += 1
        pulses: list[int] = []
        left_us = NOISE_US
        while left_us > 0:
            size_us = 40 + self.dice.below(150) + self.dice.below(250)
            pulses.append(size_us if len(pulses) % 2 == 0 else -size_us)
            left_us -= size_us
        return pulses

    def _press(self) -> "list[int]":
        self.n_presses += 1
        number = self.dice.below(self.n_stations)
        event = (1, 2, 4, 8)[self.dice.below(4)]
        if number % 2:
            frame = Frame(number, self.counters[number], event, 12)
            self.counters[number] += 1
            return signed(frame_durations(seal(frame, self._key(number))))
        address = str(self._station(number)["address"])
        return signed(burst(CodeWord.from_parts(address, f"{event:04b}"), T_ALPHA_US, 4))

    def _touch(self, is_quiet: bool) -> None:
        """The acknowledge key goes down for a moment, or long enough to clear."""
        if self.now_ms < self._tap_ms:
            return
        self._is_down = not self._is_down and not is_quiet
        self.board.keys["ack"].change(self._is_down)
        held_ms = 100 + (3_500 if self.dice.below(4) == 0 else 0)
        self._tap_ms = self.now_ms + (held_ms if self._is_down else 10_000 + self.dice.below(60_000))

    def _plug(self, is_there: bool) -> None:
        """The host comes or goes; each coming is another life of it."""
        if is_there and self.host is None:
            self.host = LinkPeer("host", 1 + self.now_ms // 1000)
            self.host.send({"t": "health", "ok": True, "text": ""}, self.now_ms)
        elif not is_there:
            self.host = None
        host = self.host
        if host is None:
            return
        host.poll(self.now_ms)
        if host.is_up and self.now_ms >= self._forget_ms:  # it has made everything up to here safe, and nothing is open
            self._forget_ms = self.now_ms + 120_000
            host.send({"t": "calls", "n": 0, "seen": self.newest}, self.now_ms)
        said = host.take_output()
        if said:
            self.board.wake({"t": self.now_ms * 1000, "line": said.hex()})

    def _hear(self, outputs: "list[list[Any]]") -> None:
        host = self.host
        for part, _, value in outputs:
            if part == "line" and host is not None:
                for event in host.receive(bytes.fromhex(value), self.now_ms):
                    if isinstance(event, LinkMessage):
                        self.newest = event.seq
                        self.n_told += 1
                        host.accept(event)

    def figures(self) -> "dict[str, int]":
        """What it did."""
        return {"presses": self.n_presses, "noise": self.n_noise, "told": self.n_told}


def main(role: str, hours: int, n_stations: int) -> None:
    """Hour after hour."""
    gc.threshold(16384)  # type: ignore[attr-defined]
    code = heap_bytes()
    day: NodeDay | ReceiverDay = NodeDay() if role == "bedside" else ReceiverDay(n_stations)
    day.run(1, True)
    print(json.dumps({"hour": 0, "code": code, "heap": heap_bytes()}))
    for hour in range(1, hours + 1):
        day.run(hour * HOUR_MS - QUIET_MS, False)
        day.run(hour * HOUR_MS, True)
        figures: dict[str, int] = {"hour": hour, "heap": heap_bytes()}
        figures.update(day.figures())
        print(json.dumps(figures))


main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
