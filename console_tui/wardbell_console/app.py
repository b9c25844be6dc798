"""The console as an app of its own: the nurse view, and the operator view where it is started for one."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from wardbell_console.desk import Desk
from wardbell_console.screens.operator import OperatorScreen
from wardbell_console.widgets.nurse_view import NurseView


class ConsoleApp(App[None]):
    """Args: desk: whose feed, port, clock and language the screens use; starts_at_operator: which view comes first."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", show=False, priority=True)]

    def __init__(self, desk: Desk, starts_at_operator: bool = False) -> None:
        super().__init__()
        self.desk = desk
        self._starts_at_operator = starts_at_operator

    def compose(self) -> ComposeResult:
        """The nurse view alone."""
        yield NurseView(self.desk)

    def on_mount(self) -> None:
        """Go to the operator view where that is wanted."""
        self.title = "Wardbell"
        if self._starts_at_operator:
            self.push_screen(OperatorScreen(self.desk))
