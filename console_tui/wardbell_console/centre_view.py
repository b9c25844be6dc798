"""What the operator's screen shows, made from a Feed. Pure; no text is chosen here."""

from collections import Counter
from dataclasses import dataclass

import msgspec

from wardbell_console.asks import Ask
from wardbell_console.feed import Feed
from wardbell_console.verbs import Attempt
from wardbell_protocol.bus.centre_payloads import AgentState, AgentStatus, ContactState

ALL, MINE, WARD, WAITING = "all", "mine", "ward", "waiting"
AGENT_ORDER: tuple[AgentStatus, ...] = ("offered", "busy", "ready", "wrap_up", "not_ready", "signed_out")
_WAITING = ("new", "offered")


@dataclass(frozen=True)
class Entry:
    """A contact on the board. `is_proven`: its call is authenticated, or not known here; `is_mine`: this operator has it."""

    contact: ContactState
    ward_names: dict[str, str]
    is_proven: bool
    is_mine: bool
    attempt: Attempt | None


@dataclass(frozen=True)
class Queue:
    """The counters of the head. `by_filter` has no `ward` where this console has no ward of its own."""

    by_filter: dict[str, int]
    oldest_ms: int | None
    agents: dict[str, int]


def board(feed: Feed, shown: str = ALL) -> list[ContactState]:
    """Open contacts: those that nobody has, then one's own; each by priority then age; below an incident what belongs to it."""
    contacts = feed.centre.contacts
    heads = {
        incident.incident_id: contacts[incident.contact_id]
        for incident in feed.centre.incidents.values()
        if incident.contact_id in contacts
    }

    def rank(contact: ContactState) -> tuple[object, ...]:
        group = 0 if contact.status in _WAITING else 2 - is_mine(feed, contact)
        return group, -contact.priority, contact.opened_at_ms, contact.contact_id

    def order(contact: ContactState) -> tuple[object, ...]:
        head = heads.get(contact.incident_id, contact)
        return *rank(head), contact.contact_id != head.contact_id, *rank(contact)

    return sorted((contact for contact in contacts.values() if is_shown(feed, contact, shown)), key=order)


def is_shown(feed: Feed, contact: ContactState, shown: str) -> bool:
    """Whether that filter lets the contact through."""
    if shown == MINE:
        return is_mine(feed, contact)
    if shown == WARD:
        return feed.is_own(contact.ward)
    return shown != WAITING or contact.status in _WAITING


def entry(feed: Feed, contact: ContactState) -> Entry:
    """That contact as a line of the board."""
    names = names_of(feed, contact.ward)
    attempt = feed.verbs.of(contact.contact_id)
    return Entry(contact, names, is_proven(feed, contact), is_mine(feed, contact), attempt)


def is_mine(feed: Feed, contact: ContactState) -> bool:
    """Whether this console's operator has it."""
    state = feed.seat.state
    joined = state is not None and contact.contact_id in state.contacts
    return feed.operator != "" and (joined or feed.operator in (contact.accepted_by, contact.on_site_by))


def filters(feed: Feed) -> list[str]:
    """Those that mean something here."""
    return [ALL, MINE, *([WARD] if feed.own_wards else []), WAITING]


def queue(feed: Feed, now_ms: int) -> Queue:
    """How many there are of each, how long the oldest has waited for somebody, and how many agents are in each state."""
    contacts = feed.centre.contacts.values()
    counts = {each: sum(is_shown(feed, contact, each) for contact in contacts) for each in filters(feed)}
    waits = [contact.opened_at_ms for contact in contacts if contact.status in _WAITING]
    agents = Counter(agent.state for agent in agents_now(feed))
    states: dict[str, int] = {state: agents[state] for state in AGENT_ORDER if agents[state]}
    return Queue(counts, now_ms - min(waits) if waits else None, states)


def agents_board(feed: Feed) -> list[AgentState]:
    """Who is signed in: those who are asked now first, then by what they do and by name."""
    return sorted(agents_now(feed), key=lambda agent: (AGENT_ORDER.index(agent.state), agent.agent))


def own_state(feed: Feed) -> AgentState | None:
    """What this console's operator does; None where the call centre does not have him here."""
    if feed.seat.state is None:
        return None
    return next(agent for agent in agents_now(feed) if agent.agent == feed.operator)


def agents_now(feed: Feed) -> list[AgentState]:
    """Whether somebody who is free is being asked is told by the contacts, not by an event about each agent."""
    asked = {name for contact in feed.centre.contacts.values() for name in contact.offered_to}
    return [_as_asked(agent, agent.agent in asked) for agent in feed.centre.agents.values()]


def _as_asked(agent: AgentState, is_asked: bool) -> AgentState:
    state: AgentStatus = "offered" if is_asked else "ready"
    if agent.state not in ("ready", "offered") or agent.state == state:
        return agent
    return msgspec.structs.replace(agent, state=state)


def shown_ask(feed: Feed, chosen_id: str, now_ms: int) -> Ask | None:
    """The offer to show large: the chosen one while it stands and until its end was read, so that none slips under the finger."""
    ask = feed.seat.asks.find(chosen_id, now_ms) if chosen_id else None
    return ask or next(iter(feed.offers()), None)


def is_proven(feed: Feed, contact: ContactState) -> bool:
    """Whether the contact's call is authenticated; nothing is said against one that is not known here."""
    call = feed.call(contact.call_id) if contact.call_id else None
    return call is None or call.authenticated


def names_of(feed: Feed, ward: str) -> dict[str, str]:
    """The ward's names by language, where it said them."""
    return next((m.info.name for m in feed.wards if m.ward == ward and m.info is not None), {})


def is_centre_stale(feed: Feed, now_ms: int) -> bool:
    """Whether what is shown of the call centre may be out of date."""
    return not feed.is_connected or feed.centre.is_stale or not feed.seat.hears_centre(now_ms)
