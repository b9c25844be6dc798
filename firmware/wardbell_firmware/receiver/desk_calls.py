"""The open calls at the desk: whatever changes one, front, host, nodes and memory are told of it here and nowhere else."""

from wardbell_firmware.receiver import text
from wardbell_firmware.receiver.front import ACKNOWLEDGE, CLEAR
from wardbell_firmware.receiver.host import KEY_MESSAGES, UNTOLD, key_message
from wardbell_firmware.receiver.local_stations import is_ours_alone
from wardbell_firmware.receiver.memory import OpenCalls, press_of, to_file
from wardbell_firmware.receiver.merge import CallMerge
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
from wardbell_protocol.calls.call import PLACED
from wardbell_protocol.calls.signals import AT_CONSOLE, AT_RECEIVER, FAULT
from wardbell_protocol.errors import CallError
from wardbell_protocol.link.receiver_faults import TOLD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.receiver.front import DeskFront
    from wardbell_firmware.receiver.host import HostSide
    from wardbell_firmware.receiver.node_answers import NodeAnswers
    from wardbell_protocol.calls.board import CallEvent
    from wardbell_protocol.calls.call import Call
    from wardbell_protocol.calls.escalation import EscalationPolicy
    from wardbell_protocol.calls.station import Station


class DeskCalls:
    """The call board of the receiver, and who must know of each change of it.

    `answers` is set where the receiver can answer nodes. `is_touched`: something changed since it was last set False.
    """

    def __init__(
        self, name: str, policies: "dict[str, EscalationPolicy]", host: "HostSide", front: "DeskFront"
    ) -> None:
        self.board = CallBoard("r", policies)
        self.answers: NodeAnswers | None = None
        self.is_touched = True
        self._name = name
        self._host = host
        self._front = front
        self._merge = CallMerge(self.board)
        self._memory = OpenCalls()
        self._untold: list[tuple[dict[str, object], list[CallEvent]]] = []  # what the sounder did not wait for

    @property
    def n_refused(self) -> int:
        """What the host said of calls and was not as the spec has it."""
        return self._merge.n_refused

    # What changes them.

    def pressed(
        self, found: "tuple[Station, str] | None", message: "dict[str, object]", is_authenticated: bool, now_ms: int
    ) -> None:
        """A press was heard; `message` tells the host of it: `tell_presses`, before anything else happens."""
        events: list[CallEvent] = []
        if found is not None:
            events = self.board.receive(Signal(found[0], found[1], is_authenticated), now_ms)
            self._show(events, now_ms)
        self.is_touched = True
        self._untold.append((message, events))

    def tell_presses(self, now_ms: int) -> None:
        """Tell the host, and whoever else must know, of presses that ring already."""
        if not self._untold:
            return
        for message, events in self._untold:
            number = self.tell(message, now_ms)
            for event in events:
                if event.kind in (EV_PLACED, EV_PRESSED_AGAIN):
                    self._host.pressed(event.call.key, number, message)
            self._tell_of(events, number, now_ms)
        self._untold = []

    def fault(self, part: str, detail: str, is_on: bool, station: "Station | None", now_ms: int) -> None:
        """The receiver finds something wrong, or finds it no more."""
        number = self._tell_fault(part, detail, is_on, now_ms) if detail in TOLD else 0
        fault = FaultRaised(part, detail, station) if is_on else FaultGone(part, detail)
        self._happened(self.board.receive(fault, now_ms), number, now_ms)

    def wished(self, wishes: "list[tuple[str, Call]]", now_ms: int) -> None:
        """The keys want something of calls."""
        for wish, meant in wishes:
            call = self.board.calls.get(meant.call_id)
            if call is None:
                continue
            if wish == CLEAR and not call.may_clear(AT_RECEIVER):
                self._front.show(call, now_ms, text.CLEAR_AT_BED)
            elif wish == CLEAR:
                self._verb(CLEAR, call, self._name, AT_RECEIVER, now_ms)
            elif call.status == PLACED:  # else answered elsewhere while the finger was on the key
                self._verb(ACKNOWLEDGE, call, self._name, AT_RECEIVER, now_ms)
                self._front.show(call, now_ms)

    def command(self, verb: str, key: "tuple[str, str, str]", by: str, now_ms: int) -> str:
        """Somebody at a console did something to a call; returns why that may not be, or nothing."""
        call = self.board.find(key[0], key[1], key[2])
        try:
            self._verb(verb, call, by, AT_CONSOLE, now_ms)
        except CallError as error:
            return str(error)
        return ""

    def remember(self, message: "dict[str, object]", now_ms: int) -> "list[Call]":
        """A call that was open before the power was lost; the host is told again what it had not heard.

        It stands in flash already: a supply that gives in at each start must not wear it.
        """
        events = self._merge.call(message, 0, now_ms)
        self._show(events, now_ms)
        press = press_of(message, events[0].call.placed_at_ms) if events else None
        if press is not None:
            self._host.pressed(events[0].call.key, UNTOLD, press)
            self._merge.changed_here(events[0].call.key, UNTOLD)
        return [event.call for event in events]

    def poll(self, now_ms: int) -> None:
        """Ring again what was answered and then left; tell again what fell out of the queue."""
        for key, number in self._host.tell_again(now_ms):
            self._merge.changed_here(key, number)
        reraise_at_ms = self.board.next_deadline_ms()
        if reraise_at_ms is not None and now_ms >= reraise_at_ms:
            self._happened(self.board.poll(now_ms), 0, now_ms)

    def next_deadline_ms(self) -> "int | None":
        """When `poll` or the file is due."""
        times = (self.board.next_deadline_ms(), self._memory.next_deadline_ms())
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    # The host's word.

    def host_is_new(self, faults: "list[tuple[str, str]]", now_ms: int) -> None:
        """The host has started anew: its list begins again, and what is wrong here is said again."""
        self._merge.host_is_new()
        for part, detail in faults:
            number = self._tell_fault(part, detail, True, now_ms)
            self._merge.changed_here((part, FAULT, detail), number)

    def host_says_call(self, message: "dict[str, object]", now_ms: int) -> None:
        """One call as the host knows it."""
        self._happened(self._merge.call(message, self._host.seen(message["seen"]), now_ms), 0, now_ms)

    def host_says_all(self, message: "dict[str, object]", now_ms: int) -> None:
        """The host has said all of its calls."""
        n = message["n"]
        if isinstance(n, int):
            self._happened(self._merge.calls(n, self._host.seen(message["seen"]), now_ms), 0, now_ms)

    def tell(self, message: "dict[str, object]", now_ms: int) -> int:
        """Tell the host; returns the message's number, 0 where there is no host."""
        self.is_touched = True
        number = self._host.send(message, now_ms)
        for key in self._host.untold():
            self._merge.changed_here(key, UNTOLD)
        return number

    # Over a loss of power.

    def is_file_due(self, now_ms: int) -> bool:
        """Whether to write the open calls now; they are then taken as written."""
        return self._memory.is_due(now_ms)

    def to_file(self, now_ms: int) -> bytes:
        """The open calls, and what the host has not heard of them."""
        return to_file(self.board.open_calls(), self._host.presses_untold(), now_ms)

    def _tell_fault(self, part: str, detail: str, is_on: bool, now_ms: int) -> int:
        return self.tell({"t": "fault", "part": part, "detail": detail, "on": is_on, "at": now_ms}, now_ms)

    def _verb(self, verb: str, call: "Call | None", by: str, where: str, now_ms: int) -> None:
        events = self.board.receive(Verb(verb, "" if call is None else call.call_id, by, where), now_ms)
        is_told = call is not None and verb in KEY_MESSAGES and not is_ours_alone(call.key)
        number = self.tell(key_message(KEY_MESSAGES[verb], events[0].call, now_ms), now_ms) if is_told else 0
        self._happened(events, number, now_ms)

    def _happened(self, events: "list[CallEvent]", number: int, now_ms: int) -> None:
        self._show(events, now_ms)
        self._tell_of(events, number, now_ms)

    def _show(self, events: "list[CallEvent]", now_ms: int) -> None:
        if not events:
            return
        self.is_touched = True
        self._front.update(list(self.board.calls.values()), now_ms)
        for event in events:
            if event.kind in (EV_PLACED, EV_RAISED_AGAIN):
                self._front.begins_to_ring(event.call, now_ms)

    def _tell_of(self, events: "list[CallEvent]", number: int, now_ms: int) -> None:
        if self.answers is not None:
            self.answers.happened(events, now_ms)
        if any(event.kind != EV_PRESSED_AGAIN for event in events):
            self._memory.changed(now_ms)
        for event in events:
            if number:
                self._merge.changed_here(event.call.key, number)
            if event.kind == EV_CLEARED:
                self._host.gone(event.call.key)
