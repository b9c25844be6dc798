"""Makes the deliveries of a turn: what was offered, and what was taken back."""

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine.offering import WEBHOOK
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.people.permissions import person
from wardbell_callcenter.residents.pop import screen_pops, shown_to
from wardbell_callcenter.routing.router import ADDRESS
from wardbell_callcenter.store.delivery_rows import NOT_NEEDED, Delivery, DeliveryMedium, What, new_delivery_id
from wardbell_callcenter.store.offer_rows import LIVE, Offer
from wardbell_protocol.bus import centre_payloads
from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactState, ScreenPop
from wardbell_protocol.bus.payloads import encode

NO_POP = ScreenPop()


def dispatch(turn: Turn) -> None:
    """Once, at the end of a turn, when all that it changes is known."""
    turn.store()
    made = [offer for offer in turn.made.values() if offer.state == LIVE] + turn.live_at_moved_seats()
    over = {ended.offer.offer_id: ended for ended in turn.ended if ended.offer.offer_id not in turn.made}
    concerned = _contacts(turn, [*made, *(ended.offer for ended in over.values())])
    states = {key[0]: state for key, state in turn.ledger.states(concerned, turn.now).items()}
    hand_overs = turn.ledger.deliveries.hand_overs_of(over)
    turn.ledger.deliveries.finish((one.delivery_id for one in hand_overs if not one.is_done), NOT_NEEDED)
    withdrawals = {
        (one.offer_id, one.medium, one.address): over[one.offer_id]
        for one in hand_overs
        if one.attempts and over[one.offer_id].told
    }
    pops = screen_pops(turn.ledger, turn.house, _contacts(turn, made))
    turn.ledger.deliveries.add(
        *(
            _delivery(turn, "offer", medium, address, offer, states[offer.contact_id], _pop(turn, offer, pops), "")
            for offer in made
            for medium, address in [_address(turn, offer)]
        ),
        *(
            _delivery(
                turn, "withdraw", medium, address, ended.offer, states[ended.offer.contact_id], NO_POP, ended.told
            )
            for (_, medium, address), ended in withdrawals.items()
        ),
    )


def _contacts(turn: Turn, offers: list[Offer]) -> list[Contact]:
    """Of which contacts those are, each once."""
    ids = list(dict.fromkeys(offer.contact_id for offer in offers))
    turn.load(ids)
    return [contact for contact in map(turn.contact, ids) if contact is not None]


def _pop(turn: Turn, offer: Offer, pops: dict[str, ScreenPop]) -> ScreenPop:
    """What whom it asks may see; an address outside sees what a program does."""
    is_outside = offer.target.startswith(ADDRESS)
    who = None if is_outside else person(turn.house, offer.target)
    return shown_to(pops[offer.contact_id], turn.house, who)


def tell_webhooks(turn: Turn, events: list[CentreEvent]) -> None:
    """Those of the house's webhooks that want to hear of such events."""
    now = turn.now
    turn.ledger.deliveries.add(
        *(
            Delivery(
                new_delivery_id(),
                "event",
                "webhook",
                name,
                encode(event),
                now.wall_ms,
                now.steady_ms,
                priority=event.contact.priority if event.contact is not None else 0,
            )
            for name, webhook in turn.house.webhooks.items()
            for event in events
            if event.kind in webhook.events
        )
    )


def _address(turn: Turn, offer: Offer) -> tuple[DeliveryMedium, str]:
    """Where the offer goes."""
    agent = turn.agents.get(offer.target)
    known = turn.house.agents.get(offer.target)
    if offer.medium == "seat":
        return "seat", agent.seat if agent is not None else ""
    if offer.target.startswith(ADDRESS):
        address = turn.house.addresses.get(offer.target.removeprefix(ADDRESS), "")
    elif known is not None:
        address = known.mail if offer.medium == "mail" else known.webhook
    else:
        address = ""
    return offer.medium, address.removeprefix(WEBHOOK) if offer.medium == "webhook" else address


def _delivery(
    turn: Turn,
    what: What,
    medium: DeliveryMedium,
    address: str,
    offer: Offer,
    contact: ContactState,
    pop: ScreenPop,
    withdrawn: str,
) -> Delivery:
    delivery_id, now = new_delivery_id(), turn.now
    payload = centre_payloads.Offer(
        delivery_id=delivery_id, offer=offer.to_state(), contact=contact, pop=pop, withdrawn=withdrawn
    )
    return Delivery(
        delivery_id,
        what,
        medium,
        address,
        encode(payload),
        now.wall_ms,
        now.steady_ms,
        offer_id=offer.offer_id,
        priority=contact.priority,
    )
