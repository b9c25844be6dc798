"""Nodes with keys in the virtual ward: presses that collide, receipts, batteries pulled, receivers gone."""

import itertools

import pytest
from collisions_ward import colliding_plan, play_round, received_at_us

from wardbell_firmware.bedside.counter import COUNTER_NAME
from wardbell_firmware.bedside.schedule import ONE_WAY_MS
from wardbell_protocol.air.frame import open_frame
from wardbell_protocol.air.heartbeat import ASK_EVERY_S
from wardbell_simulator.ward import Ward


def test_three_presses_within_a_fifth_of_a_second_all_ring() -> None:
    rounds = [play_round(3, seed) for seed in range(8)]
    assert [found.n_rang for found in rounds] == [3] * 8
    rang_s = sorted(second for found in rounds for second in found.rang_s)
    assert rang_s[len(rang_s) * 95 // 100] < 1.0


def test_of_ten_presses_each_rings_nine_times_in_ten() -> None:
    assert sum(play_round(10, seed).n_rang for seed in range(3)) >= 27


@pytest.mark.parametrize("are_hidden", [False, True], ids=["all hear each other", "none hears another"])
def test_with_a_fifth_of_all_frames_lost_ten_beds_are_told_within_five_seconds(are_hidden: bool) -> None:
    rounds = [play_round(10, seed, True, 0.2, are_hidden) for seed in range(2)]
    assert [found.n_rang for found in rounds] == [10] * 2
    assert all(found.are_all_confirmed for found in rounds)


def test_alone_a_press_rings_within_a_tenth_of_a_second_and_is_confirmed() -> None:
    with Ward(colliding_plan(1, 5, True, 0.0), seed=5, is_cpython=True, has_host=False) as ward:
        ward.run_for_ms(1_000)
        (bed,) = ward.beds
        ward.press(bed)
        assert ward.run_until_true(lambda: ward.tone_hz > 0, 1_100)
        ward.run_for_ms(3_000)
        received_us = received_at_us(ward.beds[bed])
        assert received_us is not None
        assert received_us < 1_200_000
        assert len(ward.log.of("air", bed)) == 1
        assert len(ward.log.of("air", "receiver")) == 1


def test_the_lamp_follows_the_call_to_its_end_on_the_real_interpreter() -> None:
    with Ward(colliding_plan(1, 6, True, 0.2), seed=6, has_host=False) as ward:
        ward.run_for_ms(1_000)
        (bed,) = ward.beds
        ward.press(bed)
        ward.run_for_ms(6_000)
        assert received_at_us(ward.beds[bed]) is not None
        ward.acknowledge()
        ward.run_for_ms(9_000)
        assert seen_rhythm(ward, bed)
        ward.hold_ack()
        ward.run_for_ms(9_000)
        assert ward.lcd_lines[0] == "Everything Good!"
        assert not ward.lamps[bed]


def test_a_receiver_that_lost_its_power_tells_the_node_when_it_asks() -> None:
    with Ward(colliding_plan(1, 10, True, 0.0), seed=10, is_cpython=True, has_host=False) as ward:
        ward.run_for_ms(1_000)
        (bed,) = ward.beds
        ward.press(bed)
        ward.run_for_ms(4_000)
        ward.restart_receiver()
        ward.run_for_ms(2_000)
        assert ward.lcd_lines[1].startswith("Calling!!!")
        ward.acknowledge()
        ward.run_for_ms(ASK_EVERY_S * 1_300)
        assert seen_rhythm(ward, bed)


def seen_rhythm(ward: Ward, bed: str) -> bool:
    changes = ward.beds[bed].lamp.changes[-3:]
    return {later[0] - earlier[0] for earlier, later in itertools.pairwise(changes)} == {300_000, 2_700_000}


def test_without_a_receiver_the_lamp_never_says_received_and_the_press_is_said_until_one_is_back() -> None:
    with Ward(colliding_plan(1, 7, True, 0.0), seed=7, is_cpython=True, has_host=False) as ward:
        ward.run_for_ms(1_000)
        ward.kill_receiver()
        (bed,) = ward.beds
        ward.press(bed)
        ward.run_for_ms(60_000)
        assert received_at_us(ward.beds[bed]) is None
        ward.restart_receiver()
        assert ward.run_until_true(lambda: ward.tone_hz > 0, ward.now_ms + 90_000)
        ward.run_for_ms(3_000)
        assert received_at_us(ward.beds[bed]) is not None


def test_a_battery_pulled_in_mid_press_never_makes_a_press_look_replayed() -> None:
    plan = colliding_plan(1, 8, False, 0.0)
    with Ward(plan, seed=8, is_cpython=True, has_host=False) as ward:
        (bed,) = ward.beds
        for ms in (50, 700, 5_000):
            ward.press(bed)
            ward.run_for_ms(ms)
            ward.restart_bed(bed)
        ward.press(bed)
        ward.run_for_ms(5_000)
        key = bytes.fromhex(plan.nodes[0].key)
        frames = [open_frame(bytes.fromhex(record.value["frame"]), key) for record in ward.log.of("air", bed)]
        counters = [frame.counter for frame in frames if frame is not None]
        assert len(counters) == len(frames)
        assert counters == sorted(counters)
        assert len(set(counters)) == 4
        assert counters.count(counters[-1]) == len(ONE_WAY_MS)
        assert ward.lcd_lines[1].startswith("Calling!!! x4")
        slots = [data for name, data in ward.beds[bed].files.items() if name.startswith(COUNTER_NAME)]
        assert max(int(data.split()[0]) for data in slots) > counters[-1]


def test_a_low_battery_is_shown_below_the_calls() -> None:
    with Ward(colliding_plan(1, 9, False, 0.0), seed=9, is_cpython=True, has_host=False) as ward:
        ward.run_for_ms(1_000)
        (bed,) = ward.beds
        ward.set_battery(bed, 2_100)
        ward.press(bed)  # it is measured while it sends
        assert ward.run_until_true(lambda: ward.lcd_lines[1].startswith("Calling!!!"), 2_000)
        assert ward.run_until_true(lambda: ward.lcd_lines[1].startswith("Low battery"), 20_000)
        assert ward.run_until_true(lambda: ward.lcd_lines[1].startswith("Calling!!!"), 30_000)
