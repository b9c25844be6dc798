"""How long somebody may have a contact before it looks for somebody else."""

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.house import DEFAULT_POLICY, Policy
from wardbell_callcenter.store.timer_rows import Timer, TimerKind


def set_limit(turn: Turn, contact: Contact) -> None:
    """For whoever has it now, as its policy has it; 0: none."""
    _begin(turn, contact, _limit_s(contact, contact.policy))


def of_the_gone(turn: Turn, name: str) -> None:
    """He is signed out: what he has without a limit would never look for anybody again. It has the usual one now."""
    for contact in _held(turn, name):
        if turn.timer(_kind(contact), contact.contact_id) is None:
            _begin(turn, contact, _limit_s(contact, DEFAULT_POLICY))


def of_the_back(turn: Turn, name: str) -> None:
    """He is there again: what he has has the limit of its policy, which may be none."""
    for contact in _held(turn, name):
        if not _limit_s(contact, contact.policy):
            turn.drop_timers(contact.contact_id)


def _held(turn: Turn, name: str) -> list[Contact]:
    ids = turn.ledger.contacts.taken_by([name]).get(name, [])
    turn.load(ids)
    return [contact for contact in map(turn.contact, ids) if contact is not None and contact.is_taken]


def _kind(contact: Contact) -> TimerKind:
    return "on_site_limit" if contact.state == "on_site" else "accept_limit"


def _limit_s(contact: Contact, policy: Policy) -> int:
    return policy.on_site_limit_s if contact.state == "on_site" else policy.accept_limit_s


def _begin(turn: Turn, contact: Contact, limit_s: int) -> None:
    if not limit_s:
        return
    now_ms, remind_s = turn.now.steady_ms, contact.policy.remind_s
    due_ms = now_ms + limit_s * 1000
    turn.set_timer(Timer(_kind(contact), contact.contact_id, due_ms, now_ms, fence=contact.version))
    if 0 < remind_s < limit_s:
        remind = Timer("remind", contact.contact_id, due_ms - remind_s * 1000, now_ms, fence=contact.version)
        turn.set_timer(remind)
