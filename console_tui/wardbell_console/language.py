"""One language of the console: its own texts beside the shared words, and times."""

from datetime import UTC, datetime

from wardbell_bus.words.words import SHARED, Words
from wardbell_console.texts import en, en_centre, en_figures, zh_cn, zh_cn_centre, zh_cn_figures

CATALOGUES = {
    "en": SHARED["en"] | en.TEXTS | en_centre.TEXTS | en_figures.TEXTS,
    "zh_CN": SHARED["zh_CN"] | zh_cn.TEXTS | zh_cn_centre.TEXTS | zh_cn_figures.TEXTS,
}


class Language(Words):
    """Texts of one language by key; `code` is `en` or `zh_CN`."""

    def __init__(self, code: str) -> None:
        super().__init__(code, CATALOGUES[code])

    def other(self) -> "Language":
        """The language that the language key goes to."""
        codes = list(CATALOGUES)
        return Language(codes[(codes.index(self.code) + 1) % len(codes)])

    def about_fault(self, word: str) -> str:
        """What is wrong and what to look at; of a fault that has no such text, its word."""
        return self.known(f"about.{word}", self.fault(word))


def duration(ms: int) -> str:
    """`m:ss` below an hour, then `1h02m`, `3d04h`; never negative (clocks of two hosts may differ a little)."""
    seconds = max(0, ms) // 1000
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02d}"
    if seconds < 86400:
        return f"{seconds // 3600}h{seconds % 3600 // 60:02d}m"
    return f"{seconds // 86400}d{seconds % 86400 // 3600:02d}h"


def countdown(ms: int) -> str:
    """A duration that reaches 0:00 exactly when it is over."""
    return duration(ms + 999)


def time_of_day(at_ms: int) -> str:
    """HH:MM:SS in the terminal's time zone."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().strftime("%H:%M:%S")
