"""A frame on the air is told from noise by its edges alone."""

import random

from wardbell_protocol.air.carrier import CarrierSense
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.receipt import Receipt, receipt_durations, seal_receipt
from wardbell_protocol.air.waveform import burst, signed

KEY = bytes(range(16))


def heard(pulses: list[int], portion: int = 1_000) -> tuple[CarrierSense, int]:
    sense = CarrierSense()
    end_us = 0
    for at in range(0, len(pulses), portion):
        end_us += sum(map(abs, pulses[at : at + portion]))
        sense.receive(Portion.of(pulses[at : at + portion], end_us))
    return sense, end_us


def test_a_frame_and_a_receipt_are_heard_to_their_ends() -> None:
    for number in range(50):
        for durations in (
            frame_durations(seal(Frame(number * 999, number, 3), KEY)),
            receipt_durations(seal_receipt(Receipt(number * 999, number, 1), KEY)),
        ):
            for stretch in (0.95, 1.0, 1.05):
                pulses = [-50_000, *(round(us * stretch) for us in signed(durations))]
                for portion in (3, 1_000):
                    sense, end_us = heard(pulses, portion)
                    assert sense.is_busy(end_us + 500, 1_500)
                    assert not sense.is_busy(end_us + 2_000, 1_500)


def test_it_is_heard_within_four_milliseconds() -> None:
    for number in range(200):
        pulses = signed(frame_durations(seal(Frame(number, number, 3), KEY)))
        begun: list[int] = []
        while sum(map(abs, begun)) < 5_500:
            begun.append(pulses[len(begun)])
        sense, end_us = heard([-50_000, *begun])
        assert sense.is_busy(end_us, 1_500)


def test_words_and_silence_are_no_frame() -> None:
    sense, end_us = heard([-1_000_000, *signed(burst(CodeWord.from_trits("0F1F01F00001"), 107.5))])
    assert not sense.is_busy(end_us, 1_000_000)


def test_noise_holds_nobody_back_for_long() -> None:
    chance = random.Random(5)
    pulses = [round(chance.expovariate(1 / 185)) + 1 for _ in range(5_400 * 20)]
    sense = CarrierSense()
    busy_us, end_us = 0, 0
    for at, us in enumerate(pulses):
        end_us += us
        sense.receive(Portion.of([-us if at % 2 else us], end_us))
        busy_us += us if sense.is_busy(end_us, 8_000) else 0
    assert busy_us < end_us / 50
