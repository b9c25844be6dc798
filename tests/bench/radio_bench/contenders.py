"""Receivers by one form: Wardbell's own as the device runs it, PyPI's rpi-rf, Debian's rtl_433."""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from radio_bench.signals import NODE_ID, NODE_KEY, Batch
from wardbell_gateway.iq.receiver import IqReceiver
from wardbell_protocol.air.frame_press import FrameStarted
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressEnded, PressReceiver, PressStarted
from wardbell_simulator.radio.slicers import LogPeak, Rxb6
from wardbell_simulator.radio.synth import RATE_HZ, cu8_of

_PORTION_US = 5_000  # what the receiver's app takes from its ring at a time
_AFTER_US = 2_000_000
_BEST_SETTING = ("-Y", "magest", "-Y", "autolevel", "-Y", "minsnr=6")  # of those tried on presses at 2 to 8 dB


@dataclass(frozen=True)
class Report:
    """A code that a receiver took for one, and when on the air that was."""

    code: int
    n_bits: int
    at_us: float


class EdgeReceiver(Protocol):
    """What decodes durations."""

    def reports(self, durations: Iterable[int]) -> Iterator[Report]:
        """Every code heard in signed durations, µs."""


class Contender(Protocol):
    """What decodes a recording. `cpu_s`: spent so far, without the slicer's model; `air_s`: on that much air."""

    name: str
    cpu_s: float
    air_s: float

    def hear(self, batch: Batch) -> list[Report]:
        """Every code heard."""


class OnSamples(Contender, Protocol):
    """A contender that can read a file too."""

    def hear_file(self, path: Path) -> list[Report]:
        """Every code heard in a `.cu8` of 250 kS/s."""


class WardbellReceiver:
    """`PressReceiver`, fed in portions as on the device."""

    def reports(self, durations: Iterable[int]) -> Iterator[Report]:
        """Each code of each press, once, at the press's start."""
        receiver = PressReceiver()
        end_us = 0
        for portion in _portions(durations):
            end_us += sum(map(abs, portion))
            for event in receiver.receive(Portion.of(portion, end_us)):
                if not isinstance(event, PressEnded):
                    yield Report(event.press.code, 24, event.press.start_us)
        for event in receiver.poll(end_us + _AFTER_US):
            if not isinstance(event, PressEnded):
                yield Report(event.press.code, 24, event.press.start_us)


class WardbellFrames:
    """`FrameReceiver` with one node's key; a press's counter is its code."""

    def reports(self, durations: Iterable[int]) -> Iterator[Report]:
        """Each press once, at the end of the copy that proved it."""
        receiver = FrameReceiver({NODE_ID: NODE_KEY})
        end_us = 0
        for portion in _portions(durations):
            end_us += sum(map(abs, portion))
            for event in receiver.receive(Portion.of(portion, end_us)):
                if isinstance(event, FrameStarted):
                    yield Report(event.press.counter, 24, event.press.end_us)


class RpiRf:
    """The decoder of PyPI's rpi-rf, unchanged: called at each edge, on a pin and a clock that are ours."""

    def __init__(self) -> None:
        gpio = types.ModuleType("RPi.GPIO")
        vars(gpio).update(BCM=11, setmode=lambda numbering: numbering)
        package = types.ModuleType("RPi")
        vars(package).update(GPIO=gpio)
        before = {name: sys.modules.get(name) for name in ("RPi", "RPi.GPIO")}
        sys.modules.update({"RPi": package, "RPi.GPIO": gpio})
        try:
            import rpi_rf.rpi_rf as module
        finally:
            for name, was in before.items():
                if was is None:
                    del sys.modules[name]
                else:
                    sys.modules[name] = was
        self._module = module
        self._now_us = 0

    def perf_counter(self) -> float:
        """The time of the edge, s: what the decoder takes for the computer's clock."""
        return (self._now_us + 0.5) / 1e6

    def reports(self, durations: Iterable[int]) -> Iterator[Report]:
        """Each word it takes for a code."""
        self._module.time = self
        try:
            device = self._module.RFDevice(27)
            self._now_us = 0
            for duration_us in durations:
                self._now_us += abs(duration_us)
                device.rx_callback(27)
                if device.rx_code is not None:
                    yield Report(device.rx_code, device.rx_bitlength, self._now_us)
                    device.rx_code = None
        finally:
            self._module.time = time


class OnEdges:
    """A contender that decodes what a slicer makes of the air."""

    def __init__(self, name: str, receiver: EdgeReceiver, slicer: Rxb6 | LogPeak) -> None:
        self.name = name
        self.cpu_s = self.air_s = 0.0
        self._receiver = receiver
        self._slicer = slicer

    def hear(self, batch: Batch) -> list[Report]:
        """Every code heard."""
        durations = batch.durations(self._slicer)
        before_s = time.process_time()
        reports = list(self._receiver.reports(durations))
        self.cpu_s += time.process_time() - before_s
        self.air_s += sum(map(abs, durations)) / 1e6
        return reports


class WardbellIq:
    """`wardbell-iq`'s receiver, given what an RTL-SDR would give it and one node's key."""

    name = "wardbell-iq"

    def __init__(self) -> None:
        self.cpu_s = self.air_s = 0.0

    def hear(self, batch: Batch) -> list[Report]:
        """Every code heard."""
        return self._hear(cu8_of(batch.iq, batch.snr_db))

    def hear_file(self, path: Path) -> list[Report]:
        """Every code heard in a recording of 250 kS/s."""
        return self._hear(np.fromfile(path, dtype=np.uint8))

    def _hear(self, samples: NDArray[np.uint8]) -> list[Report]:
        before_s = time.process_time()
        parts = (samples[: len(samples) // 2 * 2].astype(np.float32) - np.float32(127.5)) / np.float32(127.5)
        receiver = IqReceiver(RATE_HZ, {NODE_ID: NODE_KEY})
        events = receiver.receive(parts.view(np.complex64)) + receiver.finish()
        self.cpu_s += time.process_time() - before_s
        self.air_s += len(samples) / 2 / RATE_HZ
        presses = [event.press for event in events if isinstance(event, PressStarted)]
        frames = [event.press for event in events if isinstance(event, FrameStarted)]
        return [Report(press.code, 24, press.start_us) for press in presses] + [
            Report(frame.counter, 24, frame.end_us) for frame in frames
        ]


class Rtl433:
    """Debian's rtl_433 with its decoder of SC226x and EV1527 alone."""

    def __init__(self, name: str, settings: tuple[str, ...]) -> None:
        self.name = name
        self.cpu_s = self.air_s = 0.0
        self._settings = settings

    def hear(self, batch: Batch) -> list[Report]:
        """Every code heard."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "air.cu8"
            cu8_of(batch.iq, batch.snr_db).tofile(path)
            self.air_s += len(batch.iq) / RATE_HZ
            return self.hear_file(path)

    def hear_file(self, path: Path) -> list[Report]:
        """Every code heard in a recording of 250 kS/s: `id` is the first 16 bits, `cmd` the last 8."""
        command = ["rtl_433", "-c", "/dev/null", "-R", "30", "-F", "json", *self._settings, "-r", f"cu8:250k:{path}"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu_s += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        return [Report(row["id"] << 8 | row["cmd"], 24, float(row["time"].strip("@s")) * 1e6) for row in rows]


def edge_contenders() -> list[Contender]:
    """Those that read a module's data pin."""
    return [
        OnEdges("wardbell, rxb6", WardbellReceiver(), Rxb6()),
        OnEdges("wardbell, logpeak", WardbellReceiver(), LogPeak()),
        OnEdges("rpi-rf, rxb6", RpiRf(), Rxb6()),
        OnEdges("rpi-rf, logpeak", RpiRf(), LogPeak()),
    ]


def frame_contenders() -> list[Contender]:
    """Those that read authenticated frames."""
    return [
        OnEdges("wardbell, rxb6", WardbellFrames(), Rxb6()),
        OnEdges("wardbell, logpeak", WardbellFrames(), LogPeak()),
        WardbellIq(),
    ]


def iq_contenders() -> list[OnSamples]:
    """Those that read a software radio."""
    peers = [Rtl433("rtl_433", ()), Rtl433("rtl_433, best setting", _BEST_SETTING)] if shutil.which("rtl_433") else []
    return [WardbellIq(), *peers]


def _portions(durations: Iterable[int]) -> Iterator[list[int]]:
    portion: list[int] = []
    size_us = 0
    for duration_us in durations:
        portion.append(duration_us)
        size_us += abs(duration_us)
        if size_us >= _PORTION_US:
            yield portion
            portion = []
            size_us = 0
    if portion:
        yield portion
