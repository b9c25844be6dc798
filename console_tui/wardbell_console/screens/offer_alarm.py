"""An offer that cannot be missed: over whatever is open, until it was answered or is over."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Digits

from wardbell_console.asks import MISSED, Ask
from wardbell_console.centre_view import shown_ask
from wardbell_console.desk import DEAF_MS, TICK_S, Desk
from wardbell_console.offer_wording import (
    keys_line,
    left_line,
    place_figures,
    pop_lines,
    risk_lines,
    title_line,
    what_line,
)
from wardbell_console.widgets.line import Line

ANSWERS = ("a", "r")
MOVES = ("up", "down", "pageup", "pagedown")
BORDERS = 2  # lines of the frame
LATER = ("escape", "m", "l")


class OfferAlarm(ModalScreen[None]):
    """Shows one offer; those that come meanwhile wait, so that none slips under the finger."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", show=False),
        Binding("r", "refuse", show=False),
        Binding("down", "another(1)", show=False),
        Binding("up", "another(-1)", show=False),
        Binding("pagedown", "scroll(5)", show=False),
        Binding("pageup", "scroll(-5)", show=False),
        Binding("m", "mute", show=False),
        Binding("l", "language", show=False),
        Binding("escape", "aside", show=False),
    ]
    DEFAULT_CSS = """
    OfferAlarm { align: center top; }
    OfferAlarm > Vertical { width: 100%; height: auto; max-height: 100%; border: heavy $error; background: $surface; }
    OfferAlarm #alarm { height: auto; padding: 0 1; background: $error-darken-2; color: $text; text-style: bold; }
    OfferAlarm .flash #alarm { background: $error; }
    OfferAlarm .ended #alarm { background: $panel; }
    OfferAlarm Digits { width: 1fr; height: 3; }
    OfferAlarm Line { height: auto; }
    OfferAlarm #pop { height: auto; padding: 0 1; }
    OfferAlarm .risks { color: $warning; text-style: bold reverse; }
    OfferAlarm #keys { text-style: bold; padding: 0 1; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._contact_id = ""
        self._since_ms = 0
        self._last_key = ""
        self._is_over = False  # what stands here can only be read

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            with Vertical(id="alarm"):
                yield Line("offer-title")
                yield Digits(id="offer-place")
                yield Line("offer-what")
                yield Line("offer-left")
            with VerticalScroll(id="pop", can_focus=False):
                yield Line("offer-risks", classes="risks")
                yield Line("offer-pop")
            yield Line("keys")

    def on_mount(self) -> None:
        """Paint along with the desk."""
        self.set_interval(TICK_S, self.paint)
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """Draw the offer as it stands; leave when there is none."""
        if not self.is_current:
            return
        language, feed, now_ms = self.desk.language, self.desk.feed, self.desk.clock()
        ask = shown_ask(feed, self._contact_id, now_ms)
        if ask is None or (not ask.end and not feed.seat.asks.wants_screen(now_ms)):
            self.desk.slipped()
            self.dismiss()
            return
        self._show(ask, now_ms)
        box = self.query_one(Vertical)
        box.set_class(bool(ask.end), "ended")
        # 1 Hz, between the IEC's slow and fast: seen from across a room, not mistaken for the urgent tone's rhythm.
        box.set_class(not ask.end and now_ms // 500 % 2 == 0, "flash")
        figures = place_figures(ask)
        self.query_one(Digits).update(figures)
        self.query_one(Digits).display = bool(figures)
        self.query_one("#offer-title", Line).put(title_line(language, ask, len(feed.offers())))
        self.query_one("#offer-what", Line).put(what_line(language, feed, ask, now_ms))
        self.query_one("#offer-left", Line).put(left_line(language, feed, ask, now_ms))
        who = ask.contact.resident_id
        self.query_one("#offer-risks", Line).put("\n".join(risk_lines(language, ask.pop, who)))
        self.query_one("#offer-risks", Line).display = bool(risk_lines(language, ask.pop, who))
        lines = pop_lines(language, feed, ask.pop, who, now_ms)
        self.query_one("#offer-pop", Line).put("\n".join(lines))
        self.query_one("#keys", Line).put(keys_line(language, feed, ask))
        self._leave_room_for_keys()

    def _leave_room_for_keys(self) -> None:
        """However much came with the offer, what one may press stays in sight below it."""
        taken = self.query_one("#alarm").size.height + self.query_one("#keys").size.height + BORDERS
        self.query_one("#pop").styles.max_height = max(1, self.size.height - taken)

    def on_key(self, event: Key) -> None:
        """Whoever types on, into a form below, has not seen the offer yet: its first moment begins anew with each such key."""
        now_ms = self.desk.clock()
        is_deaf = 0 <= now_ms - self._since_ms < DEAF_MS
        was, self._last_key = self._last_key, event.key
        is_again = event.key == was or not is_deaf  # one key struck again and again is an answer, several are a text
        if event.key in MOVES or (event.key in ANSWERS and is_again) or (event.key in LATER and not is_deaf):
            return
        event.stop()
        if event.key != "escape":
            self._since_ms = now_ms

    @property
    def hears_keys(self) -> bool:
        """Whether an offer stands here, and has stood here for long enough to be what a key is about."""
        now_ms = self.desk.clock()
        ask = self.desk.feed.seat.asks.find(self._contact_id, now_ms)
        return ask is not None and not ask.end and not self._is_deaf(ask, now_ms)

    def action_accept(self) -> None:
        """Take it; the call centre says whether this was first."""
        self._answer("accept")

    def action_refuse(self) -> None:
        """Leave it to others."""
        self._answer("refuse")

    def action_another(self, by: int) -> None:
        """Show another of several."""
        ids = [ask.contact.contact_id for ask in self.desk.feed.offers()]
        if self._contact_id in ids:
            self._contact_id = ids[(ids.index(self._contact_id) + by) % len(ids)]
            self.paint()

    def action_scroll(self, by: int) -> None:
        """The rest of the card."""
        self.query_one("#pop", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_mute(self) -> None:
        """Quiet for a while; offers of urgent calls still ring."""
        self.desk.mute()

    def action_language(self) -> None:
        """The other language, at once."""
        self.desk.switch_language()
        self.paint()

    def action_aside(self) -> None:
        """Look at what lies below; it comes back. One that is over is read now."""
        asks, now_ms = self.desk.feed.seat.asks, self.desk.clock()
        ask = asks.find(self._contact_id, now_ms)
        if ask is not None and ask.end:
            asks.seen(self._contact_id)
        else:
            asks.step_aside(now_ms)
        self.paint()

    def _answer(self, verb: str) -> None:
        feed, now_ms = self.desk.feed, self.desk.clock()
        ask = feed.seat.asks.find(self._contact_id, now_ms)
        if ask is None or self._is_deaf(ask, now_ms):
            return
        # What nobody answered in time still waits: who is a moment late takes it all the same.
        if ask.end and (ask.end, verb) != (MISSED, "accept"):
            feed.seat.asks.seen(self._contact_id)
        else:
            feed.seat.about(verb, self._contact_id, now_ms)
            self.desk.send()
        self.paint()

    def _is_deaf(self, ask: Ask, now_ms: int) -> bool:
        changed_ms = self._since_ms if ask.end in ("", MISSED) else max(self._since_ms, ask.ended_at_ms)
        return 0 <= now_ms - changed_ms < DEAF_MS

    def _show(self, ask: Ask, now_ms: int) -> None:
        was_over, self._is_over = self._is_over, bool(ask.end)
        if ask.contact.contact_id != self._contact_id or (was_over and not ask.end):  # or it is offered once more
            self._contact_id = ask.contact.contact_id
            self._since_ms = now_ms
