"""A board at a REPL behind a cable, an installer who answers as told, and `wardbell provision` between the two."""

import contextlib
import json
import os
import select
import subprocess
import threading
import tty
from collections.abc import Callable
from pathlib import Path

from gateways import station, tables, write_registry
from servers import DEADLINE_S

import wardbell_firmware
import wardbell_protocol
import wardbell_simulator
from wardbell_gateway.provision.board_kinds import BEDSIDE, RECEIVER, BoardKind
from wardbell_gateway.provision.provision_command import main
from wardbell_simulator.micropython import find_micropython

# A soft reset ends the interpreter of a computer.
VIRTUAL = BoardKind(
    "virtual", "linux", {BEDSIDE: "repl_boards.Bedside", RECEIVER: "repl_boards.Receiver"}, restarts=False
)
POOR = BoardKind("virtual", "linux", VIRTUAL.classes, restarts=False, keys=("call",), hears=False)
PROMPT = b">>> "
SICK = BoardKind("virtual", "linux", {BEDSIDE: "repl_boards.SickBedside"}, restarts=False)


class Board:
    """MicroPython at a REPL behind a cable, which is two ptys and what goes between them."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
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
        path = os.pathsep.join([str(folder), ".frozen", *roots, str(Path(__file__).resolve().parent)])
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
        self._again: list[Board] = []
        self._await_prompt()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self) -> None:
        for again in self._again:
            again.close()
        self.pull()
        self._process.kill()
        self._process.wait()
        os.close(self._board_end)

    def pull(self) -> None:
        """The port is gone for whoever has it open; what has its name from then on may be another test's."""
        self._is_plugged = False
        self._thread.join()

    def replugged(self) -> "Board":
        """The same board after it was unplugged; it is closed with this one."""
        self._again.append(Board(self.folder))
        return self._again[-1]

    def has_restarted(self) -> bool:
        """A soft reset ends the interpreter of a computer."""
        return self._process.wait(timeout=DEADLINE_S) is not None

    @property
    def settings(self) -> dict[str, object] | None:
        path = self.folder / "settings.json"
        return json.loads(path.read_text()) if path.exists() else None

    def _await_prompt(self) -> None:
        """A board has started long before somebody types."""
        said = b""
        while PROMPT not in said:
            assert select.select([self._board_end], [], [], DEADLINE_S)[0], said
            said += os.read(self._board_end, 4096)

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


def provision(home: Path, board: Board, *more: str, kind: BoardKind = VIRTUAL, installer: Patient | None = None) -> int:
    arguments = ["--home", str(home), "--port", board.port, "--by", "Li", "--wait", "0", "--lang", "en", *more]
    return main(arguments, (kind,), installer or Patient())


BED = ("--room", "203", "--bed", "2")


def ward_in(folder: Path) -> Path:
    """A ward of two stations: 203-1 without a key, 203-3 with one."""
    policies: dict[str, object] = {"normal": {"reraise_s": 77}}
    keyed = station("203-3", address="", node_id=7, key="0123456789abcdef" * 2)
    write_registry(folder, tables(station("203-1"), keyed, policies=policies))
    return folder
