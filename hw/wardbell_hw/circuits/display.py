"""The LCD1602: on six pins, or behind a PCF8574 and a level shifter."""

from wardbell_hw import catalog
from wardbell_hw.circuit import GROUND, Block, Label, Part
from wardbell_hw.circuits.pieces import V33, capacitor, resistor
from wardbell_hw.electrical import resistor_for
from wardbell_hw.symbols import NFET, POTENTIOMETER, box, turned

V5 = "+5V"
BACKLIGHT_OHM = resistor_for(5.0, 3.1, 19.0)
_NAMES = "VSS VDD V0 RS R/W E D0 D1 D2 D3 D4 D5 D6 D7 A K".split()
_KINDS = {"VSS": "power_in", "VDD": "power_in"}
LCD = box(
    "LCD1602", "DS", tuple((str(n + 1), name, _KINDS.get(name, "passive")) for n, name in enumerate(_NAMES)), (), 8, 3
)
BACKPACK = box(
    "PCF8574_backpack",
    "J",
    tuple((str(n + 1), name, "passive") for n, name in enumerate(("GND", "VCC", "SDA", "SCL"))),
    (),
    8,
    4,
)
# The gate above, the source (3.3 V side) on the left, the drain on the right.
SHIFTER = turned(NFET, "NFET_shifter", (0.0, 3.2, "center"), (0.0, 5.0, "center"))


def display() -> Block:
    """The display on a 4-bit bus."""
    block = Block("Display, 4-bit bus", (218, 12), (108, 62))
    nets: dict[str, str | None] = {
        "VSS": GROUND,
        "VDD": V5,
        "V0": "CONTRAST",
        "RS": "LCD_RS",
        "R/W": GROUND,
        "E": "LCD_E",
        "A": "BACKLIGHT",
        "K": GROUND,
    }
    nets |= {f"D{bit}": None for bit in range(4)} | {f"D{bit}": f"LCD_D{bit}" for bit in range(4, 8)}
    block.parts = [
        Part(
            "DS1", LCD, "LCD1602", catalog.DISPLAY, (84, 33), {str(n + 1): nets[name] for n, name in enumerate(_NAMES)}
        ),
        Part("RV1", POTENTIOMETER, "10k", catalog.TRIMMER, (30, 20), {"1": V5, "2": "CONTRAST", "3": GROUND}),
        resistor("R40", BACKLIGHT_OHM, (52, 51), (V5, "BACKLIGHT"), lying=True),
        capacitor("C40", catalog.NANO_100, (14, 20), V5),
    ]
    block.wires = [((34, 20), (56, 20), (56, 15), (74, 15)), ((55, 51), (74, 51))]
    block.note = "R/W to ground: the display never drives 5 V onto a pin. 3.3 V is a 1 for it (2.2 V)."
    return block


def display_by_i2c() -> Block:
    """The same display behind a PCF8574, instead of the six pins."""
    block = Block("Display behind a PCF8574 (instead)", (218, 78), (108, 34), option="display behind a PCF8574")
    block.parts = [
        Part(
            "J4",
            BACKPACK,
            "PCF8574",
            catalog.DISPLAY_I2C,
            (98, 16),
            {"1": GROUND, "2": V5, "3": "SDA_5V", "4": "SCL_5V"},
        )
    ]
    for index, (name, x) in enumerate((("SDA", 22), ("SCL", 60))):
        low, high = f"LCD_{name}", f"{name}_5V"
        q = Part(f"Q{index + 4}", SHIFTER, "BSS138", catalog.LEVEL_FET, (x, 20), {"1": V33, "2": low, "3": high})
        block.parts += [
            q,
            resistor(f"R{2 * index + 41}", 4700.0, (x - 7, 18), (V33, low)),
            resistor(f"R{2 * index + 42}", 4700.0, (x + 7, 18), (V5, high)),
        ]
        block.wires += [
            ((x - 10, 22), (x - 7, 22), (x - 4, 22)),
            ((x - 7, 21), (x - 7, 22)),
            ((x + 4, 22), (x + 7, 22), (x + 10, 22)),
            ((x + 7, 21), (x + 7, 22)),
        ]
        block.labels += [Label(low, (x - 10, 22), "left"), Label(high, (x + 10, 22))]
    block.note = (
        "A PCF8574 on 5 V wants 3.5 V for a 1 and pulls its lines to 5 V, which no pin of the Pico bears:\n"
        "hence the shifter. Take the backpack's own pull-ups off, or count them beside R42 and R44."
    )
    return block
