"""What a contact's history tells, to whom, and in which parts; on either database."""

from collections.abc import Iterator

import msgspec
import pytest
from centre_bench import MINUTE, Centre, house, policy
from centre_parts import command
from databases import Database

from wardbell_callcenter.engine import histories
from wardbell_callcenter.house import Agent, Step
from wardbell_callcenter.people.secret import make_secret
from wardbell_callcenter.residents.resident import Resident
from wardbell_protocol.bus.centre_payloads import CentreReply, Offer

HOUSE = house(
    policy(Step(after_s=0, to=["everybody"], ring_s=20), repeat_s=60),
    agents={
        "Wei": Agent(role="operator", level="home"),
        "Li": Agent(role="carer", level="carer"),
        "Chen": Agent(level="home", secret=make_secret("1234", bytes(16))),
        "Zhao": Agent(role="operator", level="ward", wards=["west"]),
    },
)


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    built = Centre(database.url, HOUSE)
    built.hear_snapshot()
    with built.store.writing() as ledger:
        ledger.residents.put(
            [Resident(resident_id="r1", ward="east", room="203", bed="2", name="Zhou", risks=("falls",))]
        )
    built.sign_in("Wei")
    yield built
    built.store.close()


def asked(centre: Centre, contact_id: str, by: str = "Wei", after_seq: int = 0) -> CentreReply:
    reply = centre.do("history", by, contact_id=contact_id, after_seq=after_seq)
    assert isinstance(reply, CentreReply)
    return reply


def test_a_history_is_all_that_happened_with_what_an_offer_carries(centre: Centre) -> None:
    contact_id = centre.open().contact_id
    assert centre.accept("Wei", contact_id).ok
    assert centre.do("note", "Wei", contact_id=contact_id, text="asks for water").ok
    assert centre.do("resolve", "Wei", contact_id=contact_id).ok
    before = centre.kinds()

    reply = asked(centre, contact_id)

    assert [event.kind for event in reply.time_line] == [
        "opened",
        "stepped",
        "offered",
        "accepted",
        "noted",
        "resolved",
    ]
    assert (reply.ok, reply.more_after, reply.contact_id) == (True, 0, contact_id)
    assert reply.pop is not None
    assert [card.risks for card in reply.pop.residents] == [["falls"]]
    assert [note.text for note in reply.pop.notes] == ["asks for water"]
    assert centre.kinds() == before  # to ask changes nothing


def test_a_long_history_comes_in_parts_none_twice(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    contact_id = centre.open().contact_id
    for _ in range(5):
        centre.wait(MINUTE)
    whole = asked(centre, contact_id).time_line
    monkeypatch.setattr(histories, "PART_BYTES", 3000)

    found, after_seq, parts = [], 0, 0
    while True:
        reply = asked(centre, contact_id, after_seq=after_seq)
        assert (reply.pop is None) == bool(after_seq)
        assert sum(len(msgspec.json.encode(event)) for event in reply.time_line) <= 3000
        found += reply.time_line
        parts += 1
        if not reply.more_after:
            break
        after_seq = reply.more_after
    assert found == whole
    assert parts > 3


def test_only_whoever_it_concerns_is_told(centre: Centre) -> None:
    contact_id = centre.open().contact_id
    assert asked(centre, contact_id, "Li").reason == "not one of yours"
    assert asked(centre, contact_id, "Zhao").reason == "not one of yours"
    assert asked(centre, contact_id, "Ma").reason == "not known in this house"
    said = command("history", "Chen", reply_to="console-x", contact_id=contact_id)
    assert centre.engine.serve(said, centre.now, is_of_a_seat=True).reason == "sign in at this seat first"
    assert asked(centre, "c-none").reason == "no such contact"
    centre.sign_in("Li")
    assert asked(centre, contact_id, "Li").ok  # she is asked to take it
    assert centre.accept("Li", contact_id).ok
    assert asked(centre, contact_id, "Li").pop is not None
    assert centre.do("resolve", "Li", contact_id=contact_id).ok
    late = asked(centre, contact_id, "Li")  # what happened was hers; who lives there now is not
    assert (late.ok, late.pop) == (True, None)


def test_an_own_column_is_shown_to_the_roles_that_the_house_says(database: Database) -> None:
    agents = {"Wei": Agent(role="supervisor", level="home"), "Li": Agent(role="carer", level="home")}
    centre = Centre(
        database.url,
        house(
            policy(Step(after_s=0, to=["everybody", "address:chief"], ring_s=0)),
            agents=agents,
            field_roles={"Diagnosis ": ["supervisor"]},
            addresses={"chief": "webhook:pager"},
            webhooks={"pager": {"url": "http://127.0.0.1:9/"}},
        ),
    )
    centre.hear_snapshot()
    centre.sign_in("Wei", "Li")
    he = Resident(
        resident_id="r1",
        ward="east",
        room="203",
        bed="2",
        name="Zhou",
        risks=("falls",),
        fields={"diet": "soft", "diagnosis": "x"},
    )
    with centre.store.writing() as ledger:
        ledger.residents.put([he])
    contact_id = centre.open().contact_id
    offers = [(address, said.pop) for _, address, said in centre.hand_over() if isinstance(said, Offer)]
    shown = {address: pop.residents[0].fields for address, pop in offers}
    assert shown == {
        "console-wei": {"diet": "soft", "diagnosis": "x"},
        "console-li": {"diet": "soft"},
        "pager": {"diet": "soft"},
    }
    assert all(pop.residents[0].risks == ["falls"] for _, pop in offers)
    for name, fields in (("Wei", {"diet": "soft", "diagnosis": "x"}), ("Li", {"diet": "soft"})):
        pop = asked(centre, contact_id, name).pop
        assert pop is not None
        assert pop.residents[0].fields == fields
    centre.store.close()
