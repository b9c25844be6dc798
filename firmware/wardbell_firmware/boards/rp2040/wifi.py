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
        ConfigError: they name no network, or what they give cannot be.
    """

    def __init__(self, settings: object, clock: "Clock") -> None:
        if not isinstance(settings, dict) or not settings.get("ssid"):
            raise ConfigError("settings.json", "wifi", 'give {"ssid": "ward", "password": "..."}')
        self._clock = clock
        self._name = settings["ssid"]
        self._password = settings.get("password")
        self._wlan = network.WLAN(network.STA_IF)
        try:
            if "country" in settings:
                network.country(settings["country"])
            self._join()
        except (TypeError, ValueError):
            raise ConfigError("settings.json", "wifi", "give name and password as texts, the country as two letters")

    def is_up(self) -> bool:
        """Whether it has joined; if not, it tries again now and then."""
        if self._wlan.isconnected():
            return True
        if self._clock.now_ms() - self._tried_ms >= JOIN_AGAIN_MS:
            self._join()
        return False

    def _join(self) -> None:
        self._tried_ms = self._clock.now_ms()  # not in ticks: by the week after which it is lost those have wrapped
        try:
            # Whether the radio chip has come up is not said; up already, it is left as it is.
            self._wlan.active(True)
            self._wlan.config(pm=0xA11140)  # no power saving: it makes each answer late
            self._wlan.connect(self._name, self._password)
        except OSError:
            pass  # the chip does not answer: the receiver hears, shows and rings without it
