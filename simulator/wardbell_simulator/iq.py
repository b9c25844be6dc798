"""IQ recordings to pulse trains, as a software radio's front end does it.

Decides where the carrier is on; what the durations mean is `wardbell_protocol.air`'s. Files are `.cu8`: unsigned
8-bit I, Q interleaved, 127.5 = 0.

The envelope slicer. Power is averaged over 32 µs. The noise level is the 20th percentile of the envelope over the
recording: no word of the family has the carrier on for more than 57 %. The carrier level is the 95th percentile of
the 90 ms around each 10 ms: a word is on for at least 19.5 %, while impulses, even 300 a second of 60 µs, are
under 2 % and do not lift it. Where the carrier level is less than 1.75 times (5 dB above) the noise level nothing is
on; elsewhere the carrier is on from halfway between both, with 10 % hysteresis.
"""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DEFAULT_RATE_HZ = 250_000

_AVERAGE_US = 32
_BLOCK_US = 10_000
_AROUND_BLOCKS = 4
_SQUELCH = 1.75
_HYSTERESIS = 0.1
_SHORTEST_US = 20  # a quarter of the shortest narrow time

_RATE = re.compile(r"_(\d+(?:\.\d+)?)([kM])(?=[_.]|$)")
_UNITS = {"k": 1_000, "M": 1_000_000}

FloatArray = NDArray[np.float64]


def rate_of(path: Path) -> int:
    """Sample rate in Hz out of a file name such as `g001_433.92M_250k.cu8`: its last token with k or M."""
    tokens = _RATE.findall(path.stem)
    if not tokens:
        return DEFAULT_RATE_HZ
    number, unit = tokens[-1]
    rate_hz = int(float(number) * _UNITS[unit])
    # A token may be the carrier's frequency; and no rate at which a word could be told is below 1 kHz.
    return rate_hz if 1_000 <= rate_hz < 100_000_000 else DEFAULT_RATE_HZ


def read_cu8(path: Path) -> list[int]:
    """Pulse train of a `.cu8` file: µs, + carrier on, - carrier off."""
    return slice_envelope(envelope_of(np.fromfile(path, dtype=np.uint8), rate_of(path)), rate_of(path))


def envelope_of(samples: NDArray[np.uint8], rate_hz: int) -> FloatArray:
    """Smoothed amplitude, 0..about 180, of interleaved I and Q."""
    pairs = samples[: len(samples) // 2 * 2].reshape(-1, 2).astype(np.float64) - 127.5
    power = np.sum(pairs * pairs, axis=1)
    width = max(1, round(_AVERAGE_US * rate_hz / 1e6))
    if len(power) < width:
        return np.zeros(0)
    return np.sqrt(np.convolve(power, np.full(width, 1 / width), mode="same"))


def slice_envelope(envelope: FloatArray, rate_hz: int) -> list[int]:
    """Pulse train of an envelope by the adaptive threshold described above."""
    if not len(envelope):
        return []
    threshold = _threshold_of(envelope, rate_hz)
    decided = np.where(envelope > threshold * (1 + _HYSTERESIS), 1, -1)
    decided[(envelope >= threshold * (1 - _HYSTERESIS)) & (decided < 0)] = 0
    decided[0] = decided[0] or -1
    # Between both limits the last decision stands.
    latest = np.maximum.accumulate(np.where(decided != 0, np.arange(len(decided)), 0))
    return _merge_short(_durations(decided[latest], rate_hz))


def _threshold_of(envelope: FloatArray, rate_hz: int) -> FloatArray:
    noise = float(np.percentile(envelope, 20))
    block = max(1, round(_BLOCK_US * rate_hz / 1e6))
    n_blocks = -(-len(envelope) // block)
    thresholds = np.empty(n_blocks)
    for index in range(n_blocks):
        around = envelope[max(0, index - _AROUND_BLOCKS) * block : (index + _AROUND_BLOCKS + 1) * block : 4]
        carrier = float(np.percentile(around, 95))
        thresholds[index] = (noise + carrier) / 2 if carrier >= _SQUELCH * noise and carrier > 1 else np.inf
    return np.repeat(thresholds, block)[: len(envelope)]


def _durations(levels: NDArray[np.int_], rate_hz: int) -> list[int]:
    edges = np.concatenate(([0], np.flatnonzero(np.diff(levels)) + 1, [len(levels)]))
    edges_us = np.rint(edges * 1e6 / rate_hz).astype(int)
    return [int(length * levels[start]) for start, length in zip(edges[:-1], np.diff(edges_us), strict=True)]


def _merge_short(pulses: list[int]) -> list[int]:
    merged: list[int] = []
    for pulse in pulses:
        if merged and (abs(pulse) < _SHORTEST_US or (merged[-1] > 0) == (pulse > 0)):
            merged[-1] += abs(pulse) if merged[-1] > 0 else -abs(pulse)
        else:
            merged.append(pulse)
    return merged
