"""Durations as the ESP32's RMT takes them; no hardware in here.

One of its items lasts at most 32,767 ticks, and one of 0 ends the train: longer durations stand as several items of one level.
"""

LONGEST_US = 32767  # at one tick a µs
SPACE = False
MARK = True


def write_items(durations_us: "list[int]", settle_us: int) -> "tuple[list[int], list[bool]]":
    """Ticks and levels of a burst of carrier on, off, on … for these times, after a space of `settle_us`.

    Empty durations are left out; the train ends in a space, which leaves the carrier off.
    """
    ticks: list[int] = []
    levels: list[bool] = []
    _append(ticks, levels, settle_us, SPACE)
    level = MARK
    for duration_us in durations_us:
        _append(ticks, levels, duration_us, level)
        level = not level
    _append(ticks, levels, 1, SPACE)
    return ticks, levels


def _append(ticks: "list[int]", levels: "list[bool]", duration_us: int, level: bool) -> None:
    while duration_us > 0:
        piece_us = min(duration_us, LONGEST_US)
        ticks.append(piece_us)
        levels.append(level)
        duration_us -= piece_us
