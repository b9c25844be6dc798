"""`--days N` of the commands that look back or ahead."""

import argparse
from collections.abc import Callable


def days_up_to(most: int) -> Callable[[str], int]:
    """For `add_argument(type=…)`: a whole number of days, 1..most; anything else ends the command with 2."""

    def days(text: str) -> int:
        number = int(text) if text.isdecimal() else 0
        if not 1 <= number <= most:
            raise argparse.ArgumentTypeError(f"give 1 to {most} days")
        return number

    return days
