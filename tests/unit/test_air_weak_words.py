"""Presses at the edge of being heard, on the edges of a modelled module. Short forms of tests/bench/campaign_air.py."""

import random
from array import array

import numpy as np
import pytest

from wardbell_protocol.air.combining import WordCombiner
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressReceiver, PressStarted
from wardbell_simulator.radio.slicers import Rxb6
from wardbell_simulator.radio.synth import Air, Transmission, press, random_code, synthesize


def heard(code: int, t_us: float, n_words: int, air: Air, source: np.random.Generator) -> list[int]:
    sent = Transmission(press(code, t_us, n_words), source.uniform(80e3, 120e3), clock=source.uniform(0.98, 1.02))
    pulses = Rxb6().slice(synthesize([sent], air, sent.end_us + 150e3, source))
    events = PressReceiver().receive(Portion.of(pulses, sum(map(abs, pulses))))
    return [event.press.code for event in events if isinstance(event, PressStarted)]


# Each bound is 1 dB from failing: measured P is 0.985 at the first, 0.9 at 1 dB less.
@pytest.mark.parametrize(
    ("t_us", "n_words", "air", "n_presses", "n_wanted"),
    [
        (430, 4, Air(2.0), 25, 24),
        (170, 4, Air(3.0), 15, 14),
        (430, 16, Air(0.0), 4, 3),
        (430, 4, Air(15.0, impulses_per_s=100), 10, 10),
        (430, 4, Air(15.0, impulses_per_s=300), 10, 9),
    ],
)
def test_weak_and_disturbed_presses_are_heard(
    t_us: float, n_words: int, air: Air, n_presses: int, n_wanted: int
) -> None:
    source = np.random.default_rng(2262)
    n_right = 0
    for _ in range(n_presses):
        code = random_code(source)
        codes = heard(code, t_us, n_words, air, source)
        assert set(codes) <= {code}
        n_right += codes[:1] == [code]
    assert n_right >= n_wanted


def test_noise_is_no_press() -> None:
    receiver = PressReceiver()
    source = np.random.default_rng(315)
    for air in (Air(0.0), Air(15.0, impulses_per_s=100), Air(0.0, mains_burst_us=1000)):
        pulses = Rxb6().slice(synthesize([], air, 4e6, source))
        assert not receiver.receive(Portion.of(pulses, sum(map(abs, pulses))))
    assert receiver.n_words == 0


def test_quality_falls_with_the_signal() -> None:
    source = np.random.default_rng(2272)
    qualities = []
    for snr_db in (20.0, 2.0):
        sent = Transmission(press(0x741D03, 430, 4), 100e3)
        pulses = Rxb6().slice(synthesize([sent], Air(snr_db), 500e3, source))
        [event] = PressReceiver().receive(Portion.of(pulses, sum(map(abs, pulses))))[:1]
        qualities.append(event.press.quality)
    assert qualities[0] >= 93
    assert qualities[1] <= 90


def longer_word(n_bits: int, stretch: float, source: random.Random) -> list[int]:
    """Ten words of another device, all marks longer by `stretch` T at T = 340 µs; the pairs before the last 24 are alike."""
    bits = [stretch > 0] * (n_bits - 24) + [source.random() < 0.5 for _ in range(24)]
    pulses = [-50_000]
    for _ in range(10):
        for bit in bits:
            mark_us = round(340 * ((3 if bit else 1) + stretch + source.gauss(0, 0.04)))
            pulses += [mark_us, mark_us - 1360]
        pulses += [round(340 * (1 + stretch)), -8_800]
    return [*pulses, -100_000]


@pytest.mark.parametrize("stretch", [-0.6, 0.6, 0.7])
def test_longer_words_give_no_code_however_their_marks_are_stretched(stretch: float) -> None:
    source = random.Random(round(10 * stretch))
    for n_bits in (25, 25, 26, 28, 32, 40):
        pulses = longer_word(n_bits, stretch, source)
        assert PressReceiver().receive(Portion.of(pulses, sum(map(abs, pulses)))) == []


def cells_of(code: int, lost: int) -> "array[int]":
    """Give the cells of a word, three empty slots before it and behind; the ones of `lost` are cut short."""
    cells = array("H", bytes(2 * 3 * 33))
    for pair in range(24):
        bit = 1 << (23 - pair)
        cells[9 + 3 * pair] = 230
        cells[10 + 3 * pair] = 245 if code & bit and not lost & bit else 0
    cells[81] = 230
    return cells


def test_two_words_cut_short_by_impulses_do_not_outvote_the_one_between_that_is_whole() -> None:
    combiner = WordCombiner()
    lost = (0x004000, 0, 0x004000)
    assert [combiner.add(cells_of(0x5D4F13, lost[word]), 3, word * 55_040, 27_520) for word in range(3)] == [-1, -1, -1]
    assert combiner.add(cells_of(0x5D4F13, 0), 3, 3 * 55_040, 27_520) == -1
    assert combiner.add(cells_of(0x5D4F13, 0), 3, 4 * 55_040, 27_520) == 0x5D4F13


def test_a_word_of_another_press_does_not_keep_two_from_being_weighed() -> None:
    combiner, other, starts_us = WordCombiner(), 0x5D0F13, (0, 82_560, 165_120)
    codes = [
        combiner.add(cells_of(code, 0), 3, at, 27_520)
        for code, at in zip((other, 0x5D4F13, other), starts_us, strict=True)
    ]
    assert codes == [-1, -1, other]
