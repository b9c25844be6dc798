"""The virtual boards' parts: they fit firmware's boards/contract.py and stand on nothing but `Wires`.

Decides what a part remembers between two wakes of its device; what the world makes of it is the host side's.
Runs on MicroPython and CPython alike.
"""

from wardbell_protocol.air.portion import Portion
from wardbell_protocol.errors import EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


_PORTION = 512  # durations read at once


class VirtualClock:
    """Time since the device's start; stands still while its code runs, except in `sleep_us`."""

    def __init__(self) -> None:
        self.now_us = 0
        self.exchange: Callable[[int | None], None] | None = None

    def now_ms(self) -> int:
        """Milliseconds since start."""
        return self.now_us // 1000

    def wait(self, until_ms: "int | None") -> None:
        """Hand over to the ward until something is due or has changed."""
        if self.exchange is None:
            raise EncodeError("this board is stepped by the ward and cannot wait by itself")
        self.exchange(until_ms)

    def sleep_us(self, duration_us: int) -> None:
        """Let that much time pass for this device alone."""
        self.now_us += duration_us


class Wires:
    """What a device did since its last wake: `[part, time in µs since start, value]`, oldest first."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._outputs: list[list[object]] = []

    def put(self, part: str, value: object) -> None:
        """Note what a part was told, now."""
        self._outputs.append([part, self._clock.now_us, value])

    def take(self) -> "list[list[object]]":
        """All that was noted since the last call."""
        outputs = self._outputs
        self._outputs = []
        return outputs


class VirtualKey:
    """A contact that the ward opens and closes."""

    def __init__(self) -> None:
        self._is_closed = False
        self._is_latched = False

    def change(self, is_closed: bool) -> None:
        """The contact as it is from now on."""
        self._is_closed = is_closed
        self._is_latched = self._is_latched or is_closed

    def is_pressed(self) -> bool:
        """Whether it is closed, or was since the last look."""
        is_pressed = self._is_closed or self._is_latched
        self._is_latched = False
        return is_pressed


class VirtualLamp:
    """A lamp; only changes go out."""

    def __init__(self, wires: Wires, name: str) -> None:
        self._wires = wires
        self._name = name
        self._is_on = False

    def set(self, is_on: bool) -> None:
        """Switch it."""
        is_on = bool(is_on)
        if is_on != self._is_on:
            self._is_on = is_on
            self._wires.put(self._name, 1 if is_on else 0)


class VirtualBuzzer:
    """A sounder; only changes go out."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        self._tone_hz = 0

    def set(self, tone_hz: int) -> None:
        """Sound at that pitch; 0 = silent."""
        if tone_hz != self._tone_hz:
            self._tone_hz = tone_hz
            self._wires.put("tone", tone_hz)


class VirtualTransmitter:
    """A transmitter whose hardware plays a list of durations."""

    def __init__(self, wires: Wires, clock: VirtualClock) -> None:
        self._wires = wires
        self._clock = clock
        self._busy_until_us = 0

    def send(self, durations_us: "list[int]") -> None:
        """Play them, mark first. Raises EncodeError while it is still playing."""
        if self.is_sending():
            raise EncodeError("the transmitter is still sending")
        length_us = 0
        for duration_us in durations_us:
            length_us += duration_us
        self._busy_until_us = self._clock.now_us + length_us
        self._wires.put("air", list(durations_us))

    def is_sending(self) -> bool:
        """True until the last duration has been played."""
        return self._clock.now_us < self._busy_until_us


class VirtualPulseSource:
    """What the ether has delivered since the last read."""

    def __init__(self) -> None:
        self._portion = Portion(_PORTION)
        self._pulses: list[int] = []
        self._end_us = 0

    def deliver(self, pulses: "list[int]", end_us: int) -> None:
        """Durations that have ended since the last delivery, the last one at `end_us`."""
        self._pulses += pulses
        self._end_us = end_us

    def read(self) -> Portion:
        """As many of them as the portion holds."""
        pulses = self._pulses[:_PORTION]
        self._pulses = self._pulses[_PORTION:]
        portion = self._portion
        portion.fill(pulses, 0)
        later_us = sum([abs(us) for us in self._pulses])
        portion.renew(0, self._end_us - later_us)
        return self._portion


class VirtualEar(VirtualPulseSource):
    """A bed node's receive module, whose supply the node switches; only changes go out."""

    def __init__(self, wires: Wires) -> None:
        super().__init__()
        self._wires = wires
        self._is_on = False

    def listen(self, is_on: bool) -> None:
        """Have it hear, or not."""
        if is_on != self._is_on:
            self._is_on = is_on
            self._wires.put("ear", 1 if is_on else 0)


class VirtualWatchdog:
    """Counts how often it was fed; the ward ends a device that hangs by itself."""

    def __init__(self) -> None:
        self.n_fed = 0

    def feed(self) -> None:
        """The program runs."""
        self.n_fed += 1


class VirtualBattery:
    """What the ward says its voltage is."""

    def __init__(self, mv: "int | None") -> None:
        self.mv = mv

    def millivolts(self) -> "int | None":
        """Its voltage; None where it is not measured."""
        return self.mv


class VirtualLcdPins:
    """RS, E and D7..D4 as one number: bit 9 RS, bit 8 E, bits 7..4 the data. Each change goes out with its time.

    Like a PCF8574 it notices when its cable is out.
    """

    def __init__(self, wires: Wires, is_plugged: bool = True) -> None:
        self.is_plugged = is_plugged
        self._wires = wires

    def nibble(self, rs: int, data: int) -> None:
        """Put RS and data on the pins and pulse E."""
        self.probe()
        pins = (0x200 if rs else 0) | (data & 0x0F) << 4
        self._wires.put("lcd", pins | 0x100)
        self._wires.put("lcd", pins)

    def probe(self) -> None:
        """Raises OSError while the cable is out."""
        if not self.is_plugged:
            raise OSError("the display's cable is out")


class VirtualMains:
    """What the ward says of the mains supply."""

    def __init__(self, is_on: bool) -> None:
        self.is_on = is_on

    def is_present(self) -> bool:
        """Whether it is there."""
        return self.is_on


class VirtualLine:
    """The device's end of the serial line."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        self._received = b""

    def deliver(self, data: bytes) -> None:
        """Bytes that have come in."""
        self._received += data

    def read(self) -> bytes:
        """Bytes since the last read."""
        received = self._received
        self._received = b""
        return received

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if data:
            self._wires.put("line", bytes(data).hex())


class VirtualStore:
    """Files that the ward keeps for the device over its restarts."""

    def __init__(self, wires: Wires, files: "dict[str, bytes]") -> None:
        self._wires = wires
        self._files = files

    def load(self, name: str) -> "bytes | None":
        """The file's bytes, or None."""
        return self._files.get(name)

    def save(self, name: str, data: bytes) -> None:
        """Replace the file."""
        self._files[name] = bytes(data)
        self._wires.put("file", [name, bytes(data).hex()])
