"""Follows the registry file: takes over good changes, keeps the last good state when it is broken."""

import logging
from pathlib import Path

from wardbell_gateway.file_look import FileLook
from wardbell_gateway.registry import Registry, parse_registry, read_registry
from wardbell_gateway.registry_storage import read_file, write_atomically
from wardbell_protocol.errors import ConfigError

log = logging.getLogger("wardbell.gateway.registry")


def last_good_path(path: Path) -> Path:
    """Where the copy of the last good state is."""
    return path.with_name(f"{path.stem}.last-good{path.suffix}")


class RegistryWatch:
    """The registry as it is in force. `trouble` says what is wrong with the file, None when nothing is.

    Raises ConfigError at the start where neither the file nor the copy of the last good state can be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: ConfigError | None = None
        self._look = FileLook(path)
        self.registry = self._first()

    def poll(self, now_ms: int) -> bool:
        """Look whether the file changed; True when another registry is in force now."""
        if not self._look.has_changed(now_ms):
            return False
        try:
            data = read_file(self.path)
            registry = parse_registry(self.path, data)
            self._check_same_ward(registry)
        except ConfigError as error:
            self._refuse(error)
            return False
        self.trouble = None
        changed = registry != self.registry
        self.registry = registry
        self._save_copy(data, registry)
        log.info("%s: %d stations are in force", self.path, len(registry.stations))
        return changed

    def _first(self) -> Registry:
        try:
            data = read_file(self.path)
            registry = parse_registry(self.path, data)
        except ConfigError as error:
            copy = last_good_path(self.path)
            if not copy.exists():
                raise
            registry = read_registry(copy)
            self._refuse(error)
            return registry
        self._save_copy(data, registry)
        return registry

    def _refuse(self, error: ConfigError) -> None:
        self.trouble = error
        log.error("%s; the last good state stays in force", error)

    def _check_same_ward(self, registry: Registry) -> None:
        if registry.ward != self.registry.ward:
            raise ConfigError(
                str(self.path), "ward.ward", f"was {self.registry.ward}; restart the gateway for another ward"
            )

    def _save_copy(self, data: bytes, registry: Registry) -> None:
        try:
            if registry.has_keys and self.path.stat().st_mode & 0o077:
                log.warning("%s holds keys, and others than its owner may read it; make it chmod 600", self.path)
            write_atomically(last_good_path(self.path), data, registry.has_keys)
        except OSError as error:
            log.warning("could not keep a copy of the registry: %s", error)
