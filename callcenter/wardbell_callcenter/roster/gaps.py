"""What is wrong with the days to come: too few people, somebody in two places, somebody planned who is on leave."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from wardbell_callcenter.house import House
from wardbell_callcenter.roster.change import RosterChange
from wardbell_callcenter.roster.duty import Place, plan
from wardbell_callcenter.roster.rotation import ShiftTime, shifts_between


@dataclass(frozen=True)
class Gap:
    """`short`: `has` people where `needs` are. `double`: `agent` is in `other`, too. `on_leave`: `other` is the leave's id.

    `other` of `double`: roster and shift of the other place, `east/night`.
    """

    kind: Literal["short", "double", "on_leave"]
    from_ms: int
    until_ms: int
    roster: str
    shift: str
    agent: str = ""
    needs: int = 0
    has: int = 0
    other: str = ""


def gaps(house: House, changes: Iterable[RosterChange], from_ms: int, until_ms: int) -> list[Gap]:
    """All that is wrong between those moments, clipped to them, earliest first.

    Whoever was added to a roster, without a shift, fills one place of those that are short, of the shift that began first.
    """
    entered = [change for change in changes if not change.is_removed]
    places = {name: plan(house, name, entered, from_ms, until_ms) for name in house.rosters}
    filled = [place for some in places.values() for place in some if not place.is_away]
    found = [gap for name, some in places.items() for gap in _short(house, name, some, from_ms, until_ms)]
    found += [*_double(filled), *_on_leave(filled, entered)]
    clipped = (_clipped(gap, from_ms, until_ms) for gap in found)
    return sorted((gap for gap in clipped if gap.from_ms < gap.until_ms), key=_order)


def _order(gap: Gap) -> tuple[int, str, str, str, str]:
    return gap.from_ms, gap.roster, gap.shift, gap.kind, gap.agent


def _clipped(gap: Gap, from_ms: int, until_ms: int) -> Gap:
    begins_ms, ends_ms = max(gap.from_ms, from_ms), min(gap.until_ms, until_ms)
    return Gap(gap.kind, begins_ms, ends_ms, gap.roster, gap.shift, gap.agent, gap.needs, gap.has, gap.other)


def _short(house: House, roster: str, places: list[Place], from_ms: int, until_ms: int) -> Iterator[Gap]:
    shifts = shifts_between(house, house.rosters[roster], from_ms, until_ms)
    live = [place for place in places if not place.is_away]
    open_gaps: dict[ShiftTime, Gap] = {}
    for begins_ms, ends_ms, going, there in _stretches(shifts, live):
        for worked, has in _counted(going, there):
            before = open_gaps.pop(worked, None)
            if before is not None and before.has != has:
                yield before
                before = None
            if has < worked.needs:
                since_ms = begins_ms if before is None else before.from_ms
                open_gaps[worked] = Gap("short", since_ms, ends_ms, roster, worked.shift, needs=worked.needs, has=has)
    yield from open_gaps.values()


def _stretches(shifts: list[ShiftTime], live: list[Place]) -> Iterator[tuple[int, int, list[ShiftTime], list[Place]]]:
    """Each time between two changes of who is there, with the shifts that go and the places that are filled."""
    edges = {worked.from_ms for worked in shifts} | {worked.until_ms for worked in shifts}
    edges |= {place.from_ms for place in live} | {place.until_ms for place in live}
    shifts_from, places_from = defaultdict(list), defaultdict(list)
    for worked in shifts:
        shifts_from[worked.from_ms].append(worked)
    for place in live:
        places_from[place.from_ms].append(place)
    going: list[ShiftTime] = []
    there: list[Place] = []
    for begins_ms, ends_ms in pairwise(sorted(edges)):
        going = [worked for worked in going if worked.until_ms > begins_ms] + shifts_from[begins_ms]
        there = [place for place in there if place.until_ms > begins_ms] + places_from[begins_ms]
        yield begins_ms, ends_ms, going, there


def _counted(going: list[ShiftTime], there: list[Place]) -> Iterator[tuple[ShiftTime, int]]:
    """How many work in each shift, nobody counted twice in one, and who was added where somebody is missing."""
    members = {worked: {place.agent for place in there if _is_of(place, worked)} for worked in going}
    placed = set().union(*members.values())
    n_spare = len({place.agent for place in there if not place.shift} - placed)
    for worked in going:
        n_added = max(0, min(worked.needs - len(members[worked]), n_spare))
        n_spare -= n_added
        yield worked, len(members[worked]) + n_added


def _is_of(place: Place, worked: ShiftTime) -> bool:
    return place.shift == worked.shift and place.day == worked.day


def _double(filled: list[Place]) -> Iterator[Gap]:
    going: dict[str, list[Place]] = defaultdict(list)
    for place in sorted(filled, key=lambda place: place.from_ms):
        others = [other for other in going[place.agent] if other.until_ms > place.from_ms]
        for other in others:
            name = f"{other.roster}/{other.shift}".rstrip("/")
            until_ms = min(place.until_ms, other.until_ms)
            yield Gap("double", place.from_ms, until_ms, place.roster, place.shift, place.agent, other=name)
        going[place.agent] = [*others, place]


def _on_leave(filled: list[Place], changes: list[RosterChange]) -> Iterator[Gap]:
    leaves: dict[str, list[RosterChange]] = defaultdict(list)
    for change in changes:
        if change.kind == "leave":
            leaves[change.agent].append(change)
    for place in filled:
        for leave in leaves[place.agent]:
            from_ms, until_ms = max(place.from_ms, leave.from_ms), min(place.until_ms, leave.until_ms)
            if from_ms < until_ms and leave.roster in ("", place.roster):
                yield Gap("on_leave", from_ms, until_ms, place.roster, place.shift, place.agent, other=leave.change_id)
