"""An ESP32-C3 at the bed: a one-way node, for this chip cannot time received edges from MicroPython."""

from wardbell_firmware.bedside.contacts import LOOPS, fitted
from wardbell_firmware.boards.esp32c3.clock import C3Clock
from wardbell_firmware.boards.esp32c3.key import C3Key
from wardbell_firmware.boards.esp32c3.parts import C3Battery, C3Buzzer, C3Lamp, C3Watchdog
from wardbell_firmware.boards.esp32c3.transmitter import C3Transmitter
from wardbell_firmware.boards.pins import C3_BEDSIDE as PINS
from wardbell_firmware.boards.store import FlashStore


class C3Bedside:
    """Fits `BedsideBoard`. Keys and loops that the settings give no signal are not fitted."""

    def __init__(self, settings: "dict[str, object]") -> None:
        self.settings = settings
        self.clock = C3Clock()
        self.keys = {name: C3Key(PINS[name], name in LOOPS) for name in fitted(settings, PINS)}
        self.lamp_red = C3Lamp(PINS["lamp_red"])
        self.lamp_green = C3Lamp(PINS["lamp_green"])
        self.buzzer = C3Buzzer(PINS["buzzer"])
        self.radio = C3Transmitter(PINS["radio"], PINS["radio_power"])
        self.receiver = None
        self.battery = C3Battery(PINS["battery"])
        self.store = FlashStore()
        self.clock.sleep_while(self._is_still, self.keys.values())
        self.watchdog = C3Watchdog()

    def _is_still(self) -> bool:
        """Light sleep stops whatever times edges and tones."""
        return not (self.lamp_red.is_on or self.lamp_green.is_on or self.buzzer.tone_hz or self.radio.is_sending())
