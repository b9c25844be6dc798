"""One transaction of the engine: what it has read of contacts, offers and agents, and what it will write of them.

Changes are kept here until `store`: five hundred contacts that are due in the same second are one batch of few statements.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from wardbell_callcenter.clock import Now
from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine.faces import Faces
from wardbell_callcenter.house import House
from wardbell_callcenter.people.agent import Agent
from wardbell_callcenter.residents.pop import who_is_meant
from wardbell_callcenter.residents.resident import Resident
from wardbell_callcenter.roster.change import RosterChange
from wardbell_callcenter.roster.duty import on_duty
from wardbell_callcenter.routing.adviser import Adviser
from wardbell_callcenter.routing.question import Question
from wardbell_callcenter.store.incident_rows import Mute
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.offer_rows import LIVE, Offer
from wardbell_callcenter.store.timer_rows import OF_A_CONTACT, Timer, TimerKind
from wardbell_protocol.bus.centre_payloads import OfferStatus, ResidentCard

# Offers that one turn makes or ends, about; what is less urgent has the next. Others want the database too, and the lease.
CHANGES_AT_ONCE = 4000


@dataclass(frozen=True)
class Ended:
    """An offer that is over, and what its seat is to be told; empty: nothing, its own answer ended it."""

    offer: Offer
    told: str


class Turn:
    """Reads through, and remembers what is to be written. `now` is the same all along."""

    def __init__(
        self, ledger: Ledger, house: House, now: Now, faces: Faces | None = None, adviser: Adviser | None = None
    ) -> None:
        self.adviser = adviser
        self.faces = faces or Faces()
        self.questions: list[Question] = []  # for it, once this is stored
        self.ledger = ledger
        self.house = house
        self.now = now
        self.to_ask: set[str] = set()  # contacts for which the router is to be asked
        self.freed: set[str] = set()  # people who can be asked and could not before: for whatever waits
        self.people_asked: set[str] = set()  # whose states have still to follow
        self.people_missed: set[str] = set()
        self.people_left: set[str] = set()
        self.moved_seats: set[str] = set()  # agents to whom what rings has to be sent once more
        self.made: dict[str, Offer] = {}  # offers that have no delivery yet
        self.ended: list[Ended] = []
        self.opened: list[str] = []  # contacts that the incidents have not seen yet
        self.incidents_touched: set[str] = set()
        self.is_behind = False  # something was left to the next turn
        self.has_new_mutes = False
        self.asks_later = False  # what waits for a person is left to it too
        self._stored: dict[str, Contact | None] = {}  # as the database has them; None: not yet
        self._contacts: dict[str, Contact] = {}
        self._stored_offers: dict[str, Offer] = {}
        self._offers: dict[str, list[Offer]] = {}  # of contacts whose offers were read
        self._timers: dict[tuple[TimerKind, str], Timer | None] = {}  # that are to be written; None: to be dropped
        self._ringing_changed: set[str] = set()  # contacts of which the first offer to end may be another one
        self._known_timers: dict[tuple[TimerKind, str], Timer | None] = {}
        self._agents: dict[str, Agent] | None = None
        self._serving: dict[str, set[str]] = {}
        self._roster: list[RosterChange] | None = None
        self._rooms: dict[tuple[str, str], list[Resident]] = {}
        self._mutes: dict[tuple[str, str], Mute] | None = None

    # contacts

    def contact(self, contact_id: str) -> Contact | None:
        """That contact as it is now."""
        self.load([contact_id])
        return self._contacts.get(contact_id)

    def load(self, contact_ids: Iterable[str]) -> None:
        """Read those contacts, in one go."""
        missing = [contact_id for contact_id in dict.fromkeys(contact_ids) if contact_id not in self._contacts]
        if missing:
            self.know(self.ledger.contacts.many(missing).values())

    def know(self, contacts: Iterable[Contact]) -> list[Contact]:
        """Those were read; returns them as they are now."""
        found = []
        for contact in contacts:
            if contact.contact_id not in self._contacts:
                self._stored[contact.contact_id] = self._contacts[contact.contact_id] = contact
            found.append(self._contacts[contact.contact_id])
        return found

    def open_at(self, dedup_key: str) -> Contact | None:
        """The open contact of that place and kind."""
        for contact in self._contacts.values():
            if contact.dedup_key == dedup_key and contact.is_open:
                return contact
        found = self.ledger.contacts.open_at(dedup_key)
        if found is None or not self.know([found])[0].is_open:
            return None
        return found

    def waiting(self) -> list[Contact]:
        """All that look for a person."""
        self.store()
        return self.know(self.ledger.contacts.waiting())

    def add(self, contact: Contact) -> None:
        """A new one."""
        self._stored[contact.contact_id] = None
        self._contacts[contact.contact_id] = contact
        self._offers[contact.contact_id] = []
        self.opened.append(contact.contact_id)

    def change(self, contact: Contact) -> Contact:
        """It is that from now on."""
        self._contacts[contact.contact_id] = contact
        if contact.incident_id:
            self.incidents_touched.add(contact.incident_id)
        return contact

    # mutes

    @property
    def mutes(self) -> dict[tuple[str, str], Mute]:
        """By ward and station."""
        if self._mutes is None:
            self._mutes = {(mute.ward, mute.station_id): mute for mute in self.ledger.incidents.mutes()}
        return self._mutes

    def forget_mutes(self) -> None:
        """They have changed in the database."""
        self._mutes, self.has_new_mutes = None, True

    # offers

    def load_offers(self, contact_ids: Iterable[str]) -> None:
        """Read the offers of those contacts that still matter, in one go."""
        missing = [contact_id for contact_id in dict.fromkeys(contact_ids) if contact_id not in self._offers]
        found = self.ledger.offers.recent_of(missing) if missing else {}
        for contact_id in missing:
            self._offers[contact_id] = found.get(contact_id, [])
            self._stored_offers |= {offer.offer_id: offer for offer in self._offers[contact_id]}

    def offers_of(self, contact_id: str) -> list[Offer]:
        """The offers of a contact that still matter, the oldest first: of its newest loops, and what rings."""
        self.load_offers([contact_id])
        return self._offers[contact_id]

    def live_of(self, contact_id: str) -> list[Offer]:
        """Those that nobody has answered."""
        return [offer for offer in self.offers_of(contact_id) if offer.state == LIVE]

    def live_at_moved_seats(self) -> list[Offer]:
        """What rings for those who sit somewhere else now."""
        found: list[Offer] = []
        for name in sorted(self.moved_seats):
            found += [offer for offer in self.ledger.offers.live_for(name) if offer.medium == "seat"]
        return [offer for offer in found if offer.offer_id not in self.made]

    def make_offer(self, offer: Offer) -> None:
        """A new one. One that there was already, of the same key, stays what it became.

        Except that whoever was gone and is back is asked again: that offer rings once more.
        """
        known = self.offers_of(offer.contact_id)
        same = next((other for other in known if other.offer_id == offer.offer_id), None)
        if same is not None and same.state != "withdrawn":
            return
        known[:] = [other for other in known if other is not same] + [offer]
        self.made[offer.offer_id] = offer
        self._ringing_changed.add(offer.contact_id)

    def end_offer(self, offer: Offer, state: OfferStatus, reason: str, told: str = "") -> Offer:
        """It is over; `told`: what its seat hears of that."""
        after = replace(offer, state=state, reason=reason[:256], answered_at_ms=self.now.wall_ms)
        known = self.offers_of(offer.contact_id)
        known[[other.offer_id for other in known].index(offer.offer_id)] = after
        if offer.offer_id in self.made:  # the same moment made and ended it: nobody need hear of it
            self.made[offer.offer_id] = after
        self.ended.append(Ended(after, told))
        self._ringing_changed.add(offer.contact_id)
        self.people_left.add(offer.target)
        return after

    def rings_on(self, contact_id: str) -> None:
        """Its timer has run out: it is for the next of its offers now, if there is one."""
        self._ringing_changed.add(contact_id)

    # timers

    def set_timer(self, timer: Timer) -> None:
        """In the place of the one of its kind and subject."""
        self._timers[timer.kind, timer.subject] = self._known_timers[timer.kind, timer.subject] = timer

    @property
    def is_full(self) -> bool:
        """Whether what is less urgent is to be left to the next turn."""
        return len(self.made) + len(self.ended) >= CHANGES_AT_ONCE

    def leave(self, timer: Timer) -> None:
        """To the next turn."""
        self.set_timer(timer)
        self.is_behind = True

    def drop_timer(self, kind: TimerKind, subject: str) -> None:
        """Forget it."""
        self._timers[kind, subject] = self._known_timers[kind, subject] = None

    def drop_timers(self, contact_id: str) -> None:
        """All of a contact."""
        for kind in OF_A_CONTACT:
            self.drop_timer(kind, contact_id)

    def is_untouched(self, timer: Timer) -> bool:
        """Whether nothing has set or dropped it in this turn."""
        return (timer.kind, timer.subject) not in self._timers

    def timer(self, kind: TimerKind, subject: str) -> Timer | None:
        """That timer as it is now."""
        if (kind, subject) not in self._known_timers:
            self._known_timers[kind, subject] = self.ledger.timers.get(kind, subject)
        return self._known_timers[kind, subject]

    def load_step_timers(self, contact_ids: Iterable[str]) -> None:
        """Read those timers, in one go."""
        missing = [contact_id for contact_id in contact_ids if ("step", contact_id) not in self._known_timers]
        found = self.ledger.timers.many("step", missing) if missing else {}
        self._known_timers |= {("step", contact_id): found.get(contact_id) for contact_id in missing}

    # people

    def take_people(self) -> tuple[set[str], set[str], set[str]]:
        """Who missed offers, lost them, and got them, since this was last asked."""
        taken = self.people_missed, self.people_left, self.people_asked
        self.people_missed, self.people_left, self.people_asked = set(), set(), set()
        return taken

    @property
    def agents(self) -> dict[str, Agent]:
        """Everybody who is signed in, by name."""
        if self._agents is None:
            self._agents = self.ledger.agents.by_name()
        return self._agents

    def serving(self, ward: str) -> set[str]:
        """Of those who are signed in, who serves that ward."""
        if ward not in self._serving:
            known = self.house.agents
            self._serving[ward] = {
                name for name in self.agents if name not in known or not known[name].wards or ward in known[name].wards
            }
        return self._serving[ward]

    def forget_people(self) -> None:
        """Their states have changed in the database."""
        self._agents = None
        self._serving = {}

    def of_people(self, change: Callable[[], object]) -> None:
        """Let agents' states be changed, of which the database must know contacts and offers first."""
        before = self.agents
        self.store()
        change()
        self.forget_people()
        self.freed |= {
            name
            for name, agent in self.agents.items()
            if agent.state == "ready"
            and agent is not (was := before.get(name))
            and (was is None or was.state != "ready")
        }

    def on_duty(self, roster: str) -> list[str]:
        """Who is on duty in that roster now."""
        at_ms = self.now.wall_ms
        if self._roster is None:
            self._roster = self.ledger.roster.around(at_ms)
        return [duty.agent for duty in on_duty(self.house, roster, self._roster, at_ms)]

    def meant_by(self, contact: Contact) -> list[ResidentCard]:
        """Who may be meant by the contact: one person, or all of the room while nobody has chosen."""
        if not contact.room:
            chosen = [contact.resident_id] if contact.resident_id else []
            return who_is_meant(contact, list(self.ledger.residents.those(chosen).values()))
        place = contact.ward, contact.room
        if place not in self._rooms:
            self._rooms[place] = self.ledger.residents.of_room(*place)
        return who_is_meant(contact, self._rooms[place])

    def resident_of(self, contact: Contact) -> ResidentCard | None:
        """Who is meant by the contact, where that is one person."""
        meant = self.meant_by(contact)
        return meant[0] if len(meant) == 1 else None

    # all of it

    def store(self) -> None:
        """Write what has changed so far; deliveries are made by `deliveries.dispatch`, which knows all of a turn."""
        pairs = [(self._stored[key], contact) for key, contact in self._contacts.items()]
        self.ledger.contacts.change_many(
            [(before, after) for before, after in pairs if before is not None and before != after]
        )
        for contact in [after for before, after in pairs if before is None]:  # in the place of one that was just closed
            self.ledger.contacts.add(contact)
        self._stored |= self._contacts
        self._store_offers()
        self._set_rings()
        timers, self._timers = self._timers, {}
        self.ledger.timers.drop(*(key for key, timer in timers.items() if timer is None))
        self.ledger.timers.put(*(timer for timer in timers.values() if timer is not None))

    def _set_rings(self) -> None:
        """One timer for all offers of a contact, for the first that ends."""
        for contact_id in self._ringing_changed:
            ends = [offer.rings_until_steady_ms for offer in self.live_of(contact_id)]
            first = min((end for end in ends if end is not None), default=None)
            if first is None:
                self.drop_timer("ring", contact_id)
            else:
                self.set_timer(Timer("ring", contact_id, first, self.now.steady_ms))
        self._ringing_changed.clear()

    def _store_offers(self) -> None:
        known = [offer for offers in self._offers.values() for offer in offers]
        stored = self._stored_offers
        changed = [offer for offer in known if offer.offer_id in stored and stored[offer.offer_id] != offer]
        self.ledger.offers.add(*(offer for offer in known if offer.offer_id not in stored))
        self.ledger.offers.change(*(offer for offer in changed if stored[offer.offer_id].state == LIVE))
        self.ledger.offers.ring_again(*(offer for offer in changed if stored[offer.offer_id].state != LIVE))
        self._stored_offers |= {offer.offer_id: offer for offer in known}
