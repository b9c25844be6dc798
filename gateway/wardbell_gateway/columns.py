"""A table for a terminal, where a Chinese sign takes two cells."""

import unicodedata
from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of equally many texts as lines, each column as wide as its widest text in cells."""
    widths = [max(_n_cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(text + " " * (width - _n_cells(text)) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _n_cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
