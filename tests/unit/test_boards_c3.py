"""How an ESP32-C3 waits for its keys, on a model of its light sleep by ESP-IDF's and MicroPython's documents.

No emulator of it was at hand.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

CALL, RESET, CORD = 3, 4, 5
REST = {CALL: 1, RESET: 1, CORD: 0}  # keys are open, the loop is closed
TIMER, BY_A_PIN = 4, 7


class Chip:
    """Its pins' levels over time: `changes` are (at_us, pin, level). Time passes asleep only; `naps` are each sleep's ms."""

    def __init__(self, changes: list[tuple[int, int, int]]) -> None:
        self.now_us = 0
        self.naps: list[float] = []
        self.reason = 0
        self.refuses = False
        self._changes = sorted(changes)
        self._waking: list[int] = []
        self._told: set[int] = set()

    def level(self, pin: int) -> int:
        past = [level for at_us, of, level in self._changes if of == pin and at_us <= self.now_us]
        return past[-1] if past else REST[pin]

    def wake_on_gpio(self, pins: "list[Any] | None", level: bool) -> None:
        assert not level
        if pins is not None:  # None keeps those of before, as of wake_on_ext1
            self._waking = [pin.gpio for pin in pins]

    def lightsleep(self, time_ms: int) -> None:
        began_us, self.reason = self.now_us, 0
        self._told.update(self._waking)  # MicroPython takes it back from no pin
        waking = self._told if self._waking else set()
        if not self.refuses:
            self.reason = TIMER
            ends = [at_us for at_us, _, _ in self._changes if began_us < at_us < began_us + time_ms * 1000]
            for at_us in [began_us, *ends]:
                self.now_us = at_us
                if any(self.level(pin) == 0 for pin in waking):
                    self.reason = BY_A_PIN
                    break
            else:
                self.now_us = began_us + time_ms * 1000
        self.naps.append((self.now_us - began_us) / 1000)
        self.now_us += 1000  # until Python runs again


class Pin:
    """`machine.Pin`. It has no `irq`: with `wake_on_gpio` on one pin, that resets the chip."""

    IN, PULL_UP = 1, 2
    chip: Chip

    def __init__(self, gpio: int, *_: int) -> None:
        self.gpio = gpio

    def value(self) -> int:
        return self.chip.level(self.gpio)


class Node:
    """Clock and keys of a node on that chip."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, keys: list[int], changes: list[tuple[int, int, int]], has_wake: bool
    ) -> None:
        chip = self.chip = Chip(changes)
        machine, esp32 = ModuleType("machine"), ModuleType("esp32")
        vars(machine).update(Pin=Pin, lightsleep=chip.lightsleep, wake_reason=lambda: chip.reason)
        if has_wake:
            vars(esp32).update(wake_on_gpio=chip.wake_on_gpio, WAKEUP_ALL_LOW=False)
        for name, module in (("machine", machine), ("esp32", esp32)):
            monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setattr(Pin, "chip", chip, raising=False)
        boards = "wardbell_firmware.boards.esp32c3."
        for name in ("clock", "key"):
            monkeypatch.delitem(sys.modules, boards + name, raising=False)
        clocks, of_keys = import_module(boards + "clock"), import_module(boards + "key")
        clock = ModuleType("time")
        vars(clock).update(
            ticks_ms=lambda: chip.now_us // 1000,
            ticks_diff=lambda later, earlier: later - earlier,
            sleep_ms=self.doze,
        )
        monkeypatch.setattr(clocks, "time", clock)
        self.keys = {gpio: of_keys.C3Key(gpio, gpio == CORD) for gpio in keys}
        self.clock = clocks.C3Clock()
        self.is_lit = False
        self.clock.sleep_while(lambda: not self.is_lit, self.keys.values())

    def doze(self, time_ms: int) -> None:
        self.chip.now_us += time_ms * 1000

    def pressed(self, for_ms: int) -> list[tuple[int, int]]:
        """Presses as an app would see them: (ms, key), while it does nothing else."""
        seen: list[tuple[int, int]] = []
        down: set[int] = set()
        while self.chip.now_us < for_ms * 1000:
            now = {gpio for gpio, key in self.keys.items() if key.is_pressed()}
            seen += [(self.clock.now_ms(), gpio) for gpio in sorted(now - down)]
            down = now
            self.clock.wait(None)
        return seen


PRESS = [(1_700_000, CALL, 0), (2_100_000, CALL, 1)]


@pytest.mark.parametrize(
    ("keys", "has_wake", "within_ms"),
    [([CALL], True, 3), ([CALL, RESET], True, 3), ([CALL, RESET, CORD], True, 3), ([CALL], False, 52)],
)
def test_a_press_ends_a_sleep(monkeypatch: pytest.MonkeyPatch, keys: list[int], has_wake: bool, within_ms: int) -> None:
    ((at_ms, key),) = Node(monkeypatch, keys, PRESS, has_wake).pressed(4_000)
    assert key == CALL
    assert 1_700 <= at_ms <= 1_700 + within_ms


def test_a_contact_that_is_open_again_counts_by_having_ended_the_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    ((at_ms, _),) = Node(monkeypatch, [CALL], [(900_000, CALL, 0), (900_050, CALL, 1)], True).pressed(4_000)
    assert at_ms == 901


def test_a_sleep_that_the_chip_refuses_is_no_press(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(monkeypatch, [CALL], [], True)
    node.chip.refuses = True
    assert node.pressed(1_000) == []


def test_a_key_that_is_held_does_not_keep_the_chip_awake(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(monkeypatch, [CALL, RESET], [(500_000, CALL, 0), (60_020_000, CALL, 1)], True)
    assert [key for _, key in node.pressed(60_000)] == [CALL], "no reset that nobody pressed"
    assert 1_000 < node.chip.naps.count(50) <= len(node.chip.naps) < 1_250
    assert node.pressed(60_100) == [], "held until then, and let go: no second press"
    node.pressed(70_000)
    assert node.chip.naps[-1] == 4_000


def test_a_loop_is_seen_open_within_a_nap(monkeypatch: pytest.MonkeyPatch) -> None:
    ((at_ms, key),) = Node(monkeypatch, [CALL, CORD], [(777_000, CORD, 1)], True).pressed(2_000)
    assert key == CORD
    assert 777 <= at_ms <= 777 + 52


@pytest.mark.parametrize("lasts_ms", [2, 400])
def test_a_press_while_the_lamp_is_lit_is_seen_without_an_interrupt(
    monkeypatch: pytest.MonkeyPatch, lasts_ms: int
) -> None:
    node = Node(monkeypatch, [CALL, RESET], [(300_500, CALL, 0), (300_500 + lasts_ms * 1_000, CALL, 1)], True)
    node.is_lit = True
    ((at_ms, key),) = node.pressed(1_000)
    assert (at_ms, key) == (301, CALL)
    assert node.chip.naps == []


def test_a_node_that_asks_no_key_sleeps_on(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(monkeypatch, [CALL], [(900_000, CALL, 0), (900_050, CALL, 1)], True)
    while node.chip.now_us < 40_000_000:  # of no use for want of settings, boards/start.py
        node.clock.wait(None)
    assert len(node.chip.naps) < 15


@pytest.mark.parametrize("name", ["rp2040.watchdog.PicoWatchdog", "esp32c3.parts.C3Watchdog"])
def test_a_board_that_is_only_made_at_the_repl_is_bitten_by_no_watchdog(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    told: list[object] = []

    class Wdt:
        def __init__(self, timeout: int) -> None:
            told.append(timeout)

        def feed(self) -> None:
            told.append("fed")

    machine = ModuleType("machine")
    vars(machine).update(WDT=Wdt)
    monkeypatch.setitem(sys.modules, "machine", machine)
    module, _, watchdog_name = name.rpartition(".")
    monkeypatch.delitem(sys.modules, "wardbell_firmware.boards." + module, raising=False)
    watchdog = getattr(import_module("wardbell_firmware.boards." + module), watchdog_name)()
    assert told == []
    watchdog.feed()
    watchdog.feed()
    assert told == [8_000, "fed", "fed"]
