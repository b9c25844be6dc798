"""What a node is set to, checked before it is used: one that fails only when somebody presses is found out too late."""

from wardbell_protocol.air.frame import NODE_ID_MAX
from wardbell_protocol.air.mac import KEY_BYTES
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL
from wardbell_protocol.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = "settings"


def number(settings: "Mapping[str, object]", name: str, default: float, least: float, most: float) -> float:
    """A number of the settings, or its default. Raises ConfigError where it cannot be."""
    value = settings.get(name, default)
    if not isinstance(value, (int, float)) or not least <= value <= most:
        raise ConfigError(_NAME, name, f"give a number from {least} to {most}")
    return value


def signals_by_key(settings: "Mapping[str, object]") -> "dict[str, str]":
    """Name of key -> signal. Raises ConfigError where there is none, or one that is not a signal."""
    signals = settings.get("signals")
    if not isinstance(signals, dict) or not signals:
        raise ConfigError(_NAME, "signals", 'give signals by key, like {"call": "normal"}')
    for name in signals:
        if not isinstance(signals[name], str) or signals[name] not in DATA_BY_SIGNAL:
            raise ConfigError(_NAME, "signals." + str(name), "use one of " + ", ".join(sorted(DATA_BY_SIGNAL)))
    return {str(name): str(signals[name]) for name in signals}


def identity(settings: "Mapping[str, object]") -> "tuple[int, bytes] | None":
    """Node id and key, or None for a node that has neither. Raises ConfigError, which never shows the key."""
    node_id, key = settings.get("node_id"), settings.get("key")
    if node_id is None and not key:
        return None
    if not isinstance(node_id, int) or isinstance(node_id, bool) or not 0 <= node_id <= NODE_ID_MAX:
        raise ConfigError(_NAME, "node_id", f"a node with a key has a number from 0 to {NODE_ID_MAX}")
    if not isinstance(key, str) or len(key) != 2 * KEY_BYTES or not all(letter in _HEX for letter in key):
        raise ConfigError(_NAME, "key", f"a node with a node_id has a key of {2 * KEY_BYTES} hex digits")
    return node_id, bytes.fromhex(key)


_HEX = "0123456789abcdefABCDEF"
