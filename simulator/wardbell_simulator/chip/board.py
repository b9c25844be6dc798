"""A Pico with MicroPython on it, emulated cycle by cycle: files in, the output of a script out.

Its time is the chip's: 125 MHz Cortex-M0+ with flash that never makes the core wait, so what is measured on it is
somewhat quicker than hardware. What rp2040py does not do as the chip does is put right beside this file.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from littlefs import LittleFS, UserContext
from rp2040py.clock.simulation_clock import SimulationClock
from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.device.load_flash import load_uf2
from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from wardbell_simulator.chip.display import I2cDisplay
from wardbell_simulator.chip.pads import open_inputs
from wardbell_simulator.chip.pins import ChipPins
from wardbell_simulator.chip.pio import pace
from wardbell_simulator.chip.uart import fit_uarts
from wardbell_simulator.chip.usb_host import UsbHost
from wardbell_simulator.errors import DeviceError

LIMIT_S = 400.0  # of wall time, for what hangs; a busy chip's second takes a quiet host twenty
# MicroPython's RPI_PICO: the last 1408 KB of 2 MB of flash.
_FILES_AT = (2048 - 1408) * 1024
_BLOCK_SIZE = 4096
_N_BLOCKS = 1408 * 1024 // _BLOCK_SIZE

_INTERRUPT_AND_RAW = b"\r\x03\x03\x01"
_RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"
_END = b"\x04"


class EmulatedPico:
    """One chip, booted.

    Args:
        image: a .uf2 of MicroPython for RPI_PICO.
        files: what its file system holds, by path.
    """

    def __init__(self, image: Path, files: Mapping[str, bytes]) -> None:
        clock = SimulationClock()
        self._simulator = Simulator(clock, RP2040(clock))
        self._mcu = self._simulator.rp2040
        self._mcu.logger = ConsoleLogger(LogLevel.ERROR)
        open_inputs(self._mcu)
        pace(self._mcu)
        self.uarts = fit_uarts(self._mcu)
        self.pins = ChipPins(self._mcu, clock)
        self._mcu.load_bootrom(BOOTROM_B1)
        load_uf2(image, self._mcu)
        file_system = _file_system(files)
        self._mcu.flash[_FILES_AT : _FILES_AT + len(file_system)] = file_system
        self._host = UsbHost(self._mcu.usb_ctrl)
        self._heard = bytearray()
        self._host.on_serial_data = self._heard.extend
        self._is_connected = False
        self._host.on_device_connected = self._connected
        self._mcu.core.pc = FLASH_START_ADDRESS
        self._run_until(lambda: self._is_connected, "the image did not come up on USB", LIMIT_S)

    def run(self, script: str, limit_s: float = LIMIT_S) -> str:
        """Run a script, as typed at the REPL of a board just started; returns what it printed.

        Raises DeviceError with its traceback, or when it has not ended within `limit_s` of wall time.
        """
        self.start(script, limit_s)
        return self.finish(limit_s)

    def start(self, script: str, limit_s: float = LIMIT_S) -> None:
        """Begin a script and return while it runs; it goes on whenever time does."""
        self.say(_INTERRUPT_AND_RAW, limit_s)
        self._hear_until(_RAW_PROMPT, limit_s)
        self.say(script.encode() + _END, limit_s)
        self._run_until(lambda: b"OK" in self._heard, "the chip did not take the script", limit_s)

    def finish(self, limit_s: float = LIMIT_S) -> str:
        """Wait for the end of a script that was started; as `run`."""
        printed = self._hear_until(_END, limit_s)
        complaint = self._hear_until(_END, limit_s)
        if complaint:
            raise DeviceError("chip", complaint.decode())
        return printed.decode().removeprefix("OK").replace("\r\n", "\n")

    def interrupt(self, limit_s: float = LIMIT_S) -> None:
        """Press Ctrl-C."""
        self.say(b"\x03", limit_s)

    def run_for_us(self, time_us: int, limit_s: float = LIMIT_S) -> None:
        """Let that much of the chip's time pass."""
        is_over = False

        def end() -> None:
            nonlocal is_over
            is_over = True
            self._simulator.stopped = True

        self._mcu.clock.create_alarm(end).schedule(time_us * 1000)
        self._run_until(lambda: is_over, "the chip's time did not pass", limit_s)

    def run_until(self, is_so: Callable[[], bool], limit_us: int, step_us: int = 1000) -> bool:
        """Let time pass until `is_so()`, asked each `step_us` of the chip's time; returns it, False after `limit_us`."""
        end_ns = self.pins.now_ns + limit_us * 1000
        while not is_so() and self.pins.now_ns < end_ns:
            self.run_for_us(step_us)
        return is_so()

    def fit_i2c_display(self) -> I2cDisplay:
        """Join a display behind a PCF8574 to I2C0."""
        return I2cDisplay(self._mcu.i2c[0], self._mcu.clock)

    def set_adc(self, channel: int, millivolts: int) -> None:
        """Put a voltage, 0..3300 mV, on one of the ADC's pins (channel 0 is GPIO26)."""
        self._mcu.adc.channel_values[channel] = min(millivolts, 3300) * 4095 // 3300

    def hear(self, text: bytes, limit_us: int) -> bytes:
        """Let time pass until it has said this; returns all it has said up to there. Raises DeviceError when it has not."""
        if not self.run_until(lambda: text in self._heard, limit_us):
            raise DeviceError("chip", f"it did not say {text!r} but {bytes(self._heard)!r}")
        return self._take(text)

    def take_heard(self) -> bytes:
        """Everything it has said on USB that nobody has taken yet."""
        heard = bytes(self._heard)
        self._heard.clear()
        return heard

    def say(self, data: bytes, limit_s: float = LIMIT_S) -> None:
        """Type on USB."""
        while data:
            self._run_until(lambda: self._host.n_free > 0, "the chip takes nothing more", limit_s)
            n = self._host.n_free
            self._host.send(data[:n])
            data = data[n:]

    def _connected(self) -> None:
        self._is_connected = True

    def _hear_until(self, end: bytes, limit_s: float) -> bytes:
        self._run_until(lambda: end in self._heard, "the chip fell silent", limit_s)
        return self._take(end)

    def _take(self, end: bytes) -> bytes:
        at = self._heard.index(end)
        heard = bytes(self._heard[:at])
        del self._heard[: at + len(end)]
        return heard

    def _run_until(self, is_over: Callable[[], bool], failure: str, limit_s: float) -> None:
        deadline_s = time.monotonic() + limit_s
        while not is_over():
            self._simulator.stopped = False
            execute_batch(self._simulator, 1)
            if time.monotonic() > deadline_s:
                raise DeviceError("chip", f"{failure} within {limit_s:g} s; it said {bytes(self._heard)!r}")


def _file_system(files: Mapping[str, bytes]) -> bytes:
    context = UserContext(buffsize=_BLOCK_SIZE * _N_BLOCKS)
    # Disk version 2.0 is what MicroPython writes itself.
    littlefs = LittleFS(
        context=context, block_size=_BLOCK_SIZE, block_count=_N_BLOCKS, prog_size=256, disk_version=0x00020000
    )
    for name, data in files.items():
        folder = str(Path(name).parent)
        if folder != ".":
            littlefs.makedirs(folder, exist_ok=True)
        with littlefs.open(name, "wb") as file:
            file.write(data)
    littlefs.unmount()
    return bytes(context.buffer)
