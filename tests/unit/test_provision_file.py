"""`wardbell provision` for a board that is elsewhere: the file, and what it refuses before it speaks to any board."""

import json
from pathlib import Path

import pytest
from gateways import station, tables, write_registry
from provision_bench import BED, ward_in

from wardbell_firmware.bedside.contacts import KEYS, LOOPS, fitted
from wardbell_firmware.boards.pins import C3_BEDSIDE, PICO_BEDSIDE
from wardbell_gateway.provision.board_kinds import KINDS
from wardbell_gateway.provision.provision_command import main
from wardbell_gateway.registry import read_registry


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return ward_in(tmp_path)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--set", "node_id=5"], "--set node_id: no such setting; use one of alpha_us"),
        (["--set", "tow_way=true"], "--set tow_way: no such setting"),
        (["--set", "cells=@nowhere.json"], "No such file"),
        (["--button", "call=heartbeat"], "with a signal of code"),
        (["--button", "cord=bathroom"], "bathroom clears only at the bed: add --button reset=reset"),
        (["--button", "call=normal", "--clear-at", "bed"], "nobody could clear its calls"),
        (["--label", "nowhere/label.svg"], "name a file in a folder that can be written"),
    ],
)
def test_what_could_not_work_is_refused_before_the_board_is_touched(
    home: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--home", str(home), *BED, *more])
    assert (left.value.code, said in capsys.readouterr().err) == (2, True)


def test_a_node_without_a_reset_key_is_cleared_elsewhere(tmp_path: Path) -> None:
    write_registry(tmp_path, tables())
    usual = ["--home", str(tmp_path), "--board", "pico", "--file", str(tmp_path / "node.json")]
    (tmp_path / "cells.json").write_text("2")
    bed = ("--room", "209", "--bed", "1")
    assert main([*usual, *bed, "--button", "call=normal", "--set", f"cells=@{tmp_path / 'cells.json'}"]) == 0
    node = read_registry(tmp_path / "registry.json").stations[-1]
    assert (node.station_id, node.clear_at) == ("209-1", ("receiver", "console"))
    assert json.loads((tmp_path / "node.json").read_text())["cells"] == 2


def test_boards_have_the_keys_of_the_pin_map() -> None:
    every = {"signals": dict.fromkeys((*KEYS, *LOOPS), "normal")}
    assert {kind.name: list(kind.keys) for kind in KINDS} == {
        "pico": fitted(every, PICO_BEDSIDE),
        "pico_w": fitted(every, PICO_BEDSIDE),
        "esp32c3": fitted(every, C3_BEDSIDE),
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--role", "receiver"], "board esp32c3 can be no receiver"),
        (["--button", "presence=presence"], "board esp32c3 has no key presence"),
        (["--set", "two_way=true"], "board esp32c3 cannot hear"),
    ],
)
def test_nor_are_settings_written_for_a_board_that_cannot(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    before = (home / "registry.json").read_bytes()
    with pytest.raises(SystemExit) as left:
        main(["--home", str(home), "--board", "esp32c3", "--file", str(tmp_path / "node.json"), *BED, *more])
    assert (left.value.code, said in capsys.readouterr().err) == (2, True)
    assert ((tmp_path / "node.json").exists(), (home / "registry.json").read_bytes()) == (False, before)


def test_settings_for_a_board_that_is_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = station("204-1", codes={"91568F": "normal"}, address="", clear_at=["console"])
    write_registry(tmp_path, tables(station("203-1"), foreign))
    settings = tmp_path / "node.json"
    usual = ["--home", str(tmp_path), "--file", str(settings), "--board", "pico"]
    assert main([*usual, "--room", "204", "--bed", "1"]) == 78
    assert "another station" in capsys.readouterr().err
    assert not settings.exists()
    assert main([*usual, *BED, "--lang", "zh_CN"]) == 0
    node = read_registry(tmp_path / "registry.json").stations[2]
    written = json.loads(settings.read_text())
    assert (written["node_id"], written["key"], written["board"]) == (node.node_id, node.key, "pico")
    modes = [file.stat().st_mode & 0o777 for file in (tmp_path / "registry.json", settings)]
    assert modes == [0o600, 0o600]
    said = capsys.readouterr().out
    assert "已登记。下一步：把" in said
    assert node.key not in said
    assert main([*usual, *BED]) == 78
    assert "exists already" in capsys.readouterr().err
    assert read_registry(tmp_path / "registry.json").stations[2].key == node.key
    for wrong in (["--file", "x.json", "--room", "203"], [*usual, *BED, "--button", "call=help"]):
        with pytest.raises(SystemExit) as left:
            main(wrong)
        assert left.value.code == 2
