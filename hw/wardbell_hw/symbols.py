"""Symbols of the parts, drawn here, so that the sheets need no library but their own.

Lengths in units of 1.27 mm, x to the right and y down, as on the sheet. A symbol is never turned on the sheet: `turned`
makes another one, so that text always stands upright.
"""

from dataclasses import dataclass, replace

Stroke = tuple[
    str, tuple[tuple[float, float], ...]
]  # "line", "area", "circle" (centre, point on it) and "box" (two corners)


@dataclass(frozen=True)
class Pin:
    """One pin: the end that wires join, which way it leads out (left, right, up, down) and its electrical kind."""

    number: str
    name: str
    x: int
    y: int
    leads: str
    kind: str = "passive"
    length: int = 2


@dataclass(frozen=True)
class Symbol:
    """A part's picture; `reference_at` and `value_at` are where its texts stand, and from which side they are written."""

    name: str
    letter: str
    pins: tuple[Pin, ...]
    strokes: tuple[Stroke, ...]
    reference_at: tuple[float, float, str]
    value_at: tuple[float, float, str]
    shows_pins: bool = False

    def pin(self, number: str) -> Pin:
        """The pin of that number."""
        return next(pin for pin in self.pins if pin.number == number)


_TURNED = {"up": "right", "right": "down", "down": "left", "left": "up"}


def turned(
    symbol: Symbol, name: str, reference_at: tuple[float, float, str], value_at: tuple[float, float, str]
) -> Symbol:
    """The symbol turned a quarter clockwise, under its own name."""
    return replace(
        symbol,
        name=name,
        pins=tuple(replace(pin, x=-pin.y, y=pin.x, leads=_TURNED[pin.leads]) for pin in symbol.pins),
        strokes=tuple((kind, tuple((-y, x) for x, y in points)) for kind, points in symbol.strokes),
        reference_at=reference_at,
        value_at=value_at,
    )


def mirrored(
    symbol: Symbol, name: str, reference_at: tuple[float, float, str], value_at: tuple[float, float, str]
) -> Symbol:
    """The symbol with left and right exchanged, under its own name."""
    swap = {"left": "right", "right": "left"}
    return replace(
        symbol,
        name=name,
        pins=tuple(replace(pin, x=-pin.x, leads=swap.get(pin.leads, pin.leads)) for pin in symbol.pins),
        strokes=tuple((kind, tuple((-x, y) for x, y in points)) for kind, points in symbol.strokes),
        reference_at=reference_at,
        value_at=value_at,
    )


def _two_pins(first: str = "", second: str = "", reach: int = 3, length: int = 1) -> tuple[Pin, Pin]:
    return (Pin("1", first, 0, -reach, "up", length=length), Pin("2", second, 0, reach, "down", length=length))


_BESIDE = ((1.6, -1.0, "left"), (1.6, 1.0, "left"))
_ABOVE = ((0.0, -2.6, "center"), (0.0, 2.4, "center"))

RESISTOR = Symbol("R", "R", _two_pins(), (("box", ((-0.8, -2), (0.8, 2))),), *_BESIDE)
RESISTOR_LYING = turned(RESISTOR, "R_lying", *_ABOVE)
FUSE = Symbol("Fuse", "F", _two_pins(), (("box", ((-0.8, -2), (0.8, 2))), ("line", ((0, -2), (0, 2)))), *_BESIDE)
FUSE_LYING = turned(FUSE, "Fuse_lying", *_ABOVE)
CAPACITOR = Symbol(
    "C",
    "C",
    _two_pins(length=2),
    (
        ("line", ((-1.6, -0.5), (1.6, -0.5))),
        ("line", ((-1.6, 0.5), (1.6, 0.5))),
        ("line", ((0, -1), (0, -0.5))),
        ("line", ((0, 0.5), (0, 1))),
    ),
    (1.9, -1.2, "left"),
    (1.9, 1.2, "left"),
)
CAPACITOR_POLAR = replace(
    CAPACITOR,
    name="C_polar",
    strokes=(*CAPACITOR.strokes, ("line", ((-1.6, -1.4), (-0.8, -1.4))), ("line", ((-1.2, -1.8), (-1.2, -1.0)))),
)
# Pin 1 is the cathode.
DIODE = Symbol(
    "D",
    "D",
    _two_pins("K", "A", length=2),
    (("area", ((-1.2, 1), (1.2, 1), (0, -1))), ("line", ((-1.2, -1), (1.2, -1)))),
    *_BESIDE,
)
SCHOTTKY = replace(
    DIODE, name="D_Schottky", strokes=(DIODE.strokes[0], ("line", ((-1.2, -0.5), (-1.2, -1), (1.2, -1), (1.2, -1.5))))
)
SCHOTTKY_LYING = turned(SCHOTTKY, "D_Schottky_lying", *_ABOVE)  # its cathode on the right
TVS = Symbol(
    "TVS",
    "D",
    _two_pins(),
    (
        ("area", ((-1.1, -2), (1.1, -2), (0, 0))),
        ("area", ((-1.1, 2), (1.1, 2), (0, 0))),
        ("line", ((-1.5, 0.6), (-1.1, 0), (1.1, 0), (1.5, -0.6))),
    ),
    (1.8, -1.0, "left"),
    (1.8, 1.2, "left"),
)
_FET = (
    ("line", ((-2, 0), (-0.8, 0))),
    ("line", ((-0.8, -1.6), (-0.8, 1.6))),
    ("line", ((-0.2, -2.0), (-0.2, -1.0))),
    ("line", ((-0.2, -0.5), (-0.2, 0.5))),
    ("line", ((-0.2, 1.0), (-0.2, 2.0))),
    ("line", ((-0.2, -1.5), (2, -1.5), (2, -2))),
    ("line", ((-0.2, 1.5), (2, 1.5), (2, 2))),
)
NFET = Symbol(
    "NFET",
    "Q",
    (Pin("1", "G", -4, 0, "left", "input"), Pin("2", "S", 2, 4, "down"), Pin("3", "D", 2, -4, "up")),
    (*_FET, ("line", ((-0.2, 0), (2, 0), (2, 1.5))), ("area", ((-0.1, 0), (0.8, -0.4), (0.8, 0.4)))),
    (3.2, -0.9, "left"),
    (3.2, 1.1, "left"),
)
PFET = Symbol(
    "PFET",
    "Q",
    (Pin("1", "G", -4, 0, "left", "input"), Pin("2", "S", 2, -4, "up"), Pin("3", "D", 2, 4, "down")),
    (*_FET, ("line", ((-0.2, 0), (2, 0), (2, -1.5))), ("area", ((1.0, 0), (0.1, -0.4), (0.1, 0.4)))),
    (3.2, -0.9, "left"),
    (3.2, 1.1, "left"),
)
# In a supply line, from drain on the left to source on the right, the gate below.
PFET_LYING = turned(mirrored(PFET, "", *_ABOVE), "PFET_line", (0.0, -4.2, "center"), (4.6, 2.6, "left"))
SWITCH = Symbol(
    "Switch",
    "SW",
    (Pin("1", "", -4, 0, "left"), Pin("2", "", 4, 0, "right")),
    (
        ("circle", ((-1.6, 0), (-1.2, 0))),
        ("circle", ((1.6, 0), (2.0, 0))),
        ("line", ((-2, 0), (-1.9, 0))),
        ("line", ((-1.3, -0.3), (1.5, -1.9))),
    ),
    (0.0, -4.4, "center"),
    (0.0, -2.8, "center"),
)
LOOP = replace(
    SWITCH,
    name="Loop",
    strokes=(*SWITCH.strokes[:2], ("line", ((-1.3, -0.4), (1.9, -0.9))), ("line", ((1.6, -0.4), (1.6, -1.3)))),
)
PUSH = replace(
    SWITCH,
    name="Push",
    strokes=(*SWITCH.strokes[:2], ("line", ((-2, -1.2), (2, -1.2))), ("line", ((0, -1.2), (0, -2)))),
    reference_at=(0.0, -4.6, "center"),
    value_at=(0.0, -3.0, "center"),
)
BATTERY = Symbol(
    "Battery",
    "BT",
    (Pin("1", "+", 0, -4, "up"), Pin("2", "-", 0, 4, "down")),
    (
        ("line", ((-2, -2), (2, -2))),
        ("line", ((-1, -1), (1, -1))),
        ("line", ((-2, 1), (2, 1))),
        ("line", ((-1, 2), (1, 2))),
        ("line", ((0, -1), (0, -0.6))),
        ("line", ((0, 0.6), (0, 1))),
    ),
    (2.6, -1.4, "left"),
    (2.6, 0.6, "left"),
)
LAMP = Symbol(
    "LED_two_colours",
    "D",
    (Pin("1", "R", -6, -4, "left"), Pin("2", "K", 4, 0, "right"), Pin("3", "G", -6, 4, "left")),
    (
        ("area", ((-3, -5.2), (-3, -2.8), (-1, -4))),
        ("line", ((-1, -5.2), (-1, -2.8))),
        ("area", ((-3, 2.8), (-3, 5.2), (-1, 4))),
        ("line", ((-1, 2.8), (-1, 5.2))),
        ("line", ((-4, -4), (-3, -4))),
        ("line", ((-4, 4), (-3, 4))),
        ("line", ((-1, -4), (1, -4), (1, 4), (-1, 4))),
        ("line", ((1, 0), (2, 0))),
        ("line", ((-1.8, -5.4), (-1.0, -6.2))),
        ("line", ((-1.0, -5.6), (-0.2, -6.4))),
        ("line", ((-1.8, 2.6), (-1.0, 1.8))),
        ("line", ((-1.0, 2.4), (-0.2, 1.6))),
    ),
    (2.0, -3.6, "left"),
    (2.0, 3.6, "left"),
)
PIEZO = Symbol(
    "Piezo",
    "BZ",
    (Pin("1", "", -4, -2, "left"), Pin("2", "", -4, 2, "left")),
    (
        ("box", ((-2, -2.6), (-1, 2.6))),
        ("line", ((-1, -2.6), (1, -2.6))),
        ("line", ((-1, 2.6), (1, 2.6))),
        ("box", ((-0.4, -1.6), (0.4, 1.6))),
    ),
    (2.0, -1.0, "left"),
    (2.0, 1.0, "left"),
)
SPEAKER = replace(
    PIEZO,
    name="Speaker",
    letter="LS",
    strokes=(("box", ((-2, -2.6), (-0.4, 2.6))), ("line", ((-0.4, -2), (2, -4), (2, 4), (-0.4, 2)))),
    reference_at=(2.8, -1.0, "left"),
    value_at=(2.8, 1.0, "left"),
)
ANTENNA = Symbol(
    "Antenna",
    "AE",
    (Pin("1", "", 0, 3, "down"),),
    (("line", ((0, 1), (0, -3))), ("line", ((-1.6, -3), (0, -1), (1.6, -3), (-1.6, -3)))),
    (2.4, -2.0, "left"),
    (2.4, 0.0, "left"),
)
RELAY = Symbol(
    "Relay",
    "K",
    (
        Pin("1", "A1", -4, -5, "up"),
        Pin("2", "A2", -4, 5, "down"),
        Pin("3", "COM", 5, 5, "down"),
        Pin("4", "NC", 3, -5, "up"),
        Pin("5", "NO", 7, -5, "up"),
    ),
    (
        ("box", ((-6, -1.5), (-2, 1.5))),
        ("line", ((-6, 1.5), (-2, -1.5))),
        ("line", ((-4, -3), (-4, -1.5))),
        ("line", ((-4, 1.5), (-4, 3))),
        ("line", ((5, 3), (5, 1.6), (3.2, -2.2))),
        ("line", ((3, -3), (3, -1.6))),
        ("line", ((7, -3), (7, -1.6))),
        ("line", ((-2, 0), (4, 0))),
    ),
    (13.4, -4.0, "left"),
    (13.4, -2.0, "left"),
)
POTENTIOMETER = Symbol(
    "Potentiometer",
    "RV",
    (Pin("1", "", 0, -4, "up"), Pin("2", "", 4, 0, "right"), Pin("3", "", 0, 4, "down")),
    (("box", ((-0.8, -2), (0.8, 2))), ("line", ((2, 0), (0.9, 0))), ("area", ((0.9, 0), (1.6, -0.4), (1.6, 0.4)))),
    (-1.4, -1.0, "right"),
    (-1.4, 1.0, "right"),
)
# Bridge the middle to one side.
JUMPER = Symbol(
    "Jumper",
    "JP",
    (Pin("1", "A", 0, -4, "up"), Pin("2", "C", 4, 0, "right"), Pin("3", "B", 0, 4, "down")),
    (
        ("circle", ((0, -1.5), (0.5, -1.5))),
        ("circle", ((0, 0), (0.5, 0))),
        ("circle", ((0, 1.5), (0.5, 1.5))),
        ("line", ((0.5, 0), (2, 0))),
        ("line", ((-0.7, -1.5), (-0.7, 0))),
    ),
    (-1.4, -1.0, "right"),
    (-1.4, 1.0, "right"),
)
JUMPER_LEFT = mirrored(JUMPER, "Jumper_left", (1.4, -1.0, "left"), (1.4, 1.0, "left"))


def box(
    name: str,
    letter: str,
    left: tuple[tuple[str, str, str], ...],
    right: tuple[tuple[str, str, str], ...],
    half_width: int,
    pitch: int = 2,
) -> Symbol:
    """A module: pins as (number, name, kind) down its left and its right side; a pin without a number is a gap."""
    rows = max(len(left), len(right))
    top = -pitch * (rows - 1) // 2
    top -= top % pitch
    pins = []
    for column, x, leads in ((left, -half_width - 2, "left"), (right, half_width + 2, "right")):
        pins += [
            Pin(number, label, x, top + pitch * row, leads, kind)
            for row, (number, label, kind) in enumerate(column)
            if number
        ]
    bottom = top + pitch * (rows - 1)
    return Symbol(
        name,
        letter,
        tuple(pins),
        (("box", ((-half_width, top - 2), (half_width, bottom + 2))),),
        (0.0, top - 3.2, "center"),
        (0.0, bottom + 3.2, "center"),
        shows_pins=True,
    )
