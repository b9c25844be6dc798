"""What a board offers: the seam between the apps and hardware. Never on the device; apps import it for types only.

An app receives a board and nothing else. The Pico's boards (this folder) and the virtual ward's (simulator) both fit
these shapes, and tests/contract runs one suite over whichever is at hand.
"""

from collections.abc import Mapping
from typing import Protocol

from wardbell_protocol.air.portion import Portion


class Clock(Protocol):
    """Time since start."""

    def now_ms(self) -> int:
        """Milliseconds since start; monotonic, never wraps."""

    def wait(self, until_ms: int | None) -> None:
        """Sleep until `until_ms` (None: for ever), or until an input changed, whichever is first. May return early.

        Inputs are keys (closing and opening), bytes on the line and durations heard. A board that is not woken by one of
        them returns by itself every 50 ms at the latest, which is a tenth of what the radio's ring holds.
        """

    def sleep_us(self, duration_us: int) -> None:
        """Hold up the caller that long (display write times; nothing else in an app sleeps)."""


class Key(Protocol):
    """A push button or a normally closed cord."""

    def is_pressed(self) -> bool:
        """The contact as it is now, not debounced; a press is latched until it was read once, so that none is missed."""


class Lamp(Protocol):
    """One colour of a lamp."""

    def set(self, is_on: bool) -> None:
        """Switch it."""


class Buzzer(Protocol):
    """A sounder."""

    def set(self, tone_hz: int) -> None:
        """Sound at that pitch until told otherwise; 0 = silent."""


class Transmitter(Protocol):
    """A 433 MHz on-off transmitter whose edges are timed by hardware."""

    def send(self, durations_us: list[int]) -> None:
        """Play carrier on, off, on … for these times, mark first; returns at once. Sending while sending is an error."""

    def is_sending(self) -> bool:
        """True until the last duration has been played."""


class PulseSource(Protocol):
    """A 433 MHz receiver whose edges are timed by hardware into a ring."""

    def read(self) -> Portion:
        """Durations that have ended since the last read; of more than it holds, the rest comes with the next read.

        The portion is the source's own, one for all reads.
        """


class Battery(Protocol):
    """What the board runs on."""

    def millivolts(self) -> int | None:
        """Its voltage now, in mV; None where the board does not measure it. Asked at each step of the app."""


class LcdPins(Protocol):
    """The pins of an HD44780 display in 8-bit mode (R/W tied low)."""

    def set(self, rs: int, data: int) -> None:
        """Put RS (0 instruction, 1 character) and D7..D0 on the pins."""

    def enable(self, level: int) -> None:
        """Drive E; the display takes the byte at its falling edge."""


class Line(Protocol):
    """The serial line to the host."""

    def read(self) -> bytes:
        """Bytes that have come since the last read, maybe none."""

    def write(self, data: bytes) -> None:
        """Send bytes; what a dead line cannot take is dropped (the link sends again)."""


class Store(Protocol):
    """A few small files that survive power loss; each is replaced whole or not at all."""

    def load(self, name: str) -> bytes | None:
        """The file's bytes, or None where there is none."""

    def save(self, name: str, data: bytes) -> None:
        """Replace the file."""


class BedsideBoard(Protocol):
    """A bed node. Its parts are read-only, so that a board may offer more than a part's shape asks for."""

    @property
    def clock(self) -> Clock:
        """Time since start."""

    @property
    def keys(self) -> Mapping[str, Key]:
        """By name: `call`, and where fitted `cord`, `assist`, `code`, `presence`, `reset`."""

    @property
    def assurance_lamp(self) -> Lamp:
        """Says how the newest press stands, in the rhythms of bedside/lamp.py."""

    @property
    def buzzer(self) -> Buzzer:
        """Chirps at a press."""

    @property
    def radio(self) -> Transmitter:
        """Sends words or frames."""

    @property
    def receiver(self) -> PulseSource | None:
        """Hears receipts; None on a one-way node. What the board itself sends may come in here too."""

    @property
    def battery(self) -> Battery:
        """What it runs on."""

    @property
    def store(self) -> Store:
        """Survives a change of battery: a node with a key keeps its counter here."""

    @property
    def settings(self) -> dict[str, object]:
        """`signals` (name of key -> signal of calls/signals.py), and how it speaks.

        Authenticated frames: `node_id` (0..65535) and `key` (32 hex digits), written over USB. Else PT2262 words:
        `address` (8 trits), `alpha_us`, `words` a burst.
        """


class ReceiverBoard(Protocol):
    """The receiver. Its parts are read-only, as the bed node's are."""

    @property
    def clock(self) -> Clock:
        """Time since start."""

    @property
    def radio(self) -> PulseSource:
        """Hears words and frames. What `transmitter` sends may come in here too."""

    @property
    def transmitter(self) -> Transmitter | None:
        """Sends receipts; None where none is fitted."""

    @property
    def lcd(self) -> LcdPins:
        """The 16 x 2 display."""

    @property
    def buzzer(self) -> Buzzer:
        """Sounds the calls."""

    @property
    def ack_key(self) -> Key:
        """Acknowledges; held, it clears."""

    @property
    def line(self) -> Line:
        """To the host."""

    @property
    def store(self) -> Store:
        """Survives power loss."""

    @property
    def epoch(self) -> int:
        """Drawn at start, 1..2**30-1."""

    @property
    def settings(self) -> dict[str, object]:
        """`name`, `host` (False: there is none, it works alone)."""
