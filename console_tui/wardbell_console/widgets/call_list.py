"""The table of open calls. The selection belongs to a call, not to a row: arrivals and re-sorting never move it."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wardbell_console.language import Language
from wardbell_console.view import Row
from wardbell_console.widgets.cells import columns, line
from wardbell_console.wording import row_cells
from wardbell_protocol.calls.signals import BATHROOM, CODE, EMERGENCY, FAULT, STAFF_ASSIST

POINTER = ">"
KIND_STYLES = {
    CODE: "bold white on red",
    EMERGENCY: "bold bright_red",
    BATHROOM: "bold bright_yellow",
    STAFF_ASSIST: "bold bright_magenta",
    FAULT: "cyan",
}


class CallList(ScrollView, can_focus=True):
    """Rows in the order given; up and down move the selection."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
    ]

    class Selected(Message):
        """Another call was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.selected_id: str | None = None
        self._rows: list[Row] = []
        self._lines: list[tuple[str, Style]] = []
        self._header = ""

    def show(self, rows: list[Row], language: Language, now_ms: int, operator: str) -> None:
        """Draw these rows. When the selected call is gone, its place in the list is selected."""
        was_at = self._selected_at()
        self._rows = rows
        if rows and self._selected_at() is None:
            self.selected_id = rows[min(was_at or 0, len(rows) - 1)].call.call_id
        elif not rows:
            self.selected_id = None
        layout = columns(max(20, self.scrollable_content_region.width - 2))
        self._header = "  " + line({name: language.text(f"column.{_text_of(name)}") for name, _ in layout}, layout)
        lines = [(line(row_cells(language, row, now_ms, operator), layout), _style(row)) for row in rows]
        is_changed = (lines, self._selected_at()) != (self._lines, was_at)
        self._lines = lines
        self.virtual_size = Size(self.scrollable_content_region.width, len(rows))
        if was_at != self._selected_at():
            self._follow()
        if is_changed:
            self.refresh()

    @property
    def header(self) -> str:
        """The columns' names, as wide as the rows."""
        return self._header

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        at = y + self.scroll_offset.y
        width = self.size.width
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        text, style = self._lines[at]
        is_selected = at == self._selected_at()
        style = self.rich_style + style + (Style(reverse=True) if is_selected else Style())
        text = f"{POINTER if is_selected else ' '} {text}"
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)

    def action_move(self, by: int) -> None:
        """Choose another call."""
        if self._rows:
            at = self._selected_at() or 0
            self._choose(min(max(at + by, 0), len(self._rows) - 1))

    def on_click(self, event: Click) -> None:
        """Choose the call under the pointer."""
        at = event.y + self.scroll_offset.y
        if 0 <= at < len(self._rows):
            self._choose(at)

    def on_resize(self, _event: Resize) -> None:
        """Keep the chosen call in sight."""
        self._follow()

    def _choose(self, at: int) -> None:
        self.selected_id = self._rows[at].call.call_id
        self._follow()
        self.refresh()
        self.post_message(self.Selected())

    def _selected_at(self) -> int | None:
        return next((at for at, row in enumerate(self._rows) if row.call.call_id == self.selected_id), None)

    def _follow(self) -> None:
        at = self._selected_at()
        if at is not None:
            self.scroll_to_region(Region(0, at, 1, 1), animate=False)


def _text_of(column: str) -> str:
    return {"follow": "next", "stand": "state"}.get(column, column)


def _style(row: Row) -> Style:
    style = Style.parse(KIND_STYLES.get(row.call.kind, "bold"))
    if row.call.status != "placed":
        style = Style.parse("green")
    return style + Style(dim=True, italic=True) if row.is_stale else style
