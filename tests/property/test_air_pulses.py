import itertools
import random

from hypothesis import example, given
from hypothesis import strategies as st

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressEnded, PressReceiver, PressStarted
from wardbell_protocol.air.waveform import burst, signed, waveform

REASONS = {"noise", "clock", "gap", "short", "long", "ratio", "alone", "crowded"}

codes = st.integers(0, 0xFFFFFF)
words = codes.map(CodeWord)
clocks_us = st.floats(20, 250, allow_nan=False)
Event = PressStarted | PressEnded


def sent(word: CodeWord, alpha_us: float) -> list[int]:
    return signed(waveform(word, alpha_us))


def at_once(*trains: tuple[int, list[int]]) -> list[int]:
    """The carrier of several senders, each from its time in µs on: on while one of them is."""
    steps: list[tuple[int, int]] = []
    for start_us, pulses in trains:
        now_us = start_us
        for pulse in pulses:
            if pulse > 0:
                steps += [(now_us, 1), (now_us + pulse, -1)]
            now_us += abs(pulse)
    together, n_on, since_us = [], 0, 0
    for at_us, step in sorted(steps, key=lambda one: (one[0], -one[1])):
        if n_on == 0 or n_on + step == 0:
            together.append(at_us - since_us if n_on else since_us - at_us)
            since_us = at_us
        n_on += step
    return together


# Anything, but often enough something like a word.
durations = st.one_of(
    st.integers(-(10**11), 10**11),  # a day
    st.integers(-20_000, 20_000),
    st.sampled_from([350, 1050, -350, -1050, -10_850, 0, -400_000]),
)
trains = st.one_of(
    st.lists(durations, max_size=300),
    st.lists(
        st.one_of(
            st.lists(durations, max_size=5),
            st.builds(sent, st.sampled_from([CodeWord(0x755555), CodeWord(0x7555FF)]), clocks_us),
            st.just(signed(burst(CodeWord(0x755555), 87.5, 2))),
        ),
        max_size=8,
    ).map(lambda parts: [pulse for part in parts for pulse in part]),
)
bursts = st.builds(lambda code, n_words: signed(burst(CodeWord(code), 87.5, n_words)), codes, st.integers(1, 5))
overlaps = st.lists(st.tuples(st.integers(0, 200_000), bursts), min_size=2, max_size=3).map(lambda sent: at_once(*sent))
# Behind it a word is known from its sum, one from its clock and a whole one, all at about the same time.
HALF_HIDDEN = [*signed(burst(CodeWord(0x755555), 87.5, 2)), 371, *signed(burst(CodeWord(0x755555), 87.5, 2)), 389_150]


def whole(pulses: list[int]) -> tuple[list[Event], PressReceiver]:
    receiver = PressReceiver()
    return receiver.receive(Portion.of(pulses, sum(abs(pulse) for pulse in pulses))), receiver


@given(words)
def test_every_word_is_written_and_read_back(word: CodeWord) -> None:
    assert CodeWord.from_trits(word.trits) == word
    assert CodeWord.from_hex(word.hex) == word
    assert CodeWord.from_parts(word.address, word.data) == word
    assert CodeWord.from_ev1527(word.ev1527_id, word.ev1527_key) == word


@given(words, clocks_us, st.integers(2, 5), st.integers(0, 400))
def test_every_word_is_heard_at_any_clock(word: CodeWord, alpha_us: float, n_words: int, stretch: int) -> None:
    stretch_us = int((stretch - 200) / 350 * 4 * alpha_us)
    pulses = [pulse + stretch_us for pulse in [-200_000, *signed(burst(word, alpha_us, n_words)), -600_000]]
    events, receiver = whole(pulses)
    assert [(type(event), event.press.code) for event in events] == [(PressStarted, word.code), (PressEnded, word.code)]
    assert events[1].press.words == n_words
    assert abs(events[1].press.t_us - 4 * alpha_us) <= 1
    assert receiver.rejects == {}


@given(words, st.floats(25, 200), st.floats(-0.2, 0.2), st.integers(0, 2**32))
def test_a_clock_that_drifts_and_jitters_is_followed(word: CodeWord, alpha_us: float, drift: float, seed: int) -> None:
    source = random.Random(seed)
    pulses = [-200_000]
    for n_word in range(4):
        alpha_now_us = alpha_us * (1 + drift * n_word / 3)
        edge_us = 0.0
        for duration_us in signed(waveform(word, alpha_now_us)):
            next_us = source.gauss(0, 0.05 * 4 * alpha_us)
            pulses.append(round(duration_us + (next_us - edge_us if duration_us > 0 else edge_us - next_us)))
            edge_us = next_us
    events, _ = whole([*pulses, -600_000])
    assert [(type(event), event.press.code) for event in events] == [(PressStarted, word.code), (PressEnded, word.code)]
    assert events[1].press.words == 4


@given(trains)
def test_any_durations_give_events_or_counted_rejects(pulses: list[int]) -> None:
    events, receiver = whole(pulses)
    events += receiver.poll(sum(abs(pulse) for pulse in pulses) + 10**6)
    assert set(receiver.rejects) <= REASONS
    started = [event.press.code for event in events if isinstance(event, PressStarted)]
    ended = [event.press.code for event in events if isinstance(event, PressEnded)]
    assert sorted(started) == sorted(ended)
    assert receiver.next_deadline_us() is None


def in_portions(pulses: list[int], sizes: list[int]) -> tuple[list[Event], PressReceiver]:
    receiver = PressReceiver()
    events: list[Event] = []
    now_us = at = 0
    for size in itertools.cycle(sizes):
        if at >= len(pulses):
            return events, receiver
        part = pulses[at : at + size]
        at += size
        now_us += sum(map(abs, part))
        events += receiver.receive(Portion.of(part, now_us))
    raise AssertionError("no sizes")


@given(st.one_of(trains, overlaps), st.lists(st.integers(1, 100), min_size=1, max_size=8))
@example(HALF_HIDDEN, [7])
def test_portions_do_not_matter(pulses: list[int], sizes: list[int]) -> None:
    expected, receiver = whole(pulses)
    for some in ([1], sizes):
        events, portioned = in_portions(pulses, some)
        assert events == expected
        assert (portioned.rejects, portioned.n_words) == (receiver.rejects, receiver.n_words)


@given(st.integers(1, 60).filter(lambda n_bits: n_bits != 24), st.integers(0), clocks_us, st.integers(15, 60))
def test_a_word_of_another_length_gives_nothing(n_bits: int, code: int, alpha_us: float, sync: int) -> None:
    t_us = int(4 * alpha_us)
    word = []
    for shift in range(n_bits):
        word += [3 * t_us, -t_us] if code >> shift & 1 else [t_us, -3 * t_us]
    _, receiver = whole([-200_000, *[*word, t_us, -sync * t_us] * 5, -600_000])
    assert receiver.n_words == 0
