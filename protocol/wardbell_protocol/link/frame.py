"""Frames on the serial line between receiver and host: byte stuffing and a CRC, nothing else.

    ~ | type 1 | epoch 4 | body 0..480 | crc 2 | ~

Bytes 0x7E (`~`) and 0x7D inside a frame are sent as 0x7D and the byte XOR 0x20. Numbers are big-endian. The CRC is
CRC-16/CCITT-FALSE (poly 0x1021, init 0xFFFF, check value of "123456789" 0x29B1) over type, epoch and body.
Anything between frames (boot messages, a terminal's typing, noise) fails the CRC or the length and is counted.
Layout and reasons: protocol/spec/link.md.
"""

import struct

FLAG = 0x7E
ESCAPE = 0x7D
FLIP = 0x20

HELLO = 1
DATA = 2
ACK = 3

MAX_BODY = 480
_HEAD = ">BI"
_HEAD_BYTES = 5
_CRC_BYTES = 2


def _crc_table() -> "list[int]":
    table = []
    for nibble in range(16):
        crc = nibble << 12
        for _ in range(4):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
        table.append(crc)
    return table


# Sixteen entries, not 256: half a kilobyte of RAM matters more on the device than two look-ups a byte.
_TABLE = _crc_table()


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE of `data`."""
    crc = 0xFFFF
    for byte in data:
        crc = (crc << 4 & 0xFFFF) ^ _TABLE[crc >> 12 ^ byte >> 4]
        crc = (crc << 4 & 0xFFFF) ^ _TABLE[crc >> 12 ^ byte & 15]
    return crc


def encode_frame(kind: int, epoch: int, body: bytes) -> bytes:
    """One frame with both its flags. `epoch` is 0..2**30-1, the sender's session; `body` at most 480 bytes."""
    inner = struct.pack(_HEAD, kind, epoch) + body
    crc = crc16(inner)
    out = bytearray([FLAG])
    for byte in inner + bytes([crc >> 8, crc & 0xFF]):
        if byte in (FLAG, ESCAPE):
            out.append(ESCAPE)
            out.append(byte ^ FLIP)
        else:
            out.append(byte)
    out.append(FLAG)
    return bytes(out)


class FrameReader:
    """Finds frames in any stream of bytes. `rejects` counts by reason what was not a frame: `crc`,
    `length`, `escape`, `long`.
    """

    def __init__(self) -> None:
        self.rejects: dict[str, int] = {}
        self._bytes = bytearray()
        self._escaped = False
        self._bad = ""

    def receive(self, data: bytes) -> "list[tuple[int, int, bytes]]":
        """Frames completed by `data`, as (type, epoch, body). Never raises."""
        frames = []
        for byte in data:
            if byte == FLAG:
                frame = self._finish()
                if frame is not None:
                    frames.append(frame)
            elif len(self._bytes) >= MAX_BODY + _HEAD_BYTES + _CRC_BYTES:
                self._bad = "long"
            elif byte == ESCAPE:
                if self._escaped:
                    self._bad = "escape"
                self._escaped = True
            else:
                self._bytes.append(byte ^ FLIP if self._escaped else byte)
                self._escaped = False
        return frames

    def _finish(self) -> "tuple[int, int, bytes] | None":
        inner = bytes(self._bytes)
        bad = self._bad or ("escape" if self._escaped else "")
        self._bytes = bytearray()
        self._escaped = False
        self._bad = ""
        if not inner and not bad:
            return None  # two flags in a row: the end of one frame and the start of the next
        if not bad and len(inner) < _HEAD_BYTES + _CRC_BYTES:
            bad = "length"
        if not bad and crc16(inner[:-2]) != inner[-2] << 8 | inner[-1]:
            bad = "crc"
        if bad:
            self.rejects[bad] = self.rejects.get(bad, 0) + 1
            return None
        kind, epoch = struct.unpack(_HEAD, inner[:_HEAD_BYTES])
        return kind, epoch, inner[_HEAD_BYTES:-2]
