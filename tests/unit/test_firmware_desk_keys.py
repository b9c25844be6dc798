"""Three keys at the desk: what each does, alone and held, and what the display says meanwhile."""

import pytest
from firmware_bench import DeskBench, call

from wardbell_firmware.drivers.glyphs import BELL, BROWSED, MUTED, WARNING
from wardbell_firmware.receiver.sounder import MUTE_MS
from wardbell_firmware.receiver.tones import PATTERNS

NORMAL_PERIOD_MS = 3_000


def alone(*beds: int, signal: str = "normal") -> DeskBench:
    bench = DeskBench(8, has_host=False)
    for bed in beds:
        bench.press(bed, signal)
        bench.pause()
    return bench


def is_heard(bench: DeskBench, ms: int = NORMAL_PERIOD_MS) -> bool:
    bench.tones_heard.clear()
    bench.wait(ms)
    return any(bench.tones_heard)


def test_holding_the_key_says_what_it_will_do_and_when() -> None:
    bench = alone(1)
    bench.change("ack", True)
    bench.wait(499)
    assert bench.lines[1].startswith("Calling!!!")
    said = []
    for _ in range(3):
        bench.wait(800)
        said.append(bench.lines[1][:12])
    assert said == ["Clear in 2 s", "Clear in 1 s", "Clear in 1 s"]
    bench.wait(200)
    assert bench.lines[0] == "Everything Good!"


def test_holding_it_over_an_urgent_call_says_at_once_where_that_is_cleared() -> None:
    bench = alone(1, signal="emergency")
    bench.change("ack", True)
    bench.wait(600)
    assert bench.lines[1].startswith("Clear at bed")
    bench.change("ack", False)
    bench.wait(100)
    assert bench.lines[1].startswith("I know!")  # it was let go in time: a short press


def test_browse_walks_the_whole_list_and_time_goes_on_later() -> None:
    bench = alone(1, 2, 3)
    bench.press(4, "low_battery")
    bench.pause()
    first = bench.lines[0].split()[0]
    seen = [first]
    for _ in range(4):
        bench.tap("browse")
        seen.append(bench.lines[0].split()[0])
    assert sorted(seen[:4]) == ["201-1", "202-1", "203-1", "204-1"]
    assert seen[4] == first
    shown = bench.lines[0]
    assert bench.lines[1][-3] == BROWSED
    bench.wait(7_500)
    assert bench.lines[0] == shown
    bench.lines_seen.clear()
    bench.wait(12_000)
    assert len({line[0] for line in bench.lines_seen}) == 4


def test_beside_a_fault_calls_are_counted_and_their_wait_is_said() -> None:
    bench = alone(1, 2)
    bench.press(4, "low_battery")
    bench.wait(60_000)
    bench.lines_seen.clear()
    bench.wait(20_000)
    faults = [line for line in bench.lines_seen if line[0].startswith("204-1")]
    assert faults
    assert all(first.endswith(f" {BELL}2") and second.endswith("s") for first, second in faults)
    calls = [line for line in bench.lines_seen if not line[0].startswith("204-1")]
    assert all(WARNING in second for _, second in calls)
    waits = [int(second[-3:-1]) for _, second in bench.lines_seen]
    assert waits == sorted(waits)


def test_a_more_urgent_call_is_shown_even_while_somebody_turns_pages() -> None:
    bench = alone(1, 2, 3)
    bench.tap("browse")
    bench.press(5, "code")
    assert bench.lines[0].startswith("205-1 CODE?")


def test_browse_held_walks_on() -> None:
    bench = alone(1, 2, 3, 4)
    bench.lines_seen.clear()
    bench.hold(3_000, "browse")
    assert {line[0].split()[0] for line in bench.lines_seen} == {"201-1", "202-1", "203-1", "204-1"}


def test_muted_for_two_minutes_with_the_time_left_on_the_display() -> None:
    bench = alone(1)
    bench.tap("mute")
    muted_ms = bench.now_ms - 120
    bench.lines_seen.clear()
    assert not is_heard(bench, muted_ms + MUTE_MS - bench.now_ms - 10)
    said = [second[:10] for _, second in bench.lines_seen if second.startswith("Muted")]
    assert said[0] in ("Muted 1:59", "Muted 2:00")
    assert said[-1] in ("Muted 0:01", "Muted 0:02")
    assert all(MUTED in second for _, second in bench.lines_seen)
    assert is_heard(bench)


def test_the_mute_key_again_lets_it_sound() -> None:
    bench = alone(1)
    bench.tap("mute")
    bench.wait(1_000)
    bench.tap("mute")
    assert is_heard(bench)


@pytest.mark.parametrize("signal", ["normal", "emergency", "low_battery"])
def test_the_next_call_breaks_the_silence(signal: str) -> None:
    bench = alone(1)
    bench.tap("mute")
    assert not is_heard(bench)
    bench.press(2, signal)
    assert bench.tone_hz > 0
    assert is_heard(bench)


def test_a_call_that_rings_again_breaks_it() -> None:
    bench = alone(1)
    bench.tap()
    bench.wait(100_000)
    bench.press(2)
    bench.tap("mute")
    bench.wait(79_000)
    assert is_heard(bench, 6_000)


@pytest.mark.parametrize("signal", ["code", "emergency", "bathroom", "staff_assist"])
def test_emergencies_are_never_muted_and_that_is_said(signal: str) -> None:
    bench = alone(1)
    bench.tap("mute")
    bench.press(2, signal)
    bench.tap("mute")
    assert bench.lines[0].startswith("202-1")
    assert bench.lines[1].startswith("Never muted")
    assert is_heard(bench)


def test_a_fault_is_muted_like_any_other_and_with_nothing_to_mute_nothing_is() -> None:
    bench = alone(1, signal="low_battery")
    bench.tap("mute")
    assert not is_heard(bench, 16_000)
    silent = alone()
    silent.tap("mute")
    assert silent.lines == ("Everything Good!", "")
    silent.press(1)
    assert silent.tone_hz > 0


def test_the_tones_of_faults_are_the_lowest_and_the_rarest() -> None:
    rings = {kind: [(hz, ms) for hz, ms in PATTERNS[kind] if hz] for kind in PATTERNS}
    assert max(hz for hz, _ in rings["fault"]) < min(hz for kind in rings for hz, _ in rings[kind] if kind != "fault")
    share = {kind: sum(ms for _, ms in rings[kind]) / sum(ms for _, ms in PATTERNS[kind]) for kind in rings}
    assert min(share, key=lambda kind: share[kind]) == "fault"


def test_a_fault_that_somebody_cleared_is_back_while_its_cause_lasts() -> None:
    bench = alone()
    bench.switch_mains(False)
    bench.wait(3_000)
    bench.tap("ack")
    assert not is_heard(bench, 20_000)
    bench.hold(3_100)
    assert bench.lines[1].startswith("Mains lost")  # and is unanswered again
    assert is_heard(bench, 20_000)
    bench.switch_mains(True)
    bench.wait(6_000)
    assert bench.lines[0] == "Everything Good!"


def test_a_fault_that_the_host_cleared_is_told_again_while_its_cause_lasts() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.switch_mains(False)
    bench.wait(3_000)
    assert [told["on"] for told in bench.told_of("fault")] == [True]
    bench.say({"t": "calls", "n": 0, "seen": len(bench.told)})
    bench.wait(1_000)
    assert [told["on"] for told in bench.told_of("fault")] == [True, True]
    assert bench.lines[1].startswith("Mains lost")


def test_what_holding_does_is_said_only_beside_the_call_that_it_does_it_to() -> None:
    bench = alone(1)
    bench.change("ack", True)
    bench.wait(1_000)
    bench.press(5, "emergency")
    bench.wait(600)
    assert bench.lines[0].startswith("205-1 EMERG?")
    assert bench.lines[1].startswith("Calling!!!")
    bench.wait(1_500)
    bench.change("ack", False)
    assert [call.station_id for call in bench.desk.board.open_calls()] == ["S5"]  # the one that was meant is cleared


def test_another_ears_blindness_is_said_of_that_ear() -> None:
    bench = DeskBench()
    bench.plug_in(is_healthy=False)
    bench.say(call(0, "fault", detail="radio_blind", station="attic", room="Attic", bed=""))
    bench.wait(100)
    assert bench.lines[0].startswith("Attic fault")
    assert bench.lines[1].startswith("Radio blind")


def test_a_blindness_that_is_over_does_not_wait_for_the_host_to_say_so() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.say(call(0, "fault", detail="radio_blind", station="ward", room="ward", bed=""))
    bench.unplug()
    bench.wait(6_000)
    assert bench.desk.board.open_calls() == []


@pytest.mark.parametrize("stuck", ["browse", "mute"])
def test_beside_a_key_that_sticks_a_call_is_answered_all_the_same(stuck: str) -> None:
    bench = alone(1, 2)
    bench.change(stuck, True)
    bench.wait(61_000)
    shown = bench.lines[0]
    bench.wait(900)
    assert bench.lines[0] == shown, "nobody reads what changes more than once a second"
    bench.tap()
    assert sorted(call.status for call in bench.desk.board.calls.values()) == ["acknowledged", "placed"]
    bench.hold(3_100)
    assert len(bench.desk.board.calls) == 1


def test_a_key_that_is_down_when_the_receiver_starts_does_nothing_until_it_was_let_go() -> None:
    before = alone(1)
    before.wait(3_000)
    bench = DeskBench(has_host=False, files=before.files, keys_down={"ack"})
    bench.wait(10_000)
    assert [call.status for call in bench.desk.board.calls.values()] == ["placed"]
    bench.change("ack", False)
    bench.wait(100)
    assert [call.status for call in bench.desk.board.calls.values()] == ["placed"]
    bench.tap()
    assert [call.status for call in bench.desk.board.calls.values()] == ["acknowledged"]
