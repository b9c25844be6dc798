"""Asks for a few texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from wardbell_console.desk import Desk


@dataclass(frozen=True)
class Field:
    """One text that is asked for. `check` gives the key of the text that says what is wrong with it, or ""."""

    name: str
    label: str
    value: str = ""
    is_required: bool = False
    is_secret: bool = False
    most: int = 256
    check: Callable[[str], str] | None = None


class Form(ModalScreen[dict[str, str] | None]):
    """Gives the texts back by name, or None. `enter` goes on to the next field, and on the last one takes them all."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]
    DEFAULT_CSS = """
    Form { align: center middle; }
    Form > Vertical { width: 70; height: auto; max-height: 100%; border: heavy $primary; padding: 0 1; background: $surface; }
    Form VerticalScroll { height: auto; max-height: 16; }
    Form .title { text-style: bold; }
    Form Input { background: $boost; }
    """

    def __init__(self, desk: Desk, title: str, fields: Sequence[Field], hint: str = "") -> None:
        super().__init__()
        self._desk = desk
        self._title = title
        self._fields = fields
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                for field in self._fields:
                    yield Static(field.label, markup=False)
                    yield Input(value=field.value, max_length=field.most, password=field.is_secret, compact=True)
            yield Static(self._hint or self._desk.language.text("dialog.keys"), id="hint", markup=False)

    def on_mount(self) -> None:
        """Begin with the first that is empty."""
        inputs = list(self.query(Input))
        next((each for each in inputs if not each.value), inputs[-1]).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On to the next, or take them all where nothing is missing or wrong."""
        inputs = list(self.query(Input))
        at = inputs.index(event.input)
        if at + 1 < len(inputs):
            inputs[at + 1].focus()
            return
        wrong = self._wrong([each.value.strip() for each in inputs])
        if wrong is not None:
            number, text = wrong
            self.query_one("#hint", Static).update(text)
            inputs[number].focus()
            return
        self.dismiss({field.name: each.value.strip() for field, each in zip(self._fields, inputs, strict=True)})

    def action_back(self) -> None:
        """Nothing."""
        self.dismiss(None)

    def _wrong(self, values: list[str]) -> tuple[int, str] | None:
        language = self._desk.language
        for number, (field, value) in enumerate(zip(self._fields, values, strict=True)):
            if field.is_required and not value:
                return number, language.text("dialog.required", names=field.label)
            problem = field.check(value) if field.check is not None else ""
            if problem:
                return number, language.text(problem)
        return None
