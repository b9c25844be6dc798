"""A press goes from the key to the display and the host, on real MicroPython and on CPython alike."""

import dataclasses
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from ward_host import StepPty, WardHost

from wardbell_simulator.carriers import NoiseSpec
from wardbell_simulator.clock import Pace
from wardbell_simulator.plan import default_plan
from wardbell_simulator.ward import Ward

BOTH = pytest.mark.parametrize("is_cpython", [False, True], ids=["micropython", "cpython"])
CALL_WORD = "0F1F01F0" + "0001"
LATEST_TONE_MS = 1_000


@pytest.fixture
def pty(tmp_path: Path) -> Iterator[StepPty]:
    line = StepPty(tmp_path / "receiver")
    yield line
    line.close()


@BOTH
def test_a_press_reaches_lamp_display_tone_and_the_real_port(pty: StepPty, is_cpython: bool) -> None:
    with Ward(seed=1, is_cpython=is_cpython, line=pty, is_enrolled=False) as ward:
        host = WardHost(ward)
        host.run_until(lambda: host.peer.is_up)
        host.send_table(ward.plan)
        host.run_until(lambda: ward.lcd_lines[0] == "Everything Good!")
        pressed_ms = ward.now_ms
        ward.press("203-2")
        host.run_until(lambda: bool(host.of("press")) and "Calling!!!" in ward.lcd_lines[1])
        assert ward.lcd_lines[0].startswith("203-2")
        assert ward.lamps["203-2"]
        assert [tone.at_us // 1000 - pressed_ms <= LATEST_TONE_MS for tone in ward.log.of("tone")[:1]] == [True]
        host.run_until(lambda: bool(host.of("press_end")))
        assert [message["code"] for message in host.of("press")] == [0x1D3403]
        assert [record.value["word"] for record in ward.log.of("air")] == [CALL_WORD]
        ward.acknowledge()
        host.run_until(lambda: bool(host.of("ack")))
        assert ward.lcd_lines[1].startswith("I know!")
        assert host.of("ack")[0]["station"] == "203-2"
        ward.reset("203-2")
        host.run_until(lambda: ward.lcd_lines[0] == "Everything Good!")
        assert (ward.receiver.glass.n_busy, ward.receiver.glass.n_early) == (0, 0)
        assert host.peer.counts() == {}
        host.close()


def night(is_cpython: bool) -> list[str]:
    """What people saw and heard over ten minutes of presses, noise, lost words and a power cut."""
    nodes = tuple(dataclasses.replace(node, word_loss=0.1) for node in default_plan().nodes)
    plan = dataclasses.replace(default_plan(), nodes=nodes, noise=NoiseSpec(20, 80))
    chance = random.Random(5)
    with Ward(plan, seed=5, is_cpython=is_cpython, has_host=False) as ward:
        for _ in range(25):
            name = chance.choice(list(ward.beds))
            ward.press(name, chance.choice(["", "", "reset"]))
            ward.run_for_ms(chance.randrange(200, 3_000))
            if chance.random() < 0.5:
                ward.acknowledge()
            ward.run_for_ms(chance.randrange(200, 6_000))
        ward.restart_receiver()
        ward.run_for_ms(5_000)
        return [record.as_json() for record in ward.log.records]


def test_both_interpreters_live_through_the_same_night() -> None:
    on_micropython = night(is_cpython=False)
    assert len(on_micropython) > 200
    assert on_micropython == night(is_cpython=True)


def test_two_beds_pressed_within_one_burst_are_both_called() -> None:
    # Of equal strength, so the words that overlap are lost; those before and after are not.
    with Ward(seed=2, has_host=False) as ward:
        ward.run_for_ms(1_000)
        ward.press("201-1")
        ward.run_for_ms(150)
        ward.press("202-2")
        assert ward.run_until_true(lambda: {"201-1", "202-2"} == shown_places(ward), ward.now_ms + 10_000)
        assert ward.lcd_lines[0].endswith("/2")


def shown_places(ward: Ward) -> set[str]:
    lines = [record.value[0] for record in ward.log.of("lcd")]
    return {name for name in ward.beds if any(line.startswith(name) for line in lines)}


def test_the_stronger_of_two_at_the_same_instant_is_called() -> None:
    nodes = tuple(
        dataclasses.replace(node, level_db=45.0 if node.station_id == "201-1" else 30.0)
        for node in default_plan().nodes
    )
    with Ward(dataclasses.replace(default_plan(), nodes=nodes), seed=2, has_host=False) as ward:
        ward.run_for_ms(1_000)
        ward.press("201-1")
        ward.press("203-2")
        assert ward.run_until_true(lambda: "Calling!!!" in ward.lcd_lines[1], 5_000)
        assert ward.lcd_lines[0].startswith("201-1")


def test_every_press_gets_through_in_noise() -> None:
    plan = dataclasses.replace(default_plan(), noise=NoiseSpec(rate_hz=50, mean_us=60))
    with Ward(plan, seed=4, has_host=False) as ward:
        ward.run_for_ms(1_000)
        for bed in ward.beds:
            ward.press(bed)
            ward.run_for_ms(1_500)
        ward.run_for_ms(20_000)
        assert shown_places(ward) == set(ward.beds)


def test_a_press_of_fifty_ms_counts_and_a_stuck_key_is_one_call() -> None:
    with Ward(seed=6, has_host=False) as ward:
        ward.run_for_ms(1_000)
        ward.press("201-2", ms=50)
        ward.button("202-1").stick()
        ward.run_for_ms(55_000)
        assert len(ward.log.of("air", "201-2")) == 1
        assert len(ward.log.of("air", "202-1")) == 1
        assert ward.run_until_true(lambda: ward.lcd_lines[1].startswith("Key fault"), ward.now_ms + 20_000)
        assert shown_places(ward) == {"201-2", "202-1"}
        ward.button("202-1").free()
        ward.run_for_ms(70_000)
        assert not ward.run_until_true(lambda: ward.lcd_lines[1].startswith("Key fault"), ward.now_ms + 10_000)


def test_a_cut_handset_cable_is_a_call_that_plugging_in_does_not_end() -> None:
    with Ward(seed=12, is_cpython=True, has_host=False) as ward:
        ward.run_for_ms(1_000)
        ward.unplug("201-2")
        assert ward.run_until_true(lambda: ward.lcd_lines[1].startswith("Unplugged!"), ward.now_ms + 1_000)
        ward.plug("201-2")
        ward.run_for_ms(20_000)
        assert shown_places(ward) == {"201-2"}
        ward.reset("201-2")
        assert ward.run_until_true(lambda: ward.lcd_lines[0] == "Everything Good!", ward.now_ms + 3_000)


def test_what_nobody_enrolled_calls_nobody() -> None:
    with Ward(seed=7, has_host=False, is_enrolled=False) as ward:
        ward.run_for_ms(1_000)
        ward.press("203-1")
        ward.run_for_ms(3_000)
        assert ward.log.of("air", "203-1")
        assert shown_places(ward) == set()
        assert ward.log.of("tone") == []


def test_the_receiver_remembers_its_ward_over_a_power_cut() -> None:
    with Ward(seed=7, is_enrolled=False) as ward:
        host = WardHost(ward)
        host.run_until(lambda: host.peer.is_up)
        host.send_table(ward.plan)
        host.run_until(lambda: bool(ward.receiver.files))
        host.close()
        ward.kill_receiver()
        assert ward.lcd_lines == (" " * 16, " " * 16)
        ward.restart_receiver()
        ward.run_for_ms(1_000)
        ward.press("203-1")
        assert ward.run_until_true(lambda: ward.lcd_lines[0].startswith("203-1"), ward.now_ms + 5_000)


def test_an_idle_night_wakes_nobody_without_a_cause() -> None:
    with Ward(seed=9, has_host=False) as ward:
        ward.run_for_ms(8 * 3_600_000)
        beats = [ward.log.of("air", name) for name in ward.beds]
        assert {6 <= len(of_bed) <= 11 for of_bed in beats} == {True}
        # A burst of four words is handed over in a dozen portions; a node wakes for it, and once when it is over.
        assert ward.receiver.device.n_wakes < 20 * sum(map(len, beats))
        assert all(bed.device.n_wakes <= 2 + 3 * len(ward.log.of("air", name)) for name, bed in ward.beds.items())
        assert ward.lcd_lines[0] == "Everything Good!"


def test_a_node_without_power_is_dark_and_silent_and_comes_back() -> None:
    with Ward(seed=8, is_cpython=True, has_host=False) as ward:
        ward.press("202-2")
        ward.run_for_ms(300)
        assert ward.lamps["202-2"]
        ward.kill_bed("202-2")
        assert (ward.lamps["202-2"], ward.powered["202-2"]) == (False, False)
        ward.press("202-2")
        ward.run_for_ms(5_000)
        assert len(ward.log.of("air", "202-2")) == 1
        ward.restart_bed("202-2")
        ward.press("202-2")
        ward.run_for_ms(1_000)
        assert len(ward.log.of("air", "202-2")) == 2


def test_what_comes_in_at_wall_speed_comes_when_it_comes_not_when_something_last_happened() -> None:
    with Ward(is_cpython=True, has_host=False) as ward:
        seen_us: list[int] = []
        ward.post(lambda: seen_us.append(ward.timeline.now_us))
        pace = Pace(ward.timeline, speed=1e6)
        earliest_us = pace.now_us()
        ward.catch_up(pace)
        assert seen_us[0] >= earliest_us > 0


def test_records_are_json_lines() -> None:
    with Ward(is_cpython=True, has_host=False) as ward:
        ward.press("203-wc")
        ward.run_for_ms(3_000)
        documents = [json.loads(record.as_json()) for record in ward.log.records]
    assert {document["what"] for document in documents} >= {"lcd", "tone", "lamp", "chirp", "air"}
    assert all(document.keys() == {"at_ms", "source", "what", "value"} for document in documents)
