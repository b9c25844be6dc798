import pytest

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst, signed, waveform
from wardbell_protocol.errors import EncodeError

WORD = CodeWord.from_trits("01F01F01F001")


def test_a_burst_is_the_word_again_and_again() -> None:
    assert burst(WORD, 100, 3) == waveform(WORD, 100) * 3
    assert len(burst(WORD, 100)) == 4 * 50


def test_rounding_never_adds_up() -> None:
    alpha_us = 107.3
    edges = 0
    for n_word, at in enumerate(range(0, 50 * 40, 50), 1):
        edges += sum(burst(WORD, alpha_us, 40)[at : at + 50])
        assert abs(edges - n_word * 512 * alpha_us) <= 0.5


def test_marks_are_positive_and_spaces_negative_once_signed() -> None:
    durations = signed(waveform(WORD, 100))
    assert [abs(duration) for duration in durations] == waveform(WORD, 100)
    assert all((duration > 0) == (at % 2 == 0) for at, duration in enumerate(durations))


@pytest.mark.parametrize("alpha_us", [19.9, 250.1, 0, -100])
def test_refuses_a_clock_outside_its_range(alpha_us: float) -> None:
    with pytest.raises(EncodeError, match="alpha"):
        waveform(WORD, alpha_us)


def test_refuses_a_burst_of_nothing() -> None:
    with pytest.raises(EncodeError, match="one word"):
        burst(WORD, 100, 0)
