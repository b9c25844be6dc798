"""What the gateway's commands print for people, in both languages."""

from pathlib import Path

import pytest
from gateways import keyed, tables, write_registry
from rich.cells import cell_len

from wardbell_gateway.command_texts import CommandWords
from wardbell_gateway.enrol_command import main
from wardbell_protocol.calls.signals import SIGNALS


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_has_a_word(signal: str) -> None:
    assert not CommandWords("zh_CN").signal(signal).isascii()
    assert "_" not in CommandWords("en").signal(signal)


def test_the_registry_is_listed_in_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(tmp_path)]
    write_registry(tmp_path, tables(keyed("203-1")))
    codes = ["--code", "91568F", "--signal", "emergency", "--code", "915680", "--signal", "reset"]
    assert main([*home, "--room", "大厅", "--id", "hall", *codes, "--lang", "zh_CN"]) == 0
    assert "hall 已登记：91568F = 紧急呼叫, 915680 = 复位。" in capsys.readouterr().out
    assert main([*home, "--list", "--lang", "zh_CN"]) == 0
    count, *rows = capsys.readouterr().out.splitlines()
    assert count == "病区 east，2 个按钮"
    assert [row.split()[:3] for row in rows] == [
        ["编号", "床位", "可消除处"],
        ["203-1", "203室1床", "床旁"],
        ["hall", "大厅", "床旁"],
    ]
    starts = [cell_len(row[: row.index(word)]) for row, word in zip(rows, ("发送", "节点", "91568F"), strict=True)]
    assert len(set(starts)) == 1
