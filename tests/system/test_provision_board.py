"""`wardbell provision` with a real MicroPython at the other end of a real pty, virtual boards on it."""

from pathlib import Path

import pytest
from provision_bench import BED, VIRTUAL, Board, Patient, provision

from wardbell_firmware.receiver.table import RERAISE_FILE, STATIONS_FILE, TableCopy
from wardbell_gateway.provision.board_kinds import BEDSIDE, BoardKind
from wardbell_gateway.provision.provision_command import main
from wardbell_gateway.provision.texts import TEXTS
from wardbell_gateway.registry import read_registry


def test_a_board_becomes_a_beds_node(home: Path, board: Board, capsys: pytest.CaptureFixture[str]) -> None:
    installer = Patient()
    svg = home / "label.svg"
    assert provision(home, board, *BED, "--label", str(svg), installer=installer) == 0
    registry = read_registry(home / "registry.json")
    node = registry.stations[2]
    assert board.settings == {
        "role": "bedside",
        "board": "virtual",
        "node_id": node.node_id,
        "key": node.key,
        "signals": {"call": "normal", "reset": "reset"},
    }
    assert not (board.folder / "settings.json.new").exists()
    done = registry.provisioned["203-2"]
    assert (done.board, done.by) == ("virtual", "Li")
    said = capsys.readouterr().out
    for part in ("lamp_green", "lamp_red", "buzzer", "key call", "key reset", "battery", "radio loop-back"):
        assert any(line.split("  ")[0] == part and " ok" in line for line in said.splitlines()), said
    assert "4.50 V while it sends" in said
    assert [question for question in installer.asked if "lit" in question] == ["Is lamp green lit?", "Is lamp red lit?"]
    assert "Press call now" in installer.told
    for shown in (said, svg.read_text()):
        assert f"node {node.node_id}" in shown
        assert f"Wardbell {done.firmware}" in shown
        assert node.key not in shown
    assert ">203-2<" in svg.read_text()
    assert "| 203-2 " in said


def test_a_second_run_gives_the_same_board_a_new_key(home: Path, board: Board) -> None:
    keys: list[str] = []
    for run in range(2):
        assert provision(home, board.replugged() if run else board, *BED) == 0
        keys.append(read_registry(home / "registry.json").stations[2].key)
        assert board.settings is not None
        assert board.settings["key"] == keys[-1]
    assert keys[0] != keys[1]


def test_a_board_becomes_a_receiver(home: Path, board: Board, capsys: pytest.CaptureFixture[str]) -> None:
    installer = Patient()
    assert provision(home, board, "--role", "receiver", "--name", "east", installer=installer) == 0
    assert board.settings == {"role": "receiver", "board": "virtual", "name": "east", "host": True}
    registry = read_registry(home / "registry.json")
    assert registry.receivers["east"].by == "Li"
    copy = TableCopy()  # with it, it hears the ward's nodes with no host at hand
    for name in (STATIONS_FILE, RERAISE_FILE):
        copy.load(name, (board.folder / name).read_bytes())
    assert (list(copy.table.stations.values()), copy.n_refused) == (registry.stations, 0)
    assert copy.policies["normal"].reraise_s == registry.policies["normal"].reraise_s == 77
    said = capsys.readouterr().out
    assert "Untested: ear, radio loop-back." in said
    assert any("Wardbell 0123456" in question for question in installer.asked)
    assert "Did the relay click?" in installer.asked


def test_an_installer_is_asked_in_chinese(home: Path, board: Board, capsys: pytest.CaptureFixture[str]) -> None:
    installer = Patient()
    assert provision(home, board, *BED, "--lang", "zh_CN", installer=installer) == 0
    assert "红灯亮了吗？" in installer.asked
    assert "现在请按 reset" in installer.told
    said = capsys.readouterr().out
    assert [line.split() for line in said.splitlines() if "按键" in line] == [
        ["按键", "call", "正常"],
        ["按键", "reset", "正常"],
    ]
    assert "station 203-2 配置完成。" in said
    parts = {
        "lamp_red",
        "lamp_green",
        "status_red",
        "status_green",
        "relay",
        "buzzer",
        "lcd",
        "mains",
        "battery",
        "ear",
    }
    assert set(TEXTS["zh_CN"]) == set(TEXTS["en"]) | parts | {"radio loop-back"}


def test_what_nobody_looked_at_is_untested_not_well(
    home: Path, board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--home", str(home), "--port", board.port, "--unattended", "--lang", "en", *BED]
    assert main(arguments, (VIRTUAL,)) == 0
    assert "Untested: lamp_green, lamp_red, buzzer, key call, key reset." in capsys.readouterr().out


def test_a_new_key_begins_with_new_counters(home: Path, board: Board) -> None:
    for name in ("counter.a", "counter.b"):
        (board.folder / name).write_text("spoilt")
    assert provision(home, board, *BED) == 0
    assert sorted(file.name for file in board.folder.iterdir()) == ["settings.json"]


@pytest.mark.parametrize(
    ("more", "sees_cells", "status", "said"),
    [
        ((), True, 0, "no cells: without its USB it is dead"),
        (("--set", "cells=3"), True, 1, "0.00 V"),
        (("--set", "cells=3"), False, 0, "switched off while USB is in"),
    ],
)
def test_a_node_on_usb_alone_needs_no_cells_and_none_are_taken_for_good_unseen(
    home: Path,
    board: Board,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    sees_cells: bool,
    status: int,
    said: str,
) -> None:
    kind = BoardKind("virtual", "linux", {BEDSIDE: "repl_boards.UsbBedside"}, restarts=False, sees_cells=sees_cells)
    assert provision(home, board, *BED, *more, kind=kind) == status
    shown = capsys.readouterr().out
    assert said in shown
    assert ("Untested: battery." in shown) == (status == 0)
