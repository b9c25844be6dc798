"""The real console on a terminal that is only in memory, driven by keys, read as text."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from console_parts import House
from textual.pilot import Pilot

from wardbell_console.app import ConsoleApp
from wardbell_console.widgets.nurse_view import NurseView

SIZES = ((80, 24), (120, 40))


class CountingApp(ConsoleApp):
    """Counts the strokes of the terminal's bell."""

    strokes = 0

    def bell(self) -> None:
        self.strokes += 1


class Terminal:
    """One console of a house, as a person has it."""

    def __init__(self, house: House, app: CountingApp, pilot: Pilot[None]) -> None:
        self.house = house
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, and let what they cause settle."""
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        """Handle all that is on the wire, paint, and wait until the screen stands."""
        view = self.app.screen_stack[0].query_one(NurseView)
        view.tick()
        while self.house.wire.arrivals:
            view.tick()
        await self.pilot.pause()
        painted = None
        while painted is not self.app.screen:  # a screen that leaves uncovers one that was painted earlier
            painted = self.app.screen
            paint = getattr(painted, "paint", None)  # those of our screens that follow the desk
            if paint is not None:
                paint()
            await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """The screen's text, line by line, without blanks at the ends."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]  # noqa: SLF001

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    def line(self, part: str) -> str:
        """The first line with that text in it."""
        return next((line for line in self.lines if part in line), "")

    @property
    def pointed(self) -> str:
        """The line of the selected call."""
        return self.line("> ")


@asynccontextmanager
async def terminal(
    house: House, size: tuple[int, int] = (80, 24), is_operator: bool = False
) -> AsyncIterator[Terminal]:
    """A running console of that size."""
    app = CountingApp(house.desk, starts_at_operator=is_operator)
    async with app.run_test(size=size) as pilot:
        found = Terminal(house, app, pilot)
        await found.settle()
        yield found
