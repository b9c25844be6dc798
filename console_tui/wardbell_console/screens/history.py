"""A call's events with their times, as its gateway has them."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from wardbell_console.desk import TICK_S, Desk
from wardbell_console.verbs import PENDING, REFUSED
from wardbell_console.view import Row
from wardbell_console.wording import event_line


class History(ModalScreen[None]):
    """Pending until the gateway's answer comes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,h,q", "dismiss", show=False)]
    DEFAULT_CSS = """
    History { align: center middle; }
    History Vertical { width: 74; height: 20; max-height: 100%; border: heavy $primary; padding: 0 1; background: $surface; }
    History VerticalScroll { height: 1fr; }
    History .title { text-style: bold; }
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
            yield Static(language.text("history.title", place=place, kind=kind), classes="title", markup=False)
            with VerticalScroll():
                yield Static(id="events", markup=False)
            yield Static(language.text("history.keys"), markup=False)

    def on_mount(self) -> None:
        """Watch for the answer."""
        self.query_one(VerticalScroll).focus()
        self.paint()
        self.set_interval(TICK_S, self.paint)

    def paint(self) -> None:
        """Draw what is known by now."""
        self.query_one("#events", Static).update(self._text())

    def _text(self) -> str:
        language, call_id = self._desk.language, self._call.call_id
        attempt = self._desk.feed.verbs.find("history", call_id)
        if attempt is None:
            events = self._desk.feed.histories.get(call_id, [])
            return "\n".join(event_line(language, event, self._call.placed_at_ms) for event in events)
        if attempt.state == REFUSED:
            return language.text("history.refused", reason=language.reason(attempt.reason))
        return language.text("history.pending" if attempt.state == PENDING else "history.unconfirmed")
