"""The LCD's glass: an HD44780, on 8 or 4 data lines, that sees nothing but its pins.

Decides what stands on two rows of sixteen, and counts what the real chip would have lost: what comes while it is busy is
not taken. Execution times and start-up conditions: HD44780U data sheet, tables 6 and 12 and "Initializing by Instruction".
"""

from wardbell_firmware.drivers.glyphs import BELL, BROWSED, CHECK, GLYPHS, MUTED, WARNING

COLUMNS = 16

POWER_ON_BUSY_US = 15_000
SLOW_US = 1_520  # clear, home
FAST_US = 37
CHARACTER_US = 41  # 37 and the 4 that the address counter takes

RS = 0x200
E = 0x100

_ROW_STARTS = (0x00, 0x40)
_ROW_CELLS = 40
_GLYPH_ROWS = 8
# The A00 character ROM where it is not ASCII.
_ROM = {0x5C: "¥", 0x7E: "→", 0x7F: "←", 0xFF: "█"}
# What a person takes a drawn shape for.
_SHAPES: dict[tuple[int, ...], str] = {
    GLYPHS[glyph]: sign for glyph, sign in {CHECK: "✓", MUTED: "⊘", WARNING: "▲", BELL: "Ω", BROWSED: "↕"}.items()
}
_NO_SHAPE = "▒"


class Glass:
    """Fed with `drive(at_us, pins)`, read with `lines()`."""

    def __init__(self, power_on_us: int = 0) -> None:
        self.n_busy = 0  # bytes that came too soon and were lost
        self.n_early = 0  # characters before function set, display on, entry mode and clear had all been done
        self._busy_until_us = power_on_us + POWER_ON_BUSY_US
        self._pins = 0
        self._to_do = {"function", "display", "entry", "clear"}
        self._cells = bytearray(b" " * 0x80)
        self._dots = bytearray(0x40)  # the character generator's RAM: eight shapes of eight rows
        self._upper: int | None = None  # on four lines: the half of a byte that has come
        self._address = 0
        self._is_drawing = False  # the address counter points into the character generator
        self._increment = 1
        self._is_shifting = False
        self._shift = 0
        self._is_on = False
        self._is_eight_bit = True
        self._n_rows = 1

    def drive(self, at_us: int, pins: int) -> None:
        """The pins are so from then on: bit 9 RS, bit 8 E, then D7..D0. The falling edge of E takes them.

        D3..D0 are open, and read as 0, where only four lines are wired.
        """
        is_falling = self._pins & E and not pins & E
        self._pins = pins
        if not is_falling:
            return
        if at_us < self._busy_until_us:
            self.n_busy += 1
            return
        byte = self._whole(pins & 0xFF)
        if byte is None:
            return
        if pins & RS:
            self._busy_until_us = at_us + CHARACTER_US
            self._write(byte)
        else:
            self._busy_until_us = at_us + self._instruct(byte)

    @property
    def is_ready(self) -> bool:
        """Whether the start-up sequence has been done."""
        return not self._to_do

    def lines(self) -> tuple[str, str]:
        """What a person reads: two rows of 16 characters, blank where the display is off."""
        rows = [self._row(row) if self._is_on and row < self._n_rows else " " * COLUMNS for row in range(2)]
        return rows[0], rows[1]

    def _row(self, row: int) -> str:
        start = _ROW_STARTS[row]
        return "".join(self._seen(self._cells[start + (self._shift + at) % _ROW_CELLS]) for at in range(COLUMNS))

    def _seen(self, byte: int) -> str:
        if byte > 0x0F:
            return _character(byte)
        first = (byte & 0x07) * _GLYPH_ROWS
        return _SHAPES.get(tuple(self._dots[first : first + _GLYPH_ROWS]), _NO_SHAPE)

    def _whole(self, data: int) -> int | None:
        """The byte that these lines complete."""
        if self._is_eight_bit:
            return data
        if self._upper is None:
            self._upper = data & 0xF0
            return None
        byte, self._upper = self._upper | data >> 4, None
        return byte

    def _write(self, byte: int) -> None:
        if self._is_drawing:
            self._dots[self._address & 0x3F] = byte & 0x1F
            self._address = (self._address + self._increment) & 0x3F
            return
        self.n_early += bool(self._to_do)
        self._cells[self._address] = byte
        self._move(self._increment)
        if self._is_shifting:
            self._shift += self._increment

    def _move(self, by: int) -> None:
        address = self._address + by
        if self._n_rows == 2:
            jumps = {0x28: 0x40, 0x68: 0x00, 0x3F: 0x27, -1: 0x67}
            self._address = jumps.get(address, address & 0x7F)
        else:
            self._address = address % 0x50

    def _instruct(self, byte: int) -> int:
        """Do it and say how long it takes. The highest bit set says which instruction it is."""
        if byte & 0x80:
            self._address, self._is_drawing = byte & 0x7F, False
        elif byte & 0x40:
            self._address, self._is_drawing = byte & 0x3F, True
        elif byte & 0x20:
            self._is_eight_bit, self._upper = bool(byte & 0x10), None
            self._n_rows = 2 if byte & 0x08 else 1
            self._to_do.discard("function")
        elif byte & 0x10:
            self._shift_or_move(byte)
        elif byte & 0x08:
            self._is_on = bool(byte & 0x04)
            self._to_do.discard("display")
        elif byte & 0x04:
            self._increment = 1 if byte & 0x02 else -1
            self._is_shifting = bool(byte & 0x01)
            self._to_do.discard("entry")
        elif byte:
            self._clear_or_home(byte)
            return SLOW_US
        return FAST_US

    def _shift_or_move(self, byte: int) -> None:
        by = 1 if byte & 0x04 else -1
        if byte & 0x08:
            self._shift -= by
        else:
            self._move(by)

    def _clear_or_home(self, byte: int) -> None:
        self._address, self._shift, self._is_drawing = 0, 0, False
        if byte & 0x01:
            self._cells = bytearray(b" " * 0x80)
            self._increment = 1
            self._to_do.discard("clear")


def _character(byte: int) -> str:
    if byte in _ROM:
        return _ROM[byte]
    return chr(byte) if 0x20 <= byte < 0x7E else "?"
