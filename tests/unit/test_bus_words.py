"""What the authorities say has words in both languages, wherever it is read."""

import string

import pytest

from wardbell_bus.words.words import SHARED, Words
from wardbell_callcenter import house_wording
from wardbell_callcenter.engine import alarms, answering, calls, shifts, stepping, wards
from wardbell_callcenter.incidents import folding, membership
from wardbell_callcenter.people import agent, door, permissions
from wardbell_callcenter.residents import wording as residents_wording
from wardbell_gateway import command_texts

SAID = [
    alarms.OVER,
    alarms.NO_RULE,
    answering.SIGN_IN_FIRST,
    calls.ALREADY_CLEARED,
    shifts.SEAT_LOST,
    stepping.NO_ANSWER,
    wards.NO_LONGER_OPEN,
    folding.ALL_OVER,
    folding.ALL_TAKEN,
    membership.PART,
    agent.MISSED_OFFERS,
    agent.NOT_SIGNED_IN,
    agent.HOLDS,
    door.WRONG,
    door.NOT_AT_HIS_SEAT,
    permissions.STRANGER,
    permissions.NOT_FOR_ROLE,
    permissions.NOT_HIS,
    "a reason is needed, one of break, meal",
    "the call rang again since, it is in round 2",
    "presence in the ward: 203-2",
]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("said", SAID)
def test_what_an_authority_says_is_said_in_chinese(said: str) -> None:
    chinese = Words("zh_CN", {}).reason(said)
    assert not chinese.isascii(), chinese
    assert "{" not in Words("en", {}).reason(said)


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("Wei may not take_over: not for this role", "Wei 无权执行 take_over：您的角色无此权限"),
        ("to chen", "给 chen"),
        ("contact c-1: there is none that you may see", "c-1：没有，或您无权查看"),
        ("to the kitchen, she asked for it", "to the kitchen, she asked for it"),
        ("already attended by receiver", "接收器 处理中"),
        ("cleared by mistake", "cleared by mistake"),
        ("r9 does not live in room 203", "r9 不住在 203"),
        ("taken over from Chen: no answer there", "从 Chen 处拦截 no answer there"),
    ],
)
def test_parts_of_a_reason_are_worded_and_a_persons_words_left(said: str, chinese: str) -> None:
    assert Words("zh_CN", {}).reason(said) == chinese


@pytest.mark.parametrize(
    "said", ["to lunch", "no answer", "resident", "released", "transferred to Li", "acknowledged by phone"]
)
def test_what_a_person_may_have_typed_stays_as_it_is_in_english(said: str) -> None:
    assert Words("en", {}).reason(said) == said


@pytest.mark.parametrize("texts", [SHARED, house_wording.TEXTS, residents_wording.TEXTS, command_texts.TEXTS])
def test_both_languages_say_the_same_things(texts: dict[str, dict[str, str]]) -> None:
    en, zh = texts["en"], texts["zh_CN"]
    assert en.keys() == zh.keys()
    assert [key for key in en if fields(en[key]) != fields(zh[key]) or en[key].count("|") != zh[key].count("|")] == []


def test_a_call_is_told_with_its_fault_and_its_doubt() -> None:
    en, zh = Words("en", {}), Words("zh_CN", {})
    assert (en.kind("fault", "low_battery"), zh.kind("fault", "low_battery")) == ("fault battery", "故障 电量低")
    assert (en.kind("normal", is_proven=False), zh.kind("normal", is_proven=False)) == ("normal?", "普通呼叫?")
    assert zh.kind("of-a-newer-gateway") == "of-a-newer-gateway"
