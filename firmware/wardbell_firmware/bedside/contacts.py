"""The contacts that a bed node may have, by the names that the pin map (boards/pins.py) and its settings give them."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = ("call", "reset", "presence", "assist")
LOOPS = ("cord", "handset")  # closed at rest; the board says that they are pressed while they are open


def fitted(settings: "Mapping[str, object]", pins: "Mapping[str, int]") -> "list[str]":
    """The keys and loops on a board's pins that its settings give a signal: a loop that is not fitted would be an open one."""
    signals = settings.get("signals")
    return [name for name in KEYS + LOOPS if name in pins and name in signals] if isinstance(signals, dict) else []
