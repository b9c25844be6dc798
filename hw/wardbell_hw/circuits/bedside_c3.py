"""The bed node with an ESP32-C3: three cells, one-way."""

from wardbell_firmware.boards.pins import C3_BEDSIDE
from wardbell_hw import catalog
from wardbell_hw.circuit import GROUND, Block, Circuit, Label, Part
from wardbell_hw.circuits.bedside import EXTRAS, contacts, signs, transmitter
from wardbell_hw.circuits.pieces import C3, V33, board_part, capacitor, resistor
from wardbell_hw.symbols import BATTERY, FUSE_LYING, PFET_LYING, SWITCH

LOOP_OHM = 47e3  # 70 uA: what small cells can bear all the time, so the loops need gold or reed contacts
SENSE_OHM = 470e3
SENSE_FARAD = 2.2e-9


def circuit() -> Circuit:
    """The sheet `hw/bedside_c3/`."""
    board = Block("Processor", (122, 12), (92, 52))
    supplies = {"3V3": V33, "5V": "VSYS", "GND": GROUND}
    board.parts.append(board_part(C3, "GPIO", "ESP32-C3 SuperMini", catalog.ESP32_C3, (46, 26), C3_BEDSIDE, supplies))
    board.note = (
        "GPIO21 speaks while the chip boots, GPIO20 is pulled up: neither leads to the carrier.\n"
        "Take the board's red supply lamp off: it costs more than all the rest."
    )
    blocks = [contacts(LOOP_OHM, ("call", "reset"), "47k"), supply(), board, signs((122, 68)), transmitter()]
    return Circuit(
        "bedside_c3",
        "Bed node, ESP32-C3",
        "pins: firmware/wardbell_firmware/boards/pins.py, C3_BEDSIDE",
        C3_BEDSIDE,
        blocks,
        EXTRAS,
    )


def supply() -> Block:
    """Three cells, switched, fused, protected against wrong polarity; and their voltage, halved."""
    block = Block("Supply", (12, 80), (106, 46))
    block.parts = [
        Part("BT1", BATTERY, "3 x LR20", catalog.CELLS_D, (8, 22), {"1": "CELLS", "2": GROUND}),
        Part("F1", FUSE_LYING, "0.5A PTC", catalog.FUSE, (17, 14), {"1": "FUSED", "2": "CELLS"}),
        Part("SW9", SWITCH, "on/off", catalog.SLIDE, (26, 14), {"1": "FUSED", "2": "VBAT"}),
        Part("Q3", PFET_LYING, "AO3401A", catalog.PFET, (44, 16), {"1": GROUND, "2": "VSYS", "3": "VBAT"}),
        capacitor("C20", catalog.MICRO_100, (60, 19), "VSYS"),
        resistor("R21", SENSE_OHM, (80, 18), ("VBAT", "BATTERY")),
        resistor("R22", SENSE_OHM, (80, 28), ("BATTERY", GROUND)),
        capacitor("C21", catalog.NANO_2_2, (89, 27), "BATTERY"),
    ]
    block.wires = [
        ((8, 26), (14, 26)),
        ((8, 18), (8, 14), (14, 14)),
        ((20, 14), (22, 14)),
        ((30, 14), (36, 14), (40, 14)),
        ((36, 14), (36, 11)),
        ((48, 14), (60, 14), (66, 14)),
        ((60, 14), (60, 16)),
        ((80, 15), (80, 12)),
        ((80, 21), (80, 23), (80, 25)),
        ((80, 23), (89, 23), (95, 23)),
        ((89, 23), (89, 24)),
    ]
    block.labels = [
        Label(GROUND, (8, 26), "down"),
        Label("VBAT", (36, 11), "up"),
        Label("VSYS", (66, 14)),
        Label("VBAT", (80, 12), "up"),
        Label("BATTERY", (95, 23)),
    ]
    block.flags = [("VBAT", (36, 14)), ("VSYS", (60, 14)), (GROUND, (14, 26))]
    block.note = (
        "SW9 off before USB goes in: its 5 V stand on the same pin. Cells put in the wrong way round never get through Q3.\n"
        "The board's regulator follows the cells down to 3.2 V. The divider takes 5 uA."
    )
    return block
