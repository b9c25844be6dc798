"""What `wardbell provision` refuses, and what a board and the registry are then: as they were."""

import json
import os
from pathlib import Path

import pytest
import serial
from provision_bench import BED, POOR, SICK, VIRTUAL, Board, Patient, provision

from wardbell_firmware.receiver.table import STATIONS_FILE
from wardbell_gateway.provision.board_kinds import BoardKind
from wardbell_gateway.provision.provision_command import main
from wardbell_gateway.registry import read_registry


def test_what_the_self_test_finds_is_not_put_into_a_ward(
    home: Path, board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (home / "registry.json").read_bytes()
    assert provision(home, board, *BED, kind=SICK, installer=Patient(answer=False)) == 1
    said = capsys.readouterr()
    assert "sticks" in said.out
    assert "2.30 V" in said.out
    assert [line.split()[1:3] for line in said.out.splitlines()[:3]] == [["NOT", "OK"]] * 3  # both lamps and the buzzer
    assert "nothing was written" in said.err
    assert (board.settings, (home / "registry.json").read_bytes()) == (None, before)
    board = board.replugged()
    assert provision(home, board, *BED, "--despite", kind=SICK, installer=Patient(answer=False)) == 0


@pytest.mark.parametrize(
    ("more", "kind", "said"),
    [
        ((), BoardKind("pico", "Pico with RP2040", {}), "Wardbell runs on pico. Plug in the right board"),
        (("--board", "esp32c3"), VIRTUAL, "this is board virtual, not esp32c3"),
        (("--role", "receiver"), SICK, "can be no receiver"),
        (("--button", "cord=bathroom", "--button", "reset=reset"), VIRTUAL, "this board has no such key"),
        (("--set", "cells=4"), VIRTUAL, "cells: give a number from 2 to 3"),
        (("--address", "0F1F01F0", "--set", "words=99"), VIRTUAL, "words: give a number from 4 to 32"),
        ((), POOR, "board virtual has no key reset; give --button with one of call"),
        (("--set", "two_way=true", "--button", "call=normal"), POOR, "board virtual cannot hear; leave two_way out"),
    ],
)
def test_a_wrong_board_is_refused(
    home: Path, board: Board, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], kind: BoardKind, said: str
) -> None:
    before = (home / "registry.json").read_bytes()
    assert provision(home, board, *BED, *more, kind=kind) in (1, 69)
    shown = capsys.readouterr()
    assert said in shown.out + shown.err
    assert (board.settings, (home / "registry.json").read_bytes()) == (None, before)


@pytest.mark.parametrize(("found", "said"), [("9.9", "it runs Wardbell 9.9"), ("", "there is no Wardbell on it")])
def test_another_firmware_is_refused(
    home: Path, board: Board, capsys: pytest.CaptureFixture[str], found: str, said: str
) -> None:
    (board.folder / "wardbell_firmware").mkdir()
    text = f'VERSION = "{found}"' if found else "raise ImportError"
    (board.folder / "wardbell_firmware" / "__init__.py").write_text("")
    (board.folder / "wardbell_firmware" / "version.py").write_text(text)
    assert provision(home, board, *BED) == 69
    assert said in capsys.readouterr().err
    assert board.settings is None


def test_another_stations_board_is_not_taken_by_mistake(
    home: Path, board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"role": "bedside", "board": "virtual", "address": "0F1F01F0", "signals": {"call": "normal"}}
    (board.folder / "settings.json").write_text(json.dumps(settings))
    assert provision(home, board, *BED) == 69
    assert "this board is station 203-1; plug in another, or give --replace" in capsys.readouterr().err
    assert board.settings == settings
    assert board.has_restarted()  # whoever plugged in the board of a ward by mistake has not silenced it
    assert provision(home, board.replugged(), *BED, "--replace") == 0


def test_a_place_that_has_a_board_is_not_taken_by_mistake(
    home: Path, board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    assert provision(home, board, *BED) == 0
    before = (home / "registry.json").read_bytes()
    (board.folder / "settings.json").unlink()  # and so it is another
    assert provision(home, board.replugged(), *BED) == 69
    said = capsys.readouterr().err
    assert "station 203-2 has another board, which is heard no more once this one has its place" in said
    assert main(["--home", str(home), *BED, "--board", "pico", "--file", str(home / "node.json")]) == 69
    assert not (home / "node.json").exists()
    assert ((home / "registry.json").read_bytes(), board.settings) == (before, None)
    assert provision(home, board.replugged(), *BED, "--replace") == 0


def test_nor_is_one_that_somebody_else_gave_a_board_meanwhile(home: Path, board: Board) -> None:
    def elsewhere() -> None:
        main(["--home", str(home), *BED, "--board", "pico", "--file", str(home / "node.json")])

    assert provision(home, board, *BED, installer=Patient(at_question=elsewhere)) == 69
    other = json.loads((home / "node.json").read_text())
    assert (board.settings, read_registry(home / "registry.json").stations[2].key) == (None, other["key"])


def test_a_port_that_another_program_has(home: Path, board: Board, capsys: pytest.CaptureFixture[str]) -> None:
    with serial.Serial(board.port, exclusive=True):
        assert provision(home, board, *BED) == 69
    assert f"another program has it; end that one (`fuser {board.port}`" in capsys.readouterr().err
    assert provision(home, board, *BED, "--port", "/dev/nowhere") == 69
    assert "/dev/nowhere: no such port; plug it in" in capsys.readouterr().err
    for no_port in ("/dev/null", str(home)):
        assert provision(home, board, *BED, "--port", no_port) == 69
        assert f"{no_port}: is no serial port; give its path" in capsys.readouterr().err


def test_a_port_without_micropython(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    master, slave = os.openpty()
    try:
        arguments = ["--home", str(home), "--port", os.ttyname(slave), "--wait", "0", "--unattended", *BED]
        assert main(arguments, (VIRTUAL,)) == 69
    finally:
        os.close(master)
        os.close(slave)
    assert "no MicroPython answers there; unplug the board and plug it in again" in capsys.readouterr().err


@pytest.mark.parametrize("cut_at", [b"", b"'settings.json.new','wb'", b"os.rename"])
def test_the_cable_is_pulled_midway(
    home: Path, board: Board, capsys: pytest.CaptureFixture[str], cut_at: bytes
) -> None:
    """At the first question, while the settings are written, and as they would take the old ones' place."""
    (board.folder / "settings.json").write_text('{"role": "bedside"}')
    before = (home / "registry.json").read_bytes()
    board.cut_at = cut_at

    def pull() -> None:
        if not cut_at:
            board.pull()

    assert provision(home, board, *BED, installer=Patient(at_question=pull)) == 69
    assert "the board is gone; plug it in and give the same command again" in capsys.readouterr().err
    assert (home / "registry.json").read_bytes() == before
    assert board.settings == {"role": "bedside"}
    assert provision(home, board.replugged(), *BED) == 0
    assert board.settings["key"] == read_registry(home / "registry.json").stations[2].key


@pytest.mark.parametrize("wanted", [BED, ("--role", "receiver", "--name", "east")], ids=["node", "receiver"])
def test_a_registry_that_cannot_be_written_leaves_the_board_as_it_was(
    home: Path,
    board: Board,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    wanted: tuple[str, ...],
) -> None:
    (board.folder / "settings.json").write_text('{"role": "bedside"}')
    (board.folder / STATIONS_FILE).write_text("[\n\n]")

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert provision(home, board, *wanted) == 78
    assert "No space left on device" in capsys.readouterr().err
    assert board.settings == {"role": "bedside"}
    assert sorted(file.name for file in board.folder.iterdir()) == ["settings.json", STATIONS_FILE]
    assert (board.folder / STATIONS_FILE).read_text() == "[\n\n]"
    assert [each.station_id for each in read_registry(home / "registry.json").stations] == ["203-1", "203-3"]
