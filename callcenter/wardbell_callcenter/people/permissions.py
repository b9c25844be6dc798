"""Who may do what: role × data level × function, the one place, whatever medium a command came by.

A role says which functions one has; a level says of what: `home` everything, `ward` what belongs to one's wards or to no ward,
`carer` what one has or is asked for. Whoever is asked to help may help: level and ward never stand before a live offer.
Whether a verb fits the contact's state is not said here.
"""

from dataclasses import dataclass

from msgspec import structs

from wardbell_callcenter.house import Agent, House, Role
from wardbell_callcenter.residents.columns import folded
from wardbell_protocol.bus.centre_payloads import ResidentCard, Rights

STRANGER = "not known in this house"
NOT_FOR_ROLE = "not for this role"
NOT_HIS = "not one of yours"

_CARER: frozenset[Role] = frozenset({"carer"})
_PEOPLE: frozenset[Role] = frozenset({"carer", "operator", "supervisor", "administrator"})
_DESK: frozenset[Role] = _PEOPLE - _CARER
_HEADS: frozenset[Role] = frozenset({"supervisor", "administrator"})
_OWNER: frozenset[Role] = frozenset({"administrator"})
_ALL: frozenset[Role] = _PEOPLE | {"interface"}

# What others' machines (`interface`) may: bring contacts in, say that a device has an offer, read. They never accept.
ROLES: dict[str, frozenset[Role]] = {
    "sign_in": _PEOPLE,
    "sign_out": _PEOPLE,
    "ready": _PEOPLE,
    "not_ready": _PEOPLE,
    "accept": _PEOPLE,
    "refuse": _PEOPLE,
    "on_site": _PEOPLE,
    "resolve": _PEOPLE,
    "hand_over": _PEOPLE,
    "transfer": _PEOPLE,
    "release": _PEOPLE,
    "note": _ALL,
    "choose_resident": _PEOPLE,
    "escalate": _PEOPLE,
    "take_over": _HEADS,
    "join": _PEOPLE,
    "open": _ALL,
    "received": _ALL,
    "force_ready": _HEADS,
    "force_not_ready": _HEADS,
    "force_sign_out": _HEADS,
    "mute": _DESK,
    "unmute": _PEOPLE,  # it rings again: nobody needs a desk for that
    # Reading; `timeline` with the notes, `agents` is the board of all seats, which every seat sees.
    "contacts": _ALL,
    "timeline": _ALL,
    "residents": _ALL,
    "codes": _ALL,
    "incidents": _ALL,
    "mutes": _ALL,
    "agents": _ALL,
    "roster": _ALL,
    "figures": _DESK | {"interface"},
    "house": _HEADS,
    "audit": _HEADS,
    "put_house": _OWNER,
}
# A carer ends or passes on only what he has; whoever arrives first says `on_site` and has it.
_ONLY_HELD = frozenset({"resolve", "hand_over", "transfer", "release"})
# The house as one, of which no part belongs to a ward.
_WHOLE_HOUSE = frozenset({"house", "put_house", "audit"})
_OF_ROLE: dict[Role, list[str]] = {role: sorted(name for name in ROLES if role in ROLES[name]) for role in _ALL}
ANYBODY = Agent(role="administrator", level="home")  # of a house that names nobody


@dataclass(frozen=True)
class About:
    """What a function is about: a contact, an offer, an agent, a station, a resident, a ward's figures.

    Args:
        wards: to which it belongs; none: to no ward, so to every one.
        held_by: who has accepted it, is on site, has joined it; the agent himself; a resident's key carer.
        asked: who has a live offer of it.
    """

    wards: frozenset[str] = frozenset()
    held_by: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


def shown_card(house: House, who: Agent | None, card: ResidentCard) -> ResidentCard:
    """A resident's card without the own columns that are not for that role; who is unknown here sees what a program does.

    What one must know at the bed, risks and care level, is for all who may see the card at all.
    """
    role = who.role if who is not None else "interface"
    kept = {
        folded(title): roles for title, roles in house.field_roles.items()
    }  # a capital more must not show it to all
    fields = {name: said for name, said in card.fields.items() if role in kept.get(folded(name), (role,))}
    return structs.replace(card, fields=fields)


def of_pop(about: About, is_open: bool) -> About:
    """What one must know before one goes: once that contact is over, it is about those who live there now."""
    return about if is_open else About(about.wards)


def person(house: House, name: str) -> Agent | None:
    """Who that is in the house; a house that names nobody takes whoever comes."""
    return house.agents.get(name) if house.agents else ANYBODY


def may(who: Agent | None, name: str, function: str, about: About | None = None) -> str:
    """Why that person may not, in words; empty when he may.

    Args:
        function: a verb of `Command` for the call centre, or one of ROLES that reads. `step` comes from parts, not people.
        about: None: only whether he has the function at all. Then NOT_HIS is never the answer, except of the house as one.
    """
    if function == "step":
        return ""
    if who is None:
        return STRANGER
    if who.role not in ROLES.get(function, ()):
        return NOT_FOR_ROLE
    if function in _WHOLE_HOUSE:
        return "" if who.level == "home" else NOT_HIS
    if about is None:
        return ""
    is_held, is_asked = name in about.held_by, name in about.asked
    return "" if rights(who).reaches(function, about.wards, is_held=is_held, is_asked=is_asked) else NOT_HIS


def rights(who: Agent) -> Rights:
    """The same as data, for a console that shows only what may be done."""
    only_held = sorted(_ONLY_HELD) if who.role == "carer" else []
    return Rights(verbs=_OF_ROLE[who.role], only_held=only_held, level=who.level, wards=who.wards)
