"""The bed node with a Raspberry Pi Pico: cells or USB, contacts, lamp, piezo, transmitter, and an ear if it is two-way."""

from wardbell_firmware.boards.pins import PICO_BEDSIDE
from wardbell_hw import catalog
from wardbell_hw.circuit import GROUND, Block, Circuit, Item, Label, Part
from wardbell_hw.circuits.pieces import (
    KEY_OHM,
    MODULE_RX,
    MODULE_TX,
    PICO,
    V33,
    aerial,
    board_part,
    capacitor,
    contact,
    lamp,
    resistor,
)
from wardbell_hw.electrical import LOGIC_V, PIN_START_MA, resistor_for
from wardbell_hw.symbols import BATTERY, FUSE_LYING, JUMPER, NFET, PFET, PFET_LYING, PIEZO

LOOP_OHM = 10e3  # 0.33 mA through a loop all the time: enough for gold contacts, and what a Pico's battery can bear
SENSE_OHM = 100e3
SENSE_FARAD = 10e-9  # follows the sag of a transmission within the 3 ms in which the firmware looks for it
LAMP_OHM = resistor_for(LOGIC_V, 2.0, PIN_START_MA)


def circuit() -> Circuit:
    """The sheet `hw/bedside/`."""
    board = Block("Processor", (122, 12), (92, 84))
    supplies = {"3V3": V33, "VSYS": "VSYS", "VBUS": "VBUS", "GND": GROUND, "AGND": GROUND}
    board.parts.append(board_part(PICO, "GP", "Raspberry Pi Pico", catalog.PICO, (46, 43), PICO_BEDSIDE, supplies))
    board.note = "Pins take 3.3 V, never 5 V. USB: programs it, and feeds it in place of the cells."
    blocks = [
        contacts(LOOP_OHM, ("call", "reset", "presence", "assist"), "10k"),
        board,
        supply(),
        transmitter(),
        ear(),
        signs(),
    ]
    return Circuit(
        "bedside",
        "Bed node, Raspberry Pi Pico",
        "pins: firmware/wardbell_firmware/boards/pins.py, PICO_BEDSIDE",
        PICO_BEDSIDE,
        blocks,
        EXTRAS,
    )


EXTRAS: list[tuple[int, Item]] = [(3, catalog.TERMINAL)]


def contacts(loop_ohm: float, keys: tuple[str, ...], loop_text: str) -> Block:
    """Keys, open at rest, and the two loops, closed at rest."""
    block = Block("Keys and loops", (12, 12), (106, 40 + 24 * (len(keys) // 2)))
    items = {"call": catalog.CALL_BUTTON}
    names = [*keys, "cord", "handset"]
    for index, name in enumerate(names):
        at = (4 + 52 * (index % 2), 20 + 24 * (index // 2))
        is_loop = name in ("cord", "handset")
        item = (
            catalog.PULL_CORD
            if name == "cord"
            else catalog.HANDSET_PLUG
            if name == "handset"
            else items.get(name, catalog.KEY)
        )
        contact(block, index + 1, at, name, item, loop_ohm if is_loop else KEY_OHM, is_loop)
    block.note = (
        "A key: pressed = low; 1.5 mA keeps its contact clean.\n"
        f"A loop: pulled, cut or unplugged = high; {loop_text} from 3.3 V all the time. "
        "cord: ceiling switch. handset: wire out and back in its cable."
    )
    return block


def supply() -> Block:
    """Three cells, fused, protected against wrong polarity and against USB's 5 V; and their voltage, halved."""
    block = Block("Supply", (12, 104), (106, 46))
    block.parts = [
        Part("BT1", BATTERY, "3 x LR20", catalog.CELLS_D, (8, 22), {"1": "CELLS", "2": GROUND}),
        Part("F1", FUSE_LYING, "0.5A PTC", catalog.FUSE, (17, 14), {"1": "VBAT", "2": "CELLS"}),
        Part("Q3", PFET_LYING, "AO3401A", catalog.PFET, (34, 16), {"1": "VBUS", "2": "VSYS", "3": "VBAT"}),
        resistor("R20", 100e3, (34, 28), ("VBUS", GROUND)),
        capacitor("C20", catalog.MICRO_100, (52, 19), "VSYS"),
        resistor("R21", SENSE_OHM, (74, 18), ("VBAT", "BATTERY")),
        resistor("R22", SENSE_OHM, (74, 28), ("BATTERY", GROUND)),
        capacitor("C21", catalog.NANO_10, (84, 27), "BATTERY"),
    ]
    block.wires = [
        ((8, 26), (14, 26)),
        ((8, 18), (8, 14), (14, 14)),
        ((20, 14), (26, 14), (30, 14)),
        ((26, 14), (26, 11)),
        ((38, 14), (52, 14), (58, 14)),
        ((52, 14), (52, 16)),
        ((34, 20), (34, 23), (34, 25)),
        ((34, 23), (40, 23)),
        ((74, 15), (74, 12)),
        ((74, 21), (74, 23), (74, 25)),
        ((74, 23), (84, 23), (92, 23)),
        ((84, 23), (84, 24)),
    ]
    block.labels = [Label("VBAT", (26, 11), "up"), Label("VSYS", (58, 14), "right"), Label("VBUS", (40, 23), "right")]
    block.labels += [Label(GROUND, (8, 26), "down"), Label("VBAT", (74, 12), "up"), Label("BATTERY", (92, 23))]
    block.flags = [("VBAT", (26, 14)), ("VSYS", (52, 14)), (GROUND, (14, 26))]
    block.note = (
        "Q3 joins the cells while USB is absent; cells put in the wrong way round never get through.\n"
        "VSYS takes 1.8 to 5.5 V. The divider reads half of the cells' voltage: 16 uA at 3.2 V, 24 uA at 4.8 V."
    )
    return block


def transmitter() -> Block:
    """The transmitter behind its supply switch."""
    block = Block("Transmitter, 433.92 MHz", (218, 12), (108, 48))
    block.parts = [
        Part("JP1", JUMPER, "A: cells", catalog.PIN_ROWS, (34, 12), {"1": V33, "2": "TX_FEED", "3": "VSYS"}),
        Part("Q1", PFET, "AO3401A", catalog.PFET, (48, 21), {"1": "TX_OFF", "2": "TX_FEED", "3": "TX_VCC"}),
        resistor("R30", 100e3, (42, 16), ("TX_FEED", "TX_OFF")),
        Part("Q2", NFET, "AO3400A", catalog.NFET, (32, 27), {"1": "RADIO_POWER", "2": GROUND, "3": "TX_OFF"}),
        resistor("R31", 100e3, (22, 31), ("RADIO_POWER", GROUND)),
        capacitor("C30", catalog.MICRO_10, (57, 32), "TX_VCC"),
        capacitor("C31", catalog.NANO_100, (66, 32), "TX_VCC"),
        Part(
            "U1",
            MODULE_TX,
            "FS1000A",
            catalog.TRANSMITTER,
            (88, 28),
            {"DATA": "TX_DATA", "VCC": "TX_VCC", "GND": GROUND, "ANT": "TX_ANT"},
        ),
        resistor("R32", 1000.0, (63, 14), ("RADIO", "TX_DATA"), lying=True),
        resistor("R33", 10e3, (72, 18), ("TX_DATA", GROUND)),
        aerial("AE1", "TX_ANT", (96, 20)),
    ]
    block.wires = [
        ((38, 12), (42, 12), (50, 12), (50, 17)),
        ((34, 16), (31, 16)),
        ((42, 12), (42, 13)),
        ((42, 19), (42, 21)),
        ((44, 21), (42, 21), (34, 21), (34, 23)),
        ((28, 27), (22, 27), (16, 27)),
        ((22, 27), (22, 28)),
        ((50, 25), (50, 28), (57, 28), (66, 28), (80, 28)),
        ((57, 28), (57, 29)),
        ((66, 28), (66, 29)),
        ((57, 14), (60, 14)),
        ((66, 14), (72, 14), (78, 14), (78, 26), (80, 26)),
        ((72, 14), (72, 15)),
        ((96, 26), (96, 23)),
    ]
    block.labels = [
        Label("VSYS", (31, 16), "left"),
        Label("RADIO_POWER", (16, 27), "left"),
        Label("RADIO", (57, 14), "left"),
    ]
    block.flags = [("TX_VCC", (66, 28))]
    block.note = (
        "Low, open or in reset: no supply (R31) and no carrier (R33). JP1: A on cells, always 3.3 V;\n"
        "B on USB, 4.7 V, 3 dB more. Never above 5 V: 10 mW is the law's limit (hw/README.md)."
    )
    return block


def ear() -> Block:
    """The receive module of a two-way node, asleep but while the node waits for its receipt."""
    block = Block("Receiver (two-way nodes only)", (218, 64), (108, 38), option="two-way nodes")
    block.parts = [
        Part(
            "U2",
            MODULE_RX,
            "SRX882",
            catalog.RECEIVER_CS,
            (60, 18),
            {"ANT": "RX_ANT", "GND": GROUND, "VCC": "RX_VCC", "DATA": "EAR", "CS": "EAR_POWER"},
        ),
        aerial("AE2", "RX_ANT", (44, 10)),
        capacitor("C32", catalog.MICRO_10, (80, 14), "RX_VCC"),
        capacitor("C33", catalog.NANO_100, (88, 14), "RX_VCC"),
        resistor("R34", 10.0, (95, 10), ("RX_VCC", V33), lying=True),
        resistor("R35", 100e3, (76, 30), ("EAR_POWER", GROUND)),
    ]
    block.wires = [
        ((44, 13), (44, 16), (52, 16)),
        ((68, 16), (71, 16), (71, 10), (80, 10), (88, 10), (92, 10)),
        ((80, 10), (80, 11)),
        ((88, 10), (88, 11)),
        ((68, 20), (70, 20), (70, 26), (76, 26), (80, 26)),
        ((76, 26), (76, 27)),
    ]
    block.labels = [Label("EAR_POWER", (80, 26))]
    block.flags = [("RX_VCC", (88, 10))]
    block.note = "3.3 V supply, so DATA swings 3.3 V.\nCS low (R35): asleep, below 1 uA."
    return block


def signs(at: tuple[int, int] = (122, 100)) -> Block:
    """What the person at the bed sees and hears."""
    block = Block("Lamp and chirp", at, (92, 30))
    lamp(block, "D20", ("R23", "R24"), LAMP_OHM, ("LAMP_RED", "LAMP_GREEN"), (12, 14))
    block.parts += [
        Part("BZ1", PIEZO, "PS1240", catalog.PIEZO, (76, 14), {"1": "PIEZO", "2": GROUND}),
        resistor("R25", 330.0, (64, 12), ("BUZZER", "PIEZO"), lying=True),
    ]
    block.wires += [((67, 12), (72, 12)), ((61, 12), (58, 12))]
    block.labels.append(Label("BUZZER", (58, 12), "left"))
    block.note = (
        "Red 3.9 mA, green 3.3 mA; a pin starts with 4 mA.\nThe piezo is a capacitor: R25 keeps its peaks at 10 mA."
    )
    return block
