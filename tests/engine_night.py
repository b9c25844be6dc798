"""A night of a call centre in virtual time, whose engines die where they are told to, and what must hold of it afterwards.

The same seed is the same night: calls, people, their keys. So a night whose engines were killed must end as the one that nobody
disturbed, row for row; and that one is held to the rules of the escalation themselves.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from centre_parts import T0, call_state, cleared, raised_again
from databases import Database
from engine_lives import LEASE_MS, LOST, Mutation, TwoEngines

from wardbell_callcenter.clock import Now
from wardbell_callcenter.house import House
from wardbell_callcenter.store.delivery_rows import NOT_NEEDED
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus.centre_payloads import CentreEvent, CentreSnapshot
from wardbell_protocol.bus.payloads import CallState, Command, Reply, decode

TICK_MS = 1500
UNHEARD = 1_000_000  # no question has so many statements: who dies before that one has done all
PEOPLE = ("Chen", "Li", "Ma", "Wei", "Zhou")
KINDS = ("normal", "normal", "bathroom", "emergency")
ROOMS = ("201", "202", "203", "204", "205", "206")
HOUSE: dict[str, Any] = {
    "policies": {
        "slow": {
            "steps": [
                {"after_s": 0, "to": ["ward"], "strategy": "longest_idle", "ring_s": 4},
                {"after_s": 10, "to": ["home"], "strategy": "ring_all", "ring_s": 0},
                {"after_s": 21, "to": ["everybody", "address:lead"], "ring_s": 0},
            ],
            "repeat_s": 12,
            "overflow": False,
            "accept_limit_s": 15,
            "on_site_limit_s": 30,
            "remind_s": 5,
        },
        "quick": {"steps": [{"after_s": 0, "to": ["everybody"], "ring_s": 0}], "repeat_s": 9, "accept_limit_s": 12},
    },
    "policy_of": {"default": "slow", "emergency": "quick"},
    "addresses": {"lead": "lead@house.example"},
    "limits": {"wrap_up_s": 3, "missed": 3, "missed_back_s": 10, "not_ready_s": 20},
    "codes": {"helped": {"name": {"en": "Helped"}}},
}
# What a night leaves behind, without what is drawn by chance or says how often something had to be tried.
LEFT_BEHIND = {
    "contacts": "SELECT * FROM contacts ORDER BY contact_id",
    "offers": "SELECT contact_id, step, loop, target, medium, state, made_at_ms, rings_until_ms, answered_at_ms, reason"
    " FROM offers ORDER BY contact_id, step, loop, target, medium",
    "timers": "SELECT kind, subject, due_steady_ms, planned_steady_ms, step, loop FROM timers ORDER BY kind, subject",
    "agents": "SELECT agent, state, reason, since_ms, pending, missed, contacts_taken FROM agents ORDER BY agent",
    "agent_times": "SELECT * FROM agent_times ORDER BY agent, from_ms, state",
    "events": "SELECT seq, at_ms, kind, contact_id, agent FROM events ORDER BY seq",
    "steps": "SELECT call_id, step, loop FROM steps ORDER BY call_id, step, loop",
    "deliveries": "SELECT offer_id, what, medium, address FROM deliveries ORDER BY offer_id, what, medium, address",
}


@dataclass
class Plan:
    """Where engines die: before which statement of a question, by the question's number; which are usurped; how long it takes."""

    die_at: Callable[[int], int | None] = lambda _number: None
    is_usurped: Callable[[int], bool] = lambda _number: False
    outage_ms: Callable[[int], int] = lambda _number: 0
    wall_jump_ms: Callable[[int], int] = lambda _number: 0


UNDISTURBED = Plan()


@dataclass
class Result:
    """What a night was: how many statements each question took at which one may die, what is left, who was answered what."""

    n_statements: list[int] = field(default_factory=list)
    left: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    events: list[CentreEvent] = field(default_factory=list)
    accepts: dict[str, list[tuple[str, bool, str]]] = field(default_factory=lambda: defaultdict(list))
    delivered: Counter[str] = field(default_factory=Counter)
    n_kills: int = 0
    n_usurped: int = 0


class Night:
    """Broker, courier, consoles and wards of one night. Each question is asked until somebody answers it."""

    def __init__(
        self, database: Database, seed: int, plan: Plan, folder: Path, mutation: Mutation | None = None
    ) -> None:
        self._database = database
        self._random = random.Random(seed)
        self._plan = plan
        self._paper = folder / f"delivered-{database.url.rpartition('/')[2].partition('?')[0]}"
        self._mutation = mutation
        self.result = Result()
        self._steady_ms = self._wall_offset_ms = 0
        self._n_commands = self._n_calls = 0
        self._calls: dict[str, CallState] = {}

    def run(self, n_ticks: int) -> Result:
        """Work it."""
        store = Store(self._database.url)
        with store.writing() as ledger:
            ledger.houses.put(msgspec.json.encode(msgspec.convert(HOUSE, House)), "test", T0)
        store.close()
        self._database.execute("UPDATE authority SET epoch = 'night'")  # it is part of every id
        self._engines = TwoEngines(self._database.url, self._paper, self._mutation)
        try:
            for name in PEOPLE:
                self._command("sign_in", name)
            for tick in range(n_ticks):
                self._tick(may_call=tick < n_ticks * 2 // 3)
            self._settle()
        finally:
            self._engines.end()
        return self._found()

    def _tick(self, may_call: bool) -> None:
        self._steady_ms += TICK_MS
        chance = self._random.random()
        if may_call and chance < 0.22:
            self._call()
        elif self._calls and chance < 0.32:
            self._press_again()
        elif self._calls and chance < 0.38:
            self._clear()
        for _ in range(self._random.randrange(3)):
            self._somebody_acts()
        self._tend(after_ms=0)

    def _settle(self) -> None:
        """Everybody's calls are cleared at the bed, and what is under way arrives."""
        for call_id in sorted(self._calls):
            self._clear(call_id)
        for _ in range(3):
            self._tend(TICK_MS)
        n_asked = len(self.result.n_statements)
        self._plan = UNDISTURBED  # who dies each time he has something in hand delivers nothing: the last one lives
        self._tend(LEASE_MS)
        del self.result.n_statements[n_asked:]  # nobody is to die at those

    def _tend(self, after_ms: int) -> None:
        self._steady_ms += after_ms
        self._ask("poll", self._now)
        self._ask("deliver", self._now)

    # what happens

    def _call(self) -> None:
        self._n_calls += 1
        room, kind = self._random.choice(ROOMS), self._random.choice(KINDS)
        at_ms = self._now.wall_ms
        times = dict.fromkeys(("placed_at_ms", "raised_at_ms", "last_press_at_ms"), at_ms)
        place = {"room": room, "station_id": f"s-{room}"}
        call = msgspec.structs.replace(call_state(f"east-{self._n_calls}", kind), **place, **times)
        if any((known.room, known.kind) == (room, kind) for known in self._calls.values()):
            return  # a ward counts a press of an open call, and places no other
        self._step(call)

    def _press_again(self) -> None:
        call = self._calls[self._random.choice(sorted(self._calls))]
        self._step(raised_again(call, self._now.wall_ms))

    def _step(self, call: CallState) -> None:
        self._calls[call.call_id] = call
        for sender in ("console-a", "escalator"):  # both see that it is due
            self._n_commands += 1
            sent = Command(
                command_id=f"step-{self._n_commands}",
                verb="step",
                by=sender,
                reply_to=sender,
                at_ms=self._now.wall_ms,
                call_id=call.call_id,
                call=call,
                step=2,
                step_name="call_centre",
                loop=call.loop,
                due_at_ms=call.raised_at_ms,
            )
            reply, _ = self._ask("receive", sent, self._now)
            assert reply.ok, reply

    def _clear(self, call_id: str = "") -> None:
        call = self._calls.pop(call_id or self._random.choice(sorted(self._calls)))
        self._ask("follow", cleared(call, self._now.wall_ms), self._now)

    def _somebody_acts(self) -> None:
        snapshot = self._ask("snapshot", self._now)[0]
        who, choice = self._random.choice(PEOPLE), self._random.random()
        offered = sorted({offer.contact_id for offer in snapshot.offers if offer.medium == "seat"})
        his = sorted(contact.contact_id for contact in snapshot.contacts if contact.accepted_by == who)
        if choice < 0.45 and offered:
            self._race(self._random.choice(offered), who)
        elif choice < 0.55 and offered:
            self._refuse(snapshot, who)
        elif choice < 0.75 and his:
            verb = self._random.choice(("on_site", "resolve", "release"))
            self._command(
                verb, who, contact_id=self._random.choice(his), **({"code": "helped"} if verb == "resolve" else {})
            )
        elif choice < 0.8:
            self._command("not_ready", who, reason="meal", for_s=self._random.randrange(5, 30))
        elif choice < 0.9:
            self._command("ready", who)
        elif snapshot.contacts:
            chosen = self._random.choice(sorted(contact.contact_id for contact in snapshot.contacts))
            self._command("note", who, contact_id=chosen, text="fell asleep again")

    def _race(self, contact_id: str, who: str) -> None:
        """He and another one accept in the same millisecond."""
        for name in (who, self._random.choice(PEOPLE)):
            reply = self._command("accept", name, contact_id=contact_id)
            self.result.accepts[contact_id].append((name, reply.ok, reply.reason))

    def _refuse(self, snapshot: CentreSnapshot, who: str) -> None:
        rings = sorted({offer.contact_id for offer in snapshot.offers if offer.target == who})
        if rings:
            self._command("refuse", who, contact_id=self._random.choice(rings), reason="cannot come")

    # how it is asked

    @property
    def _now(self) -> Now:
        return Now(T0 + self._steady_ms + self._wall_offset_ms, self._steady_ms)

    def _command(self, verb: str, by: str, **fields: object) -> Reply:
        self._n_commands += 1
        head = {"command_id": f"cmd-{self._n_commands}", "verb": verb, "by": by, "reply_to": f"console-{by.lower()}"}
        sent = msgspec.convert(head | {"at_ms": self._now.wall_ms} | fields, Command)
        reply: Reply = self._ask("receive", sent, self._now)[0]
        return reply

    def _ask(self, question: str, *arguments: object) -> tuple[Any, int]:
        number = len(self.result.n_statements)
        died_before = self._engines.n_kills
        is_usurped = self._plan.is_usurped(number)
        found, n = self._engines.ask(question, *arguments, die_at=self._plan.die_at(number), is_usurped=is_usurped)
        assert found != LOST
        self.result.n_statements.append(n)
        if self._engines.n_kills > died_before:
            self._steady_ms += self._plan.outage_ms(number)
        self._wall_offset_ms += self._plan.wall_jump_ms(number)
        return found, n

    def _found(self) -> Result:
        result = self.result
        result.n_kills, result.n_usurped = self._engines.n_kills, self._engines.n_usurped
        result.left = {name: self._database.rows(sql) for name, sql in LEFT_BEHIND.items()}
        payloads = self._database.rows("SELECT payload FROM events ORDER BY seq")
        result.events = [decode(bytes(payload), CentreEvent) for (payload,) in payloads]
        result.delivered = Counter(line.split()[0] for line in self._paper.read_text().splitlines())
        self._check_deliveries()
        return result

    def _check_deliveries(self) -> None:
        """Each offer has one delivery, which came at least once, unless nobody needed it any more."""
        sql = "SELECT delivery_id, offer_id, what, is_done, outcome FROM deliveries"
        made = self._database.rows(sql)
        assert all(is_done for *_, is_done, _ in made), "something was never delivered"
        offers = [
            offer_id for (offer_id,) in self._database.rows("SELECT offer_id FROM offers WHERE state <> 'refused'")
        ]
        hand_overs = Counter(offer_id for _, offer_id, what, *_ in made if what == "offer")
        assert max(hand_overs.values(), default=1) == 1, "an offer with two deliveries"
        assert set(offers) <= set(hand_overs), "an offer without a delivery"
        for delivery_id, _, what, _, outcome in made:
            came = self.result.delivered[delivery_id]
            assert came >= 1 or outcome == NOT_NEEDED, f"{what} {delivery_id} was never handed over: {outcome}"


def check_rules(result: Result, policies: Mapping[str, Any], is_delayed: bool = False) -> None:
    """What holds of a night whoever died in it: no step twice, none early, none left out, one acceptance each time."""
    by_contact: dict[str, list[CentreEvent]] = defaultdict(list)
    for event in result.events:
        if event.contact is not None:
            by_contact[event.contact.contact_id].append(event)
    assert [event.seq for event in result.events] == list(range(1, len(result.events) + 1))
    for events in by_contact.values():
        kind = events[0].contact.call_kind if events[0].contact is not None else ""
        check_steps(events, policies["quick" if kind == "emergency" else "slow"], is_delayed)
        check_acceptances(events)


def check_steps(events: list[CentreEvent], policy: Mapping[str, Any], is_delayed: bool) -> None:
    """Each round of its own: planned where the policy says, counted from when it began, fired then or later."""
    steps = policy["steps"]
    fired: set[tuple[int, int]] = set()
    before: tuple[int, int, int] | None = None  # step, loop and plan of the one before, in this round
    for event in events:
        contact = event.contact
        assert contact is not None
        if event.kind in ("opened", "returned"):
            before = None
        if event.kind != "stepped":
            continue
        key, planned_ms = (contact.step, contact.loop), event.at_ms - event.late_ms
        assert key not in fired, f"step {key} of {contact.contact_id} twice"
        fired.add(key)
        if not is_delayed:
            step, loop, due_ms = _after(before, contact.loop, planned_ms, policy)
            assert (key, planned_ms) == ((step, loop), due_ms), (
                f"{contact.contact_id}: {key} where {step, loop} was next"
            )
            assert event.late_ms < TICK_MS, f"{contact.contact_id}: step {key} came {event.late_ms} ms late"
        before = (contact.step, contact.loop, planned_ms)
        assert contact.step < len(steps)


def _after(
    before: tuple[int, int, int] | None, loop: int, planned_ms: int, policy: Mapping[str, Any]
) -> tuple[int, int, int]:
    """Which step comes next, and when; a round's first one begins it."""
    if before is None:
        return 0, loop, planned_ms
    step, loop, due_ms = before
    afters_s = [step["after_s"] for step in policy["steps"]]
    if step + 1 < len(afters_s):
        return step + 1, loop, due_ms + (afters_s[step + 1] - afters_s[step]) * 1000
    return step, loop + 1, due_ms + policy["repeat_s"] * 1000


def check_acceptances(events: list[CentreEvent]) -> None:
    """Nobody accepts what somebody has."""
    has = ""
    for event in events:
        if event.kind == "accepted":
            assert not has, f"{event.by} accepted what {has} had"
            has = event.by
        elif event.kind in ("returned", "transferred"):
            has = ""


def dying_at(at: int, n_statements: list[int]) -> Callable[[int], int | None]:
    """Dies of each question before that statement of it, or once all is done where that comes next."""
    return lambda number: at if number < len(n_statements) and at <= n_statements[number] else None


def dying_unheard(_number: int) -> int:
    """Dies of each question when all of it was done, and before anybody heard so."""
    return UNHEARD


def dying_anywhere(n_statements: list[int], seed: int, share: float) -> Callable[[int], int | None]:
    """Dies of that share of the questions, of each before any one statement of it or when all was done."""
    dice = random.Random(seed)
    dying = {number: dice.randrange(n + 1) for number, n in enumerate(n_statements) if dice.random() < share}
    return {number: at if at < n_statements[number] else UNHEARD for number, at in dying.items()}.get


def boundaries(n_statements: list[int]) -> list[Callable[[int], int | None]]:
    """Nights enough that an engine dies once before each statement of each question, and once when all was done.

    Args:
        n_statements: of engines that were just started, which know nothing and ask the database for more than others.
    """
    return [dying_at(at, n_statements) for at in range(max(n_statements) + 1)]
