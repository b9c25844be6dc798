"""When the receiver answers: after each copy, when the air is free, and several times when a call changes."""

from wardbell_firmware.receiver.receipts import MOST_AHEAD_MS, RECEIPT_MS, SHARE, TOLD_AFTER_MS, ReceiptQueue
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.frame_slicer import FrameSlicer
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.receipt import (
    COMING,
    OVER,
    RECEIPT_BYTES,
    RECEIPT_SYNC,
    RECEIVED,
    STATES,
    open_receipt,
)
from wardbell_protocol.air.waveform import signed

KEYS = {7: bytes(range(16)), 8: bytes(range(16, 32))}


class Bench:
    """A queue and a transmitter that takes as long as what it plays."""

    def __init__(self) -> None:
        self.queue = ReceiptQueue()
        self.queue.use_keys(KEYS)
        self.now_ms = 1_000
        self.busy_until_ms = 0
        self.sent: list[tuple[int, int, int, int]] = []  # ms, node id, counter, state

    def step(self) -> None:
        durations = self.queue.poll(self.now_ms < self.busy_until_ms, self.now_ms)
        if durations:
            assert len(durations) % 2 == 0
            self.busy_until_ms = self.now_ms + sum(durations) // 1_000 + 1
            self.sent.append((self.now_ms, *self.read(durations)))

    def read(self, durations: list[int]) -> tuple[int, int, int]:
        (sliced,) = FrameSlicer(RECEIPT_SYNC, RECEIPT_BYTES).receive(Portion.of(signed(durations)))
        for node_id, key in KEYS.items():
            for counter in range(1, 40):
                receipt = open_receipt(sliced.raw, key, node_id, counter)
                if receipt is not None:
                    return node_id, counter, receipt.state
        raise AssertionError("no receipt of ours")

    def wait(self, ms: int) -> None:
        end_ms = self.now_ms + ms
        self.step()
        while True:
            due_ms = self.queue.next_deadline_ms(self.now_ms)
            if due_ms is None or due_ms > end_ms:
                break
            assert due_ms > self.now_ms
            self.now_ms = due_ms
            self.step()
        self.now_ms = end_ms


def test_an_answer_goes_at_once_and_once() -> None:
    bench = Bench()
    bench.queue.answer(7, 5, RECEIVED, bench.now_ms)
    bench.queue.answer(7, 5, RECEIVED, bench.now_ms)
    bench.wait(5_000)
    assert bench.sent == [(1_000, 7, 5, RECEIVED)]
    assert bench.queue.next_deadline_ms(bench.now_ms) is None


def test_a_node_that_repeats_has_not_heard_and_is_answered_twice() -> None:
    bench = Bench()
    bench.queue.answer(7, 5, RECEIVED, bench.now_ms)
    bench.wait(400)
    bench.queue.answer(7, 5, RECEIVED, bench.now_ms)
    bench.wait(400)
    assert [counter for _, _, counter, _ in bench.sent] == [5, 5, 5]
    bench.queue.answer(7, 6, RECEIVED, bench.now_ms)
    bench.wait(400)
    assert [counter for _, _, counter, _ in bench.sent] == [5, 5, 5, 6]


def test_several_answers_follow_each_other() -> None:
    bench = Bench()
    for node_id in KEYS:
        bench.queue.answer(node_id, 5, RECEIVED, bench.now_ms)
    bench.wait(1_000)
    assert [node_id for _, node_id, _, _ in bench.sent] == [7, 8]
    assert bench.sent[1][0] - bench.sent[0][0] <= RECEIPT_MS + 3


def test_while_a_frame_goes_on_it_waits_for_its_end() -> None:
    bench = Bench()
    pulses = signed(frame_durations(seal(Frame(9, 9, 1), bytes(16))))
    bench.queue.hear(Portion.of([-50_000, *pulses[:60]], bench.now_ms * 1_000))
    bench.queue.answer(7, 5, RECEIVED, bench.now_ms)
    bench.step()
    assert bench.sent == []
    bench.now_ms += 3
    bench.queue.hear(Portion.of(pulses[60:], bench.now_ms * 1_000))
    bench.step()
    assert bench.sent == []
    bench.wait(10)
    assert bench.sent[0][0] <= 1_003 + 3


def test_a_change_is_told_several_times_and_replaces_what_was_to_be_told() -> None:
    bench = Bench()
    bench.queue.tell(7, 5, COMING, bench.now_ms)
    bench.wait(300)
    assert [state for *_, state in bench.sent] == [COMING, COMING]
    bench.queue.tell(7, 5, OVER, bench.now_ms)
    bench.wait(10_000)
    assert [state for *_, state in bench.sent] == [COMING] * 2 + [OVER] * len(TOLD_AFTER_MS)


def test_without_a_key_nobody_is_answered() -> None:
    bench = Bench()
    bench.queue.answer(99, 5, RECEIVED, bench.now_ms)
    bench.wait(5_000)
    assert bench.sent == []
    assert bench.queue.next_deadline_ms(bench.now_ms) is None


def test_a_jammed_air_and_a_crowd_leave_nothing_behind() -> None:
    bench = Bench()
    for counter in range(100):
        bench.queue.tell(7, counter, RECEIVED, bench.now_ms)
    assert bench.queue.n_dropped > 0
    frame = signed(frame_durations(seal(Frame(9, 9, 1), bytes(16))))[:60]
    for _ in range(2_000):
        bench.queue.hear(Portion.of(frame, bench.now_ms * 1_000))
        bench.step()
        bench.now_ms += 3
    assert bench.sent == []
    bench.wait(1_000)
    assert bench.queue.next_deadline_ms(bench.now_ms) is None


def test_however_often_it_is_asked_it_keeps_below_a_tenth_of_an_hour() -> None:
    bench = Bench()
    begin_ms = bench.now_ms
    while bench.now_ms - begin_ms < 200_000:
        bench.queue.answer(7, 1 + bench.now_ms % 30, RECEIVED, bench.now_ms)
        bench.step()
        bench.now_ms += RECEIPT_MS + 1
    first_ms = sum(RECEIPT_MS for at_ms, *_ in bench.sent if at_ms < begin_ms + 50_000)
    rest_ms = len(bench.sent) * RECEIPT_MS - first_ms
    assert first_ms < 36_000
    # After that burst, an eleventh: with 30 s and an eleventh of an hour it is 357 s of 3600.
    assert 10_000 < rest_ms < 150_000 / 10
    assert MOST_AHEAD_MS // SHARE + 3_600_000 // SHARE < 360_000


def test_the_frame_receiver_says_whom_a_receipt_would_serve() -> None:
    receiver = FrameReceiver(KEYS)
    frame = [-50_000, *signed(frame_durations(seal(Frame(7, 5, 1), KEYS[7]))), -5_000]
    length_us = sum(map(abs, frame))
    receiver.receive(Portion.of(frame, length_us))
    assert receiver.answerable == [(7, 5)]
    receiver.receive(Portion.of([-400_000], 400_000 + length_us))
    assert receiver.answerable == []
    for begin_us in (450_000, 3_000_000):  # a copy, and one after the press has been told as ended
        receiver.receive(Portion.of(frame, begin_us + length_us))
        assert receiver.answerable == [(7, 5)]
    receiver.receive(Portion.of(frame, 9_000_000))
    assert receiver.answerable == []
    assert receiver.rejects["replayed"] == 1
    assert set(STATES) == {RECEIVED, COMING, OVER}
