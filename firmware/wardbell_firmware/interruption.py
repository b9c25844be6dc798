"""Whether somebody at the other end of the serial line asks for the REPL.

Ctrl-C is one byte, and a link frame may hold it: a receiver that took each for a wish would die of its own host. A frame
begins with 0x7E (protocol/spec/link.md); who asks for the REPL, be it a person or mpremote, begins with Ctrl-C, with
no more than returns before it.
"""

QUIET_MS = 100  # of silence: what comes then begins something new

_CTRL_C = 3
_RETURN = 13


class Interruption:
    """Reads the line byte by byte."""

    def __init__(self) -> None:
        self._last_ms: int | None = None
        self._begins = True

    def receive(self, byte: int, now_ms: int) -> bool:
        """Tell whether this byte asks for the REPL; those after it are the REPL's then."""
        if self._last_ms is None or now_ms - self._last_ms >= QUIET_MS:
            self._begins = True
        self._last_ms = now_ms
        if byte == _CTRL_C:
            return self._begins
        if byte != _RETURN:
            self._begins = False
        return False
