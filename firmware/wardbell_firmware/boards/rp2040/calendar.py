"""The chip's calendar: it stands at 2021-01-01 whenever the power comes, when no certificate of today is valid yet."""

import time

import machine

from wardbell_protocol.errors import ConfigError

# By then whatever was made on a day is valid, in whichever time zone it was that day.
_DAYS_LATER = 2


def begin(date: object) -> None:
    """Have it begin two days after `date`, like `2026-11-22`, the day on which the board was set up.

    Raises:
        ConfigError: it is no date.
    """
    try:
        year, month, day = [int(part) for part in str(date).split("-")]
        start = time.gmtime(time.mktime((year, month, day + _DAYS_LATER, 0, 0, 0, 0, 0)))
        machine.RTC().datetime((start[0], start[1], start[2], 0, 0, 0, 0, 0))
    except (ValueError, OverflowError):
        raise ConfigError("settings.json", "bus.date", 'give the day of today, as in "2026-11-22"')
