"""What counts as a press, what as its copy, and what is refused."""

import pytest

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.frame_press import FrameEnded, FramesRefused, FrameStarted
from wardbell_protocol.air.frame_receiver import ALARM_TIMES, SILENCE_US, SPREAD_US, FrameReceiver
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.waveform import burst, signed
from wardbell_protocol.errors import EncodeError

KEY = bytes(range(16))
OTHER_KEY = bytes(16)
NODE = 0x1234

Events = list[FrameStarted | FrameEnded | FramesRefused]


class Air:
    """A receiver, and the time at which the next frame comes to it."""

    def __init__(self, counters: dict[int, int] | None = None) -> None:
        self.receiver = FrameReceiver({NODE: KEY, NODE + 1: OTHER_KEY})
        self.receiver.load_counters(counters or {})
        self.now_us = 0

    def wait(self, space_us: int) -> Events:
        """Nothing on the air."""
        self.now_us += space_us
        return self.receiver.receive(Portion.of([-space_us], self.now_us))

    def send(self, raw: bytes) -> Events:
        """One frame, and 100 ms without."""
        events: Events = []
        for pulse in signed(frame_durations(raw)):
            self.now_us += abs(pulse)
            events += self.receiver.receive(Portion.of([pulse], self.now_us))
        return events + self.wait(100_000)


def sealed(counter: int, event: int = 1, key: bytes = KEY, node_id: int = NODE) -> bytes:
    return seal(Frame(node_id, counter, event, 9), key)


def started(events: Events) -> list[int]:
    return [event.press.counter for event in events if isinstance(event, FrameStarted)]


def test_the_first_copy_is_a_press_and_the_others_are_counted_on_it() -> None:
    air = Air()
    [first] = air.send(sealed(5))
    assert isinstance(first, FrameStarted)
    assert (first.press.node_id, first.press.counter, first.press.event, first.press.battery) == (NODE, 5, 1, 9)
    assert first.press.start_us == 0
    assert air.send(sealed(5)) + air.send(sealed(5)) == []
    deadline_us = air.receiver.next_deadline_us()
    assert deadline_us is not None
    assert air.receiver.poll(deadline_us - 1) == []
    [ended] = air.receiver.poll(deadline_us)
    assert isinstance(ended, FrameEnded)
    assert ended.press.copies == 3
    assert ended.press.end_us + SILENCE_US == deadline_us
    assert air.receiver.next_deadline_us() is None


def test_a_copy_after_the_press_is_over_is_neither_a_press_nor_a_replay() -> None:
    air = Air()
    air.send(sealed(5))
    air.wait(SILENCE_US)
    assert air.send(sealed(5)) == []
    assert air.receiver.rejects == {"late": 1}


def test_a_recorded_frame_is_refused_and_said_when_it_repeats() -> None:
    air = Air()
    air.send(sealed(5))
    air.wait(SPREAD_US)
    heard = [event for _ in range(ALARM_TIMES + 2) for event in air.send(sealed(5))]
    assert heard == [FramesRefused(NODE, "replayed", ALARM_TIMES)]
    assert started(air.send(sealed(4))) == []
    assert air.receiver.rejects == {"replayed": ALARM_TIMES + 3}
    assert started(air.send(sealed(6))) == [6]


def test_a_press_ends_when_its_node_is_pressed_again() -> None:
    air = Air()
    air.send(sealed(5))
    ended, begun = air.send(sealed(6, event=7))
    assert isinstance(ended, FrameEnded)
    assert isinstance(begun, FrameStarted)
    assert (ended.press.counter, begun.press.counter, begun.press.event) == (5, 6, 7)
    assert air.send(sealed(5)) == []
    assert air.receiver.rejects == {"late": 1}


def test_a_counter_that_says_something_else_is_refused() -> None:
    air = Air()
    air.send(sealed(5, event=1))
    assert air.send(sealed(5, event=3)) == []
    assert air.receiver.rejects == {"reused": 1}


def test_what_is_played_on_and_on_is_replayed_and_no_counter_used_twice() -> None:
    air = Air()
    for _ in range(45):
        air.send(sealed(5))
    assert set(air.receiver.rejects) == {"replayed"}


def test_a_counter_may_be_any_amount_ahead() -> None:
    air = Air({NODE: 7})
    assert started(air.send(sealed(0xFFFFFF))) == [0xFFFFFF]
    assert air.receiver.counters() == {NODE: 0xFFFFFF}


def test_a_frame_under_another_key_is_refused_and_said_when_it_repeats() -> None:
    air = Air()
    heard = [event for counter in range(ALARM_TIMES) for event in air.send(sealed(counter, key=OTHER_KEY))]
    assert heard == [FramesRefused(NODE, "forged", ALARM_TIMES)]
    assert air.receiver.counters() == {}


def test_an_altered_copy_is_no_copy() -> None:
    air = Air()
    raw = sealed(5, event=1)
    air.send(raw)
    assert air.send(raw[:5] + bytes((0x39,)) + raw[6:]) == []
    assert air.receiver.rejects == {"forged": 1}


def test_nodes_that_nobody_enrolled_are_told_by_their_id() -> None:
    air = Air()
    heard = [event for _ in range(ALARM_TIMES) for event in air.send(sealed(1, node_id=0x0777))]
    assert heard == [FramesRefused(0x0777, "unknown", ALARM_TIMES)]


def test_strangers_do_not_hide_who_is_forged_or_replayed() -> None:
    air = Air()
    air.send(sealed(5))
    air.wait(SPREAD_US)
    said: Events = []
    for time in range(ALARM_TIMES):
        said += air.send(sealed(5)) + air.send(sealed(9 + time, key=bytes(15) + b"x"))
        for stranger in range(17):
            air.send(sealed(1, node_id=100 * time + stranger + 1))
    refused = {(event.node_id, event.reason) for event in said if isinstance(event, FramesRefused)}
    assert refused == {(NODE, "replayed"), (NODE, "forged")}


def test_few_refusals_in_a_long_time_are_counted_only() -> None:
    air = Air()
    for counter in range(2 * ALARM_TIMES):
        assert air.send(sealed(counter, key=OTHER_KEY)) == []
        air.wait(31_000_000)
    assert air.receiver.rejects == {"forged": 2 * ALARM_TIMES}


def test_counters_outlast_a_restart() -> None:
    before = Air()
    before.send(sealed(5))
    after = Air(before.receiver.counters())
    # What is still being sent while the receiver comes back is no replay; recorded and sent later, it is.
    assert after.send(sealed(5)) == []
    after.wait(SPREAD_US)
    assert after.send(sealed(5)) == []
    assert after.receiver.rejects == {"late": 1, "replayed": 1}
    assert started(after.send(sealed(6))) == [6]


def test_a_new_key_counts_anew() -> None:
    air = Air({NODE: 500})
    air.receiver.set_keys({NODE: OTHER_KEY})
    air.receiver.forget(NODE)
    assert started(air.send(sealed(0, key=OTHER_KEY))) == [0]


def test_a_node_with_two_keys_for_two_ids_is_two_nodes() -> None:
    air = Air()
    events = air.send(sealed(3)) + air.send(sealed(3, key=OTHER_KEY, node_id=NODE + 1))
    assert started(events) == [3, 3]


def test_copies_damaged_in_different_places_make_a_press() -> None:
    air = Air()
    clean = signed(frame_durations(sealed(5)))
    events: Events = []
    for first in (20, 60, 100):
        # Eight durations are drowned: marks shortened to 30 µs, spaces that much longer.
        pulses = list(clean)
        for at in range(first, first + 16, 2):
            pulses[at + 1] -= pulses[at] - 30
            pulses[at] = 30
        for pulse in [*pulses, -100_000]:
            air.now_us += abs(pulse)
            events += air.receiver.receive(Portion.of([pulse], air.now_us))
    assert started(events) == [5]


@pytest.mark.parametrize("t_us", [80, 170, 350, 430, 560, 1000])
def test_words_are_no_frames(t_us: int) -> None:
    receiver = FrameReceiver({NODE: KEY})
    source_code = 0x5A
    for code in range(0, 1 << 24, 0x3B9ACB):
        pulses = signed(burst(CodeWord(code | source_code), t_us / 4))
        assert receiver.receive(Portion.of(pulses, 10**6)) == []
    assert set(receiver.rejects) <= {"noise"}


@pytest.mark.parametrize("key", [b"", bytes(15), bytes(17)])
def test_a_key_that_cannot_be_is_refused_without_showing_it(key: bytes) -> None:
    with pytest.raises(EncodeError, match=rf"a key has 16 bytes, 32 hex digits; got {len(key)} bytes"):
        FrameReceiver({NODE: key})


def test_a_key_as_text_is_refused() -> None:
    with pytest.raises(EncodeError, match="a key is 16 bytes; got str"):
        FrameReceiver({NODE: "00" * 16})  # type: ignore[dict-item]


@pytest.mark.parametrize("counter", [-1, 1 << 24, "5"])
def test_a_stored_counter_that_cannot_be_is_refused(counter: int) -> None:
    with pytest.raises(EncodeError, match=r"a counter is 0\.\.16777215"):
        FrameReceiver({NODE: KEY}).load_counters({NODE: counter})
