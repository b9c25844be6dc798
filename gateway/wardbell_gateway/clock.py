"""The only place of the gateway that reads a clock."""

import time

from wardbell_gateway.ward import Now


def read_clock() -> Now:
    """The present moment."""
    return Now(time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000)
