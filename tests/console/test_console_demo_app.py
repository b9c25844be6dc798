"""The demo's screen: both sides where there is room, one at a time where there is not."""

import time
from collections.abc import Mapping

from textual.widgets import Static

from wardbell_bus.mirror import Publication
from wardbell_console.desk import Connection, Desk, Message
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.widgets.nurse_view import NurseView
from wardbell_simulator.demo_app import DemoApp
from wardbell_simulator.live import LiveWard
from wardbell_simulator.panel import WardPanel
from wardbell_simulator.ward import Ward


class SilentPort:
    """A bus that nobody else is on."""

    def drain(self) -> list[Message | Connection]:
        return []

    def publish(self, publication: Publication) -> None:
        raise AssertionError(publication)

    def beat(self, now_ms: int, wards: Mapping[str, tuple[str, int]]) -> None:
        pass


def demo(live: LiveWard) -> DemoApp:
    """The app as the command makes it, on a bus where nothing happens."""
    feed = Feed("console-demo", "Li Na", ("east",))
    return DemoApp(Desk(feed, SilentPort(), lambda: time.time_ns() // 1_000_000, Language("en")), live)


def shown(app: DemoApp) -> tuple[bool, bool]:
    """Whether the nurses' side and the ward's side are on the screen."""
    return app.query_one(NurseView).display, app.query_one(WardPanel).display


async def test_both_sides_on_a_wide_terminal_and_the_keys_go_to_one() -> None:
    with Ward(is_cpython=True) as ward:
        app = demo(LiveWard(ward))
        async with app.run_test(size=(122, 24)) as pilot:
            assert shown(app) == (True, True)
            assert isinstance(app.focused, WardPanel)
            await pilot.press("6", "p")
            assert app.query_one(WardPanel).selected == 5
            await pilot.press("tab")
            assert not isinstance(app.focused, WardPanel)


async def test_one_side_at_a_time_on_80_columns() -> None:
    with Ward(is_cpython=True) as ward:
        app = demo(LiveWard(ward))
        async with app.run_test(size=(122, 24)) as pilot:
            await pilot.resize_terminal(80, 24)
            await pilot.pause()
            assert shown(app) == (False, True)
            await pilot.press("tab")
            assert shown(app) == (True, False)
            assert app.query_one(NurseView).size.width == 80


async def test_the_language_changes_on_both_sides() -> None:
    with Ward(is_cpython=True) as ward:
        app = demo(LiveWard(ward))
        async with app.run_test(size=(122, 24)) as pilot:
            await pilot.press("f3")
            assert app.query_one(WardPanel).language == "zh_CN"
            assert "呼叫中心" in str(app.query_one("#foot", Static).render())
