"""What a house's document must be beyond its types: a slip in a name must not leave a bed with nobody."""

import json
from pathlib import Path
from typing import Any

import pytest

from wardbell_callcenter.house import House, decode_house
from wardbell_callcenter.house_checks import house_findings, read_house
from wardbell_callcenter.people.secret import make_secret
from wardbell_protocol.errors import ConfigError

ROOT = Path(__file__).parents[2] / "callcenter"
EXAMPLE = ROOT / "examples/house.json"
STARTER = ROOT / "wardbell_callcenter/starter_house.json"

TO = "policies.day.steps[1].to[0]"
# A place in the example's document, what to write there (None: take it out), and what is said: the key and a part of the remedy.
SLIPS: list[tuple[str, Any, str, str]] = [
    ("time_zone", "China", "time_zone", '"China" is no time zone'),
    ("time_zone", "../etc/passwd", "time_zone", "is no time zone"),
    ("wards/east/corridors/east-2", ["204", "201"], "wards.east.corridors.east-2", "room 201 stands in east-1 already"),
    ("agents/li/wards", ["eastt"], "agents.li.wards", 'there is no ward "eastt"; is "east" meant?'),
    ("agents/li/wards", ["north"], "agents.li.wards", 'there is no ward "north"; known: east, west'),
    ("agents/li/webhook", "pager", "agents.li.webhook", 'no webhook "pager"'),
    ("agents/li/mail", "li at home", "agents.li.mail", "is no mail address"),
    ("agents/li/secret", "1234", "agents.li.secret", "wardbell house secret"),
    ("alarms/crowded", {}, "alarms.crowded", "give waiting, oldest_s, free or accepted"),
    ("alarms/east-unmanned/ward", "eats", "alarms.east-unmanned.ward", 'is "east" meant?'),
    ("field_roles", {"Risk": ["supervisor"]}, "field_roles.Risk", "every card shows risks"),
    ("groups/heads", ["chan"], "groups.heads", 'no agent "chan"; is "chen" meant?'),
    ("groups/desk", ["zhou", "zhou"], "groups.desk", "twice"),
    ("groups/heads", [], "policies.emergency.steps[1].to[1]", "nobody is in the group heads"),
    ("policies/day/steps/1/to", ["wart"], TO, '"wart" names nobody; give one of ward, building'),
    ("policies/day/steps/1/to", ["group:dask"], TO, 'no group "dask"; is "desk" meant?'),
    ("policies/day/steps/1/to", ["agent:nobody"], TO, 'no agent "nobody"'),
    ("policies/day/steps/1/to", ["roster:nigth"], TO, 'is "night" meant?'),
    ("policies/day/steps/1/to", ["address:docter"], TO, 'is "doctor" meant?'),
    ("policies/day/steps/1/after_s", 0, "policies.day.steps[1].after_s", "more than 0"),
    ("policies/day/steps/2/after_s", 29, "policies.day.steps[2].after_s", "more than 30"),
    (
        "policies/day/steps/1/skills",
        {"lifting": 5},
        "policies.day.steps[1].skills.lifting",
        "no agent has it at level 5",
    ),
    ("policies/day/accept_limit_s", 30, "policies.day.accept_limit_s", "the reminder comes 30 s before"),
    (
        "policies/spare",
        {"steps": [{"after_s": 0, "to": ["ward"]}]},
        "policies.spare",
        "nothing in policy_of leads here",
    ),
    (
        "policies/desk/steps",
        [{"after_s": 0, "to": ["address:maintenance"]}],
        "policies.desk.steps",
        "no step asks people",
    ),
    ("policies/desk/steps/0/media", ["webhook"], "policies.desk.steps[0].media", "no agent has a webhook"),
    ("mail", None, "policies.emergency.steps[2].to[1]", "describe the server in `mail`"),
    ("mail", None, "policies.night.steps[2].media", "describe the server in `mail`"),
    ("mail/sender", "wardbell", "mail.sender", "is no mail address"),
    ("policy_of/emergensy", "day", "policy_of.emergensy", 'is "emergency" meant?'),
    ("policy_of/normal@nihgt", "day", "policy_of.normal@nihgt", 'is "night" meant?'),
    ("policy_of/normal", "dya", "policy_of.normal", 'is "day" meant?'),
    ("priorities/kinds", {"emergency": 10}, "priorities.kinds.emergency", "at least the reserved 50"),
    ("priorities/kinds", {"normal": 50}, "priorities.kinds.normal", "reserved for emergencies"),
    ("priorities/kinds", {"normale": 5}, "priorities.kinds", 'is "normal" meant?'),
    ("targets/response_s", {"bathrom": 5}, "targets.response_s", 'is "bathroom" meant?'),
    ("codes/fall/required", ["doktor"], "codes.fall.required", 'is "doctor" meant?'),
    ("codes/toilet/kinds", ["bath"], "codes.toilet.kinds", 'is "bathroom" meant?'),
    ("codes/toilet/name", {}, "codes.toilet.name", "a name people can read"),
    ("reasons/break", {}, "reasons.break", "a name people can read"),
    ("scripts/emergancy", {}, "scripts", 'is "emergency" meant?'),
    ("link", "https://x.example/{resident}", "link", 'no field "resident"; is "resident_id" meant?'),
    ("link", "https://x.example/{0}", "link", 'no field "0"'),
    ("link", "https://x.example/{room", "link", "write the fields as {contact_id}"),
    ("link", "javascript:{room}", "link", "begin with http"),
    ("addresses/doctor", "the doctor", "addresses.doctor", "neither a mail address nor webhook:NAME"),
    ("addresses/maintenance", "webhook:facilty", "addresses.maintenance", 'is "facility" meant?'),
    ("webhooks/facility/events", ["open"], "webhooks.facility.events", 'is "opened" meant?'),
    ("webhooks/facility/url", "facility.example", "webhooks.facility.url", "begin with http"),
    ("hook/url", "http://", "hook.url", "begin with http"),
    ("hook/url", "http://127.0.0.1:99999/", "hook.url", "begin with http"),
    ("calendar/periods/0/name", "night", "calendar.periods", "two periods are called night"),
    ("calendar/workdays/2026-10-01", {}, "calendar.workdays.2026-10-01", "among the holidays"),
    ("rosters/day/rotations/0/shift", "ealry", "rosters.day.rotations[0].shift", 'is "early" meant?'),
    ("rosters/day/rotations/0/ends", "2026-01-04", "rosters.day.rotations[0].ends", "before it starts"),
    ("rosters/day/rotations/0/teams", [["lee"]], "rosters.day.rotations[0].teams[0]", 'no agent "lee"'),
]


def written(place: str, value: object) -> House:
    """The example, with that in that place."""
    document: Any = json.loads(EXAMPLE.read_bytes())
    *way, last = [int(part) if part.isdigit() else part for part in place.split("/")]
    part = document
    for name in way:
        part = part[name]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return decode_house(json.dumps(document).encode(), "house.json")


@pytest.mark.parametrize("file", [EXAMPLE, STARTER], ids=lambda file: file.name)
def test_what_we_give_away_is_right(file: Path) -> None:
    assert read_house(file.read_bytes(), file.name).policies


@pytest.mark.parametrize(("place", "value", "key", "remedy"), SLIPS)
def test_a_slip_is_found_where_it_is(place: str, value: object, key: str, remedy: str) -> None:
    found = {finding.key: finding.remedy for finding in house_findings(written(place, value))}
    assert remedy in found.get(key, ""), found


def test_reading_refuses_with_the_first_thing_that_is_wrong() -> None:
    with pytest.raises(ConfigError) as refused:
        read_house(b'{"time_zone": "Nowhere"}', "house.json")
    assert str(refused.value).startswith('house.json: time_zone: "Nowhere" is no time zone')


def test_a_house_that_names_no_agents_may_group_whoever_signs_in() -> None:
    house = decode_house(
        b'{"groups": {"night": ["li"]}, "policy_of": {"default": "p"}, "policies": {"p": {"steps":'
        b' [{"after_s": 0, "to": ["group:night", "agent:wang"], "skills": {"lifting": 2}}]}}}',
        "house.json",
    )
    assert house_findings(house) == []


def test_a_digest_is_a_secret() -> None:
    assert house_findings(written("agents/li/secret", make_secret("1234", bytes(16)))) == []
