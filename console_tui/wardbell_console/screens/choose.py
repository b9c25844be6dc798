"""Asks for one of several things; each has a key of its own."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

from wardbell_console.desk import Desk

KEYS = "123456789abcdefghilmnopqrstuvwxyz"  # without j and k, which move
SEEN_AT_ONCE = 14


class Choose(ModalScreen[str]):
    """Gives back what was chosen, or "". `options`: value and text, at least one."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]
    DEFAULT_CSS = """
    Choose { align: center middle; }
    Choose Vertical { width: 64; height: auto; max-height: 100%; border: heavy $primary; padding: 0 1; background: $surface; }
    Choose .title { text-style: bold; }
    Choose OptionList, Choose OptionList:focus { height: auto; border: none; padding: 0; }
    """

    def __init__(self, desk: Desk, title: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._desk = desk
        self._title = title
        self._options = options

    def compose(self) -> ComposeResult:
        """Lay out."""
        keys = [*KEYS[: len(self._options)], *" " * (len(self._options) - len(KEYS))]
        lines = [f"{key}  {text}" for key, (_, text) in zip(keys, self._options, strict=True)]
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            chooser = OptionList(*lines, markup=False)
            chooser.styles.max_height = SEEN_AT_ONCE
            yield chooser
            yield Static(self._desk.language.text("dialog.choose_keys"), markup=False)

    def on_key(self, event: Key) -> None:
        """Take the one with that key."""
        at = KEYS.find(event.character) if event.character else -1
        if 0 <= at < len(self._options):
            event.stop()
            self.dismiss(self._options[at][0])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the one that is marked."""
        self.dismiss(self._options[event.option_index][0])

    def action_back(self) -> None:
        """None of them."""
        self.dismiss("")
