"""The authenticated frame: which node, which press, what it says, and the proof that the node itself said it.

Decides the 10 bytes of a frame, what its tag covers, and its waveform. Which frames are news is `frame_receiver`'s
business. Specification: protocol/spec/air.md, "Authenticated frame".
"""

from wardbell_protocol.air.mac import TAG_BYTES, is_equal, tag
from wardbell_protocol.errors import EncodeError

FRAME_BYTES = 10
BODY_BYTES = FRAME_BYTES - TAG_BYTES
NODE_ID_MAX = 0xFFFF
COUNTER_MAX = 0xFFFFFF
COUNTER_ENDING = 0xFE0000  # 131,072 are left, over a year of heartbeats: time for a new key
EVENT_MAX = 0xF
BATTERY_MAX = 0xF
BATTERY_UNKNOWN = 0

# First byte of everything a node's key tags, so that no tag of one kind serves as another's.
PURPOSE_FRAME = b"\x01"
PURPOSE_RECEIPT = b"\x02"

CHIP_US = 150
START_CHIPS = 7  # mark, then
START_SPACE_CHIPS = 2
END_CHIPS = 2  # mark behind the last bit: its end tells a receiver at once that all bits are there
SYNC_BITS = 4
FRAME_SYNC = 0b1001

FRAME_US = (START_CHIPS + START_SPACE_CHIPS + 2 * SYNC_BITS + 16 * FRAME_BYTES) * CHIP_US  # to the last bit's end

_BATTERY_FIRST_MV = 1800
_BATTERY_STEP_MV = 100


class Frame:
    """What a node says.

    `node_id`: 0..0xFFFF; `counter`: of the press, 0..0xFFFFFF, never used twice; `event`: 0..15, the four data bits
    of the signal table; `battery`: 0 not measured, else 1..15 as `battery_level` gives it.
    """

    def __init__(self, node_id: int, counter: int, event: int, battery: int = BATTERY_UNKNOWN) -> None:
        _check("node id", node_id, NODE_ID_MAX)
        _check("counter", counter, COUNTER_MAX)
        _check("event", event, EVENT_MAX)
        _check("battery", battery, BATTERY_MAX)
        self.node_id = node_id
        self.counter = counter
        self.event = event
        self.battery = battery

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and _facts(self) == _facts(other)

    def __hash__(self) -> int:
        return hash(_facts(self))

    def __repr__(self) -> str:
        return "Frame(0x%04X, counter=%d, event=%d, battery=%d)" % _facts(self)


def seal(frame: Frame, key: bytes) -> bytes:
    """Give the 10 bytes of a frame, tagged with its node's key (16 bytes)."""
    body = bytes(
        (
            frame.node_id >> 8,
            frame.node_id & 0xFF,
            frame.counter >> 16,
            frame.counter >> 8 & 0xFF,
            frame.counter & 0xFF,
            frame.event << 4 | frame.battery,
        )
    )
    return body + frame_tag(body, key)


def open_frame(raw: bytes, key: bytes) -> "Frame | None":
    """Read a frame if `key` has tagged it; None if not, or if it has not 10 bytes."""
    if len(raw) != FRAME_BYTES or not is_equal(frame_tag(raw, key), raw[BODY_BYTES:]):
        return None
    return frame_of(raw)


def frame_tag(raw: bytes, key: bytes) -> bytes:
    """Give the tag that a frame with this body would have to carry."""
    return tag(key, PURPOSE_FRAME + bytes(raw[:BODY_BYTES]))


def frame_of(raw: bytes) -> Frame:
    """Read a frame's body, whatever its tag."""
    return Frame(node_id_of(raw), raw[2] << 16 | raw[3] << 8 | raw[4], raw[5] >> 4, raw[5] & 0xF)


def node_id_of(raw: bytes) -> int:
    """Say whose frame it claims to be, which is whose key must have tagged it."""
    return raw[0] << 8 | raw[1]


def frame_durations(raw: bytes) -> list[int]:
    """Spell a sealed frame as carrier durations in whole µs: mark first, alternating, a mark last.

    Whoever sends it switches the carrier off after the last mark.
    """
    if len(raw) != FRAME_BYTES:
        raise EncodeError("a frame has %d bytes; got %d" % (FRAME_BYTES, len(raw)))
    return manchester_durations(raw, FRAME_SYNC)


def manchester_durations(raw: bytes, sync: int) -> list[int]:
    """Spell start mark, sync bits, bytes and end mark: a 1 is mark and space, a 0 is space and mark, a chip each."""
    durations = [START_CHIPS * CHIP_US, START_SPACE_CHIPS * CHIP_US]
    bits = [sync >> shift & 1 for shift in range(SYNC_BITS - 1, -1, -1)]
    for byte in raw:
        bits += [byte >> shift & 1 for shift in range(7, -1, -1)]
    for bit in bits:
        _append(durations, bit, CHIP_US)
        _append(durations, 1 - bit, CHIP_US)
    _append(durations, 1, END_CHIPS * CHIP_US)
    return durations


def battery_level(millivolts: int) -> int:
    """Give a 3 V supply's voltage as a frame carries it: 1..15 is 1.8..3.2 V in steps of 0.1 V, rounded down."""
    return max(1, min(BATTERY_MAX, (millivolts - _BATTERY_FIRST_MV) // _BATTERY_STEP_MV + 1))


def battery_millivolts(level: int) -> "int | None":
    """Read a frame's battery level; None when the node does not measure it."""
    return None if level == BATTERY_UNKNOWN else _BATTERY_FIRST_MV + (level - 1) * _BATTERY_STEP_MV


def _append(durations: list[int], is_mark: int, size_us: int) -> None:
    if len(durations) & 1 == is_mark:  # an odd number of them ends with a mark
        durations[-1] += size_us
    else:
        durations.append(size_us)


def _check(what: str, value: int, most: int) -> None:
    if not isinstance(value, int) or not 0 <= value <= most:
        raise EncodeError("a frame's %s is 0..%d; got %r" % (what, most, value))


def _facts(frame: Frame) -> "tuple[int, int, int, int]":
    return (frame.node_id, frame.counter, frame.event, frame.battery)
