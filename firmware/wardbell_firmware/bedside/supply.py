"""The node's battery: what the frames carry of it, and whether it must be changed soon."""

from wardbell_firmware.bedside.consumption import DEFAULT_BOARD, OF_BOARD, Consumption, DayMeter, asleep_ua
from wardbell_firmware.bedside.discharge import EMPTY_CELL_MV, LEAST_MAH, WARN_DAYS, is_low
from wardbell_firmware.bedside.settings import number
from wardbell_protocol.air.frame import BATTERY_UNKNOWN, battery_level
from wardbell_protocol.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CELLS = 3  # of the nodes in hw/

# Below which the board does not run: a Pico's converter, an ESP32-C3 behind its regulator.
LEAST_MV = {"pico": 1800, "pico_w": 1800, "esp32c3": 3200}

_NO_CELLS_MV = 1000  # no node runs on so little: it has another supply, and no cells behind it

# Cells that slope steeply, a cold room and a meter that reads low together look empty in their first weeks. Cells that were fresh
# when the node started cannot be before they have given this much, unless their voltage says so beyond any doubt. Used ones may
# look as fresh: so no longer than leaves them a week of what a poor cell that was used to a fifth gives in the cold.
_FRESH_CELL_MV = 1430
_FIRST_PERMILLE = 300
_USED_PERMILLE = 600
_SURELY_LOW_MV = 1150

_N_IN_A_ROW = 2  # one reading may meet another load
_FRESH_BY_MV = 150  # of a cell: it recovers by less between two presses, and by less from a cold night to a warm day


class Supply:
    """Readings under load in; `level` as a frame carries it (0: not measured) and `is_low` out.

    Args:
        settings: `cells` (2 or 3, alkaline), `empty_mv` (of all cells, below which the node does not run), `board`,
            `sleep_ua`, `cell_mah` (what a poor cell of its kind gives), `signals` (the keys that it has).
        has_ear: it is a two-way node.

    Raises:
        ConfigError: a number or board that cannot be.
    """

    def __init__(self, settings: "Mapping[str, object]", has_ear: bool) -> None:
        board = settings.get("board", DEFAULT_BOARD)
        if not isinstance(board, str) or board not in OF_BOARD:
            raise ConfigError("settings", "board", "use one of " + ", ".join(sorted(OF_BOARD)))
        self._cells = int(number(settings, "cells", CELLS, 2, 3))
        least_mv = max(LEAST_MV[board], EMPTY_CELL_MV * self._cells)
        self._empty_cell_mv = int(number(settings, "empty_mv", least_mv, 1000, 4400)) // self._cells
        of = OF_BOARD[board]
        signals = settings.get("signals")
        sleep_ua = asleep_ua(board, signals if isinstance(signals, dict) else ())
        sleep_ua = int(number(settings, "sleep_ua", sleep_ua, 1, 100000))
        self.meter = DayMeter(Consumption(sleep_ua, of.send_ua, of.listen_ua, of.lamp_ua), has_ear)
        self._cell_mah = int(number(settings, "cell_mah", LEAST_MAH, 300, 30000))
        self.level = BATTERY_UNKNOWN
        self.is_low = False
        self._n_low = 0
        self._lowest_mv = 0  # of a cell, since it is low
        self._first_mv = 0

    def measured(self, supply_mv: "int | None") -> None:
        """Its voltage under the load of a transmission that has just begun; None: the board cannot tell."""
        if supply_mv is None or supply_mv < _NO_CELLS_MV:
            self.level = BATTERY_UNKNOWN
            return
        self.level = battery_level(supply_mv * 2 // self._cells)
        cell_mv = supply_mv // self._cells
        self._first_mv = self._first_mv or cell_mv
        if not self.is_low:
            self._n_low = self._n_low + 1 if self._looks_low(cell_mv) else 0
            self.is_low = self._n_low >= _N_IN_A_ROW
            self._lowest_mv = cell_mv
        elif cell_mv >= self._lowest_mv + _FRESH_BY_MV:
            self.is_low = False
            self._n_low = 0
        else:
            self._lowest_mv = min(self._lowest_mv, cell_mv)

    def _looks_low(self, cell_mv: int) -> bool:
        week_uah = (WARN_DAYS + 1) * self.meter.daily_uah
        is_new = self.meter.used_uah < min(self._cell_mah * _FIRST_PERMILLE, self._cell_mah * _USED_PERMILLE - week_uah)
        if self._first_mv >= _FRESH_CELL_MV and is_new and cell_mv > _SURELY_LOW_MV:
            return False
        return is_low(cell_mv, self._empty_cell_mv, self.meter.daily_uah, self._cell_mah)
