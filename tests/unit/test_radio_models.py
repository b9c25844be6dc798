"""The air and the receiver modules as models: levels, times, edge rates, and what each disturbance does."""

from itertools import islice, pairwise

import numpy as np
import pytest

from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import PressEnded, PressReceiver
from wardbell_simulator.radio.noise import NOISES, durations, other_devices
from wardbell_simulator.radio.slicers import LogPeak, Rxb6, one_pole
from wardbell_simulator.radio.synth import IQ, Air, Transmission, cu8_of, press, random_code, synthesize

CODE = 0x1D4573
T_US = 430


def source(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def power_db(iq: IQ) -> float:
    return float(10 * np.log10(np.mean(np.abs(iq) ** 2)))


def one_press(snr_db: float = 20.0, air: Air | None = None, **sent: float) -> IQ:
    durations = press(CODE, T_US)
    transmission = Transmission(durations, start_us=200_000, **sent)
    return synthesize([transmission], air or Air(snr_db), 300_000 + sum(durations), source())


def codes_in(durations: list[int]) -> list[int]:
    receiver = PressReceiver()
    length_us = sum(map(abs, durations))
    events = receiver.receive(Portion.of(durations, length_us)) + receiver.poll(length_us + 1_000_000)
    return [event.press.code for event in events if isinstance(event, PressEnded)]


@pytest.mark.parametrize("snr_db", [-10.0, 0.0, 15.0])
def test_a_carrier_stands_at_its_snr_above_noise_of_power_one(snr_db: float) -> None:
    noise = synthesize([], Air(snr_db), 1e6, source(2))
    carrier = synthesize([Transmission([2e6])], Air(snr_db), 1e6, source(2)) - noise
    assert power_db(noise) == pytest.approx(0, abs=0.05)
    assert power_db(carrier) == pytest.approx(snr_db, abs=0.05)
    assert np.ptp(np.angle(carrier)) < 0.01


def test_edges_lie_where_clock_stretch_and_start_put_them() -> None:
    sent = Transmission([400, 1200, 1200, 400], start_us=1_001, clock=1.05, stretch_us=30)
    iq = synthesize([sent], Air(200.0), 6_000, source())
    on = np.abs(iq) / 1e10
    starts_us = 1_001 + 1.05 * np.array([0, 400, 1600, 2800, 3200]) + np.array([0, 30, 0, 30, 0])
    assert on.sum() * 4 == pytest.approx((starts_us[1] - starts_us[0]) + (starts_us[3] - starts_us[2]), abs=0.1)
    assert 4 * np.flatnonzero(on > 0.5)[0] == pytest.approx(starts_us[0], abs=4)
    assert 4 * np.flatnonzero(on > 0.5)[-1] + 4 == pytest.approx(starts_us[3], abs=4)
    assert sent.end_us == starts_us[4]


def test_jitter_moves_every_edge_by_itself() -> None:
    durations = [500] * 400
    exact, jittered = (
        Rxb6().slice(synthesize([Transmission(durations, jitter_us=jitter_us)], Air(60.0), 2e5, source()))
        for jitter_us in (0.0, 40.0)
    )
    assert float(np.std(np.abs(exact[20:380]))) < 15
    # Two edges make a duration.
    assert float(np.std(np.abs(jittered[20:380]))) == pytest.approx(40 * np.sqrt(2), rel=0.15)


def test_the_carrier_turns_with_its_offset() -> None:
    iq = synthesize([Transmission([2e5], offset_hz=20_000)], Air(60.0), 1e5, source())
    spectrum = np.abs(np.fft.fft(iq))
    assert np.fft.fftfreq(len(iq), 4e-6)[spectrum.argmax()] == pytest.approx(20_000, abs=20)


def test_impulses_and_mains_bursts_come_as_often_and_as_strong_as_asked() -> None:
    iq = synthesize([], Air(15.0, impulses_per_s=300), 10e6, source())
    is_on = np.abs(iq) > 9  # noise of power 1 reaches that once in e^81
    assert np.count_nonzero(np.diff(is_on.astype(int)) == 1) == pytest.approx(3000, rel=0.1)
    assert power_db(iq[is_on]) == pytest.approx(25, abs=0.3)
    loud = synthesize([], Air(0.0, mains_burst_us=1_000, mains_burst_db=20), 10e6, source())
    assert power_db(loud) == pytest.approx(10 * np.log10(0.9 + 0.1 * 100), abs=0.2)


def test_recordings_hold_the_carrier_below_full_scale() -> None:
    samples = cu8_of(synthesize([Transmission([1e6])], Air(30.0), 1e5, source()), 30.0).astype(float) - 127.5
    assert 20 * np.log10(np.hypot(samples[::2], samples[1::2]).mean() / 127.5) == pytest.approx(-9.1, abs=0.1)
    weak = cu8_of(synthesize([], Air(-15.0), 1e5, source()), -15.0)
    assert np.mean((weak == 0) | (weak == 255)) < 1e-3


def test_a_random_code_is_one_that_a_station_may_send() -> None:
    draws = source()
    codes = {random_code(draws) for _ in range(2_000)}
    assert len(codes) > 1_900
    assert all(code >> shift & 3 != 2 for code in codes for shift in range(0, 24, 2))
    assert not {code & 0xFF for code in codes} & {0x00, 0xFF}


def test_without_a_signal_rxb6_cuts_noise_in_half_and_logpeak_is_silent() -> None:
    noise = synthesize([], Air(0.0), 5e6, source())
    edges = Rxb6().slice(noise)
    assert len(edges) / 5 == pytest.approx(5_400, rel=0.08)
    assert sum(size for size in edges if size > 0) / 5e6 == pytest.approx(0.5, abs=0.05)
    assert len(LogPeak().slice(noise)) < 5


@pytest.mark.parametrize("slicer", [Rxb6(), LogPeak()], ids=["rxb6", "logpeak"])
def test_a_strong_press_passes_either_module(slicer: Rxb6 | LogPeak) -> None:
    iq = one_press(20.0, clock=0.9, offset_hz=-30_000)
    edges = slicer.slice(iq)
    assert all((left > 0) != (right > 0) for left, right in pairwise(edges))
    assert sum(map(abs, edges)) == len(iq) * 4
    assert codes_in(edges) == [CODE]


def test_a_capacitor_follows_as_its_recursion_says() -> None:
    signal = source().uniform(0, 1, 5_000).astype(np.float32)
    keep = np.exp(-1 / 7.3)
    expected = []
    level = 0.4
    for value in signal:
        level = keep * level + (1 - keep) * value
        expected.append(level)
    np.testing.assert_allclose(one_pole(signal, 7.3, 0.4), expected, rtol=1e-5)


@pytest.mark.parametrize("name", NOISES)
def test_noise_goes_on_in_time_and_is_the_same_for_a_seed(name: str) -> None:
    first, same, other = (list(islice(durations(NOISES[name], seed), 2)) for seed in (7, 7, 8))
    assert first == same
    assert first != other
    together = first[0] + first[1]
    assert all((left > 0) != (right > 0) for left, right in pairwise(together))
    assert sum(map(abs, together)) == pytest.approx(4e6, rel=0.02)


def test_other_devices_come_one_after_the_other() -> None:
    train = [-5_000] + [600, -2_000] * 40
    edges = next(durations(other_devices([train]), 3, LogPeak()))
    near = [size for size in edges if 500 < size < 750]
    assert len(near) > 2 * 40
