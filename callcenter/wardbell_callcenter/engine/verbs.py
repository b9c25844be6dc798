"""Which verb does what, and who may: every medium comes through here."""

from collections.abc import Callable
from dataclasses import replace

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine import answering, closing, opening, shifts, supervising
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.incidents import muting
from wardbell_callcenter.people.permissions import About, may, person, rights
from wardbell_callcenter.routing.router import ADDRESS
from wardbell_callcenter.store.offer_rows import Offer
from wardbell_protocol.bus.centre_payloads import CentreReply, ContactKind
from wardbell_protocol.bus.payloads import Command, Reply

OfContact = Callable[[Turn, Contact, Command], str]
OfPerson = Callable[[Turn, Command], str]

OF_A_CONTACT: dict[str, OfContact] = {
    "accept": answering.accept,
    "refuse": answering.refuse,
    "on_site": answering.on_site,
    "resolve": closing.resolve,
    "hand_over": closing.hand_over,
    "transfer": answering.transfer,
    "release": answering.release,
    "note": answering.note,
    "choose_resident": answering.choose_resident,
    "escalate": answering.escalate,
    "take_over": answering.take_over,
    "join": answering.join,
}
OF_ONESELF: dict[str, OfPerson] = {
    "sign_in": shifts.sign_in,
    "sign_out": shifts.sign_out,
    "ready": shifts.ready,
    "not_ready": shifts.not_ready,
}
OF_A_STATION: dict[str, OfPerson] = {"mute": muting.mute, "unmute": muting.unmute}
KINDS: dict[str, ContactKind] = {
    "family_call": "family_call",
    "message": "message",
    "web_request": "web_request",
    "technical": "technical",
}


def obey(turn: Turn, command: Command) -> Reply:
    """Do it, or say why not."""
    if command.verb == "open":
        return _open(turn, command)
    why = _why_not(turn, command)
    who = person(turn.house, command.by)
    if command.verb == "sign_in" and not why and who is not None:
        return CentreReply(command_id=command.command_id, ok=True, rights=rights(who))
    return CentreReply(command_id=command.command_id, ok=not why, reason=why[:256])


def _why_not(turn: Turn, command: Command) -> str:
    if command.verb in OF_ONESELF:
        return _may(turn, command) or OF_ONESELF[command.verb](turn, command)
    if command.verb == "received":
        return _received(turn, command)
    if command.verb in supervising.OF_AN_AGENT:
        about = supervising.about(turn, command.agent)
        return _may(turn, command, about) or supervising.OF_AN_AGENT[command.verb](turn, command)
    if command.verb in OF_A_STATION:
        ward, _ = muting.place_of(command.to)
        why = _may(turn, command, About(wards=frozenset({ward}))) or OF_A_STATION[command.verb](turn, command)
        if not why:
            supervising.write_down(turn, command)
        return why
    if command.verb not in OF_A_CONTACT:
        return f"{command.verb} is for a ward, not for the call centre"
    contact = turn.contact(command.contact_id)
    if contact is None:
        return "no such contact"
    why = _may(turn, command, _about(turn, contact)) or OF_A_CONTACT[command.verb](turn, contact, command)
    if not why:
        supervising.write_down(turn, command, contact)
    return why


def _may(turn: Turn, command: Command, about: About | None = None) -> str:
    return may(person(turn.house, command.by), command.by, command.verb, about)


def _about(turn: Turn, contact: Contact) -> About:
    has = {contact.accepted_by, contact.on_site_by, *turn.ledger.events.joined(contact.contact_id)} - {""}
    return About(
        wards=frozenset({contact.ward} if contact.ward else ()),
        held_by=frozenset(has) if contact.is_taken else frozenset(),
        asked=frozenset(offer.target for offer in turn.live_of(contact.contact_id)),
    )


def _received(turn: Turn, command: Command) -> str:
    """A device says that it has an offer; that anybody has seen it is not said."""
    offer = turn.ledger.offers.get(command.offer_id)
    contact = turn.contact(offer.contact_id) if offer is not None else None
    if offer is None or contact is None:
        return "no such offer"
    why = _may_receive(turn, command, contact, offer)
    if why or not turn.ledger.offers.received(offer.offer_id, turn.now.wall_ms):
        return why
    if contact.received_at_ms is None:
        contact = turn.change(contact.changed(received_at_ms=turn.now.wall_ms))
    received = turn.ledger.offers.get(offer.offer_id)
    turn.ledger.record("received", turn.now, by=command.by, contact=contact, offer=received)
    return ""


def _may_receive(turn: Turn, command: Command, contact: Contact, offer: Offer) -> str:
    """Only whom it asks has it; of what went to an address, and for people's other devices, a program may say so."""
    about = _about(turn, contact)
    why = _may(turn, command, replace(about, asked=about.asked | {offer.target}))
    who = person(turn.house, command.by)
    is_his = offer.target == command.by or offer.target.startswith(ADDRESS)
    return why if why or is_his or (who is not None and who.role == "interface") else "it is not an offer to you"


def _open(turn: Turn, command: Command) -> Reply:
    kind = KINDS.get(command.fields.get("kind", ""))
    ward = command.fields.get("ward", "")
    why = _may(turn, command, About(wards=frozenset({ward} if ward else ())))
    if not why and kind is None:
        why = "an open needs the field kind: " + ", ".join(KINDS)
    if why or kind is None:
        return CentreReply(command_id=command.command_id, ok=False, reason=why[:256])
    contact = opening.open_for_words(turn, kind, dict(command.fields), command.by)
    if command.text:
        turn.ledger.record("noted", turn.now, by=command.by, text=command.text, contact=contact)
    return CentreReply(command_id=command.command_id, ok=True, contact_id=contact.contact_id)
