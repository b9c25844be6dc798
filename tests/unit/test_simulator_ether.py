"""Carriers add up, the strong one captures, words are lost, and clocks are wrong by what they were told to be."""

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressEnded, PressReceiver
from wardbell_protocol.air.waveform import burst
from wardbell_simulator.carriers import NoiseSpec
from wardbell_simulator.clock import Timeline
from wardbell_simulator.ether import BATCH_US, Ether, Link

ONE = CodeWord.from_trits("0F1F01F00001")
TWO = CodeWord.from_trits("0F1F0F010010")
ALPHA_US = 100.0


class Room:
    """One ear, and everything it heard."""

    def __init__(self, noise: NoiseSpec | None = None, seed: int = 0) -> None:
        self.timeline = Timeline()
        self.ether = Ether(self.timeline, seed)
        self.pulses: list[int] = []
        self.batches: list[int] = []
        self.end_us = 0
        self.ear = self.ether.listen("ear", self._take, noise)
        self.ear.switch(True)

    def _take(self) -> None:
        pulses, self.end_us = self.ear.take()
        self.pulses += pulses
        if pulses:
            self.batches.append(self.timeline.now_us)

    def run(self, until_us: int) -> list[int]:
        self.timeline.run_until(until_us)
        return self.pulses

    def presses(self) -> dict[str, int]:
        receiver = PressReceiver()
        events = receiver.receive(Portion.of([-1_000_000, 100, *self.pulses], self.end_us))
        events += receiver.poll(self.end_us + 2_000_000)
        return {
            CodeWord(event.press.code).trits: event.press.words for event in events if isinstance(event, PressEnded)
        }


def test_marks_and_spaces_arrive_signed_and_in_time() -> None:
    room = Room()
    room.timeline.at(5_000, lambda: room.ether.send("a", [300, 900, 700, 9_300]))
    assert room.run(1_000_000) == [-5_000, 300, -900, 700]
    assert room.end_us == 6_900
    assert room.batches == [BATCH_US]


def test_silence_is_one_long_space_told_when_it_ends() -> None:
    room = Room()
    room.ether.send("a", [300, 900])
    room.timeline.at(50_000_000, lambda: room.ether.send("a", [400, 900]))
    assert room.run(51_000_000) == [300, -49_999_700, 400]


def test_what_is_on_the_air_is_told_on_the_grid() -> None:
    room = Room()
    room.ether.send("a", burst(ONE, ALPHA_US, 2))
    room.run(1_000_000)
    assert set(room.batches) == set(range(BATCH_US, BATCH_US * 6, BATCH_US))


def test_equal_carriers_overlap_into_one() -> None:
    room = Room()
    room.ether.send("a", [1_000, 1_000, 1_000, 1_000])
    room.timeline.at(500, lambda: room.ether.send("b", [1_000, 3_000]))
    assert room.run(1_000_000) == [1_500, -500, 1_000]


def test_the_strong_one_captures_while_it_sends() -> None:
    room = Room()
    room.ether.link("weak", "ear", Link(level_db=10))
    room.ether.link("strong", "ear", Link(level_db=22))
    room.ether.send("weak", [1_000, 1_000] * 4)
    room.timeline.at(1_500, lambda: room.ether.send("strong", [100, 100, 100, 3_000]))
    # Until 1500 the weak one is alone; while the strong one's burst lasts (to 4800) it is not seen; then it is again.
    assert room.run(1_000_000) == [1_000, -500, 100, -100, 100, -3_000, 200, -1_000, 1_000]


def test_eleven_db_do_not_capture() -> None:
    room = Room()
    room.ether.link("weak", "ear", Link(level_db=11))
    room.ether.link("strong", "ear", Link(level_db=22))
    room.ether.send("weak", [1_000, 1_000])
    room.timeline.at(500, lambda: room.ether.send("strong", [1_000, 1_000]))
    assert room.run(1_000_000) == [1_500]


def test_a_board_that_sends_hears_itself_and_nobody_else() -> None:
    room = Room()
    room.ether.link("strong", "ear", Link(level_db=60))
    room.ether.send("strong", [1_000, 1_000] * 4)
    room.timeline.at(1_500, lambda: room.ether.send("ear", [300, 700, 300, 2_000]))
    # From 1500 to 4800 the other one is drowned.
    assert room.run(1_000_000) == [1_000, -500, 300, -700, 300, -2_000, 200, -1_000, 1_000]


def test_below_the_threshold_nothing_is_heard() -> None:
    room = Room()
    room.ether.link("far", "ear", Link(level_db=0))
    room.ether.send("far", [1_000, 1_000])
    assert room.run(1_000_000) == []


def test_a_slow_clock_stretches_and_rounding_does_not_add_up() -> None:
    room = Room()
    room.ether.send("a", [333, 333] * 100, clock_error=0.05)
    pulses = room.run(1_000_000)
    assert abs(sum(map(abs, pulses)) - 199 * 333 * 1.05) <= 1


def test_a_lost_word_is_lost_whole() -> None:
    room = Room(seed=3)
    room.ether.link("a", "ear", Link(word_loss=0.5))
    for at in range(40):
        room.timeline.at(at * 1_000_000, lambda: room.ether.send("a", burst(ONE, ALPHA_US, 8)))
    marks = sum(pulse > 0 for pulse in room.run(50_000_000))
    assert marks % 25 == 0
    assert 0.35 < marks / 25 / 320 < 0.65


def test_a_lost_burst_is_lost_whole() -> None:
    room = Room(seed=3)
    room.ether.link("a", "ear", Link(burst_loss=0.5))
    for at in range(200):
        room.timeline.at(at * 1_000, lambda: room.ether.send("a", [300, 600]))
    assert 60 < sum(pulse > 0 for pulse in room.run(1_000_000)) < 140


def test_noise_has_its_rate_and_lengths() -> None:
    room = Room(NoiseSpec(rate_hz=500, mean_us=80))
    marks = [pulse for pulse in room.run(20_000_000) if pulse > 0]
    assert 9_000 < len(marks) < 10_500  # 10,000 impulses, some of which run into each other
    assert 70 < sum(marks) / len(marks) < 95


def test_dips_cut_marks_and_leave_silence_alone() -> None:
    room = Room(NoiseSpec(rate_hz=2_000, mean_us=50, dip_share=1.0))
    room.timeline.at(1_000_000, lambda: room.ether.send("a", [100_000, 1]))
    pulses = room.run(3_000_000)
    assert -1_000_200 < pulses[0] <= -1_000_000
    assert len(pulses) > 200
    assert sum(map(abs, pulses)) in range(1_099_000, 1_100_001)


def test_a_press_is_decoded_at_any_of_the_ward_s_clocks() -> None:
    for alpha_us in (75.0, 87.5, 100.0, 125.0):
        room = Room()
        room.ether.send("a", burst(ONE, alpha_us, 4), clock_error=0.05)
        room.run(2_000_000)
        assert room.presses() == {ONE.trits: 4}


def test_two_at_once_at_one_level_spoil_each_other_and_fifteen_db_settle_it() -> None:
    for level_db, heard in ((30.0, {}), (45.0, {TWO.trits: 4})):
        room = Room()
        room.ether.link("b", "ear", Link(level_db=level_db))
        room.ether.send("a", burst(ONE, 97.0, 4))
        room.timeline.at(2_000, lambda room=room: room.ether.send("b", burst(TWO, 103.0, 4)))  # type: ignore[misc]
        room.run(2_000_000)
        assert room.presses() == heard  # the strong one's first word too, though there is no gap before it


def test_a_radio_without_power_hears_nothing_and_begins_anew() -> None:
    room = Room(NoiseSpec(rate_hz=100))
    room.run(100_000)
    room.ear.switch(False)
    before = list(room.pulses)
    room.run(5_000_000)
    assert room.pulses == before
    room.ear.switch(True)
    room.run(6_000_000)
    assert sum(map(abs, room.pulses[len(before) :])) <= 1_000_000
