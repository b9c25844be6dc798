"""The words for what view.py made: every string that the widgets draw, in one language. Pure."""

from wardbell_bus.words.words import BY_RECEIVER, UNPROVEN
from wardbell_console.language import Language, countdown, duration, time_of_day
from wardbell_console.notice import FORCED, MISSED_OFFER, REMINDED, RETURNED, TAKEN_OVER, Notice
from wardbell_console.verbs import CONFIRMED, PENDING, REFUSED, Attempt
from wardbell_console.view import Banner, Counts, Light, NextStep, Row
from wardbell_protocol.bus.centre_payloads import ContactState
from wardbell_protocol.bus.payloads import CallState, WardEvent
from wardbell_protocol.bus.subjects import alarm_of, muted_station
from wardbell_protocol.calls.signals import BATHROOM, CODE, EMERGENCY, FAULT, NORMAL, STAFF_ASSIST

# Shapes, so that colour never stands alone. ASCII and narrow signs only: terminals disagree on the width of the rest.
MARKS = {CODE: "*****", EMERGENCY: "!!!!!", BATHROOM: "!!!!", STAFF_ASSIST: "!!!", NORMAL: "!!", FAULT: "-"}
MOST_ABOUT = 20  # characters of what a contact is about, so that the line about it ends on 80 cells in Chinese too
SHAPES = {"online": "✓", "degraded": "!", "offline": "✗", "silent": "?"}


def call_text(language: Language, call: CallState) -> str:
    """The kind of that call, marked where it is unauthenticated."""
    return language.kind(call.kind, call.detail, call.authenticated)


def next_text(language: Language, following: NextStep | None, all_taken: bool, now_ms: int) -> str:
    """The next step and how long until then."""
    if following is None:
        return language.text("row.last_step" if all_taken else "row.no_next")
    left = countdown(following.at_ms - now_ms)
    return language.text("row.next", step=language.text(f"step.{following.name}"), left=left)


def contact_text(language: Language, contact: ContactState | None, operator: str = "") -> str:
    """Where the call centre stands; "" while it was not told."""
    if contact is None:
        return ""
    by = contact.on_site_by if contact.status == "on_site" else contact.accepted_by
    key = "contact.new" if contact.status == "offered" and not contact.offered_to else f"contact.{contact.status}"
    key += "_me" if by and by == operator else ""
    return language.text(key, by=by, to=", ".join(contact.offered_to))


def attempt_text(language: Language, attempt: Attempt | None) -> str:
    """A verb that is not settled; "" where there is none."""
    if attempt is None:
        return ""
    key = {PENDING: "verb.pending", REFUSED: "verb.refused"}.get(attempt.state, "verb.unconfirmed_row")
    return language.text(key, verb=language.text(f"verb.{attempt.command.verb}"))


def state_text(language: Language, row: Row) -> str:
    """The verb on its way, else the call's state and who answered."""
    status = language.text(f"status.{row.call.status}")
    status = language.text("status.by", status=status, by=language.who(row.by)) if row.by else status
    return attempt_text(language, row.attempt) or status


def row_cells(language: Language, row: Row, now_ms: int, operator: str = "") -> dict[str, str]:
    """A row's text by column.

    For narrow screens: `stand` is the state after the ward where that must be told, `follow` the contact where there
    is one, else the next step.
    """
    call = row.call
    following = next_text(language, row.next, row.all_taken, now_ms)
    contact = contact_text(language, row.contact, operator)
    ward = language.ward(row.ward_names, call.ward)
    state = state_text(language, row)
    return {
        "mark": language.text("row.stale") if row.is_stale else MARKS[call.kind],
        "ward": ward,
        "place": language.place(call.room, call.bed),
        "kind": call_text(language, call),
        "age": duration(now_ms - call.placed_at_ms),
        "presses": str(call.presses),
        "state": state,
        "stand": language.text("row.elsewhere", ward=ward, state=state) if row.needs_ward else state,
        "next": following,
        "contact": contact,
        "follow": contact or following,
    }


def detail_lines(language: Language, row: Row, now_ms: int, operator: str = "") -> list[str]:
    """Two lines about the selected call; of a fault, what to look at."""
    call = row.call
    about = language.text(
        "detail.fault" if call.kind == FAULT else "detail.call",
        ward=language.ward(row.ward_names, call.ward),
        place=language.place(call.room, call.bed),
        kind=call_text(language, call),
        at=time_of_day(call.placed_at_ms),
        round=call.loop + 1,
        presses=call.presses,
        last=duration(now_ms - call.last_press_at_ms),
    )
    contact = contact_text(language, row.contact, operator)
    centre = language.text("detail.contact", contact=contact) if contact else language.text("detail.no_contact")
    parts = [state_text(language, row), next_text(language, row.next, row.all_taken, now_ms), centre]
    if call.kind == FAULT:
        parts = [language.about_fault(call.detail)]
    if not call.authenticated:
        parts.insert(1, language.text("detail.unproven"))
    if row.attempt is not None and row.attempt.state == REFUSED:
        parts = [state_text(language, row), language.reason(row.attempt.reason)]
    return [about, "  |  ".join(part for part in parts if part)]


def fault_lines(language: Language, row: Row, now_ms: int) -> list[str]:
    """A fault: where, since when and who knows; below it what to look at."""
    call = row.call
    place = language.place(call.room, call.bed)
    if row.needs_ward:
        place = f"{language.ward(row.ward_names, call.ward)} {place}"
    by = language.text("faults.by", by=language.who(row.by)) if row.by else ""
    what = language.fault(call.detail)
    first = language.text("faults.line", place=place, what=what, age=duration(now_ms - call.placed_at_ms), by=by)
    about = language.about_fault(call.detail)
    return [first, f"  {about}"] if about != what else [first]


def counts_text(language: Language, counts: Counts) -> str:
    """The counters of the head."""
    oldest = "-" if counts.oldest_ms is None else duration(counts.oldest_ms)
    return language.text("head.counts", open=counts.open, calling=counts.calling, oldest=oldest)


def light_lines(language: Language, light: Light) -> tuple[str, str]:
    """Name with its shape, and below the state with the age of the last life sign."""
    state = language.text(f"health.{light.state}")
    age = "" if light.age_ms is None else " " + duration(light.age_ms)
    fault = f" {language.word(light.faults[0])}" if light.faults and light.state == "degraded" else age
    return f"{SHAPES[light.state]} {language.text(f'part.{light.part}')}", f"  {state}{fault}"


def banner_text(language: Language, banner: Banner) -> str:
    """One line of trouble, or an offer."""
    if banner.contact is not None:
        contact = banner.contact
        return language.text(
            "banner.offer",
            target=language.place(contact.room, contact.bed) if contact.room else subject_text(language, contact),
            kind=language.known(
                f"kind.{contact.call_kind}", contact.call_kind or language.text(f"contact_kind.{contact.kind}")
            ),
        )
    ward = language.ward(banner.ward_names or {}, banner.ward)
    state = language.text(f"health.{banner.state}") if banner.state else ""
    return language.text(f"banner.{banner.kind}", ward=ward, state=state, age=duration(banner.since_ms))


def subject_text(language: Language, contact: ContactState) -> str:
    """What it is about: what a person wrote as it is, what the call centre did in this language."""
    return _in_words(language, contact.subject) if contact.kind == "technical" else contact.subject


def _in_words(language: Language, subject: str) -> str:
    station, alarm = muted_station(subject), alarm_of(subject)
    if station:
        return language.text("subject.muted_button", station=station)
    if alarm is None:
        return subject
    rule, holds = alarm
    values = {code: duration(int(value) * 1000) if code == "oldest_s" else value for code, value in holds.items()}
    said = (language.text(f"subject.{code}", value=value) for code, value in values.items())
    return language.text("subject.alarm", rule=rule, holds=", ".join(said))


def notice_text(language: Language, notice: Notice) -> str:
    """What became of the last key, or what was done to the person here."""
    is_told = notice.state in (CONFIRMED, REFUSED, MISSED_OFFER, RETURNED, TAKEN_OVER, REMINDED, FORCED)
    return language.text(
        f"notice.{notice.state}" if is_told else "notice.unconfirmed",
        target=_target(language, notice.place),
        verb=language.text(f"verb.{notice.verb}"),
        reason=language.reason(notice.reason),
        by=language.word(notice.by),
    )


def _target(language: Language, place: tuple[str, str]) -> str:
    room, about = place
    if room or not about:
        return language.place(*place)
    said = _in_words(language, about)
    return said if len(said) <= MOST_ABOUT else f"{said[: MOST_ABOUT - 1]}~"


def event_line(language: Language, event: WardEvent, first_ms: int) -> str:
    """One line of a call's history."""
    by = language.who(event.by)
    is_unproven = event.kind in ("placed", "pressed_again") and not event.call.authenticated
    if event.where and event.by not in ("", BY_RECEIVER):
        by = language.text("history.where", by=by, where=language.where(event.where))
    return language.text(
        "history.line",
        at=time_of_day(event.at_ms),
        age=duration(event.at_ms - first_ms),
        event=language.text(f"event.{event.kind}") + (UNPROVEN if is_unproven else ""),
        by=language.text("history.by", by=by) if by else "",
    )
