"""Each port of the call centre with a real other side, behind a line that can be troubled."""

import contextlib
import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from centre_parts import T0
from servers import DEADLINE_S, free_port, wait_until
from troubled_line import TroubledLine

from wardbell_bus.client import BusClient
from wardbell_callcenter.house import House, Webhook
from wardbell_callcenter.ports.mail import MailPort
from wardbell_callcenter.ports.port import Port
from wardbell_callcenter.ports.seat import SeatPort
from wardbell_callcenter.ports.ward import WardPort, ward_command
from wardbell_callcenter.ports.webhook import WebhookPort
from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import ContactState, Offer, OfferState, ScreenPop
from wardbell_protocol.bus.payloads import Command, decode, encode

TIMEOUT_S = DEADLINE_S  # the machine may be busy; a test whose other side will not answer takes less


def offer_of(delivery_id: str, subject: str = "", withdrawn: str = "", **of_contact: object) -> Offer:
    """An offer of a call in room 203; `of_contact`: fields of the contact."""
    record: dict[str, Any] = {
        "contact_id": "c-1",
        "kind": "bed_call",
        "status": "offered",
        "priority": 30,
        "ward": "east",
        "room": "203",
        "bed": "2",
        "call_kind": "bathroom",
        "subject": subject,
        "pressed_at_ms": T0,
        "opened_at_ms": T0,
    }
    state = OfferState(
        offer_id="o-1",
        contact_id="c-1",
        target="wei",
        medium="mail",
        step=0,
        loop=0,
        status="withdrawn" if withdrawn else "offered",
        made_at_ms=T0,
    )
    contact = ContactState(**(record | of_contact))
    pop = ScreenPop(link="https://house.example/c-1")
    return Offer(delivery_id=delivery_id, offer=state, contact=contact, pop=pop, withdrawn=withdrawn)


def delivery(medium: DeliveryMedium, address: str, payload: bytes, delivery_id: str) -> Delivery:
    """An offer's, in hand for the first time."""
    return Delivery(delivery_id, "offer", medium, address, payload, made_at_ms=T0, due_steady_ms=0, attempts=1)


@dataclass(frozen=True)
class Received:
    """What the other side has: under which id, and all the text of it."""

    delivery_id: str
    text: str


@dataclass
class World:
    """A port and its other side. `address`: a good one; `bad_addresses`: nobody's."""

    port: Port
    line: TroubledLine
    address: str
    bad_addresses: list[str]
    received: Callable[[], list[Received]]
    make_payload: Callable[[str, str], bytes]
    be_ready: Callable[[], None]
    close: Callable[[], None]

    def make(self, delivery_id: str, text: str = "") -> Delivery:
        """A delivery that says that text."""
        return delivery(self.port.medium, self.address, self.make_payload(delivery_id, text), delivery_id)


def _offer_payload(delivery_id: str, text: str) -> bytes:
    return encode(offer_of(delivery_id, subject=text))


def _ward_payload(delivery_id: str, text: str) -> bytes:
    return ward_command(delivery_id, "acknowledge", "east-1", text or "wei", T0, topics.CALL_CENTRE_SCOPE)


def _bus_world(
    broker_port: int,
    topic: str,
    make_port: Callable[[BusClient], Port],
    address: str,
    make_payload: Callable[[str, str], bytes],
) -> World:
    line = TroubledLine(broker_port)
    received: list[Received] = []

    def heard(_topic: str, payload: bytes, _retained: bool) -> None:
        if topic == topics.command(topics.ANY):
            command = decode(payload, Command)
            received.append(Received(command.command_id, command.by))
        else:
            offer = decode(payload, Offer)
            received.append(Received(offer.delivery_id, offer.contact.subject))

    listener = BusClient(f"mqtt://127.0.0.1:{broker_port}", "other-side", [topic], heard, lambda _up: None)
    client = BusClient(f"mqtt://127.0.0.1:{line.port}", "callcenter", [], lambda *_: None, lambda _up: None)
    for one in (listener, client):
        one.start()

    def be_ready() -> None:
        wait_until(lambda: listener.is_connected and client.is_connected, "both on the bus")

    def close() -> None:
        client.stop()
        listener.stop()
        line.close()

    nobody = ["", "a/b", "+", "#", "Console A", "a\n", "a\r\nb", "x" * 500]
    return World(
        make_port(client), line, address, nobody, lambda: list(received), make_payload, be_ready=be_ready, close=close
    )


def seat_world(broker_port: int) -> World:
    """A console's seat on a real broker."""
    topic = topics.offer(topics.ANY)
    return _bus_world(broker_port, topic, lambda client: SeatPort(client, TIMEOUT_S), "console-a", _offer_payload)


def ward_world(broker_port: int) -> World:
    """A ward's gateway on a real broker."""
    topic = topics.command(topics.ANY)
    return _bus_world(broker_port, topic, lambda client: WardPort(client, TIMEOUT_S), "east", _ward_payload)


class Postbox:
    """What an SMTP server has taken. `answer` instead of `250 OK` to a mail, `to_recipient` to an address."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.to_recipient = ""
        self.answer = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer:
            return self.answer
        assert isinstance(envelope.content, bytes)
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    def received(self) -> list[Received]:
        """By Message-ID, with subject and body."""
        return [
            Received(mail["Message-ID"].strip("<>").partition("@")[0], f"{mail['Subject']}\n{mail.get_content()}")
            for mail in self.mails
        ]


class PostOffice:
    """A real SMTP server on loopback. `options`: aiosmtpd's."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - whatever aiosmtpd takes
        self.box = Postbox()
        self.port = free_port()
        self._controller = Controller(
            self.box, hostname="127.0.0.1", port=self.port, ready_timeout=DEADLINE_S, **options
        )
        self._controller.start()

    def close(self) -> None:
        """End it."""
        self._controller.stop()


def mail_house(port: int, **of_mail: object) -> House:
    """A house whose SMTP server that is."""
    ward = {"building": "", "name": {"en": "East wing", "zh_CN": "东区"}}
    mail = {"host": "127.0.0.1", "port": port, "sender": "Wardbell <bell@house.example>"} | of_mail
    return msgspec.convert({"wards": {"east": ward}, "mail": mail}, House)


def mail_world() -> World:
    """A mail server."""
    office = PostOffice()
    line = TroubledLine(office.port)
    house = mail_house(line.port)

    def close() -> None:
        line.close()
        office.close()

    return World(
        port=MailPort(lambda: house, TIMEOUT_S),
        line=line,
        address="wei@house.example",
        bad_addresses=[
            "",
            "wei",
            "wei@house.example, li@house.example",
            "wei@house.example\r\nBcc: li@house.example",
            "<wei@house.example>",
            "wei@house.example\n",
            "wei @house.example",
        ],
        received=office.box.received,
        make_payload=_offer_payload,
        be_ready=lambda: None,
        close=close,
    )


@dataclass(frozen=True)
class Post:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


class WebServer:
    """A real HTTP server on loopback that says `status` to whatever is posted, with these headers and body."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.body = b""
        self.before_answer: Callable[[], object] = lambda: None
        web = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = self.rfile.read(length)
                if len(body) < length:  # the line broke: there was no post
                    self.close_connection = True
                    return
                headers = {name.lower(): value for name, value in self.headers.items()}
                web.posts.append(Post(self.path, headers, body))
                web.before_answer()
                self.send_response(web.status)
                for name, value in web.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(web.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def received(self) -> list[Received]:
        """By `webhook-id`, with the subject."""
        return [Received(post.headers["webhook-id"], decode(post.body, Offer).contact.subject) for post in self.posts]

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def endless_server(begins: bytes) -> Iterator[int]:
    """The port of one that says this and then a byte after the other, each in time, without an end, to whoever comes."""
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)

        def talk() -> None:
            while not is_over.is_set():
                with contextlib.suppress(OSError), listener.accept()[0] as line:
                    line.sendall(begins)
                    while not is_over.wait(0.05):
                        line.sendall(b"a")

        talker = threading.Thread(target=talk)
        talker.start()
        try:
            yield listener.getsockname()[1]
        finally:
            is_over.set()
            talker.join()


def webhook_house(url: str, secret: str = "") -> House:
    """A house with one webhook, `family`."""
    return House(webhooks={"family": Webhook(url=url, secret=secret)})


def webhook_world() -> World:
    """Somebody else's web server."""
    web = WebServer()
    line = TroubledLine(web.port)
    house = webhook_house(f"http://127.0.0.1:{line.port}/hook", "a secret")

    def close() -> None:
        line.close()
        web.close()

    return World(
        port=WebhookPort(lambda: house, TIMEOUT_S),
        line=line,
        address="family",
        bad_addresses=["", "nobody", "family\r\nx: y", "http://127.0.0.1:1/"],
        received=web.received,
        make_payload=_offer_payload,
        be_ready=lambda: None,
        close=close,
    )
