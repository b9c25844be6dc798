"""Who sent it: SipHash-2-4 under a station's own key, cut to 32 bits.

Decides how a tag is made and compared; what is tagged is `frame`'s business. Words of 64 bits are kept as four limbs
of 16, lowest first, so that no number grows past the 31 bits that a 32-bit board holds without the heap.
Why this one: decisions/0006. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", INDOCRYPT 2012;
vectors/mac.json.
"""

from wardbell_protocol.errors import EncodeError

KEY_BYTES = 16
TAG_BYTES = 4

_M = 0xFFFF
_WORD_BYTES = 8
# "somepseudorandomlygeneratedbytes", the paper's v0, v1, v2, v3.
_START = (
    (0x6575, 0x7073, 0x6D65, 0x736F),
    (0x6F6D, 0x6E64, 0x7261, 0x646F),
    (0x7261, 0x6E65, 0x6765, 0x6C79),
    (0x6573, 0x7974, 0x6462, 0x7465),
)
_COMPRESSIONS = 2
_FINALISATIONS = 4


def tag(key: bytes, message: bytes) -> bytes:
    """Give the 4 bytes that only the holders of `key` (16 bytes) can give for `message`."""
    return siphash(key, message)[:TAG_BYTES]


def is_equal(a: bytes, b: bytes) -> bool:
    """Compare two tags in a time that does not tell where they differ."""
    if len(a) != len(b):
        return False
    difference = 0
    for at in range(len(a)):
        difference |= a[at] ^ b[at]
    return difference == 0


def check_key(key: bytes) -> bytes:
    """Give back a key that can be used; EncodeError otherwise. The text never shows the key."""
    if not isinstance(key, (bytes, bytearray)):
        raise EncodeError("a key is %d bytes; got %s" % (KEY_BYTES, type(key).__name__))
    if len(key) != KEY_BYTES:
        raise EncodeError("a key has %d bytes, 32 hex digits; got %d bytes" % (KEY_BYTES, len(key)))
    return bytes(key)


def siphash(key: bytes, message: bytes) -> bytes:
    """Compute SipHash-2-4: 8 bytes, as the reference code writes them."""
    check_key(key)
    halves = (_limbs(key, 0), _limbs(key, _WORD_BYTES))
    state = []
    for word in range(4):
        state += [_START[word][at] ^ halves[word & 1][at] for at in range(4)]
    size = len(message)
    padded = bytes(message) + bytes(_WORD_BYTES - 1 - size % _WORD_BYTES) + bytes((size & 0xFF,))
    for start in range(0, len(padded), _WORD_BYTES):
        block = _limbs(padded, start)
        for at in range(4):
            state[12 + at] ^= block[at]
        _mix(state, _COMPRESSIONS)
        for at in range(4):
            state[at] ^= block[at]
    state[8] ^= 0xFF
    _mix(state, _FINALISATIONS)
    digest = bytearray()
    for at in range(4):
        limb = state[at] ^ state[4 + at] ^ state[8 + at] ^ state[12 + at]
        digest.append(limb & 0xFF)
        digest.append(limb >> 8)
    return bytes(digest)


def _limbs(data: bytes, start: int) -> list[int]:
    return [data[at] | data[at + 1] << 8 for at in range(start, start + _WORD_BYTES, 2)]


def _mix(state: list[int], n_rounds: int) -> None:
    """Run SipRounds: a, b, c, d are the paper's v0..v3. One body, for a call a step costs more than the step."""
    a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3 = state
    for _ in range(n_rounds):
        a0 += b0
        a1 += b1 + (a0 >> 16)
        a2 += b2 + (a1 >> 16)
        a3 = (a3 + b3 + (a2 >> 16)) & _M
        a0, a1, a2, x = a0 & _M, a1 & _M, a2 & _M, b3
        b3 = (b3 << 13 & _M | b2 >> 3) ^ a3
        b2 = (b2 << 13 & _M | b1 >> 3) ^ a2
        b1 = (b1 << 13 & _M | b0 >> 3) ^ a1
        b0 = (b0 << 13 & _M | x >> 3) ^ a0
        c0 += d0
        c1 += d1 + (c0 >> 16)
        c2 += d2 + (c1 >> 16)
        c3 = (c3 + d3 + (c2 >> 16)) & _M
        c0, c1, c2 = c0 & _M, c1 & _M, c2 & _M
        d0, d1, d2, d3 = d3 ^ c0, d0 ^ c1, d1 ^ c2, d2 ^ c3
        a2, a3, a0, a1 = a0 + d2, a1 + d3, a2 + d0, a3 + d1  # limbs exchanged, v0 turned by 32
        a1 += a0 >> 16
        a2 += a1 >> 16
        a3 = a3 + (a2 >> 16) & _M
        a0, a1, a2, x, y = a0 & _M, a1 & _M, a2 & _M, d3, d2
        d3 = (d2 << 5 & _M | d1 >> 11) ^ a3
        d2 = (d1 << 5 & _M | d0 >> 11) ^ a2
        d1 = (d0 << 5 & _M | x >> 11) ^ a1
        d0 = (x << 5 & _M | y >> 11) ^ a0
        c0 += b0
        c1 += b1 + (c0 >> 16)
        c2 += b2 + (c1 >> 16)
        c3 = (c3 + b3 + (c2 >> 16)) & _M
        c0, c1, c2, x, y = c0 & _M, c1 & _M, c2 & _M, b3, b2
        b3 = (b2 << 1 & _M | b1 >> 15) ^ c3
        b2 = (b1 << 1 & _M | b0 >> 15) ^ c2
        b1 = (b0 << 1 & _M | x >> 15) ^ c1
        b0 = (x << 1 & _M | y >> 15) ^ c0
        c0, c1, c2, c3 = c2, c3, c0, c1
    state[:] = [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3]
