"""The panel as a person uses it: keys in, glass, lamps and sounder to be seen, in 40 columns by 24 rows."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rich.cells import cell_len
from textual.pilot import Pilot

from wardbell_simulator.live import LiveWard
from wardbell_simulator.panel import WardApp, WardPanel
from wardbell_simulator.ward import Ward

LIMIT_S = 20.0
SIZE = (40, 24)


class Watcher:
    """A person before the panel."""

    def __init__(self, live: LiveWard, pilot: Pilot[None]) -> None:
        self.live = live
        self.pilot = pilot
        self.panel = pilot.app.query_one(WardPanel)

    def text(self) -> str:
        return self.panel.render().plain

    async def sees(self, condition: Callable[[str], bool]) -> str:
        until_s = time.monotonic() + LIMIT_S
        while not condition(self.text()):
            assert time.monotonic() < until_s, self.text()
            await asyncio.sleep(0)
            await self.pilot.pause()
        return self.text()


@asynccontextmanager
async def panel(*, is_cpython: bool = True, language: str = "en") -> AsyncIterator[Watcher]:
    live = LiveWard(Ward(is_cpython=is_cpython, has_host=False), speed=4.0)
    live.start()
    try:
        async with WardApp(live, language).run_test(size=SIZE) as pilot:
            yield Watcher(live, pilot)
    finally:
        live.stop()
    assert live.error is None


async def test_select_press_acknowledge_and_reset_by_keys() -> None:
    async with panel(is_cpython=False) as watcher:
        await watcher.sees(lambda text: "Everything Good!" in text)
        await watcher.pilot.press("6", "p")
        await watcher.sees(lambda text: "Calling!!!" in text and "│203-2" in text)
        await watcher.sees(lambda text: "♪ 1400 Hz" in text)
        assert "203-2 sent 0F1F01F00001 x8" in watcher.text()
        await watcher.pilot.press("k")
        await watcher.sees(lambda text: "I know!" in text)
        await watcher.pilot.press("r")
        await watcher.sees(lambda text: "Everything Good!" in text)


async def test_a_lamp_is_seen_to_light_and_go_out() -> None:
    async with panel() as watcher:
        await watcher.pilot.press("right", "down", "p")
        assert watcher.panel.selected == 3
        await watcher.sees(lambda text: "● 202-2" in text)
        await watcher.sees(lambda text: "○ 202-2" in text)


async def test_the_cord_pressed_is_the_one_in_the_selected_bed_s_room() -> None:
    async with panel() as watcher:
        await watcher.pilot.press("5", "b")
        await watcher.sees(lambda text: "203-wc sent" in text)
        await watcher.pilot.press("a")
        await watcher.sees(lambda text: "203-sa sent" in text)


async def test_hold_clears_where_the_short_press_acknowledges() -> None:
    async with panel() as watcher:
        await watcher.pilot.press("1", "p")
        await watcher.sees(lambda text: "Calling!!!" in text)
        await watcher.pilot.press("K")
        await watcher.sees(lambda text: "Everything Good!" in text)


async def test_power_and_cable_are_shown() -> None:
    async with panel() as watcher:
        await watcher.sees(lambda text: "Everything Good!" in text)
        await watcher.pilot.press("x")
        await watcher.sees(lambda text: "cable pulled" in text)
        await watcher.pilot.press("X")
        await watcher.sees(lambda text: "no power" in text and "│" + " " * 16 + "│" in text)
        await watcher.pilot.press("X", "x")
        await watcher.sees(lambda text: "Everything Good!" in text and "pulled" not in text)


async def test_what_the_ward_refuses_is_said() -> None:
    async with panel() as watcher:
        watcher.live.do(watcher.live.ward.press, "nowhere")
        await watcher.sees(lambda text: "no bed 'nowhere'" in text)


async def test_it_fits_forty_columns_in_both_languages_and_changes_while_it_shows() -> None:
    async with panel() as watcher:
        await watcher.pilot.press("8", "p")
        for language, word in (("zh_CN", "复位"), ("en", "reset")):
            watcher.panel.language = language
            text = await watcher.sees(lambda text, word=word: word in text and "203-sa " in text)  # type: ignore[misc]
            assert max(cell_len(line) for line in text.splitlines()) <= SIZE[0]
            assert len(text.splitlines()) <= SIZE[1]
