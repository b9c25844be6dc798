"""What both apps need of a board's heap, on the 32-bit MicroPython whose objects are as large.

`make soak` is the day-long form.
"""

import json
import subprocess
from pathlib import Path

import pytest
import soak

pytestmark = [
    pytest.mark.skipif(not soak.INTERPRETER.exists(), reason="no 32-bit MicroPython: .ci/micropython-32bit says why"),
]

KB = 1024
# With modules, ring and buffers there, an RP2040 with the receiver's image has 183 KB of heap for app and table.
AT_START = [("bedside", 1, 18 * KB), ("receiver", 64, 55 * KB), ("receiver", 200, 108 * KB)]


@pytest.mark.parametrize(("role", "n_stations", "most"), AT_START)
def test_an_app_at_its_start_takes_no_more_than_its_share(role: str, n_stations: int, most: int) -> None:
    assert soak.spend(role, 0, n_stations).app_bytes <= most


def sent_another_table(free_kb: int) -> object:
    """What a receiver with 200 stations makes of 200 others."""
    side = Path(__file__).with_name("table_side.py")
    command = [str(soak.INTERPRETER), "-X", f"heapsize={soak.HEAP}", str(side), soak.ROOTS, str(free_kb)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)


def test_another_table_of_200_finds_room_beside_the_old_one() -> None:
    assert sent_another_table(90) == {"used": "2", "kept": "2", "refused": 0}


def test_a_table_that_finds_no_room_is_refused_and_ends_nothing() -> None:
    result = sent_another_table(45)
    assert isinstance(result, dict)
    assert result.pop("refused") > 0
    assert result == {"used": "1", "kept": "1"}


def test_a_node_does_not_grow_in_a_night() -> None:
    night = soak.spend("bedside", 6, 1)
    assert night.done["presses"] > 30
    assert night.growth_bytes <= soak.GROWTH_BYTES
