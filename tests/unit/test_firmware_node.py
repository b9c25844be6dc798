"""The bed node in virtual time: which presses are sent, and what lamp and sounder do."""

import pytest
from bedside_bench import JumpingBench

from wardbell_firmware.bedside.node import BedsideNode
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.heartbeat import shortest_pause_s
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressReceiver, PressStarted
from wardbell_protocol.air.waveform import waveform
from wardbell_protocol.calls.signals import SIGNAL_BY_DATA
from wardbell_protocol.errors import ConfigError, EncodeError
from wardbell_simulator.board_side.parts import VirtualClock, VirtualStore, Wires

SIGNALS = {
    "call": "normal",
    "cord": "bathroom",
    "assist": "staff_assist",
    "code": "code",
    "reset": "reset",
    "sos": "emergency",
}
ADDRESS = "0F1F0F1F"
WORD = waveform(CodeWord.from_parts(ADDRESS, "0001"), 87.5)


class NodeBench(JumpingBench):
    """A node without a key, its keys and a transmitter that takes as long as what it plays."""

    def __init__(self, **settings: object) -> None:
        self.address = settings.get("address", ADDRESS)
        self.node = BedsideNode(
            {"address": ADDRESS, "signals": SIGNALS, **settings}, VirtualStore(Wires(VirtualClock()), {})
        )
        self.closed = dict.fromkeys(SIGNALS, False)
        self.busy_until_ms = 0
        self.sent: list[tuple[int, str, list[int]]] = []
        self.lamp: list[tuple[int, bool]] = [(0, False)]
        self.tone: list[tuple[int, int]] = [(0, 0)]

    def step(self) -> None:
        self.node.receive(self.closed, self.now_ms)
        durations = self.node.poll(self.now_ms < self.busy_until_ms, self.now_ms)
        if durations:
            assert self.now_ms >= self.busy_until_ms
            self.busy_until_ms = self.now_ms + sum(durations) // 1000 + 1
            self.sent.append((self.now_ms, self.signal_of(durations), durations))
        if self.lamp[-1][1] != bool(self.node.lamp):
            self.lamp.append((self.now_ms, bool(self.node.lamp)))
        if self.tone[-1][1] != self.node.tone_hz:
            self.tone.append((self.now_ms, self.node.tone_hz))

    def signal_of(self, durations: list[int]) -> str:
        events = PressReceiver().receive(
            Portion.of([-50_000, *(us if at % 2 == 0 else -us for at, us in enumerate(durations))], 10**6)
        )
        started = [event.press for event in events if isinstance(event, PressStarted)]
        assert len(started) == 1
        word = CodeWord(started[0].code)
        assert word.address == self.address
        return SIGNAL_BY_DATA[word.data]

    def signals(self) -> list[str]:
        return [signal for _, signal, _ in self.sent]


@pytest.fixture
def bench() -> NodeBench:
    return NodeBench()


@pytest.mark.parametrize("ms", [1, 20, 50, 200, 5_000])
def test_any_press_is_one_burst(bench: NodeBench, ms: int) -> None:
    bench.wait(1_000)
    bench.press("call", ms)
    bench.wait(10_000)
    assert [(at_ms, signal) for at_ms, signal, _ in bench.sent] == [(1_000, "normal")]


def test_a_contact_that_was_open_again_when_read_counts(bench: NodeBench) -> None:
    bench.closed["call"] = True
    bench.step()
    bench.closed["call"] = False  # the latch was read; no change will tell that it is open
    bench.wait(1_000)
    bench.press("call")
    bench.wait(1_000)
    assert bench.signals() == ["normal", "normal"]


def test_bounce_is_the_same_press(bench: NodeBench) -> None:
    for contact, ms in ((True, 1), (False, 2), (True, 1), (False, 15), (True, 60), (False, 3), (True, 2)):
        bench.closed["call"] = contact
        bench.step()
        bench.wait(ms)
    bench.closed["call"] = False
    bench.wait(5_000)
    assert bench.signals() == ["normal"]


def test_a_stuck_key_is_one_press(bench: NodeBench) -> None:
    bench.press("call", 3_600_000)
    assert [signal for signal in bench.signals() if signal != "heartbeat"] == ["normal", "key_fault"]


def test_a_chattering_key_keeps_below_a_tenth_of_the_air_and_masks_nothing(bench: NodeBench) -> None:
    for _ in range(2_000):
        bench.press("call", 60)
        bench.wait(60)
    assert len(bench.sent) * sum(8 * WORD) / 1000 < 0.1 * bench.now_ms + 10 * 360
    pressed_ms = bench.now_ms
    bench.press("sos")
    bench.wait(1_000)
    at_ms = [at_ms for at_ms, signal, _ in bench.sent if signal == "emergency"]
    assert at_ms
    assert at_ms[0] - pressed_ms < 400


def test_a_burst_is_four_words_together_and_then_pairs_after_drawn_pauses(bench: NodeBench) -> None:
    pauses = set()
    for _ in range(9):
        bench.press("call")
        bench.wait(2_000)
        sent = bench.sent[-1][2]
        spaces = [at for at, (is_us, alone_us) in enumerate(zip(sent, 8 * WORD, strict=True)) if is_us != alone_us]
        assert set(spaces) <= {4 * 50 - 1, 6 * 50 - 1}
        pauses |= {divmod(sent[at] - WORD[-1], 2 * sum(WORD) * 5 // 4) for at in (4 * 50 - 1, 6 * 50 - 1)}
    assert pauses == {(0, 0), (1, 0), (2, 0)}


def test_two_nodes_do_not_pause_alike() -> None:
    pauses = []
    for address in ("0F1F0F1F", "0F1F0F11"):
        bench = NodeBench(address=address, signals={"call": "normal"})
        for _ in range(6):
            bench.press("call")
            bench.wait(2_000)
        pauses.append([durations[4 * 50 - 1] for _, _, durations in bench.sent])
    assert sum(one != other for one, other in zip(*pauses, strict=True)) >= 3


def test_words_and_clock_are_settings() -> None:
    bench = NodeBench(words=4, alpha_us=25)
    bench.press("call")
    assert bench.sent[0][2] == waveform(CodeWord.from_parts(ADDRESS, "0001"), 25) * 4


def test_presses_during_a_burst_wait_and_none_is_lost(bench: NodeBench) -> None:
    for name in ("call", "call", "sos", "cord", "call", "assist"):
        bench.press(name, 10)
        bench.wait(25)
    bench.wait(5_000)
    assert bench.signals() == ["normal", "emergency", "bathroom", "normal", "staff_assist"]


def test_the_last_of_call_and_reset_is_the_last_on_air(bench: NodeBench) -> None:
    for name in ("sos", "call", "reset", "call"):
        bench.press(name, 10)
        bench.wait(25)
    bench.wait(5_000)
    assert bench.signals() == ["emergency", "reset", "normal"]


def test_a_call_after_a_fidgeting_finger_on_reset_is_not_ended_by_a_reset_from_before_it(bench: NodeBench) -> None:
    for _ in range(14):  # the last must wait for its share of the air
        bench.press("reset")
        bench.wait(1_000)
    bench.press("call")
    bench.wait(120_000)
    assert bench.signals()[-1] == "normal"


def test_of_two_keys_at_once_the_more_urgent_goes_first(bench: NodeBench) -> None:
    bench.closed["call"] = bench.closed["code"] = True
    bench.step()
    bench.wait(2_000)
    assert bench.signals() == ["code", "normal"]


def test_lamp_and_chirp_answer_at_once_and_say_no_more_than_sending(bench: NodeBench) -> None:
    bench.wait(500)
    bench.press("call")
    bench.wait(5_000)
    assert bench.lamp == [(0, False), (500, True), (1_500, False)]
    assert [(at_ms, hz > 0) for at_ms, hz in bench.tone] == [(0, False), (500, True), (620, False)]


def test_reset_chirps_lower_than_a_call(bench: NodeBench) -> None:
    bench.press("call")
    bench.wait(3_000)
    bench.press("reset")
    bench.wait(3_000)
    call_hz, reset_hz = (hz for _, hz in bench.tone if hz)
    assert reset_hz < call_hz
    assert bench.signals() == ["normal", "reset"]


def test_a_node_at_rest_sleeps_from_heartbeat_to_heartbeat(bench: NodeBench) -> None:
    bench.press("call")
    bench.wait(10_000)
    due_ms = bench.node.next_deadline_ms(bench.now_ms)
    assert due_ms is not None
    assert due_ms > bench.now_ms + 10_000
    bench.wait(due_ms + 5_000 - bench.now_ms)
    assert bench.signals() == ["normal", "heartbeat"]
    due_ms = bench.node.next_deadline_ms(bench.now_ms)
    assert due_ms is not None
    assert due_ms - bench.now_ms >= (shortest_pause_s(False) - 5) * 1_000


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"address": "0F1"}, EncodeError),
        ({"signals": {"call": "tea"}}, ConfigError),
        ({"signals": None}, ConfigError),
        ({"signals": {}}, ConfigError),
        ({"words": 3}, ConfigError),
        ({"words": 1_000_000}, ConfigError),
        ({"alpha_us": 5}, ConfigError),
        ({"alpha_us": 500}, ConfigError),
        ({"alpha_us": float("nan")}, ConfigError),
        ({"alpha_us": "fast"}, ConfigError),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        NodeBench(**settings)
