"""The bell: faster for what is urgent, muted for two minutes at most, never for an urgent call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardbell_console.bell import EVERY_MS, MUTE_MS, Bell, Ringing
from wardbell_protocol.calls.signals import KINDS, ORIGIN_ONLY, PRIORITY

NORMAL = Ringing(("e-1", 0), "normal")
EMERGENCY = Ringing(("e-2", 0), "emergency")


def strokes(bell: Bell, ringing: list[Ringing], from_ms: int, to_ms: int) -> list[int]:
    return [now_ms for now_ms in range(from_ms, to_ms, 100) if bell.poll(ringing, now_ms)]


def test_every_kind_has_its_rhythm_and_the_urgent_ones_are_faster() -> None:
    by_urgency = sorted(KINDS, key=lambda kind: -PRIORITY[kind])
    rhythms = [EVERY_MS[kind] for kind in by_urgency]
    assert rhythms == sorted(set(rhythms))


@pytest.mark.parametrize("kind", KINDS)
def test_an_unanswered_call_rings_again_and_again(kind: str) -> None:
    every_ms = EVERY_MS[kind]
    assert strokes(Bell(), [Ringing(("e-1", 0), kind)], 0, 3 * every_ms) == [0, every_ms, 2 * every_ms]


def test_nothing_unanswered_is_silent() -> None:
    assert strokes(Bell(), [], 0, 60_000) == []


def test_the_most_urgent_call_sets_the_rhythm() -> None:
    assert strokes(Bell(), [NORMAL, EMERGENCY], 0, 3000) == [0, 1000, 2000]


def test_muting_ends_by_itself_after_two_minutes() -> None:
    bell = Bell()
    bell.poll([NORMAL], 0)
    bell.mute(1000)
    assert strokes(bell, [NORMAL], 1000, 1000 + MUTE_MS) == []
    assert bell.poll([NORMAL], 1000 + MUTE_MS)
    assert MUTE_MS == 120_000


def test_the_next_call_breaks_the_mute_at_once() -> None:
    bell = Bell()
    bell.poll([NORMAL], 0)
    bell.mute(1000)
    assert bell.poll([NORMAL, Ringing(("e-3", 0), "normal")], 2000)
    assert bell.muted_ms(2000) == 0


def test_a_call_that_rings_again_breaks_the_mute() -> None:
    bell = Bell()
    bell.poll([NORMAL], 0)
    bell.mute(1000)
    bell.poll([], 2000)
    assert bell.poll([Ringing(("e-1", 1), "normal")], 3000)


@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6), st.integers(0, 300_000))
def test_muting_never_silences_an_urgent_call(kinds: list[str], muted_at_ms: int) -> None:
    bell = Bell()
    ringing = [Ringing((f"e-{number}", 0), kind) for number, kind in enumerate(kinds)]
    bell.poll(ringing, muted_at_ms)
    bell.mute(muted_at_ms)
    rang = bool(strokes(bell, ringing, muted_at_ms, muted_at_ms + 3000))
    assert rang == any(kind in ORIGIN_ONLY for kind in kinds)


def test_a_clock_set_back_an_hour_neither_stops_the_bell_nor_prolongs_a_mute() -> None:
    hour_ms = 3_600_000
    bell = Bell()
    assert bell.poll([NORMAL], 2 * hour_ms)
    assert bell.poll([NORMAL], hour_ms)
    bell.mute(2 * hour_ms)
    assert bell.muted_ms(hour_ms) == 0
    assert strokes(bell, [NORMAL], hour_ms, hour_ms + 8100) == [hour_ms + 4000, hour_ms + 8000]
