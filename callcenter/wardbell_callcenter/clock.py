"""The engine's own time, which decides what is due and which nobody sets.

It follows the machine's time since it was switched on (which runs on while it sleeps) and is kept in the database, so that it
goes on after a restart. What the wall clock is set to moves it only over a reboot, or from one machine to another: then there
is no other measure of how long nobody was there.
"""

import os
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NO_BOOT_ID = os.urandom(16).hex()  # where the machine tells none: each start of ours counts for a reboot


@dataclass(frozen=True)
class Now:
    """One moment: `wall_ms` (UNIX) for people, `steady_ms` for what is due."""

    wall_ms: int
    steady_ms: int

    def after(self, ms: int) -> "Now":
        """That much later on both clocks."""
        return Now(self.wall_ms + ms, self.steady_ms + ms)


@dataclass(frozen=True)
class Reading:
    """What a machine's clocks show at one moment. `boot_ms`: since it was switched on."""

    wall_ms: int
    boot_id: str
    boot_ms: int


@dataclass(frozen=True)
class Mark:
    """The engine's time and a reading of the same moment, as they are stored."""

    steady_ms: int
    reading: Reading


class SteadyClock:
    """Turns readings of this machine into the engine's time.

    Args:
        mark: the last that was stored; None in a new database, whose time begins at 0.
        reading: of this moment.
    """

    def __init__(self, mark: Mark | None, reading: Reading) -> None:
        self._boot_ms = reading.boot_ms
        self._steady_ms = 0 if mark is None else mark.steady_ms + _passed_ms(mark.reading, reading)

    def now(self, reading: Reading) -> Now:
        """The moment of that reading."""
        return Now(reading.wall_ms, self._steady_ms + max(0, reading.boot_ms - self._boot_ms))

    def mark(self, reading: Reading) -> Mark:
        """What to store of it."""
        return Mark(self.now(reading).steady_ms, reading)


def _passed_ms(before: Reading, after: Reading) -> int:
    """Never less than nothing: what was due stays due, whatever the wall clock was set to."""
    if before.boot_id == after.boot_id:
        return max(0, after.boot_ms - before.boot_ms)
    return max(0, after.wall_ms - before.wall_ms)


def read_clocks() -> Reading:
    """What this machine shows now."""
    boot_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return Reading(time.time_ns() // 1_000_000, _boot_id(), boot_ms)


@cache
def _boot_id() -> str:
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return _NO_BOOT_ID
