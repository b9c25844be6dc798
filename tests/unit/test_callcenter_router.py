"""Whom the router asks, case by case; what holds of every choice is in tests/property."""

from dataclasses import replace

import pytest

from wardbell_callcenter.house import Step, Strategy
from wardbell_callcenter.routing.facts import AgentFacts, ContactFacts, History, PastOffer
from wardbell_callcenter.routing.router import candidates, route
from wardbell_protocol.bus.centre_payloads import OfferStatus

BED = ContactFacts(contact_id="c1", ward="west", building=frozenset({"west", "east"}), key_carer="chen")
NONE = History()


def agent(name: str, *wards: str, **more: object) -> AgentFacts:
    """Somebody who waits for work."""
    facts: dict[str, object] = {"state": "ready", **more}
    return AgentFacts(name=name, wards=frozenset(wards), **facts)  # type: ignore[arg-type]


def step(*to: str, strategy: Strategy = "ring_all", **more: object) -> Step:
    """A step of a policy."""
    return Step(after_s=0, to=list(to), strategy=strategy, **more)  # type: ignore[arg-type]


def past(target: str, status: OfferStatus, at_step: int = 0, loop: int = 0) -> PastOffer:
    """That he was asked."""
    return PastOffer(target=target, step=at_step, loop=loop, status=status)


WEST, EAST, NORTH, ALL = agent("wen", "west"), agent("eva", "east"), agent("nils", "north"), agent("all")


@pytest.mark.parametrize(
    ("agents", "asked", "word"),
    [
        ([WEST, EAST, NORTH, ALL], ("all", "wen"), "ward"),
        ([EAST, NORTH], ("eva",), "building"),
        ([NORTH], ("nils",), "home"),
        ([replace(WEST, state="signed_out"), EAST, NORTH], ("eva",), "building"),
    ],
)
def test_a_ward_with_nobody_signed_in_is_widened_to_its_building_and_then_to_the_home(
    agents: list[AgentFacts], asked: tuple[str, ...], word: str
) -> None:
    choice = route(step("ward"), BED, agents, NONE, 0, 1)
    assert (choice.ask, choice.why) == (asked, f"ring_all: {word}")


def test_a_ward_whose_people_are_busy_is_not_empty_but_exhausted() -> None:
    choice = route(step("ward"), BED, [replace(WEST, state="busy"), EAST], NONE, 0, 1)
    assert (choice.ask, choice.is_exhausted, choice.is_empty) == ((), True, False)


def test_a_contact_of_no_ward_is_the_whole_homes() -> None:
    assert route(step("ward"), ContactFacts(contact_id="c1"), [WEST, NORTH], NONE, 0, 1).ask == ("nils", "wen")


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["group:night"], ("dora", "ben")),
        (["roster:late"], ("eli",)),
        (["agent:ben"], ("ben",)),
        (["key_carer"], ("chen",)),
        (["agent:eli", "group:night"], ("eli", "dora", "ben")),
        (["everybody"], ("ben", "chen", "dora", "eli")),
        (["group:unknown"], ()),
    ],
)
def test_the_words_of_a_step(words: list[str], asked: tuple[str, ...]) -> None:
    people = [
        agent("ben", groups={"night": 1}),
        agent("chen"),
        agent("dora", groups={"night": 0}),
        agent("eli", rosters=frozenset({"late"})),
    ]
    assert route(step(*words), BED, people, NONE, 0, 1).ask == asked


def test_addresses_are_asked_once_beside_the_agents_and_keep_the_step_from_being_empty() -> None:
    to_chief = step("key_carer", "address:chief")
    first = route(to_chief, BED, [], NONE, 0, 1)
    assert (first.addresses, first.is_empty, first.is_exhausted) == (("address:chief",), False, False)
    told = History(offers=(past("address:chief", "offered"),))
    assert not (waiting := route(to_chief, BED, [], told, 0, 1)).addresses
    assert not waiting.is_exhausted
    failed = History(offers=(past("address:chief", "failed"),))
    assert route(to_chief, BED, [], failed, 0, 1).is_exhausted


def test_who_refused_in_an_earlier_step_is_left_in_peace_until_the_next_loop() -> None:
    refused, people = History(offers=(past("wen", "refused"),)), [WEST, agent("yan", "west")]
    assert route(step("ward"), replace(BED, step=1), people, refused, 0, 1).ask == ("yan",)
    assert route(step("ward"), replace(BED, loop=1), people, refused, 0, 1).ask == ("wen", "yan")


def test_who_missed_is_asked_by_the_next_step_but_last_where_one_is_asked_after_another() -> None:
    missed, people = History(offers=(past("wen", "missed"),)), [WEST, agent("yan", "west", free_since_ms=9)]
    assert route(step("ward", strategy="longest_idle"), replace(BED, step=1), people, NONE, 0, 1).ask == ("wen",)
    assert route(step("ward", strategy="longest_idle"), replace(BED, step=1), people, missed, 0, 1).ask == ("yan",)
    assert route(step("ward"), replace(BED, step=1), people, missed, 0, 1).ask == ("wen", "yan")


def test_who_is_being_asked_by_an_earlier_step_is_not_asked_twice_and_keeps_the_step_alive() -> None:
    rings = History(offers=(past("wen", "offered"),))
    choice = route(step("ward"), replace(BED, step=1), [WEST], rings, 0, 1)
    assert (choice.ask, choice.is_exhausted) == ((), False)


def test_one_after_another_waits_for_the_first_answer() -> None:
    people, turn = [agent("ana"), agent("ben")], step("everybody", strategy="ordered")
    assert route(turn, BED, people, NONE, 0, 1).ask == ("ana",)
    assert route(turn, BED, people, History(offers=(past("ana", "offered"),)), 0, 1).ask == ()
    assert route(turn, BED, people, History(offers=(past("ana", "refused"),)), 0, 1).ask == ("ben",)


def test_who_rings_for_another_contact_is_spared_where_one_is_asked_after_another_unless_it_is_an_emergency() -> None:
    people = [agent("ana", state="offered", live_offers=1)]
    turn = step("everybody", strategy="longest_idle")
    assert route(turn, BED, people, NONE, 0, 1).is_exhausted
    assert route(turn, replace(BED, offers_at_once=2), people, NONE, 0, 1).ask == ("ana",)
    assert route(turn, replace(BED, is_emergency=True), people, NONE, 0, 1).ask == ("ana",)
    assert route(step("everybody"), BED, people, NONE, 0, 1).ask == ("ana",)


def test_who_wants_to_leave_is_not_asked() -> None:
    assert route(step("everybody"), BED, [agent("ana", pending="signed_out")], NONE, 0, 1).is_exhausted


def test_group_rings_one_word_after_another_each_whole() -> None:
    people = [agent("ana", groups={"day": 0}), agent("ben", groups={"day": 1}), agent("chen", groups={"night": 0})]
    rings = step("group:day", "group:night", strategy="group")
    assert route(rings, BED, people, NONE, 0, 1).ask == ("ana", "ben")
    one_left = History(offers=(past("ana", "refused"), past("ben", "offered")))
    assert route(rings, BED, people, one_left, 0, 1).ask == ()
    none_left = History(offers=(past("ana", "refused"), past("ben", "missed")))
    assert route(rings, BED, people, none_left, 0, 1).ask == ("chen",)


def test_the_key_carer_first_then_whoever_is_idle_longest() -> None:
    people = [agent("ana", free_since_ms=5), agent("ben", free_since_ms=3), agent("chen", free_since_ms=9)]
    familiar = step("everybody", strategy="familiar")
    assert route(familiar, BED, people, NONE, 0, 1).ask == ("chen",)
    assert route(familiar, BED, people, History(offers=(past("chen", "missed"),)), 0, 1).ask == ("ben",)


def test_most_recent_asks_who_dealt_with_the_bed_last_and_then_the_one_before() -> None:
    people = [agent("ana"), agent("ben"), agent("chen", free_since_ms=-1)]
    recent, known = step("everybody", strategy="most_recent"), History(carers=("ben", "ana", "ben"))
    assert route(recent, BED, people, known, 0, 1).ask == ("ben",)
    assert route(recent, BED, people, replace(known, offers=(past("ben", "refused"),)), 0, 1).ask == ("ana",)
    assert route(recent, BED, people, NONE, 0, 1).ask == ("chen",)


def test_the_last_step_takes_who_lacks_least_where_nobody_has_the_skill() -> None:
    people = [agent("ana", skills={"lifting": 1}, free_since_ms=5), agent("ben"), agent("chen", skills={"talk": 5})]
    lifting = step("everybody", strategy="longest_idle", skills={"lifting": 2})
    assert route(lifting, BED, people, NONE, 0, 1).is_empty
    assert route(lifting, replace(BED, is_last=True), people, NONE, 0, 1).ask == ("ana",)


def test_a_wider_circle_with_the_skill_comes_before_the_ward_without() -> None:
    lifter = agent("lim", "north", skills={"lifting": 3})
    choice = route(step("ward", skills={"lifting": 2}), replace(BED, is_last=True), [WEST, lifter], NONE, 0, 1)
    assert (choice.ask, choice.why) == (("lim",), "ring_all: home")


def test_the_repeated_last_step_asks_everybody_and_the_addresses_it_names() -> None:
    again = replace(BED, step=1, loop=1, is_last=True, is_repeat=True)
    people = [replace(WEST, state="busy"), replace(EAST, state="not_ready"), replace(NORTH, state="signed_out")]
    choice = route(step("key_carer", "address:chief", strategy="ordered"), again, people, NONE, 0, 1)
    assert (choice.ask, choice.addresses, choice.why) == (("eva", "wen"), ("address:chief",), "ring_all: everybody")


def test_the_hooks_order_counts_where_one_is_asked_after_another_and_the_unfit_are_passed_over() -> None:
    people = [agent("ana"), agent("ben"), agent("chen"), agent("dai", state="busy")]
    turn, named = step("everybody", strategy="ordered"), ["dai", "nobody", "chen", "ben"]
    assert route(turn, BED, people, NONE, 0, 1, named).ask == ("chen",)
    assert route(turn, BED, people, History(offers=(past("chen", "refused"),)), 0, 1, named).ask == ("ben",)
    both = History(offers=(past("chen", "refused"), past("ben", "missed")))
    assert route(turn, BED, people, both, 0, 1, named).ask == ("ana",)


def test_the_candidates_are_all_who_can_be_asked_in_the_order_of_our_own_choice() -> None:
    people = [agent("ana", free_since_ms=5), agent("ben", free_since_ms=3), agent("chen"), agent("dai", state="busy")]
    refused = History(offers=(past("chen", "refused"),))
    found = candidates(step("everybody", strategy="longest_idle"), BED, people, refused, 0, 1)
    assert [one.name for one in found] == ["ben", "ana"]
