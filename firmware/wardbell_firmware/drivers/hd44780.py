"""An HD44780 display of 16 x 2 characters: start it up, then make it show the lines that are wanted.

Only cells that changed are written. R/W is tied low, so the busy flag cannot be read and each byte is given its
execution time. Source: Hitachi HD44780U data sheet, table 6 (times at 270 kHz) and figure 23 (start-up).
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Clock, LcdPins

COLUMNS = 16
ROWS = 2

FUNCTION_SET = 0x38  # 8 bits, 2 lines, 5 x 8 dots
DISPLAY_ON = 0x0C  # no cursor, no blink
ENTRY_MODE = 0x06  # the address counts up, the display does not shift
CLEAR = 0x01
_ADDRESS = (0x80, 0xC0)  # set the address to the first cell of each line

POWER_UP_US = 40000  # from 2.7 V on
EXECUTION_US = 55  # 37 at 270 kHz; the oscillator may be as slow as 190 kHz
CHARACTER_US = 60  # 4 more until the address counter has moved
CLEAR_US = 2200  # 1520 at 270 kHz
_ENABLE_US = 1  # 230 ns are asked for


class Hd44780:
    """The display behind its pins."""

    def __init__(self, pins: "LcdPins", clock: "Clock") -> None:
        self._pins = pins
        self._clock = clock
        self._cells = [bytearray(b" " * COLUMNS) for _ in range(ROWS)]
        self._row = 0
        self._column = 0

    def start(self) -> None:
        """Bring the display up, empty."""
        self._clock.sleep_us(POWER_UP_US)
        for instruction in (FUNCTION_SET, DISPLAY_ON, ENTRY_MODE):
            self._write(0, instruction, EXECUTION_US)
        self._write(0, CLEAR, CLEAR_US)

    def show(self, lines: "tuple[str, str]") -> None:
        """Make the display read so; each line at most 16 characters of ASCII, the rest is blank."""
        for row in range(ROWS):
            wanted = lines[row].encode()
            for column in range(COLUMNS):
                character = wanted[column] if column < len(wanted) else 0x20
                if self._cells[row][column] != character:
                    self._put(row, column, character)

    def _put(self, row: int, column: int, character: int) -> None:
        if (row, column) != (self._row, self._column):
            self._write(0, _ADDRESS[row] | column, EXECUTION_US)
        self._write(1, character, CHARACTER_US)
        self._cells[row][column] = character
        self._row, self._column = row, column + 1

    def _write(self, rs: int, data: int, time_us: int) -> None:
        self._pins.set(rs, data)
        self._pins.enable(1)
        self._clock.sleep_us(_ENABLE_US)
        self._pins.enable(0)
        self._clock.sleep_us(time_us)
