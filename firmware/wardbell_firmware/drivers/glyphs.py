"""Shapes that the display's character ROM lacks, drawn into its eight cells of character RAM.

Characters 1 to 7 of a text show cells 1 to 7: neither a NUL nor anything that Python takes for a blank.
"""

CHECK = "\x01"  # done, taken
MUTED = "\x02"  # the sounder is muted
WARNING = "\x03"  # something is not well
BELL = "\x04"  # before the number of open calls
BROWSED = "\x05"  # people turn the pages, not time

# Eight rows of five dots, bit 4 to the left; the last row is the cursor's.
GLYPHS = {
    CHECK: (0b00000, 0b00001, 0b00001, 0b00010, 0b10010, 0b01100, 0b00100, 0b00000),
    MUTED: (0b00001, 0b00111, 0b01111, 0b01011, 0b01101, 0b10110, 0b01001, 0b10000),
    WARNING: (0b00100, 0b00100, 0b01110, 0b01010, 0b11011, 0b11111, 0b11011, 0b11111),
    BELL: (0b00100, 0b01110, 0b01110, 0b01110, 0b11111, 0b00000, 0b00100, 0b00000),
    BROWSED: (0b00100, 0b01110, 0b11111, 0b00000, 0b11111, 0b01110, 0b00100, 0b00000),
}
N_ROWS = 8


def cell_of(glyph: str) -> int:
    """Which of the eight cells a character shows."""
    return ord(glyph)
