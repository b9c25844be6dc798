"""The receiver's rules: what was heard, what the host says and what the key wants, to display, tone and messages.

Everything works with the host dead: the board is the shared `CallBoard`, the stations are the receiver's own
copy. With the host alive the gateway decides (`merge`). Texts, tones and keys: firmware/README.md.
"""

from wardbell_firmware.drivers.key import PRESSED, RELEASED, DebouncedKey
from wardbell_firmware.receiver import text
from wardbell_firmware.receiver.annunciator import Annunciator
from wardbell_firmware.receiver.host import UNTOLD, HostSide, frame_message, key_message, press_message
from wardbell_firmware.receiver.keyed_nodes import COUNTERS_FILE, KeyedNodes
from wardbell_firmware.receiver.memory import OPEN_CALLS_FILE, OpenCalls, from_file, press_of, to_file
from wardbell_firmware.receiver.merge import CallMerge
from wardbell_firmware.receiver.node_answers import NodeAnswers
from wardbell_firmware.receiver.radio_health import AIR_FILE, RadioHealth
from wardbell_firmware.receiver.table import TableCopy
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame_press import FrameStarted
from wardbell_protocol.air.presses import PressReceiver, PressStarted
from wardbell_protocol.air.refusals import BARE
from wardbell_protocol.calls.board import (
    EV_CLEARED,
    EV_PLACED,
    EV_PRESSED_AGAIN,
    EV_RAISED_AGAIN,
    CallBoard,
    FaultGone,
    FaultRaised,
    Signal,
    Verb,
)
from wardbell_protocol.calls.call import ALLOWED, PLACED
from wardbell_protocol.calls.signals import AT_RECEIVER, FAULT, HEARTBEAT
from wardbell_protocol.link.peer import LinkMessage, LinkUp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.frame_press import FrameEnded
    from wardbell_protocol.air.portion import Portion
    from wardbell_protocol.air.presses import PressEnded
    from wardbell_protocol.calls.board import CallEvent
    from wardbell_protocol.calls.call import Call
    from wardbell_protocol.calls.station import Station
    from wardbell_protocol.link.peer import LinkDown

HOLD_MS = 3000
STATUS_EVERY_MS = 60000


class ReceiverDesk:
    """Air, line and key in; `lines`, `tone_hz`, bytes for the line and files to save out.

    Args:
        name: what the host knows the receiver by.
        epoch: drawn at start, 1..2**30-1.
        has_host: False where none is fitted; then its absence is no trouble.
        has_transmitter: it can answer nodes; else `answers` is None.
    """

    def __init__(self, name: str, epoch: int, has_host: bool = True, has_transmitter: bool = False) -> None:
        self.name = name
        self.copy = TableCopy()
        self.board = CallBoard("r", self.copy.policies)
        self.host = HostSide(name, epoch, has_host)
        self.radio = RadioHealth()
        self.nodes = KeyedNodes()
        self.answers = NodeAnswers(self.board) if has_transmitter else None
        self.n_unknown = 0
        self.n_refused = 0
        self._presses = PressReceiver()
        self._merge = CallMerge(self.board)
        self._annunciator = Annunciator()
        self._memory = OpenCalls()
        self._key = DebouncedKey()
        self._held: Call | None = None  # the call that was shown when the key went down
        self._meant: Call | None = None  # the call that a short press answers, as things were then
        self._health: tuple[bool, str] | None = None
        self._status_at_ms = STATUS_EVERY_MS

    @property
    def n_all_refused(self) -> int:
        """What came over the line or out of the store and was not as the spec has it."""
        return self.n_refused + self._merge.n_refused + self.copy.n_refused

    def load(self, name: str, data: "bytes | None", now_ms: int) -> None:
        """Take a saved file, or that there is none, before anything else."""
        if name == AIR_FILE:
            self.n_refused += 0 if self.radio.load(data) else 1
        elif name == COUNTERS_FILE:
            self.n_refused += 0 if data is None or self.nodes.load(data) else 1
        elif name != OPEN_CALLS_FILE:
            self.copy.load(name, data)
            self.nodes.use_table(self.copy.table)
        elif data is not None:
            messages = from_file(data)
            if messages is None:
                self.n_refused += 1
            for message in messages or ():
                self._remember(message, now_ms)

    # In.

    def receive_air(self, portion: "Portion", now_ms: int) -> None:
        """The next durations."""
        if portion.n:
            self.radio.receive(portion)
            self._heard(self._presses.receive(portion), now_ms)
            self._heard_frames(self.nodes.receive(portion), now_ms)
            if self.answers is not None:
                self.answers.receive(portion, self.nodes.answerable, now_ms)

    def receive_line(self, data: bytes, now_ms: int) -> None:
        """Bytes from the host."""
        if data:
            self._from_host(self.host.receive(data, now_ms), now_ms)

    def receive_key(self, is_closed: bool, now_ms: int) -> None:
        """The acknowledge key's contact as it is now."""
        change = self._key.receive(is_closed, now_ms)
        if change == PRESSED:
            self._held, self._meant = self._annunciator.shown, self._annunciator.answerable
        elif change == RELEASED and self._held is not None:
            self._held = None
            self._acknowledge(now_ms)

    def poll(self, now_ms: int) -> None:
        """Do what is due and settle what is shown and sounded."""
        self._heard(self._presses.poll(now_ms * 1000), now_ms)
        self._heard_frames(self.nodes.poll(now_ms), now_ms)
        self._judge_refused(now_ms)
        if self.radio.poll(now_ms, self._presses.n_words + self.nodes.n_frames, self.nodes.n_read):
            self._annunciator.redraw(now_ms)
        self._from_host(self.host.poll(now_ms), now_ms)
        for key, number in self.host.tell_again(now_ms):
            self._merge.changed_here(key, number)
        reraise_at_ms = self.board.next_deadline_ms()
        if reraise_at_ms is not None and now_ms >= reraise_at_ms:
            self._happened(self.board.poll(now_ms), 0, now_ms)
        if self._held is not None and now_ms >= self._key.down_at_ms + HOLD_MS:
            held, self._held = self._held, None
            self._clear(held, now_ms)
        self._send_status(now_ms)
        self._send_air(now_ms)
        self._save(now_ms)
        self._annunciator.is_frozen = self._held is not None
        self._annunciator.poll(self._trouble(), now_ms)

    # Out.

    @property
    def lines(self) -> "tuple[str, str]":
        """What the display is to show."""
        return self._annunciator.lines

    @property
    def tone_hz(self) -> int:
        """What the sounder is to play; 0 = silence."""
        return self._annunciator.tone_hz

    def take_output(self) -> bytes:
        """Bytes for the line. Save `take_unsaved` first: these bytes tell the host that it is safe."""
        return self.host.peer.take_output()

    def take_unsaved(self) -> "dict[str, bytes]":
        """Files to replace."""
        return self.copy.take_unsaved()

    def next_deadline_ms(self) -> "int | None":
        """When `poll` next has something to do."""
        air_us = self._presses.next_deadline_us()
        times = [
            self.host.next_deadline_ms(),
            self.board.next_deadline_ms(),
            self._key.next_deadline_ms(),
            self._annunciator.next_deadline_ms(),
            self._memory.next_deadline_ms(),
            None if air_us is None else -(-air_us // 1000),
            self.radio.next_deadline_ms(),
            self.nodes.next_deadline_ms(),
            self._key.down_at_ms + HOLD_MS if self._held is not None else None,
            self._status_at_ms if self.host.is_up else None,
        ]
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    # Heard.

    def _heard(self, events: "list[PressStarted | PressEnded]", now_ms: int) -> None:
        for event in events:
            found = self._resolve(event.press.code, now_ms) if isinstance(event, PressStarted) else None
            if isinstance(event, PressStarted) and not _is_heartbeat(found):
                self._pressed(found, press_message(event), False, now_ms)
            elif self.host.is_up:  # how well it was heard must not push presses out of a waiting queue
                self.host.send(press_message(event), now_ms)

    def _heard_frames(self, events: "list[FrameStarted | FrameEnded]", now_ms: int) -> None:
        for event in events:
            found = self.copy.table.resolve_frame(event.press.node_id, event.press.event)
            if self.answers is not None and isinstance(event, FrameStarted):
                self.answers.pressed(found, event.press, self.copy.table)
            message = frame_message(event, self.nodes.mark_of(event.press.node_id))
            if isinstance(event, FrameStarted) and not _is_heartbeat(found):
                self._pressed(found, message, True, now_ms)
            elif self.host.is_up:  # as above
                self.host.send(message, now_ms)

    def _resolve(self, code: int, now_ms: int) -> "tuple[Station, str] | None":
        word = CodeWord(code)
        found = self.copy.table.resolve(word.hex, word.trits)
        if found is None:
            keyed = self.copy.table.keyed_station(word.hex, word.trits)
            if keyed is None:
                self.n_unknown += 1
            else:
                self.nodes.refused(keyed.station_id, BARE, now_ms)
        return found

    def _pressed(
        self, found: "tuple[Station, str] | None", message: "dict[str, object]", is_authenticated: bool, now_ms: int
    ) -> None:
        number = self._tell(message, now_ms)
        if found is None:
            return
        events = self.board.receive(Signal(found[0], found[1], is_authenticated), now_ms)
        for event in events:
            if event.kind in (EV_PLACED, EV_PRESSED_AGAIN):
                self.host.pressed(event.call.key, number, message)
        self._happened(events, number, now_ms)

    def _judge_refused(self, now_ms: int) -> None:
        """Forged, replayed and bare transmissions that repeat are a fault of their station."""
        for station_id, kind, is_on in self.nodes.take_changes(now_ms):
            number = self._tell_fault(station_id, kind, is_on, now_ms)
            station = self.copy.table.stations.get(station_id)
            fault = FaultRaised(station_id, kind, station) if is_on else FaultGone(station_id, kind)
            self._happened(self.board.receive(fault, now_ms), number, now_ms)
        for node_id in self.nodes.take_unknown():
            if self.host.is_up:
                self._tell({"t": "unknown_node", "node": node_id, "at": now_ms}, now_ms)

    # Host.

    def _from_host(self, events: "list[LinkMessage | LinkUp | LinkDown]", now_ms: int) -> None:
        for event in events:
            self._annunciator.redraw(now_ms)
            if isinstance(event, LinkMessage):
                try:
                    self._host_says(event.message, now_ms)
                except (ValueError, TypeError, KeyError, AttributeError):
                    self.n_refused += 1  # well framed and yet not as the spec has it
                self.host.peer.accept(event)
            elif isinstance(event, LinkUp):
                self._host_is_up(event.epoch, now_ms)

    def _remember(self, message: "dict[str, object]", now_ms: int) -> None:
        """A call that was open before the power was lost."""
        events = self._merge.call(message, 0, now_ms)
        self._happened(events, 0, now_ms)
        for event in events:
            if event.call.kind == FAULT:
                self.nodes.remember(event.call.station_id, event.call.detail, now_ms)
        press = press_of(message, events[0].call.placed_at_ms) if events else None
        if press is not None:
            self.host.pressed(events[0].call.key, UNTOLD, press)
            self._merge.changed_here(events[0].call.key, UNTOLD)

    def _host_is_up(self, epoch: int, now_ms: int) -> None:
        self.radio.tell()
        if epoch != self.host.known_epoch:
            self.host.known_epoch = epoch
            self._health = None
            self._merge.host_is_new()
            self.copy.host_is_new()
            for station_id, kind in self.nodes.faults:
                number = self._tell_fault(station_id, kind, True, now_ms)
                self._merge.changed_here((station_id, FAULT, kind), number)

    def _host_says(self, message: "dict[str, object]", now_ms: int) -> None:
        kind = message["t"]
        if kind == "call":
            self._happened(self._merge.call(message, self.host.seen(message["seen"]), now_ms), 0, now_ms)
        elif kind == "calls":
            n = message["n"]
            if isinstance(n, int):
                self._happened(self._merge.calls(n, self.host.seen(message["seen"]), now_ms), 0, now_ms)
        elif kind == "station":
            self.copy.station(message)
        elif kind == "stations":
            n = message["n"]
            if isinstance(n, int) and self.copy.stations(n):
                self.nodes.use_table(self.copy.table)
        elif kind == "reraise":
            self.copy.reraise(message["by_kind"])
        elif kind == "health":
            self._health = (bool(message["ok"]), str(message["text"]))

    def _tell(self, message: "dict[str, object]", now_ms: int) -> int:
        number = self.host.send(message, now_ms)
        for key in self.host.untold():
            self._merge.changed_here(key, UNTOLD)
        return number

    def _tell_fault(self, station_id: str, kind: str, is_on: bool, now_ms: int) -> int:
        return self._tell({"t": "fault", "part": station_id, "detail": kind, "on": is_on, "at": now_ms}, now_ms)

    def _save(self, now_ms: int) -> None:
        is_due = self._memory.is_due(now_ms)
        counters = self.nodes.take_file(is_due, now_ms)
        if counters is not None:
            self.copy.unsaved[COUNTERS_FILE] = counters
        if is_due:
            calls = self.board.open_calls()
            self.copy.unsaved[OPEN_CALLS_FILE] = to_file(calls, self.host.presses_untold(), now_ms)

    def _send_status(self, now_ms: int) -> None:
        """Once a minute, and only to a host that is there: it must not push presses out of the queue."""
        if now_ms < self._status_at_ms or not self.host.is_up:
            return
        self._status_at_ms = now_ms + STATUS_EVERY_MS
        self.radio.tell()
        rejects = dict(self._presses.rejects)
        for reason in ("forged", "replayed", "reused"):
            rejects[reason] = self.nodes.rejects.get(reason, 0)
        rejects["unknown"] = self.n_unknown + self.nodes.rejects.get("unknown", 0)
        rejects["refused"] = self.n_all_refused
        rejects["line"] = sum(self.host.peer.counts().values())
        words, dropped = self._presses.n_words, self.host.peer.dropped
        self._tell({"t": "status", "at": now_ms, "rejects": rejects, "words": words, "dropped": dropped}, now_ms)

    def _send_air(self, now_ms: int) -> None:
        """How the ear is: with each status, when it changes, and to a host that is new."""
        message = self.radio.take_message(now_ms) if self.host.is_up else None
        if message is not None:
            self._tell(message, now_ms)
        normal = self.radio.take_file()
        if normal is not None:
            self.copy.unsaved[AIR_FILE] = normal

    # Key.

    def _acknowledge(self, now_ms: int) -> None:
        call = self.board.calls.get(self._meant.call_id) if self._meant is not None else None
        if call is None or call.status != PLACED:
            return  # answered elsewhere while the finger was on the key: it answers nothing that nobody has seen
        self._verb("acknowledge", "ack", call, now_ms)
        self._annunciator.show(call, now_ms)

    def _clear(self, held: "Call", now_ms: int) -> None:
        call = self.board.calls.get(held.call_id)
        if call is None:
            return
        if call.may_clear(AT_RECEIVER):
            self._verb("clear", "clear", call, now_ms)
        else:
            self._annunciator.show(call, now_ms, text.CLEAR_AT_BED)

    def _verb(self, verb: str, kind: str, call: "Call", now_ms: int) -> None:
        if call.status not in ALLOWED[verb]:
            return
        number = self._tell(key_message(kind, call, now_ms), now_ms)
        self._happened(self.board.receive(Verb(verb, call.call_id, self.name, AT_RECEIVER), now_ms), number, now_ms)

    # What follows from it.

    def _happened(self, events: "list[CallEvent]", number: int, now_ms: int) -> None:
        if not events:
            return
        if self.answers is not None:
            self.answers.happened(events, now_ms)
        self._annunciator.update(list(self.board.calls.values()), now_ms)
        if any(event.kind != EV_PRESSED_AGAIN for event in events):
            self._memory.changed(now_ms)
        for event in events:
            if number:
                self._merge.changed_here(event.call.key, number)
            if event.kind == EV_CLEARED:
                self.host.gone(event.call.key)
            elif event.kind in (EV_PLACED, EV_RAISED_AGAIN):
                self._annunciator.begins_to_ring(event.call, now_ms)

    def _trouble(self) -> str:
        if self.radio.trouble:
            return self.radio.trouble  # whatever else is wrong, no call is heard
        if self.host.has_host:
            if not self.host.is_up:
                return text.NO_HOST
            if self._health is None:
                return text.HOST_STARTING
            if not self._health[0]:
                return self._health[1].strip() or text.HOST_NOT_WELL
        return "" if self.copy.table.stations else text.NO_STATIONS


def _is_heartbeat(found: "tuple[Station, str] | None") -> bool:
    return found is not None and found[1] == HEARTBEAT
