"""What the house's own program says about a contact's step, and the question where it has not been asked yet."""

from collections.abc import Iterable

from wardbell_callcenter.contacts.contact import Contact
from wardbell_callcenter.engine.turn import Turn
from wardbell_callcenter.house import Hook, Step
from wardbell_callcenter.routing.facts import AgentFacts, ContactFacts, History
from wardbell_callcenter.routing.question import Asking, Question, candidates_of
from wardbell_callcenter.routing.router import candidates
from wardbell_callcenter.store.timer_rows import Timer


def advice(
    turn: Turn,
    contact: Contact,
    step: Step,
    facts: ContactFacts,
    agents: Iterable[AgentFacts],
    past: History,
    seed: int,
) -> tuple[str, ...] | None:
    """Whom it would ask, nobody where it has no opinion; None: it is being asked, and the contact waits for that.

    It waits from when the step was planned, and no longer than the house lets it. Emergencies, and what is asked for
    ever, do not wait at all.
    """
    hook, adviser = turn.house.hook, turn.adviser
    if hook is None or adviser is None or facts.is_emergency or facts.is_repeat:
        return ()
    said = adviser.answer(Asking(contact.contact_id, contact.step, contact.loop))
    if said is not None:
        return said
    until_ms = _waits_until_ms(contact, hook)
    if turn.now.steady_ms >= until_ms or not adviser.is_worth_waiting:
        return ()
    found = candidates(step, facts, agents, past, turn.now.steady_ms, seed)
    if not found:
        return ()
    turn.questions.append(_question(turn, contact, step, found))
    turn.set_timer(Timer("widen", contact.contact_id, until_ms, turn.now.steady_ms, contact.step, contact.loop))
    return None


def _waits_until_ms(contact: Contact, hook: Hook) -> int:
    return contact.step_planned_steady_ms + max(1, round(hook.timeout_s * 1000))


def _question(turn: Turn, contact: Contact, step: Step, found: list[AgentFacts]) -> Question:
    return Question(
        contact=contact.to_state(),
        step=contact.step,
        loop=contact.loop,
        strategy=step.strategy,
        candidates=candidates_of(found, turn.now.steady_ms),
    )
