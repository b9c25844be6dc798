"""Who is asked next about a contact: a pure function of contact, agents, history and the step of its policy.

What holds whatever the strategy:
- who is signed out is never asked, and nobody twice in one step of one loop, except who was gone meanwhile;
- who has refused in this loop is not asked again before the next loop;
- others than emergencies reach only who is ready and does not want to leave; the repeated last step reaches everybody signed in;
- for the same facts and seed the same choice, in whatever order the agents are given.
"""

from collections.abc import Iterable, Sequence

from wardbell_callcenter.house import Step, Strategy
from wardbell_callcenter.routing.facts import AgentFacts, Choice, ContactFacts, History
from wardbell_callcenter.routing.reach import can_be_asked, circles, lack
from wardbell_callcenter.routing.strategies import TOGETHER, rank

ADDRESS = "address:"
# Nobody can tell what is urgent among hundreds of bells: of contacts that ring for all at once the most urgent `rings_at_once`
# ring for one person. The next ones come as he gets room, and are on the board meanwhile. Emergencies always ring.
ROOM_IN_MS = 5000


def route(
    step: Step,
    contact: ContactFacts,
    agents: Iterable[AgentFacts],
    history: History,
    now_ms: int,
    seed: int,
    preferred: Sequence[str] = (),
) -> Choice:
    """Whom to ask now. `preferred`: agents whom the house's own program named (hook.py); the fit ones among them come first."""
    return _Routing(step, contact, agents, history, now_ms, seed, preferred).choice()


def candidates(
    step: Step, contact: ContactFacts, agents: Iterable[AgentFacts], history: History, now_ms: int, seed: int
) -> list[AgentFacts]:
    """All who can be asked by this step now, in the order of our own choice."""
    return _Routing(step, contact, agents, history, now_ms, seed, ()).candidates()


class _Routing:
    """One choice while it is made."""

    def __init__(
        self,
        step: Step,
        contact: ContactFacts,
        agents: Iterable[AgentFacts],
        history: History,
        now_ms: int,
        seed: int,
        preferred: Sequence[str],
    ) -> None:
        self._step = step
        self._contact = contact
        self._history = history
        self._now_ms = now_ms
        self._preferred = {} if contact.is_repeat else {name: place for place, name in enumerate(preferred)}
        self._strategy: Strategy = "ring_all" if contact.is_repeat else step.strategy
        self._rank = rank(self._strategy, contact, history, seed)
        self._circles = circles(step, contact, agents)
        self._meant = {agent.name: agent for circle in self._circles for agent in circle.agents}
        here = [past for past in history.offers if (past.step, past.loop) == (contact.step, contact.loop)]
        refused = {past.target for past in history.offers if past.loop == contact.loop and past.status == "refused"}
        self._ringing = {past.target for past in history.offers if past.status == "offered"}
        self._ringing_here = {past.target for past in here if past.status == "offered"}
        self._done = refused | self._ringing | {past.target for past in here if past.status != "withdrawn"}

    def choice(self) -> Choice:
        """The choice."""
        addresses = [word for word in self._step.to if word.startswith(ADDRESS)]
        new_addresses = tuple(word for word in addresses if word not in self._done)
        left = self._left()
        ask = left[: self._n_wanted()]
        is_ringing = any(target in self._meant or target in addresses for target in self._ringing)
        is_crowded = self._is_crowded()
        return Choice(
            ask=tuple(agent.name for agent in ask),
            addresses=new_addresses,
            ring_s=self._step.ring_s,
            again_in_ms=ROOM_IN_MS if is_crowded else self._widens_in_ms() if len(ask) < len(left) else None,
            is_empty=not addresses and not self._meant,
            is_exhausted=not (left or new_addresses or is_ringing or is_crowded),
            why=f"{self._strategy}: {', '.join(circle.word for circle in self._circles)}",
        )

    def candidates(self) -> list[AgentFacts]:
        """Who can be asked."""
        return self._sorted([agent for agent in self._meant.values() if self._can_be_asked(agent)])

    def _left(self) -> list[AgentFacts]:
        """Who can be asked yet, of the first tier in which anybody can or is being asked."""
        for tier in self._tiers():
            left = [agent for agent in tier if self._can_be_asked(agent)]
            if left or any(agent.name in self._ringing_here for agent in tier):
                return self._sorted(left)
        return []

    def _tiers(self) -> list[list[AgentFacts]]:
        """Those whom the hook named; then all together, or one word of the step after another."""
        named = [self._meant[name] for name in self._preferred if name in self._meant]
        if self._strategy == "group":
            return [named, *(list(circle.agents) for circle in self._circles)]
        return [named, list(self._meant.values())]

    def _can_be_asked(self, agent: AgentFacts) -> bool:
        return self._is_to_be_asked(agent) and self._has_room(agent)

    def _is_to_be_asked(self, agent: AgentFacts) -> bool:
        return agent.name not in self._done and can_be_asked(agent, self._contact)

    def _has_room(self, agent: AgentFacts) -> bool:
        contact = self._contact
        most = contact.rings_at_once if self._strategy in TOGETHER else contact.offers_at_once
        return contact.is_emergency or agent.live_offers < most

    def _is_crowded(self) -> bool:
        """Whether somebody is not asked only because so much rings for him already."""
        if self._strategy not in TOGETHER:
            return False
        return any(self._is_to_be_asked(agent) and not self._has_room(agent) for agent in self._meant.values())

    def _sorted(self, agents: list[AgentFacts]) -> list[AgentFacts]:
        if self._strategy not in TOGETHER:
            agents = sorted(agents, key=self._rank)
            if self._step.skills:
                agents = sorted(agents, key=lambda agent: lack(self._step, agent))
        if self._preferred:
            agents = sorted(agents, key=lambda agent: self._preferred.get(agent.name, len(self._preferred)))
        return agents

    def _n_wanted(self) -> int | None:
        """How many more may ring now; None: all."""
        if self._strategy in TOGETHER:
            return None
        n_wanted = 1 + self._n_widened() if self._strategy == "progressive" else 1
        return max(0, n_wanted - sum(target in self._meant for target in self._ringing_here))

    def _n_widened(self) -> int:
        return max(0, self._now_ms - self._contact.stepped_at_ms) // (self._step.every_s * 1000)

    def _widens_in_ms(self) -> int | None:
        if self._strategy != "progressive":
            return None
        return self._contact.stepped_at_ms + (self._n_widened() + 1) * self._step.every_s * 1000 - self._now_ms
