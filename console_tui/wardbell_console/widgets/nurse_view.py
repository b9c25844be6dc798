"""The nurses' view of a ward, as one widget that any Textual app can mount."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from wardbell_console.desk import TICK_S, Desk
from wardbell_console.language import duration, time_of_day
from wardbell_console.screens.confirm import ConfirmClear
from wardbell_console.screens.faults import Faults
from wardbell_console.screens.help import Help
from wardbell_console.screens.history import History
from wardbell_console.screens.offer_alarm import OfferAlarm
from wardbell_console.screens.operator import OperatorScreen
from wardbell_console.view import PARTS, Banner, Row, banners, counts, lights
from wardbell_console.widgets.call_list import CallList
from wardbell_console.widgets.line import Line
from wardbell_console.wording import SHAPES, banner_text, counts_text, detail_lines, light_lines, notice_text

NOTICE_SHOWN_MS = 10_000


class NurseView(Vertical):
    """Head, health strip, banner, calls, the selected call, and what became of the last key.

    It ticks its desk, also while another screen lies over it. Mount it once for a desk.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", show=False),
        Binding("c", "clear", show=False),
        Binding("e", "escalate", show=False),
        Binding("h", "history", show=False),
        Binding("f", "faults", show=False),
        Binding("m", "mute", show=False),
        Binding("o", "operator", show=False),
        Binding("l", "language", show=False),
        Binding("question_mark", "help", show=False),
    ]
    DEFAULT_CSS = """
    NurseView { height: 1fr; }
    NurseView #head, NurseView #columns, NurseView #notice, NurseView #keys { height: 1; }
    NurseView #head-left { width: 1fr; height: 1; }
    NurseView #head-right { width: auto; height: 1; }
    NurseView #head, NurseView #keys { background: $panel; }
    NurseView #columns { color: $text-muted; text-style: underline; }
    NurseView #strip { height: 2; }
    NurseView .light { width: 1fr; height: 2; }
    NurseView .online { color: $success; }
    NurseView .degraded { color: $warning; text-style: bold; }
    NurseView .offline, NurseView .silent { color: $error; text-style: bold; }
    NurseView #banner { height: auto; max-height: 4; background: $error; color: $text; text-style: bold; }
    NurseView #banner.offer-only { background: $warning; }
    NurseView #calls { height: 1fr; }
    NurseView CallList { height: 1fr; scrollbar-size-vertical: 1; }
    NurseView #empty { height: auto; padding: 1 2; }
    NurseView #detail {
        height: 2; border: none; color: $text; background: $boost; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.calls = CallList()
        self._said = ""  # the key of a text of our own for the notice line
        self._said_until_ms = 0

    def compose(self) -> ComposeResult:
        """Lay out, from top to bottom."""
        with Horizontal(id="head"):
            yield Line("head-left")
            yield Line("head-right")
        with Horizontal(id="strip"):
            for part in PARTS:
                yield Line(f"light-{part}", classes="light")
        yield Line("banner")
        yield Line("columns")
        with Vertical(id="calls"):
            yield Line("empty")
            yield self.calls
        yield Line("detail")
        yield Line("notice")
        yield Line("keys")

    def on_mount(self) -> None:
        """Start to tick."""
        self.calls.focus()
        self.set_interval(TICK_S, self.tick)
        self.call_after_refresh(self.tick)

    def tick(self) -> None:
        """One round: bus, bell, paint; an offer lies over whatever is open."""
        if self.desk.tick():
            self.app.bell()
        asks = self.desk.feed.seat.asks
        is_open = any(isinstance(screen, OfferAlarm) for screen in self.app.screen_stack)
        if not is_open and asks.wants_screen(self.desk.clock()):
            self.app.push_screen(OfferAlarm(self.desk))
        self.paint()

    def paint(self) -> None:
        """Draw what the desk knows."""
        desk, language, now_ms = self.desk, self.desk.language, self.desk.clock()
        troubles = banners(desk.feed, now_ms)
        self._paint_head(now_ms)
        self._paint_strip(now_ms)
        self._paint_banner(troubles)
        empty = self.query_one("#empty", Line)
        empty.display = not desk.rows
        is_doubtful = any(banner.kind != "offer" for banner in troubles)
        nothing = "list.empty_seat" if self.desk.feed.own_wards == () else "list.empty"
        empty.put(language.text("list.empty_stale" if is_doubtful else nothing))
        self.calls.show(desk.rows, language, now_ms, desk.feed.operator)
        if self.calls.has_slipped and self.screen.is_current:
            desk.slipped()
        self.query_one("#columns", Line).put(self.calls.header)
        self._paint_detail(now_ms)
        self.query_one("#notice", Line).put(self._notice(now_ms))
        self.query_one("#keys", Line).put(language.text("keys.nurse"))

    @property
    def selected(self) -> Row | None:
        """The chosen call."""
        return self.desk.row(self.calls.selected_id) if self.calls.selected_id else None

    def on_picked_list_selected(self) -> None:
        """Show the details of another call."""
        self.desk.chosen()
        self._paint_detail(self.desk.clock())

    def action_acknowledge(self) -> None:
        """Say that somebody goes."""
        row = self._chosen()
        if row is not None and self.desk.is_deaf:
            self._say("reason.slipped")
        elif row is not None:
            self.desk.feed.acknowledge(row.call.call_id, self.desk.clock())
            self._sent()

    def action_clear(self) -> None:
        """Ask once more, then clear; where it may not be, say why."""
        row = self._chosen()
        if row is None:
            return
        if row.may_clear and self.desk.feed.is_connected:
            self.app.push_screen(ConfirmClear(self.desk, row), self._clear)
        else:
            self._clear(row.call.call_id)

    def action_escalate(self) -> None:
        """Tell the call centre at once."""
        row = self._chosen()
        if row is not None:
            self.desk.feed.escalate(row.call.call_id, self.desk.clock())
            self._sent()

    def action_history(self) -> None:
        """Show the call's events."""
        row = self._chosen()
        if row is not None:
            self.desk.feed.history(row.call.call_id, self.desk.clock())
            self._sent()
            self.app.push_screen(History(self.desk, row))

    def action_faults(self) -> None:
        """Show every fault with what to look at."""
        self.app.push_screen(Faults(self.desk))

    def action_mute(self) -> None:
        """Quiet for a while."""
        self.desk.mute()
        self._say("notice.muted")

    def action_operator(self) -> None:
        """Go to the call centre's view."""
        self.app.push_screen(OperatorScreen(self.desk))

    def action_language(self) -> None:
        """The other language, at once."""
        self.desk.switch_language()
        self.paint()

    def action_help(self) -> None:
        """Keys and signs."""
        self.app.push_screen(Help(self.desk))

    def _chosen(self) -> Row | None:
        row = self.selected
        if row is None:
            self._say("reason.no_call")
        return row

    def _clear(self, call_id: str | None) -> None:
        if call_id:
            self.desk.feed.clear(call_id, self.desk.clock())
            self._sent()

    def _sent(self) -> None:
        self._said = ""
        self.desk.send()
        self.tick()

    def _say(self, key: str) -> None:
        self._said = key
        self._said_until_ms = self.desk.clock() + NOTICE_SHOWN_MS
        self.paint()

    def _notice(self, now_ms: int) -> str:
        notice = self.desk.feed.notice
        if self._said and now_ms < self._said_until_ms:
            return self.desk.language.text(self._said)
        if notice is None or now_ms - notice.at_ms > NOTICE_SHOWN_MS:
            return ""
        return notice_text(self.desk.language, notice)

    def _paint_head(self, now_ms: int) -> None:
        desk, language = self.desk, self.desk.language
        muted_ms = desk.bell.muted_ms(now_ms)
        muted = [language.text("head.muted", left=duration(muted_ms))] if muted_ms else []
        left = [language.text("app.title"), self._whose(), counts_text(language, counts(desk.rows, now_ms)), *muted]
        self.query_one("#head-left", Line).put("  ".join(left))
        self.query_one("#head-right", Line).put(f"{desk.feed.by}  {time_of_day(now_ms)}")

    def _whose(self) -> str:
        """The one ward's name, or how many there are."""
        feed, language = self.desk.feed, self.desk.language
        if feed.own_wards is not None and len(feed.own_wards) != 1:
            return language.text("app.some_wards" if feed.own_wards else "app.no_ward", count=len(feed.own_wards))
        own = [mirror for mirror in feed.wards if feed.is_own(mirror.ward)]
        names = [language.ward(mirror.info.name, mirror.ward) for mirror in own if mirror.info is not None]
        return names[0] if len(names) == 1 else next(iter(feed.own_wards or ()), language.text("app.all_wards"))

    def _paint_strip(self, now_ms: int) -> None:
        for light in lights(self.desk.feed, now_ms):
            widget = self.query_one(f"#light-{light.part}", Line)
            widget.put("\n".join(light_lines(self.desk.language, light)))
            for state in SHAPES:
                widget.set_class(state == light.state, state)

    def _paint_banner(self, troubles: list[Banner]) -> None:
        widget = self.query_one("#banner", Line)
        widget.display = bool(troubles)
        widget.set_class(all(banner.kind == "offer" for banner in troubles), "offer-only")
        widget.put("\n".join(banner_text(self.desk.language, banner) for banner in troubles))

    def _paint_detail(self, now_ms: int) -> None:
        row = self.selected
        language = self.desk.language
        lines = detail_lines(language, row, now_ms, self.desk.feed.operator) if row is not None else []
        self.query_one("#detail", Line).put("\n".join(lines))
