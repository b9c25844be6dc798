"""The API as an ASGI application."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from litestar import Litestar, MediaType, get

from wardbell_callcenter.api.gate import OPEN, USUAL, Gate, Rates, dependencies
from wardbell_callcenter.api.intake import Intake
from wardbell_callcenter.api.openapi import text
from wardbell_callcenter.api.problems import of_exception
from wardbell_callcenter.api.routes import routed
from wardbell_callcenter.api.stream import events

MOST_BYTES = 65_536  # of a request; the house's document may have more
THREADS = 8  # of all routes but the urgent ones: fewer than the database has connections for us


@get("/v1/openapi.json", media_type=MediaType.JSON, sync_to_thread=False, opt={OPEN: True})
def openapi() -> bytes:
    """The API's own description."""
    return text().encode()


def application(intake: Intake, rates: Rates = USUAL) -> Litestar:
    """All routes, behind the gate. No CORS: no other site's page may ask."""
    return Litestar(
        [routed(openapi, events)],
        dependencies=dependencies(intake),
        middleware=[Gate(intake, rates)],
        exception_handlers={Exception: of_exception},
        request_max_body_size=MOST_BYTES,
        on_startup=[_limit_threads],
        openapi_config=None,
        logging_config=None,
    )


async def _limit_threads() -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="api-route"))
