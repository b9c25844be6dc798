"""The table of open calls."""

from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType

from wardbell_console.language import Language
from wardbell_console.view import Row
from wardbell_console.widgets.cells import columns, line
from wardbell_console.widgets.picked_list import PickedList
from wardbell_console.wording import row_cells
from wardbell_protocol.calls.signals import BATHROOM, CODE, EMERGENCY, FAULT, STAFF_ASSIST

KIND_STYLES = {
    CODE: "bold white on red",
    EMERGENCY: "bold bright_red",
    BATHROOM: "bold bright_yellow",
    STAFF_ASSIST: "bold bright_magenta",
    FAULT: "cyan",
}


class CallList(PickedList):
    """One line a call."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "move(-1)", show=False),
        Binding("j", "move(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._header = ""

    def show(self, rows: list[Row], language: Language, now_ms: int, operator: str) -> None:
        """Draw these rows."""
        layout = columns(max(20, self.scrollable_content_region.width - 2))
        self._header = "  " + line({name: language.text(f"column.{_text_of(name)}") for name, _ in layout}, layout)

        def text(at: int) -> tuple[str, Style]:
            return line(row_cells(language, rows[at], now_ms, operator), layout), _style(rows[at])

        self.put([row.call.call_id for row in rows], text)

    @property
    def header(self) -> str:
        """The columns' names, as wide as the rows."""
        return self._header


def _text_of(column: str) -> str:
    return {"follow": "next", "stand": "state"}.get(column, column)


def _style(row: Row) -> Style:
    style = Style.parse(KIND_STYLES.get(row.call.kind, "bold"))
    if row.call.status != "placed":
        style = Style.parse("green")
    return style + Style(dim=True, italic=True) if row.is_stale else style
