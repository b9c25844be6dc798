"""What a receiver with a transmitter tells its nodes: how the calls of their station stand."""

from wardbell_firmware.receiver.node_answers import NodeAnswers
from wardbell_firmware.receiver.receipts import TOLD_AFTER_MS
from wardbell_protocol.air.frame_press import FramePress
from wardbell_protocol.air.frame_slicer import FrameSlicer
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.receipt import COMING, OVER, RECEIPT_BYTES, RECEIPT_SYNC, RECEIVED, open_receipt
from wardbell_protocol.air.waveform import signed
from wardbell_protocol.calls.board import CallBoard, FaultRaised, Signal, Verb
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.signals import AT_BED, AT_RECEIVER, DATA_BY_SIGNAL, HEARTBEAT
from wardbell_protocol.calls.station import Station, StationTable

NODE = 7
KEY = bytes(range(16))
BED = Station("S1", "203", "1", clear_at=(AT_BED, AT_RECEIVER), node_id=NODE, key=KEY.hex())
TABLE = StationTable([BED])
COUNTERS = range(1, 60)


class Bench:
    """Answers beside a real board; frames come in as the desk hands them over."""

    def __init__(self) -> None:
        self.board = CallBoard("r", default_policies())
        self.answers = NodeAnswers(self.board)
        self.now_ms = 1_000
        self.counter = 0
        self.sent: list[tuple[int, int]] = []  # counter, state

    def hear(self, signal: str) -> None:
        """A press of the bed, heard once."""
        self.counter += 1
        press = FramePress(NODE, self.counter, int(DATA_BY_SIGNAL[signal], 2), 0, 1, 0, 0, 99)
        self.answers.pressed((BED, signal), press, TABLE)
        if signal != HEARTBEAT:
            events = self.board.receive(Signal(BED, signal, True), self.now_ms)
            self.answers.happened(events, self.now_ms)
        self.answers.receive(Portion.of([-400_000], self.now_ms * 1_000), [(NODE, self.counter)], self.now_ms)
        self.send()

    def verb(self, name: str, kind: str = "normal") -> None:
        """Somebody does something to the bed's call, at the receiver."""
        (call,) = [call for call in self.board.calls.values() if call.key[1] == kind]
        self.answers.happened(
            self.board.receive(Verb(name, call.call_id, "somebody", AT_RECEIVER), self.now_ms), self.now_ms
        )
        self.send()

    def send(self) -> None:
        """Let all go out that waits."""
        for _ in range(5_000):
            durations = self.answers.queue.poll(False, self.now_ms)
            if durations:
                (sliced,) = FrameSlicer(RECEIPT_SYNC, RECEIPT_BYTES).receive(Portion.of(signed(durations)))
                self.sent += [
                    (counter, receipt.state)
                    for counter in COUNTERS
                    if (receipt := open_receipt(sliced.raw, KEY, NODE, counter)) is not None
                ]
            self.now_ms += 1

    def take(self) -> list[tuple[int, int]]:
        sent, self.sent = self.sent, []
        return sent


def test_a_press_is_received_and_an_answered_call_is_coming() -> None:
    bench = Bench()
    bench.hear("normal")
    assert bench.take() == [(1, RECEIVED)]
    bench.verb("acknowledge")
    assert bench.take() == [(1, COMING)] * len(TOLD_AFTER_MS)
    bench.hear("normal")  # pressed again: somebody comes already
    assert bench.take() == [(2, COMING)]
    bench.verb("clear")
    assert bench.take() == [(2, OVER)] * len(TOLD_AFTER_MS)


def test_each_kind_of_call_has_its_own_press() -> None:
    bench = Bench()
    bench.hear("normal")
    bench.verb("acknowledge")
    bench.hear("staff_assist")
    assert bench.take()[-1] == (2, RECEIVED)  # the least that is true of both
    bench.verb("clear")
    assert bench.take() == [(1, OVER)] * len(TOLD_AFTER_MS)


def test_a_heartbeat_asks_and_is_told_how_things_stand() -> None:
    bench = Bench()
    bench.hear(HEARTBEAT)
    bench.hear("normal")
    bench.hear(HEARTBEAT)
    assert bench.take() == [(1, OVER), (2, RECEIVED), (3, RECEIVED)]


def test_a_reset_is_answered_once_and_not_told() -> None:
    bench = Bench()
    bench.hear("normal")
    bench.hear("reset")
    assert bench.take() == [(1, RECEIVED), (2, OVER)]


def test_a_call_that_rings_again_is_no_longer_coming() -> None:
    bench = Bench()
    bench.hear("normal")
    bench.verb("acknowledge")
    bench.take()
    due_ms = bench.board.next_deadline_ms()
    assert due_ms is not None
    bench.now_ms = due_ms
    bench.answers.happened(bench.board.poll(bench.now_ms), bench.now_ms)
    bench.send()
    assert bench.take() == [(1, RECEIVED)] * len(TOLD_AFTER_MS)


def test_a_fault_of_a_station_is_no_call_of_its_resident() -> None:
    bench = Bench()
    bench.board.receive(FaultRaised("S1", "silent", BED), bench.now_ms)
    bench.hear(HEARTBEAT)
    assert bench.take() == [(1, OVER)]


def test_whoever_is_not_enrolled_is_not_answered() -> None:
    bench = Bench()
    press = FramePress(NODE, 1, 1, 0, 1, 0, 0, 99)
    bench.answers.pressed(None, press, StationTable([]))
    bench.answers.receive(Portion.of([-400_000], bench.now_ms * 1_000), [(NODE, 1)], bench.now_ms)
    bench.send()
    assert bench.take() == []
