"""The words for what centre_view.py made: the board, the agents, the state bar. Pure."""

from wardbell_console.centre_view import Entry, Queue, is_centre_stale, own_state
from wardbell_console.feed import Feed
from wardbell_console.language import Language, countdown, duration, time_of_day
from wardbell_console.wording import MARKS, attempt_text, subject_text
from wardbell_protocol.bus.centre_payloads import AgentState, ContactState, ScreenPop
from wardbell_protocol.calls.signals import KINDS, NORMAL

# Narrow signs, as everywhere: the state is told by sign, word and colour.
AGENT_SIGNS = {"signed_out": "x", "ready": "+", "offered": "*", "busy": "=", "wrap_up": "~", "not_ready": "-"}

# What makes sense for a contact that nobody has, one's own, and somebody else's.
VERBS_FREE = ("accept", "escalate", "note", "take_over", "join")
VERBS_MINE = ("on_site", "resolve", "transfer", "release", "note", "hand_over", "choose_resident")
VERBS_TAKEN = ("take_over", "join", "note", "escalate")
FORCES = ("force_ready", "force_not_ready", "force_sign_out")


def contact_kind_text(language: Language, contact: ContactState, is_proven: bool = True) -> str:
    """The kind of call, or what kind of contact it is, with its subject."""
    if contact.call_kind in KINDS:
        return language.kind(contact.call_kind, is_proven=is_proven)
    return contact.call_kind or language.text(f"contact_kind.{contact.kind}")


def mark_of(contact: ContactState) -> str:
    """The sign of its urgency."""
    return MARKS.get(contact.call_kind, MARKS[NORMAL])


def place_of(language: Language, contact: ContactState) -> str:
    """Where it is from; what has no place is called by its subject."""
    return language.place(contact.room, contact.bed) if contact.room else subject_text(language, contact)


def state_line(language: Language, feed: Feed, now_ms: int) -> str:
    """Who sits here and what he does, what is pending, when it ends, and whether the call centre is heard."""
    state = own_state(feed)
    parts = [language.text("operator.title", operator=feed.operator)] if feed.operator else []
    if state is None:
        parts.append(language.text("operator.signed_out"))
    else:
        parts += [agent_state_text(language, feed, state, now_ms), *_counts_of(language, state)]
        parts.append(language.text("operator.at", seat=state.seat))
    parts.append(attempt_text(language, feed.verbs.of(feed.operator)) if feed.operator else "")
    stale = language.text("operator.stale") if is_centre_stale(feed, now_ms) else ""
    return "  ".join(part for part in (stale, *parts) if part)


def agent_state_text(language: Language, feed: Feed, agent: AgentState, now_ms: int) -> str:
    """`- not ready 2:10 (meal), back in 12:00`, and what he will be after the contact that he has."""
    text = f"{AGENT_SIGNS[agent.state]} {language.text(f'agent.{agent.state}')} {duration(now_ms - agent.since_ms)}"
    if agent.reason:
        text += language.text("agent.reason", reason=reason_text(language, feed, agent.reason))
    if agent.back_at_ms is not None:
        text += language.text("agent.back", left=countdown(agent.back_at_ms - now_ms))
    if agent.pending:
        text += language.text("agent.pending", state=language.known(f"agent.{agent.pending}", agent.pending))
    return text


def agent_cells(language: Language, feed: Feed, agent: AgentState, now_ms: int) -> dict[str, str]:
    """An agent's line by column."""
    about = [reason_text(language, feed, agent.reason)] if agent.reason else []
    if agent.pending:
        about.append(language.text("agent.then", state=language.known(f"agent.{agent.pending}", agent.pending)))
    if agent.back_at_ms is not None:
        about.append(language.text("agent.back_in", left=countdown(agent.back_at_ms - now_ms)))
    attempt = attempt_text(language, feed.verbs.of(agent.agent)) if agent.agent != feed.operator else ""
    return {
        "sign": AGENT_SIGNS[agent.state],
        "agent_state": language.text(f"agent.{agent.state}"),
        "agent": agent.agent,
        "age": duration(now_ms - agent.since_ms),
        "held": str(len(agent.contacts) or ""),
        "missed": str(agent.missed or ""),
        "about": attempt or "  ".join(about),
    }


def reason_text(language: Language, feed: Feed, reason: str) -> str:
    """Why somebody is not ready, in this language where the house says it."""
    return named(language, feed.centre.reasons, reason) if reason in feed.centre.reasons else language.reason(reason)


def named(language: Language, names: dict[str, dict[str, str]], key: str) -> str:
    """One of the house's own words."""
    return language.ward(names.get(key, {}), key)


def queue_line(language: Language, numbers: Queue, shown: str) -> str:
    """The filters with their counts, the chosen one in brackets; the longest wait; agents by state."""
    chips = [
        f"[{text}]" if each == shown else f" {text} "
        for each, count in numbers.by_filter.items()
        for text in [language.text(f"filter.{each}", count=count)]
    ]
    oldest = "-" if numbers.oldest_ms is None else duration(numbers.oldest_ms)
    people = [f"{AGENT_SIGNS[state]}{count}" for state, count in numbers.agents.items()]
    return "".join(chips) + "  ".join(["", language.text("queue.oldest", age=oldest), " ".join(people)])


def entry_cells(language: Language, entry: Entry, now_ms: int, operator: str) -> dict[str, str]:
    """A board line's text by column."""
    contact = entry.contact
    is_below = contact.incident_id != "" and contact.kind != "incident"
    return {
        "mark": mark_of(contact),
        "ward": language.ward(entry.ward_names, contact.ward),
        "place": ("+ " if is_below else "") + place_of(language, contact),
        "kind": contact_kind_text(language, contact, entry.is_proven),
        "age": duration(now_ms - contact.opened_at_ms),
        "times": times_text(language, contact),
        "state": attempt_text(language, entry.attempt) or holder_text(language, contact, operator),
        "next": step_text(language, contact, now_ms),
    }


def holder_text(language: Language, contact: ContactState, operator: str) -> str:
    """Who has it or is asked, and who answered in the ward meanwhile."""
    by = contact.on_site_by if contact.status == "on_site" else contact.accepted_by
    asked = contact.status == "offered" and contact.offered_to
    key = "board.new" if contact.status == "offered" and not asked else f"board.{contact.status}"
    if by and by == operator:
        key += "_me"
    text = language.text(key, by=by, to=", ".join(contact.offered_to))
    answer = answer_text(language, contact) if contact.answered_by != by else ""
    return f"{text}, {answer}" if answer else text


def times_text(language: Language, contact: ContactState) -> str:
    """Repeats, and returns into the queue."""
    repeats = language.text("board.repeats", count=contact.repeats) if contact.repeats else ""
    return repeats + (language.text("board.returns", count=contact.returns) if contact.returns else "")


def step_text(language: Language, contact: ContactState, now_ms: int) -> str:
    """The step that stands, and how long until the next."""
    step = language.text("board.step", step=contact.step + 1) if contact.step >= 0 else ""
    if contact.next_step_at_ms is None:
        return step
    left = countdown(contact.next_step_at_ms - now_ms)
    return language.text("board.next", step=step, left=left).strip()


def answer_text(language: Language, contact: ContactState) -> str:
    """Who answered in the ward; "" while nobody did."""
    if not contact.answered_by or contact.call_status not in ("acknowledged", "attended"):
        return ""
    status = language.text(f"status.{contact.call_status}")
    return language.text("status.by", status=status, by=language.who(contact.answered_by))


def detail_lines(language: Language, feed: Feed, entry: Entry) -> list[str]:
    """Three lines about the chosen contact: what it is, who has it, who lives there. A refusal says why."""
    contact = entry.contact
    about = language.text(
        "board.detail",
        ward=language.ward(entry.ward_names, contact.ward),
        place=place_of(language, contact),
        kind=contact_kind_text(language, contact, entry.is_proven),
        at=time_of_day(contact.opened_at_ms),
        priority=contact.priority,
    )
    if contact.subject and contact.room:
        about += f"  {subject_text(language, contact)}"
    parts = [
        holder_text(language, contact, feed.operator),
        times_long(language, contact),
        incident_text(language, feed, contact),
    ]
    if entry.attempt is not None and entry.attempt.reason:
        parts = [attempt_text(language, entry.attempt), language.reason(entry.attempt.reason)]
    pop = feed.seat.asks.pop_of(contact.contact_id)
    return [about, "  |  ".join(part for part in parts if part), resident_line(language, pop, contact)]


def times_long(language: Language, contact: ContactState) -> str:
    """The same in words."""
    if not contact.repeats and not contact.returns:
        return ""
    return language.text("board.times", repeats=contact.repeats, returns=contact.returns)


def keys_of(language: Language, feed: Feed, entry: Entry | None) -> str:
    """The keys that make sense for that contact, of those that the operator may use; the call centre refuses what it must."""
    if feed.seat.state is None:
        return language.text("keys.signed_out")
    if entry is None:
        return ""
    fitting = VERBS_TAKEN if entry.contact.status not in ("new", "offered") else VERBS_FREE
    verbs = VERBS_MINE if entry.is_mine else fitting
    return "  ".join(language.text(f"key.{verb}") for verb in verbs if feed.seat.may(verb, entry.contact))


def agent_keys(language: Language, feed: Feed) -> str:
    """The keys on the board of agents; who may force nobody is not told how."""
    return language.text("keys.agents" if any(feed.seat.may(verb) for verb in FORCES) else "keys.agents_only")


def incident_text(language: Language, feed: Feed, contact: ContactState) -> str:
    """Which incident it belongs to, and how many contacts that has."""
    incident = feed.centre.incidents.get(contact.incident_id)
    if incident is None:
        return ""
    return language.text(f"incident.{incident.kind}", scope=incident.scope, count=len(incident.contacts))


def resident_line(language: Language, pop: ScreenPop, contact: ContactState) -> str:
    """Risks first; of several residents that there are several."""
    card = next((card for card in pop.residents if card.resident_id == contact.resident_id), None)
    if card is None and len(pop.residents) > 1:
        return language.text("card.several", names=", ".join(card.name for card in pop.residents))
    card = card or next(iter(pop.residents), None)
    if card is None:
        return ""
    parts = [card.name, language.text("card.level", level=card.care_level)]
    if card.risks:
        parts.insert(0, language.text("card.risks", risks=", ".join(card.risks)))
    if card.priority_class:
        parts.append(card.priority_class)
    if card.key_carer:
        parts.append(language.text("card.key_carer", name=card.key_carer))
    return "  ".join(parts)


def _counts_of(language: Language, state: AgentState) -> list[str]:
    held = [language.text("operator.held", count=len(state.contacts))] if state.contacts else []
    return held + ([language.text("operator.missed", count=state.missed)] if state.missed else [])
