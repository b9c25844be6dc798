"""A Raspberry Pi Pico as the receiver."""

import os

from wardbell_firmware.boards.pins import PICO_RECEIVER
from wardbell_firmware.boards.rp2040 import calendar
from wardbell_firmware.boards.rp2040.clock import LOOK_EACH_MS, PicoClock
from wardbell_firmware.boards.rp2040.display_pins import GpioDisplayPins, Pcf8574DisplayPins
from wardbell_firmware.boards.rp2040.key import PicoKey
from wardbell_firmware.boards.rp2040.line import UartLine, UsbLine
from wardbell_firmware.boards.rp2040.outputs import PicoBuzzer, PicoLamp
from wardbell_firmware.boards.rp2040.pulses import PicoPulseSource
from wardbell_firmware.boards.rp2040.supply import PicoMains
from wardbell_firmware.boards.rp2040.transmitter import PicoTransmitter
from wardbell_firmware.boards.rp2040.watchdog import PicoWatchdog
from wardbell_firmware.boards.store import FlashStore
from wardbell_protocol.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.rp2040.wifi import PicoWifi

KEYS = ("ack", "browse", "mute")
WAIT_MS = 50
LOOK_QUIET_MS = 1  # it may be a gap behind a word that is heard already; what ends it is waited for
_PART = 12  # durations of a signal, a quarter of a word
_SIGNAL_MOST = (
    10  # durations in two looks; a word has so many where its T is 200 µs, noise of 5,400 edges/s twice as many
)
_TRANSMIT_MACHINE = 0
_RECEIVE_MACHINE = 1
_DISPLAY_BUS = 0


class PicoReceiver:
    """Fits `ReceiverBoard`.

    `settings`: those of the receiver, and of the board: `lcd` = `i2c` for a display behind a PCF8574, `transmitter` = True
    where one is fitted, `host_on_usb` = False where the host is wired to the UART's pins, `wifi` of a Pico W (wifi.py),
    and in `bus` its `date` (calendar.py).
    """

    def __init__(self, settings: "dict[str, object]") -> None:
        pins = PICO_RECEIVER
        self.settings = settings
        self.epoch = _draw_epoch()
        self.clock = PicoClock()
        self.relay = PicoLamp(pins["relay"])
        self.radio = PicoPulseSource(_RECEIVE_MACHINE, pins["radio"], self.clock)
        self.transmitter = (
            PicoTransmitter(_TRANSMIT_MACHINE, pins["transmitter"], None) if settings.get("transmitter") else None
        )
        self.lcd = _display_pins(pins, settings.get("lcd") == "i2c")
        self.buzzer = PicoBuzzer(pins["buzzer"])
        self.keys = {name: PicoKey(pins[name], self.clock) for name in KEYS}
        self.status_red = PicoLamp(pins["status_red"])
        self.status_green = PicoLamp(pins["status_green"])
        self.mains = PicoMains(pins["mains"])
        self.line = UsbLine() if settings.get("host_on_usb", True) else UartLine(pins["line_tx"], pins["line_rx"])
        self._network: PicoWifi | None = None
        self.store = FlashStore()
        self.watchdog = PicoWatchdog()
        self._n_before = self._n_waiting = 0
        self.clock.listen(self._has_input, WAIT_MS)

    @property
    def network(self) -> "PicoWifi | None":
        """Wi-Fi, which begins when it is asked for, and the calendar with it.

        Raises:
            ConfigError: the settings name none that can be, or no date that is one.
        """
        if self._network is None:
            _begin_calendar(self.settings)
            self._network = _wifi(self.settings["wifi"], self.clock) if "wifi" in self.settings else None
        return self._network

    def _has_input(self) -> bool:
        """Whether the host has spoken, or the air is to be heard: a gap has begun or ended, or some of a signal has come.

        What a word is made of is heard while it comes, so that little is left to be done when its gap has ended.
        """
        older, before, n = self._n_before, self._n_waiting, self.radio.n_waiting()
        self._n_before, self._n_waiting = before, n
        self.clock.look_each_ms = LOOK_EACH_MS if n else LOOK_QUIET_MS
        if n and (n == before or self.radio.is_gap_waiting()):
            return True
        is_signal = n >= _PART and older <= before <= n <= older + _SIGNAL_MOST
        return is_signal or self.line.has_input()


def _display_pins(pins: "dict[str, int]", is_i2c: bool) -> "GpioDisplayPins | Pcf8574DisplayPins":
    if is_i2c:
        return Pcf8574DisplayPins(_DISPLAY_BUS, pins["lcd_sda"], pins["lcd_scl"])
    data = pins["lcd_d4"], pins["lcd_d5"], pins["lcd_d6"], pins["lcd_d7"]
    return GpioDisplayPins(pins["lcd_rs"], pins["lcd_e"], data)


def _wifi(settings: object, clock: PicoClock) -> "PicoWifi":
    try:
        from wardbell_firmware.boards.rp2040.wifi import PicoWifi
    except ImportError:
        raise ConfigError("settings.json", "wifi", "only a Pico W has it")
    return PicoWifi(settings, clock)


def _begin_calendar(settings: "dict[str, object]") -> None:
    bus = settings.get("bus")
    if isinstance(bus, dict) and "date" in bus:
        calendar.begin(bus["date"])


def _draw_epoch() -> int:
    """1..2**30-1."""
    drawn = 0
    while not drawn:
        drawn = int.from_bytes(os.urandom(4), "big") & 0x3FFFFFFF
    return drawn
