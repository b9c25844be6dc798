"""GET /v1/events: a WebSocket that tells every event its listener may see, from where he says, and beats while all is quiet."""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Annotated, Any

import msgspec
from anyio import CancelScope, create_task_group, to_thread
from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import QueryParameter, SkipValidation

from wardbell_callcenter.api.bodies import Beat
from wardbell_callcenter.api.gate import TheCaller, TheIntake
from wardbell_callcenter.api.intake import Caller, Intake, wall_ms
from wardbell_callcenter.api.news import News
from wardbell_callcenter.api.sight import Sight, sought_by
from wardbell_callcenter.store.errors import StoreError
from wardbell_protocol.bus.payloads import encode

log = logging.getLogger("wardbell.api")

BEAT_S = 5.0
SEND_S = 10.0  # whoever does not take what is sent for so long is cut off, and comes again with `after`
MOST_OPEN = 10_000
MOST_STREAMS = 20  # with one token: a client that forgets to end its own must not use up the process's files

NORMAL, POLICY, TRY_AGAIN = 1000, 1008, 1013

TheNews = NamedDependency[SkipValidation[News]]
Socket = WebSocket[Any, Any, Any]


@websocket("/v1/events")
async def events(
    socket: Socket,
    intake: TheIntake,
    caller: TheCaller,
    news: TheNews,
    after: Annotated[int | None, QueryParameter(ge=0)] = None,
) -> None:
    """Events behind number `after`; without it, those from now on."""
    await socket.accept()
    if news.count(caller.digest) >= MOST_STREAMS:
        await socket.close(POLICY, f"{MOST_STREAMS} streams are open with this token: end one of them first")
        return
    last = await news.begin(caller.digest)
    try:
        if after is not None and after > last:
            await socket.close(
                POLICY, f"the last event is {last}: these are another call centre's; read /v1/contacts anew"
            )
            return
        code, reason = NORMAL, ""
        async with create_task_group() as group:
            group.start_soon(_until_gone, socket, group.cancel_scope)
            code, reason = await Telling(socket, intake, caller, news).tell(last if after is None else after)
            group.cancel_scope.cancel()
        if code != NORMAL:
            log.warning("a stream to %s ends: %s", caller.name, reason)
            with suppress(TimeoutError):
                async with asyncio.timeout(SEND_S):  # what he does not take, he does not take now either
                    await socket.close(code, reason)
    finally:
        news.end(caller.digest)


class Telling:
    """What one listener is told."""

    def __init__(self, socket: Socket, intake: Intake, caller: Caller, news: News) -> None:
        self._socket = socket
        self._intake = intake
        self._caller = caller
        self._news = news
        self._sight: Sight | None = None
        self._looked_at_s = 0.0

    async def tell(self, seq: int) -> tuple[int, str]:
        """All behind that number, for as long as he may; returns why it ended."""
        try:
            sight = await self._look()
            await self._beat(seq)
            while sight is not None:
                found = await self._news.after(seq, BEAT_S)
                for event in found:
                    if sight.sees(event):
                        await self._send(encode(event))
                seq = found[-1].seq if found else seq
                if not found:
                    await self._beat(seq)
                sight = await self._look()
        except StoreError:
            return TRY_AGAIN, f"the database is not well; come again with after={seq}"
        except TimeoutError:
            return TRY_AGAIN, f"too slow; come again with after={seq}"
        return POLICY, "this token counts no longer"

    async def _look(self) -> Sight | None:
        """What he may see now; the house, and what his token is worth, may have changed."""
        if self._sight is None or monotonic() - self._looked_at_s >= BEAT_S:
            self._sight = await to_thread.run_sync(partial(_sight_of, self._intake, self._caller.digest, self._sight))
            self._looked_at_s = monotonic()
        return self._sight

    async def _beat(self, seq: int) -> None:
        await self._send(msgspec.json.encode(Beat(seq=seq, at_ms=wall_ms())))

    async def _send(self, payload: bytes) -> None:
        async with asyncio.timeout(SEND_S):
            await self._socket.send_data(payload, mode="text")


def _sight_of(intake: Intake, digest: str, before: Sight | None) -> Sight | None:
    caller = intake.caller(digest)
    if caller is None:
        return None
    intake.heard(caller)
    with intake.store.reading() as ledger:
        house = intake.house(ledger)
        if before is not None and before.who == caller.who:  # else he knows only what he may see from now on
            return before.changed(house)
        open_ones = ledger.listing.page(sought_by(caller.name, caller.who, is_mine=False), MOST_OPEN)
    return Sight(caller.name, caller.who, house, frozenset(contact_id for _, contact_id in open_ones))


async def _until_gone(socket: Socket, scope: CancelScope) -> None:
    """What he says is not listened to; that he goes is."""
    with suppress(WebSocketDisconnect):
        while True:
            await socket.receive_data("text")
    scope.cancel()
