"""Samples to blocks of spectrum and back to a channel of them."""

import numpy as np
import pytest

from wardbell_gateway.iq.gate import Gate
from wardbell_gateway.iq.spectrum import IQ, N_OUT, Spectrum, noise_bandwidth_hz
from wardbell_protocol.errors import ConfigError
from wardbell_simulator.radio.synth import Air, Transmission, synthesize


def tone(rate_hz: int, frequency_hz: float, length_s: float) -> IQ:
    turns = frequency_hz / rate_hz * np.arange(round(rate_hz * length_s))
    samples: IQ = np.exp(2j * np.pi * turns).astype(np.complex64)
    return samples


def channel_of(spectrum: Spectrum, samples: IQ, centre_hz: float) -> IQ:
    centre = round(centre_hz / (spectrum.rate_hz / spectrum.n_fft))
    blocks = enumerate(spectrum.blocks(samples))
    return np.concatenate([spectrum.channel(block, number, centre) for number, block in blocks])


@pytest.mark.parametrize("rate_hz", [250_000, 1_024_000])
def test_a_carrier_goes_through_its_channel_unbroken_from_block_to_block(rate_hz: int) -> None:
    spectrum = Spectrum(rate_hz)
    centre_hz = round(33_000 / (rate_hz / spectrum.n_fft)) * rate_hz / spectrum.n_fft
    samples = channel_of(spectrum, tone(rate_hz, centre_hz + 700, 0.2), centre_hz)
    at_s = np.arange(len(samples)) / spectrum.channel_rate_hz + spectrum.first / rate_hz
    turned = samples * np.exp(-2j * np.pi * (centre_hz + 700 - centre_hz) * at_s)
    assert len(samples) > 15 * N_OUT
    assert np.abs(np.abs(samples) - 1).max() < 1e-3
    assert np.abs(np.angle(turned * np.conj(turned[0]))).max() < 1e-2


def test_what_is_beside_the_channel_does_not_come_through() -> None:
    samples = channel_of(Spectrum(250_000), tone(250_000, 33_000, 0.1), 13_000)
    assert np.abs(samples).max() < 1e-3


def test_a_tenth_of_the_noise_comes_through() -> None:
    spectrum = Spectrum(250_000)
    noise = synthesize([], Air(0.0), 1e6, np.random.default_rng(1))
    power = np.mean(np.abs(channel_of(spectrum, noise, 50_000)) ** 2)
    expected = noise_bandwidth_hz(spectrum.channel_rate_hz) / 250_000
    assert 0.09 < expected < 0.11
    assert power == pytest.approx(expected, rel=0.05)


def test_samples_may_come_in_any_portions() -> None:
    noise = synthesize([], Air(0.0), 1e5, np.random.default_rng(2))
    whole = list(Spectrum(250_000).blocks(noise))
    spectrum = Spectrum(250_000)
    parts = [block for at in range(0, len(noise), 777) for block in spectrum.blocks(noise[at : at + 777])]
    assert len(whole) == len(parts) > 5
    assert all(np.array_equal(one, other) for one, other in zip(whole, parts, strict=True))


def test_a_rate_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="200000"):
        Spectrum(48_000)


def opened_by(samples: IQ) -> list[float]:
    spectrum = Spectrum(250_000)
    gate = Gate(spectrum)
    held: list[int] = []
    for block in spectrum.blocks(samples):
        gate.receive(block, held)
        held += gate.opening(held, 3)
    return [centre * spectrum.rate_hz / spectrum.n_fft for centre in held]


def test_the_gate_opens_where_somebody_sends() -> None:
    keyed = [430.0, 430.0] * 120
    sent = [
        Transmission(keyed, start_us=500_000, offset_hz=-91_000),
        Transmission(keyed, start_us=900_000, offset_hz=40_500, level_db=3),
    ]
    found = opened_by(synthesize(sent, Air(-8.0), 1.3e6, np.random.default_rng(3)))
    assert len(found) == 2
    assert found == pytest.approx([-91_000, 40_500], abs=1_200)


def test_the_gate_stays_shut_in_noise_and_learns_a_spur() -> None:
    source = np.random.default_rng(4)
    assert opened_by(synthesize([], Air(0.0), 8e6, source)) == []
    # It is there from the start and never goes: it opens a channel, and is floor by and by.
    spectrum = Spectrum(250_000)
    gate = Gate(spectrum)
    spur = synthesize([Transmission([12e6, 1.0], offset_hz=60_000)], Air(-6.0), 12e6, source)
    opened = []
    for block in spectrum.blocks(spur):
        gate.receive(block, [])
        opened.append(len(gate.opening([], 3)))
    assert opened[10] == 1
    assert sum(opened[-50:]) == 0


def test_a_burst_over_the_whole_band_opens_nothing() -> None:
    source = np.random.default_rng(5)
    assert opened_by(synthesize([], Air(0.0, mains_burst_us=1_000, mains_burst_db=20), 4e6, source)) == []
