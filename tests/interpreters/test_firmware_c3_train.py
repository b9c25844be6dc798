"""The ESP32-C3's transmitter: what of it needs no chip."""

from collections.abc import Callable
from pathlib import Path

FIRMWARE = Path(__file__).parents[2] / "firmware"


def test_a_burst_becomes_items_that_play_the_same(run_both: Callable[..., str]) -> None:
    lines = run_both("firmware_c3_train.py", str(FIRMWARE)).splitlines()
    assert lines[0] == "([1000, 350, 1050, 1], [False, True, False, False])"
    assert lines[1] == "([1], [False]) ([5, 1], [False, False])"
    assert lines[2] == "([1000, 32767, 32767, 32767, 1, 1], [False, True, False, False, False, False])"
    assert len(lines) == 6
    assert all(line.endswith("True True True") for line in lines[3:])
