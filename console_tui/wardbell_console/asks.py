"""What this seat's operator is asked to take: the offers that stand, and for a moment those that just ended. Pure.

The call centre's events say which offers stand; the messages to this seat say what one must know to answer (the screen pop), and
may come before or after the event. One that was lost leaves an offer without its pop, never a missing offer.
"""

from dataclasses import dataclass, replace

from wardbell_bus.mirror import CentreMirror
from wardbell_protocol.bus.centre_payloads import CentreEvent, ContactState, Offer, OfferState, ScreenPop

TAKEN = "taken"
MISSED = "missed"
OVER = "over"  # the contact is closed: there is nothing to take any more
WITHDRAWN = "withdrawn"

ENDED_SHOWN_MS = 6000
ASIDE_MS = 10_000
POPS_KEPT = 500
_WAITING = ("new", "offered")
_CLOSED = ("resolved", "cleared_at_bed", "handed_over")


@dataclass(frozen=True)
class Ask:
    """One contact that the operator is asked to take. `end`: how it ended, "" while it stands; `by`: who has it now."""

    contact: ContactState
    offer: OfferState | None
    pop: ScreenPop
    end: str = ""
    by: str = ""
    reason: str = ""
    ended_at_ms: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """Changes when the same contact is offered anew."""
        return self.contact.contact_id, self.offer.made_at_ms if self.offer is not None else self.contact.loop

    @property
    def rings_until_ms(self) -> int | None:
        """When it becomes a missed one; None: it rings until somebody takes it."""
        return self.offer.rings_until_ms if self.offer is not None else None


class Asks:
    """Follows the call centre's mirror. Args: centre: whose contacts and offers; client_id: this seat."""

    def __init__(self, centre: CentreMirror, client_id: str) -> None:
        self._centre = centre
        self._client_id = client_id
        self._messages: dict[str, Offer] = {}  # by contact, until the event comes
        self._pops: dict[str, ScreenPop] = {}
        self._over: dict[str, None] = {}  # offers of which this seat heard the end, also where one comes once more
        self._standing: dict[str, Ask] = {}
        self._ended: dict[str, Ask] = {}
        self._missed: list[Ask] = []
        self._aside: set[tuple[str, int]] = set()
        self._aside_until_ms = 0

    def message(self, offer: Offer, operator: str, now_ms: int) -> bool:
        """Take a message to this seat; True where it is an offer to that operator, which the seat has now received."""
        contact_id, is_his = offer.contact.contact_id, offer.offer.target == operator
        if offer.offer.status != "offered" or offer.withdrawn:
            self._is_over(offer.offer.offer_id)
            if self._stands_anew(offer.offer, operator):
                self.follow(operator, now_ms)
                return False
            self._messages.pop(contact_id, None)
            reason = offer.withdrawn or offer.offer.reason
            self._end(contact_id, offer.contact, operator, reason, now_ms, offer.offer.status)
            return False
        if is_his and offer.offer.offer_id not in self._over:
            self._keep_pop(contact_id, offer.pop)
            self._messages[contact_id] = offer
            self.follow(operator, now_ms)
        return is_his

    def event(self, event: CentreEvent, operator: str, now_ms: int) -> None:
        """The mirror has applied that event."""
        if event.offer is not None:
            self._answered(event.offer, operator)
        agent = event.agent
        if (
            agent is not None
            and agent.agent == operator
            and (agent.seat, agent.state == "signed_out") != (self._client_id, False)
        ):
            self._messages.clear()  # he is gone from here; what he is asked is asked elsewhere
        if event.contact is not None:
            message = self._messages.get(event.contact.contact_id)
            if message is not None and self._contradicts(event, message, operator):
                del self._messages[event.contact.contact_id]
            if event.contact.accepted_by == operator:
                self._ended.pop(event.contact.contact_id, None)
        self.follow(operator, now_ms, event)

    def follow(self, operator: str, now_ms: int, event: CentreEvent | None = None) -> None:
        """Compare with what the mirror says now; what no longer stands has ended."""
        standing = {ask.contact.contact_id: ask for ask in self._now_standing(operator)}
        for contact_id in set(self._standing) - set(standing):
            contact = self._centre.contacts.get(contact_id)
            reason = event.reason if event is not None else ""
            if event is not None and event.contact is not None and event.contact.contact_id == contact_id:
                contact = event.contact
            kind = event.kind if event is not None and _is_about(event, contact_id) else ""
            self._end(contact_id, contact, operator, reason, now_ms, kind)
        self._standing = standing
        self._ended = {
            contact_id: ask
            for contact_id, ask in self._ended.items()
            if contact_id not in standing and now_ms - ask.ended_at_ms < ENDED_SHOWN_MS
        }

    def snapshot(self, operator: str, now_ms: int) -> None:
        """The mirror was read anew: an offer that is not in it stands no more."""
        self._messages = {
            contact_id: message
            for contact_id, message in self._messages.items()
            if operator in self._offered_to(contact_id)
        }
        self.follow(operator, now_ms)

    @property
    def standing(self) -> list[Ask]:
        """The most urgent first, then the oldest."""
        return sorted(
            self._standing.values(),
            key=lambda ask: (-ask.contact.priority, ask.contact.opened_at_ms, ask.contact.contact_id),
        )

    def find(self, contact_id: str, now_ms: int) -> Ask | None:
        """That one, also for a moment after its end."""
        ended = self._ended.get(contact_id)
        if ended is not None and not 0 <= now_ms - ended.ended_at_ms < ENDED_SHOWN_MS:
            ended = None
        return self._standing.get(contact_id) or ended

    def seen(self, contact_id: str) -> None:
        """The operator has read how it ended."""
        self._ended.pop(contact_id, None)

    def just_missed(self) -> list[Ask]:
        """Those that the operator did not answer, since this was asked last."""
        missed, self._missed = self._missed, []
        return missed

    def pop_of(self, contact_id: str) -> ScreenPop:
        """What came with the contact's offer, for as long as it is remembered."""
        return self._pops.get(contact_id, ScreenPop())

    def knows(self, contact_id: str) -> bool:
        """Whether what one must know of that contact has come."""
        return contact_id in self._pops

    def forget_pops(self) -> None:
        """Somebody else sits here: what he may see of those, he is told himself."""
        self._pops.clear()

    def told(self, contact_id: str, pop: ScreenPop, operator: str, now_ms: int) -> None:
        """What one must know of it came beside an offer."""
        self._keep_pop(contact_id, pop)
        self.follow(operator, now_ms)

    def step_aside(self, now_ms: int) -> None:
        """The operator wants to see what lies below: for 10 s, or until something else is offered."""
        self._aside = {ask.key for ask in self._standing.values()}
        self._aside_until_ms = now_ms + ASIDE_MS

    def wants_screen(self, now_ms: int) -> bool:
        """Whether an offer is to lie over everything else now."""
        is_aside = 0 <= self._aside_until_ms - now_ms <= ASIDE_MS
        return any(not is_aside or ask.key not in self._aside for ask in self._standing.values())

    # Inside.

    def _now_standing(self, operator: str) -> list[Ask]:
        if not operator:
            return []
        found = [Ask(m.contact, m.offer, m.pop) for m in self._messages.values()]
        by_id = {ask.contact.contact_id: ask for ask in found}
        agent = self._centre.agents.get(operator)
        if agent is not None and agent.seat == self._client_id:
            for contact in self._centre.contacts.values():
                if operator in contact.offered_to:
                    ask = self._of_mirror(contact, operator)
                    if ask is not None:
                        by_id[contact.contact_id] = ask
        return list(by_id.values())

    def _of_mirror(self, contact: ContactState, operator: str) -> Ask | None:
        his = [
            offer
            for offer in self._centre.offers.values()
            if (offer.contact_id, offer.target, offer.medium) == (contact.contact_id, operator, "seat")
        ]
        message = self._messages.get(contact.contact_id)
        if message is not None:
            his.append(message.offer)
        live = [offer for offer in his if offer.offer_id not in self._over]
        if his and not live:
            return None
        newest = max(live, key=lambda offer: offer.made_at_ms, default=None)
        return Ask(contact, newest, self.pop_of(contact.contact_id))

    def _stands_anew(self, ended: OfferState, operator: str) -> bool:
        """Whether another offer of that contact is there: the end of the one before may come behind it."""
        message = self._messages.get(ended.contact_id)
        if message is not None and message.offer.offer_id != ended.offer_id:
            return True
        contact = self._centre.contacts.get(ended.contact_id)
        if contact is None or operator not in contact.offered_to:
            return False
        return (contact.step, contact.loop) != (ended.step, ended.loop)

    def _answered(self, offer: OfferState, operator: str) -> None:
        if offer.target == operator and offer.medium == "seat" and offer.status != "offered":
            self._is_over(offer.offer_id)
            message = self._messages.get(offer.contact_id)
            if message is not None and message.offer.offer_id == offer.offer_id:
                del self._messages[offer.contact_id]

    def _contradicts(self, event: CentreEvent, message: Offer, operator: str) -> bool:
        """An event from before the message knows nothing of its offer yet."""
        assert event.contact is not None
        if event.contact.status in _CLOSED:
            return True
        if operator in event.contact.offered_to:
            return False
        age_ms = event.at_ms - message.offer.made_at_ms
        return age_ms > 0 or (
            age_ms == 0 and event.contact.status not in _WAITING
        )  # it is opened and offered in one moment

    def _offered_to(self, contact_id: str) -> list[str]:
        contact = self._centre.contacts.get(contact_id)
        return contact.offered_to if contact is not None else []

    def _end(
        self, contact_id: str, contact: ContactState | None, operator: str, reason: str, now_ms: int, kind: str = ""
    ) -> None:
        """What the operator did himself needs no telling. `kind`: of the event, or the status that the offer came to."""
        ask = self._standing.pop(contact_id, None)
        if ask is None:
            return
        if ask.offer is not None:
            self._is_over(ask.offer.offer_id)
        state = contact or ask.contact
        by = state.on_site_by or state.accepted_by
        if kind == "refused" or by == operator:
            return
        end = MISSED if kind == "missed" else _end_of(contact)
        ended = replace(ask, end=end, by=by or state.closed_by, reason=reason, ended_at_ms=now_ms)
        self._ended[contact_id] = ended
        self._missed += [ended] if end == MISSED else []

    def _is_over(self, offer_id: str) -> None:
        self._over[offer_id] = None
        if len(self._over) > POPS_KEPT:
            del self._over[next(iter(self._over))]

    def _keep_pop(self, contact_id: str, pop: ScreenPop) -> None:
        self._pops.pop(contact_id, None)
        self._pops[contact_id] = pop
        if len(self._pops) > POPS_KEPT:
            del self._pops[next(iter(self._pops))]


def _is_about(event: CentreEvent, contact_id: str) -> bool:
    contact = event.contact.contact_id if event.contact is not None else ""
    return contact_id in (contact, event.offer.contact_id if event.offer is not None else "")


def _end_of(contact: ContactState | None) -> str:
    if contact is None or contact.status in _CLOSED:
        return OVER
    return WITHDRAWN if contact.status in _WAITING else TAKEN
