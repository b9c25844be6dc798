"""IQ for the tests of the software radio: presses as a dongle would deliver them, and a server that delivers them."""

import socket
import struct
import threading
from collections.abc import Sequence

import numpy as np
from servers import DEADLINE_S

from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_simulator.radio.synth import Air, Transmission, cu8_of, press, synthesize

SNR_DB = 6.0
LOOK_S = 0.1


def presses_as_cu8(codes: Sequence[int], seed: int, gap_us: float = 8e5) -> bytes:
    """One press of four words after the other, with noise before and after each."""
    sent: list[Transmission] = []
    now_us = 3e5
    for code in codes:
        sent.append(Transmission(press(code, 350), start_us=now_us, offset_hz=3e4))
        now_us = sent[-1].end_us + gap_us
    return _cu8(sent, now_us, seed)


def frame_as_cu8(frame: Frame, key: bytes, seed: int) -> bytes:
    """Three copies of a frame."""
    durations = frame_durations(seal(frame, key))
    whole = [*durations, 1000] if len(durations) % 2 else durations
    sent = [Transmission(whole, start_us=3e5 * nth, offset_hz=-2e4) for nth in (1, 2, 3)]
    return _cu8(sent, 2.6e6, seed)


def _cu8(sent: list[Transmission], length_us: float, seed: int) -> bytes:
    return cu8_of(synthesize(sent, Air(SNR_DB), length_us, np.random.default_rng(seed)), SNR_DB).tobytes()


class RtlTcpServer:
    """Speaks rtl_tcp on loopback: greets, takes commands, sends one of `airs` to each connection.

    The connection ends behind each but the last. `commands`: (code, value) as they came, by connection.
    """

    def __init__(self, airs: list[bytes], greeting: bytes = b"RTL0") -> None:
        self.commands: list[list[tuple[int, int]]] = []
        self._airs = airs
        self._greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """As the command line takes it."""
        return f"rtl_tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """End it."""
        self._stopping.set()
        self._listener.close()
        self._thread.join()

    def _run(self) -> None:
        self._listener.settimeout(LOOK_S)
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with connection:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        taken: list[tuple[int, int]] = []
        self.commands.append(taken)
        connection.sendall(self._greeting + struct.pack(">II", 5, 29))
        connection.settimeout(LOOK_S)
        pending = b""
        is_sent = False
        while not self._stopping.is_set():
            try:
                data = connection.recv(4096)
            except TimeoutError:
                data = None
            if data == b"":
                return
            pending += data or b""
            while len(pending) >= 5:
                taken.append(struct.unpack(">BI", pending[:5]))
                pending = pending[5:]
            if taken and not is_sent:
                is_sent = True
                connection.settimeout(DEADLINE_S)  # of all of it: whoever reads may be slow
                connection.sendall(self._airs.pop(0) if self._airs else b"")
                if self._airs:
                    return
                connection.settimeout(LOOK_S)
