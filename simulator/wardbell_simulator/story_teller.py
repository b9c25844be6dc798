"""What is seen of the night, and how it is told: each line once it is known to have happened."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable

from wardbell_protocol.errors import WardbellError
from wardbell_simulator.headless_console import HeadlessConsole
from wardbell_simulator.house import House
from wardbell_simulator.live import LiveWard

BUS_S = 20.0  # to reach a broker that runs already
SOON_S = 60.0  # nothing is measured by it: a busy host takes its time


class StoryError(WardbellError):
    """Something did not happen, or happened twice."""


class Teller:
    """Ward, host and consoles. `tell` gets each line; times are s since the story began."""

    def __init__(
        self,
        live: LiveWard,
        house: House,
        nurse: HeadlessConsole,
        neighbour: HeadlessConsole,
        agents: dict[str, HeadlessConsole],
        tell: Callable[[float, str, str], None],
    ) -> None:
        self.ward = live.ward
        self.house = house
        self.nurse = nurse
        self.neighbour = neighbour
        self.agents = agents
        self._live = live
        self._tell = tell
        self._began_s = time.monotonic()

    async def expect(self, who: str, what: str, condition: Callable[[], bool], within_s: float = SOON_S) -> None:
        """Tell it once it has happened."""
        await self.wait(who, what, condition, within_s)
        self.say(who, what)

    async def wait(self, who: str, what: str, condition: Callable[[], bool], within_s: float = SOON_S) -> None:
        """The same, without telling it."""
        end_s = time.monotonic() + within_s
        while not condition():
            if self._live.error is not None:
                raise StoryError(f"the ward broke: {self._live.error}")
            if time.monotonic() > end_s:
                raise StoryError(f"{who}: waited {within_s:.0f} s in vain for: {what}\n{self._scene()}")
            await asyncio.sleep(0.02)

    def demand(self, holds: bool, what: str) -> None:
        """It is so now."""
        if not holds:
            raise StoryError(f"not so: {what}\n{self._scene()}")

    def say(self, who: str, what: str) -> None:
        """Tell it."""
        self._tell(time.monotonic() - self._began_s, who, what)

    async def at_bed(self, press: Callable[[str], None], bed: str) -> None:
        """Press a key, once no other bed's lamp says that it is sending: the story is not about two on the air at once."""
        await self.wait(
            "bed",
            "the other lamps are dark",
            lambda: not any(is_lit for other, is_lit in self.ward.lamps.items() if other != bed),
        )
        self._live.do(press, bed)

    def journalled(self, name: str, query: str) -> list[tuple[object, ...]]:
        """What a journal in the house's folder has, as it lies on the disk."""
        with contextlib.closing(sqlite3.connect(f"file:{self.house.home / name}?mode=ro", uri=True)) as journal:
            return journal.execute(query).fetchall()

    # What can be seen.

    def shows(self, place: str, words: str) -> bool:
        """Whether that stands on the receiver's display."""
        first, second = self.ward.lcd_lines
        return first.startswith(place) and second.startswith(words)

    @property
    def steps(self) -> set[str]:
        """Steps of the ward that were taken."""
        return {step.step_name for step in self.nurse.feed.centre.steps.values()}

    def holder(self, place: str) -> str:
        """Who at the call centre has that place's contact, as the nurse's console knows it."""
        contacts = self.nurse.feed.centre.contacts.values()
        return next((c.accepted_by for c in contacts if _place(c.room, c.bed) == place), "")

    def status(self, place: str) -> str:
        """How that place's contact stands; "" where there is none."""
        contacts = self.nurse.feed.centre.contacts.values()
        return next((c.status for c in contacts if _place(c.room, c.bed) == place), "")

    def asked(self) -> set[str]:
        """Who sees an offer that hears keys now."""
        return {name for name, console in self.agents.items() if console.is_asked}

    def agent_state(self, name: str) -> str:
        """An agent's state, as the nurse's console knows it."""
        agent = self.nurse.feed.centre.agents.get(name)
        return agent.state if agent is not None else ""

    def _scene(self) -> str:
        logs = [f"--- {part}\n{self.house.log_tail(part)}" for part in self.house.parts]
        consoles = [self.nurse, self.neighbour, *self.agents.values()]
        screens = [f"--- {console.by}\n{console.screen_text()}" for console in consoles]
        return "\n".join([f"display: {self.ward.lcd_lines}, tone {self.ward.tone_hz} Hz", *screens, *logs])


def _place(room: str, bed: str) -> str:
    return f"{room}-{bed}" if bed else room
