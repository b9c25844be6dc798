"""The arithmetic behind the parts' values: volts, ohms and amperes in, the same out."""

import math

E24 = (
    1.0,
    1.1,
    1.2,
    1.3,
    1.5,
    1.6,
    1.8,
    2.0,
    2.2,
    2.4,
    2.7,
    3.0,
    3.3,
    3.6,
    3.9,
    4.3,
    4.7,
    5.1,
    5.6,
    6.2,
    6.8,
    7.5,
    8.2,
    9.1,
)

LOGIC_V = 3.3  # of RP2040 and ESP32-C3; neither takes 5 V on a pin
PIN_MOST_V = 3.6  # on any pin: RP2040 data sheet, IOVDD + 0.3 V; ESP32-C3 data sheet, VDD + 0.3 V
INPUT_LOW_V = 0.8  # read as low at or below: RP2040 data sheet at IOVDD 3.3 V; an ESP32-C3's 0.25 x VDD is 0.825 V
INPUT_HIGH_V = 2.48  # read as high at or above: ESP32-C3, 0.75 x VDD; an RP2040 wants 2.0 V
PIN_START_MA = 4.0  # what a pin of an RP2040 gives at the strength with which it starts
PULL_UP_OHM = 45e3  # the chip's own: ESP32-C3 45 kohm, RP2040 50 to 80


def nearest_e24(ohm: float) -> float:
    """The E24 value nearest to a resistance, by ratio."""
    decade = 1.0
    while ohm >= 10 * decade:
        decade *= 10
    while ohm < decade:
        decade /= 10
    steps = [value * decade for value in (*E24, 10.0)]
    return min(steps, key=lambda step: max(step / ohm, ohm / step))


def resistor_for(supply_v: float, drop_v: float, ma: float) -> float:
    """The E24 resistor that lets `ma` through a part that drops `drop_v`."""
    if supply_v <= drop_v or ma <= 0:
        raise ValueError(f"no resistor makes {ma} mA from {supply_v} V through a part that drops {drop_v} V")
    return nearest_e24((supply_v - drop_v) / ma * 1e3)


def current_ma(supply_v: float, drop_v: float, ohm: float) -> float:
    """What flows through a resistor and a part that drops `drop_v`."""
    return (supply_v - drop_v) / ohm * 1e3


def divided_v(input_v: float, upper_ohm: float, lower_ohm: float) -> float:
    """The voltage at a divider's middle."""
    return input_v * lower_ohm / (upper_ohm + lower_ohm)


def divider_drain_ua(input_v: float, upper_ohm: float, lower_ohm: float) -> float:
    """What a divider takes all the time, in µA."""
    return input_v / (upper_ohm + lower_ohm) * 1e6


def divider_error_mv(upper_ohm: float, lower_ohm: float, leakage_na: float) -> float:
    """By how much an input's leakage falsifies the divided voltage as seen at the divider's input, in mV."""
    source_ohm = upper_ohm * lower_ohm / (upper_ohm + lower_ohm)
    return source_ohm * leakage_na * 1e-9 * (upper_ohm + lower_ohm) / lower_ohm * 1e3


def wetting_ma(pull_up_ohm: float, supply_v: float = LOGIC_V) -> float:
    """What flows through a closed contact, which keeps its surfaces clean; silver wants about 1 mA, gold 0.1 mA."""
    return supply_v / pull_up_ohm * 1e3


def longest_loop_ohm(pull_up_ohm: float) -> float:
    """The resistance of a loop, cable and contacts, up to which it still reads as closed.

    The chip's own pull-up stands beside the resistor.
    """
    pull_up = pull_up_ohm * PULL_UP_OHM / (pull_up_ohm + PULL_UP_OHM)
    return pull_up * INPUT_LOW_V / (LOGIC_V - INPUT_LOW_V)


def settling_ms(ohm: float, farad: float, part: float = 0.99) -> float:
    """How long a resistor and a capacitor take to come that far."""
    return -math.log(1 - part) * ohm * farad * 1e3


def dissipated_w(ma: float, ohm: float, share: float = 1.0) -> float:
    """What a resistor turns into heat; `share` of the time the current flows."""
    return (ma / 1e3) ** 2 * ohm * share
