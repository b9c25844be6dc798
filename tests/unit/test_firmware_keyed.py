"""Stations with a key at the receiver: frames ring and are proven, everything else in their name is refused and told."""

import json

import pytest
from firmware_bench import DeskBench, key_of, keyed, sealed, station

from wardbell_firmware.receiver.keyed_nodes import COUNTERS_FILE, SAVE_EVERY_MS
from wardbell_protocol.air.key_mark import key_mark
from wardbell_protocol.air.refusals import BARE, FORGED, N_TOLERATED, QUIET_MS, REPLAYED
from wardbell_protocol.link.messages import check_message

MINUTE_MS = 60_000
COPIES_OVER_MS = 6_000  # then a copy is a replay


def bench(files: dict[str, bytes] | None = None, has_host: bool = False, epoch: int = 7) -> DeskBench:
    """Bed 1 has a node with a key, bed 2 one without."""
    made = DeskBench(has_host=has_host, files=files, epoch=epoch)
    if not files:
        made.enrol(keyed(1), station(2))
    return made


def after_power_loss(before: DeskBench) -> DeskBench:
    return bench(before.files, before.desk.host.has_host, 8)


def faults(at: DeskBench) -> list[tuple[str, str]]:
    return [(call.station_id, call.detail) for call in at.desk.board.open_calls() if call.kind == "fault"]


def calls(at: DeskBench) -> dict[str, int]:
    return {call.station_id: call.presses for call in at.desk.board.open_calls() if call.kind != "fault"}


def test_a_frame_rings_unmarked_and_a_word_marked() -> None:
    alone = bench()
    alone.send_frame(sealed(1, 1))
    assert alone.lines == ("201-1 call   1/1", "Calling!!!    0s")
    alone.send_frame(sealed(1, 2, "reset"))
    assert alone.lines[0] == "Everything Good!"
    alone.press(2)
    assert alone.lines[0] == "202-1 call?  1/1"


def test_copies_are_one_press_and_another_counter_is_another() -> None:
    alone = bench()
    alone.send_frame(sealed(1, 1), 6)
    assert calls(alone) == {"S1": 1}
    alone.send_frame(sealed(1, 2), 6)
    assert calls(alone) == {"S1": 2}
    assert faults(alone) == []


@pytest.mark.parametrize("signal", ["reset", "presence", "normal", "emergency"])
def test_bare_words_of_a_keyed_station_do_nothing(signal: str) -> None:
    alone = bench()
    alone.send_frame(sealed(1, 1))
    alone.press(1, signal)
    assert calls(alone) == {"S1": 1}
    assert alone.lines == ("201-1 call   1/1", "Calling!!!    0s")


def test_bare_words_that_repeat_are_a_fault_below_all_calls_and_gone_after_a_quiet_time() -> None:
    alone = bench()
    alone.send_frame(sealed(1, 1))
    for n in range(N_TOLERATED + 1):
        assert faults(alone) == []
        alone.press(1, "reset" if n % 2 else "presence")
        alone.pause()
    assert faults(alone) == [("S1", BARE)]
    assert [call.kind for call in alone.desk.board.open_calls()] == ["normal", "fault"]
    alone.send_frame(sealed(1, 2, "reset"))
    assert alone.lines == ("201-1 fault  1/1", "Bare words    0s")
    alone.wait(QUIET_MS)
    assert alone.lines[0] == "Everything Good!"


def test_forged_frames_ring_nothing_and_are_a_fault_while_they_go_on() -> None:
    alone = bench()
    for n in range(12):
        alone.send_frame(sealed(1, 100 + n, key=key_of(9)))
        alone.wait(5_000)
    assert calls(alone) == {}
    assert faults(alone) == [("S1", FORGED)]
    alone.send_frame(sealed(1, 1))
    assert calls(alone) == {"S1": 1}
    alone.wait(QUIET_MS + MINUTE_MS)
    assert faults(alone) == []


def test_a_recorded_press_is_refused_after_a_power_loss_and_raises_a_fault() -> None:
    alone = bench()
    recorded, reset = sealed(1, 41), sealed(1, 42, "reset")
    alone.send_frame(recorded, 3)
    alone.send_frame(reset, 3)
    alone.wait(COPIES_OVER_MS)
    again = after_power_loss(alone)
    again.wait(COPIES_OVER_MS)
    for raw in (recorded, reset, recorded):
        again.send_frame(raw)
        again.pause()
    assert calls(again) == {}
    assert faults(again) == [("S1", REPLAYED)]
    again.send_frame(sealed(1, 43))
    again.send_frame(reset)
    assert calls(again) == {"S1": 1}


def test_a_fault_outlasts_a_power_loss_and_still_goes_by_itself() -> None:
    alone = bench()
    for counter in range(3):
        alone.send_frame(sealed(1, counter, key=key_of(9)))
    alone.wait(3_000)
    again = after_power_loss(alone)
    assert faults(again) == [("S1", FORGED)]
    again.wait(QUIET_MS - 1_000)
    assert faults(again) == [("S1", FORGED)]
    again.wait(2_000)
    assert faults(again) == []


def test_what_changed_no_call_is_saved_within_an_hour_and_flash_is_spared() -> None:
    alone = bench()
    for counter in range(1, 100):
        alone.send_frame(sealed(1, counter, "heartbeat"))
        alone.wait(5 * MINUTE_MS)
    assert alone.n_writes == 99 * 5 * MINUTE_MS // SAVE_EVERY_MS
    assert json.loads(alone.files[COUNTERS_FILE])["1"][1] > 99 - SAVE_EVERY_MS // (5 * MINUTE_MS) - 1


def test_a_power_loss_right_after_a_press_keeps_its_counter() -> None:
    alone = bench()
    alone.send_frame(sealed(1, 5))
    assert json.loads(alone.files[COUNTERS_FILE])["1"][1] == 5


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_new_key_counts_anew_even_under_the_old_id(is_restarted: bool) -> None:
    alone = bench()
    alone.send_frame(sealed(1, 900))
    alone.send_frame(sealed(1, 901, "reset"))
    alone.enrol(keyed(1, key=key_of(7).hex()), station(2))
    if is_restarted:
        alone.wait(3_000)  # what is over is saved at most 2 s later
        alone = after_power_loss(alone)
    alone.send_frame(sealed(1, 1, key=key_of(7)))
    assert calls(alone) == {"S1": 1}


@pytest.mark.parametrize("content", [b"", b"[3]", b"{", b'{"1": 5}', b'{"x": ["0", 5]}', b'{"1": ["%s", -1]}', b"\xff"])
def test_a_counter_file_that_is_none_is_counted_and_nothing_else(content: bytes) -> None:
    before = bench()
    alone = bench({**before.files, COUNTERS_FILE: content.replace(b"%s", key_mark(key_of(1)).encode())})
    alone.send_frame(sealed(1, 1))
    assert calls(alone) == {"S1": 1}
    assert alone.desk.n_all_refused == 1


def test_the_host_is_told_of_presses_in_frames_and_what_they_were_like() -> None:
    linked = bench(has_host=True)
    linked.plug_in()
    linked.send_frame(sealed(1, 5, "emergency"), 3)
    linked.wait(2_000)
    (told,), (ended,) = linked.told_of("frame"), linked.told_of("frame_end")
    assert {name: told[name] for name in ("node", "counter", "event", "battery", "copies")} == {
        "node": 1, "counter": 5, "event": 3, "battery": 12, "copies": 1,
    }  # fmt: skip
    assert (ended["copies"], ended["at"]) == (3, told["at"])
    assert told["mark"] == key_mark(key_of(1))
    for message in (told, ended):
        check_message(message)


def test_a_heartbeat_waits_for_no_host() -> None:
    linked = bench(has_host=True)
    linked.send_frame(sealed(1, 1, "heartbeat"))
    linked.send_frame(sealed(1, 2))
    linked.wait(3_000)
    linked.plug_in()
    linked.send_frame(sealed(1, 3, "heartbeat"))
    assert [message["counter"] for message in linked.told_of("frame")] == [2, 3]


def test_a_press_that_the_host_slept_through_is_told_after_a_power_loss() -> None:
    linked = bench(has_host=True)
    linked.send_frame(sealed(1, 77))
    linked.wait(5_000)
    again = after_power_loss(linked)
    assert again.lines[0] == "201-1 call   1/1"
    again.plug_in()
    (told,) = again.told_of("frame")
    check_message(told)
    assert (told["node"], told["counter"], told["event"], told["mark"]) == (1, 77, 1, key_mark(key_of(1)))


def test_what_is_wrong_is_told_when_it_comes_and_goes_and_to_a_host_that_has_started_anew() -> None:
    linked = bench(has_host=True)
    linked.plug_in()
    for _ in range(N_TOLERATED + 1):
        linked.press(1, "reset")
        linked.pause()
    said = [(message["part"], message["detail"], message["on"]) for message in linked.told_of("fault")]
    assert said == [("S1", BARE, True)]
    linked.restart_host()
    linked.wait(2_000)
    assert len(linked.told_of("fault")) == 2
    linked.wait(QUIET_MS)
    assert [message["on"] for message in linked.told_of("fault")] == [True, True, False]


def test_a_node_that_nobody_enrolled_is_told_of_and_never_rings() -> None:
    linked = bench(has_host=True)
    linked.plug_in()
    linked.send_frame(sealed(3, 1, "emergency"), 8)
    assert [message["node"] for message in linked.told_of("unknown_node")] == [3]
    assert calls(linked) == {}
    assert faults(linked) == []
