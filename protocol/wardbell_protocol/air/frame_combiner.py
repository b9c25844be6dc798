"""Soft bits to true frames: copies of one frame are added up, and its least sure bits may be turned.

Decides when what was heard of a frame suffices. A frame counts as true only if its node's key has tagged the very bytes
that come out, and how many byte strings one hearing may be tried as is bounded: see decisions/0007 for what that
leaves of the tag's strength. Whether a true frame is news is `frame_receiver`'s business.
"""

from wardbell_protocol.air.ear import recounted
from wardbell_protocol.air.frame import BODY_BYTES, FRAME_BYTES, frame_tag, node_id_of
from wardbell_protocol.air.frame_slicer import bytes_of

N_WEAK = 6  # the least sure bits of a hearing, of which
MOST_TURNED = 2  # at most so many are turned

_N_BITS = 8 * FRAME_BYTES
_BODY_BITS = 8 * BODY_BYTES
_N_SUMS = 6
_SUM_LIFE_US = 5000000  # a node's copies come within 4 s
# Per cent of agreement, weighted by sureness, for two hearings to be of one frame. Two frames of one node differ in
# little but their tags, so these are looked at by themselves.
_AGREEMENT = 50
_TAG_AGREEMENT = 35
_COPY_TAG_PERCENT = 88  # of a tag's sureness: noise turns unsure bits, another press's tag any of them


class HearingSum:
    """Copies of what seems to be one frame, added bit by bit."""

    def __init__(self, soft: list[int], now_us: int) -> None:
        self.soft = soft[:]
        self.copies = 1
        self.start_us = now_us

    def add(self, soft: list[int]) -> None:
        """Add one more copy."""
        for at in range(_N_BITS):
            self.soft[at] += soft[at]
        self.copies += 1


class FrameCombiner:
    """Remembers hearings that were not good enough alone."""

    def __init__(self) -> None:
        self._sums: list[HearingSum] = []

    def renew(self, later_us: int) -> None:
        """Times are counted from so much later on."""
        for heard in self._sums:
            heard.start_us = recounted(heard.start_us, later_us)

    def add(self, soft: list[int], now_us: int) -> HearingSum:
        """Add a hearing to what seems to be its frame; give that sum, which may be this hearing alone."""
        self._sums = [heard for heard in self._sums if now_us - heard.start_us < _SUM_LIFE_US]
        best = None
        best_agreement = _AGREEMENT
        for heard in self._sums:
            if agreement(heard.soft, soft, _BODY_BITS) >= _TAG_AGREEMENT:
                found = agreement(heard.soft, soft, 0)
                if found >= best_agreement:
                    best, best_agreement = heard, found
        if best is not None:
            best.add(soft)
            return best
        if len(self._sums) >= _N_SUMS:
            self._sums.pop(0)
        self._sums.append(HearingSum(soft, now_us))
        return self._sums[-1]

    def forget(self, heard: HearingSum) -> None:
        """Drop a sum whose frame is known."""
        if heard in self._sums:
            self._sums.remove(heard)


def agreement(soft: list[int], other: list[int], first: int) -> int:
    """Say how far two hearings agree from bit `first` on, -100..100 %."""
    together = apart = 0
    for at in range(first, len(soft)):
        weight = soft[at] * other[at]
        if weight > 0:
            together += weight
        else:
            apart -= weight
    total = (together + apart) // 100
    return (together - apart) // total if total else 0


def corrected(soft: list[int], keys: "dict[int, bytes]", most_turned: int) -> "bytes | None":
    """Find the true frame among the byte strings nearest to a hearing; None if there is none.

    Tried are the likeliest bits, and those with up to `most_turned` of the `N_WEAK` least sure bits turned.
    """
    raw = bytearray(bytes_of(soft))
    body_bits, tag_mask = _turnable(soft, most_turned)
    for turned in _choices(body_bits, most_turned):
        body = _body_with(raw, turned)
        key = keys.get(node_id_of(body))
        if key is not None:
            expected = frame_tag(body, key)
            if _fits(raw, expected, tag_mask, most_turned - len(turned)):
                return body + expected
    return None


def is_of_known(soft: list[int], keys: "dict[int, bytes]", most_turned: int) -> bool:
    """Whether any byte string that `corrected` tries names a node with a key."""
    raw = bytearray(bytes_of(soft))
    body_bits, _ = _turnable(soft, most_turned)
    return any(node_id_of(_body_with(raw, turned)) in keys for turned in _choices(body_bits, most_turned))


def is_same_tag(raw: bytes, soft: list[int]) -> bool:
    """Whether a weak hearing carries the tag of `raw` but for bits of which it is not sure itself."""
    fits = total = 0
    for at in range(_BODY_BITS, _N_BITS):
        size = abs(soft[at])
        total += size
        if (soft[at] > 0) == bool(raw[at >> 3] & 0x80 >> (at & 7)):
            fits += size
    return 100 * fits >= _COPY_TAG_PERCENT * total


def weakest(soft: list[int], n: int) -> list[int]:
    """Give the places of the `n` least sure bits, least sure first."""
    return sorted(range(len(soft)), key=lambda at: abs(soft[at]))[:n]


def _turnable(soft: list[int], most_turned: int) -> "tuple[list[int], bytearray]":
    """Give the weak bits of the body, and a mask of those of the tag."""
    tag_mask = bytearray(FRAME_BYTES)
    body_bits = []
    for bit in weakest(soft, N_WEAK) if most_turned else []:
        if bit < _BODY_BITS:
            body_bits.append(bit)
        else:
            _turn(tag_mask, bit)
    return body_bits, tag_mask


def _body_with(raw: bytearray, turned: "tuple[int, ...]") -> bytes:
    body = bytearray(raw[:BODY_BYTES])
    for bit in turned:
        _turn(body, bit)
    return bytes(body)


def _choices(bits: list[int], most: int) -> "list[tuple[int, ...]]":
    """Give each set of up to `most` (0..2) of these bits, fewest first."""
    choices: list[tuple[int, ...]] = [()]
    if most >= 1:
        choices += [(bit,) for bit in bits]
    if most >= 2:
        choices += [(bits[at], bits[after]) for at in range(len(bits)) for after in range(at + 1, len(bits))]
    return choices


def _fits(raw: bytearray, expected: bytes, tag_mask: bytearray, most: int) -> bool:
    """Whether the tag heard is the expected one but for at most `most` bits, all of them weak; no early exit."""
    n_turned = 0
    elsewhere = 0
    for at in range(len(expected)):
        difference = raw[BODY_BYTES + at] ^ expected[at]
        elsewhere |= difference & ~tag_mask[BODY_BYTES + at]
        n_turned += n_ones(difference)
    return elsewhere == 0 and n_turned <= most


def n_ones(byte: int) -> int:
    """Count the ones of a byte."""
    byte -= byte >> 1 & 0x55
    byte = (byte & 0x33) + (byte >> 2 & 0x33)
    return byte + (byte >> 4) & 0xF


def _turn(raw: bytearray, bit: int) -> None:
    raw[bit >> 3] ^= 0x80 >> (bit & 7)
