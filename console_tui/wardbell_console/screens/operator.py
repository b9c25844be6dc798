"""The call centre's view: one's own state, the queue, the chosen contact, and who works there."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.screen import Screen

from wardbell_console.centre_view import agents_board, board, entry, filters, is_centre_stale, is_mine, queue
from wardbell_console.centre_wording import agent_keys, detail_lines, keys_of, queue_line, state_line
from wardbell_console.desk import TICK_S, Desk
from wardbell_console.figure_wording import figures_line
from wardbell_console.screens.contact import ContactScreen
from wardbell_console.screens.figures import FiguresScreen
from wardbell_console.screens.handling import Handling
from wardbell_console.screens.help import Help
from wardbell_console.view import Banner, banners
from wardbell_console.widgets.contact_board import AgentBoard, ContactBoard
from wardbell_console.widgets.line import Line
from wardbell_console.wording import banner_text, notice_text
from wardbell_protocol.bus.centre_payloads import ContactState

NOTICE_SHOWN_MS = 10_000
WIDE_FROM = 150
TALL_FROM = 36
ROOMY_FROM = 28  # rows: a line of figures takes none that a contact needs
# What each key does to the chosen contact.
PLAIN_VERBS = {"a": "accept", "o": "on_site", "e": "escalate", "j": "join"}
ASKING_VERBS = {
    "c": "resolve", "t": "transfer", "r": "release", "n": "note", "h": "hand_over", "k": "take_over",
    "w": "choose_resident",
}  # fmt: skip


class OperatorScreen(Screen[None]):
    """Lies over the nurse view, which goes on ticking the desk."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"verb('{key}')", show=False) for key in (*PLAIN_VERBS, *ASKING_VERBS)),
        Binding("enter", "open", show=False, priority=True),
        Binding("v", "filter", show=False),
        Binding("tab", "pane", show=False, priority=True),
        Binding("f", "force", show=False),
        Binding("s", "figures", show=False),
        Binding("y", "ready", show=False),
        Binding("b", "not_ready", show=False),
        Binding("i", "sign_in", show=False),
        Binding("x", "sign_out", show=False),
        Binding("m", "mute", show=False),
        Binding("l", "language", show=False),
        Binding("question_mark", "help", show=False),
        Binding("escape", "dismiss", show=False),
    ]
    DEFAULT_CSS = """
    OperatorScreen .one { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    OperatorScreen #seat, OperatorScreen #operator-keys { background: $panel; }
    OperatorScreen #seat { text-style: bold; }
    OperatorScreen #offer-banner { height: auto; background: $error; color: $text; text-style: bold; }
    OperatorScreen #figures-line { display: none; color: $text-muted; }
    OperatorScreen #boards { height: 1fr; layout: vertical; }
    OperatorScreen #queue { height: 1fr; }
    OperatorScreen .head { height: 1; color: $text-muted; text-style: underline; }
    OperatorScreen PickedList { height: 1fr; scrollbar-size-vertical: 1; }
    OperatorScreen #detail { height: 3; background: $boost; text-wrap: nowrap; text-overflow: ellipsis; }
    OperatorScreen #people { height: 6; }
    OperatorScreen.tall #people { height: 14; }
    OperatorScreen.wide #boards { layout: horizontal; }
    OperatorScreen.wide #people { width: 60; height: 1fr; border-left: solid $primary; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._filter = filters(desk.feed)[0]
        self._said = ""  # the key of a text of our own for the notice line
        self._said_at_ms = 0
        self._handling: Handling | None = None
        self._has_asked_secret = False
        self._mine: set[str] = set()

    def compose(self) -> ComposeResult:
        """Lay out, from top to bottom; where there is room the agents stand beside the queue."""
        yield Line("seat", classes="one")
        yield Line("offer-banner")
        yield Line("counts", classes="one")
        yield Line("figures-line", classes="one")
        with Container(id="boards"):
            with Vertical(id="queue"):
                yield Line("contact-head", classes="head")
                yield ContactBoard("contacts")
                yield Line("detail")
            with Vertical(id="people"):
                yield Line("agent-head", classes="head")
                yield AgentBoard("agents")
        yield Line("notice", classes="one")
        yield Line("verb-keys", classes="one")
        yield Line("operator-keys", classes="one")

    @property
    def handling(self) -> Handling:
        """The dialogs before a verb."""
        if self._handling is None:
            self._handling = Handling(self.app, self.desk, self._sent, self._say)
        return self._handling

    def on_mount(self) -> None:
        """Paint along with the desk."""
        self.query_one(ContactBoard).focus()
        self.set_interval(TICK_S, self.paint)
        self.call_after_refresh(self.paint)

    def on_resize(self, event: Resize) -> None:
        """Beside each other where there is room."""
        self.set_class(event.size.width >= WIDE_FROM, "wide")
        self.set_class(event.size.height >= TALL_FROM, "tall")

    def paint(self) -> None:
        """Draw what the desk knows of the call centre."""
        language, now_ms, feed = self.desk.language, self.desk.clock(), self.desk.feed
        is_stale = is_centre_stale(feed, now_ms)
        self._pick_new_one()
        self.query_one("#seat", Line).put(state_line(language, feed, now_ms))
        self._paint_banner([banner for banner in banners(feed, now_ms) if banner.kind in ("broker", "offer")])
        self.query_one("#counts", Line).put(queue_line(language, queue(feed, now_ms), self._filter))
        contacts = self.query_one(ContactBoard)
        head = contacts.show(board(feed, self._filter), feed, language, now_ms, is_stale=is_stale)
        if contacts.has_slipped and self.is_current:
            self.desk.slipped()
        self.query_one("#contact-head", Line).put(head)
        self.query_one("#agent-head", Line).put(
            self.query_one(AgentBoard).show(agents_board(feed), feed, language, now_ms)
        )
        self._paint_chosen()
        self.query_one("#notice", Line).put(self._notice(now_ms))
        self._paint_figures(now_ms)
        self._ask_secret()

    @property
    def chosen(self) -> ContactState | None:
        """The chosen contact."""
        contact_id = self.query_one(ContactBoard).selected_id
        return self.desk.feed.centre.contacts.get(contact_id) if contact_id else None

    def on_picked_list_selected(self) -> None:
        """Show the details of another contact."""
        self.desk.chosen()
        self._paint_chosen()

    def action_verb(self, key: str) -> None:
        """Do that to the chosen contact, after asking what must be asked."""
        contact = self.chosen
        if contact is None:
            self._say("reason.no_contact")
        else:
            self._do(key, contact)

    def _do(self, key: str, contact: ContactState) -> None:
        if key in PLAIN_VERBS and self.desk.is_deaf:
            self._say("reason.slipped")
        elif key in PLAIN_VERBS:
            self.handling.about(PLAIN_VERBS[key], contact.contact_id)
        elif not self.handling.asks_in_vain(ASKING_VERBS[key], contact):
            ask: Callable[[ContactState], None] = getattr(self.handling, ASKING_VERBS[key])
            ask(contact)

    def action_open(self) -> None:
        """All about the chosen contact; its call's history comes from the ward's gateway."""
        contact = self.chosen
        if contact is None:
            self._say("reason.no_contact")
            return
        if contact.call_id:
            self.desk.feed.history(contact.call_id, self.desk.clock())
            self.desk.send()
        self.app.push_screen(ContactScreen(self.desk, contact), lambda key: self._do(key, contact) if key else None)

    def action_filter(self) -> None:
        """The next filter."""
        each = filters(self.desk.feed)
        self._filter = each[(each.index(self._filter) + 1) % len(each)]
        self.paint()

    def action_pane(self) -> None:
        """From the contacts to the agents and back."""
        contacts = self.query_one(ContactBoard)
        (self.query_one(AgentBoard) if contacts.has_focus else contacts).focus()
        self.paint()

    def action_force(self) -> None:
        """A supervisor's verb about the chosen agent."""
        agents = self.query_one(AgentBoard)
        if agents.has_focus and agents.selected_id:
            self.handling.force(agents.selected_id)
        else:
            self._say("reason.not_seated")

    def action_figures(self) -> None:
        """How the house does, for whom the call centre tells it."""
        seat = self.desk.feed.seat
        if seat.sees_figures:
            self.app.push_screen(FiguresScreen(self.desk))
        else:
            self._say("reason.not_signed_in" if seat.state is None else "reason.not_for_role")

    def action_ready(self) -> None:
        """Ask for contacts."""
        self.desk.feed.seat.ready(self.desk.clock())
        self._sent()

    def action_not_ready(self) -> None:
        """Be left alone for a while."""
        self.handling.not_ready()

    def action_sign_in(self) -> None:
        """Take a seat."""
        self.handling.sign_in()

    def action_sign_out(self) -> None:
        """Leave the seat."""
        self.desk.feed.seat.sign_out(self.desk.clock())
        self._sent()

    def action_mute(self) -> None:
        """Quiet for a while; offers of urgent calls still ring."""
        self.desk.mute()
        self._say("notice.muted")

    def action_language(self) -> None:
        """The other language, at once."""
        self.desk.switch_language()
        self.paint()

    def action_help(self) -> None:
        """Keys and signs."""
        self.app.push_screen(Help(self.desk, "centre_help.text"))

    def _sent(self) -> None:
        self._said = ""
        self.desk.send()
        self.paint()

    def _say(self, key: str) -> None:
        self._said, self._said_at_ms = key, self.desk.clock()
        self.paint()

    def _notice(self, now_ms: int) -> str:
        notice = self.desk.feed.notice
        if self._said and 0 <= now_ms - self._said_at_ms <= NOTICE_SHOWN_MS:
            return self.desk.language.text(self._said)
        is_fresh = notice is not None and now_ms - notice.at_ms <= NOTICE_SHOWN_MS
        return notice_text(self.desk.language, notice) if notice is not None and is_fresh else ""

    def _paint_banner(self, shown: list[Banner]) -> None:
        widget = self.query_one("#offer-banner", Line)
        widget.display = bool(shown)
        widget.put("\n".join(banner_text(self.desk.language, banner) for banner in shown))

    def _paint_figures(self, now_ms: int) -> None:
        """One line where there is room, and the key to all of them; for whom the call centre tells them."""
        language, feed = self.desk.language, self.desk.feed
        told = figures_line(language, feed, now_ms) if self.size.height >= ROOMY_FROM else ""
        widget = self.query_one("#figures-line", Line)
        widget.display = bool(told)
        widget.put(told)
        keys = "keys.operator_figures" if feed.seat.sees_figures else "keys.operator"
        self.query_one("#operator-keys", Line).put(language.text(keys))

    def _pick_new_one(self) -> None:
        """What he just accepted is what his next key is about; nothing else moves the choice."""
        feed = self.desk.feed
        mine = {contact.contact_id for contact in feed.centre.contacts.values() if is_mine(feed, contact)}
        for contact_id in sorted(mine - self._mine):
            self.query_one(ContactBoard).pick(contact_id)
        self._mine = mine

    def _paint_chosen(self) -> None:
        """The chosen contact, and the keys that make sense now."""
        language, feed, contact = self.desk.language, self.desk.feed, self.chosen
        told = entry(feed, contact) if contact is not None else None
        empty = [language.text("operator.no_contacts")]
        lines = detail_lines(language, feed, told) if told is not None else empty
        self.query_one("#detail", Line).put("\n".join(lines))
        is_at_agents = self.query_one(AgentBoard).has_focus
        keys = agent_keys(language, feed) if is_at_agents else keys_of(language, feed, told)
        self.query_one("#verb-keys", Line).put(keys)

    def _ask_secret(self) -> None:
        """Once for each refusal that wants one."""
        wants = self.desk.feed.seat.wants_secret
        if wants and not self._has_asked_secret and self.is_current:
            self._has_asked_secret = True
            self.handling.sign_in(is_asked_for=True)
        elif not wants:
            self._has_asked_secret = False
