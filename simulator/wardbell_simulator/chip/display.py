"""The display of an emulated receiver: its glass on six pins of the chip, or behind a PCF8574 on the chip's I2C."""

from collections.abc import Callable, Mapping

from rp2040py.clock.clock import IClock
from rp2040py.peripherals.i2c import R_TX_EMPTY, RPI2C, I2CMode

from wardbell_simulator.chip.pins import ChipPins
from wardbell_simulator.glass import RS, E, Glass

_WIRES = {"lcd_rs": RS, "lcd_e": E, "lcd_d4": 0x10, "lcd_d5": 0x20, "lcd_d6": 0x40, "lcd_d7": 0x80}

PCF8574 = 0x27
_PORT_RS = 0x01
_PORT_E = 0x04
_BYTE_BITS = 9  # and its acknowledgement
_CYCLE_NS = 8


def wire_display(pins: ChipPins, gpios: Mapping[str, int]) -> Glass:
    """Join a glass to the pins that `boards/pins.py` names."""
    glass = Glass(pins.now_ns // 1000)
    levels = 0

    def tell(bit: int) -> Callable[[int, int], None]:
        def drive(at_ns: int, level: int) -> None:
            nonlocal levels
            levels = levels | bit if level else levels & ~bit
            glass.drive(at_ns // 1000, levels)

        return drive

    for name, bit in _WIRES.items():
        pins.watch(gpios[name], tell(bit))
    return glass


class I2cDisplay:
    """A glass behind a PCF8574 with the wiring of the usual backpacks; each byte takes its time on the bus.

    rp2040py's I2C takes none of its own: a refresh of the display would block the chip for no time at all.
    `address`: what it is acknowledged at, 0 while its cable is out.
    """

    def __init__(self, i2c: RPI2C, clock: IClock) -> None:
        self.glass = Glass(round(clock.nanos) // 1000)
        self.address = PCF8574
        self._is_stuck = False
        self._i2c = i2c
        self._clock = clock
        i2c.on_start = self._start
        i2c.on_connect = self._connect
        i2c.on_write_byte = self._write
        i2c.on_read_byte = lambda _ack: self._after(_BYTE_BITS, lambda: i2c.complete_read(0xFF))
        i2c.on_stop = lambda: self._after(1, i2c.complete_stop)

    def stick(self) -> None:
        """Something holds the clock's line low: what is begun on the bus does not go on."""
        self._is_stuck = True

    def release(self) -> None:
        """It lets go, and what was begun goes on."""
        self._is_stuck = False
        self._after(1, self._i2c.complete_start)

    def _start(self, _is_repeated: bool) -> None:
        if not self._is_stuck:
            self._after(1, self._i2c.complete_start)

    def _connect(self, address: int, _mode: I2CMode) -> None:
        def answer() -> None:
            is_ours = address == self.address
            self._i2c.complete_connect(is_ours)
            if not is_ours:
                # The chip empties its queue then, and says so; rp2040py empties it only, and a driver waits for its time-out.
                self._i2c.int_raw |= R_TX_EMPTY

        self._after(_BYTE_BITS, answer)

    def _write(self, port: int) -> None:
        def arrive() -> None:
            pins = port & 0xF0 | (RS if port & _PORT_RS else 0) | (E if port & _PORT_E else 0)
            self.glass.drive(round(self._clock.nanos) // 1000, pins)
            self._i2c.complete_write(True)

        self._after(_BYTE_BITS, arrive)

    def _after(self, n_bits: int, do: Callable[[], None]) -> None:
        cycles = self._i2c.scl_high_period + self._i2c.scl_low_period
        self._clock.create_alarm(do).schedule(n_bits * cycles * _CYCLE_NS)
