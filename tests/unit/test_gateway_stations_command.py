"""`wardbell stations`: what a gateway has kept, as a table and as JSON."""

import json
import time
from pathlib import Path

import pytest
from gateways import KEYS, keyed, station, tables, write_registry
from rich.cells import cell_len

from wardbell_gateway.journal import Entry, Journal
from wardbell_gateway.station_watch import StationHealth
from wardbell_gateway.stations_command import main
from wardbell_protocol.calls.board import CallBoard, FaultGone, FaultRaised
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.station import Station

MINUTE_MS = 60_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A ward of three: one well, one with faults, one never heard."""
    write_registry(tmp_path, tables(keyed("203-1"), keyed("203-2"), station("204-1")))
    now_ms = time.time_ns() // 1_000_000
    well = StationHealth("203-1", now_ms - 3 * MINUTE_MS, "heartbeat", True, 12, [[1, 12]], [90] * 8, 88, [0] * 20)
    poor = StationHealth("203-2", now_ms - 50 * 60 * MINUTE_MS, "normal", True, 4, [[1, 4]], [50] * 8, 80)
    poor.faults = ["silent", "low_battery"]
    journal = Journal(tmp_path / "gateway.db", now_ms)
    journal.keep_stations([well, poor], [])
    journal.close()
    return tmp_path


def test_a_table_with_those_in_need_first(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["place", "heard", "said", "beats", "lost", "battery", "quality", "trend", "fault"]
    assert [line.split()[0] for line in lines[1:]] == ["203-2", "203-1", "204-1"]
    assert lines[1].split() == [
        "203-2",
        "2",
        "d",
        "call",
        "yes",
        "-",
        "2.1",
        "V",
        "50",
        "-30",
        "silent,",
        "battery",
    ]
    assert lines[2].split() == ["203-1", "3", "min", "heartbeat", "yes", "0", "%", "2.9", "V", "90", "+2"]
    assert lines[3].split() == ["204-1", "never", "-", "no", "-", "-", "-", "-"]
    assert max(map(len, lines)) < 100
    assert main(["--home", str(home), "--lang", "zh_CN"]) == 0
    chinese = capsys.readouterr().out.splitlines()
    assert chinese[0].split() == ["床位", "上次收到", "内容", "心跳", "丢失", "电池", "质量", "趋势", "故障"]
    assert chinese[1].split() == [
        "203室2床",
        "2",
        "天",
        "呼叫",
        "有",
        "-",
        "2.1",
        "V",
        "50",
        "-30",
        "无信号,",
        "电量低",
    ]
    assert len({cell_len(line[: line.index("无" if n else "故障")]) for n, line in enumerate(chinese[:2])}) == 1


def test_json_has_all_but_the_key(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(home), "--json", "--faults"]) == 0
    text = capsys.readouterr().out
    (poor,) = json.loads(text)
    assert (poor["station_id"], poor["keyed"], poor["faults"]) == ("203-2", True, ["silent", "low_battery"])
    assert (poor["battery_mv"], poor["batteries"], poor["trend"], poor["loss_percent"]) == (2100, [[1, 4]], -30, None)
    assert not any(key in text for key in KEYS.values())


def test_what_a_node_without_a_key_says_of_itself_is_listed_until_it_is_over(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = CallBoard("east-1", default_policies())
    told = Station("204-1", "204", "1")
    journal = Journal(home / "gateway.db", 0)
    for number, detail in enumerate(("low_battery", "key_fault")):
        events = board.receive(FaultRaised("204-1", detail, told), 1_000 + number)
        journal.write(Entry(events=events), lambda _seq, _event: [], 0)

    def faults() -> dict[str, list[str]]:
        assert main(["--home", str(home), "--json", "--faults"]) == 0
        return {row["station_id"]: row["faults"] for row in json.loads(capsys.readouterr().out)}

    assert faults() == {"203-2": ["silent", "low_battery"], "204-1": ["low_battery", "key_fault"]}
    cleared = board.receive(FaultGone("204-1", "low_battery"), 2_000)
    journal.write(Entry(events=cleared), lambda _seq, _event: [], 0)
    assert faults()["204-1"] == ["key_fault"]
    journal.close()


def test_a_ward_without_faults_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_registry(tmp_path)
    Journal(tmp_path / "gateway.db", 0).close()
    assert main(["--home", str(tmp_path), "--faults"]) == 0
    assert capsys.readouterr().out == "no station has a fault\n"


def test_what_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path)]) == 78
    assert "registry.json" in capsys.readouterr().err
    write_registry(tmp_path)
    assert main(["--home", str(tmp_path)]) == 78
    assert "start `wardbell gateway`" in capsys.readouterr().err


def test_buttons_that_nobody_has_heard_for_a_month(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now_ms = time.time_ns() // 1_000_000
    write_registry(home, tables(keyed("203-1", buttons=["normal", "reset"]), station("204-1")))
    journal = Journal(home / "gateway.db", now_ms)
    journal.keep_stations(
        [StationHealth("203-1", buttons={"normal": now_ms, "reset": now_ms - 40 * 24 * 60 * MINUTE_MS})], []
    )
    journal.close()
    assert main(["--home", str(home), "--test-due", "--json"]) == 0
    due = json.loads(capsys.readouterr().out)
    assert [(row["station_id"], row["signal"]) for row in due] == [("203-1", "reset"), ("204-1", "normal")]
    assert main(["--home", str(home), "--test-due", "--days", "60"]) == 0
    assert capsys.readouterr().out.count("[ ]") == 3


def test_the_sheet_is_in_the_terminals_language_or_the_one_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = ["--home", str(home), "--test-due"]
    for arguments, said in (([], "signature"), (["--lang", "zh_CN"], "签名"), (["--csv"], "room,bed")):
        assert main([*usual, *arguments]) == 0
        assert said in capsys.readouterr().out
