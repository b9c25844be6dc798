"""A house's document: what is wrong with one is told by the key where it stands."""

import pytest

from wardbell_callcenter.house import House, decode_house
from wardbell_protocol.errors import ConfigError

A_STEP = '{"after_s": 0, "to": ["ward"]}'

WRONG = [
    ("", "the document: it is no JSON"),
    ("\xff", "the document: it is no JSON"),
    ("[", "the document: it is no JSON"),
    ("[" * 200_000, "the document: it is no JSON"),
    ("[]", "the document: Expected `object`"),
    ('{"lifts": 3}', "the document: Object contains unknown field `lifts`"),
    ('{"time_zone": 3}', "time_zone: Expected `str`"),
    ('{"wards": {"east": {}, "west": {"floor": 2}}}', "wards.west: Object contains unknown field `floor`"),
    ('{"wards": {"east": {"corridors": {"n": [], "s": ["1", 2]}}}}', "wards.east.corridors.s[1]: Expected `str`"),
    ('{"wards": {"": {}}}', "wards.: Expected `str` of length >= 1"),
    (
        '{"calendar": {"holidays": {"2026-10-01": {}, "2026-13-01": {}}}}',
        "calendar.holidays.2026-13-01: it is no day; write one as 2026-10-01",
    ),
    (
        '{"rosters": {"day": {"shifts": {"early": {"begins": "7", "ends": "13:00"}}}}}',
        "rosters.day.shifts.early.begins: it is no time of a day; write one as 07:00",
    ),
    ('{"policies": {"day": {"steps": []}}}', "policies.day.steps: Expected `array` of length >= 1"),
    (
        f'{{"policies": {{"day": {{"steps": [{A_STEP}]}}, "night": {{"steps": [{A_STEP}, {{"after_s": -1, "to": []}}]}}}}}}',
        "policies.night.steps[1].after_s: Expected `int` >= 0",
    ),
    ('{"agents": {"li": {"skills": {"lift": 3, "words": 9}}}}', "agents.li.skills.words: Expected `int` <= 5"),
    (
        '{"agents": {"li": {}, "wu": {"role": "boss"}}}',
        "agents.wu.role: Invalid enum value 'boss'; give one of administrator, carer, interface, operator, supervisor",
    ),
    (
        '{"field_roles": {"diagnosis": ["carer", "boss"]}}',
        "field_roles.diagnosis[1]: Invalid enum value 'boss'; give one of administrator, carer",
    ),
    (
        '{"wards": {"east": {"name": {"de": "Ost"}}}}',
        "wards.east.name.de: Invalid enum value 'de'; give one of en, zh_CN",
    ),
    (
        '{"calendar": {"periods": [{"name": "n", "begins": "07:00", "ends": "19:00", "on": ["someday"]}]}}',
        "calendar.periods[0].on[0]: Invalid enum value 'someday'; give one of holiday, weekend, workday",
    ),
    (
        '{"mail": {"host": "m", "sender": "a@b", "security": "ssl"}}',
        "mail.security: Invalid enum value 'ssl'; give one of none",
    ),
    ('{"groups": {"a": [], "b": [], "a": []}}', "a: it stands there twice"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_wrong_document_is_refused_with_the_key_where_it_is_wrong(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        decode_house(text.encode("latin-1"), "house.json")
    assert str(refused.value).startswith(f"house.json: {said}")


def test_an_empty_document_is_a_house_of_defaults() -> None:
    assert decode_house(b"{}", "house.json") == House()
