"""Run the sections asked for, print their tables, keep their figures in build/bench/radio.json, draw radio.svg."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from figures import CAPTURES, REPOSITORY

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
from radio_bench.disturbances import IMPULSES_PER_S, OVERLAPS, collisions, impulses
from radio_bench.false_codes import false_codes, noise_classes
from radio_bench.plot import DRAWN, draw
from radio_bench.report import print_section
from radio_bench.sensitivity import frame_sensitivity, sensitivity

FIGURES = REPOSITORY / "build" / "bench"
PLOT = REPOSITORY / "protocol" / "spec" / "radio.svg"

_EXAMPLES = """\
examples:
  make bench-radio                                  everything; an hour
  make bench-radio ARGS=--short                     everything with few trials; some minutes
  make bench-radio ARGS='sensitivity impulses'      these sections; the others' figures stay as they were
  make bench-radio ARGS='false-codes --hours 24'
"""


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
_AT_ANY_CLOCK = ("wardbell, rxb6", "rpi-rf, rxb6", "wardbell-iq")


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    n_sensitivity: int
    n_trials: int
    hours: float
    cost_s: float
    name: str


FULL = Size(n_sensitivity=200, n_trials=200, hours=0.25, cost_s=30.0, name="radio")
SHORT = Size(n_sensitivity=30, n_trials=30, hours=0.01, cost_s=5.0, name="radio-short")


def main(argv: list[str]) -> int:
    """Run; 0 when done."""
    parser = argparse.ArgumentParser(
        prog="make bench-radio",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "sections", metavar="SECTION", nargs="*", help=f"of {', '.join(SECTIONS)}; all if none is named"
    )
    parser.add_argument("--short", action="store_true", help="few trials: to see that everything runs")
    parser.add_argument("--hours", type=float, help="of each noise class")
    options = parser.parse_args(argv)
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"there is no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    size = SHORT if options.short else FULL
    if options.hours:
        size = replace(size, hours=options.hours)
    run(options.sections or list(SECTIONS), size)
    return 0


def run(names: list[str], size: Size) -> None:
    """Run sections; each one's figures are written when it is done."""
    path = FIGURES / f"{size.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in names:
        found = SECTIONS[name](size)
        print_section(name, {name: found})
        # Another run may have done another section meanwhile.
        figures: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
        path.write_text(json.dumps({**figures, name: found}, indent=1) + "\n")
    print(f"\nfigures in {path.relative_to(REPOSITORY)}")
    figures = json.loads(path.read_text())
    if size.name == FULL.name and all(name in figures for name in DRAWN):
        PLOT.write_text(draw(figures))
        print(f"plot in {PLOT.relative_to(REPOSITORY)}")


def everybody() -> list[Contender]:
    """Every contender."""
    return [*edge_contenders(), *iq_contenders()]


def sensitivities(size: Size) -> list[dict[str, object]]:
    """4 and 16 words at the clock of the reference measurements."""
    chosen = [(contender, _LOWEST_DB[contender.name]) for contender in everybody()]
    return [sensitivity(430, 4, chosen, size.n_sensitivity), sensitivity(430, 16, chosen, size.n_sensitivity // 2)]


def other_clocks(size: Size) -> list[dict[str, object]]:
    """The same at other clocks; rtl_433's decoder takes 401 to 535 us alone."""
    results = []
    for t_us in (170, 350, 560):
        shift_db = 4 if t_us < 300 else 0  # the cell's energy goes with T
        chosen = [(one, _LOWEST_DB[one.name] + shift_db) for one in everybody() if one.name in _AT_ANY_CLOCK]
        results += [sensitivity(t_us, n_words, chosen, size.n_sensitivity // 3) for n_words in (4, 16)]
    return results


def frames(size: Size) -> list[dict[str, object]]:
    """One frame, two, and all that a node sends."""
    chosen = [(contender, _LOWEST_DB[contender.name] + 2) for contender in frame_contenders()]
    return [
        frame_sensitivity(n_copies, chosen, size.n_sensitivity // (4 if n_copies > 2 else 2)) for n_copies in (1, 2, 10)
    ]


def all_impulses(size: Size) -> list[dict[str, object]]:
    """Presses of 4 words at each rate."""
    return [impulses(rate_per_s, 4, everybody(), size.n_trials) for rate_per_s in IMPULSES_PER_S]


def all_collisions(size: Size) -> list[dict[str, object]]:
    """Each kind of overlap."""
    return [collisions(overlap, everybody(), size.n_trials) for overlap in OVERLAPS]


def all_false_codes(size: Size) -> list[dict[str, object]]:
    """Each class of noise."""
    return [false_codes(name, everybody(), size.hours) for name in noise_classes()]


def captures(size: Size) -> dict[str, object]:
    """Pulse trains and IQ files, where they are."""
    if not CAPTURES.is_dir():
        return {}
    receivers: dict[str, EdgeReceiver] = {"wardbell": WardbellReceiver(), "rpi-rf": RpiRf()}
    return {"trains": trains(receivers), "iq": files(iq_contenders())}


def costs(size: Size) -> dict[str, object]:
    """CPU time."""
    return cost(everybody(), size.cost_s)


SECTIONS: dict[str, Callable[[Size], Any]] = {
    "sensitivity": sensitivities,
    "other-clocks": other_clocks,
    "frames": frames,
    "impulses": all_impulses,
    "collisions": all_collisions,
    "false-codes": all_false_codes,
    "captures": captures,
    "cost": costs,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
