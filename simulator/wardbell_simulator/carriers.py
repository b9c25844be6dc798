"""Carriers that overlap at one receiver, and noise, to the edges that its slicer gives.

The model of a slicer with gain control: while a burst is on the air its threshold follows the strongest one, so whatever is
`CAPTURE_DB` or more below that is not seen; of the others any mark is a mark. Noise comes as impulses that add a carrier where
there is none, or (`dip_share` of them) take one away.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass

CAPTURE_DB = 12.0  # measured on slicer edges: the stronger one wins at 10 dB now and then, at 15 dB nearly always
RATE_MIN_HZ = 1e-6  # one impulse in eleven days; below that there is no noise


@dataclass(frozen=True)
class NoiseSpec:
    """Impulses a second (Poisson), their mean length (exponential), and the share that are dips."""

    rate_hz: float = 0.0
    mean_us: float = 100.0
    dip_share: float = 0.0


class _Carrier:
    __slots__ = ("is_heard", "is_marking", "level_db")

    def __init__(self, level_db: float) -> None:
        self.level_db = level_db
        self.is_marking = False
        self.is_heard = False


# What can happen at one moment; each names the carrier it happens to, noise has none.
_BEGIN, _MARK, _SPACE, _END, _IMPULSE, _IMPULSE_END, _DIP, _DIP_END = range(8)


class CarrierMixer:
    """Edges of the sum of all carriers, in order."""

    def __init__(self, noise: NoiseSpec | None, chance: random.Random) -> None:
        self._noise = noise if noise is not None and noise.rate_hz >= RATE_MIN_HZ else None
        self._chance = chance
        self._to_come: list[tuple[int, int, int, _Carrier | None]] = []
        self._n_planned = 0
        self._on_air: list[_Carrier] = []
        self._n_marks = 0
        self._n_impulses = 0
        self._n_dips = 0
        self._is_on = False
        self._plan_noise(0)

    def add(self, begin_us: int, end_us: int, marks: list[tuple[int, int]], level_db: float) -> None:
        """A burst that lasts from `begin_us` to `end_us`, its marks as (start, end)."""
        carrier = _Carrier(level_db)
        self._plan(begin_us, _BEGIN, carrier)
        for start_us, stop_us in marks:
            self._plan(start_us, _MARK, carrier)
            self._plan(stop_us, _SPACE, carrier)
        self._plan(end_us, _END, carrier)

    def next_us(self) -> int | None:
        """When anything may next change; None while nothing is on the air or to come."""
        return self._to_come[0][0] if self._to_come else None

    def edges_until(self, until_us: int) -> list[tuple[int, bool]]:
        """Edges since the last call up to and with `until_us`, each with whether the carrier was on before it."""
        return list(self._edges(until_us))

    def _edges(self, until_us: int) -> Iterator[tuple[int, bool]]:
        while self._to_come and self._to_come[0][0] <= until_us:
            at_us = self._to_come[0][0]
            while self._to_come and self._to_come[0][0] == at_us:
                _, _, what, carrier = heapq.heappop(self._to_come)
                self._happen(at_us, what, carrier)
            is_on = self._n_impulses > 0 or (self._n_marks > 0 and not self._n_dips)
            if is_on != self._is_on:
                yield at_us, self._is_on
                self._is_on = is_on

    def _happen(self, at_us: int, what: int, carrier: _Carrier | None) -> None:
        if carrier is None:
            self._noise_happens(at_us, what)
        elif what in (_BEGIN, _END):
            if what == _BEGIN:
                self._on_air.append(carrier)
            else:
                self._on_air.remove(carrier)
            self._listen_again()
        else:
            carrier.is_marking = what == _MARK
            if carrier.is_heard:
                self._n_marks += 1 if carrier.is_marking else -1

    def _listen_again(self) -> None:
        """Who is heard beside the strongest, now that who sends has changed."""
        strongest_db = max((carrier.level_db for carrier in self._on_air), default=0.0)
        for carrier in self._on_air:
            carrier.is_heard = carrier.level_db > strongest_db - CAPTURE_DB
        self._n_marks = sum(carrier.is_heard and carrier.is_marking for carrier in self._on_air)

    def _noise_happens(self, at_us: int, what: int) -> None:
        if what in (_IMPULSE, _IMPULSE_END):
            self._n_impulses += 1 if what == _IMPULSE else -1
        else:
            self._n_dips += 1 if what == _DIP else -1
        if what in (_IMPULSE, _DIP):
            self._plan_noise(at_us)

    def _plan_noise(self, after_us: int) -> None:
        if self._noise is None:
            return
        start_us = after_us + 1 + int(self._chance.expovariate(self._noise.rate_hz / 1_000_000))
        length_us = 1 + int(self._chance.expovariate(1 / self._noise.mean_us))
        is_dip = self._chance.random() < self._noise.dip_share
        self._plan(start_us, _DIP if is_dip else _IMPULSE, None)
        self._plan(start_us + length_us, _DIP_END if is_dip else _IMPULSE_END, None)

    def _plan(self, at_us: int, what: int, carrier: _Carrier | None) -> None:
        self._n_planned += 1
        heapq.heappush(self._to_come, (at_us, self._n_planned, what, carrier))
