import pytest

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import SILENCE_US, Press, PressEnded, PressReceiver, PressStarted, is_release_of
from wardbell_protocol.air.slicer import SlicedWord
from wardbell_protocol.air.waveform import burst, signed

WORD = CodeWord.from_trits("F1F00F1F0001")
ALPHA_US = 107.5
WORD_US = 128 * 430
Event = PressStarted | PressEnded


def pulses_of(word: CodeWord, n_words: int, gap_us: int = 50_000) -> list[int]:
    return [-gap_us, *signed(burst(word, ALPHA_US, n_words))]


def drip(receiver: PressReceiver, pulses: list[int], start_us: int = 0) -> list[tuple[int, Event]]:
    """Give the durations one at a time, as they end; say when each event came."""
    events: list[tuple[int, Event]] = []
    now_us = start_us
    for pulse in pulses:
        now_us += abs(pulse)
        events += [(now_us, event) for event in receiver.receive(Portion.of([pulse], now_us))]
    return events


def test_a_press_starts_with_its_second_word() -> None:
    [(at_us, event)] = drip(PressReceiver(), pulses_of(WORD, 4))
    assert isinstance(event, PressStarted)
    assert at_us - 50_000 == 2 * WORD_US
    assert at_us - 50_000 <= 120_000
    assert event.press == Press(WORD.code, 2, 430, 50_000, 50_000 + WORD_US + 97 * 430)


def test_a_press_ends_in_silence_at_its_deadline() -> None:
    receiver = PressReceiver()
    drip(receiver, pulses_of(WORD, 4))
    end_us = 50_000 + 3 * WORD_US + 97 * 430
    over_us = end_us + SILENCE_US + 97 * 430 + 65_000  # a word that began in time has been heard by then
    while (deadline_us := receiver.next_deadline_us()) is not None and deadline_us < over_us:
        assert receiver.poll(deadline_us) == []
    assert deadline_us == over_us
    assert receiver.poll(deadline_us - 1) == []
    assert receiver.poll(deadline_us) == [PressEnded(Press(WORD.code, 4, 430, 50_000, end_us))]
    assert receiver.next_deadline_us() is None
    assert receiver.poll(deadline_us + 10**9) == []


@pytest.mark.parametrize("alpha_us", [43, 108, 225])
@pytest.mark.parametrize(("pause_us", "n_presses"), [(SILENCE_US - 2000, 1), (SILENCE_US + 2000, 2)])
def test_a_press_lasts_while_its_next_word_begins_within_the_silence(
    alpha_us: int, pause_us: int, n_presses: int
) -> None:
    pulses = [-50_000]
    for n_words, silence_us in ((4, pause_us), (2, SILENCE_US - 2000), (1, SILENCE_US - 2000), (1, 600_000)):
        pulses += signed(burst(WORD, alpha_us, n_words))
        pulses[-1] = -silence_us
    receiver = PressReceiver()
    events = [event for _, event in drip(receiver, pulses)] + receiver.poll(10**8)
    ended = [event.press.words for event in events if isinstance(event, PressEnded)]
    assert (len(ended), sum(ended)) == (n_presses, 8)
    again = PressReceiver()
    assert again.receive(Portion.of(pulses, sum(map(abs, pulses)))) + again.poll(10**8) == events


def test_silence_completes_the_word_that_makes_a_press() -> None:
    receiver = PressReceiver()
    pulses = pulses_of(WORD, 2)[:-1]
    now_us = sum(abs(pulse) for pulse in pulses)
    assert receiver.receive(Portion.of(pulses, now_us)) == []
    deadline_us = receiver.next_deadline_us()
    assert deadline_us is not None
    [event] = receiver.poll(deadline_us)
    assert isinstance(event, PressStarted)
    assert event.press.words == 2


def test_a_button_held_for_minutes_is_one_press() -> None:
    receiver = PressReceiver()
    pulses = pulses_of(WORD, 4)
    events = drip(receiver, pulses)
    now_us = sum(abs(pulse) for pulse in pulses)
    for _ in range(1000):
        frame = pulses_of(WORD, 4)[1:]
        now_us += sum(abs(pulse) for pulse in frame)
        events += [(now_us, event) for event in receiver.receive(Portion.of(frame, now_us))]
    events += [(now_us, event) for event in receiver.poll(now_us + 2 * SILENCE_US)]
    assert [type(event) for _, event in events] == [PressStarted, PressEnded]
    assert events[1][1].press.words == 4004
    assert events[1][1].press.end_us - events[1][1].press.start_us > 200_000_000


def test_both_of_two_stations_pressing_at_once_are_heard() -> None:
    other = CodeWord.from_trits("F1F00F100001")
    receiver = PressReceiver()
    pulses = [-50_000]
    for _ in range(3):
        pulses += signed(burst(WORD, ALPHA_US, 1)) + signed(burst(other, 100, 1))
    events = [event for _, event in drip(receiver, pulses)]
    events += receiver.poll(10**7)
    assert [event.press.code for event in events] == [WORD.code, other.code] * 2
    assert [event.press.words for event in events] == [2, 2, 3, 3]


def test_a_station_that_calls_resets_and_calls_again_is_heard_three_times() -> None:
    reset = CodeWord.from_trits("F1F00F1F0111")
    receiver = PressReceiver()
    pulses = [-50_000]
    for word in (WORD, reset, WORD):
        pulses += signed(burst(word, 25, 8))  # T = 100 us: all of it within the silence that ends a press
    events = [event for _, event in drip(receiver, pulses)] + receiver.poll(10**7)
    assert [event.press.code for event in events if isinstance(event, PressStarted)] == [
        WORD.code,
        reset.code,
        WORD.code,
    ]
    ended = [event.press for event in events if isinstance(event, PressEnded)]
    assert [press.words for press in ended] == [8, 8, 8]
    assert [press.is_further for press in ended] == [False, True, True]


@pytest.mark.parametrize(("pause_us", "is_further"), [(SILENCE_US - 30_000, True), (SILENCE_US + 30_000, False)])
def test_another_key_belongs_to_the_press_unless_its_station_was_silent(pause_us: int, is_further: bool) -> None:
    receiver = PressReceiver()
    emergency = CodeWord.from_trits("F1F00F1F0011")
    pulses = [-50_000, *signed(burst(WORD, 25, 4))]
    pulses[-1] = -pause_us
    events = [event for _, event in drip(receiver, pulses + signed(burst(emergency, 25, 4)))] + receiver.poll(10**7)
    started = [event.press for event in events if isinstance(event, PressStarted)]
    assert [(press.code, press.is_further) for press in started] == [(WORD.code, False), (emergency.code, is_further)]


@pytest.mark.parametrize("later_words", range(7))
def test_a_resident_whose_words_end_where_anothers_would_is_heard(later_words: int) -> None:
    """And whose code is the other's but for a one in the first trit: what a word misread at its beginning looks like."""
    other = CodeWord.from_trits("11F00F1F0001")
    assert other.code & WORD.code == WORD.code
    pulses = pulses_of(WORD, 4)
    pulses[-1] -= later_words * WORD_US
    pulses += signed(burst(other, ALPHA_US, 4))
    events = [event for _, event in drip(PressReceiver(), [*pulses, -500_000])]
    assert [event.press.code for event in events if isinstance(event, PressStarted)] == [WORD.code, other.code]


def test_a_press_that_twice_loses_the_same_one_to_impulses_says_no_other_code() -> None:
    lost = CodeWord(WORD.code & ~0x000400)
    assert lost != WORD
    pulses = [*pulses_of(WORD, 3), *signed(burst(lost, ALPHA_US, 2)), *signed(burst(WORD, ALPHA_US, 1))]
    started = [event.press.code for _, event in drip(PressReceiver(), pulses) if isinstance(event, PressStarted)]
    assert started == [WORD.code]


def test_another_key_with_a_one_less_is_heard_by_its_third_word() -> None:
    codes = CodeWord(0x5A1E33), CodeWord(0x5A1E31)
    pulses = pulses_of(codes[0], 3) + signed(burst(codes[1], ALPHA_US, 3))
    started = [event.press.code for _, event in drip(PressReceiver(), pulses) if isinstance(event, PressStarted)]
    assert started == [code.code for code in codes]


def heard(receiver: PressReceiver, place: float, code: CodeWord, n_words: int = 1, is_rough: bool = False) -> list[int]:
    """Give a word, or the sum of the newest, at a place in words; return the codes of presses that it starts."""
    word = SlicedWord(code.code, 430, round((n_words - 1) * WORD_US) + 97 * 430, 10_000)
    word.n_words = n_words
    word.is_rough = is_rough
    return [
        event.press.code
        for event in receiver.hear(word, 100_000 + round(place * WORD_US))
        if isinstance(event, PressStarted)
    ]


@pytest.mark.parametrize(("since", "is_heard"), [(4, False), (5, True)])
def test_words_weighed_together_since_a_press_fell_silent_are_anothers(since: int, is_heard: bool) -> None:
    receiver, other = PressReceiver(), CodeWord(WORD.code & ~0x000400)
    assert [heard(receiver, place, WORD) for place in (1, 2, 4)] == [[], [WORD.code], []]
    assert heard(receiver, since + 1, other, 2) == [other.code] * is_heard


@pytest.mark.parametrize(("ends_at", "is_heard"), [(7.5, False), (8, True)])
def test_a_press_that_was_silent_for_four_words_speaks_into_no_weak_one(ends_at: float, is_heard: bool) -> None:
    receiver, other = PressReceiver(), CodeWord(WORD.code ^ 0x00F0F0)
    assert [heard(receiver, place, WORD) for place in (1, 2)] == [[], [WORD.code]]
    assert heard(receiver, ends_at, other, 2, is_rough=True) == [other.code] * is_heard


def test_a_word_between_those_of_a_press_is_kept_for_its_twin() -> None:
    receiver, other = PressReceiver(), CodeWord(WORD.code & ~0x000400)
    assert [heard(receiver, place, WORD) for place in (1, 2)] == [[], [WORD.code]]
    assert heard(receiver, 3.5, other) == []
    assert heard(receiver, 5, WORD) == []
    assert heard(receiver, 6.5, other) == [other.code]


def test_a_storm_of_codes_stays_bounded_and_leaves_a_press_alone() -> None:
    receiver = PressReceiver()
    pulses = [-50_000, *signed(burst(WORD, 20, 2))]
    for code in range(30):
        pulses += signed(burst(CodeWord(code * 4099), 20, 1))
    pulses += signed(burst(WORD, 20, 2))
    now_us = sum(abs(pulse) for pulse in pulses)
    events = receiver.receive(Portion.of(pulses, now_us)) + receiver.poll(now_us + 2 * SILENCE_US)
    assert [(event.press.code, event.press.words) for event in events] == [(WORD.code, 2), (WORD.code, 4)]
    assert receiver.rejects["crowded"] + receiver.rejects["alone"] == 30
    assert receiver.rejects["crowded"] == 15


@pytest.mark.parametrize(
    ("pressed", "later", "why"),
    [
        ("FFFFFF0FFF0F", "FFFFFF0FFF11", "both last trits at rest"),
        ("FFFFFF0FFF0F", "FFFFFFFFFF11", "and the row floats"),
        ("F000FFFF0101", "F000FFFF0000", "data at rest at 0"),
        ("F000FFF10001", "F000FFFF0000", "data at 0 and the row floats"),
        ("F1F00F1F0001", "F1F00F1F1111", "data at rest at 1"),
    ],
)
def test_knows_a_release(pressed: str, later: str, why: str) -> None:
    assert is_release_of(CodeWord.from_trits(pressed).code, CodeWord.from_trits(later).code), why


@pytest.mark.parametrize(
    ("pressed", "later", "why"),
    [
        ("F1F00F1F0001", "F1F00F1F0010", "another call of the same station"),
        ("F1F00F1F0001", "F1F00F1F0011", "emergency after normal"),
        ("F1F00F10F001", "F1F00F1FF011", "a neighbour whose address floats where this one is 0"),
        ("F1F00F1F0001", "11F00F1F1111", "another address"),
        ("FFFFFF0FFF0F", "0FFFFFFFFF11", "another house code"),
        ("F1F00F1F0001", "F1F00F101111", "an address trit that does not float"),
    ],
)
def test_does_not_take_for_a_release(pressed: str, later: str, why: str) -> None:
    assert not is_release_of(CodeWord.from_trits(pressed).code, CodeWord.from_trits(later).code), why


def test_presses_and_events_compare_by_what_they_say() -> None:
    press = Press(1, 2, 430, 0, 9)
    assert press == Press(1, 2, 430, 0, 9)
    assert press != Press(1, 3, 430, 0, 9)
    assert PressStarted(press) != PressEnded(press)
    assert len({PressEnded(press), PressEnded(Press(1, 2, 430, 0, 9))}) == 1
    assert "0x000001" in repr(PressStarted(press))
