"""The call centre as a process, with a seat on the bus, a mail server and a web server around it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from centre_host import CENTRE, Seat, centre_process, now_ms
from databases import Database
from port_worlds import PostOffice, WebServer
from servers import BrokerProcess, wait_until

from wardbell_bus.client import BusClient
from wardbell_callcenter.house import House, Mail, Policy, Step, Webhook
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreEvent, Offer
from wardbell_protocol.bus.payloads import Health, decode


def house(office: PostOffice, web: WebServer) -> House:
    """Everybody, somebody by mail and a program are asked at once."""
    everybody = Step(after_s=0, to=["everybody", "address:duty", "address:board"], ring_s=0)
    return House(
        policies={"all": Policy(steps=[everybody], repeat_s=600)},
        policy_of={"default": "all"},
        addresses={"duty": "duty@house.example", "board": "webhook:board"},
        mail=Mail(host="127.0.0.1", port=office.port, sender="bell@house.example"),
        webhooks={"board": Webhook(url=f"http://127.0.0.1:{web.port}/", secret="a secret", events=["accepted"])},
    )


def describe(url: str, described: House) -> None:
    """The house is so from now on."""
    store = Store(url)
    with store.writing() as ledger:
        ledger.houses.put(msgspec.json.encode(described), "test", now_ms())
    store.close()


class Centre:
    """The process, and what its life signs say is wrong with it."""

    def __init__(self, broker_url: str, folder: Path, url: str) -> None:
        self.url = url
        self.process = centre_process(broker_url, folder / "home", self.url)
        self.faults: list[list[str]] = []
        signs = [topics.health(CENTRE, topics.ANY)]
        self._watch = BusClient(broker_url, "watch", signs, self._heard, lambda _up: None)
        self._watch.start()

    def _heard(self, _topic: str, payload: bytes, _retained: bool) -> None:
        sign = decode(payload, Health)
        if sign.part == "callcenter":
            self.faults.append(sign.faults)

    def close(self) -> None:
        self.process.kill()
        self._watch.stop()


@pytest.fixture
def centre(iotcore_broker: BrokerProcess, tmp_path: Path, database: Database) -> Iterator[Centre]:
    centre = Centre(iotcore_broker.url, tmp_path, database.url)
    yield centre
    centre.close()


def test_all_who_are_asked_hear_of_it_and_that_it_is_taken(centre: Centre, iotcore_broker: BrokerProcess) -> None:
    office, web = PostOffice(), WebServer()
    describe(centre.url, house(office, web))
    centre.process.start()
    seat = Seat(iotcore_broker.url, "console-a")
    seat.wait(lambda: not seat.centre.is_stale, "the call centre")
    assert seat.ask("sign_in", "Wei").ok

    opened = seat.ask("open", "Wei", fields={"kind": "message", "subject": "王女士 asks for a visit"})
    seat.wait(lambda: seat.offers, "the offer at the seat")
    wait_until(lambda: office.box.mails and web.posts, "the offers outside")
    assert "王女士 asks for a visit" in office.box.mails[0]["Subject"]
    assert decode(web.posts[0].body, Offer).contact.contact_id == opened.contact_id

    assert seat.ask("accept", "Wei", contact_id=opened.contact_id).ok
    wait_until(lambda: len(office.box.mails) == 2 and len(web.posts) == 3, "that it is taken")
    assert "taken by Wei" in office.box.mails[1]["Subject"]
    told = {post.headers["wardbell-what"]: post.body for post in web.posts[1:]}
    assert decode(told["withdraw"], Offer).withdrawn == "taken by Wei"
    assert decode(told["event"], CentreEvent).kind == "accepted"
    wait_until(lambda: centre.faults and centre.faults[-1] == [], "a sign of life")

    office.close()
    assert seat.ask("open", "Wei", fields={"kind": "message", "subject": "another"}).ok
    wait_until(lambda: centre.faults[-1] == ["mail"], "the fault of the mail server")
    assert centre.process.end() == 0
    seat.stop()
    web.close()
