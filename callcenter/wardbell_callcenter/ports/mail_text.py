"""What an offer's mail says, in Chinese and English: the place first, as on the call centre's screens. Pure.

Nothing about the resident: mail lies about in other people's servers and on lock screens.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from wardbell_callcenter.contacts.kind_words import KINDS
from wardbell_callcenter.contacts.subject_words import subject_words
from wardbell_callcenter.house import House, Ward
from wardbell_protocol.bus.centre_payloads import ContactState, Offer

ZH, EN = 0, 1
CLOSED = {
    "resolved": ("已办结", "resolved"),
    "cleared_at_bed": ("床旁已消除", "cleared at the bed"),
    "handed_over": ("已移交", "handed over"),
}
NO_ACCEPTANCE = (
    "回复本邮件不等于接单。请在终端上或通过上述链接接单。",
    "Answering this mail accepts nothing: accept at a console, or behind the link.",
)


def subject(offer: Offer) -> str:
    """Place, then what it is about, or that it is over."""
    contact = offer.contact
    about = _ended(offer) if offer.withdrawn else _kind(contact)
    return " · ".join(part for part in (place(contact), *about) if part)


def text(offer: Offer, house: House) -> str:
    """Few lines, the most urgent first."""
    if offer.withdrawn:
        return "\n".join((subject(offer), *_ended(offer), ""))
    contact = offer.contact
    known = house.wards.get(contact.ward, Ward())
    ward = [name for name in (known.name.get("zh_CN"), known.name.get("en")) if name] or [contact.ward]
    since = datetime.fromtimestamp(contact.pressed_at_ms / 1000, ZoneInfo(house.time_zone)).strftime("%H:%M:%S")
    lines = [
        " · ".join(part for part in (place(contact), *ward, known.building) if part),
        " / ".join(_kind(contact)),
        _subject(contact),
        f"{since} 起 / since {since}",
        f"重复 {contact.repeats} 次 / repeated {contact.repeats} times" if contact.repeats else "",
        offer.pop.link,
    ]
    return "\n".join((*(line for line in lines if line), "", *NO_ACCEPTANCE, ""))


def place(contact: ContactState) -> str:
    """Room and bed, as `203-2`; the ward or the subject where it has no room."""
    return "-".join(part for part in (contact.room, contact.bed) if part) or contact.ward or _subject(contact)


def _subject(contact: ContactState) -> str:
    return " / ".join(dict.fromkeys(subject_words(contact.kind, contact.subject)))


def _kind(contact: ContactState) -> tuple[str, ...]:
    return KINDS.get(contact.call_kind) or KINDS[contact.kind]


def _ended(offer: Offer) -> tuple[str, ...]:
    contact = offer.contact
    if contact.status in CLOSED:
        by = f" ({contact.closed_by})" if contact.closed_by else ""
        return tuple(words + by for words in CLOSED[contact.status])
    taken_by = contact.on_site_by or contact.accepted_by
    if taken_by:
        return (f"已由 {taken_by} 接单", f"taken by {taken_by}")
    return ("无需再处理", offer.withdrawn)
