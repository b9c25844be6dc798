"""Keys and signs."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from wardbell_console.desk import Desk


class Help(ModalScreen[None]):
    """What each key does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q", "dismiss", show=False)]
    DEFAULT_CSS = """
    Help { align: center middle; }
    Help VerticalScroll { width: 78; height: auto; max-height: 100%; border: heavy $primary; padding: 0 1;
        background: $surface; }
    Help .title { text-style: bold; }
    """

    def __init__(self, desk: Desk, key: str = "help.text") -> None:
        super().__init__()
        self._desk = desk
        self._key = key

    def compose(self) -> ComposeResult:
        """Lay out."""
        language = self._desk.language
        with VerticalScroll():
            yield Static(language.text("help.title"), classes="title", markup=False)
            yield Static(language.text(self._key), markup=False)
            yield Static(language.text("help.keys"), markup=False)
