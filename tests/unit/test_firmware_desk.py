"""The receiver's desk in virtual time: what is shown, sounded and told, with and without a host."""

import pytest
from firmware_bench import DeskBench, call, station

from wardbell_firmware.receiver.text import EVERYTHING_GOOD, HOST_STARTING, NO_HOST, NO_STATIONS
from wardbell_protocol.air.codeword import CodeWord

SILENT = 0


@pytest.fixture
def alone() -> DeskBench:
    """A receiver that has no host and expects none."""
    return DeskBench(has_host=False)


@pytest.fixture
def linked() -> DeskBench:
    """A receiver whose host is there and well."""
    bench = DeskBench()
    bench.plug_in()
    return bench


def test_idle_text_is_exactly_what_people_know(alone: DeskBench) -> None:
    assert alone.lines == ("Everything Good!", "")


def test_a_press_is_shown_and_sounded_at_once(alone: DeskBench) -> None:
    alone.press(3)
    assert alone.lines == ("203-1 call?  1/1", "Calling!!!    0s")
    assert alone.tone_hz > 0


def test_a_second_press_is_counted_on_the_call(alone: DeskBench) -> None:
    for _ in range(3):
        alone.press(3)
        alone.pause()
    assert alone.lines == ("203-1 call?  1/1", "Calling!!! x3 1s")


def test_an_unknown_code_is_counted_and_calls_nobody() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.send(CodeWord(0x123456))
    bench.pause()
    assert bench.lines[0] == EVERYTHING_GOOD
    assert bench.desk.n_unknown == 1
    assert [message["code"] for message in bench.told_of("press")] == [0x123456]


def test_acknowledging_shows_so_and_silences(alone: DeskBench) -> None:
    alone.press(3)
    alone.tap()
    assert alone.lines[0] == "203-1 call?  1/1"
    assert alone.lines[1].startswith("I know!")
    assert alone.tone_hz == SILENT
    alone.wait(10_000)
    assert alone.tones_heard[-1] == SILENT


def test_acknowledging_one_leaves_the_others_ringing(alone: DeskBench) -> None:
    alone.press(1)
    alone.press(2)
    alone.tap()
    alone.wait(5_000)
    assert sum(c.status == "placed" for c in alone.desk.board.calls.values()) == 1
    assert len(set(alone.tones_heard[-4:])) == 2  # tone and pause go on


def test_a_tap_on_an_answered_call_answers_the_next_one(alone: DeskBench) -> None:
    alone.press(1)
    alone.press(2)
    alone.tap()
    shown = alone.lines[0]
    alone.tap()
    assert alone.lines[0] != shown
    assert alone.tone_hz == SILENT


def test_a_new_more_urgent_call_is_shown_at_once(alone: DeskBench) -> None:
    alone.press(1)
    alone.press(2, "emergency")
    assert alone.lines[0] == "202-1 EMERG? 1/2"
    alone.press(3, "code")
    assert alone.lines[0] == "203-1 CODE?  1/3"


def test_all_calls_are_shown_in_turn_by_priority_then_age(alone: DeskBench) -> None:
    for number, signal in ((4, "normal"), (1, "normal"), (2, "emergency"), (3, "bathroom")):
        alone.press(number, signal)
    alone.wait(2_000 - alone.now_ms % 10)
    alone.lines_seen.clear()
    alone.wait(8_000)
    places = [line[0][:5] for line in alone.lines_seen]
    turns = [place for at, place in enumerate(places) if at == 0 or place != places[at - 1]]
    order = ["202-1", "203-1", "204-1", "201-1"]
    start = order.index(turns[0])
    assert turns[:4] == order[start:] + order[:start]
    assert all(line[0].endswith("/4") for line in alone.lines_seen)


@pytest.mark.parametrize("n_beds", [64, 100])
def test_many_open_calls_are_all_reachable(n_beds: int) -> None:
    bench = DeskBench(n_beds, has_host=False)
    for number in range(1, n_beds + 1):
        bench.press(number)
    bench.lines_seen.clear()
    bench.wait(2_000 * n_beds)
    counts = {line[0].split()[-1] for line in bench.lines_seen}
    assert counts >= {f"{index}/{n_beds}" for index in range(1, n_beds + 1)}
    assert len({line[0].split()[0] for line in bench.lines_seen}) == n_beds


def test_holding_the_key_clears_what_was_shown(alone: DeskBench) -> None:
    alone.press(3)
    alone.hold(3_100)
    assert alone.lines == (EVERYTHING_GOOD, "")
    assert alone.tone_hz == SILENT


def test_an_urgent_call_is_cleared_only_at_its_bed(alone: DeskBench) -> None:
    alone.press(3, "emergency")
    alone.hold(3_100)
    assert alone.lines == ("203-1 EMERG? 1/1", "Clear at bed  3s")
    assert alone.tone_hz >= 0
    alone.wait(2_000)
    assert alone.lines[1].startswith("Calling!!!")
    alone.press(3, "reset")
    assert alone.lines == (EVERYTHING_GOOD, "")


def test_a_hold_that_is_refused_acknowledges_nothing(alone: DeskBench) -> None:
    alone.press(3, "emergency")
    alone.hold(3_500)
    assert [c.status for c in alone.desk.board.calls.values()] == ["placed"]


def test_staff_at_the_bed_is_shown_as_such(alone: DeskBench) -> None:
    alone.press(3)
    alone.press(3, "presence")
    assert alone.lines[1].startswith("Staff here")
    assert alone.tone_hz == SILENT


def test_an_answered_call_that_is_left_rings_again(alone: DeskBench) -> None:
    alone.press(3)
    alone.tap()
    alone.wait(180_000)
    assert alone.lines[1].startswith("Calling!!!")
    assert len(set(alone.tones_heard[-3:])) == 2


def test_a_new_call_begins_the_pattern_anew(alone: DeskBench) -> None:
    alone.press(1)
    alone.wait(1_000)
    assert alone.tone_hz == SILENT
    alone.press(2)
    assert alone.tone_hz > 0


def test_without_a_table_nobody_is_told_that_all_is_good() -> None:
    bench = DeskBench(0, has_host=False)
    assert bench.lines == (NO_STATIONS, "")


def test_what_is_wrong_is_said_when_nothing_is_open() -> None:
    bench = DeskBench()
    assert bench.lines == (NO_HOST, "")
    bench.is_plugged = True
    bench.wait(1_500)
    assert bench.lines == (HOST_STARTING, "")
    bench.say({"t": "health", "ok": False, "text": "Broker is gone"})
    assert bench.lines == ("Broker is gone", "")
    bench.say({"t": "health", "ok": True, "text": ""})
    assert bench.lines == (EVERYTHING_GOOD, "")
    bench.unplug()
    bench.wait(6_000)
    assert bench.lines == (NO_HOST, "")


def test_events_go_over_with_their_own_times_when_the_host_returns() -> None:
    bench = DeskBench(4)
    times = []
    for number in range(300):
        bench.press(1 + number % 4, n_words=2)
        times.append(bench.now_ms)
        bench.pause()
    bench.wait(60_000)
    bench.plug_in()
    bench.wait(5_000)
    presses = bench.told_of("press")
    # A burst of two words takes 26 ms, and is heard when it has ended.
    assert [int(str(message["at"])) for message in presses] == [time_ms - 26 for time_ms in times]
    assert bench.desk.host.peer.dropped == 0


def test_the_host_is_told_of_keys(linked: DeskBench) -> None:
    linked.press(3)
    linked.tap()
    linked.hold(3_100)
    assert [(m["station"], m["kind"], m["detail"]) for m in linked.told_of("ack")] == [("S3", "normal", "")]
    assert [m["station"] for m in linked.told_of("clear")] == ["S3"]


def test_status_comes_once_a_minute(linked: DeskBench) -> None:
    linked.wait(180_000)
    statuses = linked.told_of("status")
    assert len(statuses) == 3
    assert set(statuses[0]) == {"t", "at", "rejects", "words", "dropped"}


def test_a_complete_table_replaces_the_old_one_and_is_saved(linked: DeskBench) -> None:
    linked.files.clear()
    linked.say(station(9, room="Garden", bed=""), {"t": "stations", "n": 1})
    linked.settle()
    assert list(linked.files) == ["stations.json"]
    linked.press(9)
    assert linked.lines[0] == "Garden call? 1/1"


def test_an_incomplete_table_changes_nothing(linked: DeskBench) -> None:
    linked.files.clear()
    linked.say(station(9), {"t": "stations", "n": 2})
    linked.settle()
    assert linked.files == {}
    linked.press(1)
    assert linked.lines[0].startswith("201-1")


def test_reraise_times_are_the_hosts(linked: DeskBench) -> None:
    linked.say({"t": "reraise", "by_kind": {"normal": [20, 0]}})
    linked.press(3)
    linked.tap()
    linked.wait(21_000)
    assert linked.lines[1].startswith("Calling!!!")


def test_calls_of_the_host_are_shown_and_go_with_it(linked: DeskBench) -> None:
    linked.say(call(2, "emergency", age=90_000, since=90_000), {"t": "calls", "n": 1, "seen": 0})
    assert linked.lines == ("202-1 EMERG? 1/1", "Calling!!!   90s")
    assert linked.tone_hz > 0
    linked.say(call(2, "emergency", status="cleared", age=95_000))
    assert linked.lines == (EVERYTHING_GOOD, "")


def test_acknowledged_elsewhere_is_silent_here(linked: DeskBench) -> None:
    linked.press(2)
    linked.pause()
    seen = linked.desk.host.peer.last_acknowledged
    linked.say(call(2, status="acknowledged", by="Anna", age=1_000, since=200, seen=seen))
    assert linked.lines[1].startswith("I know!")
    assert linked.tone_hz == SILENT


@pytest.mark.parametrize(
    "message",
    [
        {"t": "station", "id": "x", "room": "1", "bed": "", "address": "", "codes": {"AB": []}, "clear_at": []},
        {"t": "station", "id": "x", "room": "1", "bed": "", "address": "", "codes": {}, "clear_at": [{}]},
        {"t": "stations", "n": -1},
        {"t": "stations", "n": 5},
        {"t": "reraise", "by_kind": {"normal": 3}},
        {"t": "reraise", "by_kind": {"normal": [1, 2, 3]}},
        call(1, "tea"),
        call(1, status="asleep"),
        {"t": "calls", "n": 3, "seen": 0},
        {"t": "calls", "n": -3, "seen": 0},
    ],
)
def test_nonsense_from_the_host_is_counted_and_changes_nothing(linked: DeskBench, message: dict[str, object]) -> None:
    linked.press(1)
    linked.pause()
    shown = linked.lines[0]
    before = linked.desk.n_all_refused
    linked.say(message)
    assert linked.desk.n_all_refused == before + 1
    assert linked.lines[0] == shown
    assert linked.host.unacknowledged == 0
