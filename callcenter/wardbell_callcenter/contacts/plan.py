"""Which step of a contact is planned when: a pure function of its policy and of what was planned, not of when it was done."""

from dataclasses import dataclass

from wardbell_callcenter.house import Policy


@dataclass(frozen=True)
class Firing:
    """One step of one loop. `planned_steady_ms` is when it should happen, on the engine's clock."""

    step: int
    loop: int
    planned_steady_ms: int


def first(policy: Policy, loop: int, round_steady_ms: int) -> Firing:
    """With what a round begins."""
    return Firing(0, loop, round_steady_ms + policy.steps[0].after_s * 1000)


def following(policy: Policy, round_steady_ms: int, fired: Firing) -> Firing:
    """What comes after that one: the next step, or the last one again for ever, each time as a loop of its own.

    A step that was brought forward does not move those after it; one that a policy would have at the same moment or earlier
    comes at once.
    """
    step = fired.step + 1
    if step < len(policy.steps):
        planned = round_steady_ms + policy.steps[step].after_s * 1000
        return Firing(step, fired.loop, max(planned, fired.planned_steady_ms))
    return Firing(len(policy.steps) - 1, fired.loop + 1, fired.planned_steady_ms + policy.repeat_s * 1000)


def newest_due(policy: Policy, round_steady_ms: int, due: Firing, now_steady_ms: int) -> Firing:
    """Of `due` and all that has become due since, the newest: whoever comes late asks once, not once for each."""
    newest, last = due, len(policy.steps) - 1
    while newest.step < last:
        after = following(policy, round_steady_ms, newest)
        if after.planned_steady_ms > now_steady_ms:
            return newest
        newest = after
    missed = max(0, now_steady_ms - newest.planned_steady_ms) // (policy.repeat_s * 1000)
    planned = newest.planned_steady_ms + missed * policy.repeat_s * 1000
    return Firing(last, newest.loop + missed, planned)


def is_repeat(fired_loop: int, firing: Firing) -> bool:
    """Whether the last step comes again: only that makes a loop after the newest one that was fired."""
    return firing.loop > fired_loop
