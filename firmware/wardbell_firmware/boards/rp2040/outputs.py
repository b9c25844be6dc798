"""Lamps, relay and sounder."""

import machine

_HALF = 32768  # duty of 65535


class PicoLamp:
    """Fits `Lamp`; the relay is one, too. Off from the start, and whenever the chip is reset."""

    def __init__(self, gpio: int) -> None:
        self._pin = machine.Pin(gpio, machine.Pin.OUT, value=0)

    def set(self, is_on: bool) -> None:
        """Switch it."""
        self._pin.value(1 if is_on else 0)


class PicoBuzzer:
    """Fits `Buzzer`: PWM, so a tone takes no CPU."""

    def __init__(self, gpio: int) -> None:
        self._pwm = machine.PWM(machine.Pin(gpio, machine.Pin.OUT, value=0))
        self._pwm.duty_u16(0)
        self.tone_hz = 0

    def set(self, tone_hz: int) -> None:
        """Sound at that pitch; 0 = silent."""
        if tone_hz != self.tone_hz:
            self.tone_hz = tone_hz
            if tone_hz:
                self._pwm.freq(tone_hz)
            self._pwm.duty_u16(_HALF if tone_hz else 0)
