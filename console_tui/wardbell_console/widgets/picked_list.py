"""A table whose selection belongs to a thing, not to a row: arrivals and re-sorting never move it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

POINTER = ">"


class PickedList(ScrollView, can_focus=True):
    """Rows in the order given; up and down move the selection. Only the rows in sight are made into text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
    ]

    points_always: ClassVar[bool] = True  # also while the keys go elsewhere

    class Selected(Message):
        """Another row was chosen."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.selected_id: str | None = None
        self._ids: Sequence[str] = ()
        self._line: Callable[[int], tuple[str, Style]] = lambda _at: ("", Style())
        self._painted: object = None
        self._is_picked = False
        self.has_slipped = False  # at the last `put` another row was selected, since the selected one was gone

    def put(self, ids: Sequence[str], line: Callable[[int], tuple[str, Style]]) -> None:
        """Draw these rows; `line` gives a row's text. When the selected one is gone, its place in the list is selected."""
        was_at = self._selected_at()
        self._ids, self._line = ids, line
        self.has_slipped = bool(ids) and was_at is not None and self._selected_at() is None
        if ids and self._selected_at() is None:
            self.selected_id = ids[min(was_at or 0, len(ids) - 1)]
        elif not ids:
            self.selected_id = None
        at = self._selected_at()
        self.virtual_size = Size(self.scrollable_content_region.width, len(ids))
        if was_at != at or self._is_picked:
            self._follow()
        self._is_picked = False
        top = self.scroll_offset.y
        painted = [line(y) for y in range(top, min(len(ids), top + self.size.height))], top, at, self.has_focus
        if painted != self._painted:
            self._painted = painted
            self.refresh()

    def pick(self, which: str) -> None:
        """Choose that row at the next `put`, where it is in it."""
        self.selected_id = which
        self._is_picked = True

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        at = y + self.scroll_offset.y
        width = self.size.width
        if at >= len(self._ids):
            return Strip.blank(width, self.rich_style)
        text, style = self._line(at)
        is_selected = at == self._selected_at() and (self.points_always or self.has_focus)
        style = self.rich_style + style + (Style(reverse=True) if is_selected else Style())
        text = f"{POINTER if is_selected else ' '} {text}"
        return Strip([Segment(text, style)]).adjust_cell_length(width, style)

    def action_move(self, by: int) -> None:
        """Choose another row."""
        if self._ids:
            at = self._selected_at() or 0
            self._choose(min(max(at + by, 0), len(self._ids) - 1))

    def on_click(self, event: Click) -> None:
        """Choose the row under the pointer."""
        at = event.y + self.scroll_offset.y
        if 0 <= at < len(self._ids):
            self._choose(at)

    def on_resize(self, _event: Resize) -> None:
        """Keep the chosen row in sight."""
        self._follow()

    def _choose(self, at: int) -> None:
        self.selected_id = self._ids[at]
        self._follow()
        self.refresh()
        self.post_message(self.Selected())

    def _selected_at(self) -> int | None:
        return next((at for at, each in enumerate(self._ids) if each == self.selected_id), None)

    def _follow(self) -> None:
        at = self._selected_at()
        if at is not None:
            self.scroll_to_region(Region(0, at, 1, 1), animate=False)
