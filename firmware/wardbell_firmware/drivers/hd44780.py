"""An HD44780 display of 16 x 2 characters on a 4-bit bus: start it up, then make it show the lines that are wanted.

Only cells that changed are written. R/W is tied low, so the busy flag cannot be read and each byte is given its
execution time. What a bus can tell of a display that is not there goes through to the caller as OSError; `begin` is then due.
Source: Hitachi HD44780U data sheet, table 6 (times at 270 kHz) and figure 24 (start-up, 4 bits).
"""

from wardbell_firmware.drivers.glyphs import GLYPHS, N_ROWS, cell_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Clock, LcdPins

COLUMNS = 16
ROWS = 2

FUNCTION_SET = 0x28  # 4 bits, 2 lines, 5 x 8 dots
DISPLAY_OFF = 0x08
DISPLAY_ON = 0x0C  # no cursor, no blink
ENTRY_MODE = 0x06  # the address counts up, the display does not shift
CLEAR = 0x01
HOME = 0x02
_DRAW = 0x40  # set the address to the first row of the first glyph
_ADDRESS = (0x80, 0xC0)  # set the address to the first cell of each line
_EIGHT_BITS, _FOUR_BITS = 0x3, 0x2  # the upper half of a function set

POWER_UP_US = 40000  # from 2.7 V on
FIRST_US = 4500  # 4.1 ms are asked for after the first of the three
SECOND_US = 150  # 100 us after the second
EXECUTION_US = 55  # 37 at 270 kHz; the oscillator may be as slow as 190 kHz
CHARACTER_US = 60  # 4 more until the address counter has moved
SLOW_US = 2200  # clear, home: 1520 at 270 kHz

_UNKNOWN = 0x100  # no cell holds it: whatever is wanted there is written


class Hd44780:
    """The display behind its bus."""

    def __init__(self, pins: "LcdPins", clock: "Clock") -> None:
        self._pins = pins
        self._clock = clock
        self._cells = [[_UNKNOWN] * COLUMNS for _ in range(ROWS)]
        self._lines: tuple[str, str] | None = None  # what it was last made to show, since it was set up
        self._row = ROWS  # where the address counter points; nowhere yet
        self._column = 0

    def start(self) -> None:
        """Bring a display up that has just got its supply, empty."""
        self._clock.sleep_us(POWER_UP_US)
        self.begin()

    def begin(self) -> None:
        """Bring a display up that has had its supply for `POWER_UP_US`, whatever state it is in; empty."""
        self._synchronise()
        self._instruct(DISPLAY_OFF)
        self._instruct(CLEAR, SLOW_US)
        self._draw_glyphs()
        self._settle(0x20)

    def renew(self) -> None:
        """Set everything anew without a blink: after a disturbance of its wires the display may be half a byte out of step."""
        self._synchronise()
        self._instruct(HOME, SLOW_US)
        self._draw_glyphs()
        self._settle(_UNKNOWN)

    def show(self, lines: "tuple[str, str]") -> None:
        """Make the display read so; each line at most 16 characters of ASCII or glyphs, the rest is blank."""
        if lines == self._lines:
            return
        self._lines = lines
        for row in range(ROWS):
            line, cells = lines[row], self._cells[row]
            for column in range(COLUMNS):
                character = ord(line[column]) if column < len(line) else 0x20
                if cells[column] != character:
                    self._put(row, column, character)

    def _synchronise(self) -> None:
        """Whatever half of whatever byte it waits for: three times eight bits, then four."""
        for nibble, time_us in (
            (_EIGHT_BITS, FIRST_US),
            (_EIGHT_BITS, SECOND_US),
            (_EIGHT_BITS, EXECUTION_US),
            (_FOUR_BITS, EXECUTION_US),
        ):
            self._pins.nibble(0, nibble)
            self._clock.sleep_us(time_us)
        self._instruct(FUNCTION_SET)

    def _draw_glyphs(self) -> None:
        self._instruct(ENTRY_MODE)  # first: a disturbed display may count down
        for glyph in sorted(GLYPHS):
            self._instruct(_DRAW | cell_of(glyph) * N_ROWS)
            for dots in GLYPHS[glyph]:
                self._write(1, dots, CHARACTER_US)

    def _settle(self, character: int) -> None:
        """It is set up, and each cell holds that character."""
        self._instruct(DISPLAY_ON)
        self._cells = [[character] * COLUMNS for _ in range(ROWS)]
        self._lines = None
        self._row = ROWS

    def _put(self, row: int, column: int, character: int) -> None:
        if (row, column) != (self._row, self._column):
            self._instruct(_ADDRESS[row] | column)
        self._write(1, character, CHARACTER_US)
        self._cells[row][column] = character
        self._row, self._column = row, column + 1

    def _instruct(self, byte: int, time_us: int = EXECUTION_US) -> None:
        self._write(0, byte, time_us)

    def _write(self, rs: int, byte: int, time_us: int) -> None:
        self._pins.nibble(rs, byte >> 4)
        self._pins.nibble(rs, byte & 0x0F)
        self._clock.sleep_us(time_us)
