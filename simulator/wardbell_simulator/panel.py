"""The ward on a screen: LCD glass, sounder, lamps and keys, in 40 columns. A widget for any Textual app, and an app of its own.

It shows what the ward's parts say and posts verbs to it; it knows nothing of calls.
"""

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.widget import Widget

from wardbell_simulator.jammer import CARRIER
from wardbell_simulator.live import LiveWard
from wardbell_simulator.log import Record
from wardbell_simulator.panel_texts import TEXTS
from wardbell_simulator.plan import NodePlan

REFRESH_S = 0.1
WIDTH = 40

_COLUMNS = 2
_GLASS = "black on green"
# Dark, red, green, both; a shape each, for who sees no colours.
_LAMPS = (("○", "dim"), ("●", "bold red"), ("■", "bold green"), ("▲", "bold yellow"))
_ROW_KEYS = "123456789"
_N_ROWS = 8  # of beds at a time
_JAM_MS = 20_000
_KEYS = (
    ("p", "press"),
    ("b", "cord"),
    ("a", "assist"),
    ("r", "reset"),
    ("s", "staff"),
    ("u", "unplug"),
    ("k", "acknowledge"),
    ("K", "hold"),
    ("n", "browse"),
    ("m", "mute"),
    ("L", "learn"),
    ("o", "other"),
    ("z", "mains"),
    ("x", "pull"),
    ("X", "receiver"),
    ("j", "jam"),
)


class WardPanel(Widget, can_focus=True):
    """A live ward. Keys: see `BINDINGS`; a digit selects a bed.

    `language`: `en` or `zh_CN`, may be changed while it shows.
    """

    DEFAULT_CSS = "WardPanel { width: 40; height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "select(-2)", show=False),
        Binding("down", "select(2)", show=False),
        Binding("left", "select(-1)", show=False),
        Binding("right", "select(1)", show=False),
        *(Binding(digit, f"choose({at})", show=False) for at, digit in enumerate(_ROW_KEYS)),
        Binding("p", "press", "press"),
        Binding("b", "press_beside('cord')", "cord"),
        Binding("a", "press_beside('assist')", "assist"),
        Binding("r", "reset", "reset"),
        Binding("s", "press_beside('presence')", "staff are here"),
        Binding("u", "unplug", "the handset's plug"),
        Binding("k", "acknowledge", "acknowledge"),
        Binding("K", "hold", "hold it"),
        Binding("n", "browse", "browse"),
        Binding("m", "mute", "mute"),
        Binding("L", "learn", "learn a button"),
        Binding("o", "other", "a button that nobody enrolled"),
        Binding("z", "mains", "mains"),
        Binding("x", "cable", "cable"),
        Binding("X", "receiver", "receiver's power"),
        Binding("j", "jam", "jam the air"),
    ]

    language: reactive[str] = reactive("en")
    selected: reactive[int] = reactive(0)

    def __init__(self, live: LiveWard, language: str = "en", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._live = live
        self._plans = live.ward.plan.nodes
        self._sent: Record | None = None
        self.set_reactive(WardPanel.language, language)
        live.ward.watch(self._note)

    def on_mount(self) -> None:
        """Look at the ward ten times a second."""
        self.set_interval(REFRESH_S, self.refresh)

    def render(self) -> Text:
        """The whole panel, at most 40 columns wide."""
        lines = [self._head(), *self._receiver(), Text(""), *self._beds(), Text(""), *self._foot()]
        return Text("\n").join(lines)

    # Keys.

    def action_select(self, by: int) -> None:
        """Move the selection."""
        self.selected = (self.selected + by) % len(self._plans)

    def action_choose(self, at: int) -> None:
        """Select the bed of that number."""
        if at < len(self._plans):
            self.selected = at

    def action_press(self) -> None:
        """Press the selected bed's first key."""
        self._live.do(self._live.ward.press, self._selected_plan.station_id)

    def action_press_beside(self, key: str) -> None:
        """Press that key at the bed, else in its room, else the ward's first."""
        found = [node for node in self._plans if key in node.keys]
        found.sort(key=lambda node: (node is not self._selected_plan, node.room != self._selected_plan.room))
        if found:
            self._live.do(self._live.ward.press, found[0].station_id, key)

    def action_reset(self) -> None:
        """Press the selected bed's reset key."""
        self._live.do(self._live.ward.reset, self._selected_plan.station_id)

    def action_unplug(self) -> None:
        """Pull the selected bed's handset out, or plug it in again."""
        ward, bed = self._live.ward, self._selected_plan.station_id
        handset = ward.beds[bed].buttons.get("handset")
        self._live.do(ward.plug if handset is not None and handset.is_closed else ward.unplug, bed)

    def action_acknowledge(self) -> None:
        """Press the receiver's key."""
        self._live.do(self._live.ward.acknowledge)

    def action_hold(self) -> None:
        """Hold the receiver's key."""
        self._live.do(self._live.ward.hold_ack)

    def action_browse(self) -> None:
        """Press the receiver's browse key."""
        self._live.do(self._live.ward.browse)

    def action_mute(self) -> None:
        """Press the receiver's mute key."""
        self._live.do(self._live.ward.mute)

    def action_learn(self) -> None:
        """Hold the receiver's acknowledge and browse keys."""
        self._live.do(self._live.ward.learn)

    def action_other(self) -> None:
        """Press a remote that nobody enrolled."""
        self._live.do(self._live.ward.press_other)

    def action_mains(self) -> None:
        """Have the mains fail, or give them back."""
        ward = self._live.ward
        self._live.do(ward.fail_mains if ward.receiver.is_mains_on else ward.restore_mains)

    def action_cable(self) -> None:
        """Pull the serial cable, or plug it in."""
        ward = self._live.ward
        self._live.do(ward.pull_cable if ward.line.is_plugged else ward.plug_cable)

    def action_receiver(self) -> None:
        """Cut the receiver's power, or give it back."""
        ward = self._live.ward
        self._live.do(ward.kill_receiver if ward.receiver.device.is_on else ward.restart_receiver)

    def action_jam(self) -> None:
        """Have somebody hold a carrier on 433.92 MHz for a while."""
        self._live.do(self._live.ward.jam, CARRIER, _JAM_MS)

    # What is shown.

    @property
    def _selected_plan(self) -> NodePlan:
        return self._plans[self.selected]

    @property
    def _texts(self) -> dict[str, str]:
        return TEXTS.get(self.language, TEXTS["en"])

    def _note(self, record: Record) -> None:
        if record.what == "air":
            self._sent = record

    def _told(self, sent: Record) -> str:
        kind = next(kind for kind in ("word", "frame", "receipt") if kind in sent.value)
        return f"{sent.source} {self._texts[f'sent_{kind}'].format(**sent.value)}"

    def _head(self) -> Text:
        plan = self._live.ward.plan
        name = plan.name.get(self.language) or plan.ward
        seconds = self._live.ward.now_ms // 1000
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return _spread(Text(f"{self._texts['title']} · {name}", "bold"), Text(clock))

    def _receiver(self) -> list[Text]:
        ward = self._live.ward
        tone = f"♪ {ward.tone_hz} Hz" if ward.tone_hz else self._texts["silent"]
        power = tone if ward.receiver.device.is_on else self._texts["off"]
        cable = self._texts["cable" if ward.line.is_plugged else "cable_pulled"]
        beside = (Text(power, "bold red" if ward.tone_hz else ""), Text(cable, "" if ward.line.is_plugged else "red"))
        glass = [
            Text.assemble("│", (line, _GLASS), "│  ", note) for line, note in zip(ward.lcd_lines, beside, strict=True)
        ]
        return [
            Text.assemble("┌" + "─" * 16 + "┐  ", *self._signs()),
            *glass,
            Text.assemble("└" + "─" * 16 + "┘  ", self._mains()),
        ]

    def _signs(self) -> list[Text]:
        receiver, texts = self._live.ward.receiver, self._texts
        lamps = [
            Text("● " if lamp.value else "○ ", f"bold {colour}" if lamp.value else "dim")
            for colour, lamp in receiver.status.items()
        ]
        relay = Text(texts["relay_held"]) if receiver.relay.value else Text(texts["relay_dropped"], "bold red")
        return [*lamps, relay]

    def _mains(self) -> Text:
        is_on = self._live.ward.receiver.is_mains_on
        return Text(self._texts["mains_on"]) if is_on else Text(self._texts["mains_failed"], "bold red")

    def _beds(self) -> list[Text]:
        cells = [self._bed(at, node) for at, node in enumerate(self._plans)]
        rows = [cells[at : at + _COLUMNS] for at in range(0, len(cells), _COLUMNS)]
        first = max(0, min(self.selected // _COLUMNS - 3, len(rows) - _N_ROWS))
        return [Text("").join(row) for row in rows[first : first + _N_ROWS]]

    def _bed(self, at: int, node: NodePlan) -> Text:
        site = self._live.ward.beds[node.station_id]
        sign, style = _LAMPS[site.lamp.value]
        handset = site.buttons.get("handset")
        number = _ROW_KEYS[at] if at < len(_ROW_KEYS) else " "
        cell = Text.assemble(
            f"{number} ",
            (sign, style),
            f" {node.station_id}",
            (f" {self._texts['unplugged']}" if handset is not None and handset.is_closed else "", "bold red"),
        )
        cell.pad_right(max(0, WIDTH // _COLUMNS - cell_len(cell.plain)))
        if at == self.selected:
            cell.stylize("reverse")
        return cell

    def _foot(self) -> list[Text]:
        texts = self._texts
        error = self._live.error or self._live.refused
        lines = [Text("")]
        if error:
            lines = [Text(str(error), "bold red")]
        elif self._sent is not None:
            lines = [Text(self._told(self._sent), "dim")]
        line = Text("")
        for key, name in _KEYS:
            item = f"{key} {texts[name]}  "
            if cell_len(line.plain) + cell_len(item.rstrip()) > WIDTH:
                line.rstrip()
                lines.append(line)
                line = Text("")
            line.append(key, "bold")
            line.append(item[1:])
        line.rstrip()
        return [*lines, line]


def _spread(left: Text, right: Text) -> Text:
    room = max(1, WIDTH - cell_len(left.plain) - cell_len(right.plain))
    return Text.assemble(left, " " * room, right)


class WardApp(App[None]):
    """The panel alone."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "quit", "quit")]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, live: LiveWard, language: str = "en") -> None:
        super().__init__()
        self._panel = WardPanel(live, language)

    def compose(self) -> ComposeResult:
        """The panel, and nothing else."""
        yield self._panel

    def on_mount(self) -> None:
        """Keys go to it."""
        self._panel.focus()
