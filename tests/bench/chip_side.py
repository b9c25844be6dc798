"""The half of bench_chip.py that runs on the chip: what hearing costs there. Prints a JSON object for each answer.

An air file holds portions as a board's radio would hand them over: `<HI` number of durations and end in µs, then `<i` each, as a
portion has them.
Time is taken around the code in question alone, with the collector off; what that leaves on the heap is counted.
"""

import gc
import io
import json
import struct
import sys
import time

import micropython

from wardbell_protocol.air.portion import Portion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Protocol

    Receive = Callable[["Portion"], object]

    class Listener(Protocol):
        """What most machines of the air look like."""

        def receive(self, portion: "Portion") -> "Sequence[object]":
            """Take durations."""

        def poll(self, now_us: int) -> "Sequence[object]":
            """Let time pass."""


KEY = bytes(range(16))
PORTION = 1024  # durations
NOTHING = Portion(0)
COLLECT_EVERY = 2  # portions
COUNT_EVERY = 8  # portions; to count the heap takes the chip 12 ms
N_LOCKED = 40  # portions heard without heap


def say(name: str, figures: "dict[str, object]") -> None:
    """One answer."""
    figures["name"] = name
    print(json.dumps(figures))


def free() -> int:
    """Bytes of heap."""
    return gc.mem_free()  # type: ignore[attr-defined, no-any-return]


def now_us() -> int:
    """The chip's timer."""
    return time.ticks_us()  # type: ignore[attr-defined, no-any-return]


def free_after_collecting() -> int:
    """Bytes of heap with nothing to collect on it."""
    gc.collect()
    gc.collect()
    return free()


def portions(name: str) -> "Iterator[Portion]":
    """Portion after portion, in one buffer."""
    portion = Portion(PORTION)
    buffer = memoryview(portion.durations)
    with open(name, "rb") as file:
        while True:
            head = file.read(6)
            if not head:
                return
            portion.n, portion.end_us = struct.unpack("<HI", head)
            file.readinto(buffer[: portion.n])
            yield portion


class Cost:
    """Time that a piece of code takes, of many runs, and what some of them take from the heap."""

    def __init__(self) -> None:
        self.n = self.total_us = self.worst_us = 0
        self.n_counted = self.counted_bytes = self.worst_bytes = 0

    def run(self, code: "Receive", portion: "Portion") -> object:
        """Run it once more."""
        if self.n % COLLECT_EVERY == 0:
            gc.collect()
        is_counted = self.n % COUNT_EVERY == 0
        before = free() if is_counted else 0
        start_us = now_us()
        result = code(portion)
        spent_us = now_us() - start_us
        if is_counted:
            spent = before - free()
            self.n_counted += 1
            self.counted_bytes += spent
            self.worst_bytes = max(self.worst_bytes, spent)
        self.n += 1
        self.total_us += spent_us
        self.worst_us = max(self.worst_us, spent_us)
        return result

    def figures(self) -> "dict[str, object]":
        """As they are said."""
        return {
            "n": self.n,
            "us": self.total_us,
            "worst_us": self.worst_us,
            "bytes_each": self.counted_bytes / self.n_counted,
            "worst_bytes": self.worst_bytes,
        }


def hear(air: str, receive: "Receive") -> None:
    """Give a whole air file to `receive`, and say what that cost."""
    cost = Cost()
    n_durations = 0
    end_us = 0
    events: list[str] = []
    for portion in portions(air):
        n_durations += portion.n
        end_us = portion.end_us
        heard = cost.run(receive, portion)
        if heard:
            events.append(repr(heard))
    figures = cost.figures()
    figures.update({"air_us": end_us, "durations": n_durations, "events": events[:8]})
    say(air, figures)


def without_heap(air: str, receive: "Receive") -> None:
    """How many of the first portions `receive` gets through with the heap locked; it may be out of order afterwards."""
    micropython.alloc_emergency_exception_buf(400)  # else a MemoryError has no traceback
    n = n_done = 0
    needs = ""
    for portion in portions(air):
        n += 1
        micropython.heap_lock()
        try:
            receive(portion)
            n_done += 1
            micropython.heap_unlock()
        except MemoryError as error:
            micropython.heap_unlock()
            needs = needs or _place(error)
        if n == N_LOCKED:
            break
    say("without heap", {"n": n, "done": n_done, "needs": needs})


def _place(error: Exception) -> str:
    text = io.StringIO()
    sys.print_exception(error, text)  # type: ignore[attr-defined]
    return text.getvalue().replace("Traceback (most recent call last):", "").replace("\n ", "")


def nothing() -> None:
    """What the taking of the figures costs, a collection, and the heap as it is now."""
    cost = Cost()
    for _ in range(16):
        cost.run(_do_nothing, NOTHING)
    start_us = now_us()
    gc.collect()
    collect_us = now_us() - start_us
    figures = cost.figures()
    figures.update({"collect_us": collect_us, "free": free()})
    say("nothing", figures)


def _do_nothing(portion: "Portion") -> None:
    pass


def press_receiver() -> "Callable[[], Receive]":
    """Words to presses."""
    from wardbell_protocol.air.presses import PressReceiver

    return lambda: _polled(PressReceiver())


def frame_receiver() -> "Callable[[], Receive]":
    """Frames to presses, with the keys of 64 nodes."""
    from wardbell_protocol.air.frame_receiver import FrameReceiver

    keys = dict.fromkeys(range(1, 65), KEY)
    return lambda: _polled(FrameReceiver(keys))


def receive_path() -> "Callable[[], Receive]":
    """All that a receiver hears with, on one ear: words, frames with the keys of 64 nodes, the air's state, who sends."""
    from wardbell_protocol.air.air_watch import AirWatch
    from wardbell_protocol.air.carrier import CarrierSense
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.frame_receiver import FrameReceiver
    from wardbell_protocol.air.presses import PressReceiver

    keys = dict.fromkeys(range(1, 65), KEY)

    class Path:  # a function that closes over more than four names costs heap with each call
        def __init__(self) -> None:
            ear = self.ear = Ear()
            self.watch, self.sense = AirWatch(None, ear), CarrierSense(ear)
            self.presses, self.frames = PressReceiver(ear), FrameReceiver(keys, ear)

        def receive(self, portion: "Portion") -> object:
            self.ear.receive(portion)
            self.watch.receive(portion)
            self.sense.receive(portion)
            pressed = self.presses.receive(portion)
            framed = self.frames.receive(portion)
            self.watch.poll(portion.end_us, self.presses.n_words + self.frames.n_frames, self.frames.n_read)
            return self.presses.poll(portion.end_us) or self.frames.poll(portion.end_us) or pressed or framed

    return lambda: Path().receive


def receiver_desk() -> "Callable[[], Receive]":
    """The whole desk with the stations of `stations.json`: hearing, and settling what it shows."""
    from wardbell_firmware.receiver.desk import ReceiverDesk

    def make() -> "Receive":
        desk = ReceiverDesk("receiver", 7)
        with open("stations.json", "rb") as file:
            desk.load("stations.json", file.read(), 0)

        def receive(portion: "Portion") -> object:
            now_ms = portion.end_us // 1000
            desk.receive_air(portion, now_ms)
            desk.poll(now_ms)
            return desk.front.lines if desk.board.open_calls() else None

        return receive

    return make


def _polled(receiver: "Listener") -> "Receive":
    def receive(portion: "Portion") -> object:
        events = receiver.receive(portion)
        return receiver.poll(portion.end_us) or events

    return receive


def listen(load: "Callable[[], Callable[[], Receive]]", airs: "list[str]") -> None:
    """What one listener weighs, and what it costs to give it each of these air files."""
    before = free_after_collecting()
    gc.threshold(4096)  # type: ignore[attr-defined]  # so that the code of many modules leaves no holes between them
    make = load()
    loaded = free_after_collecting()
    receive = make()
    made = free_after_collecting()
    gc.threshold(-1)  # type: ignore[attr-defined]
    gc.disable()
    for air in airs:
        hear(air, receive)
    kept = made - free_after_collecting()
    say("memory", {"code": before - loaded, "made": loaded - made, "kept": kept})
    without_heap(airs[0], receive)
    nothing()


def tags(n: int) -> None:
    """The proof of a frame: its tag computed, a whole frame opened, a frame sealed."""
    from wardbell_protocol.air import frame, mac

    sealed = frame.seal(frame.Frame(7, 1, 1, 9), KEY)

    def tag(portion: "Portion") -> None:
        mac.tag(KEY, sealed)

    def open_frame(portion: "Portion") -> None:
        frame.open_frame(sealed, KEY)

    def seal(portion: "Portion") -> None:
        frame.seal(frame.Frame(7, 300, 1, 9), KEY)

    gc.disable()
    for name, code in (("tag", tag), ("open_frame", open_frame), ("seal", seal)):
        cost = Cost()
        for _ in range(n):
            cost.run(code, NOTHING)
        say(name, cost.figures())
    nothing()
