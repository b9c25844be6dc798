"""Contacts bounce as the seed says and end where the finger left them."""

import random

import pytest

from wardbell_simulator.clock import Timeline
from wardbell_simulator.parts import BOUNCE_US, Button, Output


def pressed(seed: int, hold_ms: int) -> tuple[Button, list[tuple[int, bool]]]:
    timeline = Timeline()
    changes: list[tuple[int, bool]] = []
    button = Button(timeline, random.Random(seed), lambda is_closed: changes.append((timeline.now_us, is_closed)))
    button.press(hold_ms)
    timeline.run_until(10_000_000)
    return button, changes


@pytest.mark.parametrize("hold_ms", [1, 3, 50, 120, 3_500])
def test_a_press_closes_at_once_bounces_and_ends_open(hold_ms: int) -> None:
    for seed in range(50):
        button, changes = pressed(seed, hold_ms)
        assert changes[0] == (0, True)
        assert not changes[-1][1]
        assert not button.is_closed
        assert [level for _, level in changes] == [at % 2 == 0 for at in range(len(changes))]
        assert changes[-1][0] <= hold_ms * 1_000 + 2 * BOUNCE_US


def test_some_bounce_and_some_do_not_and_a_seed_says_which() -> None:
    counts = {len(pressed(seed, 100)[1]) for seed in range(50)}
    assert counts >= {2, 4, 6, 8}
    assert pressed(7, 100)[1] == pressed(7, 100)[1]


def test_a_stuck_key_stays_closed_until_it_is_freed() -> None:
    timeline = Timeline()
    changes: list[bool] = []
    button = Button(timeline, random.Random(1), changes.append)
    button.stick()
    button.press(100)
    timeline.run_until(5_000_000)
    assert changes[-1]
    button.free()
    timeline.run_until(6_000_000)
    assert not changes[-1]


def test_an_output_tells_changes_and_keeps_them() -> None:
    told: list[int] = []
    tone = Output(told.append)
    for at_us, value in ((10, 1_400), (20, 1_400), (30, 0)):
        tone.set(at_us, value)
    assert (told, tone.changes, tone.value) == ([1_400, 0], [(10, 1_400), (30, 0)], 0)
