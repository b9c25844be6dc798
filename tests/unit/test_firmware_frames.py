"""A node with a key: which presses become which frames, when, and with which counters."""

import itertools
import random

import pytest
from bedside_bench import HOUR_MS, KEY, NODE_ID, SIGNALS, KeyedBench, most_air_ms

from wardbell_firmware.bedside.counter import BLOCK, COUNTER_END, FIRST_BLOCK, OLD_COUNTER_FILE
from wardbell_firmware.bedside.frames import FRAME_MS
from wardbell_firmware.bedside.lamp import AMBER
from wardbell_firmware.bedside.node import BedsideNode
from wardbell_firmware.bedside.presence import StaffPresence
from wardbell_firmware.bedside.schedule import N_AT_ONCE, ONE_WAY_MS, copy_times_ms
from wardbell_protocol.air.heartbeat import longest_pause_s, shortest_pause_s
from wardbell_protocol.calls.signals import HEARTBEAT, SIGNAL_BY_DATA
from wardbell_protocol.errors import ConfigError
from wardbell_simulator.board_side.parts import VirtualClock, VirtualStore, Wires

COPIES = len(ONE_WAY_MS)


@pytest.fixture
def bench() -> KeyedBench:
    bench = KeyedBench()
    bench.wait(10)
    return bench


def test_a_press_goes_at_once_and_then_on_its_schedule(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(5_000)
    assert [at_ms - 10 for at_ms, _ in bench.sent] == copy_times_ms(NODE_ID, 1)
    assert {frame for _, frame in bench.sent} == {bench.sent[0][1]}
    assert bench.presses() == [(10, "normal", COPIES)]


def test_each_press_has_a_counter_of_its_own(bench: KeyedBench) -> None:
    for _ in range(3):
        bench.press("call")
        bench.wait(5_000)
    assert [frame.counter for _, frame in bench.sent] == [1] * COPIES + [2] * COPIES + [3] * COPIES


def test_the_same_key_again_goes_at_once_and_ends_the_copies_before(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(500)
    again_ms = bench.now_ms
    bench.press("call")
    bench.wait(9_000)
    (first, second) = bench.presses()
    assert first[2] < COPIES
    assert again_ms <= second[0] <= again_ms + FRAME_MS
    assert second[1:] == ("normal", COPIES)


def test_an_emergency_goes_at_once_and_the_call_before_it_is_said_again_after_it(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(300)
    pressed_ms = bench.now_ms
    bench.press("sos")
    bench.wait(15_000)
    assert bench.signals() == ["normal", "emergency", "normal"]
    (_, emergency, again) = bench.presses()
    assert emergency[0] - pressed_ms <= FRAME_MS
    assert emergency[2] == again[2] == COPIES


def test_a_less_urgent_call_waits_for_the_more_urgent_one(bench: KeyedBench) -> None:
    bench.press("sos")
    bench.wait(300)
    bench.press("call")
    bench.wait(15_000)
    assert [(signal, copies) for _, signal, copies in bench.presses()] == [("emergency", COPIES), ("normal", COPIES)]


def test_of_two_keys_at_once_the_more_urgent_goes_first(bench: KeyedBench) -> None:
    bench.closed["call"] = bench.closed["sos"] = True
    bench.step()
    bench.wait(15_000)
    assert bench.signals() == ["emergency", "normal"]


def test_a_call_after_a_fidgeting_finger_on_reset_is_not_ended_by_a_reset_from_before_it(bench: KeyedBench) -> None:
    for _ in range(N_AT_ONCE + 1):
        bench.press("reset")
        bench.wait(200)
    bench.press("call")
    bench.wait(60_000)
    assert bench.signals() == ["reset"] * N_AT_ONCE + ["normal"]


@pytest.mark.parametrize(
    ("names", "signals"),
    [
        (("call", "reset"), ["normal", "reset"]),
        (("call", "reset", "call"), ["normal", "reset", "normal"]),
        (("sos", "call", "reset", "call"), ["emergency", "reset", "normal"]),
        (("sos", "call", "cord", "reset"), ["emergency", "reset"]),
        (("call", "here"), ["normal", "presence"]),
        (("sos", "call", "here"), ["emergency", "presence", "normal"]),
    ],
)
def test_a_reset_takes_back_what_was_said_before_it(bench: KeyedBench, names: list[str], signals: list[str]) -> None:
    for name in names:
        bench.press(name, 10)
        bench.wait(30)
    bench.wait(30_000)
    assert bench.signals() == signals
    assert bench.presses()[-1][2] == COPIES


def test_whatever_is_pressed_the_last_word_of_each_kind_is_said_whole() -> None:
    chance = random.Random(4)
    for _ in range(40):
        bench = KeyedBench()
        pressed = [chance.choice(list(SIGNALS)) for _ in range(chance.randint(1, 6))]
        staff = StaffPresence(list(SIGNALS.values()))
        meant = [staff.meaning(SIGNALS[name], at) for at, name in enumerate(pressed)]
        for name in pressed:
            bench.press(name, 10)
            bench.wait(chance.randint(20, 2_000))
        bench.wait(40_000)
        overtaken = max((at + 1 for at, signal in enumerate(meant) if signal in ("reset", "presence")), default=0)
        whole = {signal for _, signal, copies in bench.presses() if copies == COPIES}
        assert set(meant[overtaken:]) - {"reset", "presence"} <= whole, pressed
        assert [frame.counter for _, frame in bench.sent] == sorted(frame.counter for _, frame in bench.sent)


def test_a_chattering_key_keeps_below_a_tenth_of_the_air_and_masks_nothing(bench: KeyedBench) -> None:
    while bench.now_ms < 600_000:
        bench.press("call", 60)
        bench.wait(60)
    assert bench.air_ms < most_air_ms(FRAME_MS, 1, COPIES) * bench.now_ms / HOUR_MS + 8 * COPIES * FRAME_MS
    assert bench.air_ms < bench.now_ms / 10
    pressed_ms = bench.now_ms
    bench.press("sos")
    bench.wait(100)
    assert next(at_ms for at_ms, signal, _ in bench.presses() if signal == "emergency") - pressed_ms <= FRAME_MS


def test_the_lamp_of_a_one_way_node_says_sending_and_no_more(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(10_000)
    assert [state for _, state in bench.lamp] == ["", "sending", ""]
    assert [is_on for _, is_on in bench.flashes] == [False, True, False]
    assert bench.flashes[1][0] == 10
    assert bench.flashes[2][0] == bench.sent[-1][0]  # with the last copy


def test_heartbeats_come_at_drawn_pauses_one_frame_each() -> None:
    bench = KeyedBench()
    bench.node.supply.level = 13
    bench.wait(24 * 3_600_000)
    assert {frame.battery for _, frame in bench.sent} == {13}
    beats = [at_ms for at_ms, frame in bench.sent if SIGNAL_BY_DATA[f"{frame.event:04b}"] == HEARTBEAT]
    assert len(beats) == bench.signals().count("heartbeat")  # one copy each
    pauses_ms = [later - earlier for earlier, later in itertools.pairwise(beats)]
    assert shortest_pause_s(True) * 1_000 <= min(pauses_ms) < max(pauses_ms) <= longest_pause_s(True) * 1_000
    assert len(set(pauses_ms)) > 200
    assert not any(is_on for _, is_on in bench.flashes)


def test_a_test_call_goes_out_once_a_day_as_a_press_does() -> None:
    bench = KeyedBench()
    bench.wait(3 * 24 * 3_600_000)
    tests = [(at_ms, copies) for at_ms, signal, copies in bench.presses() if signal == "test"]
    assert len(tests) == 3
    assert all(copies >= 7 for _, copies in tests)
    assert not any(is_on for _, is_on in bench.flashes)


def test_two_nodes_do_not_beat_together() -> None:
    firsts = set()
    for node_id in range(50):
        bench = KeyedBench(node_id=node_id)
        due_ms = bench.node.next_deadline_ms(0)
        assert due_ms is not None
        firsts.add(due_ms // 1_000)
    assert len(firsts) > 35


LOW_MV, FRESH_MV = 2_200, 2_900


def measure(bench: KeyedBench, mv: int) -> None:
    """Two transmissions are measured."""
    for _ in range(2):
        bench.node.supply.measured(mv)


def test_a_low_battery_is_said_like_a_press_once_a_day_until_it_is_changed() -> None:
    bench = KeyedBench()
    measure(bench, LOW_MV)
    bench.step()
    bench.wait(47 * 3_600_000)
    assert bench.signals().count("low_battery") == 2
    assert {copies for _, signal, copies in bench.presses() if signal == "low_battery"} == {COPIES}
    measure(bench, FRESH_MV)
    bench.wait(3 * 3_600_000)
    assert bench.signals().count("low_battery") == 2
    measure(bench, LOW_MV)
    bench.step()
    bench.wait(1_000)
    assert bench.signals().count("low_battery") == 3
    assert not any(is_on for _, is_on in bench.flashes)


def test_a_press_takes_the_place_of_a_life_sign_which_is_said_after_it() -> None:
    bench = KeyedBench()
    measure(bench, LOW_MV)
    bench.step()
    bench.wait(200)
    pressed_ms = bench.now_ms
    bench.press("call")
    bench.wait(20_000)
    assert bench.signals()[:3] == ["low_battery", "normal", "low_battery"]
    assert bench.presses()[1][0] - pressed_ms <= FRAME_MS


def test_a_node_whose_battery_was_pulled_in_mid_press_goes_on_with_new_values() -> None:
    files: dict[str, bytes] = {}
    last = 0
    for _ in range(3):
        bench = KeyedBench(files=files)
        bench.press("call")
        bench.wait(700)
        assert bench.sent[0][1].counter > last
        last = bench.sent[-1][1].counter


class DatedStore(VirtualStore):
    """It knows when it was written."""

    def __init__(self, bench: KeyedBench) -> None:
        super().__init__(Wires(VirtualClock()), {})
        self._bench = bench
        self.written_ms: list[int] = []

    def save(self, name: str, data: bytes) -> None:
        self.written_ms.append(self._bench.now_ms)
        super().save(name, data)


@pytest.mark.parametrize("has_ear", [False, True])
def test_no_press_waits_until_the_counter_is_written_and_one_write_serves_many(has_ear: bool) -> None:
    chance = random.Random(11)
    bench = KeyedBench()
    store = DatedStore(bench)
    bench.node = BedsideNode({"node_id": NODE_ID, "key": KEY.hex(), "signals": SIGNALS}, store, has_ear)
    bench.step()
    assert store.written_ms == [0]
    bench.wait(10)
    for _ in range(3 * BLOCK):
        bench.press(chance.choice(("call", "sos", "reset")), chance.choice((10, 60)))
        bench.wait(chance.choice((40, 400, 4_000, 9_000)))
    begun_ms = [at_ms for at_ms, _, _ in bench.presses()]
    assert len(begun_ms) > BLOCK
    assert not set(begun_ms) & set(store.written_ms)
    assert len(store.written_ms) < len(begun_ms) // BLOCK + 12  # small blocks at a life's beginning


def test_a_row_of_quick_presses_writes_between_their_copies() -> None:
    bench = KeyedBench()
    store = DatedStore(bench)
    bench.node = BedsideNode({"node_id": NODE_ID, "key": KEY.hex(), "signals": SIGNALS}, store)
    bench.step()
    bench.wait(10)
    for _ in range(3 * FIRST_BLOCK):
        bench.press("sos", 40)
        bench.press("reset", 40)
    begun_ms = [at_ms for at_ms, _, _ in bench.presses()]
    assert len(begun_ms) > 3 * FIRST_BLOCK
    assert begun_ms[FIRST_BLOCK - 1] < store.written_ms[1] < begun_ms[FIRST_BLOCK]
    assert not set(begun_ms) & set(store.written_ms)


def test_a_node_whose_counter_is_used_up_says_so_and_stays_up() -> None:
    bench = KeyedBench(files={OLD_COUNTER_FILE: b"%d" % (COUNTER_END - 1)})
    bench.press("call")
    bench.wait(longest_pause_s(True) * 1_000)  # the next heartbeat finds it out at the latest
    assert bench.signals() == ["normal"]
    assert bench.node.state == "unusable"
    assert bench.node.next_deadline_ms(bench.now_ms) is not None
    bench.press("call")
    bench.wait(3_600_000)
    assert bench.signals() == ["normal"]
    assert {colour for _, colour in bench.colours[-50:]} == {AMBER, 0}


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"node_id": None}, "node_id"),
        ({"node_id": 65_536}, "node_id"),
        ({"node_id": True}, "node_id"),
        ({"key": ""}, "key"),
        ({"key": "00" * 15}, "key"),
        ({"key": "zz" * 16}, "key"),
        ({"key": 7}, "key"),
    ],
)
def test_half_an_identity_is_refused_without_showing_the_key(settings: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        KeyedBench(**settings)  # type: ignore[arg-type]
    assert caught.value.key == key
    assert KEY.hex()[:8] not in str(caught.value)


def test_a_node_with_neither_is_one_of_words() -> None:
    store = VirtualStore(Wires(VirtualClock()), {})
    node = BedsideNode({"address": "0F1F0F1F", "signals": {"call": "normal"}}, store)
    node.receive({"call": True}, 0)
    assert sum(node.poll(False, 0)) > 300_000
