"""Rows of a table in the columns of a terminal, in which a Chinese character takes two. Pure."""

from collections.abc import Sequence
from unicodedata import east_asian_width


def aligned(rows: Sequence[Sequence[str]], *, to_the_right: bool = False) -> list[str]:
    """Rows of equally many texts as lines, each column as wide as its widest text, two spaces apart."""
    widths = [max(map(_n_cells, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(_padded, row, widths, [to_the_right] * len(row))).rstrip() for row in rows]


def _padded(text: str, width: int, to_the_right: bool) -> str:
    space = " " * (width - _n_cells(text))
    return space + text if to_the_right else text + space


def _n_cells(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
