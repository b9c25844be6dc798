"""The battery warning against cells that are not the model's: other curves, capacities, temperatures and errors of the meter."""

import itertools
from dataclasses import dataclass

import pytest

from wardbell_firmware.bedside.consumption import DAY_MS, OF_BOARD, DayMeter
from wardbell_firmware.bedside.discharge import CURVE, WARN_DAYS, is_low, remaining_permille
from wardbell_firmware.bedside.supply import Supply
from wardbell_protocol.errors import ConfigError

# Volts of a cell at tenths of its discharge, shapes as in makers' plots: one of middling slope, one that stays up and then falls,
# one that slopes all the way.
CURVES = {
    "middling": (1.55, 1.42, 1.36, 1.31, 1.28, 1.25, 1.22, 1.18, 1.12, 1.03, 0.88),
    "flat": (1.58, 1.45, 1.40, 1.36, 1.33, 1.30, 1.27, 1.23, 1.17, 1.06, 0.88),
    "sloping": (1.50, 1.37, 1.31, 1.26, 1.22, 1.18, 1.14, 1.10, 1.05, 0.98, 0.88),
}
# °C by day and by night: capacity falls and resistance rises in the cold.
CLIMATES = ((21, 21), (10, 10), (35, 35), (28, 12))
READINGS_A_DAY = 4  # a node with a key takes one each 5 minutes, one without each hour


@dataclass
class Cell:
    """An alkaline AA cell that is slowly emptied."""

    curve: tuple[float, ...]
    capacity_mah: float
    used_mah: float = 0.0

    def loaded_mv(self, celsius: float) -> float:
        share = min(1.0, self.used_mah / (self.capacity_mah * (1.0 - 0.01 * max(0.0, 21.0 - celsius))))
        at = min(9, int(share * 10))
        volts = self.curve[at] + (self.curve[at + 1] - self.curve[at]) * (share * 10 - at)
        ohms = (0.15 + 0.5 * share) * (1.0 + 0.03 * max(0.0, 21.0 - celsius))
        return 1000 * (volts + 0.001 * (celsius - 21.0) - 0.035 * ohms)


@dataclass
class Life:
    """When a node was warned, and when it died, in days."""

    warned: float | None
    died: float


def live(
    settings: dict[str, object], has_ear: bool, cell: Cell, climate: tuple[int, int], gain: float, use: float
) -> Life:
    supply = Supply(settings, has_ear)
    empty_mv = 3_200 / 3 if settings["board"] == "esp32c3" else 900
    warned = None
    for reading in range(100_000):
        true_mv = cell.loaded_mv(climate[reading // (READINGS_A_DAY // 2) % 2])
        if true_mv < empty_mv:
            return Life(warned, reading / READINGS_A_DAY)
        supply.meter.passed(False, False, reading * DAY_MS // READINGS_A_DAY)
        supply.measured(int(true_mv * 3 * gain))
        if supply.is_low and warned is None:
            warned = reading / READINGS_A_DAY
        cell.used_mah += supply.meter.daily_uah * use / READINGS_A_DAY / 1000
    raise AssertionError("it never dies")


LR20 = {"cell_mah": 10_000}
LOOPS = {"signals": {"call": "normal", "cord": "bathroom", "handset": "unplugged", "reset": "reset"}}


@pytest.mark.parametrize(
    ("settings", "has_ear", "first_days"),
    [
        ({"board": "pico"}, False, 11),
        ({"board": "pico", **LOOPS}, False, 9),
        ({"board": "pico"}, True, 6),
        ({"board": "pico_w", **LOOPS}, True, 3),
        ({"board": "esp32c3"}, False, 40),
        ({"board": "esp32c3", **LOOPS}, False, 20),
        ({"board": "pico", **LOOPS, **LR20}, False, 60),
        ({"board": "pico", **LOOPS, **LR20}, True, 35),
        ({"board": "esp32c3", **LOOPS, **LR20}, False, 130),
    ],
)
def test_every_node_is_warned_a_week_ahead_and_none_when_its_cells_are_new(
    settings: dict[str, object], has_ear: bool, first_days: int
) -> None:
    capacities, uses = ((10_000,), (1.1,)) if "cell_mah" in settings else ((1_800, 2_900), (0.8, 1.1))
    cases = itertools.product(CURVES.values(), capacities, CLIMATES, (0.97, 1.03), uses, (0.0, 0.2, 0.4))
    for curve, mah, climate, gain, use, used in cases:
        life = live(settings, has_ear, Cell(curve, mah, used * mah), climate, gain, use)
        assert life.warned is not None
        is_at_once = life.warned <= 1 / READINGS_A_DAY  # two readings: cells that were nearly empty when they came
        assert is_at_once or life.died - life.warned >= WARN_DAYS, (curve, mah, climate, gain, use, used)
        assert used or life.warned >= first_days, (curve, mah, climate, gain, use)


def test_the_curve_falls_all_the_way_and_is_read_between_its_points() -> None:
    assert all(one[0] > other[0] and one[1] > other[1] for one, other in itertools.pairwise(CURVE))
    assert [remaining_permille(mv) for mv in (1_700, 1_500, 1_475, 1_100, 1_075, 900, 0)] == [
        1000,
        1000,
        950,
        130,
        105,
        0,
        0,
    ]


def test_a_hungry_node_warns_at_a_higher_voltage() -> None:
    thresholds = [
        max(mv for mv in range(0, 1_600, 5) if is_low(mv, 900, daily_uah))
        for daily_uah in (3_000, 10_000, 50_000, 90_000)
    ]
    assert thresholds == sorted(set(thresholds))
    assert 900 < thresholds[0] < thresholds[-1] < 1_450


def test_one_reading_alone_is_no_warning_and_new_cells_end_it() -> None:
    supply = Supply({"cells": 2}, False)
    states = []
    for mv in (3_000, 2_100, 3_000, 2_100, 2_100, 2_300, 2_390, 2_400, 2_100):
        supply.measured(mv)
        states.append(supply.is_low)
    assert states == [False, False, False, False, True, True, True, False, False]
    supply.measured(None)
    assert supply.level == 0


def test_larger_cells_are_warned_of_at_a_lower_voltage() -> None:
    def lowest_without_warning(settings: dict[str, object]) -> int:
        supply = Supply(settings, False)
        mv = 4_500
        while not supply.is_low:
            mv -= 10
            supply.measured(mv)
        return mv

    assert 2_700 < lowest_without_warning({"cell_mah": 10_000}) < lowest_without_warning({}) < 3_900


def test_a_node_on_the_mains_without_cells_does_not_ask_for_new_ones() -> None:
    supply = Supply({}, False)
    for _ in range(5):
        supply.measured(40)
    assert (supply.level, supply.is_low) == (0, False)


def test_frames_carry_three_cells_as_two() -> None:
    supply = Supply({"cells": 3}, False)
    supply.measured(4_500)
    assert supply.level == 13  # 3.0 V


def test_a_node_that_listens_and_shines_all_day_knows_what_that_takes() -> None:
    of = OF_BOARD["esp32c3"]
    meter = DayMeter(of, True)
    ordinary = meter.daily_uah
    for minute in range(24 * 60 + 1):
        meter.passed(True, True, minute * 60_000)
    assert meter.daily_uah == of.daily_uah(0, 86_400, 86_400) > 10 * ordinary
    for minute in range(24 * 60 + 1, 3 * 24 * 60):
        meter.passed(False, False, minute * 60_000)
    assert meter.daily_uah == ordinary


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"board": "teapot"}, "board"),
        ({"cells": 5}, "cells"),
        ({"empty_mv": 20}, "empty_mv"),
        ({"sleep_ua": "little"}, "sleep_ua"),
        ({"cell_mah": 100}, "cell_mah"),
    ],
)
def test_a_supply_that_cannot_be_is_refused(settings: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Supply(settings, False)
    assert refused.value.key == key
