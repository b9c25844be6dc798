"""The API of `wardbell callcenter`, as a process: killed and asked again, its port taken, its seats, its end."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from api_host import problem, serving
from centre_host import PartProcess, Seat
from databases import Database
from servers import DEADLINE_S, BrokerProcess, free_port, is_listening, wait_until

from wardbell_callcenter.api import tokens
from wardbell_callcenter.api.listening import listen
from wardbell_callcenter.callcenter_command import main
from wardbell_callcenter.store.store import Store


class Centre:
    """A call centre's process with its API, and a token for whoever asks."""

    def __init__(self, broker: BrokerProcess, home: Path, database: Database) -> None:
        home.mkdir()
        self.database = database.url
        self.port = free_port()
        places = ["--broker", broker.url, "--home", str(home), "--db", database.url]
        arguments = [*places, "--api", f"127.0.0.1:{self.port}"]
        self.log = home / "log"
        self.process = PartProcess("wardbell_callcenter.callcenter_command", arguments, self.log)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=DEADLINE_S)

    def start(self) -> None:
        """Come back when it leads."""
        self.process.start()
        wait_until(lambda: is_listening(self.port), "the API's port")
        wait_until(lambda: self.client.get("/v1/health").json()["state"] == "leading", "the lead")

    def token(self, name: str) -> dict[str, str]:
        """A header for that name."""
        token, row = tokens.make(name, "test", 0)
        store = Store(self.database)
        with store.writing() as ledger:
            ledger.tokens.add(row)
        store.close()
        return {"Authorization": f"Bearer {token}"}

    def stop(self) -> None:
        self.client.close()
        self.process.kill()


@pytest.fixture
def centre(iotcore_broker: BrokerProcess, database: Database, tmp_path: Path) -> Iterator[Centre]:
    made = Centre(iotcore_broker, tmp_path / "centre", database)
    made.start()
    yield made
    made.stop()


def test_what_is_sent_again_to_a_centre_that_was_killed_is_done_once_and_it_leaves_in_order(
    centre: Centre, iotcore_broker: BrokerProcess
) -> None:
    wei = centre.token("Wei")
    opened = centre.client.post("/v1/contacts", headers=wei, json={"kind": "message", "subject": "call back"})
    assert opened.status_code == 200, opened.text
    path = f"/v1/contacts/{opened.json()['contact_id']}"
    assert centre.client.post("/v1/me/sign_in", headers=wei, json={}).status_code == 200
    wanted = [("accept", None), ("note", {"text": "one"}), ("note", {"text": "two"}), ("resolve", {"text": "done"})]

    def ask(number: int) -> int:
        verb, said = wanted[number]
        return centre.client.post(
            f"{path}/{verb}", headers=wei | {"Idempotency-Key": f"key {number}"}, json=said
        ).status_code

    assert problem(centre.client.get("/v1/me"))["status"] == 401
    assert [ask(number) for number in range(3)] == [200, 200, 200]
    seat = Seat(iotcore_broker.url, "console-b")
    try:
        seat.wait(lambda: [agent.agent for agent in seat.centre.agents.values()] == ["Wei"], "Wei at his seat")
    finally:
        seat.stop()
    centre.process.kill()
    centre.start()
    assert [ask(number) for number in range(4)] == [200, 200, 200, 200]
    assert ask(3) == 200
    told = centre.client.get(f"{path}/timeline", headers=wei).json()
    done = [event["kind"] for event in told if event["kind"] in ("accepted", "noted", "resolved")]
    assert done == ["accepted", "noted", "noted", "resolved"]
    assert centre.process.end() == 0
    assert "GET /v1" not in centre.log.read_text()  # who asks what is not for the log


def test_a_port_that_somebody_else_has_is_said_and_tried_again_by_whoever_supervises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with listen("127.0.0.1:0") as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        status = main(["--broker", f"mqtt://127.0.0.1:{free_port()}", "--home", str(tmp_path), "--api", taken])
    assert status == 75
    assert f"{taken}: --api: somebody else listens there" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["8750", "127.0.0.1:", "127.0.0.1:70000", "192.0.2.1:8750", "nowhere.invalid:8750"])
def test_an_address_that_is_none_is_said(wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--broker", f"mqtt://127.0.0.1:{free_port()}", "--home", str(tmp_path), "--api", wrong]
    assert main(arguments) == 78
    assert f"{wrong}: --api:" in capsys.readouterr().err


def test_an_api_that_ends_by_itself_begins_again_on_its_port(database: Database) -> None:
    with serving(database.url) as host:
        first = host.server._server  # noqa: SLF001 - nothing from outside ends it
        first.should_exit = True  # as whatever ends its loop does
        wait_until(lambda: host.server._server is not first, "another server")  # noqa: SLF001
        assert httpx.get(f"{host.url}/v1/health", timeout=DEADLINE_S).status_code == 200
