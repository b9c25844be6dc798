"""Pulse trains from files: the `.jsonl` form of the captures, or `.cu8` IQ."""

import json
import re
from pathlib import Path
from typing import Any

from wardbell_protocol.errors import ConfigError
from wardbell_simulator.iq import read_cu8

_CAPTURE_NAME = re.compile(r"([a-z]+\d+)_")
_LONGEST_US = 86_400_000_000  # a day; each costs as much time as it is long
_LARGEST_BYTES = 250_000_000  # of IQ, 8 minutes: it is read whole and takes 25 times as much memory
_FORM = 'one JSON object a line: {"id": "...", "pulses": [+on, -off, ...]} in whole microseconds'


class Train:
    """Durations of one recording: µs, + carrier on, - carrier off. `id` is unique in its file."""

    def __init__(self, train_id: str, pulses: list[int]) -> None:
        self.id = train_id
        self.pulses = pulses

    @property
    def length_us(self) -> int:
        """How long the recording is."""
        return sum(abs(pulse) for pulse in self.pulses)


def read_trains(path: Path) -> list[Train]:
    """Read every train of a file; the kind is told by the name's ending.

    A `.cu8` file is one train, named by its name's leading token where that looks like a recording's number
    (`iq000_...`), else by the whole stem. Raises ConfigError naming file, line and remedy.
    """
    if not path.is_file():
        raise ConfigError(str(path), "file", "there is no such file")
    try:
        if path.suffix == ".cu8":
            _check_size(path)
            named = _CAPTURE_NAME.match(path.stem)
            return [Train(named.group(1) if named else path.stem, read_cu8(path))]
        if path.suffix == ".jsonl":
            return _read_jsonl(path)
    except OSError as error:
        raise ConfigError(str(path), "file", f"cannot be read: {error}") from None
    raise ConfigError(str(path), "file", "the name must end in .jsonl (pulse trains) or .cu8 (IQ)")


def _check_size(path: Path) -> None:
    if (size := path.stat().st_size) > _LARGEST_BYTES:
        most = _LARGEST_BYTES // 1_000_000
        remedy = f"has {size // 1_000_000} MB, over {most}; wardbell iq reads recordings of any length"
        raise ConfigError(str(path), "file", remedy)


def _read_jsonl(path: Path) -> list[Train]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(str(path), "file", f"is not UTF-8 text; write {_FORM}") from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    return [_read_line(path, number, line) for number, line in lines]


def _read_line(path: Path, number: int, line: str) -> Train:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(str(path), f"line {number}", f"not JSON ({error}); write {_FORM}") from None
    if not isinstance(row, dict):
        raise ConfigError(str(path), f"line {number}", f"not a JSON object; write {_FORM}")
    pulses = row.get("pulses")
    if not isinstance(pulses, list) or any(type(pulse) is not int for pulse in pulses):
        raise ConfigError(str(path), f"line {number}, pulses", f"must be a list of whole numbers; write {_FORM}")
    if any(abs(pulse) > _LONGEST_US for pulse in pulses):
        raise ConfigError(
            str(path), f"line {number}, pulses", "none may last longer than a day; they are in microseconds"
        )
    return Train(str(row.get("id", number)), pulses)
