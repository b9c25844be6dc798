"""What people enter beside the plan: leave, overrides, swaps."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from wardbell_callcenter.house import House
from wardbell_protocol.errors import WardbellError

ChangeKind = Literal["leave", "override", "swap"]


class ChangeError(WardbellError):
    """A change that says nothing, or names what the house does not know. The text says what to give instead."""


@dataclass(frozen=True)
class RosterChange:
    """One entry; `roster` empty: of all rosters. Of two about the same hours the one that was made later counts.

    leave: `agent` is away; `instead` works for him, where that is said.
    override: `instead` works what `agent` should; with no `agent`, he works as well as those who are planned.
    swap: `agent` works what `instead` should, and the other way round.
    """

    change_id: str
    kind: ChangeKind
    from_ms: int
    until_ms: int
    made_by: str
    made_at_ms: int
    roster: str = ""
    agent: str = ""
    instead: str = ""
    reason: str = ""
    is_removed: bool = False


def check(change: RosterChange, house: House) -> None:
    """Refuse a change that cannot be meant.

    Raises:
        ChangeError: with the remedy.
    """
    if change.from_ms >= change.until_ms:
        raise ChangeError("it ends before it has begun; give an end after the beginning")
    if change.roster and change.roster not in house.rosters:
        raise ChangeError(f"there is no roster {change.roster}; known: {_listed(house.rosters)}")
    if change.kind == "override" and not change.agent and not change.roster:
        raise ChangeError("who works as well as the others works in one roster; name it")
    if change.agent == change.instead:
        raise ChangeError("nobody stands in for himself; give two different people")
    if (not change.agent and change.kind != "override") or (not change.instead and change.kind != "leave"):
        raise ChangeError("two people belong to it; name both")
    # Where the house names no agents, anybody may stand in; whose plan is changed must have one, since a slip is not noticed.
    check_people((change.agent, change.instead) if house.agents or change.kind == "swap" else (change.agent,), house)


def people_of(house: House) -> set[str]:
    """Who may be planned: the house's agents, or where it names none, all who stand in its rosters."""
    teams = (team for roster in house.rosters.values() for rotation in roster.rotations for team in rotation.teams)
    return set(house.agents) or {agent for team in teams for agent in team}


def check_people(names: Iterable[str], house: House) -> None:
    """Refuse a name that nobody has who may be planned; "" is nobody's.

    Raises:
        ChangeError: with those that are known.
    """
    known = people_of(house)
    for name in names:
        if name and name not in known:
            raise ChangeError(f"there is no agent {name}; known: {_listed(known)}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
