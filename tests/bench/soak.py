"""Days of both apps on virtual boards: what they need of the heap, and that it does not grow. `make soak`.

On MicroPython of 32 bits, whose objects are as large as a board's: .ci/micropython-32bit unpacks one.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from figures import REPOSITORY, print_table, write_figures

INTERPRETER = REPOSITORY / "build" / "micropython-32bit" / "micropython"
ROOTS = ":".join(str(REPOSITORY / folder) for folder in ("protocol", "firmware", "simulator"))
# Larger than a board's: our code, which is frozen there, and the other end of radio and line are in it as well.
HEAP = "2m"
SETTLED_AFTER_H = 2  # by then each kind of event has come, and made what it keeps
GROWTH_BYTES = 256  # in half a day; what is on the heap for the moment differs by as much from hour to hour
DAYS = [("bedside", 1), ("receiver", 64), ("receiver", 200)]


@dataclass(frozen=True)
class Day:
    """What one app did: `app_bytes` of heap at start, without code; then the whole heap at the end of each hour."""

    app_bytes: int
    heap_bytes: list[int]
    done: dict[str, int]

    @property
    def growth_bytes(self) -> int:
        """From the fullest hour of the first half, once it has settled, to that of the second."""
        settled = self.heap_bytes[SETTLED_AFTER_H:]
        half = len(settled) // 2
        return max(settled[half:]) - max(settled[:half])


def spend(role: str, hours: int, n_stations: int, limit_s: float = 3600.0) -> Day:
    """Run an app for that many hours of virtual time."""
    side = Path(__file__).with_name("soak_side.py")
    run = subprocess.run(
        [str(INTERPRETER), "-X", f"heapsize={HEAP}", str(side), ROOTS, role, str(hours), str(n_stations)],
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(run.stdout[-500:] + run.stderr[-2000:])
    start, *rest = [json.loads(line) for line in run.stdout.splitlines()]
    heap_bytes = [hour.pop("heap") for hour in rest]
    return Day(start["heap"] - start["code"], heap_bytes, rest[-1] if rest else {})


def main(argv: list[str]) -> int:
    """Print a table; 1 if an app's heap has grown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--hours", type=int, default=24, help="of virtual time, at least 6")
    options = parser.parse_args(argv)
    if not os.access(INTERPRETER, os.X_OK):
        print("soak: skipped: no MicroPython of 32 bits; .ci/micropython-32bit says why")
        return 0
    days = {(role, n): spend(role, options.hours, n) for role, n in DAYS}
    rows = [
        [role, str(n), str(day.app_bytes), str(day.heap_bytes[-1]), str(day.growth_bytes), json.dumps(day.done)]
        for (role, n), day in days.items()
    ]
    print_table(["app", "stations", "bytes at start", "heap at end", "grown by", "done"], rows)
    write_figures("soak", {f"{role} {n}": vars(day) for (role, n), day in days.items()})
    return 1 if any(day.growth_bytes > GROWTH_BYTES for day in days.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
