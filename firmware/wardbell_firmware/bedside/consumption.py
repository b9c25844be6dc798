"""What a node takes out of its battery in a day: asleep, and for what it has done.

Currents are those of the whole node at its battery. None was measured on this hardware: where they come from stands beside
them, and settings may replace each.
"""

from wardbell_firmware.bedside.contacts import LOOPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

DAY_MS = 86400000

# What a node does at least in a day: 288 heartbeats of 28 ms and ten presses of 12 copies, or 24 bursts and ten presses of words.
_LEAST_SEND_S = 30
# Five calls that are open for 12 min each, lamp and ear on; a mean of 8 min is the trade's (Vigil), and many ring more often.
_LEAST_OPEN_S = 3600
_LEAST_LIT_S = 600  # of a one-way node: each press some seconds, and a nurse who stays


class Consumption:
    """Currents in µA: asleep, and what is added by sending, by listening (the chip awake with it) and by the lamp."""

    def __init__(self, sleep_ua: int, send_ua: int, listen_ua: int, lamp_ua: int) -> None:
        self.sleep_ua = sleep_ua
        self.send_ua = send_ua
        self.listen_ua = listen_ua
        self.lamp_ua = lamp_ua

    def daily_uah(self, send_s: int, listen_s: int, lamp_s: int) -> int:
        """µAh in a day with so much of each, in seconds."""
        extra = send_s * self.send_ua + listen_s * self.listen_ua + lamp_s * self.lamp_ua
        return 24 * self.sleep_ua + extra // 3600


# Asleep, Pico: 1.5 mA in MicroPython's lightsleep, measured by its author at 5 V of USB (commit of issue 8770); more at 3 V
# through the board's converter. Light sleep of an ESP32-C3: 130 µA (data sheet), and regulator and dividers beside it.
# Sending: chip awake at 25 mA, and an FS1000A-class transmitter at 3 to 4.5 V, some 10 mA in the mean. Listening: chip awake,
# and 5 mA of a receive module of the RXB6's class. Lamp: 3 mA, and an ESP32-C3 is awake while it is lit.
OF_BOARD = {
    "pico": Consumption(2000, 35000, 30000, 3000),
    "pico_w": Consumption(2200, 35000, 30000, 3000),
    "esp32c3": Consumption(300, 35000, 30000, 28000),
}
DEFAULT_BOARD = "pico"

# Of each loop, closed at rest, by the circuits' resistors (hw/wardbell_hw/battery_life.py); and of naps of 50 ms
# by which an ESP32-C3 looks after its loops (boards/esp32c3/clock.py), each with 1 ms awake at 20 mA: assumed.
LOOP_UA = {"pico": 350, "pico_w": 350, "esp32c3": 75}
NAPS_UA = {"esp32c3": 400}


def asleep_ua(board: str, keys: "Iterable[str]") -> int:
    """What a board with these keys takes asleep, in µA."""
    n_loops = sum(1 for key in keys if key in LOOPS)
    return OF_BOARD[board].sleep_ua + n_loops * LOOP_UA[board] + (NAPS_UA.get(board, 0) if n_loops else 0)


class DayMeter:
    """Times of sending, listening and light in; the day's consumption out.

    Args:
        of: the node's currents.
        has_ear: it listens while a call is open.
    """

    def __init__(self, of: Consumption, has_ear: bool) -> None:
        self.used_uah = 0  # in whole days since start
        self._of = of
        open_s, lit_s = (_LEAST_OPEN_S, _LEAST_OPEN_S) if has_ear else (0, _LEAST_LIT_S)
        self._least_uah = of.daily_uah(_LEAST_SEND_S, open_s, lit_s)
        self._yesterday_uah = 0
        self._send_ms = 0
        self._listen_ms = 0
        self._lamp_ms = 0
        self._began_ms = 0
        self._last_ms = 0

    @property
    def daily_uah(self) -> int:
        """What it takes a day, in µAh: of an ordinary day, the last whole one and this one the most."""
        return max(self._least_uah, self._yesterday_uah, self._today_uah())

    def passed(self, is_listening: bool, is_lit: bool, now_ms: int) -> None:
        """Since the last time it listened or not, and was lit or not."""
        ms = now_ms - self._last_ms
        self._last_ms = now_ms
        self._listen_ms += ms if is_listening else 0
        self._lamp_ms += ms if is_lit else 0
        if now_ms - self._began_ms >= DAY_MS:
            self.used_uah += self.daily_uah
            self._yesterday_uah = self._today_uah()
            self._send_ms = self._listen_ms = self._lamp_ms = 0
            self._began_ms = now_ms

    def sends(self, ms: int) -> None:
        """It sends for so long."""
        self._send_ms += ms

    def _today_uah(self) -> int:
        return self._of.daily_uah(self._send_ms // 1000, self._listen_ms // 1000, self._lamp_ms // 1000)
