"""The label that goes onto a board: where it belongs and what it is. Never its key."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH_MM = 62  # a common roll
HEIGHT_MM = 29


@dataclass(frozen=True)
class Label:
    """`place` in large letters, `lines` below it."""

    place: str
    lines: tuple[str, ...]

    def text(self) -> str:
        """The label in characters."""
        width = max(len(line) for line in (self.place, *self.lines))
        edge = "+" + "-" * (width + 2) + "+"
        return "\n".join([edge, *(f"| {line:{width}} |" for line in (self.place, *self.lines)), edge])

    def svg(self) -> str:
        """The label as a picture of 62 x 29 mm, to be printed at its size."""
        rows = "".join(
            f'<text x="3" y="{15.5 + 3.6 * row:.1f}" font-size="3">{escape(line)}</text>'
            for row, line in enumerate(self.lines)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm"'
            f' viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}" font-family="Noto Sans CJK SC, sans-serif">'
            f'<rect x="0.5" y="0.5" width="{WIDTH_MM - 1}" height="{HEIGHT_MM - 1}" rx="2" fill="none" stroke="black"'
            f' stroke-width="0.3"/><text x="3" y="10.5" font-size="8" font-weight="bold">{escape(self.place)}</text>'
            f"{rows}</svg>\n"
        )
