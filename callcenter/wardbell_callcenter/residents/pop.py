"""The screen pop: what the agent must know before he goes. Risks first, the bed's last contacts, notes, script, link."""

from collections.abc import Sequence
from urllib.parse import quote

from msgspec import structs

from wardbell_callcenter.contacts.contact import Contact, place_key
from wardbell_callcenter.house import LINK_FIELD, Agent, House
from wardbell_callcenter.people.permissions import shown_card
from wardbell_callcenter.residents.resident import Resident
from wardbell_callcenter.store.ledger import Ledger
from wardbell_callcenter.store.pop_rows import Past
from wardbell_protocol.bus.centre_payloads import Note, PastContact, ResidentCard, ScreenPop
from wardbell_protocol.calls.signals import KINDS

LAST = 5  # contacts of the bed
SINCE_MS = 3 * 86_400_000  # and no older than that before this one
LONGEST_LINK = 256  # the payload's; one that is longer would make every seat refuse the offer
LONGEST_SCRIPT, MOST_NOTES, MOST_CARDS = 20, 20, 12
LONGEST_TEXT = 2500  # characters of a script in each language
LONGEST_NOTES = (
    12_000  # characters of all of them: a broker that takes no message so large would keep the offer from everybody
)


def screen_pop(ledger: Ledger, house: House, contact: Contact, who: Agent | None) -> ScreenPop:
    """The pop of one contact, as that person may see it."""
    return shown_to(screen_pops(ledger, house, [contact])[contact.contact_id], house, who)


def shown_to(pop: ScreenPop, house: House, who: Agent | None) -> ScreenPop:
    """Without what is not for him."""
    if not house.field_roles:
        return pop
    return structs.replace(pop, residents=[shown_card(house, who, card) for card in pop.residents])


def screen_pops(ledger: Ledger, house: House, contacts: Sequence[Contact]) -> dict[str, ScreenPop]:
    """Those of many contacts, by contact id: as many questions to the database, however many there are."""
    if not contacts:
        return {}
    rooms = ledger.residents.of_rooms((contact.ward, contact.room) for contact in contacts if contact.room)
    chosen = ledger.residents.those(one.resident_id for one in contacts if one.resident_id and not one.room)
    keys = {contact.contact_id: _keys(contact) for contact in contacts}
    since_ms = min(contact.opened_at_ms for contact in contacts) - SINCE_MS
    past = ledger.pops.past((key for some in keys.values() for key in some), since_ms, LAST + 1)
    by_key: dict[str, list[Past]] = {}
    for one in past:
        by_key.setdefault(one.dedup_key, []).append(one)
    notes = ledger.pops.notes([*keys, *(one.contact.contact_id for one in past if one.is_open)])
    return {
        contact.contact_id: _pop(
            house,
            contact,
            rooms.get((contact.ward, contact.room), []) if contact.room else list(chosen.values()),
            [one for key in keys[contact.contact_id] for one in by_key.get(key, ())],
            notes,
        )
        for contact in contacts
    }


def _pop(
    house: House,
    contact: Contact,
    residents: list[Resident],
    past: list[Past],
    notes: dict[str, list[Note]],
) -> ScreenPop:
    others = [one for one in past if one.contact.contact_id != contact.contact_id]
    still_open = [contact.contact_id, *(one.contact.contact_id for one in others if one.is_open)]
    cards = who_is_meant(contact, residents)
    texts = scripts(house, contact)
    first = next(iter(texts), "")
    return ScreenPop(
        building=house.wards[contact.ward].building if contact.ward in house.wards else "",
        residents=cards,
        last_contacts=_newest([one.contact for one in others]),
        notes=_latest([note for name in still_open for note in notes.get(name, ())]),
        script=texts.get(first, []),
        scripts={language: lines for language, lines in texts.items() if language != first},
        link=link(house, contact, cards),
    )


def who_is_meant(contact: Contact, residents: list[Resident]) -> list[ResidentCard]:
    """Of those of its room whoever was chosen, else who has that bed, else everybody, for the agent to choose.

    A contact without a room means nobody but whom somebody has chosen.
    """
    chosen = [resident for resident in residents if resident.resident_id == contact.resident_id]
    in_bed = [resident for resident in residents if contact.bed and resident.bed == contact.bed]
    meant = chosen or ((in_bed or residents) if contact.room else [])
    return [resident.to_card() for resident in meant[:MOST_CARDS]]


def scripts(house: House, contact: Contact) -> dict[str, list[str]]:
    """What to do or say, by the kind of call, else of contact; by language, in the house's order."""
    texts = house.scripts.get(contact.call_kind) or house.scripts.get(contact.kind) or {}
    return {str(language): _beginning(lines) for language, lines in texts.items() if lines}


def _beginning(lines: Sequence[str]) -> list[str]:
    """As many as an offer can carry; never none."""
    taken = next((n for n in range(1, len(lines)) if sum(map(len, lines[: n + 1])) > LONGEST_TEXT), len(lines))
    return list(lines[: min(taken, LONGEST_SCRIPT)])


def link(house: House, contact: Contact, cards: Sequence[ResidentCard]) -> str:
    """The house's address of this contact; every part is percent-encoded, so that no name leads elsewhere."""
    parts = {
        "contact_id": contact.contact_id,
        "ward": contact.ward,
        "room": contact.room,
        "bed": contact.bed,
        "resident_id": contact.resident_id or (cards[0].resident_id if len(cards) == 1 else ""),
    }
    filled = LINK_FIELD.sub(lambda field: quote(parts.get(field[1], ""), safe=""), house.link)
    return filled if len(filled) <= LONGEST_LINK else ""


def _keys(contact: Contact) -> list[str]:
    """Under which keys the contacts of the same bed are; none where it has no place."""
    if not contact.station_id and not contact.room:
        return []
    place = (contact.ward, contact.station_id, contact.room, contact.bed)
    return [place_key(*place, kind) for kind in dict.fromkeys((*KINDS, contact.call_kind or contact.kind))]


def _latest(notes: list[Note]) -> list[Note]:
    """The newest, as many as an offer can carry, oldest first; the time line has all."""
    shown: list[Note] = []
    left = LONGEST_NOTES
    for note in reversed(sorted(notes, key=lambda note: note.at_ms)[-MOST_NOTES:]):
        left -= len(note.text)
        if left < 0:
            break
        shown.append(note)
    return shown[::-1]


def _newest(contacts: list[PastContact]) -> list[PastContact]:
    return sorted(contacts, key=lambda past: (-past.opened_at_ms, past.contact_id))[:LAST]
