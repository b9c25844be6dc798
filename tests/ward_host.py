"""The host's end of a virtual ward's serial line: our own `LinkPeer`, over pyserial or over the ward's buffers."""

import fcntl
import sys
import termios
import time
from collections.abc import Callable
from typing import Any

import serial
from servers import DEADLINE_S, wait_until

from wardbell_protocol.link.peer import LinkMessage, LinkPeer
from wardbell_simulator.plan import WardPlan
from wardbell_simulator.serial_line import BufferLine, PtyLine
from wardbell_simulator.ward import Ward

_SLICE_MS = 20
_EPOCH = 77
_MOST_WAITING = 4095  # bytes that a Linux terminal keeps for its reader


class BufferPort:
    """The ward's buffers with the two verbs of a port."""

    def __init__(self, line: BufferLine) -> None:
        self.read_all = line.host_reads
        self.write = line.host_writes


class StepPty(PtyLine):
    """A pty whose bytes are across before virtual time goes on.

    The kernel hands them over when it finds the time: a ward that lives through seconds meanwhile would lose its link.
    """

    def send(self, data: bytes) -> None:
        """Bytes from the receiver to the host."""
        if self.is_plugged:
            wanted = min(_waiting(self._slave) + len(data), _MOST_WAITING)
            super().send(data)
            wait_until(lambda: _waiting(self._slave) >= wanted, "what the receiver has sent to be there")

    def host_sends(self, data: bytes, write: Callable[[bytes], object]) -> None:
        """Bytes from the host to the receiver, by way of its port."""
        wanted = min(_waiting(self._master) + len(data), _MOST_WAITING)
        write(data)
        wait_until(lambda: _waiting(self._master) >= wanted, "what the host has sent to be there")


def _waiting(end: int) -> int:
    return int.from_bytes(fcntl.ioctl(end, termios.FIONREAD, bytes(4)), sys.byteorder)


class WardHost:
    """Takes and accepts what the receiver says, in step with the ward's virtual time."""

    def __init__(self, ward: Ward, name: str = "gateway") -> None:
        self.ward = ward
        self.messages: list[dict[str, Any]] = []
        self.peer = LinkPeer(name, _EPOCH)
        self.port: Any = None
        self.open()

    def open(self) -> None:
        """Open the port that the ward offers now."""
        line = self.ward.line
        if isinstance(line, PtyLine):
            self.port = serial.Serial(str(line.path), timeout=0)
        elif isinstance(line, BufferLine):
            self.port = BufferPort(line)

    def close(self) -> None:
        """Close the port."""
        if isinstance(self.port, serial.Serial):
            self.port.close()
        self.port = None
        self.peer.line_lost()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What was received of a kind."""
        return [message for message in self.messages if message["t"] == kind]

    def run_until(self, condition: Callable[[], bool], limit_ms: int = 30_000) -> None:
        """Let virtual time pass, both ends talking, until the condition holds."""
        until_ms = self.ward.now_ms + limit_ms
        until_s = time.monotonic() + DEADLINE_S
        while not condition():
            assert self.ward.now_ms < until_ms, f"not within {limit_ms} ms; display {self.ward.lcd_lines}"
            assert time.monotonic() < until_s, "not within the wall's limit"
            self.ward.run_for_ms(_SLICE_MS)
            self.exchange()

    def run_for_ms(self, ms: int) -> None:
        """Let that much virtual time pass."""
        until_ms = self.ward.now_ms + ms
        self.run_until(lambda: self.ward.now_ms >= until_ms, ms + _SLICE_MS)

    def exchange(self) -> None:
        """Read what is there, answer, and send what is due."""
        if self.port is None:
            return
        now_ms = self.ward.now_ms
        for event in self.peer.receive(self.port.read_all(), now_ms):
            if isinstance(event, LinkMessage):
                self.messages.append(event.message)
                self.peer.accept(event)
        self.peer.poll(now_ms)
        output = self.peer.take_output()
        if output and isinstance(self.ward.line, StepPty):
            self.ward.line.host_sends(output, self.port.write)
        elif output:
            self.port.write(output)

    def send_table(self, plan: WardPlan) -> None:
        """Send the ward's stations, and that all is well."""
        now_ms = self.ward.now_ms
        for node in plan.nodes:
            record = node.record()
            station_id = record.pop("station_id")
            self.peer.send({"t": "station", "id": station_id, **record}, now_ms)
        self.peer.send({"t": "stations", "n": len(plan.nodes)}, now_ms)
        self.be_well()

    def be_well(self) -> None:
        """Tell the receiver that all behind the host is well and that no calls are open."""
        self.peer.send({"t": "health", "ok": True, "text": ""}, self.ward.now_ms)
