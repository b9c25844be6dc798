"""The receiver with a Raspberry Pi Pico: display, sounder, keys, relay, radio both ways, and a supply that outlives the mains."""

from wardbell_firmware.boards.pins import PICO_RECEIVER
from wardbell_hw import catalog
from wardbell_hw.circuit import GROUND, Block, Circuit, Item, Label, Part
from wardbell_hw.circuits.display import display, display_by_i2c
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
from wardbell_hw.symbols import (
    BATTERY,
    DIODE,
    FUSE_LYING,
    JUMPER,
    JUMPER_LEFT,
    NFET,
    PFET_LYING,
    RELAY,
    RESISTOR_LYING,
    SCHOTTKY_LYING,
    SPEAKER,
    box,
)

V5 = "+5V"
SENSE_UPPER_OHM, SENSE_LOWER_OHM = 10e3, 15e3
LAMP_OHM = resistor_for(LOGIC_V, 2.0, PIN_START_MA)
SOUNDER_OHM = 22.0
SOCKET = box("DC_socket", "J", (), (("1", "+", "passive"), ("2", "-", "passive")), 4, 6)
TERMINAL = box("Terminal_3", "J", (("1", "COM", "passive"), ("2", "NC", "passive"), ("3", "NO", "passive")), (), 4)
LINE = box("Header_3", "J", (("1", "TX", "passive"), ("2", "RX", "passive"), ("3", "GND", "passive")), (), 4)
STEP_UP = box(
    "StepUp_5V", "U", (("VIN", "VIN", "power_in"), ("GND", "GND", "power_in")), (("VOUT", "VOUT", "power_out"),), 6
)

EXTRAS: list[tuple[int, Item]] = []


def circuit() -> Circuit:
    """The sheet `hw/receiver/`."""
    board = Block("Processor", (122, 12), (92, 84))
    supplies = {"3V3": V33, "VSYS": "VSYS", "VBUS": "VBUS", "GND": GROUND, "AGND": GROUND}
    board.parts.append(board_part(PICO, "GP", "Raspberry Pi Pico", catalog.PICO, (46, 43), PICO_RECEIVER, supplies))
    board.note = "Pins take 3.3 V, never 5 V. USB leads to the host, and feeds the board as long as that lives."
    blocks = [
        supply(),
        keys(),
        transmitter(),
        board,
        sounder_and_relay(),
        lamp_and_line(),
        display(),
        display_by_i2c(),
        ear(),
    ]
    return Circuit(
        "receiver",
        "Receiver, Raspberry Pi Pico",
        "pins: firmware/wardbell_firmware/boards/pins.py, PICO_RECEIVER",
        PICO_RECEIVER,
        blocks,
        EXTRAS,
    )


def supply() -> Block:
    """The adapter, the host's USB or three cells, whichever is there; 5 V for display, sounder and relay from each of them."""
    block = Block("Supply", (12, 12), (106, 64))
    _adapter(block)
    _cells(block)
    _mains_sense(block)
    block.flags = [("VSYS", (60, 26)), (GROUND, (14, 38))]
    block.note = (
        "VSYS comes from the adapter (D1), the host's USB (a diode on the Pico) or, when both are gone, the cells (Q1): no gap.\n"
        "MAINS: 5 V becomes 3.0 V. JP2 on B where there is no adapter, only the host.\n"
        "U3 makes 5 V even from nearly empty cells, so that the display stays readable."
    )
    return block


def _adapter(block: Block) -> None:
    block.parts += [
        Part("J1", SOCKET, "5 V 2 A", catalog.SOCKET_5V, (6, 18), {"1": "ADAPTER", "2": GROUND}),
        Part("F1", FUSE_LYING, "1.1A PTC", catalog.FUSE_STRONG, (18, 12), {"1": "MAINS_5V", "2": "ADAPTER"}),
        Part("D1", SCHOTTKY_LYING, "1N5817", catalog.SCHOTTKY, (36, 12), {"1": "VSYS", "2": "MAINS_5V"}),
        Part("U3", STEP_UP, "U3V16F5", catalog.BOOST, (80, 14), {"VIN": "VSYS", "GND": GROUND, "VOUT": V5}),
        capacitor("C21", catalog.MICRO_470, (94, 16), V5),
    ]
    block.wires += [
        ((12, 12), (15, 12)),
        ((21, 12), (26, 12), (33, 12)),
        ((26, 12), (26, 17)),
        ((39, 12), (44, 12)),
        ((88, 12), (94, 12), (98, 12)),
        ((94, 12), (94, 13)),
    ]
    block.labels += [Label("MAINS_5V", (26, 17)), Label("VSYS", (44, 12)), Label(V5, (98, 12))]


def _cells(block: Block) -> None:
    block.parts += [
        Part("BT1", BATTERY, "3 x LR20", catalog.CELLS_D, (8, 34), {"1": "CELLS", "2": GROUND}),
        Part("F2", FUSE_LYING, "0.5A PTC", catalog.FUSE, (17, 26), {"1": "VBAT", "2": "CELLS"}),
        Part("Q1", PFET_LYING, "AO3401A", catalog.PFET, (34, 28), {"1": "ELSE_FED", "2": "VSYS", "3": "VBAT"}),
        capacitor("C20", catalog.MICRO_100, (60, 30), "VSYS"),
        resistor("R20", 100e3, (34, 40), ("ELSE_FED", GROUND)),
        Part("D2", DIODE, "1N4148", catalog.DIODE, (42, 39), {"1": "ELSE_FED", "2": "MAINS_5V"}),
        Part("D3", DIODE, "1N4148", catalog.DIODE, (52, 39), {"1": "ELSE_FED", "2": "VBUS"}),
    ]
    block.wires += [
        ((8, 38), (14, 38)),
        ((8, 30), (8, 26), (14, 26)),
        ((20, 26), (30, 26)),
        ((38, 26), (60, 26), (66, 26)),
        ((60, 26), (60, 27)),
        ((34, 32), (34, 36), (34, 37)),
        ((34, 36), (42, 36), (52, 36)),
        ((42, 42), (42, 48), (45, 48)),
        ((52, 42), (52, 45), (54, 45)),
    ]
    block.labels += [
        Label(GROUND, (8, 38), "down"),
        Label("VSYS", (66, 26)),
        Label("MAINS_5V", (45, 48)),
        Label("VBUS", (54, 45)),
    ]


def _mains_sense(block: Block) -> None:
    block.parts += [
        Part("JP2", JUMPER, "A: adapter", catalog.PIN_ROWS, (74, 38), {"1": "MAINS_5V", "2": "SENSED", "3": "VBUS"}),
        resistor("R21", SENSE_UPPER_OHM, (84, 38), ("SENSED", "MAINS"), lying=True),
        resistor("R22", SENSE_LOWER_OHM, (90, 42), ("MAINS", GROUND)),
        capacitor("C22", catalog.NANO_100, (97, 42), "MAINS"),
    ]
    block.wires += [
        ((74, 34), (72, 34)),
        ((74, 42), (72, 42)),
        ((78, 38), (81, 38)),
        ((87, 38), (90, 38), (97, 38), (99, 38)),
        ((90, 38), (90, 39)),
        ((97, 38), (97, 39)),
    ]
    block.labels += [Label("MAINS_5V", (72, 34), "left"), Label("VBUS", (72, 42), "left"), Label("MAINS", (99, 38))]


def keys() -> Block:
    """The desk's three keys; they sit in the housing, so nothing guards them but the series resistor."""
    block = Block("Keys", (12, 80), (106, 64))
    for index, (name, at) in enumerate((("ack", (4, 18)), ("browse", (56, 18)), ("mute", (4, 42)))):
        contact(block, index + 1, at, name, catalog.KEY, KEY_OHM, guarded=False)
    block.note = "Pressed = low; 1.5 mA keeps a contact clean.\nack and browse held together: enrolment without a host."
    return block


def transmitter() -> Block:
    """What sends the receipts to two-way nodes."""
    block = Block("Transmitter for receipts (two-way nodes only)", (12, 148), (106, 34), option="two-way nodes")
    block.parts = [
        Part(
            "U2",
            MODULE_TX,
            "FS1000A",
            catalog.TRANSMITTER,
            (66, 18),
            {"DATA": "TX_DATA", "VCC": V5, "GND": GROUND, "ANT": "TX_ANT"},
        ),
        resistor("R30", 1000.0, (30, 16), ("TRANSMITTER", "TX_DATA"), lying=True),
        resistor("R31", 10e3, (40, 20), ("TX_DATA", GROUND)),
        capacitor("C30", catalog.MICRO_10, (94, 20), V5),
        aerial("AE2", "TX_ANT", (80, 10)),
    ]
    block.wires = [
        ((24, 16), (27, 16)),
        ((33, 16), (40, 16), (58, 16)),
        ((40, 16), (40, 17)),
        ((74, 16), (80, 16), (80, 13)),
    ]
    block.labels = [Label("TRANSMITTER", (24, 16), "left")]
    block.note = "Low, open or in reset: no carrier (R31). At 5 V never more than 10 mW."
    return block


def sounder_and_relay() -> Block:
    """The loudspeaker, and the relay that drops when anything dies."""
    block = Block("Sounder and relay", (122, 100), (92, 46))
    value, item = catalog.strong_resistor(SOUNDER_OHM)
    block.parts = [
        Part("Q2", NFET, "AO3400A", catalog.NFET, (22, 30), {"1": "BUZZER", "2": GROUND, "3": "SOUND"}),
        resistor("R32", 100e3, (14, 34), ("BUZZER", GROUND)),
        Part("LS1", SPEAKER, "8 ohm", catalog.SPEAKER, (32, 18), {"1": "SOUND_PLUS", "2": "SOUND"}),
        Part("D4", DIODE, "1N4148", catalog.DIODE, (20, 17), {"1": "SOUND_PLUS", "2": "SOUND"}),
        Part("R33", RESISTOR_LYING, value, item, (18, 10), {"1": "SOUND_PLUS", "2": V5}),
        Part("Q3", NFET, "AO3400A", catalog.NFET, (56, 30), {"1": "RELAY", "2": GROUND, "3": "COIL"}),
        resistor("R34", 100e3, (50, 34), ("RELAY", GROUND)),
        Part(
            "K1",
            RELAY,
            "G5V-1 5V",
            catalog.RELAY,
            (62, 17),
            {"1": V5, "2": "COIL", "3": "K_COM", "4": "K_NC", "5": "K_NO"},
        ),
        Part("D5", DIODE, "1N4148", catalog.DIODE, (46, 17), {"1": V5, "2": "COIL"}),
        Part("J2", TERMINAL, "alarm out", catalog.TERMINAL, (84, 27), {"1": "K_COM", "2": "K_NC", "3": "K_NO"}),
    ]
    block.wires = [
        ((18, 30), (14, 30), (12, 30)),
        ((14, 30), (14, 31)),
        ((21, 10), (24, 10), (24, 16), (28, 16)),
        ((20, 14), (24, 14)),
        ((24, 26), (24, 20), (28, 20)),
        ((20, 20), (24, 20)),
        ((52, 30), (50, 30), (48, 30)),
        ((50, 30), (50, 31)),
        ((58, 12), (58, 10), (46, 10), (46, 14)),
        ((58, 26), (58, 22)),
        ((46, 20), (46, 24), (58, 24)),
        ((67, 22), (67, 25), (78, 25)),
        ((65, 12), (65, 9), (74, 9), (74, 27), (78, 27)),
        ((69, 12), (72, 12), (72, 29), (78, 29)),
    ]
    block.labels = [Label("BUZZER", (12, 30), "left"), Label("RELAY", (48, 30), "left"), Label(V5, (52, 10), "up")]
    block.note = (
        "R33: 167 mA peaks. R32, R34: silent and dropped in reset.\n"
        "K1 is held while all is well: NC closes when the program or the supply dies. 24 V, 1 A."
    )
    return block


def lamp_and_line() -> Block:
    """The status lamp, and the serial line for a host that is not joined by USB."""
    block = Block("Status lamp, serial line", (122, 150), (92, 32))
    lamp(block, "D20", ("R23", "R24"), LAMP_OHM, ("STATUS_RED", "STATUS_GREEN"), (14, 14))
    block.parts += [
        Part("J3", LINE, "3.3 V UART", catalog.PIN_ROWS, (82, 14), {"1": "HOST_TX", "2": "HOST_RX", "3": GROUND}),
        resistor("R25", 330.0, (68, 7), ("LINE_TX", "HOST_TX"), lying=True),
        resistor("R26", 330.0, (68, 14), ("LINE_RX", "HOST_RX"), lying=True),
    ]
    block.wires += [((71, 7), (76, 7), (76, 12)), ((71, 14), (76, 14)), ((65, 7), (63, 7)), ((65, 14), (63, 14))]
    block.labels += [Label("LINE_TX", (63, 7), "left"), Label("LINE_RX", (63, 14), "left")]
    block.note = "Red 3.9 mA, green 3.3 mA. The line: 3.3 V only; RS-232 needs a converter."
    return block


def ear() -> Block:
    """The receive module, on 3.3 V or, behind a divider, on 5 V."""
    block = Block("Radio", (218, 116), (108, 42))
    block.parts = [
        Part(
            "U1",
            MODULE_RX,
            "SRX882",
            catalog.RECEIVER_CS,
            (38, 20),
            {"ANT": "RX_ANT", "GND": GROUND, "VCC": "RX_VCC", "DATA": "RX_DATA", "CS": "RX_VCC"},
        ),
        aerial("AE1", "RX_ANT", (22, 12)),
        capacitor("C32", catalog.MICRO_10, (58, 13), "RX_VCC"),
        capacitor("C33", catalog.NANO_100, (66, 13), "RX_VCC"),
        Part("R35", RESISTOR_LYING, *catalog.resistor(10.0), (76, 9), {"1": "RX_FEED", "2": "RX_VCC"}),
        Part("JP1", JUMPER_LEFT, "A: SRX882", catalog.PIN_ROWS, (92, 9), {"1": V33, "2": "RX_FEED", "3": V5}),
        resistor("R36", 10e3, (62, 26), ("RX_DATA", "RADIO"), lying=True),
        resistor("R37", 15e3, (70, 30), ("RADIO", GROUND), fitted=False),
    ]
    block.wires = [
        ((22, 15), (22, 18), (30, 18)),
        ((46, 18), (50, 18), (50, 9), (58, 9), (66, 9), (73, 9)),
        ((46, 22), (50, 22), (50, 18)),
        ((58, 9), (58, 10)),
        ((66, 9), (66, 10)),
        ((79, 9), (88, 9)),
        ((92, 13), (95, 13)),
        ((46, 20), (54, 20), (54, 26), (59, 26)),
        ((65, 26), (70, 26), (76, 26)),
        ((70, 26), (70, 27)),
    ]
    block.labels = [Label("RADIO", (76, 26)), Label(V5, (95, 13))]
    block.flags = [("RX_VCC", (66, 9))]
    block.note = (
        "SRX882: JP1 on A, R37 left out.\n"
        "RXB6 at 5 V: JP1 on B, R37 fitted: 5 V becomes 3.0 V.\n"
        "R35 and C32 keep the converter's ripple away from the aerial's microvolts."
    )
    return block
