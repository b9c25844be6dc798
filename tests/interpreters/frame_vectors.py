"""Print what this interpreter makes of authenticated frames; run by test_frame_interpreters.py on both."""

import json
import sys

sys.path.insert(0, sys.argv[1])

from wardbell_protocol.air.frame import Frame, battery_level, battery_millivolts, frame_durations, open_frame, seal
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.frame_slicer import FrameSlicer
from wardbell_protocol.air.mac import is_equal, siphash, tag
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.receipt import RECEIPT_BYTES, RECEIPT_SYNC, Receipt, receipt_durations, seal_receipt
from wardbell_protocol.air.waveform import signed
from wardbell_protocol.errors import EncodeError

KEY = bytes(range(16))
OTHER_KEY = bytes(range(15, -1, -1))


class Dice:
    """Random enough, the same on every machine."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def below(self, n: int) -> int:
        """Give 0..n-1."""
        self.seed = (self.seed * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.seed >> 8) % n


def worse(durations: "list[int]", dice: Dice, jitter_us: int) -> "list[int]":
    """Move edges and put dips and impulses between, then some noise."""
    pulses = []
    before_us = 0
    for pulse in signed(durations):
        moved_us = dice.below(2 * jitter_us + 1) - jitter_us
        size_us = max(1, abs(pulse) + moved_us - before_us)
        before_us = moved_us
        sign = 1 if pulse > 0 else -1
        if dice.below(12) == 0 and size_us > 60:
            pulses += [sign * (size_us - 50), -sign * 20, sign * 30]
        else:
            pulses.append(sign * size_us)
    for _ in range(dice.below(40)):
        pulses += [-1 - dice.below(400), 1 + dice.below(400)]
    pulses.append(-3000)
    return pulses


def hear(name: str, pulses: "list[int]", n_at_a_time: int) -> None:
    """Print what comes of pulses given in portions."""
    receiver = FrameReceiver({7: KEY, 8: OTHER_KEY})
    slicer = FrameSlicer(RECEIPT_SYNC, RECEIPT_BYTES)
    now_us = 0
    for at in range(0, len(pulses), n_at_a_time):
        part = pulses[at : at + n_at_a_time]
        now_us += sum([abs(pulse) for pulse in part])
        for event in receiver.receive(Portion.of(part, now_us)):
            print(name, event)
        for heard in slicer.receive(Portion.of(part)):
            print(name, heard.raw, heard.soft, heard.quality, heard.lag_us)
    print(name, receiver.next_deadline_us(), receiver.poll(now_us + 2000000), receiver.n_frames)
    print(name, sorted(receiver.rejects.items()), sorted(receiver.counters().items()))


def press(dice: Dice, counter: int, jitter_us: int) -> "list[int]":
    """Give the pulses of a press, some copies damaged, with a receipt, and a forged frame behind."""
    sealed = seal(Frame(7 + counter % 2, counter, 3, 9), KEY if counter % 2 == 0 else OTHER_KEY)
    pulses = []
    for _ in range(4):
        pulses += worse(frame_durations(sealed), dice, jitter_us)
        pulses.append(-100000)
    pulses += worse(receipt_durations(seal_receipt(Receipt(7, counter, 1), KEY)), dice, jitter_us)
    pulses += signed(frame_durations(seal(Frame(7, counter + 1, 1), OTHER_KEY)))
    pulses.append(-90000)
    return pulses


def refuse(what: "object", *args: object) -> None:
    """Print how bad input is refused."""
    try:
        what(*args)  # type: ignore[operator]
    except EncodeError as error:
        print(args, error)


with open(sys.argv[2]) as file:  # noqa: PTH123  MicroPython has no pathlib
    vectors = json.load(file)
for size in range(64):
    assert siphash(KEY, bytes(range(size))) == bytes.fromhex(vectors["siphash"]["digests"][size])
for vector in vectors["frames"]:
    raw = bytes.fromhex(vector["raw"])
    print(open_frame(raw, bytes.fromhex(vector["key"])), open_frame(raw, OTHER_KEY), frame_durations(raw))
print(tag(KEY, b"press"), is_equal(b"abcd", b"abcd"), is_equal(b"abcd", b"abce"), is_equal(b"abc", b"abcd"))
print([(battery_level(mv), battery_millivolts(battery_level(mv))) for mv in range(1500, 3600, 130)])
for jitter_us in (0, 30, 60, 80):
    dice = Dice(jitter_us)
    pulses = []
    for counter in range(1, 6):
        pulses += press(dice, counter, jitter_us)
    for portion in (1, 7, 10000):
        hear(f"jitter {jitter_us}", pulses, portion)
refuse(tag, b"short", b"")
refuse(Frame, 70000, 0, 0)
refuse(Receipt, 1, 1, 3)
