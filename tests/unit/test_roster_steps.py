"""Steps that ask who is on duty, while the roster is worked on beside the engine."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from centre_bench import SECOND, Centre, house, policy
from databases import Database

from wardbell_callcenter.house import Calendar, House, Period, Roster, Rotation, Shift, Step
from wardbell_callcenter.roster.roster_command import main

# The bench begins on 2027-01-15 at 08:00 UTC; at 08:01 the night hands over to the day.
ROSTER = Roster(
    shifts={"day": Shift(begins="08:01", ends="20:00"), "night": Shift(begins="20:00", ends="08:01")},
    rotations=[
        Rotation(shift="day", teams=[["Day"]], starts=date(2027, 1, 1)),
        Rotation(shift="night", teams=[["Night"]], starts=date(2027, 1, 1)),
    ],
)
POLICY = policy(
    Step(after_s=0, to=["roster:east"], ring_s=20),
    Step(after_s=30, to=["roster:east"], ring_s=20),
    Step(after_s=90, to=["roster:east"], ring_s=20),
    Step(after_s=120, to=["everybody"], ring_s=20),
    overflow=False,
)
HOUSE = house(POLICY, rosters={"east": ROSTER})
Begin = Callable[..., Centre]
EVERYBODY = ["Day", "Night", "Stand-in"]


@pytest.fixture
def begin(database: Database) -> Iterator[Begin]:
    begun: list[Centre] = []

    def centre(described: House = HOUSE) -> Centre:
        begun.append(Centre(database.url, described))
        begun[-1].hear_snapshot()
        begun[-1].sign_in(*EVERYBODY)
        return begun[-1]

    yield centre
    for each in begun:
        each.store.close()


def enter(centre: Centre, *arguments: str) -> None:
    assert main([*arguments, "--by", "head", "--db", centre.url]) == 0


def test_each_step_asks_who_is_on_duty_when_it_comes(begin: Begin) -> None:
    centre = begin()
    assert centre.open().offered_to == ["Night"]
    centre.wait(90 * SECOND)
    assert centre.contact().offered_to == ["Day"]


def test_a_roster_that_is_changed_while_a_contact_waits_counts_when_somebody_is_asked_next(begin: Begin) -> None:
    centre = begin()
    assert centre.open().offered_to == ["Night"]
    enter(
        centre, "override", "Stand-in", "--instead-of", "Night", "--from", "2027-01-15", "--until", "2027-01-15T08:01"
    )
    assert centre.contact().offered_to == ["Night"]
    centre.wait(30 * SECOND)
    assert centre.contact().offered_to == ["Stand-in"]
    enter(centre, "remove", "r1")
    enter(centre, "leave", "Day", "--from", "2027-01-15", "--until", "2027-01-15", "--instead", "Night")
    centre.wait(60 * SECOND)
    assert centre.contact().offered_to == ["Night"]


@pytest.mark.parametrize("how", ["leave", "no roster"])
def test_with_nobody_on_duty_the_next_step_that_reaches_somebody_comes_at_once(begin: Begin, how: str) -> None:
    centre = begin()
    if how == "leave":
        for name in ("Day", "Night"):
            enter(centre, "leave", name, "--from", "2027-01-14", "--until", "2027-01-16")
    else:
        centre.describe(house(POLICY))
    assert sorted(centre.open().offered_to) == EVERYBODY
    assert centre.contact().step == 3


def test_the_policy_is_of_the_hour_in_which_the_contact_opens(begin: Begin) -> None:
    night = Period(name="night", begins="20:00", ends="08:01")
    described = House(
        calendar=Calendar(periods=[night]),
        policies={name: policy(Step(after_s=0, to=[f"agent:{name}"], ring_s=0)) for name in ("Day", "Night")},
        policy_of={"default": "Day", "bed_call@night": "Night"},
    )
    centre = begin(described)
    assert centre.open("east-1").offered_to == ["Night"]
    centre.wait(60 * SECOND)
    assert centre.open("east-2", room="9").offered_to == ["Day"]
