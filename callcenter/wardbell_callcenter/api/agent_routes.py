"""Who works here and what he does: the board of all seats, oneself, and what a supervisor may order."""

from litestar import get, post
from litestar.params import JSONBody

from wardbell_callcenter.api.bodies import Absence, Arrival, ForcedAbsence, Key, Me, PathName, Reason
from wardbell_callcenter.api.gate import TheCaller, TheIntake
from wardbell_callcenter.api.intake import Asked, Caller, Intake
from wardbell_callcenter.api.problems import not_found
from wardbell_callcenter.api.sight import of_agent
from wardbell_callcenter.house import House
from wardbell_callcenter.people.permissions import About, may
from wardbell_callcenter.people.supervision import Board, board
from wardbell_callcenter.store.ledger import Ledger
from wardbell_protocol.bus.centre_payloads import AgentState


@get("/v1/agents", sync_to_thread=True)
def agents(intake: TheIntake, caller: TheCaller) -> list[AgentState]:
    """Everybody whom you may see, by name; those of the house who are not signed in, too."""
    return _seen(intake, caller)


@get("/v1/board", sync_to_thread=True)
def seats(intake: TheIntake, caller: TheCaller) -> Board:
    """The same, with how many serve, wait for work, are not ready, are not there."""
    seen = _seen(intake, caller)
    with intake.store.reading() as ledger:
        return board(seen, intake.house(ledger))


def _seen(intake: Intake, caller: Caller) -> list[AgentState]:
    intake.check(caller, "agents")
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
        names = {*house.agents, *(agent.agent for agent in ledger.agents.signed_in())}
        seen = [name for name in sorted(names) if not may(caller.who, caller.name, "agents", of_agent(house, name))]
        return _states(intake, ledger, seen)


@get("/v1/me", sync_to_thread=True)
def me(intake: TheIntake, caller: TheCaller) -> Me:
    """Whose token you show, what he may, and what he does now."""
    with intake.store.reading() as ledger:
        state = _states(intake, ledger, [caller.name])[0]
    who = caller.who
    return Me(name=caller.name, role=who.role, level=who.level, wards=list(who.wards), state=state)


@post("/v1/me/sign_in", status_code=200, sync_to_thread=True)
def sign_in(intake: TheIntake, caller: TheCaller, data: JSONBody[Arrival], idempotency_key: Key = "") -> AgentState:
    """You begin to work, and can be asked."""
    return _oneself(intake, caller, Asked("sign_in", idempotency_key, (("secret", data.secret),)))


@post("/v1/me/sign_out", status_code=200, sync_to_thread=True)
def sign_out(intake: TheIntake, caller: TheCaller, idempotency_key: Key = "") -> AgentState:
    """You go; while you have a contact, once it is over."""
    return _oneself(intake, caller, Asked("sign_out", idempotency_key))


@post("/v1/me/ready", status_code=200, sync_to_thread=True)
def ready(intake: TheIntake, caller: TheCaller, idempotency_key: Key = "") -> AgentState:
    """You can be asked."""
    return _oneself(intake, caller, Asked("ready", idempotency_key))


@post("/v1/me/not_ready", status_code=200, sync_to_thread=True)
def not_ready(intake: TheIntake, caller: TheCaller, data: JSONBody[Absence], idempotency_key: Key = "") -> AgentState:
    """You are not to be asked; while you have a contact, once it is over."""
    said = (("reason", data.reason), ("for_s", data.for_s))
    return _oneself(intake, caller, Asked("not_ready", idempotency_key, said))


@post("/v1/agents/{agent:str}/force_ready", status_code=200, sync_to_thread=True)
def force_ready(
    intake: TheIntake, caller: TheCaller, agent: PathName, data: JSONBody[Reason], idempotency_key: Key = ""
) -> AgentState:
    """A supervisor makes somebody ready; refused while he has a contact."""
    return _force(intake, caller, "force_ready", agent, data.reason, idempotency_key)


@post("/v1/agents/{agent:str}/force_not_ready", status_code=200, sync_to_thread=True)
def force_not_ready(
    intake: TheIntake, caller: TheCaller, agent: PathName, data: JSONBody[ForcedAbsence], idempotency_key: Key = ""
) -> AgentState:
    """A supervisor makes somebody not ready."""
    return _force(intake, caller, "force_not_ready", agent, data.reason, idempotency_key, data.for_s)


@post("/v1/agents/{agent:str}/force_sign_out", status_code=200, sync_to_thread=True)
def force_sign_out(
    intake: TheIntake, caller: TheCaller, agent: PathName, data: JSONBody[Reason], idempotency_key: Key = ""
) -> AgentState:
    """A supervisor signs somebody out."""
    return _force(intake, caller, "force_sign_out", agent, data.reason, idempotency_key)


def _oneself(intake: Intake, caller: Caller, asked: Asked) -> AgentState:
    intake.do(caller, asked, lambda _: None)
    return _state(intake, caller.name)


def _force(intake: Intake, caller: Caller, verb: str, name: str, reason: str, key: str, for_s: int = 0) -> AgentState:
    said: tuple[tuple[str, object], ...] = (("agent", name), ("reason", reason))
    asked = Asked(verb, key, (*said, ("for_s", for_s)) if for_s else said)
    intake.do(caller, asked, lambda ledger: _about(ledger, caller, intake.house(ledger), name))
    return _state(intake, name)


def _about(ledger: Ledger, caller: Caller, house: House, name: str) -> About:
    """What belongs to a colleague of whom the caller may know; else 404."""
    about = of_agent(house, name)
    is_known = name in house.agents or ledger.agents.get(name).is_signed_in
    if not is_known or may(caller.who, caller.name, "agents", about):
        raise not_found(f"agent {name}")
    return about


def _state(intake: Intake, name: str) -> AgentState:
    with intake.store.reading() as ledger:
        return _states(intake, ledger, [name])[0]


def _states(intake: Intake, ledger: Ledger, names: list[str]) -> list[AgentState]:
    held, now = ledger.contacts.taken_by(names), intake.now(ledger)
    return [agent.to_state(held.get(name, []), now) for name, agent in ledger.agents.many(names).items()]
