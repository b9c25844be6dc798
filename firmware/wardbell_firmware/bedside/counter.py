"""The counter of a node's frames, written ahead so that no value is ever sent twice, whenever the battery is pulled.

The store holds the first value of the next block. A block is claimed in the store before its first value is used; a node
that starts again begins the next one and leaves the rest of the last unused.
"""

from wardbell_protocol.errors import ConfigError, EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Store

COUNTER_FILE = "counter.txt"
COUNTER_END = 1 << 24
# A write for 64 values: with a heartbeat each 5 minutes 5 a day. A battery change loses 64 of 16.7 million at most.
BLOCK = 64


class FrameCounter:
    """Values 1, 2, ... 2**24 - 1.

    Raises:
        ConfigError: the store's file is not one of ours. To begin anew at 1 would be to send used values.
    """

    def __init__(self, store: "Store") -> None:
        self._store = store
        saved = store.load(COUNTER_FILE)
        self._next = 1 if saved is None else _number(saved)
        self._end = self._next

    @property
    def is_spent(self) -> bool:
        """Whether all values are used up."""
        return self._next >= COUNTER_END

    def take(self) -> int:
        """A value that was never taken before. Raises EncodeError when all are used up."""
        if self.is_spent:
            raise EncodeError("all 2**24 values of the frame counter are used; give the node a new key")
        if self._next == self._end:
            self._store.save(COUNTER_FILE, b"%d" % (self._end + BLOCK))
            self._end += BLOCK
        value = self._next
        self._next += 1
        return value


def _number(saved: bytes) -> int:
    try:
        number = int(saved.decode())
    except ValueError:
        number = 0
    if number < 1:
        raise ConfigError(COUNTER_FILE, "(file)", "is no number; give the node a new key and delete this file")
    return number
