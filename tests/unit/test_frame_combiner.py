"""How far a damaged frame may be from a true one, and how often a receiver may guess."""

import pytest

from wardbell_protocol.air.frame import CHIP_US, FRAME_SYNC, SYNC_BITS, Frame, seal
from wardbell_protocol.air.frame_combiner import MOST_TURNED, FrameCombiner, agreement, corrected
from wardbell_protocol.air.frame_press import FrameStarted
from wardbell_protocol.air.frame_receiver import FrameReceiver

KEY = bytes(range(16))
NODE = 0x1234
RAW = seal(Frame(NODE, 77, 3, 9), KEY)


def soft_of(raw: bytes, wrong: "dict[int, int]") -> list[int]:
    """Sure bits, but those in `wrong` the other way round and that sure."""
    bits = [raw[at >> 3] >> (7 - (at & 7)) & 1 for at in range(80)]
    return [(-1 if at in wrong else 1) * (1 if bit else -1) * wrong.get(at, 140) for at, bit in enumerate(bits)]


@pytest.mark.parametrize("wrong", [(), (0,), (15,), (47,), (48,), (79,), (3, 40), (20, 60), (50, 79)])
def test_two_weak_bits_may_be_wrong_anywhere(wrong: tuple[int, ...]) -> None:
    soft = soft_of(RAW, dict.fromkeys(wrong, 10))
    assert corrected(soft, {NODE: KEY}, MOST_TURNED) == RAW
    assert corrected(soft, {NODE: KEY}, 0) == (None if wrong else RAW)


@pytest.mark.parametrize("wrong", [(1, 20, 60), (50, 60, 70), (2, 17, 40)])
def test_three_may_not(wrong: tuple[int, ...]) -> None:
    assert corrected(soft_of(RAW, dict.fromkeys(wrong, 10)), {NODE: KEY}, MOST_TURNED) is None


@pytest.mark.parametrize("at", [5, 30, 55])
def test_a_bit_that_is_surer_than_six_others_is_never_turned(at: int) -> None:
    soft = soft_of(RAW, {at: 100})
    for weak in (10, 22, 33, 44, 66, 77):
        soft[weak] = soft[weak] // 10
    assert corrected(soft, {NODE: KEY}, MOST_TURNED) is None


def test_a_frame_of_another_key_is_nobody_s() -> None:
    assert corrected(soft_of(RAW, {}), {NODE: KEY[:15] + b"\x10"}, MOST_TURNED) is None
    assert corrected(soft_of(RAW, {}), {}, MOST_TURNED) is None


def test_two_presses_of_one_node_are_not_added_up() -> None:
    other = seal(Frame(NODE, 78, 3, 9), KEY)
    assert agreement(soft_of(RAW, {}), soft_of(other, {}), 0) > 50  # but for the tag they would be
    combiner = FrameCombiner()
    combiner.add(soft_of(RAW, {}), 0)
    assert combiner.add(soft_of(other, {}), 0).copies == 1
    assert combiner.add(soft_of(RAW, {1: 30}), 1_000_000).copies == 2
    assert combiner.add(soft_of(RAW, {}), 5_000_000).copies == 1


def pulses_of(soft: list[int]) -> list[int]:
    """Durations that give these soft bits: a mark at the beginning of each half of a bit."""
    sync = [CHIP_US if FRAME_SYNC >> shift & 1 else -CHIP_US for shift in range(SYNC_BITS - 1, -1, -1)]
    pulses = [7 * CHIP_US, -2 * CHIP_US]
    for size in sync + soft:
        for on_us in (max(0, size), max(0, -size)):
            pulses += [on_us, on_us - CHIP_US]
    return [*pulses, 2 * CHIP_US, -50_000]


def test_a_receiver_that_has_guessed_in_vain_too_often_guesses_no_more_for_a_minute() -> None:
    receiver = FrameReceiver({NODE: KEY})
    now_us = 0

    def hears(soft: list[int]) -> bool:
        nonlocal now_us
        pulses = pulses_of(soft)
        now_us += sum(map(abs, pulses))
        return any(isinstance(event, FrameStarted) for event in receiver.receive(pulses, now_us))

    def worn(counter: int) -> list[int]:
        return soft_of(seal(Frame(NODE, counter, 1), KEY), {60: 20})

    assert hears(worn(1))
    for counter in range(100):
        forged = seal(Frame(NODE, 1000 + counter, 1), bytes(16))
        assert not hears(soft_of(forged, {12: 20, 50: 20}))
    assert not hears(worn(2))
    assert hears(soft_of(seal(Frame(NODE, 3, 1), KEY), {}))
    now_us += 60_000_000
    receiver.receive([-60_000_000], now_us)
    assert hears(worn(4))
