"""Remotes pressed on top of each other, on the edges of a modelled module. Long form: the collisions of `make bench-radio`."""

import numpy as np
import pytest

from wardbell_protocol.air.ear import Ear
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressReceiver, PressStarted
from wardbell_protocol.air.words import WordReceiver
from wardbell_simulator.radio.slicers import LogPeak, Rxb6
from wardbell_simulator.radio.synth import Air, Transmission, press, random_code, synthesize

T_US = 430
AIR = Air(25.0)
RXB6 = Rxb6()


def overlap(n_words: int, step_db: float, source: np.random.Generator) -> tuple[list[int], list[Transmission]]:
    """Two remotes, the second `step_db` weaker, pressed within half a press of each other."""
    codes = [random_code(source), random_code(source)]
    starts_us = [100e3, 100e3 + source.uniform(0, 64 * T_US * n_words)]
    source.shuffle(starts_us)
    return codes, [
        Transmission(press(code, T_US, n_words), start_us, -step_db * nth, 1 + source.uniform(-0.05, 0.05))
        for nth, (code, start_us) in enumerate(zip(codes, starts_us, strict=True))
    ]


def heard(
    sent: list[Transmission], source: np.random.Generator, slicer: Rxb6 | LogPeak = RXB6, air: Air = AIR
) -> list[int]:
    pulses = slicer.slice(synthesize(sent, air, max(one.end_us for one in sent) + 150e3, source))
    events = PressReceiver().receive(Portion.of(pulses))
    return [event.press.code for event in events if isinstance(event, PressStarted)]


# Measured over 200, 400 and 1600 trials: 0.83, 0.51 of both and 0.990 of the strong one, none with a wrong code 10 dB apart.
@pytest.mark.parametrize(
    ("n_words", "step_db", "n_trials", "n_both", "n_strong"),
    [(16, 0.0, 15, 12, 12), (4, 0.0, 25, 9, 10), (4, 10.0, 25, 2, 25)],
)
def test_presses_on_top_of_each_other_are_told_apart(
    n_words: int, step_db: float, n_trials: int, n_both: int, n_strong: int
) -> None:
    source = np.random.default_rng(1528)
    both = strong = 0
    for _ in range(n_trials):
        codes, sent = overlap(n_words, step_db, source)
        found = heard(sent, source)
        assert set(found) <= set(codes)
        both += set(found) == set(codes)
        strong += codes[0] in found
    assert both >= n_both
    assert strong >= n_strong


def test_one_whole_word_is_believed_when_its_marks_come_again_under_another_sender() -> None:
    source = np.random.default_rng(3)
    first = Transmission(press(0x741D03, T_US, 4), 100e3)
    for after_words in (1.3, 1.5, 1.7):
        second = Transmission(press(0x0D3054, T_US, 4), 100e3 + after_words * 128 * T_US, clock=1.03)
        assert set(heard([first, second], source)) == {0x741D03, 0x0D3054}


def test_one_word_alone_is_no_press() -> None:
    source = np.random.default_rng(4)
    lone = Transmission(press(0x741D03, T_US, 1), 100e3)
    assert heard([lone], source) == []
    other = Transmission(press(0x0D3054, T_US, 4), lone.end_us + 20e3, clock=1.03)
    assert heard([lone, other], source) == [0x0D3054]


@pytest.mark.parametrize("snr_db", [3.0, 12.0])
def test_a_mark_of_noise_where_a_gap_has_a_25th_pair_moves_no_word(snr_db: float) -> None:
    source = np.random.default_rng(1)
    for code in (0x304F11, 0x3C1041, 0x55045C, 0xD03F10):
        durations = press(code, T_US, 4)
        noisy = [*durations[:49], 3 * T_US, T_US, 27 * T_US, *durations[50:]]  # behind the first word
        assert heard([Transmission(noisy, 100e3)], source, air=Air(snr_db)) == [code]


@pytest.mark.parametrize("snr_db", [6.0, 12.0, 25.0])
def test_the_last_24_pairs_of_longer_words_are_no_code(snr_db: float) -> None:
    source = np.random.default_rng(2)
    for code in (0x304F11, 0xD03F10, 0x55045C):
        word = press(code, T_US, 1)
        longer = [T_US, 3 * T_US, *word[:49], 27 * T_US]  # as far apart as shorter ones
        assert heard([Transmission(4 * longer, 100e3)], source, air=Air(snr_db)) == []


@pytest.mark.parametrize("gap_more_us", [0, -250, 400])
@pytest.mark.parametrize("sync_us", [T_US, 5 * T_US])
@pytest.mark.parametrize("is_cut", [False, True])
def test_the_first_or_last_24_pairs_of_longer_words_are_no_code(is_cut: bool, sync_us: int, gap_more_us: int) -> None:
    for code in (0x304F11, 0xD03F10, 0x55045C):
        pairs = [T_US, -3 * T_US] if is_cut else []
        for us in press(code, T_US, 1)[:48]:
            pairs.append(-us if len(pairs) % 2 else us)
        pairs += [] if is_cut else [T_US, -3 * T_US]
        gap = [sync_us, sync_us - 28 * T_US - gap_more_us]  # as far apart as words of 24
        train = (3 * [*pairs, *gap])[2:] if is_cut else 3 * [*gap, *pairs]  # cut: without its first pair
        events = PressReceiver().receive(Portion.of([-50_000, *train, -300_000]))
        assert events == []


@pytest.mark.parametrize(("shorter_us", "jitter_us"), [(0, 13.0), (40, 25.0)])
def test_the_last_24_pairs_of_jittering_words_are_no_code_where_the_first_is_cut(
    shorter_us: int, jitter_us: float
) -> None:
    source = np.random.default_rng(6)
    word = [T_US, 3 * T_US, *press(0x148124, T_US, 1)[:49], 27 * T_US]
    for _ in range(8):
        edges_us = np.cumsum([50e3, *(8 * word)[2:]]) + source.normal(0, jitter_us, 8 * len(word) - 1)
        durations = np.diff(edges_us).round().astype(int).tolist()
        pulses = [shorter_us - us if at % 2 else us - shorter_us for at, us in enumerate(durations)]
        assert PressReceiver().receive(Portion.of([-50_000, *pulses, -300_000])) == []


def test_two_equal_whole_words_make_one_press() -> None:
    source = np.random.default_rng(5)
    for n_words in (2, 4, 16):
        assert heard([Transmission(press(0x741D03, T_US, n_words), 100e3)], source) == [0x741D03]


@pytest.mark.parametrize("n_impulses", [0, 2])
def test_a_lone_word_is_followed_no_further_than_to_its_next_whole_one_unless_that_is_rough(n_impulses: int) -> None:
    word = press(0x741D03, T_US, 1)
    gap_us = word[-1]
    clicks = [gap_us // 4, 20.0] * n_impulses  # in the gap before the second word
    durations = [*word[:-1], *clicks, gap_us - sum(clicks), *word]
    pulses = [round(us) * (-1) ** at for at, us in enumerate(durations)]
    ear = Ear()
    words = WordReceiver(ear)
    portion = Portion.of([-200_000, *pulses])
    ear.receive(portion)
    read = [found.n_words for found in words.receive(portion)]
    assert ([read[0], read[-1]], len(read) > 2) == ([1, 1], n_impulses > 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_space_once_seen_empty_outweighs_sums_of_words_in_which_another_sender_fills_it(seed: int) -> None:
    strong = Transmission(press(0x0D0C40, T_US, 4), 140e3, clock=0.9585)
    weak = Transmission(press(0xF7F355, T_US, 4), 104.2e3, -10.0, 0.955)
    assert heard([strong, weak], np.random.default_rng(seed)) == [0x0D0C40]


def test_the_gap_behind_a_word_may_end_with_another_senders_mark() -> None:
    strong = Transmission(press(0x4D413D, T_US, 4), 120e3, clock=1.016)
    weak = Transmission(press(0x55D315, T_US, 4), 101e3, -10.0, 0.971)
    assert 0x4D413D in heard([strong, weak], np.random.default_rng(3), LogPeak())
