"""Mail to a real SMTP server: its modes, what it refuses, what is in a mail, and one that never comes to an end."""

import ssl
import subprocess
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import AuthResult
from centre_parts import T0
from port_worlds import TIMEOUT_S, PostOffice, delivery, endless_server, mail_house, offer_of

from wardbell_callcenter.house import House
from wardbell_callcenter.ports.mail import PASSWORD, MailPort
from wardbell_callcenter.ports.port import DELIVERED, Outcome
from wardbell_callcenter.store.delivery_rows import Delivery
from wardbell_protocol.bus.centre_payloads import Offer
from wardbell_protocol.bus.payloads import encode


@pytest.fixture
def office() -> Iterator[PostOffice]:
    office = PostOffice()
    yield office
    office.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and its key, of nobody's authority."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(file), "-out", str(file) + ".crt", "-days", "2"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", *made, *names], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


def a_mail(offer: Offer | None = None, **fields: object) -> Delivery:
    made = delivery("mail", "wei@house.example", encode(offer or offer_of("d-1")), "d-1")
    return Delivery(**{**made.__dict__, **fields})


def send(house: House, one: Delivery | None = None, timeout_s: float = TIMEOUT_S) -> Outcome:
    (outcome,) = MailPort(lambda: house, timeout_s).hand_over([one or a_mail()])
    return outcome


def test_a_mail_says_the_place_first_in_both_languages_and_nothing_of_the_resident(office: PostOffice) -> None:
    house = msgspec.structs.replace(mail_house(office.port), time_zone="Asia/Shanghai")
    assert send(house, a_mail(offer_of("d-1", repeats=2))) == DELIVERED
    (mail,) = office.box.mails
    assert mail["Subject"] == "203-2 · 卫生间紧急 · Bathroom emergency"
    assert mail.get_content().splitlines() == [
        "203-2 · 东区 · East wing",
        "卫生间紧急 / Bathroom emergency",
        "16:00:00 起 / since 16:00:00",
        "重复 2 次 / repeated 2 times",
        "https://house.example/c-1",
        "",
        "回复本邮件不等于接单。请在终端上或通过上述链接接单。",
        "Answering this mail accepts nothing: accept at a console, or behind the link.",
    ]
    assert (mail["From"], mail["To"]) == ("Wardbell <bell@house.example>", "wei@house.example")
    assert mail["Message-ID"] == "<d-1@house.example>"
    assert mail["References"] == "<c-1@house.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Importance"] is None
    assert parsedate_to_datetime(mail["Date"]).timestamp() * 1000 == T0
    assert office.box.recipients == [["wei@house.example"]]


@pytest.mark.parametrize(
    ("of_contact", "subject", "line"),
    [
        ({"status": "accepted", "accepted_by": "Li"}, "203-2 · 已由 Li 接单 · taken by Li", "taken by Li"),
        (
            {"status": "cleared_at_bed", "closed_by": "203-2"},
            "203-2 · 床旁已消除 (203-2) · cleared at the bed (203-2)",
            "cleared at the bed (203-2)",
        ),
        ({"status": "offered"}, "203-2 · 无需再处理 · asked somebody else", "asked somebody else"),
    ],
)
def test_the_end_of_an_offer_says_who_took_it(
    office: PostOffice, of_contact: dict[str, Any], subject: str, line: str
) -> None:
    end = offer_of("d-2", withdrawn="asked somebody else", **of_contact)
    assert send(mail_house(office.port), a_mail(end, what="withdraw", delivery_id="d-2")) == DELIVERED
    (mail,) = office.box.mails
    assert mail["Subject"] == subject
    assert line in mail.get_content().splitlines()
    assert mail["References"] == "<c-1@house.example>"


def test_an_emergency_is_marked(office: PostOffice) -> None:
    assert send(mail_house(office.port), a_mail(offer_of("d-1", priority=90, call_kind="code"))) == DELIVERED
    (mail,) = office.box.mails
    assert mail["Importance"] == "high"
    assert mail["Subject"] == "203-2 · 抢救 · Code"


def test_what_is_no_bed_call_says_what_it_is_about(office: PostOffice) -> None:
    contact = {
        "kind": "family_call",
        "call_kind": "",
        "room": "",
        "bed": "",
        "ward": "",
        "subject": "王女士 about a visit",
    }
    assert send(mail_house(office.port), a_mail(offer_of("d-1", **contact))) == DELIVERED
    assert office.box.mails[0]["Subject"] == "王女士 about a visit · 家属来电 · Family call"


@pytest.mark.parametrize("field", ["room", "bed", "subject", "ward", "call_kind"])
def test_nothing_in_a_name_becomes_a_header(office: PostOffice, field: str) -> None:
    for odd in (
        "2\u2028Bcc: li@house.example",
        "\u0085Bcc: li@house.example",
        "2\r\nBcc: li@house.example\r\n\r\nbody",
    ):
        send(mail_house(office.port), a_mail(offer_of("d-1", **{field: odd})))
    for mail in office.box.mails:
        assert mail["Bcc"] is None
        assert set(mail.keys()) == set(office.box.mails[0].keys())
    assert all(recipients == ["wei@house.example"] for recipients in office.box.recipients)


def test_a_sender_of_several_lines_is_one_line(office: PostOffice) -> None:
    house = mail_house(office.port)
    assert house.mail is not None
    odd = msgspec.structs.replace(house.mail, sender="A\r\nBcc: li@house.example <bell@house.example>")
    send(msgspec.structs.replace(house, mail=odd))
    assert all(mail["Bcc"] is None for mail in office.box.mails)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("451 4.3.0 try later", "try_again"),
        ("452 4.2.2 full", "try_again"),
        ("550 5.1.1 nobody here", "given_up"),
        ("554 5.7.1 no", "given_up"),
    ],
)
@pytest.mark.parametrize("about", ["to_recipient", "answer"])
def test_what_the_server_says_decides_whether_it_is_tried_again(
    office: PostOffice, about: str, answer: str, verdict: str
) -> None:
    setattr(office.box, about, answer)
    outcome = send(mail_house(office.port))
    assert outcome == Outcome(verdict, answer)  # type: ignore[arg-type]


def test_without_a_server_or_a_password_it_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    assert send(House()).why == "the house has no mail server: give `mail` in its document"
    assert send(mail_house(1, user="bell", security="tls")).why == f"{PASSWORD} is not set"
    monkeypatch.setenv(PASSWORD, "secret")
    assert send(mail_house(1, user="bell")).why == "no password is sent in clear: set `security`"


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_starttls_and_a_password(tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def check(_server: object, _session: object, _envelope: object, _way: str, who: object) -> AuthResult:
        seen.append((who.login, who.password))  # type: ignore[attr-defined]
        return AuthResult(success=who.password == b"secret", handled=False)  # type: ignore[attr-defined]

    office = PostOffice(tls_context=tls, require_starttls=True, authenticator=check, auth_required=True)
    house = mail_house(office.port, security="starttls", user="bell")
    monkeypatch.setenv(PASSWORD, "secret")
    untrusted = send(house)
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    trusted = send(house)
    monkeypatch.setenv(PASSWORD, "wrong")
    refused = send(house)
    office.close()
    assert untrusted.verdict == "try_again"
    assert "CERTIFICATE_VERIFY_FAILED" in untrusted.why
    assert trusted == DELIVERED
    assert refused.verdict == "try_again"  # somebody may mend it
    assert refused.why.startswith("535")
    assert (b"bell", b"secret") in seen


def test_tls_from_the_first_byte(tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = PostOffice(ssl_context=tls)
    house = mail_house(office.port, security="tls")
    untrusted = send(house)
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    trusted = send(house)
    office.close()
    assert (untrusted.verdict, trusted) == ("try_again", DELIVERED)
    assert len(office.box.mails) == 1


def test_a_server_without_starttls_gets_nothing_in_clear(office: PostOffice) -> None:
    outcome = send(mail_house(office.port, security="starttls"))
    assert outcome.verdict == "try_again"
    assert "STARTTLS" in outcome.why
    assert office.box.mails == []


def test_a_server_that_keeps_talking_is_cut_off() -> None:
    with endless_server(b"220-") as port:
        outcome = send(mail_house(port), timeout_s=0.5)
    assert outcome == Outcome("try_again", "no end within 0.5 s")
