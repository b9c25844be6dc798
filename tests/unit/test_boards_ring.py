"""What a chip's board computes by itself: words for the transmitter's PIO, durations out of the receiver's ring."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardbell_firmware.boards.rp2040.ring import GAP_US, MARGIN, WORDS, Ring
from wardbell_firmware.boards.rp2040.train import EXTRA_WORDS, SHORTEST_MARK_US, SHORTEST_SPACE_US, write_burst
from wardbell_protocol.air.portion import LONGEST_US, ROUND_MS, Portion


def played(words: list[int]) -> tuple[int, list[int]]:
    """What the program `train` makes of a burst: settling time, then mark, space, mark …, as its comments have it."""
    settle_us, *rest = words
    durations = []
    while rest[0]:
        mark, space, *rest = rest
        durations += [mark + 1, space + 4]
    assert rest == [0]
    return settle_us, durations


@given(st.lists(st.integers(SHORTEST_SPACE_US, 10**6), max_size=60), st.integers(0, 5000))
def test_a_burst_is_played_as_it_was_given(durations: list[int], settle_us: int) -> None:
    words = array("I", bytes(4 * (len(durations) + EXTRA_WORDS)))
    n = write_burst(words, durations, settle_us)
    tail = [SHORTEST_SPACE_US] if len(durations) % 2 else []
    assert played(list(words[:n])) == (settle_us, durations + tail)


def test_what_is_too_short_is_played_as_short_as_it_can_be() -> None:
    words = array("I", bytes(4 * 7))
    n = write_burst(words, [0, 0, 1, 3], 0)
    assert played(list(words[:n])) == (0, [SHORTEST_MARK_US, SHORTEST_SPACE_US] * 2)


class Chip:
    """PIO and DMA: writes words into a ring."""

    def __init__(self, written: int = 0) -> None:
        self.words = array("I", bytes(4 * WORDS))
        self.ring = Ring(self.words)
        self.written = written
        self.ring.restart(written, 0)

    def write(self, durations: list[int]) -> None:
        """A space, a mark, a space … of so many µs."""
        for us in durations:
            self.words[self.written % WORDS] = 2 * us + (self.written & 1)
            self.written += 1

    def end_us(self) -> int:
        """When the last word ended that was read, µs since start."""
        return -self.ring.quiet_us(0)

    def read(self, capacity: int = WORDS) -> Portion:
        portion = Portion(capacity)
        assert self.ring.read(self.written & 0x3FFFFFFF, portion)
        return portion

    def read_all(self) -> list[int]:
        """What waits, in as many portions as it comes in."""
        read: list[int] = []
        portion = self.read()
        while portion.n:
            read += portion.signed()
            portion = self.read()
        return read


@given(st.lists(st.lists(st.integers(2, 10**7), max_size=50), max_size=20), st.integers(0, 2**29).map(lambda n: 2 * n))
def test_all_that_was_written_is_read_once(turns: list[list[int]], written: int) -> None:
    chip = Chip(written)
    read: list[int] = []
    for turn in turns:
        chip.write(turn)
        read += chip.read_all()
        assert chip.end_us() == sum(map(abs, read))
    everything = [us for turn in turns for us in turn]
    assert read == [us if at % 2 else -us for at, us in enumerate(everything)]


def test_a_gap_ends_a_portion_and_is_seen_until_it_is_read() -> None:
    chip = Chip()
    chip.write([100, GAP_US, GAP_US - 1])  # the second is a mark
    assert not chip.ring.is_gap_waiting(chip.written)
    chip.write([300, GAP_US, 300, 500])
    assert chip.ring.is_gap_waiting(chip.written)
    assert chip.ring.is_gap_waiting(chip.written)
    cut = chip.read()
    assert (cut.signed(), cut.is_full) == ([-100, GAP_US, -(GAP_US - 1), 300, -GAP_US], True)
    assert not chip.ring.is_gap_waiting(chip.written)
    chip.write([GAP_US, 700, 900, GAP_US])
    assert chip.ring.is_gap_waiting(chip.written)
    assert chip.read().signed() == [300, -500, GAP_US, -700, 900, -GAP_US]
    assert chip.read().n == 0


def test_more_than_a_portion_holds_comes_with_the_next() -> None:
    chip = Chip()
    chip.write([100] * 25)
    first = chip.read(10)
    assert (first.n, first.end_us, first.is_full) == (10, 1000, True)
    assert [chip.read(10).n for _ in range(3)] == [10, 5, 0]
    assert chip.end_us() == 2500


def test_a_space_of_minutes_stays_one_and_does_not_wrap() -> None:
    chip = Chip()
    chip.write([100_000, 350, LONGEST_US, 350, 2**29 + 100_000])
    assert chip.read_all() == [-100_000, 350, -LONGEST_US, 350, -LONGEST_US]


@pytest.mark.parametrize("behind", [0, 1, WORDS - MARGIN, WORDS - MARGIN + 1, WORDS, WORDS + 100])
def test_a_ring_that_ran_over_is_known(behind: int) -> None:
    ring = Chip().ring
    ring.restart(5, 0)
    assert ring.read(5 + behind, Portion(1)) == (behind <= WORDS - MARGIN)


def test_a_restart_forgets_what_was_not_read_and_begins_with_a_space() -> None:
    chip = Chip()
    chip.write([100, 200, 300])
    assert chip.ring.restart(chip.written, 9) == 9_000
    chip.words[3] = 2 * 50
    portion = Portion(8)
    chip.ring.read(4, portion)
    assert (portion.signed(), portion.end_us) == ([-50], 9_050)


def test_an_ear_that_was_off_for_months_counts_anew_at_once() -> None:
    chip = Chip()
    now_ms = 400 * 86_400_000 + 7
    assert chip.ring.restart(chip.written, now_ms) == 1000 * now_ms
    chip.write([50])
    portion = chip.read()
    assert portion.end_us < 1000 * ROUND_MS
    assert 1000 * ROUND_MS * portion.n_rounds + portion.end_us == 1000 * now_ms + 50
