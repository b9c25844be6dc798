"""A two-way node: its lamp says what is true, it stops when it is heard, and says again what was not."""

import itertools
import random

import pytest
from bedside_bench import NODE_ID, KeyedBench

from wardbell_firmware.bedside.answers import ANSWER_WITHIN_MS, ASKS_UNANSWERED
from wardbell_firmware.bedside.frames import FRAME_MS
from wardbell_firmware.bedside.manners import HOLD_US, MOST_MS
from wardbell_firmware.bedside.schedule import TWO_WAY_MS
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.heartbeat import ASK_EVERY_S
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.receipt import COMING, OVER, RECEIVED
from wardbell_protocol.air.waveform import signed

COPIES = len(TWO_WAY_MS)


@pytest.fixture
def bench() -> KeyedBench:
    bench = KeyedBench(has_ear=True)
    bench.wait(10)
    return bench


def states(bench: KeyedBench) -> list[str]:
    return [state for _, state in bench.lamp][1:]


def test_a_receipt_ends_the_copies_and_the_lamp_follows_the_call(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(50)
    bench.answer(RECEIVED)
    bench.wait(8_000)
    assert len(bench.sent) == 1
    bench.answer(COMING)
    bench.wait(8_000)
    bench.answer(OVER)
    bench.wait(8_000)
    assert states(bench) == ["sending", "received", "seen", ""]
    assert len(bench.sent) == 1


def test_a_call_that_nobody_comes_to_any_more_is_shown_as_waiting_again(bench: KeyedBench) -> None:
    bench.press("call")
    for state in (RECEIVED, COMING, RECEIVED):
        bench.wait(1_000)
        bench.answer(state)
    assert states(bench) == ["sending", "received", "seen", "received"]


def test_without_an_answer_all_copies_go_and_the_lamp_says_so(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(ANSWER_WITHIN_MS)
    assert states(bench) == ["sending", "not received"]
    assert bench.presses() == [(10, "normal", COPIES)]
    assert bench.lamp[-1][0] - 10 == ANSWER_WITHIN_MS <= 5_000


def test_what_was_not_received_is_said_again_until_it_is(bench: KeyedBench) -> None:
    bench.press("sos")
    bench.wait(5 * 60_000)
    assert set(bench.signals()) == {"emergency", "heartbeat"}
    times_ms = [at_ms for at_ms, signal, _ in bench.presses() if signal == "emergency"]
    pauses_ms = [later - earlier for earlier, later in itertools.pairwise(times_ms)]
    assert 5 <= len(pauses_ms) <= 10
    assert 9_000 < pauses_ms[0] < 25_000
    assert max(pauses_ms) < 80_000
    assert bench.air_ms < bench.now_ms / 50
    assert states(bench) == ["sending", "not received"]
    bench.answer(RECEIVED, counter=max(frame.counter for _, frame in bench.sent if frame.event == 3))
    n_said = bench.signals().count("emergency")
    bench.wait(80_000)
    assert states(bench)[-1] == "received, emergency"
    assert bench.signals().count("emergency") == n_said


def test_pressing_again_is_a_press_that_is_being_sent(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(6_000)
    bench.press("call")
    assert states(bench) == ["sending", "not received", "sending"]
    bench.wait(100)
    bench.answer(RECEIVED)
    assert states(bench)[-1] == "received"


def test_only_this_press_s_own_receipt_counts(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(100)
    bench.answer(RECEIVED, key=bytes(16))
    bench.answer(RECEIVED, counter=64 + 1)  # the same lowest six bits
    bench.answer(RECEIVED, counter=2)
    bench.answer(RECEIVED, node_id=NODE_ID ^ 1)
    assert states(bench) == ["sending"]
    bench.answer(RECEIVED)
    assert states(bench) == ["sending", "received"]


def test_a_receipt_of_the_press_before_ends_nothing(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(300)
    first = bench.sent[-1][1].counter
    bench.press("call")
    bench.wait(40)
    bench.answer(RECEIVED, counter=first)
    assert states(bench) == ["sending"]


def test_a_reset_that_arrived_darkens_the_lamp_and_ends_all(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(100)
    bench.answer(RECEIVED)
    bench.press("reset")
    assert states(bench)[-1] == "sending"
    bench.wait(1_500)
    bench.answer(RECEIVED)
    assert states(bench) == ["sending", "received", "sending", ""]
    bench.wait(200_000)
    assert [signal for signal in bench.signals() if signal != "heartbeat"] == ["normal", "reset"]


def test_a_reset_that_did_not_arrive_is_said_again_and_no_call_is(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(300)
    bench.press("reset")
    bench.wait(60_000)
    assert set(bench.signals()[1:]) == {"reset"}
    assert states(bench)[-1] == "not received"


def test_a_call_after_a_lost_reset_is_the_last_word(bench: KeyedBench) -> None:
    bench.press("reset")
    bench.wait(6_000)
    bench.press("call")
    bench.wait(120_000)
    assert bench.signals()[0] == "reset"
    assert set(bench.signals()[1:]) == {"normal", "heartbeat"}


def test_an_emergency_beside_an_answered_call_shows_how_the_emergency_stands(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(100)
    bench.answer(COMING)
    bench.press("sos")
    bench.wait(100)
    assert states(bench) == ["sending", "seen", "sending"]
    bench.answer(RECEIVED)
    bench.wait(1_000)
    bench.answer(OVER)  # of the emergency
    assert states(bench)[-2:] == ["received, emergency", "seen"]


def test_while_a_call_is_open_heartbeats_ask_and_the_answer_tells_all(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(100)
    bench.answer(RECEIVED)
    bench.wait(ASK_EVERY_S * 1_300)
    assert bench.signals() == ["normal", "heartbeat"]
    bench.answer(COMING)
    assert states(bench)[-1] == "seen"
    bench.wait(ASK_EVERY_S * 1_300)
    bench.answer(OVER)
    assert states(bench)[-1] == ""


def test_a_receiver_that_is_gone_is_no_longer_believed(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(100)
    bench.answer(COMING)
    bench.wait((ASKS_UNANSWERED - 1) * ASK_EVERY_S * 1_000)
    assert states(bench)[-1] == "seen"
    bench.wait(3 * ASK_EVERY_S * 1_200)
    assert states(bench)[-1] == "not received"
    assert bench.signals().count("normal") > 1


def test_no_answer_to_an_older_question_touches_a_newer_call(bench: KeyedBench) -> None:
    bench.press("call")
    bench.wait(100)
    bench.answer(RECEIVED)
    bench.wait(ASK_EVERY_S * 1_300)
    asked = bench.sent[-1][1].counter
    bench.press("sos")
    bench.wait(100)
    bench.answer(RECEIVED)
    bench.answer(OVER, counter=asked)
    assert states(bench)[-1] == "received, emergency"


def other_frame() -> list[int]:
    return signed(frame_durations(seal(Frame(7, 7, 1), bytes(16))))


def test_a_copy_waits_while_another_node_speaks_but_not_for_ever(bench: KeyedBench) -> None:
    bench.node.hear(Portion.of([-50_000, *other_frame()[:80]], bench.now_ms * 1_000))
    bench.press("call")
    bench.wait(200)
    assert HOLD_US // 1_000 <= bench.sent[0][0] - 10 <= 120
    jammed = KeyedBench(has_ear=True)
    jammed.closed["call"] = True
    while not jammed.sent:
        jammed.node.hear(Portion.of(other_frame()[:40], jammed.now_ms * 1_000))
        jammed.step()
        jammed.now_ms += 3
    assert MOST_MS - 3 <= jammed.sent[0][0] <= MOST_MS + 60


def test_an_air_that_is_free_holds_nothing_back(bench: KeyedBench) -> None:
    bench.node.hear(Portion.of([-50_000, *other_frame()], 0))
    bench.wait(20)
    pressed_ms = bench.now_ms
    bench.press("call")
    assert bench.sent[0][0] == pressed_ms
    assert FRAME_MS < 100


def test_whatever_the_ear_hears_no_answer_comes_of_it(bench: KeyedBench) -> None:
    chance = random.Random(7)
    bench.press("call")
    for _ in range(300):
        n = chance.randint(1, 200)
        lengths = [chance.choice((1, 150, 300, 1_050, 40_000, 1 << 29)) + chance.randint(0, 99) for _ in range(n)]
        bench.node.hear(Portion.of([us if at % 2 else -us for at, us in enumerate(lengths)], bench.now_ms * 1_000))
        bench.wait(20)
    assert states(bench) == ["sending", "not received"]


def test_an_unanswered_reset_is_not_said_again_behind_a_call_that_waits_for_the_air(bench: KeyedBench) -> None:
    other = KeyedBench(has_ear=True)
    other.wait(10)
    for node in (bench, other):
        node.press("reset")
    other.wait(20_000)
    again_ms = other.presses()[1][0]  # both draw the same pauses
    bench.wait(again_ms - 5 - bench.now_ms)
    bench.node.hear(Portion.of([-50_000, *other_frame()], bench.now_ms * 1_000))
    bench.press("call")
    bench.wait(10_000)
    assert bench.signals() == ["reset", "normal"]
