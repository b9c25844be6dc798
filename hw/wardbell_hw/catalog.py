"""The parts that the circuits use: makers' numbers and price classes.

Numbers are examples that fit; any part of the same data does. Prices are classes, not quotations: see `bom.PRICES`.
"""

from wardbell_hw.circuit import Item

PICO = Item("Raspberry Pi Pico (RP2040)", "Raspberry Pi", "SC0915", "C", "a Pico W (SC0918) fits too")
ESP32_C3 = Item(
    "ESP32-C3 board, 16 pins, native USB", "several", "ESP32-C3 SuperMini", "C", "no UART bridge on GPIO20 and 21"
)
TRANSMITTER = Item("433.92 MHz OOK transmitter, SAW", "several", "FS1000A", "B")
RECEIVER_CS = Item("433.92 MHz OOK superheterodyne receiver, 3.3 V, with sleep pin", "NiceRF", "SRX882", "C")
AERIAL = Item(
    "quarter-wave aerial: stiff insulated wire",
    "any",
    "0.8 mm copper, 173 mm",
    "A",
    "433.92 MHz; hw/README.md has the length",
)
LAMP = Item("LED, red and green, 5 mm, common cathode", "Kingbright", "WP59EGW", "B")
PIEZO = Item("piezo sounder without oscillator", "TDK", "PS1240P02BT", "B")
SPEAKER = Item("loudspeaker, 50 mm, 8 ohm, 2 W", "Visaton", "K 50 WP 8 ohm", "C")
NFET = Item("N-channel MOSFET, logic level, SOT-23", "Alpha & Omega", "AO3400A", "A")
PFET = Item("P-channel MOSFET, logic level, SOT-23", "Alpha & Omega", "AO3401A", "A")
SCHOTTKY = Item("Schottky diode, 1 A, 20 V", "onsemi", "1N5817G", "A")
DIODE = Item("diode, 100 V, 200 mA", "onsemi", "1N4148", "A")
TVS = Item("ESD protection diode, 5 V, both ways, SOD-323", "Nexperia", "PESD5V0S1BA", "A")
FUSE = Item("resettable fuse, 0.5 A", "Bourns", "MF-R050", "A")
FUSE_STRONG = Item("resettable fuse, 1.1 A", "Bourns", "MF-R110", "A")
CELLS_D = Item("holder for 3 cells LR20 (D) in series", "any", "3 x D, leads", "C", "cells are bought apart")
CALL_BUTTON = Item(
    "call button, 60 mm or larger, amber or red",
    "any",
    "momentary, closing contact",
    "C",
    "a button that is felt; in the handset",
)
KEY = Item("push button, 12 mm, 1 to 50 mA, with cap", "Omron", "B3F-4055", "A")
PULL_CORD = Item(
    "pull-cord switch, opening contact",
    "any",
    "ceiling switch, cord to the floor",
    "D",
    "gold contact, or a reed contact",
)
HANDSET_PLUG = Item(
    "plug and socket for the handset, 3 poles",
    "any",
    "3 poles, gold contacts",
    "B",
    "the loop is closed in the handset",
)
SLIDE = Item("slide switch", "C&K", "OS102011MS2QN1", "A")
DISPLAY = Item("LCD1602, HD44780, 5 V, Latin character ROM", "Winstar", "WH1602B-TMI-ET#", "C")
DISPLAY_I2C = Item(
    "PCF8574 I2C backpack for an LCD1602", "several", "PCF8574 LCD backpack", "B", "take its own pull-ups off"
)
TRIMMER = Item("trimmer, 10 kohm", "Bourns", "3362P-1-103LF", "B")
RELAY = Item("relay, 5 V coil of 167 ohm, change-over, 1 A", "Omron", "G5V-1-DC5", "B")
TERMINAL = Item("screw terminal, 3 poles, 5.08 mm", "Phoenix Contact", "1729131", "B")
BOOST = Item("step-up converter to 5 V, 1 A", "Pololu", "U3V16F5", "C")
SOCKET_5V = Item(
    "DC socket, 5.5 x 2.1 mm",
    "CUI Devices",
    "PJ-102AH",
    "A",
    "with a 5 V 2 A adapter of double insulation (EN 62368-1)",
)
PIN_ROWS = Item("pin rows for jumpers, 3 poles, with bridge", "Harwin", "M20-9990345", "A")
LEVEL_FET = Item("N-channel MOSFET, SOT-23", "onsemi", "BSS138", "A")


def _code(ohm: float) -> str:
    if ohm >= 1e6:
        text, letter = f"{ohm / 1e6:g}", "M"
    elif ohm >= 1e3:
        text, letter = f"{ohm / 1e3:g}", "K"
    else:
        text, letter = f"{ohm:g}", "R"
    return text.replace(".", letter) if "." in text else text + letter


def resistor(ohm: float) -> tuple[str, Item]:
    """A resistor's value as written on the sheet, and what to buy: 1 %, 0.25 W."""
    code = _code(ohm)
    return code.replace("K", "k").removesuffix("R"), Item("resistor, 1 %, 0.25 W", "Yageo", f"MFR-25FTE52-{code}", "A")


def strong_resistor(ohm: float) -> tuple[str, Item]:
    """The same for 0.5 W."""
    code = _code(ohm)
    return code.removesuffix("R") + " 0.5W", Item("resistor, 1 %, 0.5 W", "Yageo", f"MFR50SFTE52-{code}", "A")


NANO_2_2 = ("2n2", Item("ceramic capacitor, 2.2 nF, 50 V, X7R", "KEMET", "C320C222K5R5TA", "A"))
NANO_10 = ("10n", Item("ceramic capacitor, 10 nF, 50 V, X7R", "KEMET", "C320C103K5R5TA", "A"))
NANO_100 = ("100n", Item("ceramic capacitor, 100 nF, 50 V, X7R", "KEMET", "C320C104K5R5TA", "A"))
MICRO_10 = ("10u", Item("electrolytic capacitor, 10 uF, 50 V", "Panasonic", "ECA-1HM100", "A"))
MICRO_100 = ("100u", Item("electrolytic capacitor, 100 uF, 16 V", "Panasonic", "ECA-1CM101", "A"))
MICRO_470 = ("470u", Item("electrolytic capacitor, 470 uF, 10 V", "Panasonic", "ECA-1AM471", "A"))
