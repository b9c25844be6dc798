"""What rings for the caller, and that his device has it; what he must know before he goes."""

from anyio import to_thread
from litestar import get, post
from msgspec import Struct

from wardbell_callcenter.api.bodies import Key, PathName
from wardbell_callcenter.api.gate import URGENT, TheCaller, TheIntake
from wardbell_callcenter.api.intake import Asked, Caller, Intake
from wardbell_callcenter.api.problems import not_found
from wardbell_callcenter.api.sight import of_contact
from wardbell_callcenter.people.permissions import About, may, of_pop
from wardbell_callcenter.residents.pop import screen_pop
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import ContactState, OfferState, ScreenPop


class Ringing(Struct, frozen=True, kw_only=True):
    """An offer that waits for an answer: accept or refuse its contact."""

    offer: OfferState
    contact: ContactState


@get("/v1/offers", sync_to_thread=True)
def offers(intake: TheIntake, caller: TheCaller) -> list[Ringing]:
    """What rings for you now."""
    intake.check(caller, "contacts")
    with intake.store.reading() as ledger:
        live = ledger.offers.live_for(caller.name)
        found = ledger.contacts.many(offer.contact_id for offer in live)
        states = {state.contact_id: state for state in intake.states(ledger, list(found.values()))}
    return [Ringing(offer=offer.to_state(), contact=states[offer.contact_id]) for offer in live]


@post("/v1/offers/{offer_id:str}/received", status_code=200, opt={URGENT: True})
async def received(intake: TheIntake, caller: TheCaller, offer_id: PathName, idempotency_key: Key = "") -> OfferState:
    """Said by a device that has the offer. That a person has seen it is another thing, and accepting a third."""
    return await to_thread.run_sync(_received, intake, caller, offer_id, idempotency_key)


def _received(intake: Intake, caller: Caller, offer_id: str, idempotency_key: str) -> OfferState:
    asked = Asked("received", idempotency_key, (("offer_id", offer_id),))
    intake.do(caller, asked, lambda ledger: _about(intake, ledger, caller, offer_id))
    with intake.store.reading() as ledger:
        offer = ledger.offers.get(offer_id)
        if offer is None:
            raise not_found(f"offer {offer_id}")
        return offer.to_state()


@get("/v1/contacts/{contact_id:str}/pop", sync_to_thread=True)
def pop(intake: TheIntake, caller: TheCaller, contact_id: PathName) -> ScreenPop:
    """Who lives there, risks first; the bed's last contacts, notes, what to say, and a link."""
    intake.check(caller, "residents")
    with intake.store.reading() as ledger:
        state = intake.contact(ledger, caller, contact_id)
        contact = ledger.contacts.get(contact_id)
        if contact is None:
            raise not_found(f"contact {contact_id}")
        intake.check(caller, "residents", of_pop(intake.about(ledger, state), contact.is_open))
        return screen_pop(ledger, intake.house(ledger), contact, caller.who)


def _about(intake: Intake, ledger: Ledger, caller: Caller, offer_id: str) -> About:
    offer = ledger.offers.get(offer_id)
    contact = None if offer is None else ledger.contacts.get(offer.contact_id)
    if offer is None or contact is None:
        raise not_found(f"offer {offer_id}")
    about = of_contact(intake.state(ledger, contact), [offer.target])
    if may(caller.who, caller.name, "contacts", about):
        raise not_found(f"offer {offer_id}")
    return about
