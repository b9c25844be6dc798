"""The node's counter: no value twice, whatever the store makes of the write in which the battery is pulled."""

import contextlib
import itertools
from collections.abc import Callable

import pytest
from bedside_bench import KEY, NODE_ID, SIGNALS, KeyedBench

from wardbell_firmware.bedside.counter import BLOCK, COUNTER_END, FIRST_BLOCK, OLD_COUNTER_FILE, FrameCounter
from wardbell_firmware.bedside.node import BedsideNode
from wardbell_protocol.errors import ConfigError, EncodeError
from wardbell_protocol.link.frame import crc16
from wardbell_simulator.board_side.parts import VirtualClock, VirtualStore, Wires

START_S = 2.3  # of which a person may ask for the REPL for two: firmware/README.md, "Memory"

# What may stand in a file whose write was cut: old bytes, new bytes -> bytes, or None where there is no file.
Tear = Callable[[bytes | None, bytes], bytes | None]


def tears() -> dict[str, Tear]:
    whole_length = len(b"%d 0000" % (1 + BLOCK))
    found: dict[str, Tear] = {
        "nothing yet": lambda old, _new: old,
        "all of it": lambda _old, new: new,
        "gone": lambda _old, _new: None,
        "erased flash": lambda _old, new: b"\xff" * len(new),
        "zeros": lambda _old, new: bytes(len(new)),
        "new over old": lambda old, new: new[:2] + (old or b"")[2:],
    }
    for length in range(whole_length):
        found[f"{length} bytes"] = lambda _old, new, length=length: new[:length]  # type: ignore[misc]
    return found


class CutError(Exception):
    """The battery is out."""


class TearingStore(VirtualStore):
    """The battery is pulled in one of its writes."""

    def __init__(self, files: dict[str, bytes], cut_at: int, tear: Tear) -> None:
        super().__init__(Wires(VirtualClock()), files)
        self.cut_at = cut_at
        self.tear = tear

    def save(self, name: str, data: bytes) -> None:
        if self.cut_at == 0:
            left = self.tear(self._files.get(name), data)
            if left is None:
                self._files.pop(name, None)
            else:
                self._files[name] = left
            raise CutError
        self.cut_at -= 1
        super().save(name, data)


def store(files: dict[str, bytes]) -> VirtualStore:
    return VirtualStore(Wires(VirtualClock()), files)


def live(files: dict[str, bytes], cut_at: int, tear: Tear, n_taken: int, quiet_each: int) -> list[int]:
    """The values that a node uses until its battery is pulled; it has time to write ahead after so many each."""
    used = []
    try:
        counter = FrameCounter(TearingStore(files, cut_at, tear))
        for at in range(n_taken):
            used.append(counter.take())
            if at % quiet_each == 0:
                counter.claim_ahead()
    except CutError:
        pass
    return used


@pytest.mark.parametrize("name", list(tears()))
@pytest.mark.parametrize("before", [{}, {OLD_COUNTER_FILE: b"777"}], ids=["new", "old file"])
def test_a_battery_pulled_in_any_write_never_uses_a_value_twice(name: str, before: dict[str, bytes]) -> None:
    tear = tears()[name]
    for first, second in itertools.product(range(4), range(4)):
        for quiet_each in (1, 9):
            files = dict(before)
            used: list[int] = []
            for cut_at in (first, second, 99, first, 99):
                used += live(files, cut_at, tear, 2 * BLOCK + 7, quiet_each)
            assert used == sorted(set(used))
            assert used[0] >= (777 if before else 1)
            assert len(used) > 3 * BLOCK


def test_a_battery_pulled_between_writes_never_uses_a_value_twice() -> None:
    files: dict[str, bytes] = {}
    used: list[int] = []
    for n_taken in (1, BLOCK - 1, BLOCK, BLOCK + 1, 0, 5):
        counter = FrameCounter(store(files))
        used += [counter.take() for _ in range(n_taken)]
    assert len(used) == len(set(used)) == 3 * BLOCK + 6
    assert used == sorted(used)


def node(flash: VirtualStore) -> BedsideNode:
    return BedsideNode({"node_id": NODE_ID, "key": KEY.hex(), "signals": SIGNALS}, flash)


@pytest.mark.parametrize("lived_ms", [100, 5_500, 70_000])
@pytest.mark.parametrize("names", [["cord"], ["call", "cord", "sos"]])
def test_a_supply_that_gives_in_after_each_start_uses_up_no_counter_in_months(names: list[str], lived_ms: int) -> None:
    files: dict[str, bytes] = {}
    n_starts = 30
    used: list[int] = []
    for _ in range(n_starts):
        bench = KeyedBench(files=files)
        for name in names:  # each the more urgent, so that it takes the place of the one before
            bench.press(name, 30)
        bench.wait(lived_ms)
        used += sorted({frame.counter for _, frame in bench.sent})
    assert len(used) >= n_starts
    assert used == sorted(set(used))
    assert COUNTER_END * n_starts / used[-1] * (START_S + lived_ms / 1_000) > 100 * 86_400


def test_a_node_whose_battery_is_pulled_in_any_write_of_its_life_never_says_a_value_twice() -> None:
    for cut_at in range(8):
        files: dict[str, bytes] = {}
        used: list[int] = []
        flashes = TearingStore(files, cut_at, tears()["3 bytes"]), store(files)
        for flash, n_presses in zip(flashes, (BLOCK, 5), strict=True):
            bench = KeyedBench()
            with contextlib.suppress(CutError):
                bench.node = node(flash)
                for _ in range(n_presses):
                    bench.press("call")
                    bench.wait(5_500)
            used += sorted({frame.counter for _, frame in bench.sent})
        assert flashes[0].cut_at == 0
        assert used == sorted(set(used))


def test_a_slot_that_rots_costs_a_block_and_no_value_twice() -> None:
    files: dict[str, bytes] = {}
    used: list[int] = []
    for life in range(12):
        counter = FrameCounter(store(files))
        used += [counter.take() for _ in range(BLOCK // 2 + life * 11)]
        rotten = sorted(files)[life % len(files)]
        files[rotten] = files[rotten][:-1] + b"!"
    assert used == sorted(set(used))


@pytest.mark.parametrize("saved", [b"", b"soup", b"0", b"-5", b"\xff"])
def test_an_old_file_that_is_none_of_ours_is_refused(saved: bytes) -> None:
    with pytest.raises(ConfigError, match="new key"):
        FrameCounter(store({OLD_COUNTER_FILE: saved}))


def test_two_slots_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(ConfigError, match="new key"):
        FrameCounter(store({"counter.a": b"65 0000", "counter.b": b"", OLD_COUNTER_FILE: b"5"}))


class FullStore(VirtualStore):
    """It keeps nothing more while it is full."""

    is_full = True

    def save(self, name: str, data: bytes) -> None:
        if self.is_full:
            raise OSError(28)
        super().save(name, data)


def test_a_store_that_keeps_nothing_gives_no_value_until_it_does() -> None:
    full = FullStore(Wires(VirtualClock()), {})
    counter = FrameCounter(full)
    assert not counter.has_value()
    with pytest.raises(EncodeError, match="new board"):
        counter.take()
    full.is_full = False
    assert counter.take() == 1


def test_a_store_that_fails_for_some_values_costs_none() -> None:
    files: dict[str, bytes] = {}
    full = FullStore(Wires(VirtualClock()), files)
    full.is_full = False
    counter = FrameCounter(full)
    used = []
    for number in range(5 * BLOCK):
        full.is_full = number > BLOCK and number % BLOCK < BLOCK - 4
        used.append(counter.take())
        counter.claim_ahead()
    assert used == list(range(1, 5 * BLOCK + 1))
    assert FrameCounter(store(files)).take() > used[-1]


def test_a_full_store_with_a_torn_slot_gives_no_value_until_it_keeps_both() -> None:
    full = FullStore(Wires(VirtualClock()), {"counter.a": b"129 soup", "counter.b": b"65 " + b"%04x" % crc16(b"65")})
    counter = FrameCounter(full)
    assert not counter.has_value()
    full.is_full = False
    assert counter.take() == 65 + BLOCK
    assert FrameCounter(full).take() == 65 + BLOCK + FIRST_BLOCK


def test_a_node_whose_flash_is_worn_out_shows_it_and_speaks_again_when_it_can() -> None:
    full = FullStore(Wires(VirtualClock()), {})
    bench = KeyedBench()
    bench.node = node(full)
    bench.press("call")
    bench.wait(10_000)
    assert (bench.sent, bench.node.state) == ([], "unusable")
    full.is_full = False
    bench.press("call")
    bench.wait(10_000)
    assert (bench.signals(), bench.node.state) == (["normal"], "")


def test_a_counter_that_is_used_up_is_said() -> None:
    counter = FrameCounter(store({OLD_COUNTER_FILE: b"%d" % (COUNTER_END - 1)}))
    assert counter.take() == COUNTER_END - 1
    assert not counter.has_value()
    with pytest.raises(EncodeError, match="new key"):
        counter.take()
