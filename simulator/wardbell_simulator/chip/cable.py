"""The emulated chip's USB cable, with a pty at the other end: whatever opens a serial port can speak to the chip."""

import contextlib
import os
import threading
import tty
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from wardbell_simulator.chip.board import EmulatedPico

_STEP_US = 2000  # of the chip's time between two looks at the cable
_READ_BYTES = 4096


class UsbCable:
    """Lets the chip's time pass on a thread while it is plugged in; `port` is the path to open."""

    def __init__(self, pico: EmulatedPico) -> None:
        self._pico = pico
        self._master, self._slave = os.openpty()
        for end in (self._master, self._slave):
            tty.setraw(end)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._todo: deque[Callable[[], object]] = deque()
        self._is_plugged = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.pull()

    def do(self, verb: Callable[[], object]) -> None:
        """Have something done to the chip from outside, soon: its pins belong to the thread."""
        self._todo.append(verb)

    def pull(self) -> None:
        """End it; the chip stands still."""
        self._is_plugged = False
        self._thread.join()
        for end in (self._master, self._slave):
            os.close(end)

    def _run(self) -> None:
        while self._is_plugged:
            with contextlib.suppress(BlockingIOError):
                self._pico.say(os.read(self._master, _READ_BYTES))
            while self._todo:
                self._todo.popleft()()
            self._pico.run_for_us(_STEP_US)
            with contextlib.suppress(BlockingIOError):  # nobody reads: lost, as on a real port
                os.write(self._master, self._pico.take_heard())
