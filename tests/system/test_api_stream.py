"""The stream of events over a real socket: from where one left off, by level, ended when the token ends; rate limits."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from api_host import Host, problem, serving
from databases import Database
from servers import DEADLINE_S, wait_until
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from wardbell_callcenter.api import stream, tokens
from wardbell_callcenter.api.buckets import Rate
from wardbell_callcenter.api.gate import Rates
from wardbell_callcenter.api.intake import Caller, Intake
from wardbell_callcenter.store.store import Store

AGENTS = {
    "door": {"role": "interface", "level": "home"},
    "Wei": {"role": "operator", "level": "home"},
    "Li": {"role": "carer", "level": "ward", "wards": ["east"]},
    "Hu": {"role": "carer", "level": "carer"},
}
POLICY = {"desk": {"steps": [{"after_s": 0, "to": ["agent:Wei", "agent:Hu"], "ring_s": 0}]}}
HOUSE = {"wards": {"east": {}, "west": {}}, "agents": AGENTS, "policies": POLICY, "policy_of": {"default": "desk"}}
SLOWLY = Rate(burst=5, per_s=0.001)
PLENTY = Rate(burst=1000, per_s=1000)

Json = dict[str, Any]


@pytest.fixture
def host(database: Database) -> Iterator[Host]:
    with serving(database.url, Rates(unknown=SLOWLY, known=PLENTY, urgent=PLENTY)) as made:
        made.house(**HOUSE)
        yield made


def listen(host: Host, token: str, after: int | None = None) -> ClientConnection:
    url = host.url.replace("http", "ws") + "/v1/events" + ("" if after is None else f"?after={after}")
    return connect(
        url, additional_headers={"Authorization": f"Bearer {token}"}, open_timeout=DEADLINE_S, close_timeout=1
    )


def until(socket: ClientConnection, kind: str, contact_id: str = "") -> list[Json]:
    """All events up to one of that kind, of that contact where one is named."""
    found: list[Json] = []
    while True:
        said = json.loads(socket.recv(timeout=DEADLINE_S))
        if said["kind"] != "beat":
            found.append(said)
            if said["kind"] == kind and contact_id in ("", (said.get("contact") or {}).get("contact_id")):
                return found


def test_a_listener_goes_on_where_he_left_off_and_misses_nothing(host: Host) -> None:
    wei = host.token("Wei")
    with listen(host, wei) as socket:
        began = json.loads(socket.recv(timeout=DEADLINE_S))
        assert began["kind"] == "beat"
        first = host.open(subject="one")
        heard = until(socket, "opened")
    second = host.open(subject="two")
    with listen(host, wei, after=heard[-1]["seq"]) as socket:
        third = host.open(subject="three")
        heard += until(socket, "opened", third)
    with listen(host, wei, after=0) as socket:
        everything = until(socket, "opened", third)
    assert [event["seq"] for event in heard] == [event["seq"] for event in everything if event["seq"] > began["seq"]]
    opened = [event["contact"]["contact_id"] for event in heard if event["kind"] == "opened"]
    assert opened == [first, second, third]


def test_events_of_an_older_version_are_passed_over(database: Database) -> None:
    Store(database.url).close()
    old = (
        "INSERT INTO events (seq, at_ms, kind, contact_id, agent, payload) VALUES ({}, 0, 'withdrawn', '', '', '{{}}')"
    )
    database.execute(*(old.format(seq) for seq in range(1, 601)), "UPDATE authority SET seq = 600")
    with serving(database.url) as host:
        host.opener = "Wei"
        contact_id = host.open()
        with listen(host, host.token("Wei"), after=0) as socket:
            assert until(socket, "opened", contact_id)[0]["seq"] == 601


def test_each_is_told_what_his_level_reaches_and_how_it_ended(host: Host) -> None:
    host.sign_in("Wei", "Hu")
    with listen(host, host.token("Li")) as li, listen(host, host.token("Hu")) as hu:
        for socket in (li, hu):
            socket.recv(timeout=DEADLINE_S)
        west, east = host.open("west", "one"), host.open("east", "two")
        with host.caller("Wei") as wei:
            for contact_id in (west, east):
                assert wei.post(f"/v1/contacts/{contact_id}/accept").status_code == 200
        of_li, of_hu = until(li, "accepted", east), until(hu, "accepted", east)
    assert {event["contact"]["contact_id"] for event in of_li if event["contact"]} == {east}
    taken = [event["contact"]["accepted_by"] for event in of_hu if event["kind"] == "accepted"]
    assert taken == ["Wei", "Wei"]  # he was asked for both, and hears who has them


def test_a_token_that_is_revoked_ends_the_stream_and_none_begins_without_one(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BEAT_S", 0.2)
    wei = host.token("Wei")
    with listen(host, wei) as socket:
        socket.recv(timeout=DEADLINE_S)
        with host.store.writing() as ledger:
            ledger.tokens.revoke(tokens.digest(wei))
        with pytest.raises(ConnectionClosed) as ended:
            until(socket, "nothing")
        assert ended.value.rcvd is not None
        assert (ended.value.rcvd.code, ended.value.rcvd.reason) == (stream.POLICY, "this token counts no longer")
    with pytest.raises(InvalidStatus):
        listen(host, wei)


def test_a_number_that_is_not_ours_is_said_to_be_none(host: Host) -> None:
    with (
        listen(host, host.token("Wei"), after=10_000) as socket,
        pytest.raises(ConnectionClosed, match="read /v1/contacts"),
    ):
        socket.recv(timeout=DEADLINE_S)


def test_whoever_does_not_take_what_is_sent_is_cut_off(
    host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stream, "SEND_S", 0.2)
    contact_id = host.open(subject="one")
    with host.store.writing() as ledger:
        contact = ledger.contacts.get(contact_id)
        for _ in range(4000):  # some 20 MB: more than the sockets between us hold
            ledger.record("noted", host.now(), by="Wei", text="x" * 4000, contact=contact)
    token = host.token("Wei")
    url = host.url.replace("http", "ws") + "/v1/events?after=0"
    with connect(url, additional_headers={"Authorization": f"Bearer {token}"}, max_queue=1, close_timeout=1) as socket:
        wait_until(lambda: "too slow" in caplog.text, "the end of a stream that nobody reads")
        with pytest.raises(ConnectionClosed):
            until(socket, "nothing")


def test_strangers_wait_and_those_with_a_token_never_for_them(host: Host) -> None:
    with httpx.Client(base_url=host.url, timeout=DEADLINE_S) as stranger, host.caller("Wei") as wei:
        answers = [stranger.get("/v1/contacts", headers={"Authorization": "Bearer x"}) for _ in range(7)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
        assert problem(answers[-1])["remedy"].startswith("wait")
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert wei.get("/v1/contacts").status_code == 200


def test_guessing_tokens_does_not_keep_the_database_busy(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    plain = Intake.caller

    def counted(intake: Intake, digest: str) -> Caller | None:
        looked_up.append(digest)
        return plain(intake, digest)

    monkeypatch.setattr(Intake, "caller", counted)
    with httpx.Client(base_url=host.url, timeout=DEADLINE_S) as stranger:
        answers = [stranger.get("/v1/me", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(9)]
    assert answers == [401] * 5 + [429] * 4
    assert len(looked_up) == 5
    with host.caller("Wei") as wei:  # whose token was made meanwhile
        wait_until(lambda: wei.get("/v1/me").status_code == 200, "that the tokens were read again")


def test_whoever_asks_too_often_can_still_accept(database: Database) -> None:
    limited = Rates(unknown=PLENTY, known=SLOWLY, urgent=PLENTY)
    with serving(database.url, limited) as host:
        host.opener = "Wei"
        host.sign_in("Wei")
        contact_id = host.open()
        with host.caller("Wei") as wei:
            asked = [wei.get("/v1/contacts").status_code for _ in range(6)]
            assert asked == [200] * 5 + [429]
            assert wei.post(f"/v1/contacts/{contact_id}/accept").status_code == 200
            assert wei.post(f"/v1/contacts/{contact_id}/on_site").status_code == 200


def test_whoever_may_less_from_now_on_is_told_no_more_of_what_he_knew(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "BEAT_S", 0.1)
    east = host.open("east", "one")
    with host.caller("Li") as li, listen(host, host.token("Wei")) as socket:
        socket.recv(timeout=DEADLINE_S)
        li.post(f"/v1/contacts/{east}/note", json={"text": "before"})
        until(socket, "noted", east)
        moved = {"role": "operator", "level": "ward", "wards": ["west"]}
        host.house(**(HOUSE | {"agents": AGENTS | {"Wei": moved}, "policies": {}, "policy_of": {}}))
        moved_at_ms, n_beats = host.now().wall_ms, 0
        while n_beats < 3:  # what was sent before may still lie in the socket
            said = json.loads(socket.recv(timeout=DEADLINE_S))
            n_beats += said["kind"] == "beat" and said["at_ms"] > moved_at_ms
        li.post(f"/v1/contacts/{east}/note", json={"text": "after"})
        west = host.open("west", "two")
        assert {event["kind"] for event in until(socket, "opened", west)} == {"opened"}


def is_told(host: Host, token: str) -> bool:
    with listen(host, token) as socket:
        try:
            return bool(socket.recv(timeout=DEADLINE_S))
        except ConnectionClosed:
            return False


def test_one_token_has_only_so_many_streams_and_another_one_its_own(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MOST_STREAMS", 2)
    wei = host.token("Wei")
    with listen(host, wei) as first, listen(host, wei) as second:
        for socket in (first, second):
            socket.recv(timeout=DEADLINE_S)
        with listen(host, wei) as third, pytest.raises(ConnectionClosed, match="end one of them first"):
            third.recv(timeout=DEADLINE_S)
        with listen(host, host.token("Wei")) as others:
            assert others.recv(timeout=DEADLINE_S)
    wait_until(lambda: is_told(host, wei), "a place for another one")
