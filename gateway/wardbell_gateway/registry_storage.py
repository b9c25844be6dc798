"""TinyDB's storage for the ward registry: one readable JSON file, replaced as a whole or not at all.

TinyDB's own storage overwrites in place; a crash in the middle leaves a file that no longer parses.
"""

import contextlib
import copy
import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tinydb.storages import Storage

from wardbell_protocol.errors import ConfigError

Tables = dict[str, dict[str, Any]]


SECRET_MODE = 0o600  # of a file that holds keys
_NEW_MODE = 0o640


def write_atomically(path: Path, data: bytes, is_secret: bool = False) -> None:
    """Replace the file; after a crash at any moment there is the old content or the new one.

    Its mode stays what it was, 0640 where there was none, and 0600 where it `is_secret`.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else _NEW_MODE
        Path(name).chmod(SECRET_MODE if is_secret else mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else a power cut may forget the rename
    finally:
        os.close(folder)


def read_file(path: Path) -> bytes:
    """The file's content; ConfigError where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(str(path), "file", "there is none; `wardbell enrol --ward NAME` begins one") from error
    except OSError as error:
        raise ConfigError(str(path), "file", f"cannot be read: {error.strerror}") from error


def parse_tables(file: str, data: bytes) -> Tables:
    """The tables in that content; ConfigError where it is not JSON of tables."""
    try:
        tables = json.loads(data)
    except ValueError as error:
        raise ConfigError(file, "file", f"not JSON ({error}); mend it or put a saved copy back") from error
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise ConfigError(file, "file", 'give an object of tables: {"ward": {…}, "stations": {…}}')
    return tables


class AtomicStorage(Storage):
    """Reads the file and holds what is changed until `save`.

    `check` looks at each new content: it raises to refuse it, and says whether it holds keys.
    """

    def __init__(self, path: Path, check: Callable[[Tables], bool]) -> None:
        self._path = path
        self._check = check
        self._changed: Tables | None = None
        self._is_secret = False

    def read(self) -> Tables | None:
        """All tables, or None where there is no file yet."""
        if self._changed is not None:
            return copy.deepcopy(self._changed)
        return parse_tables(str(self._path), read_file(self._path)) if self._path.exists() else None

    def write(self, data: Tables) -> None:
        """Take other tables."""
        self._is_secret = self._check(data)
        self._changed = copy.deepcopy(data)

    def save(self) -> None:
        """Replace the file by the tables, where they have changed."""
        if self._changed is None:
            return
        text = json.dumps(self._changed, indent=1, ensure_ascii=False, sort_keys=False)
        try:
            write_atomically(self._path, (text + "\n").encode(), self._is_secret)
        except OSError as error:
            raise _unwritable(self._path, error) from error


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the registry against other processes that change it; people's editors do not ask."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f".{path.name}.lock").open("w")
    except OSError as error:
        raise _unwritable(path, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(str(path), "folder", f"{error.strerror}; give a folder that can be written with --home")
