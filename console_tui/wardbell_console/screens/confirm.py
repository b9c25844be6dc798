"""Asks once more before a call is cleared."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from wardbell_console.desk import TICK_S, Desk
from wardbell_console.view import Row


class ConfirmClear(ModalScreen[str]):
    """Gives the call's id back where it is to be cleared, else "". `enter` is not enough: it is pressed too easily."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", show=False),
        Binding("escape,n", "no", show=False),
    ]
    DEFAULT_CSS = """
    ConfirmClear { align: center middle; }
    ConfirmClear Vertical { width: 64; height: auto; border: heavy $error; padding: 1 2; background: $surface; }
    ConfirmClear .title { text-style: bold; }
    ConfirmClear .keys { margin-top: 1; }
    """

    def __init__(self, desk: Desk, row: Row) -> None:
        super().__init__()
        self._desk = desk
        self._call = row.call

    def compose(self) -> ComposeResult:
        """Lay out."""
        language = self._desk.language
        place = language.place(self._call.room, self._call.bed)
        kind = language.text(f"kind.{self._call.kind}")
        with Vertical():
            yield Static(language.text("confirm.title", place=place, kind=kind), classes="title", markup=False)
            yield Static(language.text("confirm.text"), id="text", markup=False)
            yield Static(language.text("confirm.keys"), classes="keys", markup=False)

    def on_mount(self) -> None:
        """Watch whether the call is closed meanwhile."""
        self.set_interval(TICK_S, self._watch)

    def action_yes(self) -> None:
        """Clear it."""
        self.dismiss(self._call.call_id)

    def action_no(self) -> None:
        """Leave it."""
        self.dismiss("")

    def _watch(self) -> None:
        if self._desk.feed.call(self._call.call_id) is None:
            self.query_one("#text", Static).update(self._desk.language.text("confirm.gone"))
