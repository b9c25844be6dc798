"""The chip's calendar: it stands at 2021-01-01 whenever the power comes, when no certificate of today is valid yet."""

import machine

from wardbell_protocol.errors import ConfigError


def begin(date: object) -> None:
    """Have it begin at `date` instead, like `2026-11-22`, the day on which the board was set up.

    Raises:
        ConfigError: it is no date.
    """
    try:
        year, month, day = [int(part) for part in str(date).split("-")]
        machine.RTC().datetime((year, month, day, 0, 0, 0, 0, 0))
    except ValueError:
        raise ConfigError("settings.json", "bus.date", 'give the day of today, as in "2026-11-22"')
