"""When an ear is blind and when it is not: durations of the slicer models, and of hands that press a lot."""

import functools
import itertools
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from wardbell_protocol.air.air_watch import CARRIER, KEYING, SILENT, AirWatch
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressReceiver
from wardbell_protocol.air.waveform import burst, signed
from wardbell_simulator.radio import noise
from wardbell_simulator.radio.slicers import LogPeak, Rxb6
from wardbell_simulator.radio.synth import Air, Transmission, synthesize

PORTION_US = 20_000
BEFORE_US = 7_000_000
JAM_US = 8_000_000
AFTER_US = 7_000_000
LATEST_S = 10.0

RXB6, LOG_PEAK = Rxb6(), LogPeak()


class Ear:
    """A watch with the time, which hands it the durations in portions and wakes it at its deadlines."""

    def __init__(self, normal: tuple[int, int] | None = None, has_words: bool = False) -> None:
        self.watch = AirWatch(normal)
        self.presses = PressReceiver()
        self.changes: list[tuple[float, str]] = []
        self.n_wakes = 0
        self._has_words = has_words
        self._now_us = self._end_us = 0
        self._waiting: list[int] = []

    def hear(self, pulses: Iterable[int]) -> None:
        for duration_us in pulses:
            self.pass_until_us(self._end_us + abs(duration_us))
            self._end_us += abs(duration_us)
            self._waiting.append(duration_us)

    def pass_until_us(self, until_us: int) -> None:
        while until_us - self._now_us > PORTION_US:
            self._now_us += PORTION_US
            if self._waiting:
                self.watch.receive(Portion.of(self._waiting, self._end_us))
                if self._has_words:
                    self.presses.receive(Portion.of(self._waiting, self._end_us))
                self._waiting = []
            due_us = self.watch.next_deadline_us()
            if due_us is not None and due_us <= self._now_us:
                self.n_wakes += 1
                events = self.watch.poll(self._now_us, self.presses.n_words)
                self.changes += [(self._now_us / 1e6, event.reason) for event in events]

    def silence(self, seconds: float) -> None:
        self.hear([-int(seconds * 1e6)])


@pytest.mark.parametrize("normal", [(5_100, 1_300), None])
@pytest.mark.parametrize("gap_us", [1_000, 6_000, 30_000])
def test_strangers_frames_one_after_the_other_leave_no_room_and_that_is_blindness(
    normal: tuple[int, int] | None, gap_us: int
) -> None:
    watch, receiver, now_us, blind_us = AirWatch(normal), FrameReceiver({}), 0, 0
    changes: list[str] = []
    while now_us < 12_000_000:
        pulses = [*signed(frame_durations(seal(Frame(now_us & 0xFFFF, 1, 1), bytes(16)))), -gap_us]
        now_us += sum(map(abs, pulses))
        receiver.receive(Portion.of(pulses, now_us))
        watch.receive(Portion.of(pulses, now_us))
        changes += [event.reason for event in watch.poll(now_us, receiver.n_frames, receiver.n_read)]
        blind_us = blind_us or (now_us if changes else 0)
    assert changes == [KEYING]
    assert blind_us <= 10_000_000
    for _ in range(10):
        now_us += 1_000_000
        watch.receive(
            Portion.of([-1_000_000] if normal is None else ([150, -150] * 12 + [1_000, -1_000]) * 178, now_us)
        )
        changes += [event.reason for event in watch.poll(now_us, receiver.n_frames, receiver.n_read)]
    assert changes == [KEYING, ""]


def sliced(
    slicer: Rxb6 | LogPeak, sent: list[Transmission], snr_db: float, length_us: float, seed: int = 1
) -> list[int]:
    return slicer.slice(synthesize(sent, Air(snr_db), length_us, np.random.default_rng(seed)))


@functools.cache
def quiet(slicer: Rxb6 | LogPeak) -> list[int]:
    """`BEFORE_US` in which nobody sends."""
    return sliced(slicer, [], 0, BEFORE_US)


def joined(*parts: Iterable[int]) -> Iterator[int]:
    """Durations one after the other; neighbours of one sign are one."""
    for is_mark, group in itertools.groupby(itertools.chain(*parts), key=lambda duration_us: duration_us > 0):
        yield sum(group)
        assert is_mark in (False, True)


def carrier() -> list[Transmission]:
    return [Transmission([2.0 * JAM_US, 1.0])]


def keying(low_us: float = 100.0, high_us: float = 1_500.0) -> list[Transmission]:
    n = int(2.2 * JAM_US / (low_us + high_us)) * 2
    return [Transmission(np.random.default_rng(3).uniform(low_us, high_us, n).tolist())]


@pytest.mark.parametrize(
    ("slicer", "sent", "snr_db", "reasons"),
    [
        (RXB6, carrier(), 30, {CARRIER, SILENT}),  # its output stays where it was: either way
        (RXB6, carrier(), 15, {KEYING}),
        (RXB6, keying(), 20, {KEYING}),
        (RXB6, keying(50, 300), 20, {KEYING}),  # as many edges as its own noise has
        (LOG_PEAK, carrier(), 10, {CARRIER}),
        (LOG_PEAK, keying(), 20, {KEYING}),
    ],
    ids=["rxb6-carrier", "rxb6-weak", "rxb6-keyed", "rxb6-fast", "logpeak-carrier", "logpeak-keyed"],
)
def test_jamming_is_told_within_ten_seconds_and_its_end_too(
    slicer: Rxb6 | LogPeak, sent: list[Transmission], snr_db: float, reasons: set[str]
) -> None:
    ear = Ear()
    ear.hear(joined(quiet(slicer), sliced(slicer, sent, snr_db, JAM_US), quiet(slicer)))
    ear.pass_until_us(BEFORE_US + JAM_US + AFTER_US + 100_000)
    (began_s, first), *others = ear.changes
    assert first in reasons
    assert 1 < began_s - BEFORE_US / 1e6 <= LATEST_S
    ended_s, last = others[-1]
    assert last == ""
    assert {reason for _, reason in others[:-1]} <= reasons
    assert 0 < ended_s - (BEFORE_US + JAM_US) / 1e6 <= LATEST_S


def test_broad_noise_holds_a_squelched_slicer_on() -> None:
    ear = Ear()
    iq = synthesize([], Air(0), JAM_US, np.random.default_rng(2))
    ear.hear(joined(quiet(LOG_PEAK), LOG_PEAK.slice((iq * np.float32(5)).astype(np.complex64))))
    ear.pass_until_us(BEFORE_US + JAM_US)
    assert [reason for _, reason in ear.changes] == [CARRIER]


@pytest.mark.parametrize("slicer", [RXB6, LOG_PEAK], ids=["rxb6", "logpeak"])
@pytest.mark.parametrize("name", ["gaussian", "impulses", "mains"])
def test_ordinary_noise_is_no_blindness(name: str, slicer: Rxb6 | LogPeak) -> None:
    ear = Ear()
    portions = noise.durations(noise.NOISES[name], 4, slicer)
    ear.hear(itertools.chain.from_iterable(itertools.islice(portions, 4)))
    assert ear.changes == []


def test_ordinary_noise_that_begins_is_no_blindness_nor_that_it_ends() -> None:
    ear = Ear()
    parts = [quiet(RXB6)]
    for kind in (noise.impulses, noise.mains):
        parts.append(list(itertools.chain.from_iterable(itertools.islice(noise.durations(kind, 5), 4))))
        parts.append(quiet(RXB6))
    ear.hear(joined(*parts))
    assert ear.changes == []


def test_a_remote_held_down_for_half_a_minute_and_a_busy_ward_are_heard() -> None:
    ear = Ear(has_words=True)
    ear.silence(30)
    held = burst(CodeWord.from_trits("0F1F01F00001"), 107.5, 500)
    ear.hear(duration if at % 2 == 0 else -duration for at, duration in enumerate(held))
    for number in range(60):
        pressed = burst(CodeWord(0x150001 + (number << 8)), 87.5, 8)
        ear.hear(duration if at % 2 == 0 else -duration for at, duration in enumerate(pressed))
    assert ear.changes == []


def test_other_devices_within_reach_are_no_blindness() -> None:
    ear = Ear()
    train = [300, -900] * 32 + [300, -9_000]  # 32 bits: none of ours, sent for two seconds, every ten
    ear.hear(joined([-20_000_000], *([*train * 40, -8_000_000] for _ in range(6))))
    assert ear.changes == []


def test_a_dead_module_is_told_from_a_squelch_by_the_noise_that_was_there() -> None:
    ear = Ear()
    ear.hear(quiet(RXB6))
    ear.silence(60)
    ear.pass_until_us(BEFORE_US + 50_000_000)
    assert [reason for _, reason in ear.changes] == [SILENT]
    assert ear.changes[0][0] <= BEFORE_US / 1e6 + LATEST_S
    squelched = Ear()
    squelched.silence(3_600)
    assert squelched.changes == []
    assert squelched.n_wakes == 0


def test_what_was_normal_is_kept_so_that_a_module_that_died_over_the_restart_is_told() -> None:
    ear = Ear()
    ear.hear(quiet(RXB6))
    normal = ear.watch.normal
    assert normal is not None
    assert 4_500 < normal[0] < 6_500
    again = Ear(normal, has_words=True)
    again.hear([-10, 10])
    again.silence(60)
    assert [reason for _, reason in again.changes] == [SILENT]
    assert again.changes[0][0] <= LATEST_S
    # It was a module with a squelch: the first word that it hears says so.
    pressed = burst(CodeWord.from_trits("0F1F01F00001"), 87.5, 4)
    pulses = [duration if at % 2 == 0 else -duration for at, duration in enumerate(pressed)]
    again.hear(joined(pulses, [-60_000_000]))
    assert [reason for _, reason in again.changes] == [SILENT, ""]
    assert again.watch.normal is None


def test_a_jam_that_is_there_from_the_start_is_told() -> None:
    for slicer in (RXB6, LOG_PEAK):
        ear = Ear()
        ear.hear(sliced(slicer, keying(), 20, JAM_US))
        ear.pass_until_us(JAM_US)
        assert [reason for _, reason in ear.changes] == [KEYING]
        assert ear.changes[0][0] <= LATEST_S


def test_what_is_normal_is_not_learnt_from_a_jam() -> None:
    ear = Ear()
    ear.hear(joined(quiet(RXB6), sliced(RXB6, keying(), 20, JAM_US)))
    normal = ear.watch.normal
    assert normal is not None
    assert normal[0] > 4_500
