"""Machine code that is frozen into our images, on the emulated chip: it must compute what it computes from files."""

from pathlib import Path

import pytest

from wardbell_simulator.chip.board import EmulatedPico

IMAGES = Path(__file__).resolve().parents[2] / "build" / "image"

# What DMA leaves of durations 2, 3, 4, … µs, a space first; what is read is the first eight of them, 44 µs.
SCRIPT = """
from array import array
from wardbell_firmware.boards.rp2040.ring import take
state, durations = array("I", [0, 0, 0]), array("i", [0] * 8)
ring = array("I", [2 * (i + 2) + (i & 1) for i in range(2048)])
print(take(ring, durations, state, 8), list(state), list(durations))
"""


@pytest.mark.parametrize("role", ["bedside", "receiver"])
def test_frozen_viper_reads_the_ring(role: str) -> None:
    image = IMAGES / f"{role}.uf2"
    if not image.is_file():
        pytest.skip(f"no {role}.uf2: `make firmware` builds it")
    assert EmulatedPico(image, {}).run(SCRIPT) == "8 [8, 44, 0] [4, 7, 8, 11, 12, 15, 16, 19]\n"
