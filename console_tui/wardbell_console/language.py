"""One language of the console: its texts, times, places and the reasons that an authority gives."""

from datetime import UTC, datetime

from wardbell_console.reasons import known_reason
from wardbell_console.texts import en, en_centre, en_figures, zh_cn, zh_cn_centre, zh_cn_figures
from wardbell_protocol.calls.signals import BY_TEST

CATALOGUES = {
    "en": en.TEXTS | en_centre.TEXTS | en_figures.TEXTS,
    "zh_CN": zh_cn.TEXTS | zh_cn_centre.TEXTS | zh_cn_figures.TEXTS,
}

BY_RECEIVER = "receiver"  # what a gateway writes where the receiver's own key was used


class Language:
    """Texts of one language by key; `code` is `en` or `zh_CN`."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._texts = CATALOGUES[code]

    def text(self, key: str, **values: object) -> str:
        """The text of that key with its {fields} filled in."""
        return self._texts[key].format(**values)

    def known(self, key: str, otherwise: str) -> str:
        """The text of that key, or what came, where a newer part says something that this one has no word for."""
        return self._texts.get(key, otherwise)

    def other(self) -> "Language":
        """The language that the language key goes to."""
        codes = list(CATALOGUES)
        return Language(codes[(codes.index(self.code) + 1) % len(codes)])

    def place(self, room: str, bed: str) -> str:
        """Room and bed as this language writes them.

        A room that is no number (a hall, `3楼护士站`) stays as it is, and so does a bed that is none (`wc`).
        """
        if not _is_number(room):
            return f"{room}-{bed}" if bed else self.word(room)
        if not bed:
            return self.text("place.room", room=room)
        return self.text("place.bed" if _is_number(bed) else "place.part", room=room, bed=bed)

    def ward(self, names: "dict[str, str]", ward: str) -> str:
        """The ward's name, else its id."""
        return names.get(self.code) or names.get("en") or ward

    def fault(self, word: str) -> str:
        """A fault's stable word in this language, or as it came."""
        return self._texts.get(f"fault.{word}", word)

    def about_fault(self, word: str) -> str:
        """What is wrong and what to look at; of a fault that has no such text, its word."""
        return self._texts.get(f"about.{word}", self.fault(word))

    def word(self, part: str) -> str:
        """A part of the system, or what is wrong with it, in this language; anything else as it came."""
        kind, _, of = part.partition("-")
        known = self._texts.get(f"word.{part}", self._texts.get(f"word.{kind}-", ""))
        return known.format(of=of) if known else self.fault(part)

    def where(self, place: str) -> str:
        """From where a verb came; a place that a newer gateway knows stays as it came."""
        return self._texts.get(f"where.{place}", place)

    def who(self, by: str) -> str:
        """Who did it: a person's name as it is, marked in a test round; the receiver knows none."""
        if by.startswith(BY_TEST):
            return self.text("by.test", name=by[len(BY_TEST) :].strip())
        return self.word(by) if by == BY_RECEIVER else by

    def reason(self, reason: str) -> str:
        """A refusal in this language: a key of ours, a text of an authority that is known, or the text as it came."""
        if reason in self._texts:
            return self.text(reason)
        known = known_reason(reason)
        if known is None:
            return reason
        key, values = known
        for name in ("status", "contact_status"):
            if name in values:
                values[name] = self.text(f"{name}.{values[name]}")
        if "by" in values:
            values["by"] = self.who(values["by"])
        return self.text(key, **values).strip()


def _is_number(text: str) -> bool:
    """`203`, `12A`; not `wc`, nor `203室`, which says already what it is."""
    return text.isascii() and text[:1].isdigit()


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
