"""Supply, lamps and relay of the receiver, and what it says of itself when nobody else can."""

from firmware_bench import DeskBench

from wardbell_firmware.receiver.own_faults import HOST_LOST_AFTER_MS
from wardbell_firmware.receiver.signs import BLIND_MS, UNWELL_MS, Signs
from wardbell_firmware.receiver.tones import PATTERNS

FAULT_HZ = {hz for hz, _ in PATTERNS["fault"]}


def own_faults(bench: DeskBench) -> list[tuple[str, str]]:
    return [(c.station_id, c.detail) for c in bench.desk.board.open_calls()]


def test_lost_mains_are_shown_sounded_and_told_within_ten_seconds_and_so_is_their_return() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.wait(60_000)
    bench.switch_mains(False)
    bench.tones_heard.clear()
    bench.wait(10_000)
    assert bench.lines[0] == "Desk fault   1/1"
    assert bench.lines[1].startswith("Mains lost")
    assert set(bench.tones_heard) == FAULT_HZ
    assert [(m["part"], m["detail"], m["on"]) for m in bench.told_of("fault")] == [("ward", "mains_lost", True)]
    bench.switch_mains(True)
    bench.wait(10_000)
    assert bench.lines[0] == "Everything Good!"
    assert [m["on"] for m in bench.told_of("fault")] == [True, False]


def test_a_lost_display_is_told_and_sounded_below_all_calls_until_it_was_back_for_a_while() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.lose_display(True)
    bench.tones_heard.clear()
    bench.wait(10_000)
    assert bench.lines[0] == "Desk fault   1/1"
    assert bench.lines[1].startswith("Display lost")
    assert set(bench.tones_heard) == FAULT_HZ
    assert bench.desk.front.signs.next_deadline_ms() is not None  # red blinks
    bench.press(1)
    assert bench.tone_hz == PATTERNS["normal"][0][0]
    bench.lose_display(False)
    bench.wait(40_000)
    assert [(m["part"], m["detail"], m["on"]) for m in bench.told_of("fault")] == [
        ("ward", "display_lost", True),
        ("ward", "display_lost", False),
    ]


def test_a_display_whose_plug_is_loose_is_one_fault() -> None:
    bench = DeskBench()
    bench.plug_in()
    for _ in range(20):
        bench.lose_display(True)
        bench.wait(3_000)
        bench.lose_display(False)
        bench.wait(20_000)
    assert [m["on"] for m in bench.told_of("fault")] == [True]


def test_a_flicker_is_no_fault() -> None:
    bench = DeskBench(has_host=False)
    for _ in range(20):
        bench.switch_mains(False)
        bench.wait(1_500)
        bench.switch_mains(True)
        bench.wait(500)
    assert own_faults(bench) == []


def test_mains_that_come_and_go_are_one_fault() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.switch_mains(False)
    bench.wait(3_000)
    for _ in range(20):
        bench.switch_mains(True)
        bench.wait(2_000)
        bench.switch_mains(False)
        bench.wait(2_500)
    assert [m["on"] for m in bench.told_of("fault")] == [True]


def test_calls_come_before_lost_mains() -> None:
    bench = DeskBench(has_host=False)
    bench.switch_mains(False)
    bench.wait(5_000)
    bench.press(1)
    assert bench.lines[0] == "201-1 call?  1/1"
    assert bench.tone_hz == PATTERNS["normal"][0][0]


def test_a_fault_of_before_a_restart_goes_with_its_cause() -> None:
    bench = DeskBench(has_host=False)
    bench.switch_mains(False)
    bench.wait(10_000)
    again = DeskBench(has_host=False, files=bench.files)
    again.wait(100)
    assert own_faults(again) == []
    bench.desk.take_unsaved()
    still = DeskBench(has_host=False, files=bench.files)
    still.switch_mains(False)
    still.wait(10_000)
    assert own_faults(still) == [("ward", "mains_lost")]


def test_a_host_that_stays_away_is_a_fault_until_it_is_back() -> None:
    bench = DeskBench()
    bench.wait(HOST_LOST_AFTER_MS - 1_000)
    assert bench.lines[0] == "No host link"
    bench.wait(2_000)
    assert bench.lines[0] == "Desk fault   1/1"
    assert bench.lines[1].startswith("Host lost")
    assert bench.tone_hz in FAULT_HZ
    bench.plug_in()
    bench.wait(100)
    assert own_faults(bench) == []
    assert bench.told_of("fault") == []


def test_a_receiver_that_shall_have_no_host_misses_none() -> None:
    bench = DeskBench(has_host=False)
    bench.wait(10 * HOST_LOST_AFTER_MS)
    assert own_faults(bench) == []


def test_what_is_wrong_is_told_to_a_host_that_starts_anew() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.switch_mains(False)
    bench.wait(5_000)
    bench.restart_host()
    bench.wait(8_000)
    bench.say({"t": "calls", "n": 0, "seen": 0})
    bench.wait(100)
    assert [m["on"] for m in bench.told_of("fault")] == [True, True]
    assert own_faults(bench) == [("ward", "mains_lost")]


def test_the_host_knows_the_desk_by_its_name_and_the_display_by_its_place() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.switch_mains(False)
    bench.wait(5_000)
    seen = bench.desk.host.peer.last_acknowledged
    message: dict[str, object] = {
        "t": "call",
        "station": "ward",
        "kind": "fault",
        "detail": "mains_lost",
        "room": "ward",
        "bed": "",
    }
    message |= {"status": "placed", "age": 3_000, "since": 3_000, "presses": 1, "by": "", "clear_at": ["bed"]}
    bench.say({**message, "seen": seen}, {"t": "calls", "n": 1, "seen": seen})
    bench.wait(100)
    assert bench.lines[0] == "Desk fault   1/1"


def red_changes(is_blind: bool, is_unwell: bool, ms: int) -> list[int]:
    signs, now_ms, changes, was = Signs(), 0, [], None
    while now_ms <= ms:
        signs.poll(is_blind, is_unwell, now_ms)
        if signs.red != was:
            was = signs.red
            changes.append(now_ms)
        due_ms = signs.next_deadline_ms()
        if due_ms is None:
            break
        assert due_ms > now_ms
        now_ms = due_ms
    return changes


def test_red_has_a_rhythm_for_blindness_and_one_for_all_else() -> None:
    assert red_changes(True, True, 1_000) == [0, BLIND_MS, 2 * BLIND_MS, 3 * BLIND_MS, 4 * BLIND_MS]
    assert red_changes(False, True, 3_000) == [0, UNWELL_MS, 2 * UNWELL_MS, 3 * UNWELL_MS]
    assert red_changes(False, False, 3_000) == [0]


def test_green_and_relay_say_that_it_hears_and_red_that_something_is_wrong() -> None:
    bench = DeskBench(has_host=False)
    signs = bench.desk.front.signs
    assert (signs.green, signs.relay, signs.red) == (True, True, False)
    bench.press(1, "emergency")
    bench.wait(5_000)
    assert (signs.green, signs.relay, signs.next_deadline_ms()) == (True, True, None)
    bench.switch_mains(False)
    bench.wait(5_000)
    assert (signs.green, signs.relay) == (True, True)
    assert signs.next_deadline_ms() is not None
