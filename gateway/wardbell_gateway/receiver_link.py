"""One receiver's end of the serial link at the gateway: its presses and keys to the ward, the ward's calls to its display.

Bytes in, bytes out; the port itself is serial_port.py's. Every method runs under the ward's lock.
"""

import logging

from wardbell_gateway import receiver_words
from wardbell_gateway.desk import KeyUsed
from wardbell_gateway.ears import FrameId, Heard
from wardbell_gateway.journal import NO_WORD, JournalError, Mark
from wardbell_gateway.receiver_words import Message
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.air.codeword import N_BITS
from wardbell_protocol.air.frame import BATTERY_MAX, BATTERY_UNKNOWN, COUNTER_MAX, EVENT_MAX, NODE_ID_MAX
from wardbell_protocol.calls.board import CallEvent
from wardbell_protocol.errors import EncodeError
from wardbell_protocol.link.peer import DEAD_AFTER_MS, LinkDown, LinkMessage, LinkPeer, LinkUp
from wardbell_protocol.link.receiver_faults import TOLD

log = logging.getLogger("wardbell.gateway.receiver")

QUEUE_LIMIT = 4096  # a table of 1,000 stations and all calls, twice
_VERB_OF_KEY = {"ack": "acknowledge", "clear": "clear"}


class ReceiverLink:
    """See the module's text.

    Args:
        label: names the receiver in faults and life signs.
        epoch: of this start of the gateway, 1..2**30-1.
    """

    def __init__(self, ward: Ward, label: str, epoch: int, now: Now) -> None:
        self.label = label
        self.peer = LinkPeer(f"gateway-{ward.name}"[:32], epoch, QUEUE_LIMIT)
        self.lost_at_ms = now.up_ms
        self._ward = ward
        self._seen = 0  # newest message of the receiver that is safe
        self._stuck_at: int | None = None
        self._must_send_calls = False
        self._unwell: list[str] = []
        self._known_epoch = 0
        self.faults: set[tuple[str, str]] = set()  # what the receiver itself has found
        self.blind = ""  # why it hears nothing, as it last said
        self._dropped = 0
        ward.on_change.append(self._changed)
        ward.on_registry.append(self._send_table)

    @property
    def is_up(self) -> bool:
        """Whether the receiver is heard."""
        return self.peer.is_up

    @property
    def is_settled(self) -> bool:
        """Whether the receiver has made safe all that it was told."""
        return self.is_up and self.peer.unacknowledged == 0

    def receive(self, data: bytes, now: Now) -> None:
        """Take bytes off the line."""
        for event in self.peer.receive(data, now.up_ms):
            if isinstance(event, LinkMessage):
                self._message(event, now)
            elif isinstance(event, LinkUp):
                self._up(now)

    def poll(self, now: Now) -> None:
        """Send what is due."""
        if any(isinstance(event, LinkDown) for event in self.peer.poll(now.up_ms)):
            self._down(now.up_ms - DEAD_AFTER_MS)
        if self._must_send_calls and self.is_up:
            self._send_calls(now)

    def line_lost(self, now: Now) -> None:
        """The cable or port is gone."""
        if self.peer.line_lost():
            self._down(now.up_ms)

    def take_output(self) -> bytes:
        """Bytes for the line."""
        return self.peer.take_output()

    def tell_health(self, unwell: list[str], now: Now) -> None:
        """Which parts behind the gateway are not well."""
        if unwell != self._unwell:
            self._unwell = unwell
            self._send([receiver_words.health_message(unwell)], now)

    def _up(self, now: Now) -> None:
        log.info("%s: %s is there", self.label, self.peer.peer_name)
        self._stuck_at = None
        self._dropped = 0
        if self.peer.peer_epoch != self._known_epoch:
            self._known_epoch = self.peer.peer_epoch
            self.faults.clear()  # it has started anew
        try:
            self._seen = self._ward.journal.last_heard(*self._ear(self.peer.peer_epoch))
        except JournalError:
            self._seen = 0  # then the receiver keeps what it has itself; the fault is shown by the next write
        self._send_table(now)
        self._send([receiver_words.health_message(self._unwell)], now)

    def _down(self, lost_at_ms: int) -> None:
        log.warning("%s: %s is not heard any more", self.label, self.peer.peer_name)
        self.lost_at_ms = lost_at_ms

    def _message(self, message: LinkMessage, now: Now) -> None:
        if self._stuck_at is not None and message.seq > self._stuck_at:
            return  # accepting this one would also accept the one that could not be written; both come again
        seen, self._seen = self._seen, message.seq
        try:
            self._take(message, now)
        except JournalError:
            self._seen = seen
            self._stuck_at = message.seq
            return
        self._stuck_at = None
        self.peer.accept(message)

    def _take(self, message: LinkMessage, now: Now) -> None:
        fields = message.message
        kind = fields["t"]
        if kind in _VERB_OF_KEY:
            key = KeyUsed(_VERB_OF_KEY[str(kind)], str(fields["station"]), str(fields["kind"]), str(fields["detail"]))
            events = self._ward.key(key, self._mark(message, NO_WORD, now), now)
            self._must_send_calls = self._must_send_calls or not events
        elif kind in ("press", "press_end"):
            self._press(message, now)
        elif kind in ("frame", "frame_end"):
            self._frame(message, now)
        elif kind == "unknown_node":
            node_id = int(str(fields["node"]))
            if 0 <= node_id <= NODE_ID_MAX:
                self._ward.hear_unknown_node(self._mark(message, NO_WORD, now), node_id, now)
        elif kind == "fault":
            self._fault(fields, now)
        elif kind == "air":
            self._air(fields)
        elif kind == "status":
            self._status(fields)

    def _press(self, message: LinkMessage, now: Now) -> None:
        code = int(str(message.message["code"]))
        if not 0 <= code < 1 << N_BITS:
            return
        if message.message["t"] == "press_end":
            self._ward.press_ended(self._ear(message.epoch), code, self._unix_ms(message.message["end"], now))
            self._heard_well(message, code, None, now)
            return
        self._heeded(self._ward.hear(self._mark(message, code, now), now))

    def _frame(self, message: LinkMessage, now: Now) -> None:
        fields = message.message
        frame = FrameId(int(str(fields["node"])), int(str(fields["counter"])), int(str(fields["event"])))
        if not (
            0 <= frame.node_id <= NODE_ID_MAX and 0 <= frame.counter <= COUNTER_MAX and 0 <= frame.event <= EVENT_MAX
        ):
            return
        if fields["t"] == "frame_end":
            self._heard_well(message, NO_WORD, frame, now)
            return
        battery = max(BATTERY_UNKNOWN, min(BATTERY_MAX, int(str(fields["battery"]))))
        key_mark = str(fields.get("mark", ""))
        self._heeded(self._ward.hear_frame(self._mark(message, NO_WORD, now), frame, now, battery, key_mark))

    def _heeded(self, events: list[CallEvent] | None) -> None:
        # A press that did nothing here may have done something there; a heartbeat does nothing anywhere.
        self._must_send_calls = self._must_send_calls or events == []

    def _heard_well(self, message: LinkMessage, code: int, frame: FrameId | None, now: Now) -> None:
        fields = message.message
        quality = fields.get("quality")
        if isinstance(quality, int):
            copies = int(str(fields["words"] if frame is None else fields["copies"]))
            heard = Heard(self._ear(message.epoch), code, self._unix_ms(fields["at"], now), frame)
            self._ward.heard_well(heard, quality, copies, self.label)

    def _fault(self, fields: Message, now: Now) -> None:
        fault = (str(fields["part"]), str(fields["detail"]))
        if fault[1] not in TOLD:
            return
        if not fields["on"]:
            self.faults.discard(fault)
            return
        self.faults.add(fault)
        self._ward.judge({fault: True}, now)  # at once: the next word about the calls must not take it away

    def _air(self, fields: Message) -> None:
        blind = str(fields["blind"])
        if blind and blind != self.blind:
            figures = (fields["edges"], fields["normal"], fields["marks"])
            log.error("%s is blind: %s; %s edges a second (usual: %s), %s %% marks", self.label, blind, *figures)
        elif self.blind and not blind:
            log.warning("%s hears again", self.label)
        self.blind = blind

    def _status(self, fields: Message) -> None:
        dropped = int(str(fields["dropped"]))
        if dropped > self._dropped:
            log.error("%s: %d messages were lost, its queue was full", self.label, dropped - self._dropped)
        self._dropped = dropped

    def _mark(self, message: LinkMessage, code: int, now: Now) -> Mark:
        return Mark(*self._ear(message.epoch), message.seq, code, self._unix_ms(message.message["at"], now))

    def _ear(self, epoch: int) -> tuple[str, str]:
        # A receiver's life: one read may hold the last words of one and the first of the next.
        return (self.peer.peer_name, f"{epoch:08x}")

    def _unix_ms(self, device_ms: object, now: Now) -> int:
        up_ms = int(str(device_ms)) + self.peer.offset_ms
        return max(0, min(now.unix_ms, now.unix_ms - now.up_ms + up_ms))  # what was heard was not heard in future

    def _changed(self, events: list[CallEvent], now: Now) -> None:
        self._send([receiver_words.call_message(event.call, now.unix_ms, self._seen) for event in events], now)

    def _send_table(self, now: Now) -> None:
        registry = self._ward.registry
        self._send(receiver_words.table_messages(registry.stations, registry.policies), now)
        self._send_calls(now)

    def _send_calls(self, now: Now) -> None:
        self._must_send_calls = False
        self._send(receiver_words.calls_messages(self._ward.open_calls(), now.unix_ms, self._seen), now)

    def _send(self, messages: list[Message], now: Now) -> None:
        if not self.is_up:
            return  # all of it is sent when the receiver is back
        for message in messages:
            try:
                self.peer.send(message, now.up_ms)
            except EncodeError as error:
                log.error("%s: not sent: %s", self.label, error)
