"""Samples from files and pipes: unsigned 8-bit I and Q, interleaved, as `rtl_sdr` writes them."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from wardbell_gateway.iq.spectrum import IQ
from wardbell_protocol.errors import ConfigError

DEFAULT_RATE_HZ = 250_000
PIPE = "-"

_PORTION = 1 << 16  # bytes, 131 ms at 250 kS/s
_RATE = re.compile(r"_(\d+(?:\.\d+)?)([kM])(?=[_.]|$)")
_NUMBERED = re.compile(r"([a-z]+\d+)_")
_UNITS = {"k": 1_000, "M": 1_000_000}


def samples_of(data: bytes) -> IQ:
    """Complex samples, full scale 1, of whole pairs of bytes."""
    parts = np.frombuffer(data, np.uint8).astype(np.float32)
    parts -= np.float32(127.5)
    parts /= np.float32(127.5)
    return parts.view(np.complex64)


def rate_in_name(name: str) -> int:
    """Sample rate in Hz out of a file name such as `g001_433.92M_250k.cu8`: its last token with k or M."""
    tokens = _RATE.findall(Path(name).stem)
    if not tokens:
        return DEFAULT_RATE_HZ
    number, unit = tokens[-1]
    rate_hz = int(float(number) * _UNITS[unit])
    return rate_hz if rate_hz < 100_000_000 else DEFAULT_RATE_HZ  # else it is the carrier's frequency


def id_in_name(name: str) -> str:
    """What a recording is called: its name's leading token where that looks like a number (`iq000_…`), else the stem."""
    stem = Path(name).stem
    numbered = _NUMBERED.match(stem)
    return numbered.group(1) if numbered else stem


def read_samples(name: str) -> Iterator[IQ]:
    """Samples of a `.cu8` file, or of standard input for `-`, as they come; ConfigError where it cannot be read."""
    if name == PIPE:
        yield from _portions(sys.stdin.buffer)
        return
    if not name.endswith(".cu8"):
        raise ConfigError(name, "file", "the name must end in .cu8 (8-bit I and Q), or be - for standard input")
    try:
        with Path(name).open("rb") as file:
            yield from _portions(file)
    except OSError as error:
        raise ConfigError(name, "file", f"cannot be read: {error.strerror}") from error


def _portions(file: BinaryIO) -> Iterator[IQ]:
    odd = b""
    # read1 gives what is there: a pipe must not wait for a full portion.
    read = getattr(file, "read1", file.read)
    while data := read(_PORTION):
        data = odd + data
        whole = len(data) // 2 * 2
        odd = data[whole:]
        if whole:
            yield samples_of(data[:whole])
