"""How many people a load of calls needs: Erlang's queues.

Calls come at random at a mean rate, each keeps one person busy for a time that varies as widely as its mean (both assumed
exponential), and they wait in one line. Erlang C: nobody gives up, as a bed does not. Erlang A: callers hang up after a
patience of their own, as families do. Formulas: Gans, Koole, Mandelbaum, "Telephone call centers" (2003), sections 4 and 5.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """`per_hour` calls, each of which keeps somebody busy for `handling_s` on average (way there and back included)."""

    per_hour: float
    handling_s: float

    def __post_init__(self) -> None:
        if not 0 < self.per_hour < math.inf or not 0 < self.handling_s < math.inf:
            raise ValueError("give a rate and a time above 0")

    @property
    def erlangs(self) -> float:
        """People busy on average, were there enough of them."""
        return self.per_hour * self.handling_s / 3600


@dataclass(frozen=True)
class Forecast:
    """What `people` on duty make of a load, in the long run.

    `must_wait`, `within`, `gives_up`: shares of all calls, 0..1; `within`: answered in the time asked for. `mean_wait_s`: over
    all calls; infinite where more comes than can be done. `occupancy`: share of their time that they are busy.
    """

    people: int
    must_wait: float
    within: float
    mean_wait_s: float
    occupancy: float
    gives_up: float = 0.0


def never_give_up(load: Load, people: int, within_s: float) -> Forecast:
    """Erlang C. The share answered within `within_s` counts every call."""
    offered = load.erlangs
    if people <= offered:
        return Forecast(people, 1.0, 0.0, math.inf, 1.0)
    lost = 1.0  # Erlang B, by its recursion
    for n in range(1, people + 1):
        lost = offered * lost / (n + offered * lost)
    must_wait = people * lost / (people - offered * (1 - lost))
    spare = (people - offered) / load.handling_s
    within = 1 - must_wait * math.exp(-spare * within_s)
    return Forecast(people, must_wait, within, must_wait / spare, offered / people)


def may_give_up(load: Load, people: int, patience_s: float) -> Forecast:
    """Erlang A. `within` is the share that is answered at all; `mean_wait_s` counts those who gave up, too."""
    arrival, service, patience = load.per_hour / 3600, 1 / load.handling_s, 1 / patience_s
    weights = [1.0]  # of n calls in the house, busy and waiting
    while len(weights) <= people or weights[-1] > 1e-12 * max(weights):
        n = len(weights)
        weights.append(weights[-1] * arrival / (min(n, people) * service + max(n - people, 0) * patience))
        if weights[-1] > 1e200:
            weights = [weight * 1e-200 for weight in weights]
    total = math.fsum(weights)
    waiting = math.fsum((n - people) * weight for n, weight in enumerate(weights) if n > people) / total
    busy = math.fsum(min(n, people) * weight for n, weight in enumerate(weights)) / total
    gives_up = patience * waiting / arrival
    return Forecast(
        people=people,
        must_wait=math.fsum(weights[people:]) / total,
        within=1 - gives_up,
        mean_wait_s=waiting / arrival,
        occupancy=busy / people,
        gives_up=gives_up,
    )


def people_needed(load: Load, within_s: float, share: float, most_occupied: float) -> Forecast:
    """The fewest who answer `share` of the calls within `within_s` and are busy no more than `most_occupied` of their time."""
    if not 0 < share < 1 or not 0 < most_occupied <= 1 or within_s < 0:
        raise ValueError("give shares between 0 and 1, and a time of 0 or more")
    people = max(math.floor(load.erlangs) + 1, math.ceil(load.erlangs / most_occupied))
    while True:
        forecast = never_give_up(load, people, within_s)
        if forecast.within >= share and forecast.occupancy <= most_occupied:
            return forecast
        people += 1
