"""The assurance lamp: colours and rhythms, and what staff who are present change of both."""

import itertools

import pytest
from bedside_bench import KeyedBench

from wardbell_firmware.bedside.lamp import AMBER, GREEN, RED, RHYTHM, AssuranceLamp
from wardbell_firmware.bedside.presence import PRESENT_MS
from wardbell_protocol.air.receipt import COMING, OVER, RECEIVED

STEADY = {"sending": RED, "staff present": GREEN}


def shown(state: str, ms: int = 6_000) -> list[tuple[int, int]]:
    """(ms, colour) of each change."""
    lamp = AssuranceLamp()
    changes: list[tuple[int, int]] = []
    now_ms: int | None = 0
    while now_ms is not None and now_ms < ms:
        lamp.show(state, now_ms)
        changes.append((now_ms, lamp.colour))
        now_ms = lamp.next_deadline_ms(now_ms)
    return changes


@pytest.mark.parametrize(
    ("state", "begins"),
    [
        ("received", [(0, RED), (500, 0), (1_000, RED)]),
        ("received, staff assist", [(0, RED), (400, 0), (500, GREEN), (900, 0), (1_000, RED)]),
        ("received, emergency", [(0, RED), (200, 0), (400, RED)]),
        ("seen", [(0, GREEN), (2_700, 0), (3_000, GREEN)]),
        ("not received", [(0, AMBER), (150, 0), (300, AMBER), (450, 0), (1_000, AMBER)]),
        ("unusable", [(0, AMBER), (150, 0), (300, AMBER), (450, 0), (600, AMBER), (750, 0), (3_000, AMBER)]),
        *((state, [(0, colour)]) for state, colour in STEADY.items()),
    ],
)
def test_each_state_has_its_colour_and_its_rhythm(state: str, begins: list[tuple[int, int]]) -> None:
    changes = shown(state)
    assert changes[: len(begins)] == begins
    assert len(changes) == 1 or state not in STEADY


def test_who_sees_no_colours_can_tell_them_by_their_rhythm() -> None:
    rhythms = [[(at_ms, bool(colour)) for at_ms, colour in shown(state)] for state in RHYTHM if state not in STEADY]
    assert all(one != other for one, other in itertools.combinations(rhythms, 2))


def lamp_of(bench: KeyedBench) -> list[str]:
    return [state for _, state in bench.lamp]


def test_presence_is_steady_green_until_it_is_reset() -> None:
    bench = KeyedBench()
    bench.press("here")
    bench.wait(60_000)
    assert (lamp_of(bench)[-1], bench.node.lamp) == ("staff present", GREEN)
    bench.press("reset")
    bench.wait(10_000)
    assert lamp_of(bench) == ["sending", "staff present", "sending", ""]


def test_who_leaves_without_a_reset_is_not_there_for_ever() -> None:
    bench = KeyedBench()
    bench.press("here")
    bench.wait(PRESENT_MS + 1_000)
    assert bench.node.state == ""
    bench.press("call")
    bench.wait(10_000)
    assert [signal for signal in bench.signals() if signal != "heartbeat"] == ["presence", "normal"]


@pytest.mark.parametrize("key", ["call", "cord"])
def test_a_call_while_staff_are_present_is_an_emergency_and_two_resets_end_both(key: str) -> None:
    bench = KeyedBench(has_ear=True)
    bench.press("here")
    bench.wait(1_000)
    bench.answer(OVER)
    bench.press(key)
    bench.wait(100)
    bench.answer(RECEIVED)
    assert bench.signals() == ["presence", "emergency"]
    assert bench.node.state == "received, emergency"
    bench.press("reset")
    bench.wait(2_000)
    bench.answer(OVER)
    assert bench.node.state == "staff present"
    bench.press("reset")
    bench.wait(2_000)
    bench.answer(OVER)
    assert bench.node.state == ""
    bench.press("call")
    bench.wait(100)
    assert bench.signals()[-1] == "normal"


def test_without_a_reset_key_a_call_stays_what_it_is() -> None:
    bench = KeyedBench(signals={"call": "normal", "here": "presence"})
    for name in ("here", "call"):
        bench.press(name)
        bench.wait(5_000)
    assert bench.signals() == ["presence", "normal"]


def test_a_call_whose_receipt_was_lost_is_known_to_be_heard_by_the_answer_to_presence() -> None:
    bench = KeyedBench(has_ear=True)
    bench.press("call")
    bench.press("here")
    bench.wait(1_000)
    bench.answer(COMING)
    bench.wait(20_000)
    assert lamp_of(bench) == ["sending", "staff present"]
    assert bench.signals() == ["normal", "presence"]


def test_a_call_that_staff_attend_shows_that_they_are_there() -> None:
    bench = KeyedBench(has_ear=True)
    bench.press("call")
    bench.wait(100)
    bench.answer(RECEIVED)
    bench.press("here")
    bench.wait(1_500)
    bench.answer(COMING)
    assert lamp_of(bench)[-1] == "staff present"
    bench.press("reset")
    bench.wait(100)
    bench.answer(OVER)
    bench.wait(2_000)
    assert lamp_of(bench)[-1] == ""
