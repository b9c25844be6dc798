"""The call centre's view: offers that cannot be missed, the board of contacts, and who is signed in."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Digits

from wardbell_console.centre_view import board, offer_view
from wardbell_console.centre_wording import offer_lines, operator_lines, seat_line
from wardbell_console.desk import TICK_S, Desk
from wardbell_console.screens.help import Help
from wardbell_console.screens.name import AskName
from wardbell_console.widgets.cells import fit
from wardbell_console.widgets.contact_board import ContactBoard
from wardbell_console.widgets.line import Line
from wardbell_console.wording import notice_text

NOTICE_SHOWN_MS = 10_000


class OperatorScreen(Screen[None]):
    """Lies over the nurse view, which goes on ticking the desk."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,enter", "accept", show=False),
        Binding("down,n", "next_offer(1)", show=False),
        Binding("up", "next_offer(-1)", show=False),
        Binding("i", "sign_in", show=False),
        Binding("x", "sign_out", show=False),
        Binding("m", "mute", show=False),
        Binding("l", "language", show=False),
        Binding("question_mark", "help", show=False),
        Binding("escape,o", "dismiss", show=False),
    ]
    DEFAULT_CSS = """
    OperatorScreen #seat, OperatorScreen #notice, OperatorScreen #operator-keys { height: 1; }
    OperatorScreen #seat, OperatorScreen #operator-keys { background: $panel; }
    OperatorScreen #offer { height: 9; border: heavy $error; padding: 0 2; background: $error 30%; }
    OperatorScreen #offer.quiet { border: none; height: 3; background: $surface; padding: 1 2; }
    OperatorScreen #offer.flash { background: $error; }
    OperatorScreen #offer-place { width: 1fr; height: 3; text-style: bold; }
    OperatorScreen .offer-line { height: 1; text-style: bold; }
    OperatorScreen #boards { height: 1fr; }
    OperatorScreen #contacts { width: 1fr; height: 1fr; padding: 0 1; }
    OperatorScreen #operators { width: 18; height: 1fr; padding: 0 1; border-left: solid $primary; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._offer_id = ""

    def compose(self) -> ComposeResult:
        """Lay out, from top to bottom."""
        yield Line("seat")
        with Vertical(id="offer"):
            yield Line("offer-title", classes="offer-line")
            yield Digits(id="offer-place")
            yield Line("offer-line", classes="offer-line")
            yield Line("offer-keys", classes="offer-line")
            yield Line("offer-answer", classes="offer-line")
        with Horizontal(id="boards"):
            yield ContactBoard("contacts")
            yield Line("operators")
        yield Line("notice")
        yield Line("operator-keys")

    def on_mount(self) -> None:
        """Paint along with the desk."""
        self.set_interval(TICK_S, self.paint)
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """Draw what the desk knows of the call centre."""
        language, now_ms, feed = self.desk.language, self.desk.clock(), self.desk.feed
        self.query_one("#seat", Line).put(seat_line(language, feed, now_ms))
        self._paint_offer(now_ms)
        self.query_one(ContactBoard).show(board(feed), language, now_ms, feed.operator)
        side = self.query_one("#operators", Line).content_size.width or 16
        people = operator_lines(language, feed, now_ms)
        self.query_one("#operators", Line).put("\n".join(fit(person, side) for person in people))
        notice = feed.notice
        is_fresh = notice is not None and now_ms - notice.at_ms <= NOTICE_SHOWN_MS
        self.query_one("#notice", Line).put(notice_text(language, notice) if notice and is_fresh else "")
        self.query_one("#operator-keys", Line).put(language.text("keys.operator"))

    def action_accept(self) -> None:
        """Take the offer that is shown."""
        if self._offer_id:
            self.desk.feed.accept(self._offer_id, self.desk.clock())
            self._sent()

    def action_next_offer(self, by: int) -> None:
        """Show another of several offers."""
        ids = [offer.contact_id for offer in self.desk.feed.offers()]
        if self._offer_id in ids:
            self._offer_id = ids[(ids.index(self._offer_id) + by) % len(ids)]
            self.paint()

    def action_sign_in(self) -> None:
        """Take a seat; asks for the name where it is not known."""
        self.app.push_screen(AskName(self.desk), self._sign_in)

    def action_sign_out(self) -> None:
        """Leave the seat."""
        self.desk.feed.sign_out(self.desk.clock())
        self._sent()

    def action_mute(self) -> None:
        """Quiet for a while; offers of urgent calls still ring."""
        self.desk.mute()

    def action_language(self) -> None:
        """The other language, at once."""
        self.desk.switch_language()
        self.paint()

    def action_help(self) -> None:
        """Keys and signs."""
        self.app.push_screen(Help(self.desk))

    def _sign_in(self, operator: str | None) -> None:
        if operator:
            self.desk.feed.sign_in(operator, self.desk.clock())
            self._sent()

    def _sent(self) -> None:
        self.desk.send()
        self.paint()

    def _paint_offer(self, now_ms: int) -> None:
        language, feed = self.desk.language, self.desk.feed
        offer = offer_view(feed, now_ms, self._offer_id)
        self._offer_id = offer.contact.contact_id if offer is not None else ""
        panel = self.query_one("#offer", Vertical)
        panel.set_class(offer is None, "quiet")
        # 1 Hz, between the IEC's slow and fast: seen from across a room, not mistaken for the urgent tone's rhythm.
        panel.set_class(offer is not None and now_ms // 500 % 2 == 0, "flash")
        title, place, line, keys, answer = offer_lines(language, offer, now_ms)
        self.query_one("#offer-title", Line).put(title)
        self.query_one("#offer-place", Digits).update(place)
        self.query_one("#offer-place", Digits).display = offer is not None
        self.query_one("#offer-line", Line).put(line)
        self.query_one("#offer-keys", Line).put(keys)
        self.query_one("#offer-answer", Line).put(answer)
