"""A test round on a ward: what is a test, what is a call, and what becomes of both."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateways import code_of, station, tables

from wardbell_console.language import Language
from wardbell_gateway.button_tests import DAY_MS, as_csv, due_buttons, sheet
from wardbell_gateway.command_texts import CommandWords
from wardbell_gateway.journal import Journal, JournalError, Mark
from wardbell_gateway.registry import check_tables
from wardbell_gateway.walk_test import SHOWN_MS
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.bus.payloads import Command, Reply, decode
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.signals import FAULT
from wardbell_protocol.calls.station import Station

T0 = 1_800_000_000_000


class Bench:
    """A ward of two beds on a journal of its own, and its clock."""

    def __init__(self, folder: Path) -> None:
        self.up_ms = 0
        self.journal = Journal(folder / "gateway.db", T0)
        registry = check_tables("registry.json", tables(station("203-1"), station("204-1")))
        self.ward = Ward(registry, self.journal, self.now())
        self._seq = 0

    def now(self) -> Now:
        return Now(T0 + self.up_ms, self.up_ms)

    def press(self, station_id: str, kind: str = "normal", ear: str = "receiver", ago_ms: int = 0) -> None:
        self._seq += 1
        self.ward.hear(Mark(ear, "e", self._seq, code_of(station_id, kind), T0 + self.up_ms - ago_ms), self.now())

    def tell(self, verb: str, ago_ms: int = 0, **fields: object) -> Reply:
        self._seq += 1
        at_ms = T0 + self.up_ms - ago_ms
        command = Command(command_id=f"c{self._seq}", verb=verb, by="Li", reply_to="r", at_ms=at_ms, **fields)  # type: ignore[arg-type]
        self.ward.command(command, self.now())
        return decode(self.journal.answer_to(command.command_id) or b"", Reply)

    def pass_ms(self, ms: int) -> None:
        self.up_ms += ms
        self.ward.poll(self.now())

    @property
    def calls(self) -> list[Call]:
        return [call for call in self.ward.open_calls() if call.kind != FAULT]

    @property
    def faults(self) -> list[str]:
        return [call.detail for call in self.ward.open_calls() if call.kind == FAULT]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.pass_ms(1000)
    yield bench
    bench.journal.close()


def test_a_first_press_is_a_test_and_over_by_itself(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.pass_ms(100)
    assert bench.faults == ["test_round"]
    bench.press("203-1", "emergency")
    (call,) = bench.calls
    assert (call.status, call.acknowledged_by) == ("acknowledged", "test: Li")
    bench.pass_ms(SHOWN_MS - 1)
    assert bench.calls == [call]
    bench.pass_ms(1)
    assert bench.calls == []
    events = [event for _seq, event in bench.journal.events_of(call.call_id, 9)]
    assert [(event.kind, event.by) for event in events] == [
        ("placed", "203-1"),
        ("acknowledged", "test: Li"),
        ("cleared", "test: Li"),
    ]


def test_whoever_presses_again_calls(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.press("203-1")
    bench.pass_ms(3000)
    bench.press("203-1")
    assert [(call.status, call.presses) for call in bench.calls] == [("placed", 1)]
    bench.pass_ms(SHOWN_MS + 1000)
    assert [call.status for call in bench.calls] == ["placed"]
    bench.press("203-1", "reset")
    bench.press("203-1")  # and so it is after the test is over
    bench.pass_ms(SHOWN_MS + 1000)
    assert [call.status for call in bench.calls] == ["placed"]


def test_a_second_ear_that_tells_of_the_same_press_is_no_second_press(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.press("203-1")
    bench.press("203-1", ear="receiver-2")
    assert [call.status for call in bench.calls] == ["acknowledged"]


def test_other_rooms_and_open_calls_are_no_tests(bench: Bench) -> None:
    bench.press("203-1")
    bench.tell("test_start", rooms=["203"], for_s=600)
    bench.pass_ms(3000)
    bench.press("203-1")
    bench.press("204-1")
    bench.pass_ms(SHOWN_MS + 1)
    assert [(call.station_id, call.status) for call in bench.calls] == [("203-1", "placed"), ("204-1", "placed")]


def test_a_press_from_before_the_round_that_is_told_in_it_is_a_call(bench: Bench) -> None:
    bench.pass_ms(600_000)
    bench.tell("test_start", for_s=600)
    bench.pass_ms(60_000)
    bench.press("203-1", ago_ms=61_000)
    bench.press("204-1", ago_ms=59_000)
    assert [(call.station_id, call.status) for call in bench.calls] == [("203-1", "placed"), ("204-1", "acknowledged")]


def test_nobody_walks_in_two_rooms_at_once(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.press("203-1")
    bench.pass_ms(SHOWN_MS - 1)
    bench.press("203-1", "bathroom")
    bench.press("204-1")
    bench.pass_ms(SHOWN_MS)
    assert [(call.station_id, call.status) for call in bench.calls] == [("204-1", "placed")]


def test_a_test_that_a_person_has_taken_is_theirs(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.press("203-1")
    (call,) = bench.calls
    bench.tell("attend", call_id=call.call_id)
    bench.pass_ms(SHOWN_MS)
    assert [call.attended_by for call in bench.calls] == ["Li"]


def test_whoever_has_walked_is_told_what_was_taken_for_a_test(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.press("203-1")
    bench.pass_ms(SHOWN_MS)
    bench.press("204-1", "emergency")
    told = bench.tell("test_stop").events
    assert [(event.call.station_id, event.call.kind, event.call.status) for event in told] == [
        ("203-1", "normal", "placed"),
        ("204-1", "emergency", "placed"),
    ]
    bench.tell("test_start", for_s=600)
    assert bench.tell("test_stop").events == []
    anew = bench.tell("test_stop")
    assert (anew.ok, "no test round is on" in anew.reason) == (False, True)


@pytest.mark.parametrize(
    ("fields", "said"), [({"rooms": ["203", "2O4"]}, "no station is in room 2O4"), ({"ago_ms": 11_000}, "too long ago")]
)
def test_a_round_in_no_room_or_that_waited_at_the_broker_is_none(
    bench: Bench, fields: dict[str, Any], said: str
) -> None:
    bench.pass_ms(60_000)
    reply = bench.tell("test_start", for_s=600, **fields)
    assert (reply.ok, said in reply.reason) == (False, True)
    bench.press("203-1")
    assert [call.status for call in bench.calls] == ["placed"]


def test_a_test_whose_end_cannot_be_written_ends_later(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.press("203-1")
    away = bench.journal.path.rename(bench.journal.path.with_suffix(".away"))
    with pytest.raises(JournalError):
        bench.pass_ms(SHOWN_MS)
    with pytest.raises(JournalError):
        bench.press("203-1")
    away.rename(bench.journal.path)
    bench.press("203-1")
    assert [(call.status, call.presses) for call in bench.calls] == [("placed", 1)]


def test_a_round_that_was_forgotten_is_over(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.pass_ms(599_000)
    assert bench.faults == ["test_round"]
    bench.pass_ms(1000)
    assert bench.faults == []
    bench.press("203-1")
    bench.pass_ms(SHOWN_MS + 1)
    assert [call.status for call in bench.calls] == ["placed"]


def test_a_test_that_is_reset_at_the_bed_was_tried_twice(bench: Bench) -> None:
    bench.tell("test_start", for_s=600)
    bench.press("203-1")
    bench.pass_ms(2000)
    bench.press("203-1", "reset")
    assert bench.calls == []
    bench.pass_ms(SHOWN_MS)
    (health,) = bench.ward.stations.health.values()
    assert sorted(health.buttons) == ["normal", "reset"]


def test_a_console_shows_a_test_as_one() -> None:
    assert [Language(code).who("test: Li") for code in ("en", "zh_CN")] == ["TEST Li", "测试 Li"]


# What is due.

STATIONS = [
    Station("204", "204", "", codes={"91568F": "normal", "915683": "reset"}),
    Station("203-1", "203", "1", "0F1F01F0"),
]


def test_every_button_that_is_fitted_is_tried_once_a_month() -> None:
    heard = {"204": {"normal": T0 - 29 * DAY_MS, "reset": T0 - 31 * DAY_MS}, "203-1": {"presence": T0}}
    due = due_buttons(STATIONS, {"203-1": ("bathroom", "normal", "low_battery", "presence")}, heard, T0)
    assert [(button.station.station_id, button.signal, button.heard_ms) for button in due] == [
        ("203-1", "bathroom", 0),
        ("203-1", "normal", 0),
        ("204", "reset", T0 - 31 * DAY_MS),
    ]
    assert due_buttons(STATIONS, {}, {"204": heard["204"], "203-1": {"normal": T0}}, T0, days=60) == []


def test_the_sheet_has_a_line_to_tick_for_each() -> None:
    due = due_buttons(STATIONS, {}, {}, T0)
    english = sheet(due, "east", CommandWords("en"), T0).splitlines()
    assert english[2].split("  ")[-1].strip() == "signature"
    assert [line.count("[ ]") for line in english[3:]] == [3] * 3
    chinese = sheet(due, "east", CommandWords("zh_CN"), T0)
    assert "不正常" in chinese
    assert "从未" in chinese
    table = as_csv(due, CommandWords("zh_CN")).removeprefix("\ufeff").splitlines()
    assert table[0].split(",") == ["房间", "床位", "按钮", "上次收到", "正常", "不正常", "未安装", "问题", "签名"]
    assert table[1] == "203,1,呼叫,从未,,,,,"
    assert sheet([], "east", CommandWords("en"), T0) == "every button was heard within 30 days"
