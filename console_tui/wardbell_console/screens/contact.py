"""All that is known of one contact: who lives there, what to do, what was written, what happened."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from wardbell_console.centre_view import entry
from wardbell_console.centre_wording import detail_lines, keys_of
from wardbell_console.desk import TICK_S, Desk
from wardbell_console.offer_wording import pop_lines, reading_line, risk_lines, time_line
from wardbell_console.widgets.line import Line
from wardbell_protocol.bus.centre_payloads import ContactState

VERB_KEYS = "aoctrnhwekj"


class ContactScreen(ModalScreen[str]):
    """Follows the contact. Gives back the key of a verb that was pressed here, or ""."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "back", show=False),
        *(Binding(key, f"verb('{key}')", show=False) for key in VERB_KEYS),
    ]
    DEFAULT_CSS = """
    ContactScreen { align: center middle; }
    ContactScreen > Vertical { width: 100%; height: 100%; border: heavy $primary; padding: 0 1; background: $surface; }
    ContactScreen #risks { color: $warning; text-style: bold reverse; }
    ContactScreen #about { text-style: bold; }
    ContactScreen VerticalScroll { height: 1fr; }
    ContactScreen Line { height: auto; }
    """

    def __init__(self, desk: Desk, contact: ContactState) -> None:
        super().__init__()
        self._desk = desk
        self._contact = contact

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            yield Line("about")
            with VerticalScroll():
                yield Line("risks")
                yield Line("pop")
                yield Line("time-line")
            yield Line("contact-keys")

    def on_mount(self) -> None:
        """Follow."""
        self.query_one(VerticalScroll).focus()
        self._desk.feed.seat.show(self._contact.contact_id)
        self._desk.send()
        self.paint()
        self.set_interval(TICK_S, self.paint)

    def on_unmount(self) -> None:
        """Follow no more."""
        self._desk.feed.seat.show("")

    def paint(self) -> None:
        """Draw what is known by now; of a contact that is closed, what was known last."""
        desk, language, now_ms = self._desk, self._desk.language, self._desk.clock()
        self._contact = desk.feed.seat.contact(self._contact.contact_id) or self._contact
        told = entry(desk.feed, self._contact)
        self.query_one("#about", Line).put("\n".join(detail_lines(language, desk.feed, told)[:2]))
        pop = desk.feed.seat.asks.pop_of(self._contact.contact_id)
        who = self._contact.resident_id
        self.query_one("#risks", Line).put("\n".join(risk_lines(language, pop, who)))
        self.query_one("#pop", Line).put("\n".join(pop_lines(language, desk.feed, pop, who, now_ms)))
        happened = time_line(language, desk.feed, self._contact.contact_id, self._contact.call_id)
        head = language.text("contact_screen.time_line")
        missing = reading_line(language, desk.feed, self._contact.contact_id, now_ms)
        self.query_one("#time-line", Line).put("\n".join([head, *([missing] if missing else []), *happened]))
        keys = keys_of(language, desk.feed, told)
        self.query_one("#contact-keys", Line).put(language.text("contact_screen.keys", keys=keys))

    def action_verb(self, key: str) -> None:
        """Leave, to do that."""
        self.dismiss(key)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss("")
