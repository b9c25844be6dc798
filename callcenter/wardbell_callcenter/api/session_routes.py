"""Health, and tokens for a shift."""

import secrets

from litestar import delete, get, post
from litestar.params import JSONBody

from wardbell_callcenter.api import tokens
from wardbell_callcenter.api.bodies import HealthState, Session, SignIn
from wardbell_callcenter.api.gate import OPEN, TheCaller, TheIntake
from wardbell_callcenter.api.intake import Intake, steady_ms, wall_ms
from wardbell_callcenter.api.problems import ProblemError, standing_by
from wardbell_callcenter.house import House
from wardbell_callcenter.people.secret import SALT_BYTES, make_secret, opens

NOBODYS = make_secret(secrets.token_hex(16), bytes(SALT_BYTES))


@get("/v1/health", sync_to_thread=True, opt={OPEN: True})
def health(intake: TheIntake) -> HealthState:
    """Whether the engine leads. 503 where its database is not well."""
    with intake.store.reading() as ledger:
        epoch, seq = ledger.position()
    return HealthState(state="leading" if intake.leads else "standing by", at_ms=wall_ms(), epoch=epoch, seq=seq)


@post("/v1/session", sync_to_thread=True, opt={OPEN: True})
def sign_in_with_secret(intake: TheIntake, data: JSONBody[SignIn]) -> Session:
    """A token for a shift, for whoever says the secret of that name. Who has none in the house's document gets none here."""
    if not intake.leads:
        raise standing_by()
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
    if not _is_let_in(intake, house, data):
        raise ProblemError(401, "no such name, or another secret", "after several wrong ones, wait a minute")
    now_ms = wall_ms()
    token, row = tokens.make(data.name, tokens.SESSION, now_ms, now_ms + tokens.SESSION_MS)
    with intake.store.writing() as ledger:
        ledger.tokens.forget(now_ms)
        ledger.tokens.add(row)
    return Session(token=token, until_ms=now_ms + tokens.SESSION_MS)


def _is_let_in(intake: Intake, house: House, data: SignIn) -> bool:
    """It takes the same time for a name that is not here, or that has been tried too often."""
    agent, now_ms = house.agents.get(data.name), steady_ms()
    if agent is None or not agent.secret or intake.door.wait_ms(data.name, now_ms) > 0:
        opens(data.secret, NOBODYS)
        return False
    return not intake.door.refusal(house, data.name, data.secret, now_ms)


@delete("/v1/session", sync_to_thread=True)
def end_session(intake: TheIntake, caller: TheCaller) -> None:
    """The token that you show counts no longer, from now on."""
    with intake.store.writing() as ledger:
        ledger.tokens.revoke(caller.digest)
