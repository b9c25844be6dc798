"""What holds of every choice the router makes, whatever the strategy, and what is fair about each."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_callcenter.house import Step, Strategy
from wardbell_callcenter.routing.facts import AgentFacts, ContactFacts, History, PastOffer
from wardbell_callcenter.routing.order import urgency
from wardbell_callcenter.routing.reach import lack
from wardbell_callcenter.routing.router import route

STRATEGIES = get_args(Strategy)
ONE_BY_ONE = [strategy for strategy in STRATEGIES if strategy not in ("ring_all", "group")]
NAMES = ["ana", "ben", "chen", "dai", "eve"]
WARDS = ["west", "east", "north"]
WORDS = [
    "ward",
    "building",
    "home",
    "everybody",
    "key_carer",
    "group:night",
    "agent:chen",
    "roster:late",
    "address:chief",
]
EXAMPLES = settings(max_examples=25)

agents_of_a_house = st.lists(st.sampled_from(NAMES), unique=True).flatmap(
    lambda names: st.tuples(
        *[
            st.builds(
                AgentFacts,
                name=st.just(name),
                state=st.sampled_from(["signed_out", "ready", "ready", "offered", "busy", "wrap_up", "not_ready"]),
                pending=st.sampled_from(["", "", "not_ready"]),
                wards=st.frozensets(st.sampled_from(WARDS)),
                groups=st.dictionaries(st.just("night"), st.integers(0, 5)),
                skills=st.dictionaries(st.just("lifting"), st.integers(1, 3)),
                rosters=st.frozensets(st.just("late")),
                free_since_ms=st.integers(0, 5),
                contacts_taken=st.integers(0, 3),
                live_offers=st.integers(0, 2),
            )
            for name in names
        ]
    )
)
contacts = st.builds(
    ContactFacts,
    contact_id=st.sampled_from(["c1", "c2"]),
    ward=st.sampled_from(["", *WARDS]),
    building=st.frozensets(st.sampled_from(WARDS)),
    is_emergency=st.booleans(),
    key_carer=st.sampled_from(["", *NAMES]),
    step=st.integers(0, 2),
    loop=st.integers(0, 2),
    is_last=st.booleans(),
)
steps = st.builds(
    Step,
    after_s=st.just(0),
    to=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    strategy=st.sampled_from(STRATEGIES),
    skills=st.dictionaries(st.just("lifting"), st.integers(1, 3)),
)
past_offers = st.builds(
    PastOffer,
    target=st.sampled_from(NAMES),
    step=st.integers(0, 2),
    loop=st.integers(0, 2),
    status=st.sampled_from(["offered", "accepted", "refused", "missed", "withdrawn", "failed"]),
)
histories = st.builds(
    History,
    offers=st.lists(past_offers, max_size=6).map(tuple),
    carers=st.lists(st.sampled_from(NAMES), max_size=3).map(tuple),
    turns=st.lists(st.sampled_from(NAMES), unique=True).map(tuple),
)
nows = st.integers(0, 60_000)
preferences = st.lists(st.sampled_from([*NAMES, "somebody else"]), max_size=3)


def ready(name: str, **more: object) -> AgentFacts:
    """Somebody who waits for work."""
    return AgentFacts(name=name, state="ready", **more)  # type: ignore[arg-type]


def everybody(strategy: Strategy, **more: object) -> Step:
    """A step that means all who are there."""
    return Step(after_s=0, to=["everybody"], strategy=strategy, **more)  # type: ignore[arg-type]


@EXAMPLES
@given(steps, contacts, agents_of_a_house, histories, nows, preferences)
def test_nobody_is_asked_who_must_not_be(
    step: Step,
    contact: ContactFacts,
    agents: tuple[AgentFacts, ...],
    history: History,
    now_ms: int,
    preferred: list[str],
) -> None:
    choice = route(step, contact, agents, history, now_ms, 1, preferred)
    known = {agent.name: agent for agent in agents}
    asked = [known[name] for name in choice.ask]
    assert len(set(choice.ask)) == len(choice.ask)
    assert all(agent.state != "signed_out" for agent in asked)
    here = {past.target for past in history.offers if (past.step, past.loop) == (contact.step, contact.loop)}
    refused = {past.target for past in history.offers if past.loop == contact.loop and past.status == "refused"}
    assert not set(choice.ask) & (here | refused)
    if not contact.is_emergency:
        assert all(agent.state in ("ready", "offered") and not agent.pending for agent in asked)
        if step.strategy in ONE_BY_ONE:
            assert all(agent.live_offers < contact.offers_at_once for agent in asked)
    if contact.step == contact.loop == 0:
        assert all(agent.state != "not_ready" for agent in asked)


@EXAMPLES
@given(steps, contacts, agents_of_a_house, histories, nows, st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_choice_in_any_order(
    step: Step,
    contact: ContactFacts,
    agents: tuple[AgentFacts, ...],
    history: History,
    now_ms: int,
    shuffler: object,
) -> None:
    shuffled = list(agents)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert route(step, contact, shuffled, history, now_ms, 7) == route(step, contact, agents, history, now_ms, 7)


@EXAMPLES
@given(steps, contacts, agents_of_a_house, histories, nows)
def test_an_exhausted_step_asks_nobody_and_an_empty_one_means_nobody(
    step: Step,
    contact: ContactFacts,
    agents: tuple[AgentFacts, ...],
    history: History,
    now_ms: int,
) -> None:
    choice = route(step, contact, agents, history, now_ms, 1)
    if choice.is_empty:
        assert choice.is_exhausted
        assert not any(agent.state != "signed_out" for agent in agents if "everybody" in step.to and not step.skills)
    if choice.is_exhausted:
        assert (choice.ask, choice.addresses, choice.again_in_ms) == ((), (), None)
    elif not (choice.ask or choice.addresses):  # somebody is being asked, or the next one waits for his turn
        assert choice.again_in_ms is not None or any(past.status == "offered" for past in history.offers)


@EXAMPLES
@given(contacts, agents_of_a_house, histories, nows, steps)
def test_the_repeated_last_step_asks_everybody_who_is_signed_in(
    contact: ContactFacts, agents: tuple[AgentFacts, ...], history: History, now_ms: int, step: Step
) -> None:
    again = replace(contact, is_last=True, is_repeat=True, loop=3)
    choice = route(step, again, agents, history, now_ms, 1)
    ringing = {past.target for past in history.offers if past.status == "offered"}
    assert set(choice.ask) == {agent.name for agent in agents if agent.state != "signed_out"} - ringing


@EXAMPLES
@given(st.sampled_from(STRATEGIES), contacts, agents_of_a_house, st.sampled_from(["refused", "missed"]))
def test_each_one_who_can_be_asked_has_his_turn_once_before_the_step_is_exhausted(
    strategy: Strategy, contact: ContactFacts, agents: tuple[AgentFacts, ...], answer: str
) -> None:
    step, history = everybody(strategy), History()
    first = route(everybody("ring_all"), replace(contact, offers_at_once=99), agents, history, 0, 1)
    asked: list[str] = []
    while not (choice := route(step, replace(contact, offers_at_once=99), agents, history, 0, 1)).is_exhausted:
        assert len(choice.ask) == 1 or strategy in ("ring_all", "group")
        asked += choice.ask
        assert len(asked) <= len(agents)
        past = [PastOffer(target=name, step=contact.step, loop=contact.loop, status=answer) for name in choice.ask]  # type: ignore[arg-type]
        history = History(offers=(*history.offers, *past))
    assert sorted(asked) == sorted(first.ask)


@EXAMPLES
@given(agents_of_a_house, contacts, st.integers(1, 3))
def test_skills_are_asked_for_and_given_up_only_by_the_last_step_when_nobody_has_them(
    agents: tuple[AgentFacts, ...], contact: ContactFacts, level: int
) -> None:
    step = everybody("ring_all", skills={"lifting": level})
    there = [agent for agent in agents if agent.state != "signed_out"]
    able = {agent.name for agent in there if lack(step, agent) == 0}
    choice = route(step, contact, agents, History(), 0, 1)
    if able or not contact.is_last:
        assert set(choice.ask) <= able
        assert choice.is_empty == (not able)
    else:
        assert choice.is_empty == (not there)


@EXAMPLES
@given(agents_of_a_house, contacts, preferences)
def test_whom_the_hook_named_comes_first_where_he_can_be_asked(
    agents: tuple[AgentFacts, ...], contact: ContactFacts, preferred: list[str]
) -> None:
    can = set(route(everybody("ring_all"), contact, agents, History(), 0, 1).ask)
    choice = route(everybody("ring_all"), contact, agents, History(), 0, 1, preferred)
    named = list(dict.fromkeys(name for name in preferred if name in can))
    assert sorted(choice.ask) == (sorted(named) if named else sorted(can))


@EXAMPLES
@given(st.lists(st.sampled_from(["refused", "missed", "accepted"]), min_size=8, max_size=24), st.integers(1, 5))
def test_round_robin_gives_everybody_the_same_number_of_turns_whatever_they_answer(answers: list[str], n: int) -> None:
    agents = [ready(name) for name in NAMES[:n]]
    turns: tuple[str, ...] = ()
    count: Counter[str] = Counter()
    for number, answer in enumerate(answers):
        contact, past = ContactFacts(contact_id=f"c{number}"), History(turns=turns)
        (name,) = route(everybody("round_robin"), contact, agents, past, 0, 1).ask
        count[name] += 1
        turns = (*(other for other in turns if other != name), name)
        if answer != "accepted":  # and this contact goes to the next one in turn
            past = History(turns=turns, offers=(PastOffer(target=name, step=0, loop=0, status=answer),))  # type: ignore[arg-type]
            following = route(everybody("round_robin"), contact, agents, past, 0, 1).ask
            assert name not in following
            count.update(following)
            turns = (*(other for other in turns if other not in following), *following)
    assert max(count.values()) - min(count[agent.name] for agent in agents) <= 1


@EXAMPLES
@given(st.lists(st.integers(0, 4), min_size=2, max_size=5), st.integers(1, 30))
def test_fewest_contacts_levels_out_what_everybody_has_done(taken: list[int], n_contacts: int) -> None:
    load = dict(zip(NAMES, taken, strict=False))
    for number in range(n_contacts):
        agents = [ready(name, contacts_taken=count) for name, count in load.items()]
        (name,) = route(
            everybody("fewest_contacts"), ContactFacts(contact_id=f"c{number}"), agents, History(), 0, 1
        ).ask
        assert load[name] == min(load.values())
        load[name] += 1
    assert max(load.values()) - min(load.values()) <= max(1, max(taken) - min(taken))


@EXAMPLES
@given(st.permutations(NAMES), st.integers(6, 30))
def test_with_longest_idle_nobody_waits_longer_than_the_others_need_one_contact_each(order: list[str], n: int) -> None:
    free_since = {name: place for place, name in enumerate(order)}
    asked = []
    for number in range(n):
        agents = [ready(name, free_since_ms=since) for name, since in free_since.items()]
        (name,) = route(everybody("longest_idle"), ContactFacts(contact_id=f"c{number}"), agents, History(), 0, 1).ask
        asked.append(name)
        free_since[name] = 100 + number
    assert asked == [order[number % len(order)] for number in range(n)]


@given(st.integers(0, 1000))
@settings(max_examples=4)
def test_random_is_decided_by_the_seed_and_leaves_nobody_out(seed: int) -> None:
    agents = [ready(name) for name in NAMES]

    def first(number: int) -> str:
        return route(everybody("random"), ContactFacts(contact_id=f"c{number}"), agents, History(), 0, seed).ask[0]

    drawn = Counter(first(number) for number in range(100))
    assert drawn == Counter(first(number) for number in range(100))
    assert set(drawn) == set(NAMES)  # P(one of five missing in 100) < 5 * 0.8**100 = 1e-9
    assert max(drawn.values()) < 50


@EXAMPLES
@given(st.integers(0, 120_000), st.integers(1, 20), st.lists(st.booleans(), min_size=5, max_size=5))
def test_progressive_rings_one_more_for_each_time_that_has_passed(
    now_ms: int, every_s: int, refuse: list[bool]
) -> None:
    agents = [ready(name, free_since_ms=place) for place, name in enumerate(NAMES)]
    step, contact = everybody("progressive", every_s=every_s), ContactFacts(contact_id="c")
    refused = tuple(
        PastOffer(target=name, step=0, loop=0, status="refused") for name, has in zip(NAMES, refuse, strict=True) if has
    )
    left = [name for name in NAMES if name not in {past.target for past in refused}]
    choice = route(step, contact, agents, History(offers=refused), now_ms, 1)
    n_wanted = 1 + now_ms // (every_s * 1000)
    assert list(choice.ask) == left[:n_wanted]
    if n_wanted < len(left):
        assert choice.again_in_ms is not None
        rings = tuple(PastOffer(target=name, step=0, loop=0, status="offered") for name in choice.ask)
        later = route(step, contact, agents, History(offers=refused + rings), now_ms + choice.again_in_ms, 1)
        assert list(later.ask) == [left[n_wanted]]
    else:
        assert choice.again_in_ms is None


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 1000)), min_size=1, max_size=12))
def test_emergencies_are_asked_about_first_and_of_equals_the_one_that_waits_longest(
    waiting: list[tuple[int, int]],
) -> None:
    reserved = 50
    queue = sorted(urgency(priority, at_ms, f"c{place}") for place, (priority, at_ms) in enumerate(waiting))
    priorities = [-key[0] for key in queue]
    n_emergencies = sum(priority >= reserved for priority, _ in waiting)
    assert all(priority >= reserved for priority in priorities[:n_emergencies])
    assert all(before[1] <= after[1] for before, after in pairwise(queue) if before[0] == after[0])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_emergency_tears_the_busy_away_where_nobody_is_free_and_another_call_does_not(strategy: Strategy) -> None:
    agents = [
        AgentFacts(name="ana", state="busy", live_offers=3),
        AgentFacts(name="ben", state="wrap_up"),
        AgentFacts(name="chen", state="not_ready"),
    ]
    normal = ContactFacts(contact_id="c")
    assert route(everybody(strategy), normal, agents, History(), 0, 1).is_exhausted
    first = route(everybody(strategy), replace(normal, is_emergency=True), agents, History(), 0, 1).ask
    assert first == (("ana", "ben") if strategy in ("ring_all", "group") else ("ben",))
    later = replace(normal, is_emergency=True, step=1)
    tried = tuple(PastOffer(target=name, step=1, loop=0, status="missed") for name in ("ana", "ben"))
    assert route(everybody(strategy), later, agents, History(offers=tried), 0, 1).ask == ("chen",)
