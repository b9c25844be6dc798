"""The words of an offer, and of all that one must know of a contact: card, last calls, notes, script, time line. Pure."""

from wardbell_console.asks import MISSED, OVER, TAKEN, Ask
from wardbell_console.centre_view import is_centre_stale, is_proven, names_of
from wardbell_console.centre_wording import answer_text, contact_kind_text, mark_of, named, place_of
from wardbell_console.feed import Feed
from wardbell_console.language import Language, countdown, duration, time_of_day
from wardbell_console.wording import attempt_text, event_line, subject_text
from wardbell_protocol.bus.centre_payloads import CentreEvent, PastContact, ResidentCard, ScreenPop


def place_figures(ask: Ask) -> str:
    """Room and bed for large figures, which there are of digits only; "" where the place has none."""
    contact = ask.contact
    place = f"{contact.room}-{contact.bed}" if contact.bed else contact.room
    return place if any(sign.isdigit() for sign in place) else ""


def title_line(language: Language, ask: Ask, count: int) -> str:
    """That somebody is asked, how urgently, and how many more there are."""
    sign = mark_of(ask.contact)
    more = "   " + language.text("offer.more", count=count - 1) if count > 1 else ""
    return f"{sign} {language.text('offer.title')} {sign}{more}"


def what_line(language: Language, feed: Feed, ask: Ask, now_ms: int) -> str:
    """Ward, place, kind, how long it has waited, and what it is about."""
    contact = ask.contact
    about = f"  {subject_text(language, contact)}" if contact.subject and contact.room else ""
    said = language.text(
        "offer.what",
        ward=language.ward(names_of(feed, contact.ward), contact.ward),
        place=place_of(language, contact),
        kind=contact_kind_text(language, contact, is_proven(feed, contact)),
        age=duration(now_ms - contact.opened_at_ms),
    )
    return said + about  # the words of somebody, which may be long, come last


def left_line(language: Language, feed: Feed, ask: Ask, now_ms: int) -> str:
    """That the call centre is not heard; how long one has to answer, or how it ended; who answered in the ward."""
    is_doubtful = not ask.end and is_centre_stale(feed, now_ms)
    stale = language.text("operator.stale") if is_doubtful else ""
    parts = (stale, countdown_line(language, ask, now_ms), answer_text(language, ask.contact))
    return "    ".join(part for part in parts if part)


def countdown_line(language: Language, ask: Ask, now_ms: int) -> str:
    """How long one has to answer, or how it ended."""
    if ask.end:
        return end_line(language, ask)
    if ask.rings_until_ms is None:
        return language.text("offer.rings")
    left_ms = ask.rings_until_ms - now_ms  # by this machine's clock; whether it is over, the call centre says
    left = language.text("offer.left", left=countdown(left_ms))
    return left if left_ms > 0 else left + language.text("offer.still")


def end_line(language: Language, ask: Ask) -> str:
    """Who took it, or why it is no longer asked."""
    if ask.end == TAKEN:
        return language.text("offer.taken", by=ask.by)
    if ask.end in (MISSED, OVER):
        return language.text(f"offer.{ask.end}", reason=language.reason(ask.reason))
    return language.text("offer.withdrawn", reason=language.reason(ask.reason))


def keys_line(language: Language, feed: Feed, ask: Ask) -> str:
    """What one may press now, or what was pressed and is not confirmed yet; a refusal with its reason."""
    if ask.end and ask.end != MISSED:
        return language.text("offer.end_keys")
    attempt = feed.verbs.of(ask.contact.contact_id)
    if attempt is None and ask.end == MISSED:
        return language.text("offer.missed_keys")
    if attempt is None:
        return language.text("offer.keys_several" if len(feed.offers()) > 1 else "offer.keys")
    reason = f": {language.reason(attempt.reason)}" if attempt.reason else ""
    return attempt_text(language, attempt) + reason


def pop_lines(language: Language, feed: Feed, pop: ScreenPop, resident_id: str, now_ms: int) -> list[str]:
    """Building, residents, script, notes, last calls and the link; the risks stand above all this, in lines of their own."""
    lines = [language.text("pop.building", name=pop.building)] if pop.building else []
    lines += _residents(language, pop, resident_id)
    script = pop.scripts.get(language.code) or pop.script
    if script:
        lines += [language.text("pop.script"), *(f"  {n}. {line}" for n, line in enumerate(script, 1))]
    for note in pop.notes:
        age = duration(now_ms - note.at_ms)
        lines.append(language.text("pop.note", by=note.by, age=age, text=plain(note.text)))
    if pop.last_contacts:
        lines.append(language.text("pop.last"))
        lines += [_past(language, feed, past, now_ms) for past in pop.last_contacts]
    return [*lines, *([language.text("pop.link", link=pop.link)] if pop.link else [])]


def plain(text: str) -> str:
    """A text of several lines in one, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def time_line(language: Language, feed: Feed, contact_id: str, call_id: str) -> list[str]:
    """What happened to the contact and to its call, by time: the call's from its gateway's journal, where it was asked for."""
    first_ms = min((event.at_ms for event in feed.histories.get(call_id, [])), default=None)
    events = feed.seat.time_lines.of(contact_id)
    first_ms = first_ms if first_ms is not None else min((event.at_ms for event in events), default=0)
    told = [(event.at_ms, event_line(language, event, first_ms)) for event in feed.histories.get(call_id, [])]
    told += [(event.at_ms, centre_event_line(language, feed, event, first_ms)) for event in events]
    return [line for _, line in sorted(told, key=lambda each: each[0])]


def reading_line(language: Language, feed: Feed, contact_id: str, now_ms: int) -> str:
    """That not all of a contact is known yet, and why; "" where it is."""
    state, reason = feed.seat.time_lines.state(contact_id, now_ms)
    return language.text(f"contact_screen.{state}", reason=language.reason(reason)) if state else ""


def centre_event_line(language: Language, feed: Feed, event: CentreEvent, first_ms: int) -> str:
    """One event of a contact."""
    asked = ", ".join(event.contact.offered_to) if event.kind == "offered" and event.contact is not None else ""
    by = asked or (event.offer.target if event.offer is not None else event.by)
    parts = [language.text(f"centre_event.{event.kind}")]
    if event.kind == "stepped" and event.contact is not None:
        parts.append(str(event.contact.step + 1))
    if event.kind == "resolved" and event.contact is not None and event.contact.wrap_up_code:
        parts.append(named(language, feed.centre.codes, event.contact.wrap_up_code))
    if event.late_ms >= 1000:
        parts.append(language.text("pop.late", late=duration(event.late_ms)))
    parts += [by] if by else []
    parts += [language.reason(event.reason)] if event.reason else []
    parts += [plain(event.text)] if event.text else []
    age = duration(event.at_ms - first_ms)
    return language.text("history.line", at=time_of_day(event.at_ms), age=age, event="  ".join(parts), by="")


def risk_lines(language: Language, pop: ScreenPop, resident_id: str) -> list[str]:
    """What one must know before anything else; of several residents, whose risk it is."""
    cards = _cards(pop, resident_id)
    told = [(language.text("card.risks", risks=", ".join(card.risks)), card.name) for card in cards if card.risks]
    return [f"{risks}  ({name})" if len(cards) > 1 else risks for risks, name in told]


def _cards(pop: ScreenPop, resident_id: str) -> list[ResidentCard]:
    return [card for card in pop.residents if card.resident_id == resident_id] or pop.residents


def _residents(language: Language, pop: ScreenPop, resident_id: str) -> list[str]:
    cards = _cards(pop, resident_id)
    several = [language.text("card.choose", count=len(cards))] if len(cards) > 1 else []
    return several + [_card(language, card) for card in cards]


def _card(language: Language, card: ResidentCard) -> str:
    about = [card.name, language.place(card.room, card.bed), language.text("card.level", level=card.care_level)]
    about += [card.priority_class] if card.priority_class else []
    about += [language.text("card.key_carer", name=card.key_carer)] if card.key_carer else []
    about += [f"{name}: {value}" for name, value in card.fields.items()]
    return "  ".join(about)


def _past(language: Language, feed: Feed, past: PastContact, now_ms: int) -> str:
    kind = language.known(f"kind.{past.call_kind}", past.call_kind)
    code = named(language, feed.centre.codes, past.wrap_up_code) if past.wrap_up_code else ""
    parts = [duration(now_ms - past.opened_at_ms), kind, language.text(f"contact_status.{past.status}"), code, past.by]
    return "  " + "  ".join(part for part in parts if part)
