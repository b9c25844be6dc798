"""The Pico W's Wi-Fi against a network that goes after weeks; the chip's own module is stood in for."""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from wardbell_simulator.board_side.parts import VirtualClock

if TYPE_CHECKING:
    from wardbell_firmware.boards.rp2040.wifi import PicoWifi

WEEK_MS = 7 * 86_400_000  # the chip's ticks can be told apart over 6.2 days


class Wlan:
    """What CYW43 does for MicroPython."""

    def __init__(self, _: int) -> None:
        self.is_joined = False
        self.n_tries = 0
        self.n_failures = 0

    def active(self, _: bool) -> None:
        if self.n_failures:
            self.n_failures -= 1
            raise OSError(110)

    def config(self, **_: int) -> None: ...

    def connect(self, _name: str, _password: str | None) -> None:
        self.n_tries += 1

    def isconnected(self) -> bool:
        return self.is_joined


def made(monkeypatch: pytest.MonkeyPatch, wlan: Wlan, clock: VirtualClock) -> "tuple[PicoWifi, int]":
    """A Wi-Fi on that chip, and after how many ms it tries again."""
    chip = ModuleType("network")
    vars(chip).update({"WLAN": lambda _: wlan, "STA_IF": 0})
    monkeypatch.setitem(sys.modules, "network", chip)
    monkeypatch.delitem(sys.modules, "wardbell_firmware.boards.rp2040.wifi", raising=False)  # it has the one before
    from wardbell_firmware.boards.rp2040.wifi import JOIN_AGAIN_MS, PicoWifi

    return PicoWifi({"ssid": "ward"}, clock), JOIN_AGAIN_MS


@pytest.mark.parametrize("weeks", [0, 1, 2, 57])
def test_it_joins_again_each_15_s_however_long_it_was_there(monkeypatch: pytest.MonkeyPatch, weeks: int) -> None:
    wlan, clock = Wlan(0), VirtualClock()
    wifi, again_ms = made(monkeypatch, wlan, clock)
    wlan.is_joined = True
    clock.now_us = 1_000_000
    assert wifi.is_up()
    clock.now_us = 1000 * (weeks * WEEK_MS + 2_000)
    wlan.is_joined = False
    tried_before = wlan.n_tries
    for _ in range(4 * again_ms // 1000):
        assert not wifi.is_up()
        clock.now_us += 1_000_000
    assert wlan.n_tries - tried_before in (3, 4)


def test_a_radio_chip_that_does_not_answer_ends_no_receiver_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    wlan, clock = Wlan(0), VirtualClock()
    wlan.n_failures = 3
    wifi, again_ms = made(monkeypatch, wlan, clock)
    for _ in range(3):
        assert wlan.n_tries == 0
        clock.now_us += again_ms * 1_000
        assert not wifi.is_up()
    assert wlan.n_tries == 1
    wlan.is_joined = True
    assert wifi.is_up()
