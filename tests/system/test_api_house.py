"""The house's document, its people's board, offers, stations and rosters over the API."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from api_host import Host, problem, serving
from databases import Database
from servers import DEADLINE_S

from wardbell_callcenter.api.house_routes import KEPT
from wardbell_callcenter.people.secret import make_secret
from wardbell_callcenter.residents.resident import Resident

SECRET = make_secret("open sesame", bytes(16))
HOUSE: dict[str, Any] = {
    "wards": {"east": {}, "west": {}},
    "agents": {
        "Wei": {"role": "administrator", "level": "home", "secret": SECRET},
        "Chen": {"role": "supervisor", "level": "ward", "wards": ["east"]},
        "Li": {"role": "carer", "level": "ward", "wards": ["east"]},
        "Hu": {"role": "carer", "level": "ward", "wards": ["west"]},
        "door": {"role": "interface", "level": "home"},
    },
    "codes": {
        "helped": {"name": {"en": "Helped", "zh_CN": "已处理"}},
        "fall": {
            "name": {"en": "Fall"},
            "kinds": ["emergency"],
            "fields": ["injury", "doctor"],
            "required": ["injury"],
        },
        "enquiry": {"name": {"en": "Enquiry"}, "category": "office", "kinds": ["family_call", "message"]},
    },
    "hook": {"url": "https://router.example/choose", "secret": "of-the-hook"},
    "policies": {"desk": {"steps": [{"after_s": 0, "to": ["agent:Li"], "ring_s": 0}]}},
    "policy_of": {"default": "desk"},
    "rosters": {
        "east": {
            "shifts": {"all": {"begins": "00:00", "ends": "00:00", "needs": 2}},
            "rotations": [{"shift": "all", "teams": [["Li"]], "starts": "2026-01-01"}],
        }
    },
}


@pytest.fixture
def host(database: Database) -> Iterator[Host]:
    with serving(database.url) as made:
        made.house(**HOUSE)
        made.sign_in("Li", "Chen")
        yield made


def test_the_document_is_read_without_secrets_and_written_back_with_them(host: Host) -> None:
    with host.caller("Wei") as wei:
        read = wei.get("/v1/house")
        assert "scrypt" not in read.text
        assert "of-the-hook" not in read.text
        document, seen = read.json(), read.headers["etag"]
        assert document["agents"]["Wei"]["secret"] == KEPT
        document["reasons"] = {"meal": {"en": "at table"}}
        sent = json.dumps(document)
        assert problem(wei.put("/v1/house", content=sent))["status"] == 428
        assert problem(wei.put("/v1/house", content=sent, headers={"If-Match": '"999"'}))["status"] == 412
        made = wei.put("/v1/house", content=sent, headers={"If-Match": seen})
        assert made.status_code == 200, made.text
        assert made.json()["revision"] == int(seen.strip('"')) + 1
        assert problem(wei.put("/v1/house", content=sent, headers={"If-Match": seen}))["status"] == 412
        acts = wei.get("/v1/audit").json()
    assert ("Wei", "put_house") in {(act["by"], act["what"]) for act in acts}
    with host.store.reading() as ledger:
        form = ledger.houses.newest()
    assert form is not None
    kept = json.loads(form.document)
    assert kept["agents"]["Wei"]["secret"] == SECRET
    assert kept["hook"]["secret"] == "of-the-hook"


def test_the_codes_for_a_kind_of_contact_say_what_they_ask_for(host: Host) -> None:
    with host.caller("Li") as li:
        assert [code["code"] for code in li.get("/v1/codes").json()] == ["helped", "fall", "enquiry"]
        assert [code["code"] for code in li.get("/v1/codes", params={"kind": "bed_call"}).json()] == ["helped"]
        assert [code["code"] for code in li.get("/v1/codes", params={"kind": "message"}).json()] == [
            "helped",
            "enquiry",
        ]
        (helped, fall) = li.get("/v1/codes", params={"call_kind": "emergency"}).json()
        assert helped["name"] == {"en": "Helped", "zh_CN": "已处理"}
        assert (fall["fields"], fall["required"]) == (["injury", "doctor"], ["injury"])
        assert problem(li.get("/v1/codes", params={"kind": "holiday"}))["status"] == 400


def test_a_document_with_something_wrong_changes_nothing_and_names_its_key(host: Host) -> None:
    with host.caller("Wei") as wei:
        seen = wei.get("/v1/house").headers["etag"]
        for wrong, key in (
            ({"policy_of": {"default": "nowhere"}}, "policy_of"),
            ({"stepps": {}}, "stepps"),
            ({"agents": {"Wei": {"secret": "in clear"}}}, "agents.Wei"),
        ):
            answer = wei.put("/v1/house", content=json.dumps(wrong), headers={"If-Match": seen})
            assert problem(answer)["status"] == 422, wrong
            assert key in problem(answer)["detail"]
        assert problem(wei.put("/v1/house", content=b"{", headers={"If-Match": seen}))["status"] == 422
        assert wei.get("/v1/house").headers["etag"] == seen


def test_only_those_of_the_home_see_the_house_as_one(host: Host) -> None:
    for name in ("Chen", "Li", "door"):
        with host.caller(name) as caller:
            assert caller.get("/v1/house").status_code == 403
            assert caller.get("/v1/audit").status_code == 403
            assert caller.put("/v1/house", content=b"{}", headers={"If-Match": '"1"'}).status_code == 403


def test_everybody_sees_whom_his_level_reaches_and_a_supervisor_orders_those(host: Host) -> None:
    with host.caller("Chen") as chen, host.caller("Li") as li, host.caller("Hu") as hu:
        seen = {
            name: {agent["agent"] for agent in who.get("/v1/agents").json()} for name, who in (("Li", li), ("Hu", hu))
        }
        assert "Hu" not in seen["Li"]
        assert "Li" not in seen["Hu"]
        forced = chen.post("/v1/agents/Li/force_not_ready", json={"reason": "a meal"})
        assert (forced.status_code, forced.json()["state"]) == (200, "not_ready"), forced.text
        forced = chen.post("/v1/agents/Li/force_not_ready", json={"reason": "a meal", "for_s": 600})
        assert forced.json()["back_at_ms"] - host.now().wall_ms < 1_800_000  # not the hour that the house has
        assert chen.post("/v1/agents/Li/force_ready", json={"reason": "over"}).json()["state"] == "ready"
        assert problem(chen.post("/v1/agents/Hu/force_ready", json={"reason": "x"}))["status"] == 404
        assert chen.post("/v1/agents/Li/force_ready", json={"reason": ""}).status_code == 400


def test_what_rings_is_listed_received_and_comes_with_what_one_must_know(host: Host) -> None:
    contact_id = host.open("east", "a fall")
    with host.caller("Li") as li, host.caller("Hu") as hu:
        ringing = li.get("/v1/offers").json()
        assert [one["contact"]["contact_id"] for one in ringing] == [contact_id]
        assert hu.get("/v1/offers").json() == []
        offer_id = ringing[0]["offer"]["offer_id"]
        assert problem(hu.post(f"/v1/offers/{offer_id}/received"))["status"] == 404
        assert li.post(f"/v1/offers/{offer_id}/received").json()["received_at_ms"] is not None
        assert li.get(f"/v1/contacts/{contact_id}").json()["status"] == "offered"
        assert li.get(f"/v1/contacts/{contact_id}/pop").json()["v"] == 1
        assert problem(hu.get(f"/v1/contacts/{contact_id}/pop"))["status"] == 404


def test_an_own_column_of_the_residents_is_shown_to_the_roles_that_the_house_says(host: Host) -> None:
    host.house(**HOUSE, field_roles={"diagnosis": ["supervisor"]})
    he = Resident(resident_id="r1", ward="east", room="203", name="Zhou", fields={"diet": "soft", "diagnosis": "x"})
    with host.store.writing() as ledger:
        ledger.residents.put([he])
    contact_id = host.open("east", "a fall")
    for name, columns in (("Chen", {"diet", "diagnosis"}), ("Li", {"diet"})):
        with host.caller(name) as caller:
            (known,) = caller.get("/v1/residents").json()
            assert known["resident"]["fields"].keys() == columns
            chosen = caller.post(f"/v1/contacts/{contact_id}/choose_resident", json={"resident_id": "r1"})
            assert chosen.status_code == 200, chosen.text
            (card,) = caller.get(f"/v1/contacts/{contact_id}/pop").json()["residents"]
            assert card["fields"].keys() == columns


def test_who_is_on_duty_and_what_is_missing(host: Host) -> None:
    with host.caller("Li") as li:
        duty = li.get("/v1/roster/who").json()
        assert [(one["agent"], one["why"][0]["kind"]) for one in duty] == [("Li", "rotation")]
        gaps = li.get("/v1/roster/gaps", params={"roster": "east", "days": 2}).json()
        assert {(gap["kind"], gap["needs"], gap["has"]) for gap in gaps} == {("short", 2, 1)}
        assert problem(li.get("/v1/roster/who", params={"roster": "north"}))["status"] == 404


def test_a_station_that_never_called_is_not_muted_and_muting_is_not_for_carers(host: Host) -> None:
    with host.caller("Chen") as chen, host.caller("Li") as li:
        said = {"for_s": 600, "reason": "it sticks"}
        assert problem(chen.post("/v1/wards/east/stations/203-1/mute", json=said))["status"] == 409
        assert problem(chen.post("/v1/wards/west/stations/203-1/mute", json=said))["status"] == 403
        assert problem(li.post("/v1/wards/east/stations/203-1/mute", json=said))["status"] == 403
        assert li.get("/v1/mutes").json() == []
        assert li.get("/v1/incidents").json() == []
        assert li.get("/v1/residents").json() == []


def test_until_when_a_station_is_muted_is_said_by_the_clock_as_it_is_set_now(host: Host, database: Database) -> None:
    host.open()
    database.execute("UPDATE contacts SET station_id = '203-1'")  # of that station something came
    with host.caller("Chen") as chen:
        said = {"for_s": 600, "reason": "it sticks"}
        assert chen.post("/v1/wards/east/stations/203-1/mute", json=said).status_code == 200
        database.execute("UPDATE mutes SET until_ms = until_ms - 3600000")  # the clock was an hour behind
        (muted,) = chen.get("/v1/mutes").json()
    assert abs(muted["until_ms"] - (host.now().wall_ms + 600_000)) < 300_000
    assert (muted["ward"], muted["station_id"], muted["by"]) == ("east", "203-1", "Chen")


def test_a_document_that_cannot_be_read_leaves_the_one_before_it_in_force_and_opens_nothing(database: Database) -> None:
    of_tomorrow = {"agents": {"Li": {"role": "a new one"}}}
    with serving(database.url) as host:
        host.house(**HOUSE)
        token = {"Authorization": f"Bearer {host.token('Li')}"}
        assert httpx.get(f"{host.url}/v1/contacts", headers=token, timeout=DEADLINE_S).status_code == 200
        host.house(**of_tomorrow)
        assert httpx.get(f"{host.url}/v1/contacts", headers=token, timeout=DEADLINE_S).status_code == 200
        assert httpx.get(f"{host.url}/v1/audit", headers=token, timeout=DEADLINE_S).status_code == 403
    with serving(database.url) as host:  # started anew, and as the engine does it
        assert httpx.get(f"{host.url}/v1/contacts", headers=token, timeout=DEADLINE_S).status_code == 200
        assert httpx.get(f"{host.url}/v1/audit", headers=token, timeout=DEADLINE_S).status_code == 403
    database.overwrite("houses", "document", '{"agents": {"Li": {"role": "a new one"}}}')
    with serving(database.url) as host:
        answer = httpx.get(f"{host.url}/v1/contacts", headers=token, timeout=DEADLINE_S)
        assert problem(answer)["status"] == 503
        assert "role" in problem(answer)["detail"]


def test_a_database_that_is_ill_is_said_and_to_be_tried_again(database: Database) -> None:
    with serving(database.url) as host:
        token = {"Authorization": f"Bearer {host.token('Li')}"}
        database.execute("ALTER TABLE tokens RENAME TO elsewhere")
        answers = [
            httpx.get(f"{host.url}/v1/contacts", headers=token, timeout=DEADLINE_S),
            httpx.post(f"{host.url}/v1/me/ready", headers=token, timeout=DEADLINE_S),
        ]
        for answer in answers:
            assert problem(answer)["status"] == 503
            assert "the database is not well" in problem(answer)["detail"]
            assert int(answer.headers["retry-after"]) > 0
        database.execute("ALTER TABLE elsewhere RENAME TO tokens")
        assert httpx.get(f"{host.url}/v1/contacts", headers=token, timeout=DEADLINE_S).status_code == 200
