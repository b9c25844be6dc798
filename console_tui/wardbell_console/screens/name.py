"""Asks who takes a seat at the call centre."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wardbell_console.desk import Desk
from wardbell_protocol.bus.topics import check_name
from wardbell_protocol.errors import EncodeError


class AskName(ModalScreen[str]):
    """Gives the operator's name back, or an empty one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]
    DEFAULT_CSS = """
    AskName { align: center middle; }
    AskName Vertical { width: 54; height: auto; border: heavy $primary; padding: 1 2; background: $surface; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def compose(self) -> ComposeResult:
        """Lay out."""
        language = self._desk.language
        with Vertical():
            yield Static(language.text("operator.name_title"), markup=False)
            yield Input(value=self._desk.feed.operator, max_length=40)
            yield Static(language.text("operator.name_keys"), id="hint", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the name where it may be one."""
        try:
            self.dismiss(check_name(event.value.strip()))
        except EncodeError:
            self.query_one("#hint", Static).update(self._desk.language.text("operator.name_wrong"))

    def action_back(self) -> None:
        """Nobody."""
        self.dismiss("")
