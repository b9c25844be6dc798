"""What goes into a board's settings.json, and the file that carries it where the board is not at this computer."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from wardbell_gateway.provision.board_kinds import BEDSIDE, RECEIVER
from wardbell_gateway.receiver_words import reraise_times
from wardbell_gateway.registry import Registry
from wardbell_gateway.registry_storage import SECRET_MODE
from wardbell_protocol.errors import ConfigError

FILE = "settings.json"
# Of frames under the key that was. Two spoilt ones stop a node (firmware/wardbell_firmware/bedside/counter.py).
COUNTER_FILES = ("counter.a", "counter.b", "counter.txt")
# A receiver's copy of its ward (firmware/wardbell_firmware/receiver/table.py).
STATIONS_FILE, RERAISE_FILE = "stations.json", "reraise.json"
FURTHER = {
    BEDSIDE: ("alpha_us", "cell_mah", "cells", "empty_mv", "sleep_ua", "two_way", "words"),
    RECEIVER: ("bus", "host_on_usb", "lcd", "transmitter", "wifi"),
}
DEFAULT_BUTTONS = {"call": "normal", "reset": "reset"}


def node_settings(board: str, station: Mapping[str, Any], signals: Mapping[str, str], more: Mapping[str, Any]) -> bytes:
    """The settings of a station's node: with its id and key where it has them, else by its address."""
    names = ("node_id", "key") if station.get("key") else ("address",)
    who = {name: station[name] for name in names}
    return _spelt({"role": BEDSIDE, "board": board, **who, "signals": dict(signals), **more})


def receiver_settings(board: str, name: str, has_host: bool, more: Mapping[str, Any]) -> bytes:
    """The settings of a receiver."""
    return _spelt({"role": RECEIVER, "board": board, "name": name, "host": has_host, **more})


def receiver_files(registry: Registry) -> dict[str, bytes]:
    """The ward as a receiver keeps it, keys and all, a station a line: with it, it hears the ward before any host has spoken."""
    lines = ",\n".join(json.dumps(station.to_record()) for station in registry.stations)
    return {
        STATIONS_FILE: f"[\n{lines}\n]".encode(),
        RERAISE_FILE: json.dumps(reraise_times(registry.policies)).encode(),
    }


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Callable[[bytes], None]]:
    """A file that did not exist, readable by its owner alone; gives what writes it. It is gone again where the rest fails.

    Raises:
        ConfigError: it exists already, or cannot be made.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_MODE)
    except FileExistsError as error:
        raise ConfigError(str(path), "file", "exists already; give another name, or delete it first") from error
    except OSError as error:
        raise ConfigError(
            str(path), "file", f"{error.strerror}; give a file in a folder that can be written"
        ) from error

    def write(content: bytes) -> None:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())

    with os.fdopen(handle, "wb") as file:
        try:
            yield write
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _spelt(settings: Mapping[str, Any]) -> bytes:
    return (json.dumps(settings, indent=1) + "\n").encode()
