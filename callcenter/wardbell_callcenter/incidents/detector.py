"""When many contacts are one incident: pure. Emergencies are never shown to it, and so are never part of one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wardbell_callcenter.house import House, IncidentRules


@dataclass(frozen=True)
class Waiting:
    """A bed's contact that looks for somebody, of no incident yet."""

    contact_id: str
    place: str  # the station, or room and bed
    scope: str  # its corridor


def corridor_of(house: House, ward: str, room: str) -> str:
    """`ward/corridor`; the ward itself for a room of no corridor; nothing for a ward that the house does not describe."""
    known = house.wards.get(ward)
    if known is None:
        return ""
    corridor = next((name for name, rooms in known.corridors.items() if room in rooms), "")
    return f"{ward}/{corridor}" if corridor else ward


def crowded(rules: IncidentRules, waiting: Iterable[Waiting]) -> dict[str, list[str]]:
    """Which contacts are one incident, by corridor: so many places in so short a time that one cause is likelier than many.

    `waiting`: those of the last `corridor_s`.
    """
    by_scope: dict[str, list[Waiting]] = {}
    for one in waiting:
        if one.scope:
            by_scope.setdefault(one.scope, []).append(one)
    return {
        scope: [one.contact_id for one in some]
        for scope, some in by_scope.items()
        if 0 < rules.corridor_calls <= len({one.place for one in some})
    }


def storming(rules: IncidentRules, opened: Mapping[str, int]) -> list[str]:
    """Stations whose buttons are faulty: opened, closed and opened again so often. `opened`: contacts of the last `button_s`.

    Presses of a call that is open already do not count: somebody who needs help presses often.
    """
    return [station for station, n in opened.items() if 0 < rules.button_calls <= n]
