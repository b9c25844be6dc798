"""Every open fault of the wards shown here: which bed or part, since when, and what to look at."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from wardbell_console.desk import TICK_S, Desk
from wardbell_console.wording import fault_lines
from wardbell_protocol.calls.signals import FAULT


class Faults(ModalScreen[None]):
    """Follows the ward while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f,q", "dismiss", show=False)]
    DEFAULT_CSS = """
    Faults { align: center middle; }
    Faults Vertical { width: 78; height: 22; max-height: 100%; border: heavy $primary; padding: 0 1; background: $surface; }
    Faults VerticalScroll { height: 1fr; }
    Faults .title { text-style: bold; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            yield Static(id="title", classes="title", markup=False)
            with VerticalScroll():
                yield Static(id="faults", markup=False)
            yield Static(self._desk.language.text("faults.keys"), markup=False)

    def on_mount(self) -> None:
        """Follow."""
        self.query_one(VerticalScroll).focus()
        self.paint()
        self.set_interval(TICK_S, self.paint)

    def paint(self) -> None:
        """Draw what is known by now."""
        language, now_ms = self._desk.language, self._desk.clock()
        rows = [row for row in self._desk.rows if row.call.kind == FAULT]
        self.query_one("#title", Static).update(language.text("faults.title", count=len(rows)))
        lines = [line for row in rows for line in fault_lines(language, row, now_ms)]
        self.query_one("#faults", Static).update("\n".join(lines) or language.text("faults.none"))
