"""Webhooks to a real HTTP server: who it was, what counts as delivered, and servers that misbehave."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest
from port_worlds import TIMEOUT_S, WebServer, delivery, endless_server, offer_of, webhook_house

from wardbell_callcenter.ports.port import DELIVERED, Outcome
from wardbell_callcenter.ports.signature import signature_headers
from wardbell_callcenter.ports.webhook import WebhookPort
from wardbell_protocol.bus.payloads import encode


@pytest.fixture
def web() -> Iterator[WebServer]:
    web = WebServer()
    yield web
    web.close()


def post(url: str, secret: str = "", timeout_s: float = TIMEOUT_S) -> Outcome:
    port = WebhookPort(lambda: webhook_house(url, secret), timeout_s)
    (outcome,) = port.hand_over([delivery("webhook", "family", encode(offer_of("d-1", "王女士")), "d-1")])
    return outcome


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The vector of its reference libraries: https://github.com/standard-webhooks/standard-webhooks."""
    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    headers = signature_headers(secret, message, 1614265330, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": message,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", ["a secret", "whsec_is how mine begins", "口令"])
def test_a_secret_may_be_anybodys_words(secret: str) -> None:
    headers = signature_headers(secret, "d-1", 7, b"{}")
    digest = hmac.new(secret.encode(), b"d-1.7.{}", hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_a_post_says_what_it_is_and_is_signed_as_it_is(web: WebServer) -> None:
    assert post(f"http://127.0.0.1:{web.port}/hook?of=us", "a secret") == DELIVERED
    (got,) = web.posts
    assert got.path == "/hook?of=us"
    assert json.loads(got.body)["contact"]["subject"] == "王女士"
    assert got.headers["content-type"] == "application/json"
    assert (got.headers["webhook-id"], got.headers["wardbell-what"]) == ("d-1", "offer")
    signed = signature_headers("a secret", "d-1", int(got.headers["webhook-timestamp"]), got.body)
    assert got.headers["webhook-signature"] == signed["webhook-signature"]


def test_without_a_secret_it_is_not_signed(web: WebServer) -> None:
    assert post(f"http://127.0.0.1:{web.port}/") == DELIVERED
    assert "webhook-signature" not in web.posts[0].headers


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, "delivered"),
        (202, "delivered"),
        (204, "delivered"),
        (301, "try_again"),
        (308, "try_again"),
        (400, "try_again"),
        (404, "try_again"),
        (410, "given_up"),
        (429, "try_again"),
        (500, "try_again"),
        (503, "try_again"),
    ],
)
def test_the_status_decides(web: WebServer, status: int, verdict: str) -> None:
    elsewhere = f"http://127.0.0.1:{web.port}/elsewhere"
    web.status, web.headers = status, {"location": elsewhere}
    outcome = post(f"http://127.0.0.1:{web.port}/hook")
    assert outcome.verdict == verdict
    assert str(status) in outcome.why or verdict == "delivered"
    assert [one.path for one in web.posts] == ["/hook"]  # redirects are not followed


def test_what_an_answer_says_is_not_read(web: WebServer) -> None:
    web.status = 200
    web.headers = {"content-length": str(10**12)}
    web.body = b'{"accepted_by": "Mallory"}'  # and a terabyte that never comes
    assert post(f"http://127.0.0.1:{web.port}/") == DELIVERED


@pytest.mark.parametrize("url", ["", "family", "ftp://127.0.0.1/", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_given_up(url: str) -> None:
    outcome = post(url)
    assert outcome.verdict == "given_up", outcome


def test_a_port_that_is_none_is_a_failure_like_others() -> None:
    assert post("http://127.0.0.1:99999/").verdict == "try_again"


def test_a_certificate_that_nobody_vouches_for_is_not_talked_to(web: WebServer) -> None:
    outcome = post(f"https://127.0.0.1:{web.port}/")
    assert outcome.verdict == "try_again"
    assert web.posts == []


@pytest.mark.parametrize("begins", [b"HTTP/1.1 200 OK\r\nx: ", b"HTTP/1.1 ", b"\x16\x03\x01", b""])
def test_a_server_that_keeps_talking_is_cut_off(begins: bytes) -> None:
    with endless_server(begins) as port:
        outcome = post(f"http://127.0.0.1:{port}/", timeout_s=0.5)
    assert outcome.verdict == "try_again"
