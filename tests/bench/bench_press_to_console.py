"""From the finger to the nurse's screen: 200 presses on the whole chain at wall speed, beside the time that physics takes.

A receiver cannot know a code before two words have been on the air (128 T each); everything beyond that is ours.
"""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from figures import print_table, write_figures

from wardbell_simulator.headless_console import HeadlessConsole
from wardbell_simulator.house import House
from wardbell_simulator.live import LiveWard
from wardbell_simulator.plan import default_plan
from wardbell_simulator.serial_line import PtyLine
from wardbell_simulator.ward import Ward

N_PRESSES = 200
LIMIT_S = 10.0
TWO_WORDS_ALPHA = 2 * 512


async def until(condition: Callable[[], bool]) -> float:
    """Monotonic seconds when the condition came to hold."""
    end_s = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end_s:
            raise SystemExit("bench_press_to_console: something never happened")
        await asyncio.sleep(0.002)
    return time.monotonic()


async def press_all(live: LiveWard, nurse: HeadlessConsole) -> dict[str, list[float]]:
    """Times of each press in ms: two words on the air, the receiver's display, the console's row."""
    ward = live.ward
    beds = [node for node in ward.plan.nodes if "call" in node.keys]
    times: dict[str, list[float]] = {"two words on the air": [], "receiver's display": [], "console's row": []}
    await until(lambda: ward.lcd_lines[0] == "Everything Good!")
    for at in range(N_PRESSES):
        node = beds[at % len(beds)]
        name = node.station_id
        began_s = time.monotonic()
        live.do(ward.press, name)
        shown_s = await until(lambda name=name: ward.lcd_lines[0].startswith(name))  # type: ignore[misc]
        row_s = await until(lambda name=name: nurse.shows(name, "placed"))  # type: ignore[misc]
        times["two words on the air"].append(TWO_WORDS_ALPHA * node.alpha_us / 1000)
        times["receiver's display"].append((shown_s - began_s) * 1000)
        times["console's row"].append((row_s - began_s) * 1000)
        live.do(ward.reset, name)
        await until(lambda: not nurse.app.desk.rows)
        # The reset's words are still on the air, and would collide with the next press.
        await until(lambda: ward.lcd_lines[0] == "Everything Good!" and not any(ward.lamps.values()))
    return times


async def measure() -> dict[str, list[float]]:
    """Start the chain, press, stop it."""
    plan = default_plan()
    with tempfile.TemporaryDirectory(prefix="wardbell-bench-") as folder, contextlib.ExitStack() as stack:
        house = House(Path(folder), plan)
        live = LiveWard(Ward(plan, line=PtyLine(house.serial)))
        live.start()
        stack.callback(live.stop)
        stack.enter_context(house)
        async with HeadlessConsole(house.broker_url, "desk", "bench", (plan.ward,)) as nurse:
            return await press_all(live, nurse)


def main() -> None:
    """Print the table."""
    times = asyncio.run(measure())
    physics = statistics.median(times["two words on the air"])
    rows = []
    figures: dict[str, object] = {"presses": N_PRESSES}
    for name, values in times.items():
        values.sort()
        median, p99 = statistics.median(values), values[int(len(values) * 0.99)]
        rows.append([name, f"{median:.0f}", f"{p99:.0f}", f"{median / physics:.2f}"])
        figures[name] = {"median_ms": round(median, 1), "p99_ms": round(p99, 1)}
    print_table(["after the press", "median ms", "99th percentile ms", "times physics"], rows)
    write_figures("press_to_console", figures)


if __name__ == "__main__":
    main()
