"""The hardware's calculators against hand-worked figures, and the design's values against their limits."""

import pytest

from wardbell_firmware.bedside.consumption import asleep_ua
from wardbell_firmware.bedside.contacts import LOOPS
from wardbell_firmware.receiver.tones import PATTERNS
from wardbell_hw import electrical as el
from wardbell_hw import loudness as lo
from wardbell_hw.battery_life import Node, backup_hours, daily_mah, life_days, sleep_ua
from wardbell_hw.circuits import bedside, bedside_c3, receiver
from wardbell_hw.circuits.pieces import KEY_OHM
from wardbell_hw.figures import MHZ, NODES, eirp_dbm
from wardbell_hw.link_budget import (
    Path,
    free_space_db,
    indoor_db,
    margin_db,
    module_dbm,
    quarter_wave_mm,
    reach_m,
    share_of_places,
)
from wardbell_hw.radio_law import RULES, erp_dbm, fcc_field_uv_m, field_dbm, peak_allowance_db, sends_an_hour


def test_resistors_are_of_the_series() -> None:
    assert el.nearest_e24(325.0) == pytest.approx(330)
    assert el.nearest_e24(9700.0) == pytest.approx(10e3)
    assert el.resistor_for(3.3, 2.0, 4.0) == pytest.approx(330)
    with pytest.raises(ValueError, match=r"drops 3\.3 V"):
        el.resistor_for(3.3, 3.3, 1.0)


def test_no_pin_is_asked_for_more_than_it_gives() -> None:
    for lamp_ohm in (bedside.LAMP_OHM, receiver.LAMP_OHM):
        for drop_v in (2.0, 2.2):
            assert 2 < el.current_ma(el.LOGIC_V, drop_v, lamp_ohm) <= el.PIN_START_MA


def test_the_mains_are_a_1_beside_the_chips_own_pull_down() -> None:
    lower_ohm = receiver.SENSE_LOWER_OHM * 50e3 / (receiver.SENSE_LOWER_OHM + 50e3)
    assert el.divided_v(4.75, receiver.SENSE_UPPER_OHM, lower_ohm) > 2.0  # an RP2040's, at 3.3 V


@pytest.mark.parametrize("supply_v", [4.75, 5.0, 5.25])
def test_what_comes_from_5_v_is_a_clear_1_and_harms_no_pin(supply_v: float) -> None:
    for upper_ohm, lower_ohm in ((receiver.SENSE_UPPER_OHM, receiver.SENSE_LOWER_OHM), (10e3, 15e3)):
        assert el.INPUT_HIGH_V < el.divided_v(supply_v, upper_ohm, lower_ohm) < el.PIN_MOST_V


def test_the_battery_is_measured_within_its_converter_and_its_error() -> None:
    for ohm, full_scale_v, leakage_na in ((bedside.SENSE_OHM, 3.3, 100.0), (bedside_c3.SENSE_OHM, 2.5, 50.0)):
        assert el.divided_v(3 * 1.6, ohm, ohm) < full_scale_v
        assert el.divider_error_mv(ohm, ohm, leakage_na) < 90
    for board in (bedside, bedside_c3):  # boards/rp2040/supply.py and boards/esp32c3/parts.py sample for 3 ms
        assert el.settling_ms(board.SENSE_OHM / 2, board.SENSE_FARAD) < 3.0
    assert el.divider_error_mv(100e3, 100e3, 100.0) == pytest.approx(10.0)
    assert el.divider_drain_ua(4.0, 100e3, 100e3) == pytest.approx(20.0)


def test_contacts_get_their_wetting_current_and_loops_read_as_closed() -> None:
    assert el.wetting_ma(KEY_OHM) >= 1.0
    assert el.wetting_ma(bedside.LOOP_OHM) >= 0.1
    assert el.longest_loop_ohm(bedside.LOOP_OHM) > 1000
    assert el.settling_ms(1000.0, 100e-9) == pytest.approx(0.4605, rel=1e-3)


def test_a_quarter_wave_is_as_long_as_every_table_has_it() -> None:
    assert quarter_wave_mm(433.92) == pytest.approx(172.7, abs=0.1)
    assert quarter_wave_mm(315.0) == pytest.approx(237.9, abs=0.1)


def test_losses_agree_with_the_formulas_worked_by_hand() -> None:
    assert free_space_db(1.0, 433.92) == pytest.approx(25.2, abs=0.05)
    assert indoor_db(Path("", 30.0), 433.92) == pytest.approx(52.75 + 48.75 - 28, abs=0.05)
    assert indoor_db(Path("", 30.0, 1), 433.92) - indoor_db(Path("", 30.0), 433.92) == pytest.approx(9.0)
    assert module_dbm(2.5) == pytest.approx(10 - 6.02, abs=0.01)


def test_thirty_metres_indoors_are_reached_with_margin_from_cells() -> None:
    margin = margin_db(eirp_dbm(3.3), Path("", 30.0), MHZ)
    assert margin > 20
    assert share_of_places(margin) > 0.99
    assert reach_m(eirp_dbm(3.3), MHZ) > 30


def test_the_share_of_places_is_the_normal_distribution() -> None:
    assert share_of_places(0.0) == pytest.approx(0.5)
    assert share_of_places(2.326 * 8) == pytest.approx(0.99, abs=1e-4)


def test_limits_of_the_law() -> None:
    assert erp_dbm(10) == pytest.approx(12.15)
    assert fcc_field_uv_m(433.92) == pytest.approx(10997, abs=1)
    assert field_dbm(fcc_field_uv_m(433.92)) == pytest.approx(-14.4, abs=0.05)
    assert peak_allowance_db(0.5) == pytest.approx(6.02, abs=0.01)
    assert peak_allowance_db(0.001) == 20.0
    assert sends_an_hour(0.1, 46.0) == 7826
    europe = next(rule for rule in RULES if rule.region == "EU")
    assert eirp_dbm(5.0) < europe.eirp_dbm


def test_the_ear_weighs_as_the_standard_says() -> None:
    for hz, db in ((100, -19.1), (500, -3.2), (1000, 0.0), (2000, 1.2), (4000, 1.0)):
        assert lo.a_weighting_db(hz) == pytest.approx(db, abs=0.1)


def test_every_tone_of_the_receiver_is_loud_enough_at_1_m() -> None:
    tones = {hz for pattern in PATTERNS.values() for hz, _ in pattern if hz}
    assert tones
    for hz in tones:
        assert lo.speaker_dba(hz, 1.0, receiver.SOUNDER_OHM) > lo.CALL_DBA
    assert lo.at_distance_db(70.0, 0.1, 1.0) == pytest.approx(50.0)
    assert lo.fundamental_w(5.0, 22.0, 8.0) == pytest.approx(0.0450, abs=1e-4)


def test_the_sounders_resistor_bears_a_lasting_tone() -> None:
    ma = el.current_ma(lo.SUPPLY_V, 0.0, receiver.SOUNDER_OHM + lo.SPEAKER_OHM)
    assert el.dissipated_w(ma, receiver.SOUNDER_OHM, 0.5) < 0.5 * 0.7


def test_loops_and_an_ear_cost_life() -> None:
    lives = {node.name: life_days(node) for node in NODES}
    bare, with_loops, two_way = (life_days(NODES[at]) for at in (0, 1, 3))
    assert bare > with_loops > two_way > 90
    assert all(days > 30 for days in lives.values())
    node = Node("", "pico", "LR20", 2700, 2, 10e3, 100e3)
    # 2 mA of the board; two loops of 0.33 mA at 3.3 V through a converter of 85 % at 3.75 V; 19 µA of the divider.
    assert sleep_ua(node) == pytest.approx(2000 + 2 * 330 * 3.3 / 0.85 / 3.75 + 18.75, abs=1)
    assert daily_mah(node) == pytest.approx((24 * sleep_ua(node) + (30 * 35000 + 600 * 3000) / 3600) / 1000, abs=0.001)


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.name)
def test_a_node_counts_with_what_its_circuit_takes_asleep(node: Node) -> None:
    asleep = asleep_ua(node.board, LOOPS[: node.n_loops])
    assert asleep == pytest.approx(sleep_ua(node), rel=0.02)


def test_the_receiver_outlives_a_day_without_mains() -> None:
    assert backup_hours("LR20") > 24
    assert backup_hours("LR6") > 1
