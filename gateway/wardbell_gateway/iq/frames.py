"""Authenticated frames too weak for a slicer: their start sought by its form, each bit weighed by the energy of its halves.

A chip's samples are summed with their phase. A bit is what its first half holds more than its second, so no threshold is
needed. Whether a frame is true, and how copies add up, is the frame receiver's business: what it gets from here is always
called disturbed, for a weak frame whose tag does not fit has been misheard, not forged.
"""

import numpy as np

from wardbell_gateway.iq.spectrum import IQ
from wardbell_gateway.iq.sums import Complexes, Reals, Sums, energy
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
    sums = Sums.of(samples)
    scores = _scores(sums, room, chip) / (density * chip)
    found = [_read(sums, float(at), chip, density) for at in _peaks(scores, int(FRAME_US / sample_us))]
    return sorted(found, key=lambda pair: pair[1])


def _start_pattern() -> tuple[bool, ...]:
    """Which chips of start and sync bits are on."""
    on = [True] * START_CHIPS + [False] * START_SPACE_CHIPS
    for shift in range(SYNC_BITS - 1, -1, -1):
        bit = bool(FRAME_SYNC >> shift & 1)
        on += [bit, not bit]
    return tuple(on)


def _scores(sums: Sums, room: int, chip: float) -> Reals:
    """How much more energy a chip that is on holds than one that is off, for a frame that begins at each sample."""
    whole = int(chip)
    n = len(sums.samples) - whole
    ends = sums.sums[whole : whole + n] + sums.samples[whole:] * (chip - whole)
    energies = energy(ends - sums.sums[:n])
    places = np.rint(np.arange(len(_IS_ON)) * chip).astype(int).tolist()
    sides = [np.zeros(room), np.zeros(room)]
    for is_on, place in zip(_IS_ON, places, strict=True):
        sides[is_on] += energies[place : place + room]
    n_on = sum(_IS_ON)
    return sides[True] / n_on - sides[False] / (len(_IS_ON) - n_on)


_IS_ON = _start_pattern()


def _differences(edges: Complexes | IQ) -> Reals:
    """Energy of each bit's first half less its second's, out of the running sums at its chips' edges."""
    chips = energy(edges[..., 1:] - edges[..., :-1])
    return chips[..., 0::2] - chips[..., 1::2]


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


def _read(sums: Sums, start: float, chip: float, density: float) -> tuple[SlicedFrame, float]:
    """The bits behind a start, at the place and clock where they are clearest."""
    edges = START_CHIPS + START_SPACE_CHIPS + 2 * SYNC_BITS + np.arange(2 * _N_BITS + 1)
    # [clock, shift, edge]: all of them at once, for most of what looks like a start is somebody else's word.
    places = start + (_SHIFTS[:, None] + edges) * (chip * _CLOCKS)[:, None, None]
    near: IQ = sums.sums.take(np.rint(places).astype(np.intp), mode="clip").astype(np.complex64)
    differences = _differences(near)
    clock, shift = np.unravel_index(np.argmax(np.sum(np.abs(differences), axis=-1)), (len(_CLOCKS), len(_SHIFTS)))
    best = _differences(sums.at(places[clock, shift])) / (density * chip)
    end = float(places[clock, shift, -1])
    level = max(float(np.mean(np.abs(best))), _LEAST)
    soft = np.clip(np.rint(best / level * CHIP_US * _FULL), -CHIP_US, CHIP_US).astype(int)
    return SlicedFrame(soft.tolist(), True, 0, 0), end
