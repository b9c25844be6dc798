"""The ward's authority on a clock that people set, and under a registry that people edit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import code_of, station, tables

from wardbell_gateway.desk import KeyUsed
from wardbell_gateway.journal import NO_WORD, Journal, Mark
from wardbell_gateway.registry import Registry, check_tables
from wardbell_gateway.ward import MAX_HISTORY, Now, Ward
from wardbell_protocol.bus.payloads import Command, Reply, decode
from wardbell_protocol.calls.board import AHEAD_MS
from wardbell_protocol.calls.call import Call

T0 = 1_800_000_000_000
HOUR_MS = 3_600_000


def registry(**changes: object) -> Registry:
    """One bed, with these changes to it."""
    return check_tables("registry.json", tables(station("203-2", **changes)))


class Bench:
    """A ward on a journal of its own."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(folder / "gateway.db", T0)
        self.ward = Ward(registry(), self.journal, Now(T0, 0))
        self._seq = 0

    def press(self, at_ms: int, kind: str = "normal") -> None:
        self._seq += 1
        self.ward.hear(Mark("receiver", "e", self._seq, code_of("203-2", kind), at_ms), Now(at_ms, 0))

    def command(self, verb: str, at_ms: int, late_ms: int = 0) -> None:
        fields = {"command_id": f"{verb}-{at_ms}", "verb": verb, "by": "Li", "reply_to": "console-a"}
        command = Command(**fields, at_ms=at_ms, call_id=self.call.call_id)  # type: ignore[arg-type]
        self.ward.command(command, Now(at_ms + late_ms, 0))

    @property
    def call(self) -> Call:
        (call,) = self.ward.open_calls()
        return call


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.journal.close()


@pytest.mark.parametrize("verb", ["", "acknowledge", "attend"])
def test_a_clock_set_back_an_hour_lets_nothing_wait_an_hour(bench: Bench, verb: str) -> None:
    bench.press(T0, "emergency")
    if verb:
        bench.command(verb, T0)
    later_ms = T0 - HOUR_MS
    bench.ward.poll(Now(later_ms, 1000))
    assert (bench.call.status, bench.call.raised_at_ms, bench.call.loop) == ("placed", later_ms, 1)
    bench.ward.poll(Now(later_ms + 1000, 2000))
    assert bench.call.loop == 1


def test_a_clock_that_is_mended_by_seconds_rings_nothing_again(bench: Bench) -> None:
    bench.press(T0)
    bench.ward.poll(Now(T0 - AHEAD_MS, 1000))
    assert bench.call.loop == 0


def test_a_press_of_a_bed_that_was_moved_leads_to_where_it_is_now(bench: Bench) -> None:
    bench.press(T0)
    bench.ward.set_registry(registry(room="207", bed="1", clear_at=["bed", "console"]), Now(T0, 0))
    assert (bench.call.room, bench.call.bed) == ("203", "2")
    bench.press(T0 + 1000)
    assert (bench.call.place, bench.call.presses, bench.call.clear_at) == ("207-1", 2, ("bed", "console"))


def test_a_bed_that_pressed_a_thousand_times_has_a_history_that_can_be_sent(bench: Bench) -> None:
    for n in range(MAX_HISTORY + 100):
        bench.press(T0 + n * 3000)
    command = Command(
        command_id="h", verb="history", by="Li", reply_to="console-a", at_ms=0, call_id=bench.call.call_id
    )
    reply = decode(bench.ward.history(command).payload, Reply)
    assert [reply.events[0].kind, reply.events[1].seq, reply.events[-1].seq] == ["placed", 101, MAX_HISTORY + 100]


@pytest.mark.parametrize("verb", ["clear", "acknowledge"])
def test_a_verb_that_waited_at_the_broker_takes_no_later_press_away(tmp_path: Path, verb: str) -> None:
    bench = Bench(tmp_path)
    bench.ward.set_registry(registry(clear_at=["bed", "console"]), Now(T0, 0))
    bench.press(T0)
    bench.press(T0 + HOUR_MS - 1000)
    bench.command(verb, T0 + 1000, late_ms=HOUR_MS)
    assert (bench.call.status, bench.call.presses) == ("placed", 2)
    answer = bench.journal.answer_to(f"{verb}-{T0 + 1000}")
    assert answer is not None
    assert decode(answer, Reply).reason.endswith("rang again since")
    bench.journal.close()


@pytest.mark.parametrize("verb", ["clear", "acknowledge"])
def test_a_key_that_a_receiver_tells_late_takes_no_later_press_away(bench: Bench, verb: str) -> None:
    bench.ward.set_registry(registry(clear_at=["bed", "receiver"]), Now(T0, 0))
    bench.press(T0)
    bench.press(T0 + HOUR_MS - 1000)
    key = KeyUsed(verb, bench.call.station_id, bench.call.kind, "")
    bench.ward.key(key, Mark("other", "e", 1, NO_WORD, T0 + 1000), Now(T0 + HOUR_MS, HOUR_MS))
    assert (bench.call.status, bench.call.presses) == ("placed", 2)


def test_a_verb_that_waited_is_done_where_nothing_happened_since(bench: Bench) -> None:
    bench.press(T0)
    bench.command("acknowledge", T0 + 1000, late_ms=HOUR_MS)
    assert bench.call.status == "acknowledged"
