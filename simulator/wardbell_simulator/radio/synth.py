"""What transmitters send and the air adds, as complex baseband: durations in, IQ out.

Decides what a signal of given strength looks like at a receiver; what the receiver makes of it is `slicers`' and
`wardbell_protocol.air`'s. Signal conventions: radio.md 3.1, in short:

- 250 kS/s, complex, or another rate; the noise is white and Gaussian and its power in any 250 kHz is 1.
- SNR250 is a carrier's power while it is on beside that noise. It is the amplitude of one transmitter, unfaded.
- Carriers begin with a random phase and are keyed hard. Edges fall between samples: a sample is on for its share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst

RATE_HZ = 250_000
SAMPLE_US = 1e6 / RATE_HZ

IQ = NDArray[np.complex64]

MAINS_PERIOD_US = 10_000.0  # both half waves of 50 Hz
_MAINS_JITTER_US = 200.0  # where in the half wave a burst begins, standard deviation

CARRIER_OF_FULL_SCALE = 0.35  # -9.1 dBFS: 3 dB above the level at which rtl_433 stops listening by default
_NOISE_OF_FULL_SCALE = 0.25  # of I and of Q, at most: beyond it weak signals would be clipped with the noise


@dataclass(frozen=True)
class Transmission:
    """One transmitter's part of the air.

    `durations_us`: mark first, alternating, positive. `start_us`: where the first mark begins. `level_db`: strength
    beside `Air.snr_db`. `clock`: factor on every duration, 1.05 is an encoder that runs 5 % slow. `stretch_us`: what
    each mark is longer and the space behind it shorter. `jitter_us`: standard deviation of every edge by itself.
    `offset_hz`: from the receiver's centre frequency.
    """

    durations_us: Sequence[float]
    start_us: float = 0.0
    level_db: float = 0.0
    clock: float = 1.0
    stretch_us: float = 0.0
    jitter_us: float = 0.0
    offset_hz: float = 0.0

    @property
    def end_us(self) -> float:
        """Where the last space ends."""
        return self.start_us + self.clock * float(np.sum(self.durations_us))


@dataclass(frozen=True)
class Air:
    """What a receiver hears beside the transmitters.

    `snr_db`: SNR250 of a transmission of level 0 dB. Impulses are a carrier of random phase for `impulse_us` at random
    times (Poisson), `impulse_db` above that transmission; radio.md 3.5 has 60 µs and 10 dB. Mains bursts come every
    10 ms: Gaussian noise for `mains_burst_us`, `mains_burst_db` above the receiver's; 0 µs is none.
    """

    snr_db: float
    impulses_per_s: float = 0.0
    impulse_us: float = 60.0
    impulse_db: float = 10.0
    mains_burst_us: float = 0.0
    mains_burst_db: float = 20.0


def mark_first(pulses: Sequence[int]) -> tuple[float, list[float]]:
    """Signed durations as `Transmission` takes them: µs of space before the first mark, and what follows.

    Neighbours of one sign are joined; what follows ends with a space.
    """
    lead_us = 0.0
    sizes: list[float] = []
    is_mark = True
    for duration_us in pulses:
        if not sizes and duration_us <= 0:
            lead_us -= duration_us
        elif duration_us and sizes and (duration_us > 0) == is_mark:
            sizes[-1] += abs(duration_us)
        elif duration_us:
            is_mark = duration_us > 0
            sizes.append(float(abs(duration_us)))
    return lead_us, [*sizes, 1.0] if len(sizes) % 2 else sizes


def press(code: int, t_us: float, n_words: int = 4) -> list[int]:
    """Durations of one press, mark first, of a 24-bit word at narrow time `t_us`, 80..1000 µs."""
    return burst(CodeWord(code), t_us / 4, n_words)


def random_code(source: np.random.Generator) -> int:
    """A word a PT2262 can send: 12 trits of 0, 1, F, its last four not all 0 nor all 1 (those are releases)."""
    while True:
        code = 0
        for trit in source.integers(0, 3, 12):
            code = code << 2 | (0, 3, 1)[trit]
        if code & 0xFF not in (0x00, 0xFF):
            return code


def synthesize(
    transmissions: Sequence[Transmission],
    air: Air,
    length_us: float,
    source: np.random.Generator,
    rate_hz: float = RATE_HZ,
) -> IQ:
    """IQ of `length_us` of air, complex64, noise power 1 in 250 kHz. What would lie outside is cut off."""
    sample_us = 1e6 / rate_hz
    n_samples = round(length_us / sample_us)
    iq = _noise(n_samples, rate_hz, source)
    if air.mains_burst_us > 0:
        iq *= _mains_gain(air, n_samples, sample_us, source)
    for transmission in transmissions:
        _add_transmission(iq, transmission, air.snr_db, sample_us, source)
    if air.impulses_per_s > 0:
        _add_impulses(iq, air, sample_us, source)
    return iq


def cu8_of(iq: IQ, snr_db: float, carrier: float = CARRIER_OF_FULL_SCALE) -> NDArray[np.uint8]:
    """Samples as an RTL-SDR gives them: I and Q interleaved, 127.5 is 0.

    A carrier of `snr_db` stands at `carrier` of full scale; lower where the noise would fill the scale.
    """
    scale = min(carrier / 10 ** (snr_db / 20), _NOISE_OF_FULL_SCALE * np.sqrt(2))
    parts = iq.view(np.float32) * np.float32(scale * 127.5) + np.float32(127.5)
    samples: NDArray[np.uint8] = np.clip(np.rint(parts), 0, 255).astype(np.uint8)
    return samples


def write_cu8(path: Path, iq: IQ, snr_db: float, carrier: float = CARRIER_OF_FULL_SCALE) -> None:
    """Write IQ as `.cu8`, scaled as by `cu8_of`."""
    cu8_of(iq, snr_db, carrier).tofile(path)


def _noise(n_samples: int, rate_hz: float, source: np.random.Generator) -> IQ:
    parts = source.standard_normal(2 * n_samples, dtype=np.float32)
    parts *= np.float32(np.sqrt(0.5 * rate_hz / RATE_HZ))
    return parts.view(np.complex64)


def _mains_gain(air: Air, n_samples: int, sample_us: float, source: np.random.Generator) -> NDArray[np.float32]:
    n_bursts = int(n_samples * sample_us / MAINS_PERIOD_US) + 2
    starts_us = (np.arange(n_bursts) - source.uniform()) * MAINS_PERIOD_US + source.normal(
        0, _MAINS_JITTER_US, n_bursts
    )
    is_on = np.zeros(n_samples, dtype=bool)
    for start_us in starts_us:
        is_on[_slice(start_us, air.mains_burst_us, sample_us)] = True
    return np.where(is_on, np.float32(10 ** (air.mains_burst_db / 20)), np.float32(1))


def _slice(start_us: float, length_us: float, sample_us: float) -> slice:
    return slice(max(0, round(start_us / sample_us)), max(0, round((start_us + length_us) / sample_us)))


def _add_transmission(iq: IQ, sent: Transmission, snr_db: float, sample_us: float, source: np.random.Generator) -> None:
    edges_us = _edges_us(sent, source)
    first = max(0, int(edges_us[0] / sample_us) - 1)
    last = min(len(iq), int(edges_us[-1] / sample_us) + 2)
    phase = source.uniform(0, 2 * np.pi)
    if last <= first:
        return
    # How long the carrier has been on up to each sample's border; the differences are each sample's share.
    sizes_us = np.diff(edges_us)
    sizes_us[1::2] = 0.0
    on_us = np.concatenate(([0.0], np.cumsum(sizes_us)))
    keyed = np.diff(np.interp(np.arange(first, last + 1) * sample_us, edges_us, on_us)) / sample_us
    carrier = 10 ** ((snr_db + sent.level_db) / 20) * np.exp(1j * phase)
    if sent.offset_hz:
        turns = sent.offset_hz * sample_us / 1e6 * np.arange(first, last)
        iq[first:last] += (carrier * keyed * np.exp(2j * np.pi * turns)).astype(np.complex64)
    else:
        iq[first:last] += np.complex64(carrier) * keyed.astype(np.float32)


def _edges_us(sent: Transmission, source: np.random.Generator) -> NDArray[np.float64]:
    edges_us = sent.start_us + sent.clock * np.concatenate(([0.0], np.cumsum(sent.durations_us, dtype=np.float64)))
    edges_us[1::2] += sent.stretch_us
    if sent.jitter_us > 0:
        edges_us += source.normal(0, sent.jitter_us, len(edges_us))
    return np.maximum.accumulate(edges_us)


def _add_impulses(iq: IQ, air: Air, sample_us: float, source: np.random.Generator) -> None:
    length_us = len(iq) * sample_us
    n_impulses = source.poisson(air.impulses_per_s * length_us / 1e6)
    amplitude = 10 ** ((air.snr_db + air.impulse_db) / 20)
    for start_us, phase in zip(
        source.uniform(0, length_us, n_impulses), source.uniform(0, 2 * np.pi, n_impulses), strict=True
    ):
        iq[_slice(start_us, air.impulse_us, sample_us)] += np.complex64(amplitude * np.exp(1j * phase))
