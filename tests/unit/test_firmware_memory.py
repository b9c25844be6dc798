"""The receiver loses its power with calls open."""

import json

import pytest
from firmware_bench import DeskBench, address, call

from wardbell_firmware.receiver.memory import OPEN_CALLS_FILE
from wardbell_firmware.receiver.text import EVERYTHING_GOOD
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL


def restarted(bench: DeskBench, has_host: bool = True) -> DeskBench:
    return DeskBench(has_host=has_host, epoch=8, files=bench.files)


def test_open_calls_ring_again_after_a_restart_without_any_host() -> None:
    bench = DeskBench(has_host=False)
    bench.press(2, "emergency")
    bench.press(3)
    bench.press(1)
    bench.press(1, "presence")
    bench.wait(5_000)
    again = restarted(bench, has_host=False)
    states = [{c.key: (c.status, c.clear_at) for c in b.desk.board.open_calls()} for b in (bench, again)]
    assert states[0] == states[1]
    assert again.lines[0] == "202-1 EMERG? 1/3"
    assert again.tone_hz > 0
    again.press(2, "reset")
    again.press(3, "reset")
    again.press(1, "reset")
    again.wait(5_000)
    assert restarted(again, has_host=False).lines == (EVERYTHING_GOOD, "")


def test_what_the_host_was_never_told_it_is_told_after_the_restart() -> None:
    bench = DeskBench()
    bench.press(2, "emergency")
    again = restarted(bench)
    again.is_plugged = True
    again.wait(1_500)
    again.say({"t": "calls", "n": 0, "seen": 0})
    again.wait(1_000)
    assert [message["code"] for message in again.told_of("press")] == [
        CodeWord.from_parts(address(2), DATA_BY_SIGNAL["emergency"]).code
    ]
    assert again.lines[0] == "202-1 EMERG? 1/1"
    again.say({"t": "calls", "n": 0, "seen": again.desk.host.peer.last_acknowledged})
    again.wait(0)
    assert again.desk.board.open_calls() == []  # now the host knows, and it decides


def test_of_what_the_host_knew_it_decides_after_the_restart() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.press(2, "emergency")
    bench.wait(1_000)
    again = restarted(bench)
    assert again.lines[0] == "202-1 EMERG? 1/1"
    again.plug_in()
    again.say({"t": "calls", "n": 0, "seen": 0})
    assert again.lines == (EVERYTHING_GOOD, "")
    assert again.told_of("press") == []


def test_a_host_that_says_all_its_calls_costs_few_writes() -> None:
    bench = DeskBench(20)
    bench.plug_in()
    before = bench.n_writes
    for number in range(1, 21):
        bench.say(call(number))
        bench.wait(10)
    bench.wait(5_000)
    assert bench.n_writes - before <= 2
    assert len(json.loads(bench.files[OPEN_CALLS_FILE])) == 20


def test_hammering_writes_nothing() -> None:
    bench = DeskBench(has_host=False)
    bench.press(1)
    bench.wait(3_000)
    before = bench.n_writes
    for _ in range(5):
        bench.press(1)
        bench.wait(3_000)
    assert bench.n_writes == before


def test_a_supply_that_gives_in_at_each_start_writes_nothing() -> None:
    bench = DeskBench()
    bench.press(1)
    bench.press(2, "emergency")
    bench.wait(3_000)
    n_writes = 0
    for _ in range(20):
        bench = DeskBench(files=bench.files)
        bench.wait(4_000)
        assert len(bench.desk.board.open_calls()) == 2
        n_writes += bench.n_writes
    assert n_writes == 0


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff", b"{}", b"[3]", b'[{"t": "health", "ok": true, "text": ""}]', b'[{"t": "call"}]']
)
def test_a_damaged_file_is_counted_and_nothing_is_made_of_it(data: bytes) -> None:
    bench = DeskBench(files={OPEN_CALLS_FILE: data})
    assert bench.desk.n_all_refused == 1
    assert bench.desk.board.open_calls() == []
