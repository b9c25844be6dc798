from wardbell_protocol.air.portion import LONGEST_US, Portion


def test_a_duration_is_doubled_and_a_mark_is_odd() -> None:
    portion = Portion.of([-5_000, 350, -1_050], 20_000)
    assert list(portion.durations) == [10_000, 701, 2_100]
    assert (portion.n, portion.end_us) == (3, 20_000)
    assert portion.signed() == [-5_000, 350, -1_050]


def test_durations_that_come_from_nowhere_began_at_0() -> None:
    assert Portion.of([-5_000, 350]).end_us == 5_350
    assert (Portion.of([]).n, Portion.of([]).end_us) == (0, 0)


def test_what_is_too_long_for_one_stands_in_pieces_of_the_same_level() -> None:
    hour_us = 3_600_000_000
    portion = Portion.of([hour_us, -350, -hour_us])
    assert portion.end_us == 2 * hour_us + 350
    assert 0 <= min(portion.durations) <= max(portion.durations) < 1 << 30
    signed = portion.signed()
    assert sum(us for us in signed if us > 0) == hour_us
    assert sum(us for us in signed if us < 0) == -hour_us - 350
    assert max(map(abs, signed)) == LONGEST_US


def test_one_buffer_serves_read_after_read() -> None:
    portion = Portion(4)
    buffer = portion.durations
    assert (portion.n, portion.is_full) == (0, False)
    portion.fill([350, -1_050, 350, -350], 2_100)
    assert portion.is_full
    portion.fill([-99], 2_199)
    assert portion.durations is buffer
    assert (portion.signed(), portion.end_us, portion.is_full) == ([-99], 2_199, False)
    portion.fill([1] * 5, 2_204)
    assert portion.signed() == [1] * 5
