"""How fast a virtual ward runs: virtual seconds a wall second, and what its start takes."""

import dataclasses
import time

from figures import print_table, write_figures

from wardbell_simulator.carriers import NoiseSpec
from wardbell_simulator.plan import WardPlan, default_plan, large_plan
from wardbell_simulator.ward import Ward

NOISY = dataclasses.replace(default_plan(), noise=NoiseSpec(rate_hz=100, mean_us=100))

# Name, plan, on CPython, seconds between presses (0: none), virtual seconds.
CASES: list[tuple[str, WardPlan, bool, int, int]] = [
    ("8 MicroPython nodes, idle", default_plan(), False, 0, 3_600),
    ("8 MicroPython nodes, a press every 10 s", default_plan(), False, 10, 600),
    ("8 MicroPython nodes, idle in 100 noise impulses a second", NOISY, False, 0, 60),
    ("8 CPython nodes, a press every 10 s", default_plan(), True, 10, 600),
    ("300 CPython nodes, idle", large_plan(300), True, 0, 3_600),
    ("300 CPython nodes, a press every second", large_plan(300), True, 1, 300),
]


def measure(plan: WardPlan, is_cpython: bool, every_s: int, virtual_s: int) -> tuple[float, float]:
    """Return (seconds until the ward had shown its first text, wall seconds for the rest)."""
    began_s = time.perf_counter()
    with Ward(plan, is_cpython=is_cpython, has_host=False) as ward:
        ward.run_for_ms(100)
        ready_s = time.perf_counter()
        beds = list(ward.beds)
        for second in range(virtual_s):
            if every_s and second % every_s == 0:
                ward.press(beds[second // every_s % len(beds)])
            ward.run_for_ms(1_000)
        return ready_s - began_s, time.perf_counter() - ready_s


def main() -> None:
    """Print the table."""
    rows: list[list[object]] = []
    figures: dict[str, object] = {}
    for name, plan, is_cpython, every_s, virtual_s in CASES:
        start_s, wall_s = measure(plan, is_cpython, every_s, virtual_s)
        rows.append([name, f"{start_s:.3f}", virtual_s, f"{wall_s:.3f}", f"{virtual_s / wall_s:.0f}"])
        figures[name] = {"start_s": round(start_s, 4), "virtual_s_per_wall_s": round(virtual_s / wall_s)}
    print_table(["ward", "start s", "virtual s", "wall s", "virtual s / wall s"], rows)
    write_figures("ward", figures)


if __name__ == "__main__":
    main()
