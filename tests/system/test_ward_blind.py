"""The virtual ward's air is jammed, or its receiver's radio dies: on the display within ten seconds, and gone after."""

import dataclasses

import pytest

from wardbell_simulator.carriers import NoiseSpec
from wardbell_simulator.jammer import CARRIER, KEYING
from wardbell_simulator.plan import default_plan
from wardbell_simulator.ward import Ward

LATEST_MS = 10_000
JAM_MS = 30_000
NOISE = NoiseSpec(rate_hz=5_000, mean_us=139)  # cuts the time in half, with 5,000 edges a second: an averaging slicer's


def lines_until(ward: Ward, line: str, limit_ms: int) -> int:
    """How long until the display says that in its first line; fails after `limit_ms`."""
    began_ms = ward.now_ms
    assert ward.run_until_true(lambda: ward.lcd_lines[0].startswith(line), began_ms + limit_ms), ward.lcd_lines
    return ward.now_ms - began_ms


@pytest.mark.parametrize(
    ("kind", "word", "is_cpython"),
    [(CARRIER, "carrier", False), (KEYING, "noise", False), (CARRIER, "carrier", True)],
    ids=["carrier-micropython", "keying-micropython", "carrier-cpython"],
)
def test_a_jammed_receiver_says_so_hears_nothing_and_hears_again(kind: str, word: str, is_cpython: bool) -> None:
    with Ward(seed=3, is_cpython=is_cpython, has_host=False) as ward:
        ward.run_for_ms(60_000)
        assert ward.lcd_lines[0] == "Everything Good!"
        ward.jam(kind, JAM_MS)
        lines_until(ward, "Radio blind:", LATEST_MS)
        ward.run_for_ms(100)
        assert ward.lcd_lines[1].startswith(f"{word} ")
        assert (ward.receiver.status["green"].value, ward.receiver.relay.value) == (0, 0)
        ward.press("203-2")
        ward.run_until_ms(60_000 + JAM_MS)
        assert [line.rsplit(maxsplit=1)[0] for line in ward.lcd_lines] == ["Radio blind:", word]
        lines_until(ward, "Everything Good!", LATEST_MS)
        assert (ward.receiver.status["green"].value, ward.receiver.relay.value) == (1, 1)
        ward.press("203-2")
        ward.run_for_ms(2_000)
        assert ward.lcd_lines[0].startswith("203-2")


def test_a_radio_that_dies_is_missed_by_its_noise() -> None:
    with Ward(dataclasses.replace(default_plan(), noise=NOISE), seed=4, is_cpython=True, has_host=False) as ward:
        ward.run_for_ms(10_000)
        assert ward.lcd_lines[0] == "Everything Good!"
        ward.break_radio()
        lines_until(ward, "Radio blind:", LATEST_MS)
        ward.restart_receiver()
        lines_until(ward, "Radio blind:", LATEST_MS)


def test_all_beds_at_once_again_and_again_in_noise_are_no_blindness() -> None:
    plan = dataclasses.replace(default_plan(), noise=NoiseSpec(20, 80))
    with Ward(plan, seed=5, is_cpython=True, has_host=False) as ward:
        seen = set()
        ward.watch(lambda record: seen.add(record.value[0]) if record.what == "lcd" else None)
        for _ in range(12):
            for bed in ward.beds:
                ward.press(bed)  # all at once
            ward.run_for_ms(2_000)
            ward.hold_ack()
            ward.run_for_ms(8_000)
        assert not any("blind" in line for line in seen)
        assert any(line.startswith("203-2") for line in seen)
