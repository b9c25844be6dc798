"""One end of the serial link: numbered messages, acknowledged, sent again, in order, once. Both ends run this class.

Every frame carries its sender's epoch, a number drawn at start. A HELLO (each second, and at once when asked)
says the sender's version, name, clock, oldest message still unacknowledged and next message wanted; it is the
heartbeat too. A peer whose epoch changes has started anew: its numbering begins where its HELLO says. DATA of
an epoch not yet introduced is ignored and will come again. An acknowledgement is sent only after the
application called `accept`, that is, after the message is safe.
"""

import json
import struct

from wardbell_protocol.errors import EncodeError
from wardbell_protocol.link.frame import ACK, DATA, HELLO, MAX_BODY, FrameReader, encode_frame
from wardbell_protocol.link.messages import UNKNOWN, check_message, encode_message

VERSION = 1
HELLO_EVERY_MS = 1000
DEAD_AFTER_MS = 5000  # five lost heartbeats
RESEND_MS = 400  # a full window of 8 frames of 120 bytes takes 85 ms at 115,200 baud; the host commits in a few ms
WINDOW = 8
QUEUE_LIMIT = 512

# Version, now_ms, oldest unacknowledged, next wanted and of which epoch of the other end, 1 = please answer.
_HELLO = ">BQIIIB"
_HELLO_BYTES = 22


class LinkMessage:
    """A message of the other end. Hand it to `accept` when it is safe; until then it is not acknowledged.

    It may be delivered again while it is not accepted. Messages of kind `unknown` need nothing but `accept`.
    """

    def __init__(self, seq: int, message: "dict[str, object]", epoch: int) -> None:
        self.seq = seq
        self.message = message
        self.epoch = epoch

    def __repr__(self) -> str:
        return f"LinkMessage({self.seq}, {self.message.get('t')!r})"  # no more of it: a station's message holds its key


class LinkUp:
    """The other end was heard again after silence, or has started anew (then its epoch is another)."""

    def __init__(self, name: str, epoch: int) -> None:
        self.name = name
        self.epoch = epoch


class LinkDown:
    """Nothing was heard from the other end for five heartbeats."""


class LinkPeer:
    """See the module's text.

    Args:
        name: who we are, at most 32 bytes of UTF-8.
        epoch: 1..2**30-1, drawn anew at each start.
    """

    def __init__(self, name: str, epoch: int, queue_limit: int = QUEUE_LIMIT) -> None:
        self.name = name
        self.epoch = epoch
        self.queue_limit = queue_limit
        self.is_up = False
        self.peer_name = ""
        self.peer_epoch = 0
        self.offset_ms = 0
        self.dropped = 0  # messages that fell out of a full queue
        self.rejects: dict[str, int] = {}
        self._reader = FrameReader()
        self._queue: list[bytes] = []
        self._oldest = 1  # number of _queue[0]
        self._sent = 0  # how many of the queue are on the line
        self._resend_at_ms: int | None = None
        self._expected = 0  # next number wanted from the peer
        self._accepted = 0  # highest number that is safe here
        self._offered = 0  # highest number given out by the present `receive`, which nobody can have accepted yet
        self._heard_at_ms: int | None = None
        self._hello_at_ms = 0
        self._out: list[bytes] = []

    @property
    def unacknowledged(self) -> int:
        """Messages sent or waiting that the other end has not yet made safe."""
        return len(self._queue)

    @property
    def last_acknowledged(self) -> int:
        """Number of the newest of our messages that is safe at the other end."""
        return self._oldest - 1

    def counts(self) -> "dict[str, int]":
        """Refused input by reason."""
        counts = dict(self.rejects)
        for reason, n in self._reader.rejects.items():
            counts[reason] = counts.get(reason, 0) + n
        return counts

    def send(self, message: "dict[str, object]", now_ms: int) -> int:
        """Queue a message; returns its number. A full queue loses its oldest and counts it.

        Raises:
            EncodeError: the message is not one of link/messages.py or is too long.
        """
        check_message(message)
        body = encode_message(message)
        if len(body) + 4 > MAX_BODY:
            raise EncodeError(f"link message of {len(body)} bytes is too long")
        if len(self._queue) >= self.queue_limit:
            self._queue.pop(0)
            self._oldest += 1
            self._sent = max(0, self._sent - 1)
            self.dropped += 1
            self._hello_at_ms = now_ms  # tell the peer that the numbering jumped
        self._queue.append(body)
        self._fill(now_ms)
        return self._oldest + len(self._queue) - 1

    def receive(self, data: bytes, now_ms: int) -> "list[LinkMessage | LinkUp | LinkDown]":
        """Take bytes off the line. Never raises."""
        events: list[LinkMessage | LinkUp | LinkDown] = []
        self._offered = self._accepted
        for kind, epoch, body in self._reader.receive(data):
            if kind == HELLO:
                events.extend(self._hello(epoch, body, now_ms))
            elif kind == DATA:
                events.extend(self._data(epoch, body, now_ms))
            elif kind == ACK:
                self._ack(epoch, body, now_ms)
            else:
                self._count("type")
        return events

    def accept(self, message: LinkMessage) -> None:
        """Acknowledge a message: it, and all before it, are safe here."""
        if message.epoch != self.peer_epoch:
            return  # one read held its sender's last words and its next life, whose numbers are others
        self._accepted = max(self._accepted, message.seq)
        self._out.append(self._ack_frame())

    def poll(self, now_ms: int) -> "list[LinkMessage | LinkUp | LinkDown]":
        """Send what is due: heartbeats, and unacknowledged messages again."""
        if now_ms >= self._hello_at_ms:
            self._say_hello(now_ms, ask=not self.is_up)
        if self._resend_at_ms is not None and now_ms >= self._resend_at_ms:
            self._sent = 0
            self._resend_at_ms = None
            self._fill(now_ms)
        if self.is_up and self._heard_at_ms is not None and now_ms >= self._heard_at_ms + DEAD_AFTER_MS:
            self.is_up = False
            self._resend_at_ms = None
            return [LinkDown()]
        return []

    def next_deadline_ms(self) -> int:
        """When `poll` next has something to do: at least the next heartbeat."""
        times = [self._hello_at_ms]
        if self._resend_at_ms is not None:
            times.append(self._resend_at_ms)
        if self.is_up and self._heard_at_ms is not None:
            times.append(self._heard_at_ms + DEAD_AFTER_MS)
        return min(times)

    def take_output(self) -> bytes:
        """Bytes for the line since the last call."""
        out = b"".join(self._out)
        self._out = []
        return out

    def line_lost(self) -> "list[LinkDown]":
        """The line itself is gone (cable, port): what was on it must be sent again."""
        self._sent = 0
        self._resend_at_ms = None
        self._out = []
        self._hello_at_ms = 0
        was_up = self.is_up
        self.is_up = False
        return [LinkDown()] if was_up else []

    def _fill(self, now_ms: int) -> None:
        if not self.is_up:
            return
        while self._sent < min(WINDOW, len(self._queue)):
            seq = self._oldest + self._sent
            self._out.append(encode_frame(DATA, self.epoch, struct.pack(">I", seq) + self._queue[self._sent]))
            self._sent += 1
        # Counted from the oldest on the line: messages that keep coming must not put off one that was lost.
        if self._sent and self._resend_at_ms is None:
            self._resend_at_ms = now_ms + RESEND_MS

    def _say_hello(self, now_ms: int, ask: bool) -> None:
        body = struct.pack(_HELLO, VERSION, now_ms, self._oldest, self._accepted + 1, self.peer_epoch, 1 if ask else 0)
        self._out.append(encode_frame(HELLO, self.epoch, body + self.name.encode()[:32]))
        self._hello_at_ms = now_ms + HELLO_EVERY_MS

    def _hello(self, epoch: int, body: bytes, now_ms: int) -> "list[LinkUp | LinkMessage | LinkDown]":
        if len(body) < _HELLO_BYTES:
            self._count("length")
            return []
        version, their_ms, oldest, wanted, about, ask = struct.unpack(_HELLO, body[:_HELLO_BYTES])
        if version != VERSION:
            self._count("version")
            return []
        self._heard_at_ms = now_ms
        self.offset_ms = now_ms - their_ms
        new = epoch != self.peer_epoch
        back = new or not self.is_up
        if new:
            self.peer_epoch = epoch
            self._expected = oldest
            self._accepted = self._offered = oldest - 1
        elif oldest > self._expected:
            self._expected = oldest  # its queue overflowed: what is missing will never come
            self._accepted = max(self._accepted, oldest - 1)
        self.peer_name = _text(body[_HELLO_BYTES:])
        self.is_up = True
        if back:
            self._sent = 0
            self._resend_at_ms = None
        if ask or new:
            self._say_hello(now_ms, ask=False)
        is_further = about == self.epoch and self._acknowledged_up_to(wanted - 1)
        if back or is_further:
            self._fill(now_ms)
        return [LinkUp(self.peer_name, epoch)] if back else []

    def _data(self, epoch: int, body: bytes, now_ms: int) -> "list[LinkMessage]":
        if epoch != self.peer_epoch or len(body) < 4:
            self._count("epoch" if len(body) >= 4 else "length")
            if epoch != self.peer_epoch:
                self._say_hello(now_ms, ask=True)
            return []
        self._heard_at_ms = now_ms
        seq = struct.unpack(">I", body[:4])[0]
        if seq <= self._accepted:
            self._out.append(self._ack_frame())  # our acknowledgement was lost on the way
            return []
        if seq <= self._offered:
            return []  # twice in one read, after a stall of the line
        if seq > self._expected:
            self._count("gap")
            return []
        # A number below the expected one was delivered and not accepted (a full disk): it is offered again.
        self._expected = max(self._expected, seq + 1)
        self._offered = seq
        try:
            message: "dict[str, object]" = json.loads(body[4:].decode())
            check_message(message)
        except (ValueError, EncodeError):
            # The frame was whole, so the sender speaks another dialect; it must be accepted or it
            # would come for ever.
            self._count("message")
            message = {"t": UNKNOWN}
        return [LinkMessage(seq, message, epoch)]

    def _ack(self, epoch: int, body: bytes, now_ms: int) -> None:
        if len(body) != 8:
            self._count("length")
            return
        about, wanted = struct.unpack(">II", body)
        if epoch != self.peer_epoch or about != self.epoch:
            self._count("epoch")
            return
        self._heard_at_ms = now_ms
        if self._acknowledged_up_to(wanted - 1):
            self._fill(now_ms)

    def _acknowledged_up_to(self, seq: int) -> bool:
        n = min(seq - self._oldest + 1, len(self._queue))
        if n <= 0:
            return False
        self._queue = self._queue[n:]
        self._oldest += n
        self._sent = max(0, self._sent - n)
        self._resend_at_ms = None
        return True

    def _ack_frame(self) -> bytes:
        return encode_frame(ACK, self.epoch, struct.pack(">II", self.peer_epoch, self._accepted + 1))

    def _count(self, reason: str) -> None:
        self.rejects[reason] = self.rejects.get(reason, 0) + 1


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except ValueError:
        return "?"
