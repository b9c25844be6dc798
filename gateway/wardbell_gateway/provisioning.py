"""The settings file of a node with a key: carried to the node over USB, then deleted. It is the key's only way to the node."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from wardbell_gateway.registry_storage import SECRET_MODE
from wardbell_protocol.errors import ConfigError

DEFAULT_BUTTONS = {"call": "normal", "reset": "reset"}


@contextlib.contextmanager
def new_settings_file(path: Path) -> Iterator[Callable[[dict[str, Any], dict[str, str]], None]]:
    """A file that did not exist, readable by its owner alone; gives what writes a station's node into it.

    It is made before the registry is changed, so that no key is drawn that cannot reach its node; it is gone again where
    the registry refuses.

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

    def write(station: dict[str, Any], signals: dict[str, str]) -> None:
        settings = {"node_id": station["node_id"], "key": station["key"], "signals": signals}
        file.write((json.dumps(settings, indent=1) + "\n").encode())
        file.flush()
        os.fsync(file.fileno())

    with os.fdopen(handle, "wb") as file:
        try:
            yield write
        except BaseException:
            path.unlink(missing_ok=True)
            raise
