"""What a table of residents would change."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from wardbell_callcenter.residents.reading import Reading
from wardbell_callcenter.residents.resident import Resident


@dataclass(frozen=True)
class Changes:
    """`new`: also who comes back; `changed`: before and after; `gone`: who moved out, as he will be kept; `same`: how many."""

    new: list[Resident]
    changed: list[tuple[Resident, Resident]]
    gone: list[Resident]
    same: int

    def to_store(self) -> list[Resident]:
        """All that is to be stored."""
        return [*self.new, *(after for _, after in self.changed), *self.gone]


def changes_of(known: Iterable[Resident], reading: Reading, only_ward: str = "") -> Changes:
    """What becomes of who is known.

    Whoever is not in the table has moved out: of `only_ward` where one is given. Nobody is, because of a row that could not be
    read: not the one of whom it speaks, and nobody at all where it does not say so much.
    """
    before = {resident.resident_id: resident for resident in known}
    named = {resident.resident_id for resident in reading.residents} | reading.unread
    here = [resident for resident in before.values() if not resident.is_gone]
    gone = [one for one in here if one.resident_id not in named and only_ward in ("", one.ward)]
    new: list[Resident] = []
    changed: list[tuple[Resident, Resident]] = []
    for resident in reading.residents:
        was = before.get(resident.resident_id)
        if was is None or was.is_gone:
            new.append(resident)
        elif was != resident:
            changed.append((was, resident))
    same = len(reading.residents) - len(new) - len(changed)
    return Changes(new, changed, [replace(one, is_gone=True) for one in gone] if reading.is_whole else [], same)


def differences(before: Resident, after: Resident) -> list[tuple[str, object, object]]:
    """Each part that is another, with what it was and is."""
    parts = ((part.name, getattr(before, part.name), getattr(after, part.name)) for part in fields(Resident))
    return [(name, old, new) for name, old, new in parts if old != new]
