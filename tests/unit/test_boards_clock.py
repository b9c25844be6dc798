"""The boards' milliseconds since start, made of a chip's that wrap every 12.4 days; the chip's modules are stood in for."""

import sys
from importlib import import_module
from types import ModuleType

import pytest

DAY_MS = 86_400_000
PERIOD_MS = 1 << 30  # of MicroPython's ticks on a chip of 32 bits


class Ticks:
    """`time` as MicroPython has it."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms

    def ticks_ms(self) -> int:
        return self.now_ms % PERIOD_MS

    @staticmethod
    def ticks_diff(later: int, earlier: int) -> int:
        return (later - earlier + PERIOD_MS // 2) % PERIOD_MS - PERIOD_MS // 2


@pytest.mark.parametrize("name", ["rp2040.clock.PicoClock", "esp32c3.clock.C3Clock"])
@pytest.mark.parametrize("on_for_ms", [0, PERIOD_MS // 2 - 1, PERIOD_MS - 1])
def test_a_clock_goes_on_over_every_wrap(monkeypatch: pytest.MonkeyPatch, name: str, on_for_ms: int) -> None:
    for chip in ("machine", "esp32"):
        monkeypatch.setitem(sys.modules, chip, ModuleType(chip))
    module, _, clock_name = name.rpartition(".")
    clocks = import_module("wardbell_firmware.boards." + module)
    ticks = Ticks(on_for_ms)
    monkeypatch.setattr(clocks, "time", ticks)
    clock = getattr(clocks, clock_name)()
    for step_ms in (1, 4_000, DAY_MS // 24, 6 * DAY_MS):
        before_ms, asked_before_ms = ticks.now_ms, clock.now_ms()
        for asked in range(1, 1 + min(2_000, 400 * DAY_MS // step_ms)):
            ticks.now_ms += step_ms
            assert clock.now_ms() == asked_before_ms + asked * step_ms
        assert clock.now_ms() - asked_before_ms == ticks.now_ms - before_ms
    assert clock.now_ms() == ticks.now_ms - on_for_ms > 400 * DAY_MS
