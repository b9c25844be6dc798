"""The nurse console without a terminal: the same Textual app, its screen in memory, its keys pressed by a script."""

import asyncio
import time
from typing import Self

from wardbell_bus.words.words import UNPROVEN
from wardbell_console.app import ConsoleApp
from wardbell_console.desk import Desk
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.mqtt_port import MqttPort
from wardbell_console.screens.offer_alarm import OfferAlarm
from wardbell_console.screens.operator import OperatorScreen
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import CallState

SIZE = (120, 36)


def now_ms() -> int:
    """UNIX time."""
    return time.time_ns() // 1_000_000


class HeadlessConsole:
    """One console, an operator's where `operator` is set.

    It runs in a task of its own, because Textual keeps the running app in the task's context.
    """

    def __init__(self, broker_url: str, name: str, by: str, wards: tuple[str, ...], operator: str = "") -> None:
        self.by = by
        self.feed = Feed(f"console-{name}", by, wards, operator)
        scope = wards[0] if wards else topics.CALL_CENTRE_SCOPE
        self._port = MqttPort(broker_url, self.feed.client_id, self.feed.subscriptions(), name, scope, now_ms())
        self.app = ConsoleApp(Desk(self.feed, self._port, now_ms, Language("en")), starts_at_operator=bool(operator))
        self._keys: asyncio.Queue[tuple[tuple[str, ...], asyncio.Event] | None] = asyncio.Queue()
        self._is_ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._port.start()
        self._task = asyncio.create_task(self._run())
        try:
            await asyncio.wait(
                {self._task, asyncio.create_task(self._is_ready.wait())}, return_when=asyncio.FIRST_COMPLETED
            )
        except asyncio.CancelledError:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        await self._keys.put(None)
        try:
            await self._task
        finally:
            self._port.stop()

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        done = asyncio.Event()
        await self._keys.put((keys, done))
        await done.wait()

    @property
    def calls(self) -> list[CallState]:
        """Open calls of the wards."""
        return [call for mirror in self.feed.wards for call in mirror.calls.values()]

    def age_ms(self, station_id: str) -> int:
        """How long ago that station's newest call was placed."""
        return now_ms() - max(call.placed_at_ms for call in self.calls if call.station_id == station_id)

    @property
    def is_current(self) -> bool:
        """Whether it is connected and snapshots have confirmed all that it shows."""
        is_stale = self.feed.centre.is_stale or any(mirror.is_stale for mirror in self.feed.wards)
        return self.feed.is_connected and not is_stale

    @property
    def is_in_doubt(self) -> bool:
        """Whether it says of every row that it may be out of date."""
        return bool(self.app.desk.rows) and all(row.is_stale for row in self.app.desk.rows)

    @property
    def contact_by(self) -> set[str]:
        """Who at the call centre has accepted one of the calls, as the rows show it."""
        return {row.contact.accepted_by for row in self.app.desk.rows if row.contact is not None}

    @property
    def is_asked(self) -> bool:
        """Whether an offer lies over everything, and its keys are heard."""
        screen = self.app.screen
        return isinstance(screen, OfferAlarm) and screen.hears_keys

    @property
    def is_at_board(self) -> bool:
        """Whether nothing lies over the operator's view, and its keys are heard."""
        return isinstance(self.app.screen, OperatorScreen) and not self.app.desk.is_deaf

    def shows(self, station_id: str, status: str) -> bool:
        """Whether a row on the screen is that station's call in that status."""
        return any((row.call.station_id, row.call.status) == (station_id, status) for row in self.app.desk.rows)

    def marks(self, place: str, kind: str) -> bool:
        """Whether the screen has a row of that place and kind with the mark of an unauthenticated call."""
        return any(f" {place} " in line and f" {kind}{UNPROVEN} " in line for line in self.screen_text().splitlines())

    def screen_text(self) -> str:
        """What stands on the screen."""
        with self.app._context():  # noqa: SLF001 - what is not painted yet is painted here, from another task than the app's
            strips = self.app.screen._compositor.render_strips()  # noqa: SLF001 - Textual has no public way to the text
        lines = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
        return "\n".join(line for line in lines if line)

    async def _run(self) -> None:
        async with self.app.run_test(size=SIZE) as pilot:
            self._is_ready.set()
            while (item := await self._keys.get()) is not None:
                keys, done = item
                await pilot.press(*keys)
                done.set()
