"""Who is on duty, and why: the rotations' plan, then each change in the order in which it was made; so the later entry wins.

A duty that somebody leaves stays his place, empty: whoever works instead of him takes it, whichever of the two was entered
first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from wardbell_callcenter.house import House
from wardbell_callcenter.roster.change import RosterChange
from wardbell_callcenter.roster.house_clock import local
from wardbell_callcenter.roster.rotation import ShiftTime, shifts_between, team_on


@dataclass(frozen=True)
class Reason:
    """Why somebody has a place, or not: the rotation's `team` of `teams` (from 1), or a change and `whom` it concerned."""

    kind: Literal["rotation", "added", "instead", "swap", "leave"]
    team: int = 0
    teams: int = 0
    whom: str = ""
    change: RosterChange | None = None


@dataclass(frozen=True)
class Place:
    """A place in the plan, for as long as the same person has it. `shift` is empty where he was added to all of it.

    `day`: on which the shift began. `is_away`: the person will not be there.
    """

    roster: str
    shift: str
    day: date
    from_ms: int
    until_ms: int
    agent: str
    why: tuple[Reason, ...]
    is_away: bool = False


@dataclass(frozen=True)
class Duty:
    """Somebody who is on duty."""

    agent: str
    roster: str
    shift: str
    from_ms: int
    until_ms: int
    why: tuple[Reason, ...]


def on_duty(house: House, roster: str, changes: Iterable[RosterChange], at_ms: int) -> list[Duty]:
    """Who is on duty in that roster at that moment, by name, each once; nobody in a roster that there is not.

    `changes`: all that are in force at any time of the shifts then (RosterRows.around).
    """
    found: dict[str, Duty] = {}
    for place in plan(house, roster, changes, at_ms, at_ms + 1):
        if place.is_away or (place.agent in found and found[place.agent].until_ms >= place.until_ms):
            continue
        duty = Duty(place.agent, roster, place.shift, place.from_ms, place.until_ms, place.why)
        found[place.agent] = duty
    return [found[agent] for agent in sorted(found)]


def plan(house: House, roster: str, changes: Iterable[RosterChange], from_ms: int, until_ms: int) -> list[Place]:
    """All places that touch that time, the empty ones too, earliest first; unclipped, but for where another takes over."""
    places = list(_planned(house, roster, from_ms, until_ms))
    people = {place.agent for place in places}
    for change in sorted(changes, key=lambda change: (change.made_at_ms, change.change_id)):
        if change.is_removed or change.roster not in ("", roster):
            continue
        if change.kind == "override" and not change.agent:
            day = local(change.from_ms, house.time_zone).date()
            why = (Reason("added", change=change),)
            places.append(Place(roster, "", day, change.from_ms, change.until_ms, change.instead, why))
        elif change.agent in people or change.instead in people:
            places = [part for place in places for part in _changed(place, change)]
        else:
            continue
        people |= {change.agent, change.instead}
    touching = (place for place in places if place.from_ms < until_ms and place.until_ms > from_ms)
    return sorted(touching, key=lambda place: (place.from_ms, place.shift, place.agent, place.until_ms))


def _planned(house: House, roster: str, from_ms: int, until_ms: int) -> Iterator[Place]:
    described = house.rosters.get(roster)
    if described is None:
        return
    for worked in shifts_between(house, described, from_ms, until_ms):
        for rotation in described.rotations:
            team = team_on(rotation, worked.day) if rotation.shift == worked.shift else None
            if team is not None:
                why = (Reason("rotation", team + 1, len(rotation.teams)),)
                for agent in rotation.teams[team]:
                    yield _place(roster, worked, agent, why)


def _place(roster: str, worked: ShiftTime, agent: str, why: tuple[Reason, ...]) -> Place:
    return Place(roster, worked.shift, worked.day, worked.from_ms, worked.until_ms, agent, why)


def _changed(place: Place, change: RosterChange) -> Iterator[Place]:
    """The place before, under and after the change."""
    from_ms, until_ms = max(place.from_ms, change.from_ms), min(place.until_ms, change.until_ms)
    reason = _reason(place, change)
    if from_ms >= until_ms or reason is None:
        yield place
        return
    if place.from_ms < from_ms:
        yield replace(place, until_ms=from_ms)
    is_left = reason.kind == "leave"
    taker = place.agent if is_left else change.agent if place.agent == change.instead else change.instead
    why = (*place.why, reason)
    yield replace(place, from_ms=from_ms, until_ms=until_ms, agent=taker, is_away=is_left, why=why)
    if until_ms < place.until_ms:
        yield replace(place, from_ms=until_ms)


def _reason(place: Place, change: RosterChange) -> Reason | None:
    """What the change does to the place, None where it does nothing."""
    if change.kind == "swap" and place.agent in (change.agent, change.instead):
        return Reason("swap", whom=place.agent, change=change)
    if place.agent != change.agent or change.kind == "swap":
        return None
    if change.kind == "leave" and not change.instead:
        return Reason("leave", whom=place.agent, change=change)
    return Reason("instead", whom=place.agent, change=change)
