"""Authenticated frames too weak for a slicer: their start sought by its form, each bit weighed by the energy of its halves.

A chip's samples are summed with their phase. A bit is what its first half holds more than its second, so no threshold is
needed. Whether a frame is true, and how copies add up, is the frame receiver's business: what it gets from here is always
called disturbed, for a weak frame whose tag does not fit has been misheard, not forged.
"""

import numpy as np
from numpy.typing import NDArray

from wardbell_gateway.iq.spectrum import IQ
from wardbell_protocol.air.frame import (
    CHIP_US,
    FRAME_BYTES,
    FRAME_SYNC,
    FRAME_US,
    START_CHIPS,
    START_SPACE_CHIPS,
    SYNC_BITS,
)
from wardbell_protocol.air.frame_slicer import SlicedFrame

Reals = NDArray[np.float64]

_N_BITS = 8 * FRAME_BYTES
_LEAST = (
    2.6  # energy of a chip that is on, less one that is off, beside the noise: five standard deviations over a start
)
_MOST = 4  # starts looked at in one window, the likeliest
_FULL = 0.75  # of full scale for a bit as sure as the mean: those above it keep their weight when copies are added
_SHIFTS = np.arange(-3, 4) * 0.1  # chips
_CLOCKS = 1 + np.arange(-4, 5) * 0.0025


def soft_frames(samples: IQ, density: float, sample_us: float) -> list[tuple[SlicedFrame, float]]:
    """What may be frames wholly within the samples, each with the place where its last bit ends, oldest first.

    `density` as for `combine.combine`.
    """
    chip = CHIP_US / sample_us
    room = len(samples) - int(FRAME_US / sample_us * float(_CLOCKS[-1])) - int(chip) - 2
    if room <= 0:
        return []
    sums = np.concatenate(([0], np.cumsum(samples, dtype=np.complex128)))
    energy = _energies(sums, np.arange(len(samples) - int(chip) - 2, dtype=np.float64), chip) / (density * chip)
    pattern = _start_pattern()
    places = np.rint(np.arange(len(pattern)) * chip).astype(np.intp)
    scores = sum(weight * energy[place : place + room] for weight, place in zip(pattern, places, strict=True))
    found = [_read(sums, float(at), chip, density) for at in _peaks(np.asarray(scores), int(FRAME_US / sample_us))]
    return sorted(found, key=lambda pair: pair[1])


def _start_pattern() -> Reals:
    """What each chip of start and sync bits weighs, so that noise weighs nothing."""
    on = [True] * START_CHIPS + [False] * START_SPACE_CHIPS
    for shift in range(SYNC_BITS - 1, -1, -1):
        bit = bool(FRAME_SYNC >> shift & 1)
        on += [bit, not bit]
    is_on = np.array(on)
    return np.where(is_on, 1 / np.count_nonzero(is_on), -1 / np.count_nonzero(~is_on))


def _energies(sums: NDArray[np.complex128], begins: Reals, chip: float) -> Reals:
    cells = _at(sums, begins + chip) - _at(sums, begins)
    energy: Reals = cells.real**2 + cells.imag**2
    return energy


def _at(sums: NDArray[np.complex128], places: Reals) -> NDArray[np.complex128]:
    whole = np.minimum(np.maximum(places.astype(np.intp), 0), len(sums) - 2)
    below = sums[whole]
    between: NDArray[np.complex128] = below + (sums[whole + 1] - below) * (places - whole)
    return between


def _peaks(scores: Reals, apart: int) -> list[int]:
    """Where frames begin; what looks like a start inside a likelier frame is its bits."""
    left = scores.copy()
    peaks: list[int] = []
    while len(peaks) < _MOST:
        at = int(np.argmax(left))
        if left[at] < _LEAST:
            break
        peaks.append(at)
        left[max(0, at - apart) : at + apart + 1] = -np.inf
    return peaks


def _read(sums: NDArray[np.complex128], start: float, chip: float, density: float) -> tuple[SlicedFrame, float]:
    """The bits behind a start, at the place and clock where they are clearest."""
    edges = START_CHIPS + START_SPACE_CHIPS + 2 * SYNC_BITS + np.arange(2 * _N_BITS + 1)
    # [clock, shift, edge]: all of them at once, for most of what looks like a start is somebody else's word.
    places = start + (_SHIFTS[:, None] + edges) * (chip * _CLOCKS)[:, None, None]
    cells = np.diff(_at(sums, places))
    energy = (cells.real**2 + cells.imag**2) / (density * chip)
    differences = energy[..., 0::2] - energy[..., 1::2]
    clock, shift = np.unravel_index(np.argmax(np.sum(np.abs(differences), axis=-1)), (len(_CLOCKS), len(_SHIFTS)))
    best = differences[clock, shift]
    end = float(places[clock, shift, -1])
    level = max(float(np.mean(np.abs(best))), _LEAST)
    soft = np.clip(np.rint(best / level * CHIP_US * _FULL), -CHIP_US, CHIP_US).astype(int)
    return SlicedFrame(soft.tolist(), True, 0, 0), end
