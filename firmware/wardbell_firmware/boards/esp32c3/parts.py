"""Lamp, sounder, battery and watchdog of the ESP32-C3."""

import time

import machine

WATCHDOG_MS = 8000
_HALF = 32768  # of 65,536: a square wave
_SAMPLES = 12
_SAMPLE_EACH_US = 250  # over 3 ms: the transmitter's settling, then its first mark
_DIVIDER = 2  # the pin sees half of the battery


class C3Lamp:
    """Fits `Lamp`."""

    def __init__(self, pin: int) -> None:
        self._pin = machine.Pin(pin, machine.Pin.OUT, value=0)
        self.is_on = False

    def set(self, is_on: bool) -> None:
        """Switch it."""
        self.is_on = is_on
        self._pin.value(1 if is_on else 0)


class C3Buzzer:
    """Fits `Buzzer`: PWM while it sounds, a low pin else."""

    def __init__(self, pin: int) -> None:
        self._pin = machine.Pin(pin, machine.Pin.OUT, value=0)
        self._pwm: machine.PWM | None = None
        self.tone_hz = 0

    def set(self, tone_hz: int) -> None:
        """Sound at that pitch; 0 = silent."""
        if tone_hz == self.tone_hz:
            return
        self.tone_hz = tone_hz
        if self._pwm is not None:
            self._pwm.deinit()
            self._pwm = None
            self._pin.init(machine.Pin.OUT, value=0)
        if tone_hz:
            self._pwm = machine.PWM(self._pin, freq=tone_hz, duty_u16=_HALF)


class C3Battery:
    """Fits `Battery`, with the converter's own calibration."""

    def __init__(self, pin: int) -> None:
        self._adc = machine.ADC(machine.Pin(pin), atten=machine.ADC.ATTN_11DB)

    def millivolts(self) -> int:
        """The lowest of some samples over the 3 ms from now."""
        least_uv = self._adc.read_uv()
        for _ in range(_SAMPLES - 1):
            time.sleep_us(_SAMPLE_EACH_US)
            least_uv = min(least_uv, self._adc.read_uv())
        return least_uv * _DIVIDER // 1000


class C3Watchdog:
    """Fits `Watchdog`. It starts with the first feeding and can then not be stopped."""

    def __init__(self) -> None:
        self._wdt: machine.WDT | None = None

    def feed(self) -> None:
        """The app has made another step."""
        if self._wdt is None:
            self._wdt = machine.WDT(timeout=WATCHDOG_MS)
        self._wdt.feed()
