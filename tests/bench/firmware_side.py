"""The half of bench_firmware.py, and of the tests of the radio on an emulated chip, that runs on the chip.

Each function is one task. What it finds is printed as one JSON line; `ready` is printed where the host is to do its part.
"""

import gc
import json
import time
from array import array

import machine

from wardbell_firmware.boards.rp2040.clock import PicoClock
from wardbell_firmware.boards.rp2040.display_pins import Pcf8574DisplayPins
from wardbell_firmware.boards.rp2040.line import UartLine
from wardbell_firmware.boards.rp2040.outputs import PicoBuzzer
from wardbell_firmware.boards.rp2040.pulses import PicoPulseSource
from wardbell_firmware.boards.rp2040.transmitter import PicoTransmitter
from wardbell_firmware.drivers.hd44780 import Hd44780

EAR, SOFT_EAR, HARD_EAR = 2, 5, 13
CARRIER, SUPPLY = 15, 14
BUZZER = 4
SDA, SCL = 20, 21
UART_TX, UART_RX = 0, 1
TRANSMIT_MACHINE, RECEIVE_MACHINE = 0, 1

LINES = (("Everything Good!", "0123456789abcdef"), ("203-2 EMERG 1/12", "Calling!!! x3 4m"))


def say(**figures: object) -> None:
    """One answer."""
    print(json.dumps(figures))


def now_us() -> int:
    """The chip's timer."""
    return time.ticks_us()  # type: ignore[attr-defined, no-any-return]


def free() -> int:
    """Bytes of heap."""
    gc.collect()
    return gc.mem_free()  # type: ignore[attr-defined, no-any-return]


def send_with_pio(trains: "list[list[int]]") -> None:
    """Send each as the board does, and say how long the CPU was held up."""
    radio = PicoTransmitter(TRANSMIT_MACHINE, CARRIER, SUPPLY)
    held_us = []
    for train in trains:
        began = now_us()
        radio.send(train)
        held_us.append(now_us() - began)
        while radio.is_sending():
            time.sleep_ms(2)  # type: ignore[attr-defined]
    say(held_us=held_us)


def send_with_sleep_us(trains: "list[list[int]]", is_disturbed: bool) -> None:
    """Send each as a program without PIO would; disturbed by a timer, 200 times a second, whose callback takes memory."""
    timer = machine.Timer()
    if is_disturbed:
        timer.init(freq=200, callback=lambda _: [0] * 20)
    pin = machine.Pin(CARRIER, machine.Pin.OUT, value=0)
    for train in trains:
        level = 0
        for duration_us in train:
            level ^= 1
            pin.value(level)
            time.sleep_us(duration_us)  # type: ignore[attr-defined]
        pin.value(0)
    timer.deinit()
    say(done=True)


class Interrupts:
    """The durations that a `Pin.irq` sees: the chip's timer at each edge, in a buffer made before."""

    def __init__(self, gpio: int, is_hard: bool, room: int) -> None:
        self.times = array("i", bytes(4 * room))
        self.n = 0
        self._pin = machine.Pin(gpio, machine.Pin.IN)
        edges = machine.Pin.IRQ_RISING | machine.Pin.IRQ_FALLING
        self._pin.irq(self._on_edge, edges, hard=is_hard)

    def _on_edge(self, _: object) -> None:
        if self.n < len(self.times):
            self.times[self.n] = now_us() & 0x3FFFFFFF
            self.n += 1

    def durations(self) -> "list[int]":
        """Between the edges that were seen."""
        self._pin.irq(None)
        return [(self.times[at + 1] - self.times[at]) & 0x3FFFFFFF for at in range(self.n - 1)]


class Work:
    """What a receiver does besides hearing, all that it could have at once."""

    def __init__(self, clock: PicoClock) -> None:
        self.longest_display_us = 0
        self.n_rounds = 0
        self._display = Hd44780(Pcf8574DisplayPins(0, SDA, SCL), clock)
        self._line = UartLine(UART_TX, UART_RX)
        self._buzzer = PicoBuzzer(BUZZER)
        self._display.start()

    def do(self) -> None:
        """Write the whole display anew and 64 bytes to the host, sound another tone, collect."""
        self.n_rounds += 1
        began = now_us()
        self._display.show(LINES[self.n_rounds & 1])
        self.longest_display_us = max(self.longest_display_us, now_us() - began)
        self._line.write(b"." * 64)
        self._buzzer.set(2000 if self.n_rounds & 1 else 1000)
        gc.collect()


def hear(n: int, is_hard: "bool | None", lap: int) -> None:
    """Work until the board's radio has heard `n` durations, the first space among them; a `Pin.irq` may hear the same."""
    clock = PicoClock()
    work = Work(clock)
    radio = PicoPulseSource(RECEIVE_MACHINE, EAR, clock, lap)
    interrupts = None
    if is_hard is not None:
        interrupts = Interrupts(HARD_EAR if is_hard else SOFT_EAR, is_hard, n + 16)
    heard = array("i")
    gc.collect()
    print("ready")
    read_us = n_reads = 0
    while len(heard) < n:
        work.do()
        began = now_us()
        portion = radio.read()
        read_us += now_us() - began
        n_reads += 1
        heard.extend(portion.durations[: portion.n])
    say(
        heard=list(heard),
        read_us=read_us,
        n_reads=n_reads,
        n_overruns=radio.n_overruns,
        longest_display_us=work.longest_display_us,
        interrupts=interrupts.durations() if interrupts else [],
    )


def overrun(pause_ms: int, after_ms: int) -> None:
    """Do not read for so long that the ring runs over, then read what comes in the time after."""
    clock = PicoClock()
    radio = PicoPulseSource(RECEIVE_MACHINE, EAR, clock)
    print("ready")
    time.sleep_ms(pause_ms)  # type: ignore[attr-defined]
    lost = radio.read().signed()
    time.sleep_ms(after_ms)  # type: ignore[attr-defined]
    portion = radio.read()
    say(lost=lost, after=portion.signed(), end_us=portion.end_us, now_ms=clock.now_ms(), n_overruns=radio.n_overruns)


def sleep_until_press(gpio: int) -> None:
    """Stop the chip's clocks until a key is pressed, which is let go at once; then look at it twice."""
    from wardbell_firmware.boards.rp2040.key import PicoKey

    clock = PicoClock()
    clock.stop_if(lambda: True)
    key = PicoKey(gpio, clock)
    print("ready")
    time.sleep_ms(5)  # type: ignore[attr-defined]  # the host is to hear that
    began_ms = clock.now_ms()
    clock.wait(began_ms + 3000)
    say(slept_ms=clock.now_ms() - began_ms, looks=[key.is_pressed(), key.is_pressed()])
