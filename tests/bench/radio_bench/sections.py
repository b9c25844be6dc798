"""The sections and the parts they are run in, each by itself in a process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from figures import CAPTURES

from radio_bench.captures import files, trains
from radio_bench.contenders import (
    Contender,
    EdgeReceiver,
    RpiRf,
    WardbellReceiver,
    edge_contenders,
    frame_contenders,
    iq_contenders,
)
from radio_bench.cost import cost
from radio_bench.disturbances import IMPULSES_PER_S, OVERLAPS, Overlap, collisions, impulses
from radio_bench.false_codes import false_codes, noise_classes
from radio_bench.sensitivity import frame_sensitivity, sensitivity

# Where the curves begin: below what each hears at T = 430.
_LOWEST_DB = {
    "wardbell-iq": -15,
    "wardbell, rxb6": -4,
    "wardbell, logpeak": 1,
    "rtl_433, best setting": 0,
    "rtl_433": 2,
    "rpi-rf, rxb6": 2,
    "rpi-rf, logpeak": 3,
}
# rtl_433's decoder takes 401 to 535 us alone.
_AT_ANY_CLOCK = ("wardbell, rxb6", "rpi-rf, rxb6", "wardbell-iq")
_QUICK_CLOCK_DB = 2  # how much later curves begin at T = 170: the cell's energy goes with T

_MANY_WORDS_DB = 2  # how much earlier with 16 words


@dataclass(frozen=True)
class Size:
    """How much of everything: presses a point, trials, hours of each noise class."""

    n_presses: int
    n_trials: int
    hours: float


@dataclass(frozen=True)
class Part:
    """A function with its arguments, to be called in another process."""

    function: Callable[..., dict[str, object]]
    arguments: tuple[Any, ...]

    def run(self) -> dict[str, object]:
        """Its figures."""
        return self.function(*self.arguments)


def parts_of(section: str, size: Size) -> list[Part]:
    """What a section consists of."""
    return _PARTS[section](size)


def _everybody() -> list[Contender]:
    return [*edge_contenders(), *iq_contenders()]


def _words(t_us: int, n_words: int, n_presses: int) -> dict[str, object]:
    later_db = (_QUICK_CLOCK_DB if t_us < 300 else 0) - (_MANY_WORDS_DB if n_words > 4 else 0)
    hearers = [one for one in _everybody() if t_us == 430 or one.name in _AT_ANY_CLOCK]
    chosen = [(one, _LOWEST_DB[one.name] + later_db) for one in hearers]
    return sensitivity(t_us, n_words, chosen, n_presses)


def _frames(n_copies: int, n_presses: int) -> dict[str, object]:
    chosen = [(one, _LOWEST_DB[one.name] + (2 if n_copies == 1 else 0)) for one in frame_contenders()]
    return frame_sensitivity(n_copies, chosen, n_presses)


def _impulses(rate_per_s: int, n_trials: int) -> dict[str, object]:
    return impulses(rate_per_s, 4, _everybody(), n_trials)


def _collisions(overlap: Overlap, n_trials: int) -> dict[str, object]:
    return collisions(overlap, _everybody(), n_trials)


def _false_codes(noise: str, hours: float) -> dict[str, object]:
    return false_codes(noise, _everybody(), hours)


def _captures() -> dict[str, object]:
    if not CAPTURES.is_dir():
        return {}
    receivers: dict[str, EdgeReceiver] = {"wardbell": WardbellReceiver(), "rpi-rf": RpiRf()}
    return {"trains": trains(receivers), "iq": files(iq_contenders())}


def _cost() -> dict[str, object]:
    return cost(_everybody(), 10.0)


_PARTS: dict[str, Callable[[Size], list[Part]]] = {
    "sensitivity": lambda size: [
        Part(_words, (430, 4, size.n_presses)),
        Part(_words, (430, 16, size.n_presses // 2)),
    ],
    "other-clocks": lambda size: [
        Part(_words, (t_us, n_words, size.n_presses // 2)) for t_us in (170, 350, 560) for n_words in (4, 16)
    ],
    "frames": lambda size: [
        Part(_frames, (1, size.n_presses)),
        Part(_frames, (2, size.n_presses // 2)),
        Part(_frames, (10, size.n_presses // 4)),
    ],
    "impulses": lambda size: [Part(_impulses, (rate_per_s, size.n_trials)) for rate_per_s in IMPULSES_PER_S],
    "collisions": lambda size: [Part(_collisions, (overlap, size.n_trials)) for overlap in OVERLAPS],
    "false-codes": lambda size: [Part(_false_codes, (noise, size.hours)) for noise in noise_classes()],
    "captures": lambda _: [Part(_captures, ())],
    "cost": lambda _: [Part(_cost, ())],
}
SECTIONS = tuple(_PARTS)
