"""The same apps on CPython, in this process: where hundreds are wanted."""

import traceback
from typing import Any, Protocol

from wardbell_firmware.bedside.app import BedsideApp
from wardbell_firmware.receiver.app import ReceiverApp
from wardbell_simulator.board_side.boards import VirtualBedside, VirtualReceiver
from wardbell_simulator.errors import DeviceError


class _App(Protocol):
    def step(self, now_ms: int) -> int | None: ...


class InProcess:
    """One app on its virtual board; a message in, an answer out."""

    def __init__(self, device: str, is_receiver: bool) -> None:
        self._device = device
        self._is_receiver = is_receiver
        self._board: VirtualBedside | VirtualReceiver | None = None
        self._app: _App | None = None

    def exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        """Wake the device and take its answer; the first message makes board and app.

        Raises DeviceError with the traceback of whatever the app raised.
        """
        try:
            return self._step(message)
        except Exception:
            raise DeviceError(self._device, traceback.format_exc()) from None

    def close(self) -> None:
        """Cut its power."""
        self._board = None
        self._app = None

    def _step(self, message: dict[str, Any]) -> dict[str, Any]:
        if self._board is None or self._app is None:
            self._board, self._app = self._start(message)
        else:
            self._board.wake(message)
        return self._board.answer(self._app.step(self._board.clock.now_ms()))

    def _start(self, message: dict[str, Any]) -> tuple[VirtualBedside | VirtualReceiver, _App]:
        if self._is_receiver:
            receiver = VirtualReceiver(message)
            return receiver, ReceiverApp(receiver)
        bedside = VirtualBedside(message)
        return bedside, BedsideApp(bedside)
