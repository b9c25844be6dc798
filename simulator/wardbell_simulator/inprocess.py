"""The same apps on CPython, in this process: where hundreds are wanted."""

from typing import Any, Protocol

from wardbell_firmware.bedside.app import BedsideApp
from wardbell_firmware.receiver.app import ReceiverApp
from wardbell_simulator.board_side.boards import VirtualBedside, VirtualReceiver


class _App(Protocol):
    def step(self, now_ms: int) -> int | None: ...


class InProcess:
    """One app on its virtual board; a message in, an answer out."""

    pid = 0

    def __init__(self, is_receiver: bool) -> None:
        self._is_receiver = is_receiver
        self._board: VirtualBedside | VirtualReceiver | None = None
        self._app: _App | None = None

    def exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        """Wake the device and take its answer; the first message makes board and app."""
        if self._board is None or self._app is None:
            self._start(message)
        else:
            self._board.wake(message)
        assert self._board is not None
        assert self._app is not None
        return self._board.answer(self._app.step(self._board.clock.now_ms()))

    def close(self) -> None:
        """Cut its power."""
        self._board = None
        self._app = None

    def _start(self, message: dict[str, Any]) -> None:
        if self._is_receiver:
            receiver = VirtualReceiver(message)
            self._board, self._app = receiver, ReceiverApp(receiver)
        else:
            bedside = VirtualBedside(message)
            self._board, self._app = bedside, BedsideApp(bedside)
