"""Hundreds of nodes of the same firmware on CPython, in the air of one receiver, on CPython or a real one."""

import pytest

from wardbell_simulator.plan import large_plan
from wardbell_simulator.ward import Ward


@pytest.mark.parametrize("is_receiver_cpython", [False, True], ids=["micropython", "cpython"])
def test_three_hundred_beds_press_in_turn_and_all_are_called(is_receiver_cpython: bool) -> None:
    plan = large_plan(300)
    with Ward(plan, seed=1, is_cpython=True, is_receiver_cpython=is_receiver_cpython, has_host=False) as ward:
        ward.run_for_ms(1_000)
        for bed in ward.beds:
            ward.press(bed)
            ward.run_for_ms(700)  # about as long as a burst with its pauses: what a press meets here are heartbeats
        ward.run_for_ms(1_000)
        assert ward.lcd_lines[0].endswith("/300")
        assert all(lamp is False for lamp in list(ward.lamps.values())[:-5])


def test_a_ward_that_all_presses_at_once_jams_itself_and_recovers() -> None:
    with Ward(large_plan(100), seed=1, is_cpython=True, has_host=False) as ward:
        ward.run_for_ms(1_000)
        for bed in ward.beds:
            ward.press(bed)
        ward.run_for_ms(5_000)
        bed = next(iter(ward.beds))
        ward.press(bed)
        assert ward.run_until_true(lambda: ward.lcd_lines[0].startswith(bed), ward.now_ms + 3_000)
