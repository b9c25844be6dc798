import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from wardbell_protocol.air.portion import ROUND_MS
from wardbell_simulator.radio.noise import NOISES, durations

PORTION = 250  # durations, about what a board hands over at a time
# In rounds. Whole numbers begin to cost a board heap at 2**30: µs after 18 minutes, ms after 12 days.
DAYS_400 = 400 * 86_400_000 // ROUND_MS


def test_noise_allocates_nothing_and_weak_words_are_the_same_on_all(
    run_both: Callable[..., str], run_32bit: Callable[..., str | None], tmp_path: Path
) -> None:
    air = [pulse for part in islice(durations(NOISES["gaussian"], 433), 8) for pulse in part]
    portions = [air[at : at + PORTION] for at in range(0, len(air), PORTION)]
    assert len(portions) > 300
    noise = tmp_path / "noise.json"
    noise.write_text(json.dumps(portions), encoding="utf-8")
    output = run_both("air_noise.py", str(noise), str(DAYS_400))
    assert output.startswith("noise 0 1 ")  # times were counted anew once
    assert "('noise', 0)" not in output.splitlines()[0]  # somebody has looked
    assert output.count("PressStarted") == 8
    assert run_32bit("air_noise.py", str(noise), str(DAYS_400)) in (output, None)
