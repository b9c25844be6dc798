"""Asks the router for contacts that wait, and makes the offers that it names."""

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine import stepping, waiting
from wardbell_callcenter.engine.advising import advice
from wardbell_callcenter.engine.facts import Crew, contact_facts, history, seed_of
from wardbell_callcenter.engine.stumbles import Stumbles
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.house import House, Step
from wardbell_callcenter.people import presence
from wardbell_callcenter.routing.facts import Choice
from wardbell_callcenter.routing.order import urgency
from wardbell_callcenter.routing.router import ADDRESS, route
from wardbell_callcenter.store.offer_rows import LIVE, Offer, offer_id_of
from wardbell_callcenter.store.timer_rows import Timer
from wardbell_protocol.bus.centre_payloads import Medium

WEBHOOK = "webhook:"


def settle(turn: Turn, stumbles: Stumbles) -> None:
    """Ask for every contact of the turn that wants it, the most urgent first; then for all, where somebody became free."""
    while turn.to_ask or turn.people_asked or turn.people_left or turn.freed:
        waiting.ask_for_freed(turn)
        _ask_all(turn, stumbles)
        missed, left, asked = turn.take_people()
        turn.of_people(lambda missed=missed, left=left, asked=asked: _tell_people(turn, missed, left, asked))  # type: ignore[misc]


def _tell_people(turn: Turn, missed: set[str], left: set[str], asked: set[str]) -> None:
    ledger, now = turn.ledger, turn.now
    if missed:
        presence.missed(ledger, sorted(missed), turn.house.limits, now)
    if left - missed:
        presence.offer_over(ledger, sorted(left - missed), now)
    if asked:
        presence.offered(ledger, sorted(asked), now)


def _ask_all(turn: Turn, stumbles: Stumbles) -> None:
    ids, turn.to_ask = turn.to_ask, set()
    turn.load(ids)
    seeking = [contact for contact in map(turn.contact, ids) if contact is not None and contact.is_waiting]
    if not seeking:
        return
    turn.load_offers(contact.contact_id for contact in seeking)
    turn.load_step_timers(contact.contact_id for contact in seeking)
    crew = Crew(turn)
    for contact in sorted(seeking, key=lambda one: urgency(one.priority, one.pressed_at_ms, one.contact_id)):
        if contact.step < 0:
            continue
        wait_ms = stumbles.wait_ms(contact.contact_id, turn.now)
        if turn.is_full or turn.asks_later or wait_ms:
            _ask_later(turn, contact, wait_ms)
        elif stepping.is_held(turn, contact):
            _show(turn, contact, [], "")
        else:
            _ask(turn, contact, crew)


def _ask_later(turn: Turn, contact: Contact, wait_ms: int) -> None:
    """Another turn asks: the next one, or, of one that was stumbled over, that which tries it again."""
    now_ms = turn.now.steady_ms
    timer = Timer("widen", contact.contact_id, now_ms + wait_ms, now_ms, contact.step, contact.loop)
    if wait_ms:
        turn.set_timer(timer)
    else:
        turn.leave(timer)


def _ask(turn: Turn, contact: Contact, crew: Crew) -> None:
    """Once, and again for each step that nobody can answer: those after it come at once."""
    asked: list[Offer] = []
    why = ""
    while True:
        step = contact.policy.steps[contact.step]
        facts, past = contact_facts(turn, contact, step), history(turn, contact, step)
        agents, seed = crew.of(step), seed_of(contact)
        named = advice(turn, contact, step, facts, agents, past, seed)
        if named is None:
            break
        choice = route(step, facts, agents, past, turn.now.steady_ms, seed, named)
        made = _make_offers(turn, contact, step, choice, crew)
        asked += made
        why = choice.why
        _set_widening(turn, contact, choice)
        reason = _why_at_once(contact, choice) if not made else ""
        if not reason:
            break
        contact = stepping.bring_forward(turn, contact, reason)
    turn.to_ask.discard(contact.contact_id)
    _show(turn, contact, asked, why)


def _why_at_once(contact: Contact, choice: Choice) -> str:
    """Why the next step comes now, where it does."""
    policy = contact.policy
    if contact.step == len(policy.steps) - 1:
        return ""
    if choice.is_empty:
        return "nobody there" if policy.skip_if_empty else ""
    return "nobody answered" if choice.is_exhausted and policy.overflow else ""


def _show(turn: Turn, contact: Contact, asked: list[Offer], why: str) -> None:
    """Whether anybody is being asked is the contact's state."""
    is_offered = bool(turn.live_of(contact.contact_id))
    state = "offered" if is_offered else "new"
    if asked:
        first = contact.offered_at_ms if contact.offered_at_ms is not None else turn.now.wall_ms
        contact = turn.change(contact.moved("offered" if is_offered else "new", offered_at_ms=first))
        only = asked[0] if len(asked) == 1 else None
        turn.ledger.record("offered", turn.now, reason=why, contact=contact, offer=only)
    elif contact.state != state:
        contact = turn.change(contact.moved("offered" if is_offered else "new"))
        turn.ledger.record("changed", turn.now, contact=contact)


def _set_widening(turn: Turn, contact: Contact, choice: Choice) -> None:
    if choice.again_in_ms is None:
        turn.drop_timer("widen", contact.contact_id)
        return
    now_ms = turn.now.steady_ms
    due_ms = now_ms + max(1, choice.again_in_ms)
    turn.set_timer(Timer("widen", contact.contact_id, due_ms, now_ms, contact.step, contact.loop))


def _make_offers(turn: Turn, contact: Contact, step: Step, choice: Choice, crew: Crew) -> list[Offer]:
    made: list[Offer] = []
    for name in choice.ask:
        made += [_make(turn, contact, choice.ring_s, name, medium) for medium in _media(turn.house, step, name)]
        crew.asked(name)
        turn.people_asked.add(name)
    for word in choice.addresses:
        made.append(_make(turn, contact, choice.ring_s, word, address_medium(turn.house, word)))
    return made


def _make(turn: Turn, contact: Contact, ring_s: int, target: str, medium: Medium) -> Offer:
    now, ring_ms = turn.now, ring_s * 1000
    offer = Offer(
        offer_id=offer_id_of(contact.contact_id, contact.step, contact.loop, target, medium),
        contact_id=contact.contact_id,
        step=contact.step,
        loop=contact.loop,
        target=target,
        medium=medium,
        made_at_ms=now.wall_ms,
        rings_until_ms=now.wall_ms + ring_ms if ring_s else None,
        rings_until_steady_ms=now.steady_ms + ring_ms if ring_s else None,
    )
    turn.make_offer(offer)
    return offer


def _media(house: House, step: Step, name: str) -> list[Medium]:
    """Those of the step's ways that reach him; whoever is signed in has a seat, if there is no other way."""
    agent = house.agents.get(name)
    reach = {"seat": True, "mail": bool(agent and agent.mail), "webhook": bool(agent and agent.webhook)}
    return [medium for medium in dict.fromkeys(step.media) if reach[medium]] or ["seat"]


def address_medium(house: House, word: str) -> Medium:
    """By which way an address of the house is reached."""
    return "webhook" if house.addresses.get(word.removeprefix(ADDRESS), "").startswith(WEBHOOK) else "mail"


def failed(turn: Turn, offer_id: str, why: str) -> None:
    """Nobody hears of that offer: whoever comes next is asked. Not to be reached is not to have missed it."""
    offer = turn.ledger.offers.get(offer_id)
    contact = turn.contact(offer.contact_id) if offer is not None else None
    if offer is None or contact is None or offer.state != LIVE:
        return
    turn.load_offers([contact.contact_id])
    after = turn.end_offer(offer, "failed", why)
    turn.ledger.record("failed", turn.now, reason=why, contact=contact, offer=after)
    turn.to_ask.add(contact.contact_id)
