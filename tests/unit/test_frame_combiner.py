"""How far a damaged frame may be from a true one, and how often a receiver may guess."""

import pytest

from wardbell_protocol.air.frame import CHIP_US, FRAME_SYNC, SYNC_BITS, Frame, seal
from wardbell_protocol.air.frame_combiner import MOST_TURNED, FrameCombiner, agreement, corrected
from wardbell_protocol.air.frame_press import FrameStarted
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.portion import Portion

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


class Ear:
    """A receiver with one node's key, and its clock."""

    def __init__(self) -> None:
        self.receiver = FrameReceiver({NODE: KEY})
        self.now_us = 0

    def hears(self, soft: list[int]) -> bool:
        """Whether a frame that is heard so is a new press."""
        pulses = pulses_of(soft)
        self.now_us += sum(map(abs, pulses))
        return any(isinstance(event, FrameStarted) for event in self.receiver.receive(Portion.of(pulses, self.now_us)))


def worn(counter: int) -> list[int]:
    return soft_of(seal(Frame(NODE, counter, 1), KEY), {60: 20})


def test_a_receiver_that_has_guessed_in_vain_too_often_guesses_no_more_for_a_minute() -> None:
    ear = Ear()
    assert ear.hears(worn(1))
    for counter in range(100):
        forged = seal(Frame(NODE, 1000 + counter, 1), bytes(16))
        assert not ear.hears(soft_of(forged, {12: 20, 50: 20}))
    assert not ear.hears(worn(2))
    assert ear.hears(soft_of(seal(Frame(NODE, 3, 1), KEY), {}))
    ear.now_us += 60_000_000
    ear.receiver.receive(Portion.of([-60_000_000], ear.now_us))
    assert ear.hears(worn(4))


def test_the_weak_frames_of_a_neighbour_ward_use_up_no_guesses() -> None:
    ear = Ear()
    for counter in range(200):
        strange = seal(Frame(0xE9A5, counter, 10), bytes(16))
        assert not ear.hears(soft_of(strange, {20: 20, 50: 20}))
    assert ear.hears(worn(1))


@pytest.mark.parametrize("counter", [1656, 1956, 4980])
def test_a_weak_emergency_whose_tag_is_much_like_that_of_the_call_before_it_is_no_copy_of_it(counter: int) -> None:
    ear = Ear()
    call, emergency = seal(Frame(NODE, counter, 1, 9), KEY), seal(Frame(NODE, counter + 1, 3, 9), KEY)
    assert sum((call[at] ^ emergency[at]).bit_count() for at in range(10)) <= 10
    assert ear.hears(soft_of(call, {}))
    assert not ear.hears([size // 7 if at == 70 else size for at, size in enumerate(soft_of(call, {}))])
    assert ear.hears([size // 7 if at == 70 else size for at, size in enumerate(soft_of(emergency, {}))])
