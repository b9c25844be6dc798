"""Keys that stick, chatter or come loose at a node: one call, one fault, and nobody else held up."""

import itertools

import pytest
from bedside_bench import KeyedBench

from wardbell_firmware.bedside.key_watch import MOST_OPENINGS, MOST_PRESSES, SAID_EVERY_MS, STUCK_MS, WELL_AFTER_MS
from wardbell_firmware.bedside.keys import NodeKeys

SIGNALS = {
    "call": "normal",
    "cord": "bathroom",
    "handset": "unplugged",
    "sos": "emergency",
    "reset": "reset",
    "here": "presence",
}
MINUTE_MS = 60_000


@pytest.fixture
def bench() -> KeyedBench:
    bench = KeyedBench(signals=SIGNALS)
    bench.closed = dict.fromkeys(SIGNALS, False)
    return bench


def said(bench: KeyedBench) -> list[str]:
    return [signal for signal in bench.signals() if signal not in ("heartbeat", "test")]


def first_ms(bench: KeyedBench, signal: str) -> int:
    return next(at_ms for at_ms, name, _ in bench.presses() if name == signal)


def chatter(bench: KeyedBench, key: str, ms: int) -> None:
    """The contact closes and opens for that long, 8 times a second."""
    end_ms = bench.now_ms + ms
    while bench.now_ms < end_ms:
        bench.press(key, 60)
        bench.wait(65)


@pytest.mark.parametrize(("key", "signal"), [("call", "normal"), ("cord", "bathroom"), ("handset", "unplugged")])
def test_a_key_held_or_a_loop_open_has_called_once_and_is_a_fault_until_it_is_well(
    bench: KeyedBench, key: str, signal: str
) -> None:
    bench.press(key, 30 * MINUTE_MS)
    assert said(bench) == [signal, "key_fault"]
    assert first_ms(bench, signal) == 0
    assert STUCK_MS <= first_ms(bench, "key_fault") <= STUCK_MS + 1_000
    freed_ms = bench.now_ms
    bench.wait(10 * MINUTE_MS)
    assert said(bench) == [signal, "key_fault", "key_well"]
    assert freed_ms + WELL_AFTER_MS - 10_000 <= first_ms(bench, "key_well") <= freed_ms + WELL_AFTER_MS


def test_who_leans_on_the_button_for_half_a_minute_is_no_fault(bench: KeyedBench) -> None:
    bench.press("call", 30_000)
    bench.wait(5 * MINUTE_MS)
    assert said(bench) == ["normal"]


def test_a_fault_that_lasts_is_told_once_a_day(bench: KeyedBench) -> None:
    bench.press("handset", 49 * 60 * MINUTE_MS)
    assert said(bench) == ["unplugged", "key_fault", "key_fault", "key_fault"]


def test_a_chattering_contact_is_a_fault_and_no_storm(bench: KeyedBench) -> None:
    chatter(bench, "call", 10 * MINUTE_MS)
    signals = said(bench)
    assert signals.count("key_fault") == 1
    in_fault = [
        at_ms for at_ms, name, _ in bench.presses() if name == "normal" and at_ms > first_ms(bench, "key_fault")
    ]
    assert 8 <= len(in_fault) <= 11
    pauses_ms = [later - earlier for earlier, later in itertools.pairwise(in_fault)]
    assert min(pauses_ms[1:]) >= SAID_EVERY_MS  # the first was pressed before the fault and waited for the air
    bench.wait(10 * MINUTE_MS)
    assert said(bench)[-1] == "key_well"
    bench.press("call")
    assert said(bench)[-1] == "normal"


def test_while_one_key_chatters_another_is_said_at_once(bench: KeyedBench) -> None:
    chatter(bench, "call", 5 * MINUTE_MS)
    for key, signal in (("sos", "emergency"), ("cord", "bathroom")):
        pressed_ms = bench.now_ms
        bench.press(key)
        assert [at_ms for at_ms, name, _ in bench.presses() if name == signal and at_ms >= pressed_ms] == [pressed_ms]
        bench.wait(10_000)


def test_a_loose_plug_calls_and_is_no_storm(bench: KeyedBench) -> None:
    for _ in range(200):
        bench.press("handset", 400)
        bench.wait(1_600)
    assert said(bench).count("unplugged") <= MOST_OPENINGS + 200 * 2_000 // SAID_EVERY_MS + 1
    assert said(bench).count("key_fault") == 1


def test_the_last_press_of_a_key_in_fault_is_said_too(bench: KeyedBench) -> None:
    chatter(bench, "call", MINUTE_MS)
    n_said = said(bench).count("normal")
    bench.press("call")
    bench.wait(2 * SAID_EVERY_MS)
    assert said(bench).count("normal") == n_said + 1


def test_after_a_reset_a_key_in_fault_calls_at_once(bench: KeyedBench) -> None:
    chatter(bench, "call", MINUTE_MS)
    bench.wait(5_000)
    bench.press("reset")
    bench.wait(5_000)
    pressed_ms = bench.now_ms
    bench.press("call")
    assert [at_ms for at_ms, name, _ in bench.presses() if name == "normal"][-1] == pressed_ms


@pytest.mark.parametrize("key", ["reset", "here"])
def test_a_key_in_fault_ends_no_calls(bench: KeyedBench, key: str) -> None:
    chatter(bench, key, 2 * MINUTE_MS)
    n_said = len(said(bench))
    bench.press("call")
    chatter(bench, key, 2 * MINUTE_MS)
    later = said(bench)[n_said:]
    assert SIGNALS[key] not in later
    assert {"normal", "emergency"} & set(later)


def test_presses_of_a_person_in_distress_are_all_said(bench: KeyedBench) -> None:
    for _ in range(MOST_PRESSES):
        bench.press("call", 300)
        bench.wait(1_200)
    assert "key_fault" not in said(bench)
    assert said(bench).count("normal") >= 10


def test_a_plug_that_was_out_at_the_start_calls(bench: KeyedBench) -> None:
    bench.closed["handset"] = True
    bench.step()
    bench.wait(1_000)
    assert said(bench) == ["unplugged"]


@pytest.mark.parametrize("held", [None, "call", "handset"])
def test_a_node_at_rest_wakes_for_its_heartbeats_and_little_else(bench: KeyedBench, held: str | None) -> None:
    if held is not None:
        bench.closed[held] = True
        bench.step()
    bench.wait(10 * MINUTE_MS)
    n_wakes = 0
    end_ms = bench.now_ms + 60 * MINUTE_MS
    while bench.now_ms < end_ms:
        due_ms = bench.node.next_deadline_ms(bench.now_ms)
        assert due_ms is not None
        assert due_ms > bench.now_ms
        bench.now_ms = due_ms
        bench.step()
        n_wakes += 1
    # A heartbeat each 4 to 6 min is two wakes: to send, and to find that it was sent. A held key is looked at each 10 s.
    assert n_wakes <= (30 if held is None else 30 + 360)


def sleep(keys: NodeKeys, closed: dict[str, bool], from_ms: int, to_ms: int) -> list[str]:
    """What is said while no contact changes: nobody looks but at the keys' own deadlines."""
    said = []
    due_ms = keys.next_deadline_ms()
    while due_ms is not None and due_ms < to_ms:
        assert due_ms > from_ms, "the keys spin"
        from_ms = due_ms
        said += keys.receive(closed, due_ms)
        due_ms = keys.next_deadline_ms()
    return said


@pytest.mark.parametrize(("held_ms", "key"), [(100, "call"), (20_000, "call"), (300_000, "cord")])
def test_a_press_after_a_release_that_bounced_is_a_press_of_its_own(held_ms: int, key: str) -> None:
    keys, open_ = NodeKeys(SIGNALS), dict.fromkeys(SIGNALS, False)
    closed = open_ | {key: True}
    assert keys.receive(closed, 0) == [SIGNALS[key]]
    sleep(keys, closed, 0, held_ms)
    keys.receive(closed, held_ms)  # a change: let go, but its bounce was latched, and no further change comes
    again_ms = held_ms + 100
    assert sleep(keys, open_, held_ms, again_ms) == []
    assert keys.receive(closed, again_ms) == [SIGNALS[key]]


@pytest.mark.parametrize("ender", ["reset", "here"])
@pytest.mark.parametrize("key", ["call", "cord", "handset", "sos"])
def test_a_call_seen_in_one_look_with_a_key_that_ends_calls_stands(bench: KeyedBench, key: str, ender: str) -> None:
    bench.wait(1_000)
    bench.closed[ender] = True
    bench.press(key)
    bench.closed[ender] = False
    bench.wait(10_000)
    assert said(bench) == [SIGNALS[key]]


@pytest.mark.parametrize("ender", ["reset", "here"])
def test_a_key_that_is_stuck_at_the_start_ends_no_call_of_before(ender: str) -> None:
    keys, open_ = NodeKeys(SIGNALS), dict.fromkeys(SIGNALS, False)
    closed = open_ | {ender: True}
    assert keys.receive(closed, 0) == []
    assert sleep(keys, closed, 0, 30_000) == []
    assert keys.receive(open_, 30_000) == []
    assert sleep(keys, open_, 30_000, 31_000) == []
    assert keys.receive(closed, 31_000) == [SIGNALS[ender]]
