"""What the operator's screen shows, made from a Feed. Pure; no text is chosen here."""

from dataclasses import dataclass

from wardbell_bus.mirror import part_state
from wardbell_console.feed import Feed
from wardbell_console.verbs import Attempt
from wardbell_console.view import NextStep, next_step
from wardbell_protocol.bus.centre_payloads import ContactState

_ORDER = {"offered": 0, "new": 1, "accepted": 2, "withdrawn": 3}


@dataclass(frozen=True)
class Offer:
    """The contact that the operator is asked to take, and how many more there are."""

    contact: ContactState
    ward_names: dict[str, str]
    is_proven: bool
    next: NextStep | None
    more: int
    attempt: Attempt | None


@dataclass(frozen=True)
class Entry:
    """A contact on the board. `is_proven`: its call is authenticated, or not known here."""

    contact: ContactState
    ward_names: dict[str, str]
    is_proven: bool
    attempt: Attempt | None


def offer_view(feed: Feed, now_ms: int, chosen_id: str = "") -> Offer | None:
    """The offer to show large: the chosen one while it stands, so that no arrival slips under the finger; else the first."""
    offers = feed.offers()
    if not offers:
        return None
    contact = next((offer for offer in offers if offer.contact_id == chosen_id), offers[0])
    mirror = feed.mirror_of(contact.call_id)
    following = None
    if mirror is not None:
        call = mirror.calls[contact.call_id].to_call()
        following = next_step(feed.policies(mirror).get(call.kind), call, now_ms)
    names = names_of(feed, contact.ward)
    return Offer(
        contact, names, is_proven(feed, contact), following, len(offers) - 1, feed.verbs.of(contact.contact_id)
    )


def board(feed: Feed) -> list[Entry]:
    """All open contacts: those that nobody has first, each by priority then age."""
    found = sorted(
        feed.centre.contacts.values(),
        key=lambda c: (_ORDER[c.status], -c.priority, c.opened_at_ms, c.contact_id),
    )
    return [
        Entry(contact, names_of(feed, contact.ward), is_proven(feed, contact), feed.verbs.of(contact.contact_id))
        for contact in found
    ]


def is_proven(feed: Feed, contact: ContactState) -> bool:
    """Whether the contact's call is authenticated; nothing is said against one that is not known here."""
    call = feed.call(contact.call_id)
    return call is None or call.authenticated


def names_of(feed: Feed, ward: str) -> dict[str, str]:
    """The ward's names by language, where it said them."""
    return next((m.info.name for m in feed.wards if m.ward == ward and m.info is not None), {})


def is_centre_stale(feed: Feed, now_ms: int) -> bool:
    """Whether what is shown of the call centre may be out of date."""
    states = {part_state(item, now_ms) for (part, _), item in feed.centre.health.items() if part == "callcenter"}
    return not feed.is_connected or feed.centre.is_stale or not states & {"online", "degraded"}
