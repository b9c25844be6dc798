import random

import pytest

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.slicer import PulseSlicer
from wardbell_protocol.air.waveform import burst, signed

WORD = CodeWord.from_trits("F1F00F1F0001")


@pytest.mark.parametrize("t_us", [*range(80, 1000, 23), 1000])
def test_finds_any_clock(t_us: int) -> None:
    slicer = PulseSlicer()
    words = slicer.receive(Portion.of([-100_000, *signed(burst(WORD, t_us / 4, 3))]))
    assert [(word.code, word.t_us) for word in words] == [(WORD.code, t_us)] * 3
    assert [word.length_us for word in words] == [97 * t_us] * 3
    assert [word.age_us for word in words] == [31 * t_us + back * 128 * t_us for back in (2, 1, 0)]
    assert slicer.n_words == 3
    assert slicer.rejects == {}


def test_demands_a_gap_before_the_word() -> None:
    assert PulseSlicer().receive(Portion.of(signed(burst(WORD, 100, 1)))) == []
    assert PulseSlicer().receive(Portion.of([-900 * 4, *signed(burst(WORD, 100, 1))])) == []
    assert len(PulseSlicer().receive(Portion.of([-1010 * 4, *signed(burst(WORD, 100, 1))]))) == 1


@pytest.mark.parametrize("missing", range(1, 50, 5))
def test_gives_nothing_for_a_word_cut_short(missing: int) -> None:
    pulses = signed(burst(WORD, 100, 1))
    assert PulseSlicer().receive(Portion.of([-10_000, *pulses[missing + (missing % 2) :]])) == []


@pytest.mark.parametrize("left_us", [140, 200, 660, 720])
def test_a_mark_that_an_impulse_has_cut_short_is_no_other_bit(left_us: int) -> None:
    pulses = [-10_000, *signed(burst(WORD, 100, 1))]
    one = pulses.index(1200, 20)
    pulses[one : one + 2] = [left_us, left_us - 1600]
    slicer = PulseSlicer()
    assert slicer.receive(Portion.of(pulses)) == []
    assert slicer.rejects == {"ratio": 1}


def test_a_silence_completes_the_last_word_once() -> None:
    slicer = PulseSlicer()
    pulses = [-50_000, *signed(burst(WORD, 100, 1))][:-1]
    assert slicer.receive(Portion.of(pulses)) == []
    word = slicer.receive_silence(20_000)
    assert word is not None
    assert (word.code, word.age_us) == (WORD.code, 20_000)
    assert slicer.receive(Portion.of([-30_000])) == []
    assert slicer.n_words == 1


def test_a_trial_of_silence_leaves_no_trace() -> None:
    slicer = PulseSlicer()
    pulses = [-50_000, *signed(burst(WORD, 100, 1))]
    slicer.receive(Portion.of(pulses[:20]))
    assert slicer.receive_silence(20_000) is None
    assert len(slicer.receive(Portion.of(pulses[20:]))) == 1


def test_forgets_what_is_long_past() -> None:
    slicer = PulseSlicer()
    noise = random.Random(5)
    for _ in range(400):
        slicer.receive(Portion.of([noise.choice((-1, 1)) * noise.randrange(1, 3000) for _ in range(50)]))
    assert sum(len(kept) for kept in vars(slicer).values() if isinstance(kept, list)) <= 600
    words = slicer.receive(Portion.of([-50_000, *signed(burst(WORD, 100, 2))]))
    assert [word.code for word in words] == [WORD.code] * 2
