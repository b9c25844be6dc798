"""One language: calls, faults, parts, places, people and reasons as they travel on the bus, worded for who reads them. Pure."""

from collections.abc import Mapping

from wardbell_bus.words import en, zh_cn
from wardbell_bus.words.reasons import known_reason
from wardbell_protocol.calls.signals import BY_TEST

SHARED = {"en": en.TEXTS, "zh_CN": zh_cn.TEXTS}

BY_RECEIVER = "receiver"  # what a gateway writes where the receiver's own key was used
UNPROVEN = "?"  # behind the kind of a call that no verified frame has placed; the receiver's display has the same


class Words:
    """Texts of one language by key, the shared ones and those of whoever speaks; `code` is `en` or `zh_CN`."""

    def __init__(self, code: str, own: Mapping[str, str]) -> None:
        self.code = code
        self._texts = {**SHARED[code], **own}

    def text(self, key: str, **values: object) -> str:
        """The text of that key with its {fields} filled in."""
        return self._texts[key].format(**values)

    def known(self, key: str, otherwise: str) -> str:
        """The text of that key, or what came, where a newer part says something that this one has no word for."""
        return self._texts.get(key, otherwise)

    def place(self, room: str, bed: str) -> str:
        """Room and bed as this language writes them.

        A room that is no number (a hall, `3楼护士站`) stays as it is, and so does a bed that is none (`wc`).
        """
        if not _is_number(room):
            return f"{room}-{bed}" if bed else self.word(room)
        if not bed:
            return self.text("place.room", room=room)
        return self.text("place.bed" if _is_number(bed) else "place.part", room=room, bed=bed)

    def ward(self, names: Mapping[str, str], ward: str) -> str:
        """The ward's name, else its id."""
        return names.get(self.code) or names.get("en") or ward

    def kind(self, kind: str, detail: str = "", is_proven: bool = True) -> str:
        """The kind of call, marked where it is unauthenticated; a fault with what is wrong."""
        text = self.known(f"kind.{kind}", kind)
        text = f"{text} {self.fault(detail)}" if detail else text
        return text if is_proven else text + UNPROVEN

    def fault(self, word: str) -> str:
        """A fault's stable word in this language, or as it came."""
        return self._texts.get(f"fault.{word}", word)

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
        if "refusal" in values:
            values["refusal"] = self.reason(values["refusal"])
        if "by" in values:
            values["by"] = self.who(values["by"])
        return self.text(key, **values).strip()


def _is_number(text: str) -> bool:
    """`203`, `12A`; not `wc`, nor `203室`, which says already what it is."""
    return text.isascii() and text[:1].isdigit()
