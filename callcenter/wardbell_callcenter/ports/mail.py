"""Mail through the house's SMTP server: a call for people who sit at no console."""

import os
import re
import smtplib
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from wardbell_callcenter.house import House, Mail
from wardbell_callcenter.ports import mail_text
from wardbell_callcenter.ports.port import DELIVERED, Outcome, given_up, told, try_again
from wardbell_callcenter.ports.smtp_line import Cutter, SmtpLine
from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium
from wardbell_protocol.bus.centre_payloads import Offer
from wardbell_protocol.bus.payloads import PayloadError, decode

TIMEOUT_S = 10.0
PASSWORD = "WARDBELL_SMTP_PASSWORD"
PERMANENT = 500  # RFC 5321 §4.2.1: it will not go well the next time either
# One recipient and no more: a comma would make two of him, an angle bracket another one.
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@]+@[^\s<>()\[\],;:\\\"@]+")


class MailPort:
    """The payload is an Offer, the address one mail address. Delivered is what the house's own server has taken over.

    Each attempt has the same Message-ID, by which mail servers and readers know a second copy.

    Args:
        house: the house's document as it is now.
        timeout_s: for all of a hand-over.
    """

    medium: DeliveryMedium = "mail"
    threads = 4
    per_address: int | None = None
    batch = 1

    def __init__(self, house: Callable[[], House], timeout_s: float = TIMEOUT_S) -> None:
        self.timeout_s = timeout_s
        self._house = house
        self._trusted = ssl.create_default_context()

    @property
    def is_ready(self) -> bool:
        """Always: only an attempt shows what becomes of a mail."""
        return True

    def hand_over(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """See Port."""
        return [self._hand_over(delivery) for delivery in deliveries]

    def fault_name(self, address: str) -> str:  # noqa: ARG002 - there is one server for all of them
        """The house's server."""
        return "mail"

    def _hand_over(self, delivery: Delivery) -> Outcome:
        house = self._house()
        if house.mail is None:
            return given_up("the house has no mail server: give `mail` in its document")
        if not _ADDRESS.fullmatch(delivery.address):
            return given_up(f"{delivery.address!r} is no mail address")
        try:
            message = compose(delivery, house, house.mail)
        except (PayloadError, ValueError) as error:
            return given_up(f"it cannot be written as a mail: {error}")
        if not house.mail.user:
            return self._send(house.mail, "", message)
        password = os.environ.get(PASSWORD)
        if not password or house.mail.security == "none":
            return given_up(
                f"{PASSWORD} is not set" if not password else "no password is sent in clear: set `security`"
            )
        return self._send(house.mail, password, message)

    def _send(self, mail: Mail, password: str, message: EmailMessage) -> Outcome:
        outcome = None
        cutter = Cutter(self.timeout_s)
        try:
            with cutter, SmtpLine(mail, self.timeout_s, self._trusted, cutter) as server:
                if mail.security == "starttls":
                    server.starttls(context=self._trusted)
                if mail.user:
                    server.login(mail.user, password)
                server.send_message(message)
                outcome = DELIVERED  # whatever becomes of the good-bye
        except (OSError, ValueError) as error:
            why = f"no end within {self.timeout_s:g} s" if cutter.has_cut else _said(error)
            return outcome or (given_up(why) if _is_final(error) else try_again(why))
        return DELIVERED


def _is_final(error: Exception) -> bool:
    """Whether this mail would never go well. What is wrong with the server, or with what we are to it, somebody may mend."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= PERMANENT
    return isinstance(error, smtplib.SMTPNotSupportedError) and "SMTPUTF8" in str(error)


def _said(error: Exception) -> str:
    """Code and words of the server, or what else went wrong."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, raw = next(iter(error.recipients.values()))
        words = _text(raw)
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, _text(error.smtp_error)
    else:
        return str(error) or type(error).__name__
    return f"{code} {words}"


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words


def compose(delivery: Delivery, house: House, mail: Mail) -> EmailMessage:
    """The mail. EmailMessage itself refuses what would make a second header of a name; here it never comes to that."""
    offer = decode(delivery.payload, Offer)
    domain = parseaddr(mail.sender)[1].rpartition("@")[2] or "localhost"
    message = EmailMessage()
    message["From"] = told(mail.sender)
    message["To"] = delivery.address
    message["Subject"] = told(mail_text.subject(offer))
    message["Date"] = format_datetime(datetime.fromtimestamp(delivery.made_at_ms // 1000, UTC))
    message["Message-ID"] = _message_id(delivery.delivery_id, domain)
    message["References"] = _message_id(offer.contact.contact_id, domain)  # all mails about it in one thread
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine shall answer
    if offer.contact.priority >= house.priorities.reserved:
        message["Importance"] = "high"
    message.set_content(mail_text.text(offer, house), cte="quoted-printable")
    return message


def _message_id(name: str, domain: str) -> str:
    return f"<{re.sub(r'[^A-Za-z0-9.-]', '_', name)}@{domain}>"
