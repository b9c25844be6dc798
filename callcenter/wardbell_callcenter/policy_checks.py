"""What a house's policies must be: steps in order, to people who exist, by ways that lead to them."""

from collections.abc import Collection, Iterator
from itertools import pairwise

from wardbell_callcenter.contacts.priority import OTHER_KINDS
from wardbell_callcenter.findings import Finding, unknown
from wardbell_callcenter.house import House, Policy, Step
from wardbell_protocol.calls import signals

WORDS = ("ward", "building", "home", "key_carer", "everybody")
KINDS = ("bed_call", *OTHER_KINDS, *signals.KINDS)  # of contacts, and of the calls that beds make


def policy_findings(house: House) -> Iterator[Finding]:
    """All about `policies` and `policy_of`."""
    for name, policy in house.policies.items():
        key = f"policies.{name}"
        yield from _order(policy, key)
        yield from _limits(policy, key)
        for at, step in enumerate(policy.steps):
            yield from _step(house, step, f"{key}.steps[{at}]")
        if not any(_reaches_a_seat(step) for step in policy.steps):
            yield Finding(f"{key}.steps", "no step asks people at their seats; only there can somebody accept")
        if name not in house.policy_of.values():
            yield Finding(key, 'nothing in policy_of leads here; add "default" or a kind of call, or take it out')
    yield from _policy_of(house)


def _order(policy: Policy, key: str) -> Iterator[Finding]:
    for at, (before, after) in enumerate(pairwise(policy.steps), 1):
        if after.after_s <= before.after_s:
            yield Finding(
                f"{key}.steps[{at}].after_s", f"a step comes after the one before it: more than {before.after_s}"
            )


def _limits(policy: Policy, key: str) -> Iterator[Finding]:
    for name in ("accept_limit_s", "on_site_limit_s"):
        limit_s = getattr(policy, name)
        if 0 < limit_s <= policy.remind_s:
            yield Finding(
                f"{key}.{name}", f"the reminder comes {policy.remind_s} s before it; give more, or 0 for never"
            )


def _step(house: House, step: Step, key: str) -> Iterator[Finding]:
    for at, target in enumerate(step.to):
        yield from _target(house, target, f"{key}.to[{at}]")
    if "mail" in step.media and house.mail is None:
        yield Finding(f"{key}.media", "no mail can go out: describe the server in `mail`")
    if "mail" in step.media and house.agents and not any(agent.mail for agent in house.agents.values()):
        yield Finding(f"{key}.media", "no agent has a mail address")
    if "webhook" in step.media and house.agents and not any(agent.webhook for agent in house.agents.values()):
        yield Finding(f"{key}.media", "no agent has a webhook")
    for skill, level in step.skills.items():
        has_it = (agent.skills.get(skill, 0) >= level for agent in house.agents.values())
        if house.agents and not any(has_it):
            yield Finding(f"{key}.skills.{skill}", f"no agent has it at level {level}")


def _target(house: House, target: str, key: str) -> Iterator[Finding]:
    kind, _, name = target.partition(":")
    named: dict[str, Collection[str]] = {
        "group": house.groups,
        "roster": house.rosters,
        "address": house.addresses,
        "agent": house.agents,
    }
    if kind not in named:
        if target not in WORDS:
            forms = ", ".join([*WORDS, *(f"{word}:NAME" for word in named)])
            yield Finding(key, f'"{target}" names nobody; give one of {forms}')
    elif kind == "agent" and not house.agents:
        return  # whoever signs in by that name
    elif name not in named[kind]:
        yield unknown(key, name, kind, named[kind])
    elif kind == "group" and not house.groups[name]:
        yield Finding(key, f"nobody is in the group {name}")
    elif kind == "address" and not house.addresses[name].startswith("webhook:") and house.mail is None:
        yield Finding(key, f"no mail can go to {name}: describe the server in `mail`")


def _reaches_a_seat(step: Step) -> bool:
    return "seat" in step.media and any(not target.startswith("address:") for target in step.to)


def _policy_of(house: House) -> Iterator[Finding]:
    periods = {period.name for period in house.calendar.periods}
    for of, name in house.policy_of.items():
        key = f"policy_of.{of}"
        kind, at, period = of.partition("@")
        if kind != "default" and kind not in KINDS:
            yield unknown(key, kind, "kind", ("default", *KINDS))
        if at and period not in periods:
            yield unknown(key, period, "period of the calendar", periods)
        if name not in house.policies:
            yield unknown(key, name, "policy", house.policies)
