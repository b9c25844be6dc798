"""Days and years after their start both apps do what they do after two days, to the ms; a board of 32 bits, too."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

SCRIPT = "firmware_uptime.py"
ROOT = Path(__file__).parents[2]
FOLDERS = [str(ROOT / name) for name in ("tests", "firmware", "simulator")]
MINUTE_MS = 60_000
DAY_MS = 1440 * MINUTE_MS
# Whole numbers of a board grow beyond one word at 2**30, where the chip's own milliseconds wrap; 32 bits of them do at 2**31
# and 2**32. The stories pass it in their second minute. In whole minutes, with which the red lamp is in step.
WRAPS_MS = [(at_ms - MINUTE_MS) // MINUTE_MS * MINUTE_MS for at_ms in (2**30, 2**31, 2**32)]


def stories(told: str) -> list[str]:
    return told.split("instant\n")[1:]


def test_no_uptime_changes_what_the_apps_do(run_32bit: Callable[..., str | None]) -> None:
    script, protocol = str(Path(__file__).with_name(SCRIPT)), str(ROOT / "protocol")
    command = [sys.executable, script, protocol, *FOLDERS, f"{2 * DAY_MS},{400 * DAY_MS}"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    early, late = stories(told)
    for seen in ("Muted 0:03", "'I know!", "Host lost", "Radio blind", "'replayed', 1"):
        assert seen in early
    assert late == early + "day (284, 1)\n"
    of_32bit = run_32bit(SCRIPT, *FOLDERS, ",".join(map(str, [*WRAPS_MS, 400 * DAY_MS])))
    assert of_32bit is None or stories(of_32bit) == [early] * len(WRAPS_MS) + [late]
