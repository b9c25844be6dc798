"""Stations with a key at the ward's authority: frames count once, words of theirs do nothing, and what is refused shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import KEYS, NODES, code_of, keyed, station, tables

from wardbell_gateway.ears import FrameId
from wardbell_gateway.journal import NO_WORD, Journal, Mark, read_unknown_codes, read_unknown_nodes
from wardbell_gateway.registry import check_tables
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.air.refusals import BARE, N_TOLERATED, QUIET_MS
from wardbell_protocol.calls.board import CallEvent
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL

T0 = 1_800_000_000_000
DAY_MS = 24 * 3600 * 1000


def event_of(signal: str) -> int:
    return int(DATA_BY_SIGNAL[signal], 2)


class Bench:
    """A ward with a keyed bed, 203-1, and a bed without a key, 203-2."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "gateway.db"
        self.seq = 0
        self.now = Now(T0, 0)
        self.start()

    def start(self, **changes: object) -> None:
        self.journal = Journal(self.path, T0)
        registry = check_tables("registry.json", tables(keyed("203-1", **changes), station("203-2")))
        self.ward = Ward(registry, self.journal, self.now)

    def frame(
        self, counter: int, signal: str = "normal", ear: str = "receiver", node: str = "203-1"
    ) -> list[CallEvent] | None:
        self.seq += 1
        frame = FrameId(NODES[node], counter, event_of(signal))
        return self.ward.hear_frame(Mark(ear, "e", self.seq, NO_WORD, self.now.unix_ms), frame, self.now)

    def word(self, station_id: str, signal: str = "normal") -> list[CallEvent] | None:
        self.seq += 1
        mark = Mark("receiver", "e", self.seq, code_of(station_id, signal), self.now.unix_ms)
        return self.ward.hear(mark, self.now)

    def wait(self, ms: int) -> None:
        self.now = Now(self.now.unix_ms + ms, self.now.up_ms + ms)

    @property
    def open(self) -> dict[str, tuple[int, bool]]:
        return {call.station_id: (call.presses, call.authenticated) for call in self.ward.open_calls()}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.journal.close()


def kinds(events: list[CallEvent] | None) -> list[str]:
    return [event.kind for event in events or []]


def test_a_press_says_how_it_was_heard(bench: Bench) -> None:
    bench.frame(1)
    bench.word("203-2")
    assert bench.open == {"203-1": (1, True), "203-2": (1, False)}
    snapshot = {call.station_id: call.authenticated for call in bench.ward.snapshot(bench.now).calls}
    assert snapshot == {"203-1": True, "203-2": False}


@pytest.mark.parametrize("later_ms", [0, 500, 60_000, DAY_MS])
def test_two_ears_that_hear_one_frame_make_one_press_however_late_the_other_tells(bench: Bench, later_ms: int) -> None:
    bench.frame(1)
    bench.wait(later_ms)
    assert bench.frame(1, ear="sdr") == []
    assert bench.open == {"203-1": (1, True)}
    assert kinds(bench.frame(2, ear="sdr")) == ["pressed_again"]


def test_one_ear_that_forgot_takes_a_recorded_frame_and_the_ward_does_not(bench: Bench) -> None:
    bench.frame(1)
    bench.frame(2, "reset")
    bench.journal.close()
    bench.start()
    assert bench.frame(1) == []
    assert bench.open == {}


def test_a_frame_that_another_ear_hands_over_late_still_counts(bench: Bench) -> None:
    bench.frame(2, "reset", ear="sdr")
    assert kinds(bench.frame(1)) == ["placed"]


@pytest.mark.parametrize("signal", ["reset", "presence"])
def test_a_reset_of_before_a_call_does_not_end_it_whichever_ear_says_so(bench: Bench, signal: str) -> None:
    bench.frame(2, ear="sdr")
    assert bench.frame(1, signal) == []
    assert bench.open == {"203-1": (1, True)}
    assert kinds(bench.frame(3, signal)) != []


def test_a_late_word_of_another_ear_ends_no_call_that_was_pressed_after_it(bench: Bench) -> None:
    reset = code_of("203-2", "reset")
    old = Mark("other", "e", 1, reset, bench.now.unix_ms)
    bench.wait(60_000)
    bench.word("203-2")
    bench.wait(1_000)
    assert bench.ward.hear(old, bench.now) == []
    assert bench.open == {"203-2": (1, False)}
    late = Mark("other", "e", 2, reset, bench.now.unix_ms)
    bench.wait(60_000)
    assert kinds(bench.ward.hear(late, bench.now)) == ["cleared"]


def test_a_new_key_begins_its_counter_anew_even_under_the_old_id(bench: Bench) -> None:
    bench.frame(1)
    bench.frame(2, "reset")
    bench.ward.set_registry(check_tables("f", tables(keyed("203-1", key=KEYS["204-1"]))), bench.now)
    assert kinds(bench.frame(1)) == ["placed"]


@pytest.mark.parametrize("signal", ["reset", "presence", "normal", "emergency"])
def test_bare_words_of_a_keyed_station_do_nothing(bench: Bench, signal: str) -> None:
    bench.frame(1)
    assert bench.word("203-1", signal) == []
    assert bench.open == {"203-1": (1, True)}
    assert read_unknown_codes(bench.path) == []


def test_bare_words_of_a_keyed_station_are_a_fault_when_they_repeat_until_it_is_quiet(bench: Bench) -> None:
    for _ in range(N_TOLERATED):
        bench.word("203-1", "reset")
    assert bench.ward.refusals.faults(bench.now.up_ms) == []
    bench.word("203-1", "reset")
    assert bench.ward.refusals.faults(bench.now.up_ms) == [("203-1", BARE)]
    bench.wait(QUIET_MS)
    assert bench.ward.refusals.faults(bench.now.up_ms) == []


def test_a_heartbeat_in_a_frame_is_nobodys_call_and_is_not_written(bench: Bench) -> None:
    assert bench.frame(1, "heartbeat") is None
    assert bench.journal.last_heard("receiver", "e") == 0
    assert kinds(bench.frame(2)) == ["placed"]


def test_a_node_that_nobody_enrolled_is_counted_and_never_called(bench: Bench) -> None:
    for counter in (1, 2):
        assert bench.frame(counter, node="204-2") == []
    assert [(node.number, node.times) for node in read_unknown_nodes(bench.path)] == [(NODES["204-2"], 2)]
    assert bench.open == {}


def test_the_same_report_again_does_nothing(bench: Bench) -> None:
    bench.frame(1)
    bench.seq -= 1
    assert bench.frame(9) == []
    assert bench.open == {"203-1": (1, True)}
