"""Who comes in, and how often: tokens and rate limits, before any route is asked."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio import to_thread
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.middleware import ASGIMiddleware
from litestar.params import SkipValidation
from litestar.types import ASGIApp, Receive, Scope, Send

from wardbell_callcenter.api.buckets import Buckets, Rate
from wardbell_callcenter.api.intake import Caller, Intake, steady_ms
from wardbell_callcenter.api.news import News
from wardbell_callcenter.api.problems import ProblemError
from wardbell_callcenter.api.tokens import bearer, digest

OPEN = "open"  # a route's mark: no token is asked for
URGENT = "urgent"  # a route's mark: nothing else that one asks for uses up its limit
REREAD_MS = 1000  # a new token may have to wait that long while others at its address guess

TheIntake = NamedDependency[SkipValidation[Intake]]
TheCaller = NamedDependency[SkipValidation[Caller]]


@dataclass(frozen=True)
class Rates:
    """How much is let through: without a token by address, with one by token."""

    unknown: Rate
    known: Rate
    urgent: Rate


# Behind a proxy all share one address, so no token ever waits for what comes without one. Nobody accepts forty a second by hand.
USUAL = Rates(unknown=Rate(burst=40, per_s=5), known=Rate(burst=120, per_s=40), urgent=Rate(burst=120, per_s=40))


class Gate(ASGIMiddleware):
    """Lets a request in with its caller, or ends it with 401, 429 or 503.

    Guessing does not keep the database busy: a token that is not among those that counted a moment ago is looked up only while
    its address has not shown too many bad ones.
    """

    def __init__(self, intake: Intake, rates: Rates) -> None:
        self._intake = intake
        self._unknown = Buckets(rates.unknown)
        self._known = Buckets(rates.known)
        self._urgent = Buckets(rates.urgent)
        self._digests: frozenset[str] = frozenset()  # of the tokens that counted when they were last read
        self._read_at_ms = -REREAD_MS

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let the next one have it, with `user` set."""
        marks = scope["route_handler"].opt
        token = bearer(ASGIConnection[Any, Any, Any, Any](scope).headers.get("authorization", ""))
        address = scope["client"][0] if scope["client"] else ""
        caller = await self._caller(digest(token), address) if token else None
        if caller is None:
            _wait(self._unknown.take(address, steady_ms()))
            if OPEN not in marks:
                raise ProblemError(401, "no token that counts")
        else:
            _wait((self._urgent if URGENT in marks else self._known).take(caller.digest, steady_ms()))
            self._intake.heard(caller)
        scope["user"] = caller
        await next_app(scope, receive, send)

    async def _caller(self, shown: str, address: str) -> Caller | None:
        """Whose token that is."""
        now_ms = steady_ms()
        if shown not in self._digests and now_ms - self._read_at_ms >= REREAD_MS:
            self._read_at_ms = now_ms
            self._digests = await to_thread.run_sync(self._intake.digests)
        if shown not in self._digests:
            _wait(self._unknown.wait_ms(address, now_ms))
        return await to_thread.run_sync(partial(self._intake.caller, shown))


def _wait(ms: int) -> None:
    if ms:
        raise ProblemError(429, "too many requests", retry_s=-(-ms // 1000))


def _caller(scope: Scope) -> Caller:
    caller: Caller = scope["user"]
    return caller


def dependencies(intake: Intake) -> dict[str, Provide]:
    """What the routes are handed."""
    news = News(intake)
    return {
        "news": Provide(lambda: news, sync_to_thread=False),
        "intake": Provide(lambda: intake, sync_to_thread=False),
        "caller": Provide(_caller, sync_to_thread=False),
    }
