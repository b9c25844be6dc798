"""The words for what centre_view.py made. Pure."""

from wardbell_console.centre_view import Entry, Offer, is_centre_stale
from wardbell_console.feed import Feed
from wardbell_console.language import Language, countdown, duration
from wardbell_console.wording import MARKS, attempt_text, contact_text, kind_text
from wardbell_protocol.bus.centre_payloads import ContactState


def seat_line(language: Language, feed: Feed, now_ms: int) -> str:
    """Who sits here, signed in or not, and whether the call centre is heard."""
    if not feed.operator:
        parts = [language.text("operator.nobody")]
    else:
        parts = [language.text("operator.title", operator=feed.operator)]
        state = feed.centre.operators.get(feed.operator)
        if state is None:
            parts.append(language.text("operator.signed_out"))
        else:
            age = duration(now_ms - state.signed_in_at_ms)
            parts.append(language.text("operator.signed_in", age=age, seat=state.seat))
        parts.append(attempt_text(language, feed.verbs.of(feed.operator)))
    if is_centre_stale(feed, now_ms):
        parts.append(language.text("operator.stale"))
    return "  ".join(part for part in parts if part)


def offer_lines(language: Language, offer: Offer | None, now_ms: int) -> tuple[str, str, str, str, str]:
    """Title, place for large figures, line below, keys, and what the ward did meanwhile."""
    if offer is None:
        return language.text("operator.no_offer"), "", "", "", ""
    contact = offer.contact
    title = f"{MARKS[contact.kind]} {language.text('operator.offer')} {MARKS[contact.kind]}"
    if offer.more:
        title += "   " + language.text("operator.more", count=offer.more)
    following = ""
    if offer.next is not None:
        step = language.text(f"step.{offer.next.name}")
        following = language.text("operator.offer_next", step=step, left=countdown(offer.next.at_ms - now_ms))
    line = language.text(
        "operator.offer_line",
        ward=language.ward(offer.ward_names, contact.ward),
        kind=kind_text(language, contact.kind, is_proven=offer.is_proven),
        age=duration(now_ms - contact.opened_at_ms),
        next=following,
    )
    keys = attempt_text(language, offer.attempt) or language.text("operator.offer_keys")
    place = f"{contact.room}-{contact.bed}" if contact.bed else contact.room
    return title, place, line, keys, answer_text(language, contact)


def answer_text(language: Language, contact: ContactState) -> str:
    """Who answered in the ward; "" while nobody did."""
    if not contact.answered_by:
        return ""
    status = language.text(f"status.{contact.call_status}")
    return language.text("status.by", status=status, by=language.who(contact.answered_by))


def entry_cells(language: Language, entry: Entry, now_ms: int, operator: str) -> dict[str, str]:
    """A board line's text by column."""
    contact = entry.contact
    state = attempt_text(language, entry.attempt) or contact_text(language, contact, operator)
    answer = answer_text(language, contact)
    return {
        "mark": MARKS[contact.kind],
        "place": language.place(contact.room, contact.bed),
        "kind": kind_text(language, contact.kind, is_proven=entry.is_proven),
        "age": duration(now_ms - contact.opened_at_ms),
        "state": f"{state}, {answer}" if answer else state,
    }


def operator_lines(language: Language, feed: Feed, now_ms: int) -> list[str]:
    """Who is signed in, and since when."""
    people = sorted(feed.centre.operators.values(), key=lambda operator: (operator.signed_in_at_ms, operator.operator))
    lines = [f"{person.operator} {duration(now_ms - person.signed_in_at_ms)}" for person in people]
    return [language.text("operator.operators"), *(lines or [language.text("operator.no_operators")])]
