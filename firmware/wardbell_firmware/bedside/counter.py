"""The counter of a node's frames, written ahead so that no value is ever sent twice, whenever the battery is pulled.

The store holds the first value of the next block. A block is claimed in the store before its first value is used; a node
that starts again begins the next one and leaves the rest of the last unused. Erasing flash can hold a chip up for 0.4 s, so
blocks are claimed at the start and in quiet (frames.py), and a press finds its value there.
"""

from wardbell_firmware.bedside.slots import NumberSlots
from wardbell_protocol.errors import ConfigError, EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Store

COUNTER_NAME = "counter"
OLD_COUNTER_FILE = "counter.txt"  # where it was kept in one file
COUNTER_END = 1 << 24
# A write for 64 values: with a heartbeat each 5 minutes 5 a day. A battery change loses 127 of 16.7 million at most.
BLOCK = 64
# The first claim of a life: a node whose supply gives in at each start, with a cord that is pulled, starts every 2.3 s. A whole
# block each time would use up its counter in a week; so it lasts 111 days of that. Later blocks are as large as what the life
# has used so far, so that a supply that gives in later uses it up no faster.
FIRST_BLOCK = 4

_REMEDY = "is no number; give the node a new key: wardbell provision"


class FrameCounter:
    """Values 1, 2, ... 2**24 - 1.

    Raises:
        ConfigError: the store's files hold no number. To begin anew at 1 would be to send used values.
    """

    def __init__(self, store: "Store") -> None:
        self._slots = NumberSlots(store, COUNTER_NAME)
        self._first = _first(self._slots, store.load(OLD_COUNTER_FILE))
        self._next = self._first
        self._end = self._first
        self._is_torn = self._slots.n_torn > 0

    @property
    def n_left(self) -> int:
        """How many values can be taken before the store must be written."""
        return self._end - self._next

    @property
    def is_low(self) -> bool:
        """Whether fewer values are left than a block has."""
        return self.n_left < self._block and self._end < COUNTER_END

    @property
    def _block(self) -> int:
        return min(BLOCK, max(FIRST_BLOCK, self._next - self._first))

    def claim_ahead(self) -> None:
        """Claim the next block if fewer are left and the store takes it; holds everything up while flash is erased."""
        if self.is_low:
            try:
                self._claim()
            except OSError:
                pass  # what is left can still be taken

    def has_value(self) -> bool:
        """Make sure of a value to take; False when all are used up, or the store cannot keep what is taken."""
        if self._next >= COUNTER_END:
            return False
        if not self.n_left:
            self.claim_ahead()
        return self.n_left > 0

    def take(self) -> int:
        """A value that was never taken before. Raises EncodeError where there is none."""
        if not self.has_value():
            raise EncodeError("the frame counter has no further value; give the node a new key, or a new board")
        value = self._next
        self._next += 1
        return value

    def _claim(self) -> None:
        if self._is_torn:
            self._slots.save(self._end)  # so that the two are never more than a block apart
            self._is_torn = False
        end = self._end + self._block
        self._slots.save(end)
        self._end = end


def _first(slots: NumberSlots, old: "bytes | None") -> int:
    """The first value that was surely never used."""
    if slots.n_torn > 1 or (slots.newest is None and old is not None and not _is_number(old)):
        raise ConfigError(COUNTER_NAME, "(file)", _REMEDY)
    first = 1 if slots.newest is None else slots.newest
    if old is not None and _is_number(old):
        first = max(first, int(old))
    # What is torn now may have been whole, and its block used.
    return first + BLOCK if slots.n_torn else first


def _is_number(data: bytes) -> bool:
    return data.isdigit() and int(data) > 0
