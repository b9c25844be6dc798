"""A courier in a process of its own, killed after the other side has a delivery and before that is written down."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from centre_parts import T0
from databases import Database
from port_worlds import WebServer, offer_of, webhook_house
from servers import DEADLINE_S, wait_until

from wardbell_callcenter.clock import Now
from wardbell_callcenter.ports.claims import MARGIN_MS
from wardbell_callcenter.ports.courier import Courier
from wardbell_callcenter.ports.webhook import WebhookPort
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.payloads import encode

TIMEOUT_S = DEADLINE_S
COURIER = """
import sys, time
from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import House, Webhook
from wardbell_callcenter.ports.courier import Courier
from wardbell_callcenter.ports.webhook import WebhookPort
from wardbell_callcenter.store.store import Store
url, port = sys.argv[1:]
house = House(webhooks={"family": Webhook(url=f"http://127.0.0.1:{port}/")})
courier = Courier(Store(url), [WebhookPort(lambda: house, %r)], lambda: Now(0, 0), lambda *_: None)
courier.start()
time.sleep(600)
"""


@pytest.fixture
def web() -> Iterator[WebServer]:
    web = WebServer()
    yield web
    web.close()


def test_it_is_delivered_once_more_under_the_same_id(database: Database, web: WebServer) -> None:
    answers = threading.Event()
    web.before_answer = lambda: answers.wait(DEADLINE_S)
    store = Store(database.url)
    with store.writing() as ledger:
        ledger.deliveries.add(Delivery("d-1", "event", "webhook", "family", encode(offer_of("d-1")), T0, 0))
    killed = subprocess.Popen([sys.executable, "-c", COURIER % TIMEOUT_S, database.url, str(web.port)])
    wait_until(lambda: web.posts, "the first delivery")
    killed.kill()
    killed.wait()
    answers.set()
    assert database.rows("SELECT attempts, is_done FROM deliveries") in ([(1, 0)], [(1, False)])

    now = Now(T0, round(TIMEOUT_S * 1000) + MARGIN_MS)  # the dead one's lease is over
    house = webhook_house(f"http://127.0.0.1:{web.port}/")
    heir = Courier(store, [WebhookPort(lambda: house, TIMEOUT_S)], lambda: now, lambda *_: None)
    heir.start()
    wait_until(lambda: database.rows("SELECT outcome FROM deliveries") == [("delivered",)], "the outcome")
    heir.stop()
    store.close()
    assert [one.headers["webhook-id"] for one in web.posts] == ["d-1", "d-1"]
