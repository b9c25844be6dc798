"""Both apps on virtual boards after days and years of uptime, in times since those instants.

Arguments: folders of protocol, tests, firmware, simulator; the instants, ms since start, joined by commas. What a step takes
of MicroPython's heap is said on stderr.
"""

import gc
import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

for folder in sys.argv[1:-1]:
    sys.path.insert(0, folder)

# From the deepest up: compiling one in another's import takes more stack than some interpreters allow.
for name in ("protocol.calls.escalation", "firmware.receiver.table", "firmware.receiver.desk"):
    __import__("wardbell_" + name)

from wardbell_firmware.bedside.app import BedsideApp  # noqa: E402
from wardbell_firmware.receiver.app import ReceiverApp  # noqa: E402
from wardbell_protocol.air.codeword import CodeWord  # noqa: E402
from wardbell_protocol.air.frame import Frame, frame_durations, open_frame, seal  # noqa: E402
from wardbell_protocol.air.frame_slicer import FrameSlicer  # noqa: E402
from wardbell_protocol.air.portion import Portion  # noqa: E402
from wardbell_protocol.air.waveform import burst, signed  # noqa: E402
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, HEARTBEAT, NORMAL, RESET, TEST  # noqa: E402
from wardbell_protocol.link.peer import LinkMessage, LinkPeer  # noqa: E402
from wardbell_simulator.board_side.boards import VirtualBedside, VirtualReceiver  # noqa: E402

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
DAY_MS = 1440 * MINUTE_MS

KEY = bytes(range(16))
NODE = 4660
ADDRESS = "0F1F0F1F"
RERAISE_S = [30, 60]
PLACES = ["bed", "receiver", "console"]
STATIONS: "list[dict[str, object]]" = [
    {"station_id": "s1", "room": "203", "bed": "2", "address": ADDRESS, "codes": {}, "clear_at": PLACES},
    {"station_id": "s2", "room": "204", "bed": "1", "address": "", "codes": {}, "clear_at": PLACES},
]
STATIONS[1].update({"node_id": NODE, "key": KEY.hex()})


class Story:
    """An app that was started, stepped once and then left alone until that instant; what it does then."""

    def __init__(
        self, board: "VirtualBedside | VirtualReceiver", app: "BedsideApp | ReceiverApp", begin_ms: int
    ) -> None:
        self.board = board
        self.app = app
        self.begin_ms = begin_ms
        self.is_told = False
        self.due_ms = self.app.step(0)
        self.wake({"t": 1000 * begin_ms})
        self.wait(10 * SECOND_MS)
        self.is_told = True

    @property
    def now_ms(self) -> int:
        return self.board.clock.now_us // 1000

    def wait(self, ms: int) -> None:
        """Go from deadline to deadline."""
        end_ms = self.now_ms + ms
        while self.due_ms is not None and self.due_ms <= end_ms:
            self.wake({"t": 1000 * max(self.due_ms, self.now_ms)})
        self.wake({"t": 1000 * end_ms})

    def wake(self, message: "dict[str, Any]") -> None:
        """Take the time and what has changed, and do what is due."""
        self.board.wake(message)
        self.due_ms = self.app.step(self.now_ms)
        for part, _, value in self.board.answer(None)["out"]:
            self.heed(part, value)

    def heed(self, part: str, value: object) -> None:
        """Say what was done."""
        if part not in ("lcd", "file") and self.is_told:
            print(self.now_ms - self.begin_ms, part, value)

    def key(self, name: str, ms: int) -> None:
        """A key goes down for so long."""
        for is_down in (1, 0):
            self.wake({"t": 1000 * self.now_ms, "keys": [[name, is_down]]})
            self.wait(ms if is_down else 50)


class NodeStory(Story):
    """A node with a key; nobody answers, whether it can hear or not."""

    def __init__(self, begin_ms: int, has_ear: int) -> None:
        signals = {"call": "normal", "reset": "reset", "presence": "presence", "cord": "bathroom"}
        settings = {"node_id": NODE, "key": KEY.hex(), "signals": signals}
        self.sent: set[tuple[int, int]] = set()  # counter and event
        start = {"keys": list(signals), "settings": settings, "files": {}, "mv": 2_900, "ear": has_ear}
        board = VirtualBedside(start)
        super().__init__(board, BedsideApp(board), begin_ms)

    def heed(self, part: str, value: object) -> None:
        """What it sends is a frame."""
        if part == "air":
            assert isinstance(value, list)
            frame = open_frame(FrameSlicer().receive(Portion.of(signed(value)))[0].raw, KEY)
            assert frame is not None
            value = frame.counter, frame.event
            self.sent.add(value)
        super().heed(part, value)

    def tell_call(self) -> None:
        """A call that is said again and again, until it is taken back."""
        self.wait(5 * SECOND_MS)
        self.key("call", 200)
        self.wait(150 * SECOND_MS)  # over the instant
        self.key("reset", 200)
        self.wait(30 * SECOND_MS)

    def tell_staff(self) -> None:
        """Staff who stay and leave without a word, a cord that stays pulled for two minutes."""
        self.key("presence", 200)
        self.wait(16 * MINUTE_MS)
        self.wake({"t": 1000 * self.now_ms, "keys": [["cord", 1]]})
        self.wait(2 * MINUTE_MS)
        self.wake({"t": 1000 * self.now_ms, "keys": [["cord", 0]]})
        self.wait(2 * MINUTE_MS)

    def count_day(self) -> "tuple[int, int]":
        """Heartbeats and tests of a further day."""
        self.is_told = False
        self.sent = set()
        self.wait(DAY_MS)
        events = [event for _, event in self.sent]
        return events.count(int(DATA_BY_SIGNAL[HEARTBEAT], 2)), events.count(int(DATA_BY_SIGNAL[TEST], 2))


class DeskStory(Story):
    """A receiver with a transmitter, first without its host."""

    def __init__(self, begin_ms: int) -> None:
        kept = {"stations.json": json.dumps(STATIONS), "reraise.json": json.dumps({NORMAL: RERAISE_S})}
        files = {name: kept[name].encode().hex() for name in kept}
        board = VirtualReceiver({"files": files, "epoch": 77, "settings": {"name": "w1"}, "transmitter": 1})
        self.host: LinkPeer | None = None
        super().__init__(board, ReceiverApp(board), begin_ms)
        self.heard_us = 1000 * self.now_ms

    def heed(self, part: str, value: object) -> None:
        """What it says over the line goes to the host."""
        if part != "line":
            super().heed(part, value)
        elif self.host is not None:
            assert isinstance(value, str)
            for event in self.host.receive(bytes.fromhex(value), self.now_ms):
                if isinstance(event, LinkMessage):
                    self.host.accept(event)
                    super().heed("told", self.dated(event.message))

    def dated(self, message: "dict[str, object]") -> "list[tuple[str, object]]":
        """A message with its times since the story's begin; what is told of rejects is in no order."""
        told = []
        for name in sorted(message):
            value = message[name]
            if name in ("at", "end") and isinstance(value, int):
                value -= self.begin_ms
            told.append((name, sorted(value.items()) if isinstance(value, dict) else value))
        return told

    def sound(self, durations: "list[int]") -> None:
        """They end now; the space behind them goes on."""
        self.wait(sum(durations) // 1000 + 1)
        pulses = signed(durations)
        silence_us = 1000 * self.now_ms - self.heard_us - sum(durations)
        self.heard_us = 1000 * self.now_ms
        self.wake({"t": self.heard_us, "air": [[-silence_us] + pulses, self.heard_us]})  # noqa: RUF005
        self.wait(60)
        self.note()

    def note(self) -> None:
        """What the display shows."""
        assert isinstance(self.app, ReceiverApp)
        self.heed("lines", self.app.desk.front.lines)

    def words(self, signal: str = NORMAL) -> None:
        """A press of the bed without a key."""
        self.sound(burst(CodeWord.from_parts(ADDRESS, DATA_BY_SIGNAL[signal]), 25, 4)[:-1])

    def frame(self, counter: int) -> None:
        """A frame of the bed with a key: a call."""
        self.sound(frame_durations(seal(Frame(NODE, counter, 1, 12), KEY)))

    def talk(self, ms: int) -> None:
        """The host is there for so long."""
        if self.host is None:
            self.host = LinkPeer("host", 5)
            self.host.send({"t": "health", "ok": True, "text": ""}, self.now_ms)
        for _ in range(ms // 500):
            self.host.poll(self.now_ms)
            self.wake({"t": 1000 * self.now_ms, "line": self.host.take_output().hex()})
            self.wait(500)

    def tell(self) -> None:
        """A call is muted, answered and rings again; an open one is pressed again; frames, a host that comes and goes."""
        self.wait(5 * SECOND_MS)
        self.words()
        self.words()  # the same press: 400 ms of silence end one
        self.wait(450)
        self.words()
        self.key("mute", 100)
        self.wait(118 * SECOND_MS)  # over the instant
        self.note()
        self.wait(4 * SECOND_MS)
        self.note()  # it rings again
        self.key("ack", 100)
        self.note()
        self.wait(RERAISE_S[0] * SECOND_MS)
        self.note()  # and again
        self.words(RESET)
        for counter in (5, 5, 6, 4):
            self.frame(counter)
        self.talk(5 * SECOND_MS)
        self.note()
        self.wait(MINUTE_MS + 6 * SECOND_MS)
        self.note()  # host lost
        self.wake({"t": 1000 * self.now_ms, "mains": 0})
        self.wait(3 * SECOND_MS)
        self.sound([10, 10])  # somebody sends, and does not end
        self.wait(10 * SECOND_MS)
        self.note()


def bytes_a_step(story: DeskStory) -> int:
    """Of heap that a step in silence takes, before it is collected."""
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()  # type: ignore[attr-defined]
    for _ in range(200):
        story.board.clock.now_us += 1000
        story.app.step(story.now_ms)
    taken = gc.mem_alloc() - before  # type: ignore[attr-defined]
    gc.enable()
    return int(taken) // 200


def main() -> None:
    """Tell all stories at each instant."""
    begin_ms = 0
    for instant in sys.argv[-1].split(","):
        begin_ms = int(instant)
        print("instant")
        NodeStory(begin_ms, 1).tell_call()
        NodeStory(begin_ms, 0).tell_staff()
        desk = DeskStory(begin_ms)
        desk.tell()
        if hasattr(gc, "mem_alloc"):
            sys.stderr.write(f"{begin_ms}: {bytes_a_step(desk)} bytes a step\n")
    print("day", NodeStory(begin_ms, 0).count_day())


main()
