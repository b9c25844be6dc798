"""A button is taught to a receiver that has no host: pressed, placed, kept; and forgotten."""

import json

import pytest
from firmware_bench import DeskBench, keyed, sealed, station

from wardbell_firmware.drivers.glyphs import BELL, BROWSED, CHECK
from wardbell_firmware.receiver.local_stations import LEARNED_FILE, MOST_LEARNED, LocalStations
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL

REMOTE = CodeWord(0x5A5A5A)  # somebody's doorbell
NODE = "FF110F0F"  # a Wardbell node's address
DIGITS = "0123456789" + CHECK


def alone() -> DeskBench:
    return DeskBench(has_host=False)


def begin(bench: DeskBench) -> None:
    bench.hold(3_100, "ack", "browse")


def spell(bench: DeskBench, text: str) -> None:
    """Choose and take character by character; the choice stays where it was."""
    at = 0
    for character in text:
        while at != DIGITS.index(character):
            bench.tap("browse")
            at = (at + 1) % len(DIGITS)
        bench.tap()


def teach(bench: DeskBench, word: CodeWord, room: str = "7", bed: str = "1", n_meaning: int = 0) -> None:
    begin(bench)
    for _ in range(2):
        bench.send(word)
        bench.pause()
    spell(bench, room + CHECK)
    spell(bench, bed + CHECK)
    for _ in range(n_meaning):
        bench.tap("browse")
    bench.tap()
    bench.tap()


def test_nothing_is_said_to_be_learnt_that_flash_did_not_take() -> None:
    bench = alone()
    teach(bench, REMOTE)
    bench.wait(1_000)
    assert bench.lines == ("7-1         call", f"Learnt {CHECK}")
    bench.desk.is_flash_full = True
    bench.wait(1_000)
    assert bench.lines == ("7-1         call", "Flash full")


def test_each_step_is_said_on_the_display() -> None:
    bench = alone()
    begin(bench)
    assert bench.lines == ("Press the button", "to be learnt 59s")
    bench.send(REMOTE)
    assert bench.lines == ("Press it again", "5A5A5A       60s")
    bench.pause()
    bench.send(REMOTE)
    assert bench.lines == ("Room: [0]", BROWSED + "change  ack:ok")
    spell(bench, "203" + CHECK)
    assert bench.lines == ("Bed: [0]", BROWSED + "change  ack:ok")
    spell(bench, "2" + CHECK)
    assert bench.lines == ("203-2       call", BROWSED + "change  ack:ok")
    bench.tap("browse")
    assert bench.lines[0] == "203-2       BATH"
    bench.tap()
    assert bench.lines == ("203-2       BATH", "ack:keep mute:no")
    bench.tap()
    bench.wait(1_000)
    assert bench.lines == ("203-2       BATH", f"Learnt {CHECK}")
    bench.wait(3_000)
    assert bench.lines == ("Everything Good!", "")
    bench.send(REMOTE)
    assert bench.lines == ("203-2 BATH?  1/1", "Calling!!!    0s")


def test_it_says_learnt_only_when_it_is_kept() -> None:
    bench = alone()
    begin(bench)
    for _ in range(2):
        bench.send(REMOTE)
        bench.pause()
    spell(bench, "7" + CHECK)
    spell(bench, CHECK)
    bench.tap()
    bench.change("ack", True)
    bench.wait(60)
    bench.keys_down.clear()
    kept: list[bool] = []
    for _ in range(300):
        bench.now_ms += 10
        bench.desk.receive_keys(False, False, False, bench.now_ms)
        bench.desk.poll(bench.now_ms)
        if bench.lines[1].startswith("Learnt"):
            kept.append(LEARNED_FILE in bench.files)
        bench.files.update(bench.desk.take_unsaved())
    assert kept
    assert all(kept)


def test_what_was_learnt_outlives_a_loss_of_power_and_a_button_can_be_forgotten() -> None:
    bench = alone()
    teach(bench, REMOTE)
    teach(bench, CodeWord(0x123456), "8", "")
    again = DeskBench(has_host=False, files=bench.files)
    again.send(CodeWord(0x123456))
    assert again.lines[0] == "8 call?      1/1"
    again.hold(3_100)
    begin(again)
    assert again.lines[1].startswith(f"{BROWSED} 2 learnt")
    again.tap("browse")
    assert again.lines == ("7-1          1/2", "Hold ack: forget")
    again.tap("browse")
    assert again.lines[0] == "8            2/2"
    again.hold(3_100)
    again.wait(1_000)
    assert again.lines == ("8", f"Forgotten {CHECK}")
    again.wait(3_000)
    third = DeskBench(has_host=False, files=again.files)
    third.send(CodeWord(0x123456))
    assert third.lines == ("Everything Good!", "")
    third.send(REMOTE)
    assert third.lines[0].startswith("7-1 call?")


def test_a_node_without_a_key_is_learnt_with_all_its_signals() -> None:
    bench = alone()
    teach(bench, CodeWord.from_parts(NODE, DATA_BY_SIGNAL["normal"]), "9", "2")
    bench.send(CodeWord.from_parts(NODE, DATA_BY_SIGNAL["emergency"]))
    assert bench.lines[0] == "9-2 EMERG?   1/1"
    bench.send(CodeWord.from_parts(NODE, DATA_BY_SIGNAL["reset"]))
    assert bench.lines[0] == "Everything Good!"


def test_a_heartbeat_is_no_button() -> None:
    bench = alone()
    begin(bench)
    for _ in range(2):
        bench.send(CodeWord.from_parts(NODE, DATA_BY_SIGNAL["heartbeat"]))
        bench.pause()
    assert bench.lines[0] == "Press the button"


def test_two_different_buttons_are_one_press_each() -> None:
    bench = alone()
    begin(bench)
    for code in (0x111111, 0x222222, 0x111111):
        bench.send(CodeWord(code))
        bench.pause()
        assert bench.lines[0] == "Press it again"


def test_a_button_that_is_enrolled_calls_and_is_not_learnt() -> None:
    bench = alone()
    begin(bench)
    bench.press(1)
    assert bench.lines[0] == "201-1 call?  1/1"
    bench.hold(3_100)
    assert bench.lines == ("Everything Good!", "")
    assert LEARNED_FILE not in bench.files


def test_a_call_ends_the_lesson_at_any_step_and_nothing_is_kept() -> None:
    for n_steps in range(5):
        bench = alone()
        begin(bench)
        for _ in range(2):
            bench.send(REMOTE)
            bench.pause()
        spell(bench, ("7" + CHECK)[: min(2, n_steps)])
        if n_steps > 2:
            spell(bench, CHECK)
        if n_steps > 3:
            bench.tap()
        bench.press(2, "emergency")
        assert bench.lines[0] == "202-1 EMERG? 1/1"
        assert bench.tone_hz > 0
        bench.tap()
        assert bench.lines[1].startswith("I know!")
        assert LEARNED_FILE not in bench.files


def test_while_a_call_is_open_there_are_no_lessons() -> None:
    bench = alone()
    bench.press(1)
    begin(bench)
    assert bench.lines[1].startswith("Calls first")
    assert [c.status for c in bench.desk.board.open_calls()] == ["placed"]


@pytest.mark.parametrize("n_keys", [0, 1, 2])
def test_it_is_given_up_by_the_mute_key_or_after_a_minute(n_keys: int) -> None:
    bench = alone()
    begin(bench)
    for _ in range(n_keys):
        bench.send(REMOTE)
        bench.pause()
    bench.wait(58_000)
    assert bench.lines[0] != "Everything Good!"
    bench.wait(3_000)
    assert bench.lines[0] == "Everything Good!"
    begin(bench)
    bench.tap("mute")
    assert bench.lines[0] == "Everything Good!"


def test_a_node_with_a_key_is_the_hosts_to_enrol() -> None:
    bench = alone()
    begin(bench)
    for counter in (1, 2, 3, 4):
        bench.send_frame(sealed(9, counter))
        bench.pause()
    assert bench.lines == ("It has a key:", "use the host")


def test_for_the_same_code_the_hosts_station_is_the_one() -> None:
    bench = DeskBench()
    teach(bench, REMOTE)
    bench.plug_in()
    assert [c.detail for c in bench.desk.board.open_calls()] == ["only_at_receiver"]
    assert {(m["part"], m["on"]) for m in bench.told_of("fault")} == {("7-1@5A5A5A", True)}
    bench.say(station(5, room="Garden", bed="", codes={"5A5A5A": "emergency"}, address=""), {"t": "stations", "n": 1})
    bench.wait(100)
    assert bench.desk.board.open_calls() == []
    assert bench.told_of("fault")[-1]["on"] is False
    bench.send(REMOTE)
    assert bench.lines[0] == "Garden EM?   1/1"


def test_the_hosts_list_takes_no_call_of_a_learnt_button_away() -> None:
    bench = DeskBench()
    bench.plug_in()
    teach(bench, REMOTE)
    bench.send(REMOTE)
    bench.wait(1_000)
    n_seen = bench.desk.host.peer.last_acknowledged
    bench.say({"t": "calls", "n": 0, "seen": n_seen})
    bench.wait(100)
    assert [(c.station_id, c.kind) for c in bench.desk.board.open_calls()] == [
        ("7-1@5A5A5A", "normal"),
        ("7-1@5A5A5A", "fault"),  # it is at the receiver only, whoever has cleared that
    ]
    bench.tap()
    assert bench.lines[1].startswith("I know!")
    assert bench.told_of("ack") == []
    bench.hold(3_100)
    assert [c.kind for c in bench.desk.board.open_calls()] == ["fault"]


def test_a_code_of_a_station_with_a_key_is_not_learnt() -> None:
    bench = alone()
    bench.enrol(keyed(1))
    begin(bench)
    for _ in range(2):
        bench.press(1)
        bench.pause()
    assert bench.lines[0] == "Press the button"


def test_no_more_than_32_are_learnt_and_the_33rd_is_told_to_forget_one_first() -> None:
    stations = LocalStations()
    for code in range(MOST_LEARNED):
        stations.learn(code, "1", str(code), "normal")
    data = stations.take_unsaved()
    assert data is not None
    bench = DeskBench(has_host=False, files={LEARNED_FILE: data})
    begin(bench)
    assert bench.lines == ("1-0         1/32", "Hold ack: forget")


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"{}",
        b"[3]",
        json.dumps([{"station_id": "x", "room": "1", "bed": "", "address": "", "codes": {}, "clear_at": []}]).encode(),
        json.dumps(
            [{"station_id": "x@y", "room": "1", "bed": "", "address": "", "codes": {"zz": "normal"}, "clear_at": []}]
        ).encode(),
    ],
)
def test_a_file_that_is_none_of_ours_is_counted(data: bytes) -> None:
    bench = DeskBench(has_host=False, files={LEARNED_FILE: data})
    assert bench.desk.n_all_refused == 1
    bench.press(1)
    bench.wait(100)
    assert BELL not in bench.lines[0]
