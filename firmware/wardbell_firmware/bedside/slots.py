"""One small number that outlives a loss of power at any instant, whatever the store makes of the write that it meets.

Two files, written in turn, each `number crc16` in ASCII. A write that is torn spoils the older of the two: the newer is still
there, and reading tells that one was torn.
"""

from wardbell_protocol.link.frame import crc16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.boards.contract import Store


class NumberSlots:
    """A number that only grows, under `name`.

    Attributes:
        newest: the highest whole number, or None where there is none.
        n_torn: how many slots hold something that is not whole.
    """

    def __init__(self, store: "Store", name: str) -> None:
        self._store = store
        self._names = (name + ".a", name + ".b")
        found = [_read(store.load(slot)) for slot in self._names]
        whole = [number for number in found if number is not None and number >= 0]
        self.newest = max(whole) if whole else None
        self.n_torn = len([number for number in found if number is not None and number < 0])
        self._next = 1 if whole and found[0] == self.newest else 0

    def save(self, number: int) -> None:
        """Keep it. It is kept when this returns, and until then the one before it is."""
        text = b"%d" % number
        self._store.save(self._names[self._next], text + b" %04x" % crc16(text))
        self._next = 1 - self._next
        self.newest = number


def _read(data: "bytes | None") -> "int | None":
    """The number of a slot; None where there is no slot, -1 where it is not whole."""
    if data is None:
        return None
    text, _, check = data.partition(b" ")
    if check != b"%04x" % crc16(text) or not text.isdigit():
        return -1
    return int(text)
