"""The daily test of the whole chain: when it is due, who must answer, and what is kept of it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from gateways import code_of, station, tables

from wardbell_gateway.chain_rounds import ChainRounds
from wardbell_gateway.chain_test import FAILED, LIMIT_MS, PART, RUNS, ChainPlan, ChainRecord, ChainTest
from wardbell_gateway.enrol_command import main as enrol
from wardbell_gateway.journal import Journal, Mark
from wardbell_gateway.registry import check_tables, read_registry
from wardbell_gateway.self_test_command import main
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.errors import ConfigError

NOON_MS = int(datetime(2026, 3, 2, 12, 0).astimezone().timestamp() * 1000)
DAY_MS = 24 * 3600 * 1000


def document(**ward: object) -> dict[str, dict[str, object]]:
    content = tables(station("203-1"))
    first = content["ward"]["1"]
    assert isinstance(first, dict)
    content["ward"]["1"] = {**first, **ward}
    return content


class Bench:
    """A ward without receivers, whose console and call centre are the test's words."""

    def __init__(self, folder: Path, expect: tuple[str, ...] = ("console", "callcenter")) -> None:
        self.up_ms = 0
        self.journal = Journal(folder / "gateway.db", NOON_MS)
        content = document(self_test={"at": "12:30", "expect": list(expect)})
        self.ward = Ward(check_tables("registry.json", content), self.journal, self.now())
        self.journal.keep_chain_test(ChainRecord(NOON_MS - 2 * DAY_MS, {}))
        self.rounds = ChainRounds(self.ward, [], self.now())

    def now(self) -> Now:
        return Now(NOON_MS + self.up_ms, self.up_ms)

    def pass_ms(self, ms: int) -> None:
        self.up_ms += ms
        self.rounds.poll(self.now())

    def follows(self, part: str, behind: int = 0) -> None:
        self.rounds.follows(part, self.journal.epoch, self.journal.last_seq() - behind, self.now())

    @property
    def faults(self) -> list[tuple[str, str]]:
        return sorted((call.station_id, call.detail) for call in self.ward.open_calls())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.rounds.poll(bench.now())
    yield bench
    bench.journal.close()


def finish(bench: Bench) -> None:
    """The test of the day before is made up for at the start; have it answered."""
    bench.follows("console")
    bench.follows("callcenter")
    bench.pass_ms(100)


def test_it_goes_through_the_journal_and_is_over_when_all_have_it(bench: Bench, tmp_path: Path) -> None:
    assert bench.faults == [(PART, RUNS)]
    bench.ward.stations.heard("203-1", "heartbeat", NOON_MS - 60_000)
    bench.pass_ms(1500)
    bench.follows("console")
    bench.follows("callcenter", behind=1)  # it has all but this
    bench.pass_ms(1500)
    assert bench.faults == [(PART, RUNS)]
    bench.follows("callcenter")
    bench.pass_ms(100)
    assert bench.faults == []
    record = bench.journal.last_chain_test()
    assert record is not None
    assert (record.answered, record.missing, record.radio) == ({"console": 1500, "callcenter": 3000}, [], "203-1")
    assert main(["--home", str(tmp_path)]) == 0


def test_a_part_that_does_not_answer_is_a_fault_until_one_finds_it_well(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.follows("console")
    bench.pass_ms(LIMIT_MS)
    assert bench.faults == [("callcenter", FAILED)]
    assert main(["--home", str(tmp_path)]) == 1
    assert "FAILED" in capsys.readouterr().out
    assert main(["--home", str(tmp_path), "--lang", "zh_CN"]) == 1
    head, *_, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["时间", "结果", "已应答", "未应答", "无线", "测试呼叫"]
    assert row.split()[2:-2] == ["不合格", "护士站", "0.0", "秒", "呼叫中心"]
    again = ChainRounds(bench.ward, [], bench.now())  # the gateway starts anew
    bench.rounds = again
    bench.pass_ms(1000)
    assert bench.faults == [("callcenter", FAILED)]
    bench.pass_ms(45 * 60_000)
    assert (PART, RUNS) in bench.faults
    finish(bench)
    assert bench.faults == []


def test_it_is_made_once_a_day_at_its_time(bench: Bench) -> None:
    finish(bench)
    bench.pass_ms(29 * 60_000)
    assert bench.faults == []
    bench.pass_ms(60_000)
    assert bench.faults == [(PART, RUNS)]
    finish(bench)
    bench.pass_ms(DAY_MS - 120_000)
    assert bench.faults == []
    bench.pass_ms(120_000)
    assert bench.faults == [(PART, RUNS)]


def test_a_nodes_test_call_begins_the_days_test_and_puts_the_air_into_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, expect=("air", "console"))
    bench.rounds.poll(bench.now())
    bench.follows("console")
    bench.pass_ms(LIMIT_MS)
    assert bench.faults == [("air", FAILED)]  # no node has called since the ward began
    bench.pass_ms(12 * 3_600_000)
    finish(bench)  # the clock's, of half past twelve
    bench.pass_ms(LIMIT_MS)
    call(bench, 1)
    bench.pass_ms(100)
    assert bench.faults == [("air", FAILED)]  # it is not 12 hours since the last one
    bench.pass_ms(13 * 3_600_000)
    call(bench, 2)
    bench.pass_ms(100)
    assert (PART, RUNS) in bench.faults
    bench.follows("console")
    bench.pass_ms(100)
    assert bench.faults == []
    record = bench.journal.last_chain_test()
    assert record is not None
    assert (record.missing, record.air) == ([], "203-1")
    bench.journal.close()


def call(bench: Bench, seq: int) -> None:
    """Station 203-1 sends its daily test call, which places nothing."""
    before = bench.ward.open_calls()
    mark = Mark("receiver", "life", seq, code_of("203-1", "test"), bench.now().unix_ms)
    assert bench.ward.hear(mark, bench.now()) == []
    assert bench.ward.open_calls() == before


def test_one_that_fell_due_while_nobody_was_there_is_made_up_for() -> None:
    plan = ChainPlan(12 * 60 + 30, ())
    assert ChainTest(NOON_MS - DAY_MS).is_due(plan, NOON_MS)
    assert not ChainTest(NOON_MS - DAY_MS + 45 * 60_000).is_due(plan, NOON_MS)
    assert not ChainTest(0).is_due(None, NOON_MS)


def test_a_wards_first_test_waits_for_its_time(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.journal.close()
    (tmp_path / "gateway.db").unlink()
    bench.journal = Journal(tmp_path / "gateway.db", NOON_MS)
    bench.ward = Ward(bench.ward.registry, bench.journal, bench.now())
    bench.rounds = ChainRounds(bench.ward, [], bench.now())
    bench.pass_ms(29 * 60_000)
    assert bench.faults == []
    bench.pass_ms(60_000)
    assert bench.faults == [(PART, RUNS)]
    bench.journal.close()


@pytest.mark.parametrize("wrong", [{"at": "25:00"}, {"at": "10:00", "expect": ["tv"]}, "10:00", {"time": "10:00"}])
def test_a_time_that_cannot_be_is_named(wrong: object) -> None:
    with pytest.raises(ConfigError, match=r"ward\.self_test"):
        check_tables("registry.json", document(self_test=wrong))


def test_the_call_centre_is_added_by_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    usual = ["--home", str(tmp_path)]
    assert enrol([*usual, "--self-test", "10:00=console"]) == 78
    assert enrol([*usual, "--ward", "east"]) == 0
    registry = tmp_path / "registry.json"
    assert read_registry(registry).self_test == ChainPlan(600, ("console",))
    assert enrol([*usual, "--self-test", "06:30=console, callcenter"]) == 0
    assert read_registry(registry).self_test == ChainPlan(390, ("console", "callcenter"))
    assert enrol([*usual, "--self-test", "25:00=tv"]) == 78
    assert "ward.self_test: give" in capsys.readouterr().err
