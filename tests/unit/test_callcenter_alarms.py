"""The queue itself calls for somebody, by the house's rules. On both databases."""

from collections.abc import Iterator

import pytest
from centre_bench import MINUTE, SECOND, Centre, house, policy, staffed
from databases import Database

from wardbell_callcenter.engine.alarms import NO_RULE
from wardbell_callcenter.figures.indicators import Indicators, trips
from wardbell_callcenter.house import Alarm, Step, Targets
from wardbell_protocol.bus.centre_payloads import ContactState

HOUR = 60 * MINUTE
HOUSE = house(
    policy(Step(after_s=0, to=["everybody"], ring_s=0), accept_limit_s=0, on_site_limit_s=0, repeat_s=3600),
    alarms={"crowded": Alarm(waiting=2, oldest_s=30)},
)


@pytest.fixture
def centre(database: Database) -> Iterator[Centre]:
    yield from staffed(database.url, HOUSE, "Wei", "Li")


def lead_anew(centre: Centre) -> None:
    """Another engine looks at the rules."""
    centre.restart()
    centre.hear_snapshot()
    centre.wait(10 * SECOND)


def alarms(centre: Centre) -> list[ContactState]:
    return [one for one in centre.contacts() if one.kind == "technical"]


def test_when_all_that_a_rule_names_holds_it_calls_once_and_when_it_does_not_it_is_over(centre: Centre) -> None:
    centre.open("east-1")
    centre.wait(MINUTE)
    assert alarms(centre) == []  # one has waited long, but it is one
    centre.open("east-2")
    centre.wait(10 * SECOND)
    (alarm,) = alarms(centre)
    assert (alarm.subject, alarm.offered_to) == ("crowded: waiting 2, oldest_s 70", ["Li", "Wei"])
    centre.wait(MINUTE)
    assert [(one.contact_id, one.repeats) for one in alarms(centre)] == [(alarm.contact_id, 0)]
    lead_anew(centre)
    assert [one.contact_id for one in alarms(centre)] == [alarm.contact_id]
    assert centre.accept("Wei", centre.contact("east-1").contact_id).ok
    centre.wait(MINUTE)
    assert alarms(centre) == []
    assert [event.reason for event in centre.events() if event.kind == "resolved"] == ["it holds no more"]


def test_whoever_has_it_ends_it_himself_and_it_comes_again_when_it_was_otherwise_meanwhile(centre: Centre) -> None:
    for name in ("east-1", "east-2"):
        centre.open(name)
    centre.wait(MINUTE)
    (alarm,) = alarms(centre)
    assert centre.accept("Li", alarm.contact_id).ok
    assert centre.do("resolve", "Li", contact_id=alarm.contact_id).ok
    centre.wait(MINUTE)
    assert alarms(centre) == []
    lead_anew(centre)
    assert alarms(centre) == []  # whoever leads: it has not been otherwise
    assert centre.accept("Wei", centre.contact("east-1").contact_id).ok
    centre.wait(MINUTE)
    centre.open("east-3")
    centre.wait(MINUTE)
    (again,) = alarms(centre)
    assert again.contact_id != alarm.contact_id
    centre.describe(house(HOUSE.policies["only"], targets=Targets()))
    centre.wait(10 * SECOND)
    assert alarms(centre) == []  # nobody has such a rule any more


def test_what_called_before_its_rule_was_taken_away_is_over_whoever_leads_then(centre: Centre) -> None:
    for name in ("east-1", "east-2"):
        centre.open(name)
    centre.wait(MINUTE)
    assert len(alarms(centre)) == 1
    centre.describe(house(HOUSE.policies["only"], targets=Targets()))
    lead_anew(centre)
    assert alarms(centre) == []
    assert [event.reason for event in centre.events() if event.kind == "resolved"] == [NO_RULE]
    centre.describe(HOUSE)
    centre.wait(10 * SECOND)
    assert len(alarms(centre)) == 1


def test_no_setting_of_the_clock_makes_a_rule_hold_or_not(centre: Centre) -> None:
    rules = {"old": Alarm(oldest_s=600), "late": Alarm(accepted=0.9)}
    centre.describe(house(HOUSE.policies["only"], alarms=rules, targets=Targets(accept_s=60)))
    contact = centre.open("east-1")
    centre.wait(30 * SECOND)
    centre.set_clock(HOUR)
    assert centre.accept("Wei", contact.contact_id).ok  # in time, by any clock that nobody sets
    centre.open("east-2")
    centre.wait(30 * SECOND)
    centre.set_clock(HOUR)
    centre.wait(10 * SECOND)
    assert alarms(centre) == []
    centre.wait(10 * MINUTE)
    called = {alarm.subject for alarm in alarms(centre)}
    assert called == {"old: oldest_s 640", "late: accepted 50%"}
    for ms in (-3 * HOUR, 5 * HOUR):
        centre.set_clock(ms)
        for _ in range(3):
            centre.wait(MINUTE)
        assert {alarm.subject for alarm in alarms(centre)} == called
    assert "resolved" not in centre.kinds()


def test_of_a_contact_from_before_these_times_were_kept_its_round_is_known(centre: Centre, database: Database) -> None:
    for name in ("east-1", "east-2"):
        centre.open(name)
    database.execute("UPDATE contacts SET opened_steady_ms = NULL")
    centre.wait(MINUTE)
    assert [alarm.subject for alarm in alarms(centre)] == ["crowded: waiting 2, oldest_s 60"]


def test_a_queue_about_its_limit_calls_once_and_a_rule_of_another_ward_is_another_one(centre: Centre) -> None:
    centre.open("east-1")
    centre.open("east-2")
    centre.wait(MINUTE)
    (alarm,) = alarms(centre)
    for taken, next_one, by in (("east-2", "east-3", "Wei"), ("east-3", "east-4", "Li")):
        assert centre.accept(by, centre.contact(taken).contact_id).ok
        centre.wait(10 * SECOND)
        centre.open(next_one)
        centre.wait(10 * SECOND)
        assert [(one.contact_id, one.repeats) for one in alarms(centre)] == [(alarm.contact_id, 0)]
    centre.describe(house(HOUSE.policies["only"], alarms={"crowded": Alarm(ward="east", waiting=2)}))
    centre.wait(10 * SECOND)
    assert [one.ward for one in alarms(centre)] == ["east"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Alarm(waiting=3), {"waiting": "3"}),
        (Alarm(waiting=4), {}),
        (Alarm(oldest_s=60, free=2), {"oldest_s": "61", "free": "1"}),
        (Alarm(oldest_s=60, free=1), {}),
        (Alarm(accepted=0.8), {"accepted": "75%"}),
        (Alarm(accepted=0.75), {}),
        (Alarm(), {}),
    ],
)
def test_a_rule_holds_when_all_that_it_names_does(rule: Alarm, said: dict[str, str]) -> None:
    assert trips(rule, Indicators(waiting=3, oldest_s=61, free=1, accepted=0.75)) == said


def test_where_nothing_came_no_share_is_too_small() -> None:
    assert trips(Alarm(accepted=1.0), Indicators(waiting=0, oldest_s=0, free=9, accepted=None)) == {}
