"""The receiver's app on its virtual board: lamps, relay, mains and a display that is set right again."""

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from wardbell_firmware.receiver.app import ReceiverApp
from wardbell_firmware.receiver.desk_display import RENEW_EACH_MS
from wardbell_firmware.receiver.table import STATIONS_FILE
from wardbell_protocol.errors import ConfigError
from wardbell_simulator.board_side.boards import VirtualReceiver
from wardbell_simulator.glass import E, Glass

if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Network

STATION = {"station_id": "s1", "room": "203", "bed": "2", "address": "0F1F0F1F", "codes": {}, "clear_at": ["bed"]}


class Desk:
    """App and board; what the board puts out goes to a glass and a list."""

    def __init__(self, network: "Network | None" = None, **start: Any) -> None:  # noqa: ANN401 - of the start message
        files = {STATIONS_FILE: json.dumps([STATION]).encode().hex()}
        self.board = VirtualReceiver({"files": files, "epoch": 7, "settings": {"host": False}, **start})
        self.board.network = network
        self.app = ReceiverApp(self.board)
        self.glass = Glass()
        self.out: dict[str, list[Any]] = {}
        self.run_to(0)

    def run_to(self, end_ms: int, **news: Any) -> None:  # noqa: ANN401 - of the wake message
        """Let time pass, from deadline to deadline; the news come first."""
        while True:
            due_ms = self.app.step(self.board.clock.now_ms())
            for part, at_us, value in self.board.answer(due_ms)["out"]:
                self.out.setdefault(part, []).append(value)
                if part == "lcd":
                    self.glass.drive(at_us, value)
            now_ms = self.board.clock.now_ms()
            if now_ms >= end_ms and not news:
                return
            at_ms = now_ms if news else min(end_ms, max(now_ms + 1, end_ms if due_ms is None else due_ms))
            self.board.wake({"t": at_ms * 1000, **news})
            news = {}

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.glass.lines()]


def test_it_starts_with_green_lit_and_the_relay_held() -> None:
    desk = Desk()
    assert (desk.out["green"], desk.out["relay"], desk.out.get("red")) == ([1], [1], None)
    assert desk.lines == ["Everything Good!", ""]


def test_lost_mains_reach_display_lamp_and_buzzer_within_ten_seconds() -> None:
    desk = Desk()
    desk.run_to(20_000)
    desk.run_to(30_000, mains=0)
    assert desk.lines[1].startswith("Mains lost")
    assert {1, 0} <= set(desk.out["red"])
    assert any(desk.out["tone"])
    assert desk.out["relay"] == [1]


def test_a_start_without_mains_is_seen_as_such() -> None:
    desk = Desk(mains=0)
    desk.run_to(10_000)
    assert desk.lines[1].startswith("Mains lost")


def test_a_display_out_of_step_is_right_again_within_a_minute() -> None:
    desk = Desk()
    desk.run_to(1_000)
    stray = 0x200 | 0x50
    desk.glass.drive(desk.board.clock.now_us + 5_000, stray | E)
    desk.glass.drive(desk.board.clock.now_us + 5_000, stray)
    desk.run_to(RENEW_EACH_MS - 2_000)
    desk.board.wake({"t": (RENEW_EACH_MS - 1_000) * 1000, "mains": 0})
    desk.run_to(RENEW_EACH_MS + 2_500)
    assert desk.lines[0] == "Desk fault   1/1"
    assert desk.lines[1].startswith("Mains lost")
    assert desk.glass.n_busy == 0


class Up:
    """A network that is there."""

    def is_up(self) -> bool:
        return True


class Wrong:
    """A board's own look for a network that its settings do not name."""

    def __get__(self, *_: object) -> "Network":
        raise ConfigError("settings.json", "wifi", "only a Pico W has it")

    def __set__(self, *_: object) -> None: ...


def test_a_receiver_whose_wifi_cannot_be_says_so_and_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VirtualReceiver, "network", Wrong(), raising=False)
    desk = Desk(settings={"host": False, "bus": {"ward": "east", "host": "192.168.1.2"}})
    assert "only a Pico W" in desk.app.trouble
    assert desk.lines[0] == "No broker:"
    assert desk.out["relay"] == [1]


def test_a_receiver_that_cannot_join_the_bus_says_why_and_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umqtt", None)  # an image without it
    desk = Desk(network=Up(), settings={"host": False, "bus": {"ward": "east", "host": "192.168.1.2"}})
    said = set()
    for at_s in range(8):
        desk.run_to(1_000 * at_s)
        said.add(desk.lines[0])
    assert said == {"No broker:", "umqtt.simple is", "missing"}
    assert desk.out["relay"] == [1]
    desk.run_to(30_000, mains=0)
    desk.run_to(35_000)
    assert desk.lines[1].startswith("Mains lost")
    assert any(desk.out["tone"])
