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
    """What reading a file comes to: entries to make and to take back, and how many events are as they were."""

    new: list[RosterChange]
    gone: list[RosterChange]
    n_same: int


def taken(ledger: Ledger, entries: Sequence[Entry], changes: Sequence[RosterChange]) -> Taken:
    """Compare the events with what they became before; `changes`: what each of them says now.

    An entry that somebody took back stays so until its event changes.
    """
    result = Taken([], [], 0)
    for entry, change in zip(entries, changes, strict=True):
        prefix = id_prefix(entry, change.kind, change.agent, change.instead, change.roster)
        known = ledger.roster.with_prefix(prefix)
        is_as_before = bool(known) and _says(known[-1]) == _says(change)
        if is_as_before and not entry.is_cancelled:
            result = replace(result, n_same=result.n_same + 1)
            continue
        result.gone.extend(old for old in known if not old.is_removed)
        if not entry.is_cancelled:
            result.new.append(replace(change, change_id=f"{prefix}{len(known) + 1}"))
    return result


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
