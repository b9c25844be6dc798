"""What a file's events change in the roster: each event is one entry, which follows it when the file is read again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wardbell_callcenter.house import House
from wardbell_callcenter.roster.change import RosterChange, people_of
from wardbell_callcenter.roster.ical import Entry, id_prefix
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.errors import ConfigError


@dataclass(frozen=True)
class Taken:
    """What reading a file comes to: entries to make and to take back, and how many times are as they were."""

    new: list[RosterChange]
    gone: list[RosterChange]
    n_same: int


def taken(
    ledger: Ledger, entries: Sequence[Entry], templates: Sequence[RosterChange], from_ms: int, until_ms: int
) -> Taken:
    """Compare the events with what they became before.

    An entry that somebody took back stays so until its event changes.

    Args:
        templates: what each of them says now, but for the times.
        from_ms, until_ms: the span for which those that repeat were read; what they became at other times stays.
    """
    wanted: dict[str, dict[str, RosterChange]] = {}
    for entry, template in zip(entries, templates, strict=True):
        prefix = id_prefix(entry, template.kind, template.agent, template.instead, template.roster)
        slots = wanted.setdefault(prefix, {})
        for time in entry.times:
            slots[time.slot] = replace(
                template, from_ms=time.from_ms, until_ms=time.until_ms, is_removed=time.is_cancelled
            )
    result = Taken([], [], 0)
    for prefix, slots in wanted.items():
        known = _by_slot(ledger, prefix)
        touched = [slot for slot, before in known.items() if _touches(before[-1], from_ms, until_ms)]
        for slot in {**slots, **dict.fromkeys(touched)}:
            result = _compared(result, f"{prefix}{slot}-" if slot else prefix, known.get(slot, []), slots.get(slot))
    return result


def _compared(result: Taken, prefix: str, known: list[RosterChange], change: RosterChange | None) -> Taken:
    """`change`: what one time of an event says; None: there is no such time any more."""
    is_on = change is not None and not change.is_removed
    if change is not None and is_on and known and _says(known[-1]) == _says(change):
        return replace(result, n_same=result.n_same + 1)
    gone = [old for old in known if not old.is_removed]
    new = [replace(change, change_id=f"{prefix}{len(known) + 1}")] if change is not None and is_on else []
    return Taken([*result.new, *new], [*result.gone, *gone], result.n_same)


def _by_slot(ledger: Ledger, prefix: str) -> dict[str, list[RosterChange]]:
    """What became of an event before, by which of its times it is; each in the order of making."""
    found: dict[str, list[RosterChange]] = {}
    for change in ledger.roster.with_prefix(prefix):
        found.setdefault(change.change_id.removeprefix(prefix).rpartition("-")[0], []).append(change)
    return found


def _touches(change: RosterChange, from_ms: int, until_ms: int) -> bool:
    return change.from_ms < until_ms and change.until_ms > from_ms


def _says(change: RosterChange) -> tuple[int, int, str]:
    return change.from_ms, change.until_ms, change.reason


def whose(entry: Entry, house: House, file: str) -> tuple[str, str]:
    """Whom an event is about, and what else its title says: `Ana`, or `Ana: ill`.

    Raises:
        ConfigError: its title begins with nobody's name.
    """
    name, _, rest = entry.summary.partition(":")
    known = people_of(house)
    if name.strip() not in known:
        remedy = f"its title begins with nobody's name; write `NAME: reason`, or give --agent (known: {', '.join(sorted(known))})"
        raise ConfigError(file, f"event {entry.summary or entry.uid}", remedy)
    return name.strip(), rest.strip()
