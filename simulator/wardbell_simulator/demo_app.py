"""The demo's screen: the nurse console as it is, beside the virtual ward's panel."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets import Static

from wardbell_console.desk import TICK_S, Desk
from wardbell_console.screens.help import Help
from wardbell_console.screens.operator import OperatorScreen
from wardbell_console.widgets.nurse_view import NurseView
from wardbell_simulator.live import LiveWard
from wardbell_simulator.panel import WIDTH, WardPanel

NURSE_WIDTH = 80
BOTH_WIDTH = NURSE_WIDTH + WIDTH + 2

_FOOT = {
    "en": "TAB other side (now: {side})  F1 help  F2 call centre  F3 中文  CTRL+Q quit",
    "zh_CN": "TAB 换到另一侧（现在：{side}）  F1 帮助  F2 呼叫中心  F3 English  CTRL+Q 退出",
}
_SIDES = {"en": {True: "ward", False: "nurses"}, "zh_CN": {True: "病区", False: "护士站"}}


class DemoApp(App[None]):
    """Both sides where the terminal is 122 columns wide or more; on a smaller one, the side that has the keys."""

    CSS = """
    #sides { height: 1fr; }
    DemoApp WardPanel { border-left: solid $primary; padding: 0 0 0 1; width: 42; }
    DemoApp WardPanel:focus { border-left: heavy $accent; }
    DemoApp.narrow WardPanel { width: 1fr; border-left: none; }
    #foot { height: 1; background: $primary; color: $text; }
    """
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "side", show=False, priority=True),
        Binding("f1", "help", show=False, priority=True),
        Binding("f2", "operator", show=False, priority=True),
        Binding("f3", "language", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, live: LiveWard) -> None:
        super().__init__()
        self._desk = desk
        self._nurses = NurseView(desk)
        self._panel = WardPanel(live, desk.language.code)
        self._foot = Static(id="foot", markup=False)
        self._is_at_ward = True

    def compose(self) -> ComposeResult:
        """Nurses to the left, the ward to the right."""
        with Horizontal(id="sides"):
            yield self._nurses
            yield self._panel
        yield self._foot

    def on_mount(self) -> None:
        """Begin where the button is."""
        self.title = "Wardbell"
        self.set_interval(TICK_S, self._follow)
        self._arrange(self.size.width)

    def on_resize(self, event: Resize) -> None:
        """Show what there is room for."""
        self._arrange(event.size.width)

    def action_side(self) -> None:
        """Give the keys to the other side."""
        if len(self.screen_stack) > 1:
            return
        self._is_at_ward = not self._is_at_ward
        self._arrange(self.size.width)

    def action_help(self) -> None:
        """The console's keys and signs."""
        if len(self.screen_stack) == 1:
            self.push_screen(Help(self._desk))

    def action_operator(self) -> None:
        """The call centre's view."""
        if len(self.screen_stack) == 1:
            self.push_screen(OperatorScreen(self._desk))

    def action_language(self) -> None:
        """The other language, on both sides."""
        self._desk.switch_language()
        self._follow()

    def _arrange(self, width: int) -> None:
        is_narrow = width < BOTH_WIDTH
        self.set_class(is_narrow, "narrow")
        self._nurses.display = not (is_narrow and self._is_at_ward)
        self._panel.display = not is_narrow or self._is_at_ward
        self._follow()

    def _follow(self) -> None:
        """Keep focus and language where they belong: the list of calls comes and goes with the calls."""
        if len(self.screen_stack) == 1:
            wanted = self._panel if self._is_at_ward else self._nurses.calls
            if self.focused is not wanted and wanted.display:
                wanted.focus()
        code = self._desk.language.code
        self._panel.language = code
        self._foot.update(_FOOT[code].format(side=_SIDES[code][self._is_at_ward]))
