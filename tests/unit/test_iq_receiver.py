"""Presses out of IQ: how weak they may be, and what is none."""

import json

import numpy as np
import pytest

from wardbell_gateway.iq.receiver import IqEvent, IqReceiver
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.frame_press import FrameEnded, FrameStarted
from wardbell_protocol.air.presses import Press, PressEnded, PressStarted
from wardbell_simulator.radio.synth import IQ, RATE_HZ, Air, Transmission, press, random_code, synthesize

CODE = 0x45CCDF
KEY = bytes(range(16))


def heard_in(samples: IQ, keys: dict[int, bytes] | None = None) -> list[IqEvent]:
    receiver = IqReceiver(RATE_HZ, keys)
    return receiver.receive(samples) + receiver.finish()


def ended(events: list[IqEvent]) -> list[Press]:
    return [event.press for event in events if isinstance(event, PressEnded)]


def codes_in(samples: IQ) -> list[int]:
    return [heard.code for heard in ended(heard_in(samples))]


# P = 0.99 is at -10 dB for T = 430 us; the target is -6. A dB lost at -11 is two presses, two dB are ten of these 25.
@pytest.mark.parametrize(("t_us", "snr_db"), [(430, -11.0), (170, -6.0), (900, -12.5)])
def test_four_words_deep_in_the_noise_are_a_press(t_us: int, snr_db: float) -> None:
    source = np.random.default_rng(20)
    receiver = IqReceiver(RATE_HZ)
    receiver.receive(synthesize([], Air(snr_db), 5e5, source))
    n, right, others = 25 * 430 // max(430, t_us), 0, 0
    for _ in range(n):
        code = random_code(source)
        sent = Transmission(
            press(code, t_us),
            start_us=source.uniform(2e4, 6e4),
            clock=1 + source.uniform(-0.05, 0.05),
            offset_hz=source.uniform(-1e5, 1e5),
        )
        events = receiver.receive(synthesize([sent], Air(snr_db), 560 * t_us + 6e5, source))
        told = [event.press.code for event in events if isinstance(event, PressStarted)]
        right += told == [code]
        others += sum(other != code for other in told)
    assert others == 0
    assert right >= 0.92 * n


def test_a_strong_press_is_told_after_two_words_with_its_facts() -> None:
    source = np.random.default_rng(21)
    start_us = 5e5
    samples = synthesize([Transmission(press(CODE, 430, 6), start_us=start_us)], Air(20.0), 1.2e6, source)
    receiver = IqReceiver(RATE_HZ)
    told_us = None
    events = []
    for at in range(0, len(samples), 2500):
        found = receiver.receive(samples[at : at + 2500])
        if found and told_us is None:
            told_us = at * 4 - start_us
        events += found
    events += receiver.finish()
    assert told_us is not None
    assert told_us < 2 * 128 * 430 + 60_000  # the block, the slicer's look ahead
    assert [type(event) for event in events] == [PressStarted, PressEnded]
    (whole,) = ended(events)
    assert (whole.code, whole.words, whole.other_words) == (CODE, 6, 0)
    assert whole.t_us == pytest.approx(430, abs=2)
    assert whole.start_us == pytest.approx(start_us, abs=100)
    assert whole.end_us == pytest.approx(start_us + (5 * 128 + 97) * 430, abs=100)


def test_a_weak_key_held_down_is_one_press() -> None:
    source = np.random.default_rng(22)
    samples = synthesize([Transmission(press(CODE, 430, 60), start_us=3e5, offset_hz=-7e4)], Air(-8.0), 4.4e6, source)
    (whole,) = ended(heard_in(samples))
    assert whole.code == CODE
    assert 55 <= whole.words <= 60


def test_a_weak_press_right_behind_another_is_heard_too() -> None:
    first = Transmission(press(CODE, 430), start_us=3e5, offset_hz=2e4)
    second = Transmission(press(CODE ^ 0x30000, 430), start_us=first.end_us + 2e4, offset_hz=2e4)
    assert codes_in(synthesize([first, second], Air(-6.0), 1.1e6, np.random.default_rng(30))) == [CODE, CODE ^ 0x30000]


def test_two_at_once_at_different_frequencies_are_both_heard() -> None:
    source = np.random.default_rng(23)
    sent = [
        Transmission(press(CODE, 430), start_us=3e5, offset_hz=-6e4),
        Transmission(press(CODE ^ 0x30000, 430), start_us=3.4e5, offset_hz=3e4, level_db=-6),
    ]
    assert sorted(codes_in(synthesize(sent, Air(0.0), 1e6, source))) == sorted([CODE, CODE ^ 0x30000])


def test_an_image_of_a_strong_press_is_no_second_press() -> None:
    source = np.random.default_rng(24)
    samples = synthesize([Transmission(press(CODE, 360, 8), start_us=3e5, offset_hz=41e3)], Air(40.0), 1.2e6, source)
    clipped = np.clip(samples.real, -40, 40) + 1j * np.clip(samples.imag, -40, 40)
    assert codes_in(clipped.astype(np.complex64)) == [CODE]


@pytest.mark.parametrize("n_bits", [23, 25, 32])
@pytest.mark.parametrize("snr_db", [-8.0, 0.0, 20.0])
def test_words_of_other_lengths_are_nothing(n_bits: int, snr_db: float) -> None:
    source = np.random.default_rng(n_bits)
    sent: list[Transmission] = []
    now_us = 3e5
    for _ in range(3):
        word = [part for bit in source.integers(0, 2, n_bits) for part in ((1290, 430) if bit else (430, 1290))]
        sent.append(Transmission([*word, 430, 31 * 430] * 6, start_us=now_us, offset_hz=2e4))
        now_us = sent[-1].end_us + 5e5
    assert codes_in(synthesize(sent, Air(snr_db), now_us, source)) == []


def test_noise_is_nothing() -> None:
    source = np.random.default_rng(25)
    assert heard_in(synthesize([], Air(15.0, impulses_per_s=100), 4e6, source)) == []
    assert heard_in(synthesize([], Air(0.0, mains_burst_us=1_000), 4e6, source)) == []
    assert heard_in(np.zeros(2 * RATE_HZ, np.complex64)) == []


def frame_press(counter: int, starts_us: list[float], key: bytes = KEY) -> list[Transmission]:
    durations = frame_durations(seal(Frame(5, counter, 1, 9), key))
    whole = [*durations, 1000] if len(durations) % 2 else durations
    return [Transmission(whole, start_us=start_us, offset_hz=-5e4) for start_us in starts_us]


# Copies of one press add up: at -8 dB hardly one of them can be read by itself.
@pytest.mark.parametrize("snr_db", [-8.0, 10.0])
def test_a_frame_is_a_press_of_its_node(snr_db: float) -> None:
    starts_us = [5e5 + 3e5 * nth for nth in range(10)]
    samples = synthesize(frame_press(77, starts_us), Air(snr_db), 5.5e6, np.random.default_rng(26))
    events = heard_in(samples, {5: KEY})
    assert [type(event) for event in events] == [FrameStarted, FrameEnded]
    (last,) = [event.press for event in events if isinstance(event, FrameEnded)]
    assert (last.node_id, last.counter, last.event, last.battery) == (5, 77, 1, 9)
    assert last.copies >= (9 if snr_db > 0 else 3)


def test_a_frame_under_another_key_is_nothing() -> None:
    sent = frame_press(77, [5e5 + 3e5 * nth for nth in range(3)], bytes(16))
    events = heard_in(synthesize(sent, Air(10.0), 3e6, np.random.default_rng(27)), {5: KEY})
    assert not any(isinstance(event, FrameStarted) for event in events)


def test_events_are_plain_enough_to_print() -> None:
    from wardbell_gateway.iq.described import presses_of

    source = np.random.default_rng(28)
    sent = [Transmission(press(CODE, 430), start_us=3e5), *frame_press(3, [1.2e6])]
    rows = presses_of(heard_in(synthesize(sent, Air(10.0), 2e6, source), {5: KEY}))
    assert json.loads(json.dumps(rows)) == rows
    assert [row.get("code", row.get("counter")) for row in rows] == ["45CCDF", 3]
