"""In which order those who can be asked are asked: pure."""

import hashlib
from collections import Counter
from collections.abc import Callable

from wardbell_callcenter.house import Strategy
from wardbell_callcenter.routing.facts import AgentFacts, ContactFacts, History

Key = Callable[[AgentFacts], tuple[int | str, ...]]

# Of these all who can be asked are asked together; of the others one after another.
TOGETHER: frozenset[Strategy] = frozenset({"ring_all", "group"})
_READINESS = {"ready": 0, "offered": 1, "wrap_up": 2, "busy": 3, "not_ready": 4}


def rank(strategy: Strategy, contact: ContactFacts, history: History, seed: int) -> Key:
    """The key by which those are sorted who are asked one after another; equals stay as the step's words have them.

    Before any strategy comes who is free, before who must be torn away (emergencies only); then who has not yet left this
    contact lying: refused or missed it earlier, or accepted it and it came back.
    """
    of_strategy = _key(strategy, contact, history, seed)
    left_lying = Counter(past.target for past in history.offers if past.status in ("refused", "missed", "accepted"))
    return lambda agent: (_READINESS[agent.state], left_lying[agent.name], *of_strategy(agent))


def _key(strategy: Strategy, contact: ContactFacts, history: History, seed: int) -> Key:
    match strategy:
        case "round_robin":
            turns = {name: place for place, name in enumerate(history.turns, 1)}
            return lambda agent: (turns.get(agent.name, 0),)
        case "longest_idle" | "progressive":
            return _longest_idle
        case "fewest_contacts":
            return lambda agent: (agent.contacts_taken, *_longest_idle(agent))
        case "most_recent":
            places = {name: place for place, name in reversed(list(enumerate(history.carers)))}
            return lambda agent: (places.get(agent.name, len(history.carers)), *_longest_idle(agent))
        case "familiar":
            return lambda agent: (agent.name != contact.key_carer, *_longest_idle(agent))
        case "random":
            draw = f"{seed}/{contact.contact_id}/{contact.step}/{contact.loop}/"
            return lambda agent: (hashlib.sha256((draw + agent.name).encode()).hexdigest(),)
    return lambda _: ()  # ordered


def _longest_idle(agent: AgentFacts) -> tuple[int | str, ...]:
    return agent.free_since_ms, agent.name
