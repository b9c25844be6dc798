"""One code word of the PT2262 / EV1527 family: 24 bits, however a remote divides them.

Decides how bits, trits, address, data, factory id and key are read out of the 24 bits. Knows nothing
of durations (`waveform`, `slicer`). Specification: protocol/spec/air.md.
"""

from wardbell_protocol.errors import EncodeError

N_BITS = 24
N_TRITS = 12
N_ADDRESS = 8
N_DATA = N_TRITS - N_ADDRESS

# A trit is two pairs, 0 = short mark then long space, 1 = long mark then short space. No PT2262 sends
# the pair "10"; EV1527 does, so it needs a letter too.
_TRITS = "0FX1"


class CodeWord:
    """What one transmission says, first bit on the air most significant.

    `code` is 0..0xFFFFFF. Equal words have equal codes.
    """

    def __init__(self, code: int) -> None:
        if not isinstance(code, int) or not 0 <= code < 1 << N_BITS:
            raise EncodeError("a code word has 24 bits, 0..0xFFFFFF; got %r" % (code,))
        self.code = code

    @classmethod
    def from_trits(cls, trits: str) -> "CodeWord":
        """Read 12 characters of `0`, `1`, `F`, `X`, in either case, first on the air first."""
        if len(trits) != N_TRITS:
            raise EncodeError("a code word has 12 trits; got %d in %r" % (len(trits), trits))
        return cls(_bits_of(trits))

    @classmethod
    def from_parts(cls, address: str, data: str) -> "CodeWord":
        """Join 8 address trits and 4 data trits, the PT2262 with four data pins."""
        if len(address) != N_ADDRESS or len(data) != N_DATA:
            raise EncodeError("an address has 8 trits and data 4; got %r and %r" % (address, data))
        return cls.from_trits(address + data)

    @classmethod
    def from_ev1527(cls, identity: int, key: int) -> "CodeWord":
        """Join an EV1527's 20-bit factory id and its 4 key bits."""
        if not 0 <= identity < 1 << 20 or not 0 <= key < 1 << 4:
            raise EncodeError("an EV1527 id has 20 bits and a key 4; got %r and %r" % (identity, key))
        return cls(identity << 4 | key)

    @classmethod
    def from_hex(cls, text: str) -> "CodeWord":
        """Read six hex digits, as `hex` prints them."""
        for character in text:
            if character not in "0123456789abcdefABCDEF":
                raise EncodeError("not a hex digit: %r in %r" % (character, text))
        if len(text) != N_BITS // 4:
            raise EncodeError("a code word has 6 hex digits; got %r" % (text,))
        return cls(int(text, 16))

    @property
    def hex(self) -> str:
        """Six upper-case hex digits."""
        return "%06X" % self.code

    @property
    def trits(self) -> str:
        """Twelve of `0`, `1`, `F`, `X`, first on the air first."""
        return "".join(_TRITS[self.code >> shift & 3] for shift in range(N_BITS - 2, -1, -2))

    @property
    def is_tristate(self) -> bool:
        """Whether a PT2262 could have sent it: no trit is `X`."""
        return "X" not in self.trits

    @property
    def address(self) -> str:
        """The first 8 trits."""
        return self.trits[:N_ADDRESS]

    @property
    def data(self) -> str:
        """The last 4 trits."""
        return self.trits[N_ADDRESS:]

    @property
    def ev1527_id(self) -> int:
        """The first 20 bits."""
        return self.code >> 4

    @property
    def ev1527_key(self) -> int:
        """The last 4 bits."""
        return self.code & 0xF

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CodeWord) and other.code == self.code

    def __hash__(self) -> int:
        return self.code

    def __repr__(self) -> str:
        return "CodeWord(0x%s)" % self.hex


def _bits_of(trits: str) -> int:
    code = 0
    for character in trits.upper():
        symbol = _TRITS.find(character)
        if symbol < 0:
            raise EncodeError("not a trit (0, 1, F or X): %r in %r" % (character, trits))
        code = code << 2 | symbol
    return code
