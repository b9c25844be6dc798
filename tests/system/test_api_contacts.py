"""Contacts over the API, against a real engine: who wins, what is done once, who may see and do what."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from api_host import Host, problem, serving
from databases import Database
from servers import DEADLINE_S, wait_until

from wardbell_callcenter.api.app import THREADS

PEOPLE = {
    "door": {"role": "interface", "level": "home"},
    "Wei": {"role": "operator", "level": "home"},
    "Chen": {"role": "operator", "level": "home"},
    "Li": {"role": "carer", "level": "ward", "wards": ["east"]},
    "Hu": {"role": "carer", "level": "carer"},
    "Sun": {"role": "supervisor", "level": "ward", "wards": ["west"]},
}
HOUSE = {
    "wards": {"east": {}, "west": {}},
    "agents": PEOPLE,
    "policies": {"desk": {"steps": [{"after_s": 0, "to": ["agent:Wei", "agent:Chen"], "ring_s": 0}]}},
    "policy_of": {"default": "desk"},
}


@pytest.fixture
def host(database: Database) -> Iterator[Host]:
    """A house with its people, two of whom work."""
    with serving(database.url) as made:
        made.house(**HOUSE)
        made.sign_in("Wei", "Chen")
        yield made


def at_once(*asked: tuple[httpx.Client, str]) -> list[httpx.Response]:
    """All of them post in the same moment."""
    gate = threading.Barrier(len(asked))
    answers: dict[int, httpx.Response] = {}

    def post(number: int, client: httpx.Client, path: str) -> None:
        gate.wait()
        answers[number] = client.post(path)

    threads = [threading.Thread(target=post, args=(number, *one)) for number, one in enumerate(asked)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(len(asked))]


def test_of_two_who_accept_at_once_one_has_it_and_the_other_reads_who(host: Host) -> None:
    with host.caller("Wei") as wei, host.caller("Chen") as chen:
        for number in range(5):
            contact_id = host.open(subject=f"visitor {number}")
            path = f"/v1/contacts/{contact_id}/accept"
            answers = dict(zip(("Wei", "Chen"), at_once((wei, path), (chen, path)), strict=True))
            winner = wei.get(f"/v1/contacts/{contact_id}").json()["accepted_by"]
            loser = "Chen" if winner == "Wei" else "Wei"
            assert answers[winner].status_code == 200, answers[winner].text
            assert answers[winner].json()["accepted_by"] == winner
            said = problem(answers[loser])
            assert (said["status"], said["taken_by"]) == (409, winner)
            again = (wei if winner == "Wei" else chen).post(path)
            assert again.status_code == 200


def test_the_same_key_is_done_once_and_answered_again_and_is_no_other_requests(host: Host) -> None:
    contact_id = host.open()
    path, key = f"/v1/contacts/{contact_id}/note", {"Idempotency-Key": "k-1"}
    with host.caller("Wei") as wei, host.caller("Chen") as chen:
        for _ in range(3):
            assert wei.post(path, json={"text": "by the door"}, headers=key).status_code == 200
        assert problem(wei.post(path, json={"text": "at the window"}, headers=key))["status"] == 422
        assert problem(wei.post(f"/v1/contacts/{contact_id}/accept", headers=key))["status"] == 422
        assert chen.post(path, json={"text": "by the door"}, headers=key).status_code == 200
        assert wei.post(path, json={"text": "by the door"}).status_code == 200
        told = wei.get(f"/v1/contacts/{contact_id}/timeline").json()
    assert [event["by"] for event in told if event["kind"] == "noted"] == ["Wei", "Chen", "Wei"]


def test_a_refusal_is_kept_too_and_what_was_done_is_said_again_to_whoever_may_no_more(host: Host) -> None:
    contact_id = host.open()
    with host.caller("Wei") as wei, host.caller("Chen") as chen:
        assert wei.post(f"/v1/contacts/{contact_id}/accept").status_code == 200
        lost = [chen.post(f"/v1/contacts/{contact_id}/accept", headers={"Idempotency-Key": "c"}) for _ in range(2)]
        assert [problem(one)["taken_by"] for one in lost] == ["Wei", "Wei"]
        key = {"Idempotency-Key": "r"}
        assert wei.post(f"/v1/contacts/{contact_id}/release", json={"reason": "busy"}, headers=key).status_code == 200
        host.house(**HOUSE | {"agents": PEOPLE | {"Wei": {"role": "carer", "level": "carer"}}})
        again = wei.post(f"/v1/contacts/{contact_id}/release", json={"reason": "busy"}, headers=key)
        assert again.status_code == 200


def test_each_sees_and_does_what_his_role_and_level_say(host: Host) -> None:
    east, west = host.open("east", "one"), host.open("west", "two")
    seen = {"Wei": {east, west}, "Li": {east}, "Sun": {west}, "Hu": set(), "door": {east, west}}
    for name, contacts in seen.items():
        with host.caller(name) as caller:
            listed = {contact["contact_id"] for contact in caller.get("/v1/contacts").json()["contacts"]}
            assert listed == contacts, name
            for contact_id in (east, west):
                found = caller.get(f"/v1/contacts/{contact_id}").status_code
                assert found == (200 if contact_id in contacts else 404), name
    wanted = [
        ("Li", west, "note", {"text": "x"}, 404),  # that there is one is nothing for her to know
        ("Li", east, "note", {"text": "x"}, 200),
        ("Li", east, "take_over", {"reason": "x"}, 403),
        ("Li", east, "resolve", {"text": "x"}, 403),  # she has not got it
        ("Hu", east, "accept", None, 404),
        ("door", east, "accept", None, 403),
        ("Sun", east, "take_over", {"reason": "x"}, 404),
    ]
    for name, contact_id, verb, body, status in wanted:
        with host.caller(name) as caller:
            answer = caller.post(f"/v1/contacts/{contact_id}/{verb}", json=body)
            assert answer.status_code == status, (name, verb, answer.text)
    with host.caller("Li") as li:
        assert problem(li.post("/v1/agents/Wei/force_ready", json={"reason": "x"}))["status"] == 403
        assert problem(li.get(f"/v1/contacts/{west}"))["detail"] == f"contact {west}: there is none that you may see"
        absent = problem(li.get("/v1/contacts/c-nothing"))["detail"]
        assert absent == "contact c-nothing: there is none that you may see"


def test_a_contact_is_opened_worked_and_closed_over_the_api(host: Host) -> None:
    with host.caller("door") as door, host.caller("Wei") as wei:
        body = {"kind": "family_call", "subject": "calls back", "ward": "east", "fields": {"number": "5551"}}
        made = door.post("/v1/contacts", json=body)
        assert made.status_code == 200, made.text
        contact_id = made.json()["contact_id"]
        assert made.json()["fields"] == {"number": "5551"}
        for verb, said, status in (
            ("accept", None, "accepted"),
            ("on_site", None, "on_site"),
            ("resolve", {"text": "done"}, "resolved"),
        ):
            answer = wei.post(f"/v1/contacts/{contact_id}/{verb}", json=said)
            assert (answer.status_code, answer.json()["status"]) == (200, status), answer.text
        assert contact_id not in wei.get("/v1/contacts").text
        closed = wei.get("/v1/contacts", params={"status": "resolved", "kind": "family_call"}).json()["contacts"]
        assert [contact["contact_id"] for contact in closed] == [contact_id]
        kinds = [event["kind"] for event in wei.get(f"/v1/contacts/{contact_id}/timeline").json()]
        assert kinds[0] == "opened"
        assert [kind for kind in kinds if kind in ("accepted", "on_site", "resolved")] == [
            "accepted",
            "on_site",
            "resolved",
        ]


def test_pages_are_newest_first_and_miss_nobody(host: Host) -> None:
    made = [host.open(subject=f"visitor {number}") for number in range(7)]
    with host.caller("Wei") as wei:
        found: list[str] = []
        after = ""
        while after or not found:
            page = wei.get("/v1/contacts", params={"limit": 3, "after": after}).json()
            found += [contact["contact_id"] for contact in page["contacts"]]
            after = page["next"]
    assert sorted(found) == sorted(made)
    assert len(found) == len(set(found))


def test_an_engine_that_does_not_lead_shows_and_changes_nothing(host: Host) -> None:
    contact_id = host.open()
    host.leads = False
    with host.caller("Wei") as wei:
        assert wei.get("/v1/health").json()["state"] == "standing by"
        assert wei.get(f"/v1/contacts/{contact_id}").status_code == 200
        answer = wei.post(f"/v1/contacts/{contact_id}/accept")
        assert problem(answer)["status"] == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "stands by" in problem(answer)["detail"]
        assert wei.get(f"/v1/contacts/{contact_id}").json()["accepted_by"] == ""


def test_a_ward_among_the_fields_is_the_ward_that_is_asked_about(host: Host) -> None:
    with host.caller("Sun") as sun:
        for body in ({"ward": "east"}, {"fields": {"ward": "east"}}, {"ward": "", "fields": {"ward": "east"}}):
            refused = sun.post("/v1/contacts", json={"kind": "message", "subject": "a visitor"} | body)
            assert problem(refused)["status"] == 403, body
        own = sun.post("/v1/contacts", json={"kind": "message", "subject": "a visitor", "fields": {"ward": "west"}})
        assert own.json()["ward"] == "west"


def route_threads() -> int:
    return sum(thread.name.startswith("api-route") for thread in threading.enumerate())


def test_what_is_urgent_does_not_wait_for_what_is_slow(host: Host) -> None:
    with (
        host.caller("Wei") as wei,
        httpx.Client(base_url=host.url, timeout=DEADLINE_S) as chen,
        ThreadPoolExecutor(3 * THREADS) as others,
    ):
        shown = [{"Authorization": f"Bearer {host.token('Chen')}"} for _ in range(3 * THREADS)]
        with host.store.writing():  # whoever wants to write waits
            slow = [others.submit(chen.delete, "/v1/session", headers=one) for one in shown]
            wait_until(lambda: route_threads() == THREADS, "all threads of the slow ones are taken")
            answer = wei.post("/v1/contacts/none/accept")
            assert not all(one.done() for one in slow)
        assert answer.status_code == 404


def test_fields_are_no_more_than_every_event_and_offer_can_carry(host: Host) -> None:
    said = {"kind": "web_request", "subject": "a form", "fields": {f"field {number}": "x" for number in range(65)}}
    with host.caller("Wei") as wei:
        assert problem(wei.post("/v1/contacts", json=said))["status"] == 400
