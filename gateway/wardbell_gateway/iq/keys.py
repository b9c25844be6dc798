"""The nodes' keys, out of the ward's registry on this machine. They go nowhere from here."""

from pathlib import Path

from wardbell_gateway.file_look import FileLook
from wardbell_gateway.registry import Registry, read_registry
from wardbell_protocol.errors import ConfigError


class KeyRing:
    """Follows the registry's file; what cannot be used leaves the last keys in force and `is_well` False.

    Raises ConfigError at the start, where there is nothing to fall back on.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._look = FileLook(path)
        registry = read_registry(path)
        self.ward = registry.ward
        self.keys = _keys_of(registry)
        self.is_well = True

    def poll(self, now_ms: int) -> bool:
        """Look whether the file has changed; True when other keys are in force now."""
        if not self._look.has_changed(now_ms):
            return False
        try:
            registry = read_registry(self._path)
        except ConfigError:
            self.is_well = False  # the gateway says what is wrong with it
            return False
        self.is_well = True
        before, self.keys = self.keys, _keys_of(registry)
        return before != self.keys


def _keys_of(registry: Registry) -> dict[int, bytes]:
    return {
        station.node_id: bytes.fromhex(station.key)
        for station in registry.stations
        if station.node_id is not None and station.key
    }
