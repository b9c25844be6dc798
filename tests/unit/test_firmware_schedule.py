"""The schedule of a node with a key: told apart from others soon, and never more on the air than the rules allow."""

import pytest
from bedside_bench import HOUR_MS, heartbeat_air_ms, most_air_ms
from collisions import FRAME_MS, burst_of, play, wardbell

from wardbell_firmware.bedside import frames
from wardbell_firmware.bedside.life_sign import ASK_PAUSE_MS, BY_ITSELF, LIFE_SIGNS
from wardbell_firmware.bedside.schedule import (
    ONE_WAY_MS,
    TWO_WAY_MS,
    Draws,
    copy_times_ms,
)
from wardbell_firmware.bedside.words import N_WORDS, N_WORDS_MOST, WordVoice
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.heartbeat import FRAME_EVERY_S, WORDS_EVERY_S, longest_pause_s, shortest_pause_s
from wardbell_protocol.air.waveform import ALPHA_MAX_US, burst

TRIALS = 1_500


@pytest.mark.parametrize("slots_ms", [ONE_WAY_MS, TWO_WAY_MS])
def test_the_first_copy_is_at_once_and_each_other_in_its_slot(slots_ms: tuple[int, ...]) -> None:
    for node_id, counter in ((0, 1), (1, 1), (0xFFFF, 0xFFFFFF), (0x1234, 77)):
        times_ms = copy_times_ms(node_id, counter, slots_ms)
        assert times_ms[0] == 0
        assert len(times_ms) == len(slots_ms)
        for at in range(1, len(times_ms)):
            assert slots_ms[at - 1] <= times_ms[at] < slots_ms[at]
    assert 7 <= len(ONE_WAY_MS) - 1 <= 11
    assert 3_000 <= ONE_WAY_MS[-1] <= 4_000
    assert TWO_WAY_MS[-1] + frames.FRAME_MS < 5_000  # FCC 15.231(a)(2)
    assert slots_ms[0] > frames.FRAME_MS


def test_each_node_and_each_press_has_its_own_times_and_the_same_ones_again() -> None:
    seen = {tuple(copy_times_ms(node_id, counter)) for node_id in range(200) for counter in range(1, 11)}
    assert len(seen) > 1_950  # of 65,535 there are
    assert copy_times_ms(7, 9) == copy_times_ms(7, 9)


def test_draws_fill_their_range_evenly() -> None:
    counts = [0] * 10
    for node_id in range(500):
        draws = Draws(node_id, 3)
        for _ in range(20):
            counts[draws.below(10)] += 1
    assert all(850 < count < 1_150 for count in counts)


@pytest.mark.parametrize(("n", "all_least", "each_least"), [(3, 0.99, 0.99), (5, 0.95, 0.99), (10, 0.5, 0.9)])
def test_presses_within_a_fifth_of_a_second_arrive(n: int, all_least: float, each_least: float) -> None:
    outcome = play(wardbell, FRAME_MS, n, TRIALS, seed=n)
    assert outcome.all_share >= all_least
    assert outcome.each_share >= each_least
    if n == 3:
        assert outcome.latency_95_s is not None
        assert outcome.latency_95_s < 1.0


def test_alone_the_first_report_is_out_in_a_tenth_of_a_second() -> None:
    outcome = play(wardbell, FRAME_MS, 1, 100, seed=1)
    assert outcome.latencies_s is not None
    assert max(outcome.latencies_s) < 0.1


def test_a_chip_s_words_would_all_be_lost() -> None:
    assert play(burst_of(4), 55.0, 3, 300, seed=3).all_share < 0.05


@pytest.mark.parametrize("slots_ms", [ONE_WAY_MS, TWO_WAY_MS])
def test_with_every_key_chattering_a_node_keeps_below_a_tenth_of_the_time(slots_ms: tuple[int, ...]) -> None:
    for n_signals in range(1, 7):  # as many as a node has keys
        air_ms = most_air_ms(frames.FRAME_MS, n_signals, len(slots_ms)) + heartbeat_air_ms(frames.FRAME_MS, True)
        assert air_ms < HOUR_MS / 10
    assert FRAME_MS < frames.FRAME_MS


def test_heartbeats_keep_below_a_thousandth_and_two_seconds_an_hour() -> None:
    slowest = sum(burst(CodeWord.from_parts("0F1F0F1F", "1010"), ALPHA_MAX_US)) / 1_000
    of_words = heartbeat_air_ms(int(slowest) + 1, False)
    of_frames = heartbeat_air_ms(frames.FRAME_MS, True)
    of_questions = -(-HOUR_MS // ASK_PAUSE_MS[0]) * frames.FRAME_MS
    for air_ms in (of_words, of_frames, of_questions):
        assert air_ms < 2_000
        assert air_ms < HOUR_MS / 1_000


def by_itself_ms(alpha_us: float, words: int) -> dict[str, int]:
    """What one of each takes on the air of a node without a key."""
    settings = {"address": "0F1F0F1F", "alpha_us": alpha_us, "words": words}
    lengths = {}
    for signal in BY_ITSELF:
        voice = WordVoice(settings, ["normal"])
        voice.say(signal)
        lengths[signal] = sum(voice.poll(False, 0)) // 1_000 + 1
    return lengths


def test_an_hour_in_which_a_node_also_tests_the_chain_and_wants_a_battery_keeps_below_two_seconds() -> None:
    press_ms = len(TWO_WAY_MS) * frames.FRAME_MS
    assert heartbeat_air_ms(frames.FRAME_MS, True) + len(LIFE_SIGNS[1:]) * press_ms < 2_000
    for words in (N_WORDS, N_WORDS_MOST):
        usual, slowest = by_itself_ms(142.5, words), by_itself_ms(ALPHA_MAX_US, words)
        assert heartbeat_air_ms(usual["heartbeat"], False) + usual["test"] + usual["low_battery"] < 2_000
        assert heartbeat_air_ms(slowest["heartbeat"], False) + slowest["test"] < 2_000


def test_the_heartbeats_of_300_nodes_leave_the_air_free() -> None:
    assert 300 * FRAME_MS / (FRAME_EVERY_S * 1_000) < 0.04
    four_words_ms = sum(burst(CodeWord.from_parts("0F1F0F1F", "1010"), 87.5)) / 1_000
    assert 300 * four_words_ms / (WORDS_EVERY_S * 1_000) < 0.02
    assert shortest_pause_s(True) < FRAME_EVERY_S < longest_pause_s(True)
