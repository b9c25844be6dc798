"""The bed node's app on a virtual board: the battery under load, the ear's supply, the loop, and settings that cannot be."""

import pytest

from wardbell_firmware.bedside.app import BedsideApp
from wardbell_firmware.bedside.unusable import TONE_EVERY_MS, TONE_HZ
from wardbell_firmware.run import run
from wardbell_simulator.board_side.boards import VirtualBedside

KEY = bytes(range(16)).hex()
KEYED = {"node_id": 7, "key": KEY, "signals": {"call": "normal"}, "cells": 2}


def board(settings: dict[str, object], ear: int = 0, mv: int = 2_900) -> VirtualBedside:
    return VirtualBedside({"keys": ["call"], "settings": settings, "files": {}, "ear": ear, "mv": mv})


def wake(app: BedsideApp, node: VirtualBedside, ms: int, **news: object) -> list[list[object]]:
    node.wake({"t": ms * 1_000, **news})
    out: list[list[object]] = node.answer(app.step(ms))["out"]
    return out


class Meter:
    """A battery that is asked only while the transmitter sends."""

    def __init__(self, node: VirtualBedside) -> None:
        self.node = node
        self.n_asked = 0

    def millivolts(self) -> int:
        assert self.node.radio.is_sending()
        self.n_asked += 1
        return 2_600


def test_the_battery_is_asked_under_load_and_the_next_frame_carries_it() -> None:
    node = board(KEYED)
    meter = Meter(node)
    node.battery = meter  # type: ignore[assignment]
    app = BedsideApp(node)
    assert app.node is not None
    assert [part for part, _, _ in wake(app, node, 1_000)] == ["file"]  # the first values of its counter
    assert (meter.n_asked, app.node.supply.level) == (0, 0)
    wake(app, node, 2_000, keys=[["call", 1], ["call", 0]])
    assert (meter.n_asked, app.node.supply.level) == (1, 9)


def test_the_ear_has_its_supply_while_an_answer_may_come_and_no_longer() -> None:
    node = board(KEYED, ear=1)
    app = BedsideApp(node)
    assert [part for part, _, _ in wake(app, node, 1_000)] == ["file"]  # the first values of its counter
    out = wake(app, node, 2_000, keys=[["call", 1], ["call", 0]])
    assert ["ear", 2_000_000, 1] in out
    assert app.node is not None
    assert app.node.wants_ear
    idle = BedsideApp(board(KEYED, ear=1))
    assert idle.node is not None
    assert not idle.node.wants_ear


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "signals"),
        ({"signals": {"call": "tea"}}, "signals.call"),
        ({"signals": {"call": ["normal"]}}, "signals.call"),
        ({**KEYED, "signals": {"call": "normal", "Cord": "bathroom"}}, "signals.Cord"),
        ({**KEYED, "key": "short"}, "key"),
        ({**KEYED, "cells": 9}, "cells"),
        ({"signals": {"call": "normal"}, "address": "0F"}, "0F"),
    ],
)
def test_settings_that_cannot_be_are_seen_and_heard_at_the_bed_and_never_silence(
    settings: dict[str, object], said: str
) -> None:
    node = board(settings)
    app = BedsideApp(node)
    assert said in app.trouble
    assert KEY not in app.trouble
    out: list[list[object]] = []
    ms: int | None = 0
    while ms is not None and ms < 3 * TONE_EVERY_MS:
        out += wake(app, node, ms, keys=[["call", 1], ["call", 0]])
        ms = app.step(ms)
    parts = [(part, value) for part, _, value in out]
    assert parts.count(("tone", TONE_HZ)) == parts.count(("tone", 0)) == 3
    assert parts.count(("lamp_red", 1)) == parts.count(("lamp_green", 1)) == 3 * 60
    assert not [part for part, _ in parts if part == "air"]


class EnoughError(Exception):
    """The loop has turned often enough."""


def test_the_loop_feeds_the_watchdog_at_each_turn() -> None:
    node = board(KEYED)

    def exchange(until_ms: int | None) -> None:
        if node.watchdog.n_fed == 5:
            raise EnoughError
        node.wake({"t": (until_ms or 0) * 1_000})

    node.clock.exchange = exchange
    with pytest.raises(EnoughError):
        run(BedsideApp(node), node)
    assert node.watchdog.n_fed == 5
