"""What the host says about calls against what has happened at the receiver since."""

import pytest
from firmware_bench import DeskBench, call

from wardbell_firmware.receiver.merge import CallMerge
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.board import CallBoard
from wardbell_protocol.calls.escalation import default_policies

KEY = ("S1", "normal", "")


@pytest.fixture
def merge() -> CallMerge:
    return CallMerge(CallBoard("r", default_policies()))


def statuses(merge: CallMerge) -> dict[tuple[str, str, str], str]:
    return {c.key: c.status for c in merge._board.open_calls()}  # noqa: SLF001


def test_what_the_host_has_not_seen_is_not_overwritten(merge: CallMerge) -> None:
    merge.call(call(1), 4, 0)
    merge.changed_here(KEY, 5)
    merge.call(call(1, status="cleared"), 4, 10)
    merge.calls(0, 4, 10)
    assert statuses(merge) == {KEY: "placed"}
    merge.call(call(1, status="acknowledged"), 5, 20)
    assert statuses(merge) == {KEY: "acknowledged"}


def test_what_was_cleared_here_does_not_come_back_from_an_older_statement(merge: CallMerge) -> None:
    merge.changed_here(KEY, 9)
    merge.call(call(1), 8, 0)
    assert statuses(merge) == {}
    merge.call(call(1), 9, 0)
    assert statuses(merge) == {KEY: "placed"}


def test_the_closing_count_takes_away_what_was_not_stated(merge: CallMerge) -> None:
    merge.call(call(1), 0, 0)
    merge.call(call(2), 0, 0)
    merge.call(call(1), 0, 5)
    merge.calls(1, 0, 5)
    assert statuses(merge) == {KEY: "placed"}
    merge.calls(0, 0, 5)
    assert statuses(merge) == {}


def test_a_list_with_gaps_takes_nothing_away(merge: CallMerge) -> None:
    merge.call(call(1), 0, 0)
    merge.host_is_new()
    merge.calls(2, 0, 5)
    assert statuses(merge) == {KEY: "placed"}
    assert merge.n_refused == 1


def test_times_become_the_receivers_own(merge: CallMerge) -> None:
    merge.call(call(1, status="acknowledged", age=60_000, since=20_000, by="Anna", presses=4), 0, 100_000)
    (found,) = merge._board.open_calls()  # noqa: SLF001
    assert (found.placed_at_ms, found.acknowledged_at_ms, found.acknowledged_by, found.presses) == (
        40_000,
        80_000,
        "Anna",
        4,
    )
    merge.call(call(1, age=200_000, since=1_000), 0, 240_000)
    (found,) = merge._board.open_calls()  # noqa: SLF001
    assert (found.status, found.placed_at_ms, found.raised_at_ms) == ("placed", 40_000, 239_000)


def test_a_number_of_another_life_counts_for_nothing() -> None:
    bench = DeskBench()
    bench.plug_in()
    bench.press(1)
    bench.pause()
    bench.say(call(1, status="cleared", seen=5_000), {"t": "calls", "n": 0, "seen": 5_000})
    assert bench.lines[0].startswith("201-1")


def test_a_call_whose_press_fell_out_stays_until_it_has_been_told_again() -> None:
    bench = DeskBench()
    bench.press(1)
    bench.pause()
    for _ in range(600):
        bench.send(CodeWord(0x5A5A5A), 2)
        bench.pause()
    # The host speaks before it has taken what waits, and accounts for all that can still come before it.
    bench.desk.receive_line(hello_of(bench), bench.now_ms)
    dropped = bench.desk.host.peer.dropped
    assert dropped > 0
    bench.host.send({"t": "calls", "n": 0, "seen": dropped}, bench.now_ms)
    bench.host.receive(bench.desk.take_output(), bench.now_ms)
    bench.desk.receive_line(bench.host.take_output(), bench.now_ms)
    assert [c.key for c in bench.desk.board.open_calls()] == [KEY]
    bench.plug_in()
    bench.wait(5_000)
    assert [message["code"] for message in bench.told_of("press")].count(bench.told_of("press")[-1]["code"]) == 1
    assert bench.told_of("press")[-1]["at"] == 10


def hello_of(bench: DeskBench) -> bytes:
    """The host's first heartbeat."""
    bench.host.poll(bench.now_ms)
    return bench.host.take_output()


def test_whether_a_call_is_authenticated_is_what_the_host_says_last(merge: CallMerge) -> None:
    for message, expected in (
        (call(1), False),
        (call(1, auth=True), True),
        (call(1), True),
        (call(1, auth=False), False),
    ):
        merge.call(message, 0, 0)
        assert [c.authenticated for c in merge._board.open_calls()] == [expected]  # noqa: SLF001
