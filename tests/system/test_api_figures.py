"""Figures over the API: who may see whose."""

from api_host import problem, serving
from databases import Database

HOUSE = {
    "wards": {"east": {}, "west": {}},
    "agents": {
        "door": {"role": "interface", "level": "home"},
        "Wei": {"role": "operator", "level": "home"},
        "Sun": {"role": "supervisor", "level": "ward", "wards": ["west"]},
        "Li": {"role": "carer", "level": "ward", "wards": ["east"]},
    },
}


def test_the_house_for_who_sees_all_and_a_ward_for_its_people(database: Database) -> None:
    with serving(database.url) as host:
        host.house(**HOUSE)
        host.sign_in("Wei")
        contact_id = host.open()
        with host.caller("Wei") as wei, host.caller("Sun") as sun, host.caller("Li") as li:
            live = wei.get("/v1/figures/live").json()
            assert (live["waiting"], live["taken"], live["agents"]) == (1, 0, {"offered": 1})
            assert wei.post(f"/v1/contacts/{contact_id}/accept").status_code == 200
            found = wei.get("/v1/figures", params={"days": 2, "by": "day"}).json()
            assert [day["contacts"] for day in found["periods"]] == [0, 1]
            assert found["total"]["service_levels"]["offered"] == {"count": 1, "of": 1}
            assert wei.get("/v1/figures", params={"ward": "west"}).json()["total"]["contacts"] == 0
            assert sun.get("/v1/figures/live", params={"ward": "west"}).json()["waiting"] == 0
            for who, ward, status in ((sun, "", 403), (sun, "east", 403), (li, "east", 403), (wei, "north", 404)):
                assert problem(who.get("/v1/figures", params={"ward": ward}))["status"] == status
