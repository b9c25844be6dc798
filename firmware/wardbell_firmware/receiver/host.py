"""The receiver's side of the link: what is told to the host, under which number, and what must be told again.

The link keeps 512 messages for a host that is away. Should more happen, the oldest fall out; a press that placed
a call which is still open is then told again when the host is back, with its own time.
"""

from wardbell_firmware.receiver import text
from wardbell_protocol.air.frame_press import FrameStarted
from wardbell_protocol.air.presses import PressStarted
from wardbell_protocol.link.peer import LinkPeer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.bus.ear import BusEar
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.frame_press import FrameEnded
    from wardbell_protocol.air.presses import PressEnded
    from wardbell_protocol.calls.call import Call
    from wardbell_protocol.link.peer import LinkDown, LinkMessage, LinkUp

    CallKey = tuple[str, str, str]

UNTOLD = 1 << 29  # stands for the number of a message that fell out: newer than anything the host has seen
_ROOM_LEFT = 64  # how many may wait before what fell out is told again


def press_message(event: "PressStarted | PressEnded", ear: "Ear") -> "dict[str, object]":
    """What is told of a press in bare words."""
    press = event.press
    message: dict[str, object] = {"t": "press", "code": press.code, "words": press.words, "t_us": press.t_us}
    message["quality"] = press.quality
    message["at"] = ear.ms(press.start_us)
    if not isinstance(event, PressStarted):
        message["t"] = "press_end"
        message["end"] = ear.ms(press.end_us)
    return message


def frame_message(event: "FrameStarted | FrameEnded", ear: "Ear", mark: str) -> "dict[str, object]":
    """What is told of a press in frames; `mark`: of the key that proved it."""
    press = event.press
    message: dict[str, object] = {"t": "frame", "node": press.node_id, "counter": press.counter, "event": press.event}
    message.update({"battery": press.battery, "copies": press.copies, "quality": press.quality})
    message["at"] = ear.ms(press.start_us)
    if not isinstance(event, FrameStarted):
        message["t"] = "frame_end"
        message["end"] = ear.ms(press.end_us)
    elif mark:
        message["mark"] = mark
    return message


KEY_MESSAGES = {"acknowledge": "ack", "clear": "clear"}  # by verb


def key_message(kind: str, call: "Call", now_ms: int) -> "dict[str, object]":
    """What is told of the acknowledge key: `kind` is `ack` or `clear`."""
    station_id, call_kind, detail = call.key
    return {"t": kind, "station": station_id, "kind": call_kind, "detail": detail, "at": now_ms}


class HostSide:
    """Numbers the messages. With no host at all nothing is kept.

    `has_host` False beside an `ear`: the ward has no gateway, and none is missed; should one appear, it is told all the same.
    """

    def __init__(self, name: str, epoch: int, has_host: bool, ear: "BusEar | None" = None) -> None:
        self.peer: LinkPeer | BusEar = LinkPeer(name, epoch) if ear is None else ear
        self.has_host = has_host or ear is not None
        self._ear = ear
        self._is_missed = has_host
        self.known_epoch = 0
        self._health: tuple[bool, str] | None = None  # not said yet
        self._last = 0
        self._presses: dict[CallKey, tuple[int, dict[str, object]]] = {}  # open call -> number and press that placed it

    @property
    def is_up(self) -> bool:
        """Whether the host is heard."""
        return self.peer.is_up

    @property
    def trouble(self) -> str:
        """What is not well at or behind the host; empty where all is, or there is none."""
        if not self.has_host:
            return ""
        if not self.is_up:
            return self._absence
        if self._health is None:
            return text.HOST_STARTING
        return "" if self._health[0] else self._health[1].strip() or text.HOST_NOT_WELL

    @property
    def _absence(self) -> str:
        if self._ear is None:
            return text.NO_HOST
        if not self._ear.is_connected:
            return f"{text.NO_BROKER}: {self._ear.refusal}" if self._ear.refusal else text.NO_BROKER
        if self._ear.is_silenced:
            return text.ANOTHER_SPEAKS
        return text.NO_GATEWAY if self._is_missed else ""

    def is_another(self, epoch: int) -> bool:
        """Whether the host that has come up has started anew: then it has said nothing yet."""
        if epoch == self.known_epoch:
            return False
        self.known_epoch = epoch
        self._health = None
        return True

    def says_health(self, message: "dict[str, object]") -> None:
        """The host's word on all that stands behind it."""
        self._health = (bool(message["ok"]), str(message["text"]))

    def send(self, message: "dict[str, object]", now_ms: int) -> int:
        """Tell the host; returns the message's number, 0 where there is no host."""
        if not self.has_host:
            return 0
        n_dropped = self.peer.dropped
        self._last = self.peer.send(message, now_ms)
        if self.peer.dropped != n_dropped:
            self._fell_out(self.peer.last_acknowledged)
        return self._last

    def pressed(self, key: "CallKey", number: int, message: "dict[str, object]") -> None:
        """That message places that call at the host, if an earlier one has not."""
        if self.has_host:
            first = self._presses[key][1] if key in self._presses else message
            self._presses[key] = (number, first)

    def gone(self, key: "CallKey") -> None:
        """The call is no longer open."""
        self._presses.pop(key, None)

    def untold(self) -> "list[CallKey]":
        """Open calls whose press fell out."""
        return [key for key in self._presses if self._presses[key][0] == UNTOLD]

    def presses_untold(self) -> "dict[CallKey, dict[str, object]]":
        """Messages of the presses that placed calls and that a host which is away has not heard of."""
        if self.peer.is_up:
            return {}
        safe = self.peer.last_acknowledged
        waiting = [key for key in self._presses if self._presses[key][0] > safe]
        return {key: self._presses[key][1] for key in waiting}

    def tell_again(self, now_ms: int) -> "list[tuple[CallKey, int]]":
        """Send what fell out once there is room; returns the calls and their new numbers."""
        told: list[tuple[CallKey, int]] = []
        if not self._presses or not self.peer.is_up or self.peer.unacknowledged > _ROOM_LEFT:
            return told
        safe = self.peer.last_acknowledged
        self._presses = {key: self._presses[key] for key in self._presses if self._presses[key][0] > safe}
        for key in self.untold()[:_ROOM_LEFT]:
            message = self._presses[key][1]
            number = self.send(message, now_ms)
            self._presses[key] = (number, message)
            told.append((key, number))
        return told

    def seen(self, value: object) -> int:
        """The number that the host says it accounts for; 0 if it speaks of a life before this one."""
        return value if isinstance(value, int) and value <= self._last else 0

    def receive(self, data: bytes, now_ms: int) -> "list[LinkMessage | LinkUp | LinkDown]":
        """Bytes from the line."""
        return self.peer.receive(data, now_ms) if self.has_host else []

    def poll(self, now_ms: int) -> "list[LinkMessage | LinkUp | LinkDown]":
        """What is due on the line."""
        return self.peer.poll(now_ms) if self.has_host else []

    def next_deadline_ms(self) -> "int | None":
        """When `poll` has something to do."""
        return self.peer.next_deadline_ms() if self.has_host else None

    def _fell_out(self, number: int) -> None:
        for key in self._presses:
            if self._presses[key][0] == number:
                self._presses[key] = (UNTOLD, self._presses[key][1])
