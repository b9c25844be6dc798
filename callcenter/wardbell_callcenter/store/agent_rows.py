"""Those who work at the call centre, in the database: what they do now, until when, and where their time went."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from wardbell_callcenter.people.agent import Agent, Load
from wardbell_callcenter.store.contact_rows import AT_ONCE, ContactRows
from wardbell_callcenter.store.contact_tables import offers, timers
from wardbell_callcenter.store.errors import StoreError
from wardbell_callcenter.store.house_tables import agent_times, agents
from wardbell_callcenter.store.offer_rows import LIVE
from wardbell_callcenter.store.timer_rows import Timer, TimerRows
from wardbell_protocol.bus.centre_payloads import AgentStatus

IN_ORDER = tuple(Agent.__dataclass_fields__)
FIELDS = tuple(name for name in IN_ORDER if name != "back_steady_ms")


@lru_cache(maxsize=4096)
def _agent(*row: Any) -> Agent:  # noqa: ANN401
    """The same row is the same agent: hundreds are read for each change of one."""
    return Agent(**dict(zip(IN_ORDER, row, strict=True)))


@dataclass(frozen=True)
class Stay:
    """An agent's time in one state. `until_ms` None: still."""

    agent: str
    from_ms: int
    state: AgentStatus
    reason: str = ""
    until_ms: int | None = None


class AgentRows:
    """Of one transaction. Changes of many are a few statements, however many they are."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._there: dict[str, Agent] | None = None  # 600 people are not read again for each of them who changes

    def get(self, name: str) -> Agent:
        """That agent; one who never signed in is signed out."""
        return self.many([name])[name]

    def many(self, names: Iterable[str]) -> dict[str, Agent]:
        """Those agents by name, in the given order; they who never signed in, too."""
        found = {name: Agent(agent=name) for name in names}
        for agent in self._in(list(found)):
            found[agent.agent] = agent
        return found

    def those(self, names: Iterable[str], state: AgentStatus) -> list[Agent]:
        """Those of them who are in that state."""
        return self._in(list(dict.fromkeys(names)), agents.c.state == state)

    def signed_in(self) -> list[Agent]:
        """Everybody who is there, whatever he does, by name."""
        if self._there is None:
            self._there = {agent.agent: agent for agent in self._select(agents.c.state != "signed_out")}
        return [self._there[name] for name in sorted(self._there)]

    def loads(self, names: Iterable[str]) -> dict[str, Load]:
        """What each of them has on his hands."""
        wanted = list(names)
        held, live = ContactRows(self._connection).taken_by(wanted), self.live_offers(wanted)
        return {name: Load(len(held.get(name, ())), live.get(name, 0)) for name in wanted}

    def live_offers(self, names: Iterable[str]) -> dict[str, int]:
        """How many offers wait for the answer of each of them; of whom none does, nothing."""
        wanted = list(names)
        found: dict[str, int] = {}
        for start in range(0, len(wanted), AT_ONCE):
            his = offers.c.target.in_(wanted[start : start + AT_ONCE]) & (offers.c.state == LIVE)
            counted = select(offers.c.target, func.count()).where(his).group_by(offers.c.target)
            found |= {target: int(count) for target, count in self._connection.execute(counted)}
        return found

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

    def _in(self, names: list[str], also: ColumnElement[bool] | None = None) -> list[Agent]:
        found: list[Agent] = []
        for start in range(0, len(names), AT_ONCE):
            which = agents.c.agent.in_(names[start : start + AT_ONCE])
            found += self._select(which if also is None else which & also)
        return found

    def _select(self, which: ColumnElement[bool]) -> list[Agent]:
        own_timer = (timers.c.kind == "agent") & (timers.c.subject == agents.c.agent)
        columns = [timers.c.due_steady_ms if name == "back_steady_ms" else agents.c[name] for name in IN_ORDER]
        wanted = select(*columns).select_from(agents).outerjoin(timers, own_timer)
        rows = self._connection.execute(wanted.where(which).order_by(agents.c.agent))
        return [_agent(*row) for row in rows]

    def _remember(self, changed: Iterable[Agent]) -> None:
        if self._there is not None:
            self._there |= {agent.agent: agent for agent in changed}
            self._there = {name: agent for name, agent in self._there.items() if agent.is_signed_in}

    def _add(self, some: list[Agent]) -> None:
        if some:
            self._connection.execute(insert(agents), [_values(agent) for agent in some])

    def _update(self, pairs: list[tuple[Agent, Agent]]) -> None:
        if not pairs:
            return
        same = (agents.c.agent == bindparam("of_agent")) & (agents.c.version == bindparam("of_version"))
        names = [name for name in FIELDS if name != "agent"]
        statement = update(agents).where(same).values({name: bindparam(name) for name in names})
        rows = [_values(after) | {"of_agent": after.agent, "of_version": before.version} for before, after in pairs]
        if self._connection.execute(statement, rows).rowcount != len(pairs):
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
        same = {name: agent_times.c[name] == bindparam(f"of_{name}") for name in ("agent", "from_ms", "state")}
        which = same["agent"] & same["from_ms"] & same["state"]
        keys = [(_stay_key(before), before.counted_from_ms, until_ms) for before, until_ms in over]
        empty = [_key_row(key) for key, from_ms, until_ms in keys if from_ms == until_ms]
        ended = [_key_row(key) | {"until": until_ms} for key, from_ms, until_ms in keys if from_ms != until_ms]
        begun = [_stay_row(after) for _, after in pairs if after.is_signed_in]
        if empty:
            self._connection.execute(delete(agent_times).where(which), empty)
        if ended:
            self._connection.execute(update(agent_times).where(which).values(until_ms=bindparam("until")), ended)
        if begun:
            self._connection.execute(insert(agent_times), begun)


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
