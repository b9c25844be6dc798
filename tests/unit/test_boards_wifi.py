"""The Pico W's Wi-Fi against a network that goes after weeks; the chip's own module is stood in for."""

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from wardbell_protocol.errors import ConfigError
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
        self._is_up = False

    def active(self, _: bool) -> None:
        self._is_up = self._is_up or not self.n_failures
        self.n_failures = max(0, self.n_failures - 1)  # and nobody is told

    def config(self, **_: int) -> None: ...

    def connect(self, name: str, password: str | None) -> None:
        if not (isinstance(name, str) and isinstance(password, str | None)):
            raise TypeError("object with buffer protocol required")
        if not self._is_up:
            raise OSError(1)
        self.n_tries += 1

    def isconnected(self) -> bool:
        return self.is_joined


def country(code: str) -> None:
    if len(code) != 2:
        raise ValueError


def made(
    monkeypatch: pytest.MonkeyPatch, wlan: Wlan, clock: VirtualClock, **settings: object
) -> "tuple[PicoWifi, int]":
    """A Wi-Fi on that chip, and after how many ms it tries again."""
    chip = ModuleType("network")
    vars(chip).update({"WLAN": lambda _: wlan, "STA_IF": 0, "country": country})
    monkeypatch.setitem(sys.modules, "network", chip)
    monkeypatch.delitem(sys.modules, "wardbell_firmware.boards.rp2040.wifi", raising=False)  # it has the one before
    from wardbell_firmware.boards.rp2040.wifi import JOIN_AGAIN_MS, PicoWifi

    return PicoWifi({"ssid": "ward", **settings}, clock), JOIN_AGAIN_MS


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


@pytest.mark.parametrize("wrong", [{"country": "Deutschland"}, {"country": 49}, {"password": 12345678}, {"ssid": 7}])
def test_settings_that_cannot_be_are_said_to_be_so(monkeypatch: pytest.MonkeyPatch, wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"settings\.json: wifi: "):
        made(monkeypatch, Wlan(0), VirtualClock(), **wrong)
