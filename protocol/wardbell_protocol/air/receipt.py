"""The receipt: a receiver tells a node, under the node's own key, that its press has arrived or that somebody comes.

Decides the 7 bytes of a receipt, what its tag covers, and its waveform. Specification: protocol/spec/air.md, "Receipt".
"""

from wardbell_protocol.air.frame import COUNTER_MAX, NODE_ID_MAX, PURPOSE_RECEIPT, manchester_durations
from wardbell_protocol.air.mac import TAG_BYTES, is_equal, tag
from wardbell_protocol.errors import EncodeError

RECEIPT_BYTES = 7
RECEIVED = 1
COMING = 2  # somebody has seen the call and is on the way
OVER = 3  # what the node had called for is cleared
STATES = (RECEIVED, COMING, OVER)

RECEIPT_SYNC = 0b0110

_HEAD_BYTES = RECEIPT_BYTES - TAG_BYTES
_COUNTER_MASK = 0x3F


class Receipt:
    """What a receiver answers: `node_id` and `counter` of the press that it answers, `state` RECEIVED, COMING or OVER."""

    def __init__(self, node_id: int, counter: int, state: int) -> None:
        if not 0 <= node_id <= NODE_ID_MAX or not 0 <= counter <= COUNTER_MAX:
            raise EncodeError(
                "a receipt has a node id 0..65535 and a counter 0..16777215; got %r, %r" % (node_id, counter)
            )
        if state not in STATES:
            raise EncodeError("a receipt says received (1), coming (2) or over (3); got %r" % (state,))
        self.node_id = node_id
        self.counter = counter
        self.state = state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Receipt) and _facts(self) == _facts(other)

    def __hash__(self) -> int:
        return hash(_facts(self))

    def __repr__(self) -> str:
        return "Receipt(0x%04X, counter=%d, state=%d)" % _facts(self)


def seal_receipt(receipt: Receipt, key: bytes) -> bytes:
    """Give the 7 bytes of a receipt, tagged with its node's key (16 bytes).

    The tag covers the whole counter; on the air go its lowest 6 bits, since the node knows the rest.
    """
    head = (receipt.node_id >> 8, receipt.node_id & 0xFF, receipt.state << 6 | receipt.counter & _COUNTER_MASK)
    return bytes(head) + _tag(receipt, key)


def open_receipt(raw: bytes, key: bytes, node_id: int, counter: int) -> "Receipt | None":
    """Read what a node whose newest press is `counter` has heard; None unless it answers that very press."""
    if len(raw) != RECEIPT_BYTES or raw[0] << 8 | raw[1] != node_id or (raw[2] ^ counter) & _COUNTER_MASK:
        return None
    state = raw[2] >> 6
    if state not in STATES:
        return None
    receipt = Receipt(node_id, counter, state)
    return receipt if is_equal(_tag(receipt, key), raw[_HEAD_BYTES:]) else None


def receipt_durations(raw: bytes) -> list[int]:
    """Spell a sealed receipt as carrier durations in whole µs: mark first, alternating, a mark last."""
    if len(raw) != RECEIPT_BYTES:
        raise EncodeError("a receipt has %d bytes; got %d" % (RECEIPT_BYTES, len(raw)))
    return manchester_durations(raw, RECEIPT_SYNC)


def _tag(receipt: Receipt, key: bytes) -> bytes:
    id_, counter = receipt.node_id, receipt.counter
    counted = (counter >> 16, counter >> 8 & 0xFF, counter & 0xFF)
    return tag(key, PURPOSE_RECEIPT + bytes((id_ >> 8, id_ & 0xFF) + counted + (receipt.state,)))


def _facts(receipt: Receipt) -> "tuple[int, int, int]":
    return (receipt.node_id, receipt.counter, receipt.state)
