"""Who may do what, cell by cell: every role, every level, every function; how far each of them reaches."""

from typing import get_args

import pytest

from wardbell_callcenter.house import Agent, House, Level, Role
from wardbell_callcenter.people.permissions import ANYBODY, NOT_FOR_ROLE, NOT_HIS, ROLES, STRANGER, About, may, person
from wardbell_protocol.bus.payloads import Command

# For each role the levels home, ward and carer. What is reached: h everything, w one's wards as well as what one is asked for and
# has, a what one is asked for and has, o only what one has, - nothing at all.
TABLE = """
                 carer operator supervisor administrator interface
accept           hwa   hwa      hwa        hwa           ---
agents           hwa   hwa      hwa        hwa           hwa
audit            ---   ---      h--        h--           ---
choose_resident  hwa   hwa      hwa        hwa           ---
codes            hwa   hwa      hwa        hwa           hwa
contacts         hwa   hwa      hwa        hwa           hwa
escalate         hwa   hwa      hwa        hwa           ---
figures          ---   hwa      hwa        hwa           hwa
force_not_ready  ---   ---      hwa        hwa           ---
force_ready      ---   ---      hwa        hwa           ---
force_sign_out   ---   ---      hwa        hwa           ---
hand_over        ooo   hwa      hwa        hwa           ---
house            ---   ---      h--        h--           ---
incidents        hwa   hwa      hwa        hwa           hwa
join             hwa   hwa      hwa        hwa           ---
mute             ---   hwa      hwa        hwa           ---
mutes            hwa   hwa      hwa        hwa           hwa
not_ready        hwa   hwa      hwa        hwa           ---
note             hwa   hwa      hwa        hwa           hwa
on_site          hwa   hwa      hwa        hwa           ---
open             hwa   hwa      hwa        hwa           hwa
put_house        ---   ---      ---        h--           ---
ready            hwa   hwa      hwa        hwa           ---
received         hwa   hwa      hwa        hwa           hwa
refuse           hwa   hwa      hwa        hwa           ---
release          ooo   hwa      hwa        hwa           ---
residents        hwa   hwa      hwa        hwa           hwa
resolve          ooo   hwa      hwa        hwa           ---
roster           hwa   hwa      hwa        hwa           hwa
sign_in          hwa   hwa      hwa        hwa           ---
sign_out         hwa   hwa      hwa        hwa           ---
take_over        ---   ---      hwa        hwa           ---
timeline         hwa   hwa      hwa        hwa           hwa
transfer         ooo   hwa      hwa        hwa           ---
unmute           hwa   hwa      hwa        hwa           ---
"""
TO_A_WARD = {"acknowledge", "attend", "clear", "history", "test_start", "test_stop", "self_test"}
READING = {
    "agents", "audit", "codes", "contacts", "figures", "house", "incidents", "mutes", "residents", "roster", "timeline",
}  # fmt: skip
LEVELS = get_args(Level)
WHOLE_HOUSE = {"audit", "house", "put_house"}
SUBJECTS = {
    "h": About(wards=frozenset({"west"}), held_by=frozenset({"Chen"}), asked=frozenset({"Zhao"})),
    "w": About(wards=frozenset({"east"}), held_by=frozenset({"Chen"})),
    "a": About(wards=frozenset({"west"}), asked=frozenset({"Wei"})),
    "o": About(wards=frozenset({"west"}), held_by=frozenset({"Wei"})),
}


def cells() -> list[tuple[str, Role, Level, str]]:
    """Function, role, level and the letter that stands there."""
    roles, *rows = (line.split() for line in TABLE.strip().splitlines())
    return [
        (function, role, level, letter)  # type: ignore[misc]
        for function, *columns in rows
        for role, column in zip(roles, columns, strict=True)
        for level, letter in zip(LEVELS, column, strict=True)
    ]


def verbs() -> set[str]:
    return set(get_args(Command.__annotations__["verb"]))


def test_the_table_knows_every_verb_role_and_level() -> None:
    in_table = {(function, role, level) for function, role, level, _ in cells()}
    functions = (verbs() - TO_A_WARD - {"step"}) | READING | {"put_house"}
    wanted = {(function, role, level) for function in functions for role in get_args(Role) for level in LEVELS}
    assert in_table == wanted
    assert set(ROLES) == functions


@pytest.mark.parametrize("function", sorted(ROLES))
def test_each_cell(function: str) -> None:
    for named, role, level, letter in cells():
        if named != function:
            continue
        who = Agent(role=role, level=level, wards=["east"])
        reached = "" if letter == "-" else "hwao"["hwao".index(letter) :]
        for subject, about in SUBJECTS.items():
            said = may(who, "Wei", function, about)
            assert (said == "") == (subject in reached), (role, level, subject, said)
        assert (may(who, "Wei", function) == "") == (letter != "-"), (role, level)


def test_the_role_is_said_before_the_reach_so_that_a_reader_can_hide_what_is_not_his() -> None:
    carer = Agent(role="carer", level="ward", wards=["east"])
    assert may(carer, "Wei", "take_over", SUBJECTS["h"]) == NOT_FOR_ROLE
    assert may(carer, "Wei", "accept", SUBJECTS["h"]) == NOT_HIS
    without_subject = {
        may(Agent(role=role, level=level), "Wei", function)
        for function, role, level, _ in cells()
        if function not in WHOLE_HOUSE
    }
    assert without_subject == {"", NOT_FOR_ROLE}


def test_what_belongs_to_no_ward_belongs_to_every_ward() -> None:
    assert may(Agent(level="ward", wards=["east"]), "Wei", "accept", About()) == ""
    assert may(Agent(level="carer"), "Wei", "accept", About()) == NOT_HIS


def test_somebody_of_no_ward_in_particular_serves_all_of_them() -> None:
    assert may(Agent(level="ward"), "Wei", "accept", SUBJECTS["h"]) == ""


def test_a_house_that_names_nobody_takes_whoever_comes_for_everything() -> None:
    assert person(House(), "Wei") is ANYBODY
    for function in ROLES:
        for about in (None, *SUBJECTS.values()):
            assert may(person(House(), "Wei"), "Wei", function, about) == ""


def test_a_house_that_names_its_people_knows_no_others() -> None:
    house = House(agents={"Wei": Agent()})
    assert person(house, "Wei") == Agent()
    for function in ROLES:
        assert may(person(house, "Zhao"), "Zhao", function, None) == STRANGER


def test_a_step_comes_from_parts_not_people_and_a_wards_verb_is_nobodys_here() -> None:
    assert may(None, "escalator-1", "step") == ""
    for verb in TO_A_WARD | {"no_such_verb"}:
        assert may(ANYBODY, "Wei", verb) == NOT_FOR_ROLE
