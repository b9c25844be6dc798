"""Times that are counted anew now and then, as a board does, lead to what times without end lead to."""

from random import Random

import pytest

from wardbell_protocol.air.air_watch import AirWatch
from wardbell_protocol.air.carrier import CarrierSense
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.ear import OLDEST_US, Ear
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.portion import LATEST_US, LONGEST_US, ROUND_MS, Portion
from wardbell_protocol.air.presses import PressReceiver
from wardbell_protocol.air.waveform import burst, signed

KEY = bytes(range(16))
QUIET_US = 480_000_000  # a board begins anew after half a minute more without an edge


def air(seed: int) -> list[list[int]]:
    """Portions of presses, of true, replayed, forged and strange frames, and of silences between."""
    source = Random(seed)
    sealed = [seal(Frame(node, counter, 1, 9), KEY) for node in (7, 9) for counter in range(1, 5)]
    said = [signed(burst(CodeWord(source.getrandbits(24)), 87.5, n)) for n in (1, 2, 5)]
    said += [frame_durations(raw) for raw in sealed]
    said += [frame_durations(raw[:-1] + bytes([raw[-1] ^ 255])) for raw in sealed]
    portions = [[-1_000_000]]
    for turn in range(150):
        pulses = [*source.choice(said), -source.choice([2_000, 50_000, 300_000, 900_000, 7_000_000])]
        if turn % 50 == 49:
            pulses[-1] = -QUIET_US
        while pulses:
            n = source.choice([3, 40, 200])
            portions.append(pulses[:n])
            pulses = pulses[n:]
    return portions


def hear(portions: list[list[int]], is_renewed: bool) -> tuple[list[object], int]:
    """All that comes of them, times since start; and the latest time that was kept meanwhile."""
    ear = Ear()
    presses, frames = PressReceiver(ear), FrameReceiver({7: KEY}, ear)
    watch, sense = AirWatch((5000, 2000), ear), CarrierSense(ear)
    portion = Portion(0)
    told: list[object] = []
    end_us = latest_us = 0
    for pulses in portions:
        end_us += sum(map(abs, pulses))
        since_us = 1000 * ROUND_MS * portion.n_rounds
        portion.fill(pulses, end_us - since_us)
        latest_us = max(latest_us, portion.end_us)
        if is_renewed:
            portion.renew(portion.n_rounds, portion.end_us)
            since_us = 1000 * ROUND_MS * portion.n_rounds
        now_us = portion.end_us
        ear.receive(portion)
        watch.receive(portion)
        sense.receive(portion)
        heard = [*presses.receive(portion), *frames.receive(portion), *presses.poll(now_us), *frames.poll(now_us)]
        for event in heard:
            press = getattr(event, "press", None)
            times = () if press is None else (press.start_us + since_us, press.end_us + since_us)
            told.append((type(event), times, getattr(press, "copies", getattr(press, "words", event))))
        told += [*watch.poll(now_us, presses.n_words, frames.n_read), (watch.edges, watch.percent, watch.reason)]
        told += [presses.next_deadline_us() is None, frames.next_deadline_us() is None, sense.is_busy(now_us, 9_000)]
    told += [presses.rejects, frames.rejects, frames.counters()]
    return told, latest_us


@pytest.mark.parametrize("seed", range(3))
def test_what_is_heard_does_not_depend_on_since_when_times_are_counted(seed: int) -> None:
    portions = air(seed)
    expected, end_us = hear(portions, is_renewed=False)
    assert end_us > 2**30
    found, latest_us = hear(portions, is_renewed=True)
    assert found == expected
    assert latest_us < QUIET_US + LATEST_US + 2_000_000


def test_no_time_nor_the_span_between_two_outgrows_what_costs_no_heap() -> None:
    assert LATEST_US + LONGEST_US - 30_000_000 - OLDEST_US < 2**30
