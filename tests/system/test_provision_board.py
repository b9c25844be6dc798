"""`wardbell provision` with a real MicroPython at the other end of a real pty, virtual boards on it."""

import contextlib
import json
import os
import select
import subprocess
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import serial
from gateways import station, tables, write_registry
from servers import DEADLINE_S, wait_until

import wardbell_firmware
import wardbell_protocol
import wardbell_simulator
from wardbell_firmware.bedside.contacts import KEYS, LOOPS, fitted
from wardbell_firmware.boards.pins import C3_BEDSIDE, PICO_BEDSIDE
from wardbell_firmware.receiver.table import RERAISE_FILE, STATIONS_FILE, TableCopy
from wardbell_gateway.provision.board_kinds import BEDSIDE, KINDS, RECEIVER, BoardKind
from wardbell_gateway.provision.provision_command import main
from wardbell_gateway.provision.texts import TEXTS
from wardbell_gateway.registry import read_registry
from wardbell_simulator.micropython import find_micropython

# A soft reset ends the interpreter of a computer.
VIRTUAL = BoardKind(
    "virtual", "linux", {BEDSIDE: "repl_boards.Bedside", RECEIVER: "repl_boards.Receiver"}, restarts=False
)
POOR = BoardKind("virtual", "linux", VIRTUAL.classes, restarts=False, keys=("call",), hears=False)
SICK = BoardKind("virtual", "linux", {BEDSIDE: "repl_boards.SickBedside"}, restarts=False)

Filter = Callable[[bytes], bool]


class Board:
    """MicroPython at a REPL behind a cable, which is two ptys and what goes between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cut_at = b""  # pull the cable when this goes to the board
        self.port_end, self._port_slave = os.openpty()
        self._board_end, board_slave = os.openpty()
        for end in (self._port_slave, board_slave):
            tty.setraw(end)
        self.port = os.ttyname(self._port_slave)
        roots = [
            str(Path(package.__path__[0]).parent)
            for package in (wardbell_protocol, wardbell_firmware, wardbell_simulator)
        ]
        path = os.pathsep.join([".frozen", *roots, str(Path(__file__).resolve().parent.parent)])
        self._process = subprocess.Popen(
            [str(find_micropython())],
            stdin=board_slave,
            stdout=board_slave,
            stderr=board_slave,
            cwd=folder,
            env={**os.environ, "MICROPYPATH": path},
            start_new_session=True,
        )
        os.close(board_slave)
        self._is_plugged = True
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.pull()
        self._thread.join()
        self._process.kill()
        self._process.wait()
        os.close(self._board_end)

    def pull(self) -> None:
        """The port is gone for whoever has it open."""
        self._is_plugged = False

    def has_restarted(self) -> bool:
        """A soft reset ends the interpreter of a computer."""
        return self._process.wait(timeout=DEADLINE_S) is not None

    @property
    def settings(self) -> dict[str, object] | None:
        path = self.folder / "settings.json"
        return json.loads(path.read_text()) if path.exists() else None

    def _carry(self) -> None:
        while self._is_plugged:
            ready, _, _ = select.select([self.port_end, self._board_end], [], [], 0.05)
            for end in ready:
                with contextlib.suppress(OSError):
                    data = os.read(end, 4096)
                    if end == self.port_end and self.cut_at and self.cut_at in data:
                        self._is_plugged = False
                        break
                    os.write(self._board_end if end == self.port_end else self.port_end, data)
        os.close(self.port_end)
        os.close(self._port_slave)


class Patient:
    """An installer who answers as told."""

    is_there = True

    def __init__(self, answer: bool | None = True, at_question: Callable[[], None] | None = None) -> None:
        self.asked: list[str] = []
        self.told: list[str] = []
        self._answer = answer
        self._at_question = at_question

    def tell(self, text: str) -> None:
        self.told.append(text)

    def confirm(self, question: str, meanwhile: Callable[[], None]) -> bool | None:
        self.asked.append(question)
        meanwhile()
        if self._at_question is not None:
            self._at_question()
        return self._answer


_plugged = contextlib.ExitStack()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    (tmp_path / "flash").mkdir()
    board = Board(tmp_path / "flash")
    yield board
    board.close()
    _plugged.close()


def replugged(board: Board) -> Board:
    """The same board after it was unplugged."""
    again = Board(board.folder)
    _plugged.callback(again.close)
    return again


@pytest.fixture
def home(tmp_path: Path) -> Path:
    policies: dict[str, object] = {"normal": {"reraise_s": 77}}
    keyed = station("203-3", address="", node_id=7, key="0123456789abcdef" * 2)
    write_registry(tmp_path, tables(station("203-1"), keyed, policies=policies))
    return tmp_path


def provision(home: Path, board: Board, *more: str, kind: BoardKind = VIRTUAL, installer: Patient | None = None) -> int:
    arguments = ["--home", str(home), "--port", board.port, "--by", "Li", "--wait", "0", "--lang", "en", *more]
    return main(arguments, (kind,), installer or Patient())


BED = ("--room", "203", "--bed", "2")


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
    for _run in range(2):
        board_again = Board(board.folder) if keys else board
        with contextlib.ExitStack() as ended:
            if keys:
                ended.callback(board_again.close)
            assert provision(home, board_again, *BED) == 0
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
    board = replugged(board)
    assert provision(home, board, *BED, "--despite", kind=SICK, installer=Patient(answer=False)) == 0


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


@pytest.mark.parametrize(
    ("more", "kind", "said"),
    [
        ((), BoardKind("pico", "Pico with RP2040", {}), "Wardbell runs on pico. Plug in the right board"),
        (("--board", "esp32c3"), VIRTUAL, "this is a virtual, not a esp32c3"),
        (("--role", "receiver"), SICK, "can be no receiver"),
        (("--button", "cord=bathroom", "--button", "reset=reset"), VIRTUAL, "this board has no such key"),
        (("--set", "cells=4"), VIRTUAL, "cells: give a number from 2 to 3"),
        (("--address", "0F1F01F0", "--set", "words=99"), VIRTUAL, "words: give a number from 4 to 32"),
        ((), POOR, "a virtual has no key reset; give --button with one of call"),
        (("--set", "two_way=true", "--button", "call=normal"), POOR, "a virtual cannot hear; leave two_way out"),
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
    serial_port = serial.Serial(board.port, timeout=DEADLINE_S)
    serial_port.write(b"import sys; sys.path.insert(0, '')\r")
    serial_port.read_until(b">>> ")
    serial_port.read_until(b">>> ")
    serial_port.close()
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
    assert provision(home, replugged(board), *BED, "--replace") == 0


def test_a_place_that_has_a_board_is_not_taken_by_mistake(
    home: Path, board: Board, capsys: pytest.CaptureFixture[str]
) -> None:
    assert provision(home, board, *BED) == 0
    before = (home / "registry.json").read_bytes()
    (board.folder / "settings.json").unlink()  # and so it is another
    assert provision(home, replugged(board), *BED) == 69
    said = capsys.readouterr().err
    assert "station 203-2 has another board, which is heard no more once this one has its place" in said
    assert main(["--home", str(home), *BED, "--board", "pico", "--file", str(home / "node.json")]) == 69
    assert not (home / "node.json").exists()
    assert ((home / "registry.json").read_bytes(), board.settings) == (before, None)
    assert provision(home, replugged(board), *BED, "--replace") == 0


def test_nor_is_one_that_somebody_else_gave_a_board_meanwhile(home: Path, board: Board) -> None:
    def elsewhere() -> None:
        main(["--home", str(home), *BED, "--board", "pico", "--file", str(home / "node.json")])

    assert provision(home, board, *BED, installer=Patient(at_question=elsewhere)) == 69
    other = json.loads((home / "node.json").read_text())
    assert (board.settings, read_registry(home / "registry.json").stations[2].key) == (None, other["key"])


def test_a_new_key_begins_with_new_counters(home: Path, board: Board) -> None:
    for name in ("counter.a", "counter.b"):
        (board.folder / name).write_text("spoilt")
    assert provision(home, board, *BED) == 0
    assert sorted(file.name for file in board.folder.iterdir()) == ["settings.json"]


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
            wait_until(lambda: not Path(board.port).exists(), "the port to go")

    assert provision(home, board, *BED, installer=Patient(at_question=pull)) == 69
    assert "the board is gone; plug it in and give the same command again" in capsys.readouterr().err
    assert (home / "registry.json").read_bytes() == before
    assert board.settings == {"role": "bedside"}
    plugged = Board(board.folder)
    try:
        assert provision(home, plugged, *BED) == 0
    finally:
        plugged.close()
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
        (["--role", "receiver"], "a esp32c3 can be no receiver"),
        (["--button", "presence=presence"], "a esp32c3 has no key presence"),
        (["--set", "two_way=true"], "a esp32c3 cannot hear"),
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
    assert main([*usual, *BED]) == 0
    node = read_registry(tmp_path / "registry.json").stations[2]
    written = json.loads(settings.read_text())
    assert (written["node_id"], written["key"], written["board"]) == (node.node_id, node.key, "pico")
    modes = [file.stat().st_mode & 0o777 for file in (tmp_path / "registry.json", settings)]
    assert modes == [0o600, 0o600]
    assert node.key not in capsys.readouterr().out
    assert main([*usual, *BED]) == 78
    assert "exists already" in capsys.readouterr().err
    assert read_registry(tmp_path / "registry.json").stations[2].key == node.key
    for wrong in (["--file", "x.json", "--room", "203"], [*usual, *BED, "--button", "call=help"]):
        with pytest.raises(SystemExit) as left:
            main(wrong)
        assert left.value.code == 2
