"""The Pico W's Wi-Fi against a network that goes after weeks; the chip's own module is stood in for."""

import sys
from types import ModuleType

import pytest

from wardbell_simulator.board_side.parts import VirtualClock

WEEK_MS = 7 * 86_400_000  # the chip's ticks can be told apart over 6.2 days


class Wlan:
    """What CYW43 does for MicroPython."""

    def __init__(self, _: int) -> None:
        self.is_joined = False
        self.n_tries = 0

    def active(self, _: bool) -> None: ...

    def config(self, **_: int) -> None: ...

    def connect(self, _name: str, _password: str | None) -> None:
        self.n_tries += 1

    def isconnected(self) -> bool:
        return self.is_joined


@pytest.mark.parametrize("weeks", [0, 1, 2, 57])
def test_it_joins_again_each_15_s_however_long_it_was_there(monkeypatch: pytest.MonkeyPatch, weeks: int) -> None:
    chip = ModuleType("network")
    wlan = Wlan(0)
    vars(chip).update({"WLAN": lambda _: wlan, "STA_IF": 0})
    monkeypatch.setitem(sys.modules, "network", chip)
    monkeypatch.delitem(sys.modules, "wardbell_firmware.boards.rp2040.wifi", raising=False)  # it has the one before
    from wardbell_firmware.boards.rp2040.wifi import JOIN_AGAIN_MS, PicoWifi

    clock = VirtualClock()
    wifi = PicoWifi({"ssid": "ward"}, clock)
    wlan.is_joined = True
    clock.now_us = 1_000_000
    assert wifi.is_up()
    clock.now_us = 1000 * (weeks * WEEK_MS + 2_000)
    wlan.is_joined = False
    tried_before = wlan.n_tries
    for _ in range(4 * JOIN_AGAIN_MS // 1000):
        assert not wifi.is_up()
        clock.now_us += 1_000_000
    assert wlan.n_tries - tried_before in (3, 4)
