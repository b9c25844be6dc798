"""What the API says when it does not do what was asked: RFC 9457's problem details, with a remedy."""

import logging
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import Struct

from wardbell_callcenter.store.errors import StoreError
from wardbell_protocol.errors import ConfigError

log = logging.getLogger("wardbell.api")

MEDIA_TYPE = "application/problem+json"
RETRY_S = 2  # until a standby has taken over or a database is back, as a first try

REMEDIES = {
    400: "see /v1/openapi.json for what is expected here",
    401: "send Authorization: Bearer TOKEN; `wardbell house token NAME` makes one",
    404: "see /v1/contacts, /v1/agents and /v1/openapi.json for what there is",
    405: "see the header Allow",
    413: "send less at once",
    415: "send application/json",
    429: "wait as long as Retry-After says",
    500: "see the call centre's log",
}


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why not, and what to do. `taken_by`: who was first, where a race was lost."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str
    taken_by: str = ""


class ProblemError(HTTPException):
    """Ends a request with that problem."""

    def __init__(self, status: int, detail: str, remedy: str = "", taken_by: str = "", retry_s: int = 0) -> None:
        headers = {"Retry-After": str(retry_s)} if retry_s else None
        super().__init__(detail=detail, status_code=status, headers=headers)
        self.remedy = remedy
        self.taken_by = taken_by


def not_found(what: str) -> ProblemError:
    """There is none, or none that this caller may know of: the two look the same."""
    return ProblemError(404, f"{what}: there is none that you may see")


def standing_by() -> ProblemError:
    """What an engine says that does not lead: it changes nothing."""
    remedy = "try again, or ask the engine that leads; GET /v1/health says who does"
    return ProblemError(503, "this call centre stands by, another one leads", remedy, retry_s=RETRY_S)


def of_exception(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The answer to a request that ended so."""
    headers: dict[str, str] = {}
    if isinstance(error, HTTPException):
        status, detail, headers = error.status_code, _told(error), dict(error.headers or {})
    elif isinstance(error, StoreError):
        status, detail = 503, f"the database is not well: {error}"
        headers = {"Retry-After": str(RETRY_S)}
    elif isinstance(error, ConfigError):  # without the house nobody's rights are known
        status, detail = 503, str(error)
        headers = {"Retry-After": str(RETRY_S)}
    else:
        status, detail = 500, "it failed here"
        log.error("a request failed", exc_info=error)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        remedy=getattr(error, "remedy", "") or REMEDIES.get(status, "try again later"),
        taken_by=getattr(error, "taken_by", ""),
    )
    return Response(msgspec.json.encode(problem), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _told(error: HTTPException) -> str:
    """Litestar's own words, and which field is meant."""
    extra = error.extra if isinstance(error.extra, list) else []
    fields = [f"{part.get('key', '')}: {part.get('message', '')}" for part in extra if isinstance(part, dict)]
    return "; ".join([error.detail, *fields]) if fields else error.detail
