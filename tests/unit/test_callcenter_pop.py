"""The screen pop: who lives there, what the bed's last contacts were, what was written, what to do."""

from collections.abc import Iterator

import pytest
from databases import Database
from sqlalchemy import event

from wardbell_callcenter.clock import Now
from wardbell_callcenter.contacts.contact import Contact, place_key
from wardbell_callcenter.house import DEFAULT_POLICY, House, Ward
from wardbell_callcenter.residents.pop import LONGEST_LINK, screen_pop, screen_pops
from wardbell_callcenter.residents.resident import Resident
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import ScreenPop
from wardbell_protocol.bus.payloads import decode, encode

DAY_MS = 86_400_000
AT = 1_760_000_000_000
HOUSE = House(
    wards={"east": Ward(building="main")},
    scripts={
        "emergency": {"en": ["Look", "Speak"], "zh_CN": ["看", "呼唤"]},
        "bed_call": {"zh_CN": ["敲门"]},
    },
    link="https://care.example/{resident_id}?at={ward}-{room}-{bed}&contact={contact_id}",
)
HE = Resident(
    resident_id="r1", ward="east", room="203", bed="1", name="何梅", care_level=3, key_carer="li", risks=("falls", "penicillin"),
    fields={"diet": "soft"},
)  # fmt: skip
SHE = Resident(resident_id="r2", ward="east", room="203", bed="2", name="Anna Zhu", priority_class="vip")
GONE = Resident(resident_id="r3", ward="east", room="203", bed="1", name="Gone", is_gone=True)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    store = Store(database.url)
    with store.writing() as ledger:
        ledger.residents.put([HE, SHE, GONE])
    yield store
    store.close()


def contact(
    name: str, bed: str = "1", call_kind: str = "normal", room: str = "203", at_ms: int = AT, **of: object
) -> Contact:
    return Contact(
        contact_id=name,
        kind="bed_call",
        dedup_key=place_key("east", "", room, bed, call_kind),
        ward="east",
        room=room,
        bed=bed,
        call_kind=call_kind,
        priority=20,
        policy=DEFAULT_POLICY,
        round_steady_ms=0,
        step_planned_steady_ms=0,
        pressed_at_ms=at_ms,
        opened_at_ms=at_ms,
        **of,  # type: ignore[arg-type]
    )


def pop(store: Store, of: Contact, house: House = HOUSE) -> ScreenPop:
    with store.reading() as ledger:
        found = screen_pop(ledger, house, of, None)
    assert decode(encode(found), ScreenPop) == found  # a seat takes it
    return found


def test_of_a_contact_without_a_room_whoever_was_chosen_is_shown(store: Store) -> None:
    shown = [pop(store, contact("c1", bed="", room="", resident_id=chosen)).residents for chosen in ("r2", "r3", "")]
    assert shown == [[SHE.to_card()], [], []]


def test_who_has_the_bed_is_shown_with_the_risks(store: Store) -> None:
    (card,) = pop(store, contact("c1")).residents
    assert (card.name, card.risks, card.care_level, card.key_carer) == ("何梅", ["falls", "penicillin"], 3, "li")
    assert card.fields == {"diet": "soft"}


@pytest.mark.parametrize("bed", ["", "3"])
def test_of_a_bed_that_nobody_is_known_to_have_all_of_the_room_are_shown(store: Store, bed: str) -> None:
    found = pop(store, contact("c1", bed=bed))
    assert [card.resident_id for card in found.residents] == ["r1", "r2"]
    assert found.link == f"https://care.example/?at=east-203-{bed}&contact=c1"


def test_whom_the_agent_chose_is_shown(store: Store) -> None:
    found = pop(store, contact("c1", bed="", resident_id="r2"))
    assert [card.resident_id for card in found.residents] == ["r2"]
    assert found.link == "https://care.example/r2?at=east-203-&contact=c1"


def test_an_empty_room_and_a_contact_of_no_place_have_no_cards(store: Store) -> None:
    assert pop(store, contact("c1", room="999")).residents == []
    assert pop(store, contact("c2", room="", bed="")) == ScreenPop(
        building="main", script=["敲门"], link="https://care.example/?at=east--&contact=c2"
    )


def test_the_last_contacts_of_the_bed_are_shown_newest_first(store: Store) -> None:
    kinds = ("normal", "bathroom", "emergency")
    with store.writing() as ledger:
        for index in range(9):
            old = contact(f"old-{index}", call_kind=kinds[index % 3], at_ms=AT - (9 - index) * 60_000)
            done = old.accepted("li", Now(old.opened_at_ms + 1, 1)).closed(
                "resolved", "li", "", old.opened_at_ms + 2, "helped"
            )
            ledger.contacts.add(done)
        ledger.contacts.add(contact("neighbour", bed="2", at_ms=AT - 1000))
        ledger.contacts.add(contact("long-ago", at_ms=AT - 4 * DAY_MS).closed("cleared_at_bed", "bed", "", AT))
        ledger.contacts.add(contact("c1"))
    found = pop(store, contact("c1")).last_contacts
    assert [past.contact_id for past in found] == ["old-8", "old-7", "old-6", "old-5", "old-4"]
    assert (found[0].status, found[0].by, found[0].wrap_up_code, found[0].call_kind) == (
        "resolved",
        "li",
        "helped",
        "emergency",
    )


def test_notes_of_what_is_open_at_the_bed_are_shown_oldest_first(store: Store) -> None:
    here, beside = contact("c1"), contact("c2", call_kind="bathroom", at_ms=AT - 1)
    over = contact("c3", call_kind="emergency", at_ms=AT - 2)
    with store.writing() as ledger:
        for one in (here, beside, over.closed("cleared_at_bed", "bed", "", AT)):
            ledger.contacts.add(one)
            ledger.record("opened", Now(AT, 0), contact=one)
    for at_ms, one, by, text in (
        (AT + 2, here, "li", "asks for water"),
        (AT + 1, beside, "wang", "needs two"),
        (AT + 3, over, "li", "was nothing"),
    ):
        with store.writing() as ledger:
            ledger.record("noted", Now(at_ms, 0), by=by, text=text, contact=one)
    assert [(note.by, note.text) for note in pop(store, here).notes] == [
        ("wang", "needs two"),
        ("li", "asks for water"),
    ]


def test_of_many_long_notes_the_newest_are_shown_as_many_as_an_offer_carries(store: Store) -> None:
    here = contact("c1")
    with store.writing() as ledger:
        ledger.contacts.add(here)
        for number in range(30):
            ledger.record("noted", Now(AT + number, 0), by=f"li {number}", text="长" * 4000, contact=here)
    wordy = House(scripts={"normal": {"en": ["长" * 250] * 20, "zh_CN": ["长" * 250] * 20}})
    shown = pop(store, here, wordy)
    assert [note.by for note in shown.notes] == ["li 27", "li 28", "li 29"]
    assert len(encode(shown)) < 65_536


def test_the_script_is_that_of_the_call_else_of_the_contact(store: Store) -> None:
    emergency = contact("c1", call_kind="emergency")
    found = pop(store, emergency)
    assert (found.script, found.scripts) == (["Look", "Speak"], {"zh_CN": ["看", "呼唤"]})
    found = pop(store, contact("c1"))
    assert (found.script, found.scripts) == (["敲门"], {})


def test_of_a_long_script_an_offer_carries_the_beginning(store: Store) -> None:
    scripts = {"normal": {"en": ["a" * 256] * 30, "zh_CN": ["b"] * 30}, "emergency": {"en": ["c" * 3000]}}
    long = House(scripts=scripts)  # type: ignore[arg-type]
    with store.reading() as ledger:
        normal = screen_pop(ledger, long, contact("c1"), None)
        emergency = screen_pop(ledger, long, contact("c2", call_kind="emergency"), None)
    assert [len(lines) for lines in (normal.script, normal.scripts["zh_CN"], emergency.script)] == [9, 20, 1]


def test_no_name_leads_the_link_elsewhere(store: Store) -> None:
    found = pop(store, contact("c/1?#", bed="2&contact=x", room="2 0/../3"))
    assert found.link == "https://care.example/?at=east-2%200%2F..%2F3-2%26contact%3Dx&contact=c%2F1%3F%23"
    long = House(link="https://care.example/" + "a" * (LONGEST_LINK - 20) + "{contact_id}")
    assert pop(store, contact("c1"), house=long).link == ""


def test_many_pops_take_no_more_questions_than_one(store: Store) -> None:
    some = [contact(f"c{index}", room=str(index)) for index in range(500)]
    asked: list[str] = []
    with store.reading() as ledger:
        connection = ledger.pops._connection  # noqa: SLF001
        event.listen(connection, "before_cursor_execute", lambda *of: asked.append(of[2]))
        assert len(screen_pops(ledger, HOUSE, some)) == 500
    assert len(asked) <= 4
    assert screen_pops(ledger, HOUSE, []) == {}
