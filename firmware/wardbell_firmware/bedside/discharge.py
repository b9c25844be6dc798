"""How much is left in two or three alkaline cells, from their voltage under the load of a transmission.

`CURVE` has the shape of the makers' curves for low drains (AA, 21 °C, constant 25 to 100 mA: data sheets of Energizer E91 and
Duracell MN1500), written down in steps of 50 mV and on the low side. It is no measurement of ours, and cells differ by more
than its steps. What a warning rests on is not its precision but what it assumes besides: a poor cell (`LEAST_MAH`; fresh brand
cells gave 2.1 to 2.2 Ah at 100 mA, powerstream.com/AA-tests.htm, and give more at less), a voltage read too high by
`ERROR_PERMILLE` (a Pico's ADC on a divider of 1 % resistors), and `_ASKED_DAYS` where `WARN_DAYS` are promised.
tests/unit/test_firmware_discharge.py empties cells of other curves in cold and heat.

Rechargeable cells stay at 1.2 V until they are nearly empty: this model is not for them.
"""

CURVE = (  # mV of a cell, ‰ left of what it gives down to 0.9 V
    (1500, 1000),
    (1450, 900),
    (1400, 760),
    (1350, 620),
    (1300, 490),
    (1250, 370),
    (1200, 270),
    (1150, 190),
    (1100, 130),
    (1050, 80),
    (1000, 45),
    (950, 20),
    (900, 0),
)
EMPTY_CELL_MV = 900
LEAST_MAH = 1800
TYPICAL_MAH = 2400  # at some mA, to 0.9 V

ERROR_PERMILLE = 30
WARN_DAYS = 7
_ASKED_DAYS = 12


def remaining_permille(cell_mv: int) -> int:
    """What is left in a cell of that voltage under a load of some 25 mA, in ‰ of what it gives down to 0.9 V."""
    above = CURVE[0]
    for point in CURVE:
        if cell_mv >= point[0]:
            if point is above:
                return above[1]
            return point[1] + (above[1] - point[1]) * (cell_mv - point[0]) // (above[0] - point[0])
        above = point
    return 0


def days_left(cell_mv: int, empty_cell_mv: int, daily_uah: int, cell_mah: int = LEAST_MAH) -> int:
    """Days at least until a cell of that measured voltage is at `empty_cell_mv`, if each takes `daily_uah` µAh."""
    true_mv = cell_mv - cell_mv * ERROR_PERMILLE // 1000
    left_permille = remaining_permille(true_mv) - remaining_permille(empty_cell_mv)
    return max(0, left_permille) * cell_mah // max(1, daily_uah)


def is_low(cell_mv: int, empty_cell_mv: int, daily_uah: int, cell_mah: int = LEAST_MAH) -> bool:
    """Whether cells must be changed within `WARN_DAYS`, with all that may be worse than it looks."""
    return days_left(cell_mv, empty_cell_mv, daily_uah, cell_mah) < _ASKED_DAYS
