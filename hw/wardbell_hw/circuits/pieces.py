"""Pieces that more than one board is made of: contacts, the two-colour lamp, radio modules, and the boards' own symbols."""

from collections.abc import Sequence

from wardbell_hw import catalog
from wardbell_hw.circuit import GROUND, Block, Item, Label, Part, Point
from wardbell_hw.electrical import LOGIC_V, resistor_for
from wardbell_hw.symbols import (
    ANTENNA,
    CAPACITOR,
    CAPACITOR_POLAR,
    LAMP,
    LOOP,
    PUSH,
    RESISTOR,
    RESISTOR_LYING,
    TVS,
    Symbol,
    box,
)

V33 = "+3V3"
KEY_OHM = resistor_for(LOGIC_V, 0.0, 1.5)  # 1.5 mA through the contact while it is pressed
SERIES_OHM = 1000.0  # before the pin: what gets past the ESD diode meets it
MODULE_TX = box(
    "FS1000A",
    "U",
    (("DATA", "DATA", "input"), ("VCC", "VCC", "power_in"), ("GND", "GND", "power_in")),
    (("ANT", "ANT", "passive"),),
    6,
)
MODULE_RX = box(
    "SRX882",
    "U",
    (("ANT", "ANT", "passive"), ("GND", "GND", "power_in")),
    (("VCC", "VCC", "power_in"), ("DATA", "DATA", "output"), ("CS", "CS", "input")),
    6,
)

_PICO_LEFT = "GP0 GP1 GND GP2 GP3 GP4 GP5 GND GP6 GP7 GP8 GP9 GND GP10 GP11 GP12 GP13 GND GP14 GP15".split()
_PICO_RIGHT = (
    "VBUS VSYS GND 3V3_EN 3V3 ADC_VREF GP28 AGND GP27 GP26 RUN GP22 GND GP21 GP20 GP19 GP18 GND GP17 GP16".split()
)
_C3_LEFT = "GPIO5 GPIO6 GPIO7 GPIO8 GPIO9 GPIO10 GPIO20 GPIO21".split()
_C3_RIGHT = "5V GND 3V3 GPIO4 GPIO3 GPIO2 GPIO1 GPIO0".split()
_KINDS = {
    "GND": "power_in",
    "AGND": "power_in",
    "VSYS": "power_in",
    "5V": "power_in",
    "3V3": "power_out",
    "VBUS": "power_out",
}


def _column(numbers: Sequence[int], names: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (str(number), name, _KINDS.get(name, "bidirectional")) for number, name in zip(numbers, names, strict=True)
    )


PICO = box("RaspberryPi_Pico", "A", _column(range(1, 21), _PICO_LEFT), _column(range(40, 20, -1), _PICO_RIGHT), 12, 3)
C3 = box("ESP32-C3_SuperMini", "A", _column(range(1, 9), _C3_LEFT), _column(range(16, 8, -1), _C3_RIGHT), 12, 3)


def board_part(
    symbol: Symbol, prefix: str, value: str, item: Item, at: Point, pins: dict[str, int], supplies: dict[str, str]
) -> Part:
    """The processor board: each GPIO of the pin map on the net of its name, supplies as told, all else open."""
    by_name = {f"{prefix}{gpio}": name.upper() for name, gpio in pins.items()} | supplies
    return Part("A1", symbol, value, item, at, {pin.number: by_name.get(pin.name) for pin in symbol.pins})


def resistor(
    reference: str, ohm: float, at: Point, nets: tuple[str, str], lying: bool = False, fitted: bool = True
) -> Part:
    """A resistor between two nets: upper and lower, or left and right... pin 1 is on the right of a lying one."""
    value, item = catalog.resistor(ohm)
    first, second = (nets[1], nets[0]) if lying else nets
    symbol = RESISTOR_LYING if lying else RESISTOR
    return Part(reference, symbol, value, item, at, {"1": first, "2": second}, fitted)


def capacitor(reference: str, kind: tuple[str, Item], at: Point, net: str) -> Part:
    """A capacitor from a net to ground; an electrolytic one shows which end is positive."""
    symbol = CAPACITOR_POLAR if "electrolytic" in kind[1].what else CAPACITOR
    return Part(reference, symbol, kind[0], kind[1], at, {"1": net, "2": GROUND})


def contact(
    block: Block,
    index: int,
    at: Point,
    name: str,
    item: Item,
    pull_up_ohm: float,
    is_loop: bool = False,
    guarded: bool = True,
) -> None:
    """A key or loop: contact to ground, ESD diode, pull-up, then 1 kohm and 100 nF before the pin."""
    x, y = at
    outside = f"{name}_IN"
    net = name.upper()
    symbol = LOOP if is_loop else PUSH
    block.parts.append(
        Part(f"SW{index}", symbol, name.replace("_", " "), item, (x + 6, y), {"1": GROUND, "2": outside})
    )
    if guarded:
        block.parts.append(Part(f"D{index}", TVS, "5V0", catalog.TVS, (x + 14, y + 4), {"1": outside, "2": GROUND}))
    block.parts.append(resistor(f"R{2 * index - 1}", pull_up_ohm, (x + 21, y - 4), (V33, outside)))
    block.parts.append(resistor(f"R{2 * index}", SERIES_OHM, (x + 28, y), (outside, net), lying=True))
    block.parts.append(capacitor(f"C{index}", catalog.NANO_100, (x + 35, y + 4), net))
    if guarded:
        block.wires.append(((x + 14, y), (x + 14, y + 1)))
    block.wires += [
        ((x + 10, y), (x + 14, y), (x + 21, y), (x + 25, y)),
        ((x + 21, y), (x + 21, y - 1)),
        ((x + 31, y), (x + 35, y), (x + 36, y)),
        ((x + 35, y), (x + 35, y + 1)),
    ]
    block.labels.append(Label(net, (x + 36, y)))


def lamp(
    block: Block, reference: str, resistors: tuple[str, str], ohm: float, nets: tuple[str, str], at: Point
) -> None:
    """The two-colour lamp, its cathode on ground."""
    x, y = at
    red, green = f"{reference}_R", f"{reference}_G"
    block.parts += [
        Part(reference, LAMP, "red / green", catalog.LAMP, (x + 20, y), {"1": red, "2": GROUND, "3": green}),
        resistor(resistors[0], ohm, (x + 9, y - 4), (nets[0], red), lying=True),
        resistor(resistors[1], ohm, (x + 9, y + 4), (nets[1], green), lying=True),
    ]
    for net, row in zip(nets, (y - 4, y + 4), strict=True):
        block.wires += [((x + 12, row), (x + 14, row)), ((x + 6, row), (x + 3, row))]
        block.labels.append(Label(net, (x + 3, row), "left"))


def aerial(reference: str, net: str, at: Point) -> Part:
    """A quarter-wave wire."""
    return Part(reference, ANTENNA, "173 mm", catalog.AERIAL, at, {"1": net})
