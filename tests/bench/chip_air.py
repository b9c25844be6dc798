"""What tests and benchmark of the radio on an emulated chip share: its files, trains of words and frames, errors of durations."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from figures import REPOSITORY

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.waveform import burst
from wardbell_simulator.chip.board import EmulatedPico
from wardbell_simulator.chip.compiled import compiled

IMAGE = REPOSITORY / "build" / "image" / "firmware.uf2"

WORDS = burst(CodeWord.from_parts("0F1F01F0", "0110"), 87.5, 4)
FRAME = [abs(us) for us in frame_durations(seal(Frame(7, 1, 1, 9), bytes(range(16))))]

_FIRMWARE = (
    "boards/rp2040",
    "boards/pins.py",
    "boards/store.py",
    "bedside/contacts.py",
    "drivers/hd44780.py",
    "drivers/glyphs.py",
)
_PROTOCOL = ("errors.py", "air/portion.py")


def board_files() -> dict[str, bytes]:
    """The parts of a Pico's board and the chip's half of the tasks, compiled, without any app."""
    sources = {"firmware": _FIRMWARE, "protocol": _PROTOCOL}
    files = compiled(Path(__file__).parent, [Path(__file__).with_name("firmware_side.py")])
    for root, names in sources.items():
        package = REPOSITORY / root / f"wardbell_{root}"
        found: set[Path] = set()
        for name in names:
            path = package / name
            found |= set(path.glob("*.py")) if path.is_dir() else {path}
        files |= compiled(package.parent, sorted(source for source in found if not source.name.startswith("main_")))
    return files


def task(pico: EmulatedPico, call: str) -> None:
    """Begin one task of firmware_side.py."""
    pico.start(f"from firmware_side import *\n{call}\n")


def answer(pico: EmulatedPico, limit_s: float = 120.0) -> dict[str, Any]:
    """What the task that runs finds."""
    found: dict[str, Any] = json.loads(pico.finish(limit_s).splitlines()[-1])
    return found


def intervals_us(edges: Sequence[tuple[int, int]]) -> list[float]:
    """Times between the edges of a pin, first a mark."""
    return [(after[0] - before[0]) / 1000 for before, after in itertools.pairwise(edges)]


def heard_us(durations: Sequence[int]) -> list[int]:
    """A portion's durations as µs, + carrier on, - off."""
    return [value >> 1 if value & 1 else -(value >> 1) for value in durations]
