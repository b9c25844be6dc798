"""How the house and each ward do, by period, and where the rosters lack people."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from wardbell_console.desk import TICK_S, Desk
from wardbell_console.figure_wording import PERIODS, gap_lines, head_lines, legend_lines, periods_of, ward_cells
from wardbell_console.widgets.cells import WIDE_FROM, figure_columns, line
from wardbell_console.widgets.line import Line

GAP_LINES = 7  # on a low screen
GAP_LINES_TALL = 16
TALL_FROM = 36


class FiguresScreen(ModalScreen[None]):
    """Follows the call centre, which is asked more often while this is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,s,q", "dismiss", show=False),
        Binding("v", "period", show=False),
        Binding("l", "language", show=False),
    ]
    DEFAULT_CSS = """
    FiguresScreen > Vertical { width: 100%; height: 100%; padding: 0 1; background: $surface; }
    FiguresScreen #figures-head { text-style: bold; }
    FiguresScreen #figure-columns { height: 1; color: $text-muted; text-style: underline; }
    FiguresScreen VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    FiguresScreen Line { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    FiguresScreen #gaps { background: $boost; }
    FiguresScreen #legend { color: $text-muted; }
    FiguresScreen #figure-keys { background: $panel; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._period = PERIODS[0]

    def compose(self) -> ComposeResult:
        """Lay out, from top to bottom; the wards scroll where they are many."""
        with Vertical():
            yield Line("figures-head")
            yield Line("figure-columns")
            with VerticalScroll():
                yield Line("wards")
            yield Line("gaps")
            yield Line("legend")
            yield Line("figure-keys")

    def on_mount(self) -> None:
        """Follow."""
        self.query_one(VerticalScroll).focus()
        self._desk.feed.seat.figures.is_watched = True
        self._desk.send()
        self.paint()
        self.set_interval(TICK_S, self.paint)

    def on_unmount(self) -> None:
        """Follow no more."""
        self._desk.feed.seat.figures.is_watched = False

    def paint(self) -> None:
        """Draw what is known by now."""
        desk, language, now_ms = self._desk, self._desk.language, self._desk.clock()
        is_wide, is_tall = self.size.width >= WIDE_FROM, self.size.height >= TALL_FROM
        told = desk.feed.seat.figures.known
        if told is not None and self._period not in periods_of(told):  # the shift is over, and no other goes on
            self._period = PERIODS[0]
        layout = figure_columns(max(20, self.size.width - 3))  # but for the margins, and where the wards scroll
        self.query_one("#figures-head", Line).put("\n".join(head_lines(language, desk.feed, self._period, now_ms)))
        names = {name: language.text(f"column.{name}") for name, _ in layout}
        wards = told.wards if told is not None else []
        lines = [line(ward_cells(language, desk.feed, ward, self._period, now_ms), layout) for ward in wards]
        if told is not None and not wards:
            lines = [language.text("figures.nothing")]
        self.query_one("#figure-columns", Line).put(line(names, layout) if wards else "")
        self.query_one("#wards", Line).put("\n".join(lines))
        most = GAP_LINES_TALL if is_tall else GAP_LINES
        self.query_one("#gaps", Line).put("\n".join(gap_lines(language, desk.feed, now_ms, most)))
        self.query_one("#legend", Line).put("\n".join(legend_lines(language, desk.feed, is_wide=is_wide)))
        self.query_one("#figure-keys", Line).put(language.text("figures.keys"))

    def action_period(self) -> None:
        """The next period that there is."""
        told = self._desk.feed.seat.figures.known
        each = periods_of(told) if told is not None else []
        if each:
            at = each.index(self._period) if self._period in each else -1
            self._period = each[(at + 1) % len(each)]
        self.paint()

    def action_language(self) -> None:
        """The other language, at once."""
        self._desk.switch_language()
        self.paint()
