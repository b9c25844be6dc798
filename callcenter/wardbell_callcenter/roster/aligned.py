"""Rows of a table in columns of a terminal, in which a Chinese character takes two."""

from unicodedata import east_asian_width


def aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Lines whose columns begin one under another, two spaces apart."""
    widths = [max(_cells(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(_padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _cells(text))


def _cells(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
