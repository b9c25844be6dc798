"""Running sums of a channel's samples: what any stretch of them comes to, phase and all, at the cost of its two ends."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardbell_gateway.iq.spectrum import IQ

Complexes = NDArray[np.complex128]
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """`sums`: what the samples before each place come to, the first 0, the last all of them."""

    samples: IQ | Complexes
    sums: Complexes

    @staticmethod
    def of(samples: IQ | Complexes) -> "Sums":
        """Add samples up."""
        sums = np.zeros(len(samples) + 1, np.complex128)
        np.cumsum(samples, dtype=np.complex128, out=sums[1:])
        return Sums(samples, sums)

    def at(self, places: Reals) -> Complexes:
        """The sums up to places that may lie between two samples."""
        whole = places.astype(np.intp)
        at: Complexes = self.sums.take(whole, mode="clip")
        at += self.samples.take(whole, mode="clip") * (places - whole)
        return at


def energy(cells: Complexes | IQ) -> Reals:
    """Of each."""
    squares: Reals = np.square(cells.real) + np.square(cells.imag)
    return squares
