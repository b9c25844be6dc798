"""The receiver's rules: what was heard, what the host says and what the keys want, to display, tone, lamps and messages.

Everything works with the host dead: the board is the shared `CallBoard`, the stations are the receiver's own
copy. With the host alive the gateway decides (`merge`). Texts, tones and keys: firmware/README.md.
"""

from wardbell_firmware.receiver import text
from wardbell_firmware.receiver.desk_calls import DeskCalls
from wardbell_firmware.receiver.front import DeskFront
from wardbell_firmware.receiver.host import HostSide, frame_message, press_message
from wardbell_firmware.receiver.keyed_nodes import COUNTERS_FILE, KeyedNodes
from wardbell_firmware.receiver.local_stations import LEARNED_FILE, LocalStations, is_local
from wardbell_firmware.receiver.memory import OPEN_CALLS_FILE, from_file
from wardbell_firmware.receiver.node_answers import NodeAnswers
from wardbell_firmware.receiver.own_faults import OwnFaults
from wardbell_firmware.receiver.radio_health import AIR_FILE, RadioHealth
from wardbell_firmware.receiver.status import StatusClock, status_message
from wardbell_firmware.receiver.table import TableCopy
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.ear import Ear
from wardbell_protocol.air.frame_press import FrameStarted
from wardbell_protocol.air.presses import PressReceiver, PressStarted
from wardbell_protocol.air.refusals import BARE
from wardbell_protocol.calls.signals import FAULT, HEARTBEAT
from wardbell_protocol.calls.station import Station
from wardbell_protocol.link.peer import LinkMessage, LinkUp
from wardbell_protocol.link.receiver_faults import RADIO_BLIND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.bus.ear import BusEar
    from wardbell_protocol.air.frame_press import FrameEnded
    from wardbell_protocol.air.portion import Portion
    from wardbell_protocol.air.presses import Press, PressEnded
    from wardbell_protocol.calls.call import Call
    from wardbell_protocol.link.peer import LinkDown

_HERE = "Desk"  # the place of the receiver's own faults


class ReceiverDesk:
    """Air, line, keys and supply in; what `front` shows, bytes for the line and files to save out.

    Args:
        name: what the host knows the receiver by.
        epoch: drawn at start, 1..2**30-1.
        has_host: False where none is fitted, or the ward has no gateway; then its absence is no trouble.
        has_transmitter: it can answer nodes; else `answers` is None.
        ear: the bus, where the host is there (bus/ear.py) and not on the line.
    """

    def __init__(
        self, name: str, epoch: int, has_host: bool = True, has_transmitter: bool = False, ear: "BusEar | None" = None
    ) -> None:
        self.name = name
        self.copy = TableCopy()
        self.host = HostSide(name, epoch, has_host, ear)
        self.local = LocalStations()
        self.front = DeskFront(self.local)
        self.calls = DeskCalls(name, self.copy.policies, self.host, self.front)
        self.board = self.calls.board
        self._air = Ear()
        self.radio = RadioHealth(self._air)
        self.nodes = KeyedNodes(self._air)
        self.answers = self.calls.answers = NodeAnswers(self.board, self._air) if has_transmitter else None
        self._learnt: list[str] = []  # stations learnt here that are in use, by id
        self.table = self.copy.table  # the host's stations, and those learnt here
        self.n_unknown = 0
        self.n_refused = 0
        self.is_flash_full = False  # what should outlive a loss of power was not kept
        self.bus_trouble = ""  # why the bus cannot be joined before somebody mends it
        self._presses = PressReceiver(self._air)
        self._n_learnt = 0
        self._own = OwnFaults(name, has_host, has_host and ear is None)
        self._status = StatusClock()
        self._has_bus = ear is not None
        self._is_touched = True  # something came in that `poll` must look at
        self._is_key_down = False
        self._n_read = 0
        self._due_ms: int | None = None  # when `poll` has something to do but for the air

    @property
    def own_faults(self) -> "list[str]":
        """What is wrong with the receiver itself."""
        blind = [RADIO_BLIND] if self.radio.trouble else []
        return blind + [detail for part, detail in self._own.told if part == self.name]

    @property
    def hears_press(self) -> bool:
        """Whether words of a press are coming in, or may be."""
        return self._presses.is_hearing

    @property
    def n_all_refused(self) -> int:
        """What came over the line or out of the store and was not as the spec has it."""
        return self.n_refused + self.calls.n_refused + self.copy.n_refused

    def load(self, name: str, data: "bytes | None", now_ms: int) -> None:
        """Take a saved file, or that there is none, before anything else."""
        self._is_touched = True
        if name == AIR_FILE:
            self.n_refused += 0 if self.radio.load(data) else 1
        elif name == COUNTERS_FILE:
            self.n_refused += 0 if data is None or self.nodes.load(data) else 1
        elif name == LEARNED_FILE:
            self.n_refused += 0 if data is None or self.local.load(data) else 1
            self._use_table()
        elif name != OPEN_CALLS_FILE:
            self.copy.load(name, data)
            self._use_table()
        elif data is not None:
            messages = from_file(data)
            if messages is None:
                self.n_refused += 1
            for message in messages or ():
                self._remember(message, now_ms)

    # In.

    def receive_air(self, portion: "Portion", now_ms: int) -> None:
        """The next durations. What rings then is sounded before the host is told: that is done by whatever comes next."""
        self.receive_words(portion, now_ms)
        self.receive_frames(portion, now_ms)

    def receive_words(self, portion: "Portion", now_ms: int) -> None:
        """The first half of `receive_air`: a press may ring before all else is sought in the same durations."""
        if portion.n:
            self.calls.tell_presses(now_ms)
            self._air.receive(portion)
            presses = self._presses.receive(portion)
            if presses:
                self._heard_words(presses, now_ms)

    def receive_frames(self, portion: "Portion", now_ms: int) -> None:
        """The second half."""
        if portion.n:
            self.radio.receive(portion)
            frames = self.nodes.receive(portion)
            if frames:
                self._heard_frames(frames, now_ms)
            if self._n_read != self.nodes.n_read:
                self._n_read = self.nodes.n_read
                self._is_touched = True
            if self.answers is not None:
                self.answers.receive(portion, self.nodes.answerable, now_ms)

    def receive_line(self, data: bytes, now_ms: int) -> None:
        """Bytes from the host."""
        if data:
            self._is_touched = True
            self.calls.tell_presses(now_ms)
            self._from_host(self.host.receive(data, now_ms), now_ms)

    def receive_keys(self, ack: bool, browse: bool, mute: bool, now_ms: int) -> None:
        """The keys' contacts as they are now."""
        self.calls.tell_presses(now_ms)
        is_down = ack or browse or mute
        self._is_touched = self._is_touched or is_down or self._is_key_down
        self._is_key_down = is_down
        self._do(self.front.receive_keys(ack, browse, mute, now_ms), now_ms)

    def receive_mains(self, is_present: bool, now_ms: int) -> None:
        """The mains supply as it is now."""
        self._is_touched = self._own.mains.receive(not is_present, now_ms) or self._is_touched

    def receive_display(self, is_lost: bool, now_ms: int) -> None:
        """Whether the display has not taken what was last written to it."""
        self._is_touched = self._own.display.receive(is_lost, now_ms) or self._is_touched

    def poll(self, now_ms: int) -> None:
        """Do what is due and settle what is shown and sounded; mostly nothing is, and then it costs next to nothing."""
        self.calls.tell_presses(now_ms)
        presses = self._presses.poll(self._air.us(now_ms))
        if presses:
            self._heard_words(presses, now_ms)
        frames = self.nodes.poll(now_ms)
        if frames:
            self._heard_frames(frames, now_ms)
        self.calls.tell_presses(now_ms)
        if self.radio.is_due(now_ms, self.hears_press):
            n_words = self._presses.n_words + self.nodes.n_frames
            if self.radio.poll(now_ms, n_words, self.nodes.n_read):
                self._is_touched = True
                self.front.redraw(now_ms)
            normal = self.radio.take_file()
            if normal is not None:
                self.copy.unsaved[AIR_FILE] = normal
        if (
            self._is_touched
            or self.calls.is_touched
            or self._has_bus
            or (self._due_ms is not None and now_ms >= self._due_ms)
        ):
            self._is_touched = self.calls.is_touched = False
            self._settle(now_ms)
            self._due_ms = self._find_due_ms()

    def _settle(self, now_ms: int) -> None:
        self._from_host(self.host.poll(now_ms), now_ms)
        self.calls.poll(now_ms)
        self._do(self.front.poll_keys(now_ms), now_ms)
        self._judge_faults(now_ms)
        self._send_status(now_ms)
        self._send_air(now_ms)
        self._save(now_ms)
        self.front.learning.is_flash_full = self.is_flash_full
        self.front.settle(self._trouble(), self.radio.trouble != "", now_ms)

    # Out: what is shown, sounded and lit is `front`'s.

    def take_output(self) -> bytes:
        """Bytes for the line. Save `take_unsaved` first: these bytes tell the host that it is safe."""
        return self.host.peer.take_output()

    def take_unsaved(self) -> "dict[str, bytes]":
        """Files to replace."""
        learned = self.local.take_unsaved()
        if learned is not None:
            self.copy.unsaved[LEARNED_FILE] = learned
        return self.copy.take_unsaved()

    def next_deadline_ms(self) -> "int | None":
        """When `poll` next has something to do."""
        air_us = self._presses.next_deadline_us()
        times = [
            self._find_due_ms() if self._is_touched or self.calls.is_touched else self._due_ms,
            None if air_us is None else self._air.ms(air_us + 999),
            self.radio.next_deadline_ms(self.hears_press),
            self.nodes.next_deadline_ms(),
        ]
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    def _find_due_ms(self) -> "int | None":
        times = [
            self.host.next_deadline_ms(),
            self.calls.next_deadline_ms(),
            self.front.next_deadline_ms(),
            self.nodes.next_deadline_ms(),
            self._own.next_deadline_ms(),
            self._status.next_deadline_ms(self.host.is_up),
        ]
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    # Heard.

    def _heard_words(self, events: "list[PressStarted | PressEnded]", now_ms: int) -> None:
        for event in events:
            self._is_touched = True
            self._survey(event.press, now_ms)
            found = self._resolve(event.press.code, now_ms) if isinstance(event, PressStarted) else None
            if isinstance(event, PressStarted) and not _is_heartbeat(found):
                self.calls.pressed(found, press_message(event, self._air), False, now_ms)
            elif self.host.is_up:  # how well it was heard must not push presses out of a waiting queue
                self.calls.tell_presses(now_ms)  # in their order
                self.host.send(press_message(event, self._air), now_ms)

    def _heard_frames(self, events: "list[FrameStarted | FrameEnded]", now_ms: int) -> None:
        for event in events:
            self._is_touched = True
            found = self.table.resolve_frame(event.press.node_id, event.press.event)
            if found is not None and not _is_heartbeat(found):
                self.front.survey.heard(found[0], True, event.press.copies, event.press.quality, now_ms)
            if self.answers is not None and isinstance(event, FrameStarted):
                self.answers.pressed(found, event.press, self.copy.table)
            message = frame_message(event, self._air, self.nodes.mark_of(event.press.node_id))
            if isinstance(event, FrameStarted) and not _is_heartbeat(found):
                self.calls.pressed(found, message, True, now_ms)
            elif self.host.is_up:  # as above
                self.calls.tell_presses(now_ms)  # in their order
                self.host.send(message, now_ms)

    def _survey(self, press: "Press", now_ms: int) -> None:
        if self.front.survey.is_on:
            word = CodeWord(press.code)
            found = self.table.resolve(word.hex, word.trits)
            at = Station(word.hex, word.hex, "") if found is None else found[0]
            self.front.survey.heard(at, False, press.words, press.quality, now_ms)

    def _resolve(self, code: int, now_ms: int) -> "tuple[Station, str] | None":
        word = CodeWord(code)
        found = self.table.resolve(word.hex, word.trits)
        if found is None:
            keyed = self.table.keyed_station(word.hex, word.trits)
            if keyed is None:
                self.n_unknown += 1
                self.front.learning.hear(code, now_ms)
            else:
                self.nodes.refused(keyed.station_id, BARE, now_ms)
        return found

    def _judge_faults(self, now_ms: int) -> None:
        """What was refused again and again is a fault of its station; what else is wrong here is one, too."""
        changes = self.nodes.take_changes(now_ms)
        changes += self._own.take_changes(self.radio.trouble != "", self.host.is_up, self._learnt, now_ms)
        for part, detail in self.nodes.faults + self._own.found:
            if self.board.find(part, FAULT, detail) is None and (part, detail, True) not in changes:
                changes.append((part, detail, True))  # somebody cleared it, and it lasts
        if not self.host.is_up and not self.radio.trouble and self.board.find(self.name, FAULT, RADIO_BLIND):
            changes.append((self.name, RADIO_BLIND, False))  # the host said so, and cannot say any more that it is over
        for part, detail, is_on in changes:
            station = Station(part, _HERE, "") if part == self.name else self.table.stations.get(part)
            self.calls.fault(part, detail, is_on, station, now_ms)
        for node_id in self.nodes.take_unknown():
            self.front.learning.hear_keyed(now_ms)
            if self.host.is_up:
                self.calls.tell({"t": "unknown_node", "node": node_id, "at": now_ms}, now_ms)

    def _use_table(self) -> None:
        self.nodes.use_table(self.copy.table)
        self.table = self.local.joined(self.copy.table)
        self._learnt = [station_id for station_id in self.table.stations if is_local(station_id)]

    # Host.

    def _from_host(self, events: "list[LinkMessage | LinkUp | LinkDown]", now_ms: int) -> None:
        for event in events:
            self.front.redraw(now_ms)
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
        for call in self.calls.remember(message, now_ms):
            if call.kind == FAULT:
                self.nodes.remember(call.station_id, call.detail, now_ms)
                self._own.remember(call.station_id, call.detail)

    def _host_is_up(self, epoch: int, now_ms: int) -> None:
        self.radio.tell()
        if self.host.is_another(epoch):
            self.copy.host_is_new()
            self.calls.host_is_new(self.nodes.faults + self._own.told, now_ms)

    def _host_says(self, message: "dict[str, object]", now_ms: int) -> None:
        kind = message["t"]
        if kind == "call":
            self.calls.host_says_call(message, now_ms)
        elif kind == "calls":
            self.calls.host_says_all(message, now_ms)
        elif kind == "station":
            self.copy.station(message)
        elif kind == "stations":
            n = message["n"]
            if isinstance(n, int) and self.copy.stations(n):
                self._use_table()
        elif kind == "reraise":
            self.copy.reraise(message["by_kind"])
        elif kind == "health":
            self.host.says_health(message)

    def _save(self, now_ms: int) -> None:
        is_due = self.calls.is_file_due(now_ms)
        counters = self.nodes.take_file(is_due, now_ms)
        if counters is not None:
            self.copy.unsaved[COUNTERS_FILE] = counters
        if is_due:
            self.copy.unsaved[OPEN_CALLS_FILE] = self.calls.to_file(now_ms)

    def _send_status(self, now_ms: int) -> None:
        if self._status.is_due(self.host.is_up, now_ms):
            self.radio.tell()
            peer, n_refused = self.host.peer, self.n_all_refused
            self.calls.tell(status_message(self._presses, self.nodes, peer, self.n_unknown, n_refused, now_ms), now_ms)

    def _send_air(self, now_ms: int) -> None:
        """How the ear is: with each status, when it changes, and to a host that is new."""
        message = self.radio.take_message(now_ms) if self.host.is_up else None
        if message is not None:
            self.calls.tell(message, now_ms)

    def _do(self, wishes: "list[tuple[str, Call]]", now_ms: int) -> None:
        self.calls.wished(wishes, now_ms)
        if self._n_learnt != self.front.learning.n_changes:
            self._n_learnt = self.front.learning.n_changes
            self._use_table()

    def _trouble(self) -> str:
        # Whatever else is wrong, no call is heard while the radio is blind.
        full = text.FLASH_FULL if self.is_flash_full else ""
        host = self.bus_trouble or self.host.trouble
        return self.radio.trouble or host or ("" if self.table.stations else text.NO_STATIONS) or full


def _is_heartbeat(found: "tuple[Station, str] | None") -> bool:
    return found is not None and found[1] == HEARTBEAT
