"""A Raspberry Pi Pico as a bed node."""

from wardbell_firmware.bedside.contacts import LOOPS, fitted
from wardbell_firmware.boards.pins import PICO_BEDSIDE
from wardbell_firmware.boards.rp2040.clock import PicoClock
from wardbell_firmware.boards.rp2040.ear import PicoEar
from wardbell_firmware.boards.rp2040.key import PicoKey
from wardbell_firmware.boards.rp2040.outputs import PicoBuzzer, PicoLamp
from wardbell_firmware.boards.rp2040.supply import PicoBattery
from wardbell_firmware.boards.rp2040.transmitter import PicoTransmitter
from wardbell_firmware.boards.rp2040.watchdog import PicoWatchdog
from wardbell_firmware.boards.store import FlashStore

_TRANSMIT_MACHINE = 0
_RECEIVE_MACHINE = 1


class PicoBedside:
    """Fits `BedsideBoard`. It has the keys that `settings` gives a signal, and an ear where they say `two_way`."""

    def __init__(self, settings: "dict[str, object]") -> None:
        pins = PICO_BEDSIDE
        self.settings = settings
        self.clock = PicoClock()
        self.keys = {name: PicoKey(pins[name], self.clock, name in LOOPS) for name in fitted(settings, pins)}
        self.lamp_red = PicoLamp(pins["lamp_red"])
        self.lamp_green = PicoLamp(pins["lamp_green"])
        self.buzzer = PicoBuzzer(pins["buzzer"])
        self.radio = PicoTransmitter(_TRANSMIT_MACHINE, pins["radio"], pins["radio_power"])
        self.receiver: PicoEar | None = None
        if settings.get("two_way"):
            self.receiver = PicoEar(_RECEIVE_MACHINE, pins["ear"], pins["ear_power"], self.clock)
        self.battery = PicoBattery(pins["battery"])
        self.store = FlashStore()
        self.watchdog = PicoWatchdog()
        self.clock.stop_if(self._may_stop)

    def _may_stop(self) -> bool:
        """Whether nothing needs the chip's clocks: PIO would stop in a train, PWM in a tone."""
        is_listening = self.receiver is not None and self.receiver.is_listening
        return not (is_listening or self.buzzer.tone_hz or self.radio.is_sending())
