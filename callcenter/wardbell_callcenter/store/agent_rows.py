"""Those who work at the call centre, in the database: what they do now, until when, and where their time went."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from wardbell_callcenter.people.agent import Agent, Load
from wardbell_callcenter.store.contact_rows import AT_ONCE, FEW, ContactRows
from wardbell_callcenter.store.contact_tables import offers, timers
from wardbell_callcenter.store.errors import StoreError
from wardbell_callcenter.store.house_tables import agent_times, agents
from wardbell_callcenter.store.offer_rows import LIVE
from wardbell_callcenter.store.timer_rows import Timer, TimerRows
from wardbell_protocol.bus.centre_payloads import AgentStatus

IN_ORDER = tuple(Agent.__dataclass_fields__)
FIELDS = tuple(name for name in IN_ORDER if name != "back_steady_ms")
People = dict[str, Agent]  # by name, everybody who is signed in

_WHOLE = (
    select(*(timers.c.due_steady_ms if name == "back_steady_ms" else agents.c[name] for name in IN_ORDER))
    .select_from(agents)
    .outerjoin(timers, (timers.c.kind == "agent") & (timers.c.subject == agents.c.agent))
    .order_by(agents.c.agent)
)
_SIGNED_IN = _WHOLE.where(agents.c.state != "signed_out")
_NAMED = _WHOLE.where(agents.c.agent.in_(bindparam("names", expanding=True)))
_ADD = insert(agents)
_CHANGE = (
    update(agents)
    .where((agents.c.agent == bindparam("of_agent")) & (agents.c.version == bindparam("of_version")))
    .values({name: bindparam(name) for name in FIELDS if name != "agent"})
)
_LIVE = select(offers.c.target).where(offers.c.state == LIVE)
_LIVE_OF_FEW = _LIVE.where(offers.c.target.in_(bindparam("names", expanding=True)))
_SAME_STAY = (
    (agent_times.c.agent == bindparam("of_agent"))
    & (agent_times.c.from_ms == bindparam("of_from_ms"))
    & (agent_times.c.state == bindparam("of_state"))
)
_DROP_STAY = delete(agent_times).where(_SAME_STAY)
_END_STAY = update(agent_times).where(_SAME_STAY).values(until_ms=bindparam("until"))
_ADD_STAY = insert(agent_times)


@dataclass(frozen=True)
class Stay:
    """An agent's time in one state. `until_ms` None: still."""

    agent: str
    from_ms: int
    state: AgentStatus
    reason: str = ""
    until_ms: int | None = None


class AgentRows:
    """Of one transaction. Changes of many are a few statements, however many they are.

    Args:
        there: everybody who is signed in, where that is known without a look; changes are written into it.
    """

    def __init__(self, connection: Connection, there: People | None = None) -> None:
        self._connection = connection
        self.there = there  # 600 people are not read again for each of them who changes

    def get(self, name: str) -> Agent:
        """That agent; one who never signed in is signed out."""
        return self.many([name])[name]

    def many(self, names: Iterable[str]) -> dict[str, Agent]:
        """Those agents by name, in the given order; they who never signed in, too."""
        there = self.there or {}
        found = {name: there.get(name) or Agent(agent=name) for name in names}
        unknown = [name for name in found if name not in there]
        for start in range(0, len(unknown), AT_ONCE):
            found |= {agent.agent: agent for agent in self._read(_NAMED, names=unknown[start : start + AT_ONCE])}
        return found

    def those(self, names: Iterable[str], state: AgentStatus) -> list[Agent]:
        """Those of them who are in that state."""
        return [agent for agent in self.many(names).values() if agent.state == state]

    def signed_in(self) -> list[Agent]:
        """Everybody who is there, whatever he does, in the order of their names."""
        there = self.by_name()
        return [there[name] for name in sorted(there)]

    def by_name(self) -> People:
        """The same by name, in no order."""
        if self.there is None:
            self.there = {agent.agent: agent for agent in self._read(_SIGNED_IN)}
        return dict(self.there)

    def loads(self, names: Iterable[str]) -> dict[str, Load]:
        """What each of them has on his hands."""
        wanted = list(names)
        held, live = ContactRows(self._connection).taken_by(wanted), self.live_offers(wanted)
        return {name: Load(len(held.get(name, ())), live.get(name, 0)) for name in wanted}

    def live_offers(self, names: Iterable[str]) -> dict[str, int]:
        """How many offers wait for the answer of each of them; of whom none does, nothing."""
        wanted = frozenset(names)
        few = {"names": sorted(wanted)} if len(wanted) <= FEW else None
        targets = self._connection.execute(_LIVE if few is None else _LIVE_OF_FEW, few).scalars()  # of all: of anybody
        return Counter(target for target in targets if target in wanted)

    def change(self, changes: Sequence[tuple[Agent, Agent]]) -> list[Agent]:
        """Store each second one in the place of the first, with his timer and his times; returns them as they are stored.

        Raises:
            StoreError: somebody else changed one of them meanwhile.
        """
        stored = [
            (before, after if before == after else replace(after, version=before.version + 1))
            for before, after in changes
        ]
        pairs = [(before, after) for before, after in stored if before != after]
        self._add([after for before, after in pairs if before.version == 0])
        self._update([(before, after) for before, after in pairs if before.version > 0])
        self._set_timers([after for before, after in pairs if before.back_steady_ms != after.back_steady_ms])
        self._count([(before, after) for before, after in pairs if _stay_key(before) != _stay_key(after)])
        self._remember(after for _, after in pairs)
        return [after for _, after in stored]

    def stays(self, from_ms: int, until_ms: int) -> list[Stay]:
        """All stays of which a part lies in that time, each agent's in their order."""
        found = [
            Stay(**row)
            # Each by its index: asked for both at once, SQLite reads all that there ever were.
            for ends_later in (agent_times.c.until_ms.is_(None), agent_times.c.until_ms > from_ms)
            for row in self._connection.execute(
                select(agent_times).where(agent_times.c.from_ms < until_ms, ends_later)
            ).mappings()
        ]
        return sorted(found, key=lambda stay: (stay.agent, stay.from_ms))

    def _read(self, wanted: Select[Any], **parameters: object) -> list[Agent]:
        return [Agent(**dict(zip(IN_ORDER, row, strict=True))) for row in self._connection.execute(wanted, parameters)]

    def _remember(self, changed: Iterable[Agent]) -> None:
        if self.there is None:
            return
        for agent in changed:
            if agent.is_signed_in:
                self.there[agent.agent] = agent
            else:
                self.there.pop(agent.agent, None)

    def _add(self, some: list[Agent]) -> None:
        if some:
            self._connection.execute(_ADD, [_values(agent) for agent in some])

    def _update(self, pairs: list[tuple[Agent, Agent]]) -> None:
        if not pairs:
            return
        rows = [_values(after) | {"of_agent": after.agent, "of_version": before.version} for before, after in pairs]
        if self._connection.execute(_CHANGE, rows).rowcount != len(pairs):
            raise StoreError("an agent was changed by somebody else")

    def _set_timers(self, some: list[Agent]) -> None:
        rows = TimerRows(self._connection)
        rows.drop(*(("agent", agent.agent) for agent in some if agent.back_steady_ms is None))
        rows.put(
            *(
                Timer("agent", agent.agent, agent.back_steady_ms, agent.since_steady_ms, fence=agent.version)
                for agent in some
                if agent.back_steady_ms is not None
            )
        )

    def _count(self, pairs: list[tuple[Agent, Agent]]) -> None:
        """A stay of no length leaves no row: another in the same state may begin at the same moment."""
        over = [(before, after.counted_from_ms) for before, after in pairs if before.is_signed_in]
        keys = [(_stay_key(before), before.counted_from_ms, until_ms) for before, until_ms in over]
        empty = [_key_row(key) for key, from_ms, until_ms in keys if from_ms == until_ms]
        ended = [_key_row(key) | {"until": until_ms} for key, from_ms, until_ms in keys if from_ms != until_ms]
        begun = [_stay_row(after) for _, after in pairs if after.is_signed_in]
        if empty:
            self._connection.execute(_DROP_STAY, empty)
        if ended:
            self._connection.execute(_END_STAY, ended)
        if begun:
            self._connection.execute(_ADD_STAY, begun)


def _values(agent: Agent) -> dict[str, Any]:
    return {name: getattr(agent, name) for name in FIELDS}


def _stay_key(agent: Agent) -> tuple[str, int, str, str]:
    return agent.agent, agent.counted_from_ms, agent.state, agent.reason


def _key_row(key: tuple[str, int, str, str]) -> dict[str, Any]:
    return {"of_agent": key[0], "of_from_ms": key[1], "of_state": key[2]}


def _stay_row(agent: Agent) -> dict[str, Any]:
    return {
        "agent": agent.agent,
        "from_ms": agent.counted_from_ms,
        "state": agent.state,
        "reason": agent.reason,
        "until_ms": None,
    }
