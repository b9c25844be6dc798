"""One suite over every board at hand: what boards/contract.py promises, seen from the other side of the pins.

A `World` is what stands around a board: fingers, air, the far end of the line, and time. The virtual boards have one here;
a real Pico's would be a second Pico wired to its pins.
"""

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from wardbell_firmware.bedside.contacts import KEYS, LOOPS, fitted
from wardbell_firmware.boards.contract import BedsideBoard, ReceiverBoard
from wardbell_firmware.boards.pins import C3_BEDSIDE, PICO_BEDSIDE, PICO_RECEIVER
from wardbell_firmware.drivers.hd44780 import Hd44780
from wardbell_protocol.errors import WardbellError
from wardbell_simulator.board_side.boards import DESK_KEYS, VirtualBedside, VirtualReceiver
from wardbell_simulator.glass import Glass
from wardbell_simulator.plan import SIGNAL_OF_KEY

SETTINGS = {"address": "0F1F0F1F", "signals": {"call": "normal"}}


class World(Protocol):
    """What can be done to a board from outside, and what is seen of it."""

    bedside: BedsideBoard
    receiver: ReceiverBoard

    def finger(self, key: str, is_down: bool) -> None: ...
    def pass_time(self, us: int) -> None: ...
    def air_heard(self) -> list[int]: ...
    def say_on_air(self, durations: list[int]) -> int: ...
    def say_on_line(self, data: bytes) -> None: ...
    def line_heard(self) -> bytes: ...
    def lamps(self) -> tuple[bool, bool]: ...
    def tone_hz(self) -> int: ...
    def glass(self) -> Glass: ...
    def restart(self) -> None: ...


class VirtualWorld:
    """Around the two virtual boards."""

    def __init__(self) -> None:
        self._files: tuple[dict[str, str], dict[str, str]] = ({}, {})  # the node's, the receiver's
        self._out: list[tuple[str, int, Any]] = []
        self._now_us = 0
        self.restart()

    def restart(self) -> None:
        of_node, of_receiver = (dict(kept) for kept in self._files)
        self.bedside = VirtualBedside({"keys": ["call"], "settings": SETTINGS, "files": of_node, "mv": 2_900, "ear": 1})
        self.receiver = VirtualReceiver({"files": of_receiver, "epoch": 7, "settings": {}, "transmitter": 1})
        self._glass = Glass()
        for board in (self.bedside, self.receiver):
            board.clock.exchange = self._exchange_of(board)

    def finger(self, key: str, is_down: bool) -> None:
        self._wake({"keys": [[key, int(is_down)]]}, self.receiver if key in self.receiver.keys else self.bedside)

    def pass_time(self, us: int) -> None:
        self._now_us += us
        for board in (self.bedside, self.receiver):
            self._wake({}, board)

    def air_heard(self) -> list[int]:
        return [us for value in self._values("air") for us in value]

    def say_on_air(self, durations: list[int]) -> int:
        self._now_us += sum(map(abs, durations))
        for board in (self.receiver, self.bedside):
            self._wake({"air": [durations, self._now_us]}, board)
        return self._now_us

    def say_on_line(self, data: bytes) -> None:
        self._wake({"line": data.hex()}, self.receiver)

    def line_heard(self) -> bytes:
        return b"".join(bytes.fromhex(value) for value in self._values("line"))

    def lamps(self) -> tuple[bool, bool]:
        red, green = (bool(([0, *self._values(f"lamp_{colour}")])[-1]) for colour in ("red", "green"))
        return red, green

    def tone_hz(self) -> int:
        return int(([0, *self._values("tone")])[-1])

    def glass(self) -> Glass:
        self._collect()
        for part, at_us, value in self._out:
            if part == "lcd":
                self._glass.drive(at_us, value)
        return self._glass

    def _exchange_of(self, board: VirtualBedside | VirtualReceiver) -> Callable[[int | None], None]:
        def exchange(until_ms: int | None) -> None:
            self._now_us = max(self._now_us, (until_ms or 0) * 1000)
            self._wake({}, board)

        return exchange

    def _wake(self, news: dict[str, Any], board: VirtualBedside | VirtualReceiver) -> None:
        board.wake({"t": self._now_us, **news})

    def _collect(self) -> None:
        boards: list[VirtualBedside | VirtualReceiver] = [self.bedside, self.receiver]
        for board, files in zip(boards, self._files, strict=True):
            for part, at_us, value in board.answer(None)["out"]:
                self._out.append((part, at_us, value))
                if part == "file":
                    files[value[0]] = value[1]

    def _values(self, part: str) -> list[Any]:
        self._collect()
        return [value for name, _, value in self._out if name == part]


@pytest.fixture(params=[VirtualWorld])
def world(request: pytest.FixtureRequest) -> World:
    made: World = request.param()
    return made


def test_time_does_not_run_backwards_and_a_hold_up_takes_its_time(world: World) -> None:
    for board in (world.bedside, world.receiver):
        before_ms = board.clock.now_ms()
        assert before_ms >= 0
        board.clock.sleep_us(3_000)
        assert board.clock.now_ms() >= before_ms + 3


def test_waiting_ends_at_its_time_at_the_latest(world: World) -> None:
    until_ms = world.bedside.clock.now_ms() + 40
    world.bedside.clock.wait(until_ms)
    assert world.bedside.clock.now_ms() <= until_ms + 20


def test_a_key_says_what_its_contact_is(world: World) -> None:
    key = world.bedside.keys["call"]
    assert not key.is_pressed()
    world.finger("call", True)
    assert [key.is_pressed() for _ in range(3)] == [True] * 3
    world.finger("call", False)
    assert [key.is_pressed() for _ in range(2)] == [False] * 2


@pytest.mark.parametrize("name", ["call", "ack", "browse", "mute"])
def test_the_shortest_press_is_kept_until_it_was_read_once(world: World, name: str) -> None:
    key = world.bedside.keys[name] if name == "call" else world.receiver.keys[name]
    world.finger(name, True)
    world.finger(name, False)
    assert [key.is_pressed() for _ in range(2)] == [True, False]


@pytest.mark.parametrize("of", ["bedside", "receiver"])
def test_the_transmitter_plays_what_it_was_given_and_says_when_it_is_done(world: World, of: str) -> None:
    radio = world.bedside.radio if of == "bedside" else world.receiver.transmitter
    assert radio is not None
    assert not radio.is_sending()
    radio.send([350, 1050, 350, 10_850])
    assert radio.is_sending()
    with pytest.raises(WardbellError):
        radio.send([350, 1050])
    world.pass_time(12_600)
    assert not radio.is_sending()
    assert world.air_heard() == [350, 1050, 350, 10_850]


def test_lamps_and_buzzer_keep_what_they_were_told(world: World) -> None:
    world.bedside.lamp_red.set(True)
    world.bedside.buzzer.set(2_000)
    world.pass_time(10_000)
    assert (world.lamps(), world.tone_hz()) == ((True, False), 2_000)
    world.bedside.lamp_red.set(False)
    world.bedside.lamp_green.set(True)
    world.bedside.buzzer.set(0)
    assert (world.lamps(), world.tone_hz()) == ((False, True), 0)


@pytest.mark.parametrize("of", ["bedside", "receiver"])
def test_what_is_on_the_air_is_read_once_with_its_end(world: World, of: str) -> None:
    source = world.bedside.receiver if of == "bedside" else world.receiver.radio
    assert source is not None
    if world.bedside.receiver is not None:
        world.bedside.receiver.listen(True)
    end_us = world.say_on_air([-5_000, 350, -1_050, 350])
    portion = source.read()
    assert [
        abs(found - sent) <= 5 for found, sent in zip(portion.signed(), [-5_000, 350, -1_050, 350], strict=True)
    ] == [True] * 4
    assert abs(portion.end_us - end_us) <= 50
    assert source.read().n == 0


def test_the_battery_has_a_voltage_or_none_is_measured(world: World) -> None:
    supply_mv = world.bedside.battery.millivolts()
    assert supply_mv is None or 1_000 < supply_mv < 20_000


def test_the_line_carries_every_byte_value_both_ways(world: World) -> None:
    data = bytes(range(256))
    world.say_on_line(data)
    assert (world.receiver.line.read(), world.receiver.line.read()) == (data, b"")
    world.receiver.line.write(data)
    assert world.line_heard() == data


def test_the_display_reads_what_the_driver_writes(world: World) -> None:
    lcd = Hd44780(world.receiver.lcd, world.receiver.clock)
    lcd.start()
    lcd.show(("203-2 call   1/1", "Calling!!!"))
    glass = world.glass()
    assert glass.lines() == ("203-2 call   1/1", "Calling!!!      ")
    assert (glass.n_busy, glass.n_early) == (0, 0)


@pytest.mark.parametrize("of", ["bedside", "receiver"])
def test_a_file_outlives_a_restart(world: World, of: str) -> None:
    boards = {"bedside": lambda: world.bedside.store, "receiver": lambda: world.receiver.store}
    store = boards[of]()
    assert store.load("stations.json") is None
    store.save("stations.json", b"one")
    store.save("stations.json", b"\x00two")
    world.pass_time(1_000)
    world.line_heard()
    world.restart()
    assert boards[of]().load("stations.json") == b"\x00two"


def test_the_session_has_a_number_that_the_link_can_carry(world: World) -> None:
    assert 1 <= world.receiver.epoch < 1 << 30


def test_keys_are_those_of_the_pin_map_and_nothing_else_on_it() -> None:
    settings = {"signals": dict.fromkeys(("handset", "call", "assist", "buzzer", "bell"), "normal")}
    assert fitted(settings, PICO_BEDSIDE) == ["call", "assist", "handset"]
    assert fitted(settings, C3_BEDSIDE) == ["call", "handset"]
    assert fitted({}, PICO_BEDSIDE) == []


def test_the_virtual_boards_have_what_the_pin_map_has() -> None:
    assert set(SIGNAL_OF_KEY) == {*KEYS, *LOOPS} <= set(PICO_BEDSIDE)
    assert set(DESK_KEYS) <= set(PICO_RECEIVER)
    node = VirtualBedside({"keys": [], "settings": SETTINGS, "files": {}, "ear": 1})
    desk = VirtualReceiver({"files": {}, "epoch": 7, "settings": {}, "transmitter": 1})
    for board, pins in ((node, PICO_BEDSIDE), (desk, PICO_RECEIVER)):
        driven = {name.split("_")[0] if name.startswith(("lcd", "line")) else name for name in pins}
        wired = driven - {*KEYS, *LOOPS, *DESK_KEYS, "radio_power", "ear_power"} - {"ear"}
        assert [name for name in wired if not hasattr(board, name)] == []
