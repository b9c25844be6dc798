"""Models of the receiver modules whose data pin we read: IQ in, signed durations out.

Decides where a module would put its edges; what they mean is `wardbell_protocol.air`'s. Source of structure and
parameters: radio.md 3.1. They are models: a real module's time constants differ, its ranking should not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardbell_simulator.radio.synth import IQ, SAMPLE_US

FloatArray = NDArray[np.float32]

_NOISE_DB = -2.51  # mean of Gaussian noise of power 1 in dB: Euler's constant, 10 / ln 10 times
_AGC_STEP = 25  # samples, 100 µs: a fifth of the attack


@dataclass(frozen=True)
class Rxb6:
    """A superheterodyne module with an averaging slicer, RXB6 or SYN470R.

    Linear envelope; AGC that follows the envelope's peaks (`attack_us`, `decay_us`) and clips at `clip` times the
    level it has found; video filter of two real poles at `video_hz`; threshold is the RC mean (`mean_us`) of what
    comes out of it, with `hysteresis` of the AGC's level to either side: a comparator's is a fixed voltage. Without a
    signal it cuts the noise in half: 5,200 edges a second (radio.md: 5,400).
    """

    attack_us: float = 500.0
    decay_us: float = 100_000.0
    clip: float = 1.5
    video_hz: float = 5_000.0
    mean_us: float = 10_000.0
    hysteresis: float = 0.03

    def slice(self, iq: IQ) -> list[int]:
        """Durations in µs as the receiver's timer takes them, + mark, - space."""
        levelled = self._levelled(np.abs(iq))
        video = _two_pole(levelled, self.video_hz)
        threshold = one_pole(video, self.mean_us / SAMPLE_US, float(np.mean(video[: round(self.mean_us / SAMPLE_US)])))
        return durations(video, threshold, self.hysteresis)

    def _levelled(self, envelope: NDArray[np.float32]) -> FloatArray:
        n_steps = -(-len(envelope) // _AGC_STEP)
        padded = np.zeros(n_steps * _AGC_STEP, dtype=np.float32)
        padded[: len(envelope)] = envelope
        rows = padded.reshape(n_steps, _AGC_STEP)
        attack = _share(_AGC_STEP * SAMPLE_US / self.attack_us)
        decay = _share(_AGC_STEP * SAMPLE_US / self.decay_us)
        means = rows.mean(axis=1)
        level = float(means[:_AGC_STEP].max())
        levels = np.empty(n_steps, dtype=np.float32)
        for step, mean in enumerate(means.tolist()):
            level += (attack if mean > level else decay) * (mean - level)
            levels[step] = level
        rows /= np.maximum(levels, 1e-9)[:, np.newaxis]
        np.minimum(rows, self.clip, out=rows)
        return padded[: len(envelope)]


@dataclass(frozen=True)
class LogPeak:
    """A transceiver chip with a logarithmic RSSI and a peak threshold, CC1101 or SX127x.

    Power in dB through two real poles at `video_hz`; threshold `under_peak_db` below a peak that falls
    `decay_db_per_s` (an SX1276 at 4.8 kb/s can 300 to 38,000), but not below `floor_db` above the noise; `hysteresis_db`
    to either side. Without a signal it is silent.
    """

    video_hz: float = 5_000.0
    under_peak_db: float = 6.0
    floor_db: float = 6.0
    decay_db_per_s: float = 1_000.0
    hysteresis_db: float = 0.25

    def slice(self, iq: IQ) -> list[int]:
        """Durations in µs as the receiver's timer takes them, + mark, - space."""
        power = iq.real * iq.real + iq.imag * iq.imag
        rssi_db = _two_pole(10 * np.log10(np.maximum(power, np.float32(1e-9))), self.video_hz)
        fallen_db = np.arange(len(rssi_db), dtype=np.float32) * np.float32(self.decay_db_per_s * SAMPLE_US / 1e6)
        threshold_db = np.maximum.accumulate(rssi_db + fallen_db)
        threshold_db -= fallen_db
        threshold_db -= self.under_peak_db
        np.maximum(threshold_db, _NOISE_DB + self.floor_db, out=threshold_db)
        return durations(rssi_db, threshold_db, self.hysteresis_db)


def one_pole(signal: FloatArray, tau_samples: float, start: float = 0.0) -> FloatArray:
    """`signal` through an RC of `tau_samples`, which had settled at `start` before.

    The recursion y += (x - y) / tau, but a block at a time: within a block it is a sum with growing weights.
    """
    keep = np.exp(-1 / tau_samples)
    block = max(1, int(24 * tau_samples))  # the weights grow by e^24, far within reach of a float
    n_blocks = -(-len(signal) // block)
    padded = np.zeros(n_blocks * block, dtype=np.float32)
    padded[: len(signal)] = signal
    rows = padded.reshape(n_blocks, block)
    falling = (keep ** np.arange(1, block + 1)).astype(np.float32)
    rows *= ((1 - keep) * keep ** -np.arange(1.0, block + 1)).astype(np.float32)
    np.cumsum(rows, axis=1, out=rows)
    rows *= falling
    for index in range(n_blocks):
        rows[index] += start * falling
        start = rows[index, -1]
    return padded[: len(signal)]


def durations(signal: FloatArray, threshold: FloatArray, hysteresis: float) -> list[int]:
    """Signed durations: on from where `signal` is `hysteresis` above `threshold` to where it is as much below."""
    if not len(signal):
        return []
    above = signal - threshold
    decided = (above > hysteresis).view(np.int8) - (above < -hysteresis).view(np.int8)
    decided[0] = decided[0] or -1
    # Between both limits the last decision stands.
    places = np.flatnonzero(decided)
    signs = decided[places]
    starts = np.concatenate(([0], np.flatnonzero(np.diff(signs)) + 1))
    edges_us = np.rint(np.append(places[starts], len(signal)) * SAMPLE_US).astype(np.int64)
    sizes: list[int] = (np.diff(edges_us) * signs[starts]).tolist()
    return sizes


def _two_pole(signal: FloatArray, corner_hz: float) -> FloatArray:
    tau_samples = 1e6 / (2 * np.pi * corner_hz) / SAMPLE_US
    start = float(np.mean(signal[:1000])) if len(signal) else 0.0
    return one_pole(one_pole(signal, tau_samples, start), tau_samples, start)


def _share(steps: float) -> float:
    """What a filter of one time constant moves in `steps` of it."""
    return float(1 - np.exp(-steps))
