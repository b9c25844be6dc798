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

        Inputs are keys (closing and opening), the mains, bytes on the line and durations heard. A board that is not woken by
        one of them returns by itself every 50 ms at the latest, which is a tenth of what the radio's ring holds.
        """

    def sleep_us(self, duration_us: int) -> None:
        """Hold up the caller that long (display write times; nothing else in an app sleeps)."""


class Key(Protocol):
    """A push button, or a normally closed loop (pull cord, cable of the handset)."""

    def is_pressed(self) -> bool:
        """Whether it is pressed now, a loop: open. Not debounced; a press is latched until it was read once."""


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
        """Its voltage now, in mV; None where the board does not measure it.

        Asked under load, just after `radio.send`: the lowest of some samples over at least the first mark.
        """


class Ear(PulseSource, Protocol):
    """A bed node's receive module, which has its supply only while the node waits for an answer."""

    def listen(self, is_on: bool) -> None:
        """Have it hear, or not; off at start. Told at each step. What it says while its slicer settles may be noise."""


class LcdPins(Protocol):
    """The bus of an HD44780 display in 4-bit mode (R/W tied low): six GPIO pins, or a PCF8574 behind I2C."""

    def nibble(self, rs: int, data: int) -> None:
        """Put RS (0 instruction, 1 character) and D7..D4 (0..15) on the pins and pulse E, for 1 µs at least, in all.

        Raises OSError where the bus can tell that the display did not take it, within 10 ms; six GPIO pins cannot tell.
        """

    def probe(self) -> None:
        """Raises OSError as `nibble` does; nothing of the display changes."""


class Mains(Protocol):
    """Where the board's supply comes from."""

    def is_present(self) -> bool:
        """False while it runs on its backup battery; as it is now. Asked at each step of the app."""


class Watchdog(Protocol):
    """Resets the board, and with it all of its outputs, unless it is fed."""

    def feed(self) -> None:
        """The app has made another step; it bears pauses of 4 s."""


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
        """Replace the file. Raises OSError where the store is full or worn out."""


class Network(Protocol):
    """The board's own way to the house's network."""

    def is_up(self) -> bool:
        """Whether it has joined and has an address; joins by itself, again and again, without waiting for it."""


class BedsideBoard(Protocol):
    """A bed node. Its parts are read-only, so that a board may offer more than a part's shape asks for."""

    @property
    def clock(self) -> Clock:
        """Time since start."""

    @property
    def keys(self) -> Mapping[str, Key]:
        """By the names of boards/pins.py: `call`, and where fitted `reset`, `presence`, `assist`; the loops `cord`, `handset`."""

    @property
    def lamp_red(self) -> Lamp:
        """The red half of the assurance lamp, which says how the newest press stands: bedside/lamp.py."""

    @property
    def lamp_green(self) -> Lamp:
        """Its green half."""

    @property
    def buzzer(self) -> Buzzer:
        """Chirps at a press."""

    @property
    def radio(self) -> Transmitter:
        """Sends words or frames; it has its supply while it sends."""

    @property
    def receiver(self) -> Ear | None:
        """Hears receipts; None on a one-way node. What the board itself sends may come in here too."""

    @property
    def battery(self) -> Battery:
        """What it runs on."""

    @property
    def watchdog(self) -> Watchdog:
        """Of the board; one that does nothing where it has none."""

    @property
    def store(self) -> Store:
        """Survives a change of battery: a node with a key keeps its counter here."""

    @property
    def settings(self) -> dict[str, object]:
        """`signals` (name of key -> signal of calls/signals.py), how it speaks, and what it runs on.

        Authenticated frames: `node_id` (0..65535) and `key` (32 hex digits), written over USB. Else PT2262 words:
        `address` (8 trits), `alpha_us`, `words` a burst. firmware/README.md has them all.
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
    def keys(self) -> Mapping[str, Key]:
        """`ack` (held, it clears), `browse`, `mute`."""

    @property
    def status_green(self) -> Lamp:
        """It runs and hears."""

    @property
    def status_red(self) -> Lamp:
        """Something is wrong, in the rhythms of receiver/signs.py."""

    @property
    def relay(self) -> Lamp:
        """On: held. It drops by itself when the supply or the program dies."""

    @property
    def mains(self) -> Mains:
        """Whether the mains supply is there."""

    @property
    def watchdog(self) -> Watchdog:
        """Fed after each step."""

    @property
    def line(self) -> Line:
        """To the host."""

    @property
    def network(self) -> Network | None:
        """Wi-Fi, where the board has it and `settings` name one.

        Raises:
            ConfigError: what they name cannot be joined by this board.
        """

    @property
    def store(self) -> Store:
        """Survives power loss."""

    @property
    def epoch(self) -> int:
        """Drawn at start, 1..2**30-1."""

    @property
    def settings(self) -> dict[str, object]:
        """`name`, `host` (False: there is none, it works alone).

        `bus`, where the host is the ward's gateway on the bus: `ward`, `host`, `port`, `user`, `password`, `tls` (true: the
        store has the broker's authority in `ca.der`), `date` (of setting it up, where the board has no clock).
        """
