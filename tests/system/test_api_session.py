"""Tokens for a shift, for whoever says his secret; and the board that they show."""

from collections.abc import Iterator

import httpx
import pytest
from api_host import Host, problem, serving
from databases import Database
from servers import DEADLINE_S

from wardbell_callcenter.people import door
from wardbell_callcenter.people.secret import make_secret

HOUSE = {
    "agents": {
        "Ana": {"role": "supervisor", "level": "home", "secret": make_secret("night", bytes(16))},
        "Li": {"wards": ["east"]},
        "Wei": {"wards": ["east"]},
        "Zhu": {"wards": ["west"]},
    }
}


@pytest.fixture
def host(database: Database) -> Iterator[Host]:
    with serving(database.url) as made:
        made.house(**HOUSE)
        yield made


def ask(host: Host, name: str, secret: str) -> httpx.Response:
    return httpx.post(f"{host.url}/v1/session", json={"name": name, "secret": secret}, timeout=DEADLINE_S)


def test_a_secret_gives_a_token_for_a_shift_until_it_is_given_back(host: Host) -> None:
    given = ask(host, "Ana", "night")
    assert given.status_code == 201
    with httpx.Client(
        base_url=host.url, headers={"Authorization": f"Bearer {given.json()['token']}"}, timeout=DEADLINE_S
    ) as caller:
        assert caller.get("/v1/me").json()["name"] == "Ana"
        assert caller.delete("/v1/session").status_code == 204
        assert caller.get("/v1/me").status_code == 401


def test_secrets_cannot_be_tried_and_no_answer_says_who_is_there(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "FIRST_WAIT_MS", door.LONGEST_WAIT_MS)  # however slow this machine is
    for name, secret in [
        ("Ana", "day"),
        ("Nobody", "night"),
        ("Li", "x"),
        ("Ana", "x"),
        ("Ana", "y"),
        ("Ana", "night"),
    ]:
        said = problem(ask(host, name, secret))
        assert (said["status"], said["detail"]) == (401, "no such name, or another secret")


def test_the_board_shows_and_counts_those_whom_one_may_see(host: Host) -> None:
    host.sign_in("Li")
    token = ask(host, "Ana", "night").json()["token"]
    shown = httpx.get(f"{host.url}/v1/board", headers={"Authorization": f"Bearer {token}"}, timeout=DEADLINE_S).json()
    assert {agent["agent"]: agent["state"] for agent in shown["agents"]} == {
        "Ana": "signed_out",
        "Li": "ready",
        "Wei": "signed_out",
        "Zhu": "signed_out",
    }
    assert (shown["serving"], shown["idle"], shown["not_ready"], shown["closed"]) == (0, 1, 0, 3)
    with host.caller("Li") as colleague:
        assert [agent["agent"] for agent in colleague.get("/v1/board").json()["agents"]] == ["Ana", "Li", "Wei"]
