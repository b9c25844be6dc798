"""The panel as a person uses it: keys in, glass, lamps and sounder to be seen, in 40 columns by 24 rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from servers import until
from textual.pilot import Pilot

from wardbell_simulator.live import LiveWard
from wardbell_simulator.panel import WardApp, WardPanel
from wardbell_simulator.plan import NodePlan, ReceiverPlan, WardPlan
from wardbell_simulator.ward import Ward

LIMIT_MS = 10_000
SIZE = (40, 24)


class Watcher:
    """A person before the panel of a ward whose time passes only while they wait for something."""

    def __init__(self, live: LiveWard, pilot: Pilot[None]) -> None:
        self.ward = live.ward
        self.live = live
        self.pilot = pilot
        self.panel = pilot.app.query_one(WardPanel)

    def text(self) -> str:
        return self.panel.render().plain

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        self.ward.do_posted()

    def sees(self, *texts: str) -> bool:
        """Let virtual time pass until all of it stands on the panel."""
        until_ms = self.ward.now_ms + LIMIT_MS
        return self.ward.run_until_true(lambda: all(text in self.text() for text in texts), until_ms)


@asynccontextmanager
async def panel(language: str = "en", plan: WardPlan | None = None) -> AsyncIterator[Watcher]:
    live = LiveWard(Ward(plan, is_cpython=True, has_host=False))
    try:
        async with WardApp(live, language).run_test(size=SIZE) as pilot:
            yield Watcher(live, pilot)
    finally:
        live.stop()


async def test_lamp_tone_and_glass_are_seen() -> None:
    async with panel() as watcher:
        assert watcher.sees("Everything Good!", "silent")
        await watcher.press("right", "down", "p")
        assert watcher.panel.selected == 3
        assert watcher.sees("● 202-2", "202-2 sent 0F0F1F0F0001 x8")
        assert watcher.sees("│202-2 call?  1/1│", "│Calling!!!", "♪ 1400 Hz")
        assert watcher.sees("○ 202-2", "silent")
        await watcher.press("k")
        assert watcher.sees("I know!")
        await watcher.press("r")
        assert watcher.sees("Everything Good!")


async def test_the_cord_pressed_is_the_one_in_the_selected_bed_s_room() -> None:
    async with panel() as watcher:
        await watcher.press("5", "b")
        assert watcher.sees("203-wc sent", "● 203-wc")
        await watcher.press("a")
        assert watcher.sees("203-sa sent", "● 203-sa")


@pytest.mark.parametrize(("key", "shown"), [("k", "I know!"), ("K", "Everything Good!")])
async def test_hold_clears_where_the_short_press_acknowledges(key: str, shown: str) -> None:
    async with panel() as watcher:
        await watcher.press("1", "p")
        assert watcher.sees("Calling!!!")
        await watcher.press(key)
        assert watcher.sees(shown)


async def test_power_and_cable_are_shown() -> None:
    async with panel() as watcher:
        assert watcher.sees("Everything Good!")
        await watcher.press("x")
        assert watcher.sees("cable pulled")
        await watcher.press("X")
        assert watcher.sees("no power", "│" + " " * 16 + "│")
        await watcher.press("X", "x")
        assert watcher.sees("Everything Good!", "silent")
        assert "pulled" not in watcher.text()


async def test_frames_receipts_and_a_jammed_air_are_told() -> None:
    keyed = NodePlan("301-1", "301", "1", node_id=0x1234, key="00" * 16, two_way=True)
    async with panel("en", WardPlan(nodes=(keyed,), receiver=ReceiverPlan(transmitter=True))) as watcher:
        await watcher.press("p")
        assert watcher.sees("301-1 sent frame 1234000001", "● 301-1")
        assert watcher.sees("receiver sent receipt ", "301-1 call   1/1")
        assert max(map(len, watcher.text().splitlines())) <= SIZE[0]
        await watcher.press("r")
        assert watcher.sees("Everything Good!", "○ 301-1")
        await watcher.press("j")
        assert watcher.sees("Radio blind:", "carrier")


async def test_mute_browse_lamps_relay_and_mains_are_at_hand() -> None:
    async with panel() as watcher:
        assert watcher.sees("Everything Good!", "● ○ relay held", "┘  mains")
        await watcher.press("1", "p", "2", "p")
        assert watcher.sees("2/2")
        await watcher.press("m")
        assert watcher.sees("Muted 1:", "⊘", "silent")
        await watcher.press("n")
        assert watcher.sees("↕")
        await watcher.press("K", "k")
        await watcher.press("z")
        assert watcher.sees("on battery", "Desk fault", "Mains lost")
        assert watcher.sees("● ● relay held")
        await watcher.press("z", "j")
        assert watcher.sees("○ ○ relay dropped")


async def test_a_strange_remote_is_taught_to_the_receiver() -> None:
    async with panel() as watcher:
        assert watcher.sees("Everything Good!")
        await watcher.press("o")
        watcher.ward.run_for_ms(3_000)
        assert "Everything Good!" in watcher.text()
        await watcher.press("L")
        assert watcher.sees("Press the button")
        await watcher.press("o")
        assert watcher.sees("Press it again")
        watcher.ward.run_for_ms(2_000)
        await watcher.press("o")
        assert watcher.sees("Room: [0]")


async def test_what_the_ward_refuses_is_said() -> None:
    async with panel() as watcher:
        watcher.live.do(watcher.ward.press, "nowhere")
        watcher.ward.do_posted()
        assert "no bed 'nowhere'" in watcher.text()


async def test_it_fits_forty_columns_in_both_languages_and_changes_while_it_shows() -> None:
    async with panel("zh_CN") as watcher:
        await watcher.press("8", "p")
        for language, word in (("zh_CN", "复位"), ("en", "reset")):
            watcher.panel.language = language
            assert watcher.sees(word, "203-sa")
            lines = watcher.text().splitlines()
            assert max(map(cell_len, lines)) <= SIZE[0]
            assert len(lines) <= SIZE[1]


async def test_keys_reach_a_ward_of_real_devices_at_wall_speed() -> None:
    live = LiveWard(Ward(has_host=False), speed=4.0)
    live.start()
    try:
        async with WardApp(live).run_test(size=SIZE) as pilot:
            watcher = Watcher(live, pilot)
            await until(lambda: "Everything Good!" in watcher.text(), watcher.text)
            await pilot.press("6", "p")
            await until(lambda: "│203-2" in watcher.text() and "Calling!!!" in watcher.text(), watcher.text)
            await pilot.press("k")
            await until(lambda: "I know!" in watcher.text(), watcher.text)
    finally:
        live.stop()
    assert live.error is None


async def test_a_pulled_handset_and_staff_at_the_bed_are_seen() -> None:
    keys = ("call", "reset", "presence", "handset")
    keyed = NodePlan("301-1", "301", "1", keys=keys, node_id=0x1234, key="00" * 16, two_way=True)
    async with panel("en", WardPlan(nodes=(keyed,), receiver=ReceiverPlan(transmitter=True))) as watcher:
        await watcher.press("u")
        assert watcher.sees("301-1 plug out", "301-1 call")
        await watcher.press("u", "s")
        assert watcher.sees("■ 301-1", "Staff here")
        assert "plug out" not in watcher.text()
        await watcher.press("p")
        assert watcher.sees("● 301-1", "301-1 EMERG")
        watcher.ward.run_for_ms(2_000)
        await watcher.press("r")
        assert watcher.sees("■ 301-1", "Everything Good!")
        await watcher.press("r")
        assert watcher.sees("○ 301-1")
