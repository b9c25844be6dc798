"""`wardbell demo-story`: the scripted night, printed as a time line."""

import argparse
import asyncio
import contextlib
import dataclasses
import logging
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from wardbell_protocol.errors import WardbellError
from wardbell_simulator.headless_console import HeadlessConsole
from wardbell_simulator.house import House
from wardbell_simulator.keying import with_keys
from wardbell_simulator.live import LiveWard
from wardbell_simulator.plan import default_plan
from wardbell_simulator.serial_line import PtyLine
from wardbell_simulator.story import Story
from wardbell_simulator.story_house import AGENTS, FORWARD_S, apply_house
from wardbell_simulator.story_teller import Teller
from wardbell_simulator.ward import Ward

_EXAMPLES = """\
example:
  wardbell demo-story

Exit status 0 only if every line happened, in order, and nothing was lost or doubled.
"""

# Seconds instead of minutes, so that a night passes while somebody watches. Real defaults: calls/escalation.py.
_QUICK = {
    "steps": [["forward", FORWARD_S], ["all_stations", FORWARD_S + 1], ["call_centre", FORWARD_S + 2]],
    "reraise_s": 600,
}


def main(argv: list[str]) -> int:
    """Tell the story: 0 if it all happened, 1 if something did not."""
    parser = argparse.ArgumentParser(
        prog="wardbell demo-story",
        description="Run a scripted night on the whole chain, without a terminal, and print a time line.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--broker", metavar="URL", default="", help="use a broker that runs, which stays up in the crash"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the ward's draws; default %(default)s")
    options = parser.parse_args(argv)
    logging.getLogger("wardbell").setLevel(
        logging.CRITICAL
    )  # the consoles' warnings of the crash are part of the story
    with tempfile.TemporaryDirectory(prefix="wardbell-story-") as folder:
        try:
            asyncio.run(_run(Path(folder), options.broker, options.seed))
        except WardbellError as error:
            print(f"wardbell demo-story: {error}", file=sys.stderr)
            return 1
    print("the night went well")
    return 0


async def _run(home: Path, broker_url: str, seed: int) -> None:
    plan = default_plan()
    plan = dataclasses.replace(
        plan, policies={"bathroom": _QUICK, "normal": _QUICK | {"steps": [["call_centre", 600]]}}
    )
    plan = with_keys(plan, home / "registry.json")
    house = House(home, plan, broker_url)
    apply_house(home)
    live = LiveWard(Ward(plan, seed=seed, line=PtyLine(house.serial)))
    live.start()
    try:
        with house:
            await _unless_ended(_tell(live, house))
    finally:
        live.stop()


async def _unless_ended(night: Coroutine[Any, Any, None]) -> None:
    """Await it; SIGHUP and SIGTERM cancel it, and SystemExit is raised once it has cleaned up.

    A signal handler that raises would do so in whichever task runs just then, a console's too: then the loop breaks
    off a second time where that task is awaited, and what has not been stopped by then never is.
    """
    task = asyncio.create_task(night)
    came: list[int] = []

    def end(number: int) -> None:
        came.append(number)
        if len(came) == 1:
            task.cancel()

    for number in (signal.SIGHUP, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    try:
        await task
    except asyncio.CancelledError:
        if not came:
            raise
        raise SystemExit(128 + came[0]) from None


async def _tell(live: LiveWard, house: House) -> None:
    url, ward = house.broker_url, house.plan.ward
    async with contextlib.AsyncExitStack() as stack:
        nurse = await stack.enter_async_context(HeadlessConsole(url, "desk", "Li Na", (ward,)))
        neighbour = await stack.enter_async_context(HeadlessConsole(url, "west", "west", ("west",)))
        agents = {name: await stack.enter_async_context(HeadlessConsole(url, name, name, (), name)) for name in AGENTS}
        await Story(Teller(live, house, nurse, neighbour, agents, _line)).run()


def _line(at_s: float, who: str, what: str) -> None:
    print(f"{at_s:7.2f} s  {who:<11}  {what}", flush=True)
