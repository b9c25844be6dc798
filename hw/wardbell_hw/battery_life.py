"""How long cells last: what the firmware counts for a node (consumption.py, discharge.py) and what the circuit adds to it."""

from dataclasses import dataclass

from wardbell_firmware.bedside.consumption import NAPS_UA, OF_BOARD, Consumption, DayMeter
from wardbell_firmware.bedside.discharge import TYPICAL_MAH, remaining_permille
from wardbell_hw.electrical import LOGIC_V, divider_drain_ua, wetting_ma

# mAh down to 0.9 V at some mA. LR6 as the firmware has it; LR20 on the low side of makers' sheets (12 to 20 Ah).
CAPACITY_MAH = {"LR6": TYPICAL_MAH, "LR20": 13000}
CELLS = 3
CELL_MEAN_V = 1.25
CONVERTER = 0.85  # a Pico's, at some mA; an ESP32-C3's regulator passes the current on as it is


@dataclass(frozen=True)
class Node:
    """A bed node: its board, cells, loops and their resistors, and whether it hears."""

    name: str
    board: str
    cell: str
    empty_mv: int
    n_loops: int
    loop_ohm: float
    sense_ohm: float
    has_ear: bool = False


def sleep_ua(node: Node) -> int:
    """What it takes asleep at its cells: what its firmware counts with by itself, within 2 %."""
    cells_v = CELLS * CELL_MEAN_V
    loops_ua = node.n_loops * wetting_ma(node.loop_ohm) * 1e3
    own = OF_BOARD[node.board].sleep_ua + divider_drain_ua(cells_v, node.sense_ohm, node.sense_ohm)
    if node.board == "esp32c3":
        return round(own + loops_ua + (NAPS_UA[node.board] if node.n_loops else 0))
    return round(own + loops_ua * LOGIC_V / CONVERTER / cells_v)


def daily_mah(node: Node) -> float:
    """What an ordinary day takes, as its firmware has it."""
    of = OF_BOARD[node.board]
    taken = Consumption(sleep_ua(node), of.send_ua, of.listen_ua, of.lamp_ua)
    return DayMeter(taken, node.has_ear).daily_uah / 1e3


def life_days(node: Node) -> float:
    """How long fresh cells last at room temperature."""
    usable = 1 - remaining_permille(node.empty_mv // CELLS) / 1000
    return CAPACITY_MAH[node.cell] * usable / daily_mah(node)


# The receiver on its cells, in mW at them: chip awake and the receive module; display with its light, relay and sounder behind
# the step-up. The sounder plays a normal call all the time: 250 ms of each 3 s, half of that with the current on.
RECEIVER_MW = {
    "Pico awake, 25 mA at 3.6 V": 90.0,
    "receive module, 4 mA at 3.3 V": 4 * 3.3 / 0.85,
    "display and its light, 21 mA at 5 V": 21 * 5 / 0.88,
    "relay, 30 mA at 5 V": 30 * 5 / 0.88,
    "sounder, a normal call": 167 * 0.5 * 5 * 0.25 / 3 / 0.88,
}


def backup_hours(cell: str) -> float:
    """How long the receiver rings on from three fresh cells; at this drain a cell gives about two thirds."""
    return CAPACITY_MAH[cell] * 2 / 3 * CELLS * CELL_MEAN_V / sum(RECEIVER_MW.values())
