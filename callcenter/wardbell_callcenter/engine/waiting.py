"""Which of the contacts that wait are to be asked for again, because somebody became free."""

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.routing.strategies import TOGETHER


def ask_for_freed(turn: Turn) -> None:
    """Those whose step may mean one of them: the router decides, here only what it cannot say yes to is left out."""
    freed, turn.freed = turn.freed, set()
    freed &= turn.agents.keys()
    if not freed:
        return
    seeking = [contact for contact in turn.waiting() if contact.step >= 0]
    turn.load_offers(contact.contact_id for contact in seeking)
    turn.to_ask |= {contact.contact_id for contact in seeking if _may_be_asked(turn, contact, freed)}


def _may_be_asked(turn: Turn, contact: Contact, freed: set[str]) -> bool:
    step = contact.policy.steps[contact.step]
    offers = [offer for offer in turn.offers_of(contact.contact_id) if offer.state != "withdrawn"]
    here = [offer for offer in offers if (offer.step, offer.loop) == (contact.step, contact.loop)]
    is_ringing = any(offer.state == "offered" for offer in here)
    if is_ringing and step.strategy not in {*TOGETHER, "progressive"} and not contact.is_repeat:
        return False  # one after another: it is somebody's turn
    names = freed - {offer.target for offer in here}
    return bool(names) and (contact.is_repeat or any(_may_mean(turn, contact, word, names) for word in step.to))


def _may_mean(turn: Turn, contact: Contact, word: str, names: set[str]) -> bool:
    kind, _, name = word.partition(":")
    if kind == "ward" and contact.ward:
        there = turn.serving(contact.ward)
        return not there or not names.isdisjoint(there)  # with nobody there the building is meant, then the home
    if kind == "group":
        return not names.isdisjoint(turn.house.groups.get(name, ()))
    if kind == "agent":
        return name in names
    return kind != "address"
