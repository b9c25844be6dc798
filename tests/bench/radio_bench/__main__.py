"""Run the sections asked for, print their tables, keep their figures in build/bench/radio.json, draw the picture."""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from figures import REPOSITORY

from radio_bench.plot import DRAWN, draw
from radio_bench.report import print_section
from radio_bench.sections import SECTIONS, Part, Size, parts_of

FULL = REPOSITORY / "build" / "bench" / "radio.json"
SHORT = REPOSITORY / "build" / "bench" / "radio-short.json"
PLOT = REPOSITORY / "protocol" / "spec" / "radio.svg"

_EXAMPLES = """\
examples:
  make bench-radio                                  everything; half an hour on two idle cores
  make bench-radio ARGS=--short                     everything with few trials; some minutes
  make bench-radio ARGS='sensitivity impulses'      these sections; the others' figures stay as they were
  make bench-radio ARGS='false-codes --hours 24'
"""


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
    parser.add_argument("--short", action="store_true", help="few trials, no picture: to see that everything runs")
    parser.add_argument("--presses", type=int, default=200, help="at each point of a curve; %(default)s")
    parser.add_argument("--hours", type=float, default=0.25, help="of each class of noise; %(default)s")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes; one a core")
    options = parser.parse_args(argv)
    unknown = [name for name in options.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"there is no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    names = options.sections or list(SECTIONS)
    if options.short:
        run(names, Size(30, 30, 0.01), options.jobs, SHORT)
    else:
        run(names, Size(options.presses, options.presses, options.hours), options.jobs, FULL)
        draw_picture()
    return 0


def run(names: list[str], size: Size, n_jobs: int, path: Path) -> None:
    """Run sections, all their parts side by side; each section's figures are told and kept when it is done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(n_jobs, get_context("spawn")) as pool:
        running = {name: [pool.submit(Part.run, part) for part in parts_of(name, size)] for name in names}
        for name, parts in running.items():
            found = [part.result() for part in parts]
            print_section(name, found)
            sys.stdout.flush()
            # Another run may have done another section meanwhile.
            path.write_text(json.dumps({**_kept(path), name: found}, indent=1) + "\n")
    print(f"\nfigures in {path.relative_to(REPOSITORY)}")


def draw_picture() -> None:
    """Draw what the figures have, if they have all that the picture shows."""
    figures = _kept(FULL)
    if all(name in figures for name in DRAWN):
        PLOT.write_text(draw(figures))
        print(f"picture in {PLOT.relative_to(REPOSITORY)}")


def _kept(path: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
