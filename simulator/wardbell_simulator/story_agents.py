"""The call centre's part of the night: four agents, one ready, one busy, one at her meal, one who refuses."""

import asyncio
from collections.abc import Callable

from wardbell_simulator.headless_console import HeadlessConsole
from wardbell_simulator.story_house import AT_MEAL, IN_THE_WARD
from wardbell_simulator.story_teller import BUS_S, Teller


class AgentsNight:
    """Scenes that follow one another. `busy`, `refuser`, `idle`: who turned out to be what."""

    def __init__(self, teller: Teller) -> None:
        self._t = teller
        self.busy = ""
        self.refuser = ""
        self.idle = next(name for name in teller.agents if name not in (*IN_THE_WARD, AT_MEAL))

    async def sign_in(self) -> None:
        """All four come; one has her meal."""
        for name, console in self._t.agents.items():
            await self._t.wait(
                "agents",
                f"{name} is on the bus",
                lambda c=console: c.feed.is_connected,  # type: ignore[misc]
                BUS_S,
            )
        for name, console in self._t.agents.items():
            await self._t.expect(
                "agents",
                f"{name} is signed in",
                lambda c=console: c.feed.is_signed_in,  # type: ignore[misc]
            )
        await self._t.agents[AT_MEAL].press("b", "1")
        await self._t.expect("agents", f"{AT_MEAL} has a meal: not ready", lambda: self._state(AT_MEAL) == "not_ready")

    async def race(self, place: str) -> None:
        """Ring all in the ward; both accept at the same moment, and one has it."""
        one, other = (self._t.agents[name] for name in IN_THE_WARD)
        await self._t.expect(
            "agents",
            f"ring all in the ward: {one.by} and {other.by} are asked",
            lambda: self._t.asked() == set(IN_THE_WARD),
        )
        self._t.say("agents", "both press accept at the same moment")
        await asyncio.gather(one.press("a"), other.press("a"), self._told(one, other.by, or_else=(other, one.by)))
        await self._t.expect("call centre", "accepted once", lambda: bool(self._t.holder(place)))
        self.busy = self._t.holder(place)
        self.refuser = other.by if self.busy == one.by else one.by
        self._t.say("agents", f"{self.refuser} reads: taken by {self.busy}")
        await self._t.expect("console", f"the nurse sees that {self.busy} has it", self._nurse_sees(self.busy))
        await self._work(self.busy, "o")
        await self._t.expect("agents", f"{self.busy} is on site, and busy", lambda: self._state(self.busy) == "busy")

    async def nobody_at_first(self, place: str) -> None:
        """One is busy, one refuses, one does not answer: then everybody is asked, and she leaves her meal."""
        refuser, idle, last = (self._t.agents[name] for name in (self.refuser, self.idle, AT_MEAL))
        await self._t.expect(
            "agents",
            f"in the ward only {self.refuser} is asked: {self.busy} is busy",
            lambda: self._t.asked() == {self.refuser},
        )
        await refuser.press("r")
        await self._t.expect(
            "agents",
            f"{self.refuser} refuses; longest idle: {self.idle} is asked at once",
            lambda: self._t.asked() == {self.idle},
        )
        await self._t.expect(
            "agents",
            f"{self.idle} does not answer; everybody is asked now, whatever they do: {AT_MEAL} too",
            lambda: {AT_MEAL, self.idle} <= self._t.asked(),
        )
        await asyncio.gather(last.press("a"), self._told(refuser, AT_MEAL), self._told(idle, AT_MEAL))
        await self._t.expect(
            "call centre", f"{AT_MEAL} leaves her meal: accepted", lambda: self._t.holder(place) == AT_MEAL
        )
        self._t.say("agents", f"{self.refuser} and {self.idle} read: taken by {AT_MEAL}")
        await self._t.expect("console", f"the nurse sees that {AT_MEAL} has it", self._nurse_sees(AT_MEAL))

    async def still_there(self) -> None:
        """After the crash: who has what, and who does what."""
        await self._t.expect(
            "call centre",
            f"{self.busy} and {AT_MEAL} have what they had, {self.idle} and {self.refuser} are ready",
            lambda: (
                [self._state(name) for name in (self.busy, AT_MEAL, self.idle, self.refuser)]
                == ["busy", "busy", "ready", "ready"]
            ),
        )

    async def arrive(self, place: str) -> None:
        """She is at the bed."""
        await self._work(AT_MEAL, "o")
        await self._t.expect("agents", f"{AT_MEAL} is on site", lambda: self._t.status(place) == "on_site")

    async def resolve(self, place: str) -> None:
        """With a code of the house, and the field that it asks for."""
        await self._work(self.busy, "c", "2", "2", "0", "0", "enter", "enter")
        await self._t.expect(
            "agents", f"{self.busy} resolves: brought a drink, 200 ml", lambda: not self._t.status(place)
        )

    async def _told(
        self, console: HeadlessConsole, by: str, or_else: tuple[HeadlessConsole, str] | None = None
    ) -> None:
        """Somebody reads who took it, as long as it stands there; `or_else`: or that one reads it of him."""

        def reads() -> bool:
            return _was_told(console, by) or (or_else is not None and _was_told(*or_else))

        await self._t.wait("agents", f"{console.by} reads who took it", reads)

    async def _work(self, name: str, *keys: str) -> None:
        """Press keys once what was offered to somebody is read and gone."""
        console = self._t.agents[name]
        await self._t.wait("agents", f"{name} sees the board", lambda: console.is_at_board)
        await console.press(*keys)

    def _state(self, name: str) -> str:
        return self._t.agent_state(name)

    def _nurse_sees(self, name: str) -> Callable[[], bool]:
        return lambda: name in self._t.nurse.contact_by


def _was_told(console: HeadlessConsole, by: str) -> bool:
    return f"taken by {by}" in console.screen_text().lower()
