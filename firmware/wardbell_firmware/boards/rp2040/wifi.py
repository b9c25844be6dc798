"""The Pico W's Wi-Fi."""

import network  # pyright: ignore[reportMissingImports]  (only the Pico W has it)

from wardbell_protocol.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Clock

JOIN_AGAIN_MS = 15000


class PicoWifi:
    """Fits `Network`. Not run anywhere yet: the emulated chip has no radio.

    `settings`: `ssid`, and where wanted `password` and `country` (two letters: which channels are legal).

    Raises:
        ConfigError: they name no network.
    """

    def __init__(self, settings: object, clock: "Clock") -> None:
        if not isinstance(settings, dict) or not settings.get("ssid"):
            raise ConfigError("settings.json", "wifi", 'give {"ssid": "ward", "password": "..."}')
        if "country" in settings:
            network.country(settings["country"])
        self._clock = clock
        self._name = settings["ssid"]
        self._password = settings.get("password")
        self._wlan = network.WLAN(network.STA_IF)
        self._is_ready = False
        self._join()

    def is_up(self) -> bool:
        """Whether it has joined; if not, it tries again now and then."""
        if self._is_ready and self._wlan.isconnected():
            return True
        if self._clock.now_ms() - self._tried_ms >= JOIN_AGAIN_MS:
            self._join()
        return False

    def _join(self) -> None:
        self._tried_ms = self._clock.now_ms()  # not in ticks: by the week after which it is lost those have wrapped
        try:
            if not self._is_ready:
                self._wlan.active(True)
                self._wlan.config(pm=0xA11140)  # no power saving: it makes each answer late
                self._is_ready = True
            self._wlan.connect(self._name, self._password)
        except OSError:
            pass  # its radio chip does not answer: the receiver hears, shows and rings without it
