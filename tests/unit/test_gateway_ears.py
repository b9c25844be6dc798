"""Which presses of several ears are one."""

from wardbell_gateway.ears import KEEP_MS, OVERLAP_MS, EarFold, Heard

RADIO = ("receiver", "1")
SDR = ("sdr", "1")
CODE = 0x91568F


def fold(*presses: Heard) -> EarFold:
    ears = EarFold()
    for press in presses:
        ears.take(press)
    return ears


def test_another_ear_within_two_seconds_hears_the_same_press() -> None:
    ears = fold(Heard(RADIO, CODE, 10_000))
    assert ears.is_same_press(Heard(SDR, CODE, 10_000 + OVERLAP_MS))
    assert ears.is_same_press(Heard(SDR, CODE, 10_000 - OVERLAP_MS))
    assert not ears.is_same_press(Heard(SDR, CODE, 10_001 + OVERLAP_MS))
    assert not ears.is_same_press(Heard(SDR, CODE + 1, 10_000))


def test_one_ear_never_hears_one_press_twice() -> None:
    ears = fold(Heard(RADIO, CODE, 10_000))
    assert not ears.is_same_press(Heard(RADIO, CODE, 10_500))
    ears.take(Heard(SDR, CODE, 10_100))
    assert not ears.is_same_press(Heard(SDR, CODE, 10_600))


def test_two_quick_presses_at_two_ears_are_two() -> None:
    ears = EarFold()
    merged = []
    for press in (Heard(RADIO, CODE, 0), Heard(RADIO, CODE, 900), Heard(SDR, CODE, 20), Heard(SDR, CODE, 920)):
        merged.append(ears.is_same_press(press))
        ears.take(press)
    assert merged == [False, False, True, True]


def test_a_key_held_down_is_one_press_for_an_ear_that_comes_late() -> None:
    ears = fold(Heard(RADIO, CODE, 10_000))
    ears.ended(RADIO, CODE, 25_000)
    assert ears.is_same_press(Heard(SDR, CODE, 20_000))


def test_a_press_handed_over_late_is_known_by_its_time() -> None:
    ears = fold(Heard(SDR, CODE, 10_000), Heard(SDR, CODE, 1_800_000))
    assert ears.is_same_press(Heard(RADIO, CODE, 10_400))


def test_an_ear_whose_broker_was_away_for_half_a_day_tells_nothing_new() -> None:
    half_a_day_ms = 12 * 3600 * 1000
    ears = fold(Heard(RADIO, CODE, 10_000), Heard(RADIO, CODE + 1, 10_000 + half_a_day_ms))
    assert ears.is_same_press(Heard(SDR, CODE, 10_300))


def test_what_is_older_than_a_day_is_forgotten() -> None:
    ears = fold(Heard(SDR, CODE, 10_000), Heard(SDR, CODE, 10_001 + KEEP_MS))
    assert not ears.is_same_press(Heard(RADIO, CODE, 10_000))
