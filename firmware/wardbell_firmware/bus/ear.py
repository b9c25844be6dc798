"""A receiver whose host is the ward's gateway on the bus: what its desk tells becomes hearings and commands, what the gateway
says becomes the messages of a host.

To the desk it is what `LinkPeer` is on a serial line. Nothing counts as told because the broker took it: after each
hearing the gateway is asked for a snapshot, and its answer shows that it has taken what was said before.
"""

from wardbell_firmware.bus.publication import Publication
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.sequence import APPLY, EventSequence
from wardbell_protocol.link.peer import LinkDown, LinkMessage, LinkUp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.bus.bus_clock import BusClock

    HostEvent = LinkMessage | LinkUp | LinkDown

QUEUE_LIMIT = 128  # a press that falls out and has an open call is told again
SAY_AGAIN_MS = 5000
FIND_CALL_MS = 10000  # how long what was done to a call waits for a gateway that does not say what it has
ANSWER_MS = 15000  # a request for a snapshot is lost after it: who is silent for so long is gone
MOST_CALLS = 512  # more open calls than that no ward has, and no receiver room for
NEVER_TOLD = 1 << 29  # number of what the gateway is not told here: newer than all it has seen

_PRESSES = ("press", "frame")
_VERBS = {"ack": "acknowledge", "clear": "clear"}


class BusEar:
    """Messages of the desk in, publications out; payloads of the gateway in, messages of a host out.

    Args:
        ward: whose gateway it is.
        name: of the receiver; an ear's name on the bus.
        epoch: drawn at start.
    """

    def __init__(self, ward: str, name: str, epoch: int, clock: "BusClock") -> None:
        self.client = topics.check_name("radio-" + name)
        self.dropped = 0
        self.last_acknowledged = 0
        self.is_up = False
        self.is_connected = False  # to the broker
        self.refusal = ""  # why that one does not want us, or we not it
        self.is_silenced = False  # another receiver stands in, and one only may
        self._ward = ward
        self._name = name
        self._epoch = "%08x" % epoch
        self._clock = clock
        self._last = 0
        self._waiting: list[tuple[int, dict[str, object]]] = []
        self._n_said = 0  # of those that wait
        self._said_at_ms = 0
        self._asked: list[tuple[int, int]] = []  # one a request for a snapshot: the newest number said before, and when
        self._blocked_ms: int | None = None  # since when the next to be said waits for its call
        self._must_ask = False
        self._sequence = EventSequence()
        self._calls: dict[str, dict[str, str]] = {}  # what else than texts is in them is read with care
        self._events: list[HostEvent] = []

    # To the desk: a LinkPeer.

    @property
    def unacknowledged(self) -> int:
        """Messages that the gateway may not have."""
        return len(self._waiting)

    def counts(self) -> "dict[str, int]":
        """Damaged input; a broker's connection has none."""
        return {}

    def send(self, message: "dict[str, object]", _now_ms: int) -> int:
        """Take a message; returns its number. What is not a press, an acknowledgement or a clear is not told this way."""
        if message["t"] not in _PRESSES and message["t"] not in _VERBS:
            return NEVER_TOLD
        self._last += 1
        self._waiting.append((self._last, message))
        if len(self._waiting) > QUEUE_LIMIT:
            self.last_acknowledged = self._waiting.pop(0)[0]
            self._n_said = max(0, self._n_said - 1)
            self.dropped += 1
        return self._last

    def receive(self, _data: bytes, _now_ms: int) -> "list[HostEvent]":
        """There is no line."""
        return []

    def poll(self, _now_ms: int) -> "list[HostEvent]":
        """What the gateway has said since."""
        events = self._events
        self._events = []
        return events

    def accept(self, message: "LinkMessage") -> None:
        """The desk has it."""

    def next_deadline_ms(self) -> "int | None":
        """Its session looks 20 times a second."""
        return None

    def take_output(self) -> bytes:
        """There is no line."""
        return b""

    # To the bus.

    def say(self, now_ms: int) -> "list[Publication]":
        """What is to be published while the gateway is there."""
        if self._n_said and now_ms - self._said_at_ms >= SAY_AGAIN_MS:
            self._n_said = 0
        said: list[Publication] = []
        while self._n_said < len(self._waiting):
            number, message = self._waiting[self._n_said]
            publication = self._publication(number, message)
            if publication is not None:
                said.append(publication)
                self._n_said += 1
            elif self._is_in_vain(now_ms):
                self._give_up(number)
            else:
                break
            self._blocked_ms = None
        if said:
            self._said_at_ms = now_ms
        if said or self._must_ask or self._sequence.must_ask(now_ms):
            said.append(self._ask(now_ms))
        return said

    def _is_in_vain(self, now_ms: int) -> bool:
        """Whether the gateway has not the call that the next message is about: it is over, or never was."""
        if self._n_said == 0 and not self._sequence.in_gap:
            return True  # it has shown all that it made of what was said before
        if self._blocked_ms is None:
            self._blocked_ms = now_ms
        return now_ms - self._blocked_ms >= FIND_CALL_MS

    def _give_up(self, number: int) -> None:
        self._waiting.pop(self._n_said)
        if self._n_said == 0:
            self.last_acknowledged = number
        self._must_ask = True  # what the gateway says of that call holds again

    def gone(self) -> None:
        """The gateway is not there any more, or the broker is not."""
        self._sequence.lost()
        self._asked = []
        self._n_said = 0
        self._blocked_ms = None
        if self.is_up:
            self.is_up = False
            self._events.append(LinkDown())

    def says_health(self, is_well: bool) -> None:
        """Whether the gateway says that all is well."""
        if self.is_up:
            self._put({"t": "health", "ok": is_well, "text": ""})

    def event(self, event: "dict[str, object]", now_ms: int) -> None:
        """An event of the gateway's."""
        call = _call(event["call"])
        message = self._call_message(call, now_ms)
        if self._sequence.receive(str(event["epoch"]), _ms(event["seq"])) != APPLY:
            return
        self._calls[call["call_id"]] = call
        if call["status"] == "cleared":
            del self._calls[call["call_id"]]
        self._put(message)

    def announced(self, epoch: str, seq: int, now_ms: int) -> None:
        """The gateway's life sign says how far its events have come."""
        self._sequence.announced(epoch, seq, now_ms)

    def snapshot(self, snapshot: "dict[str, object]", now_ms: int) -> None:
        """All that the gateway has open."""
        said, epoch = snapshot["calls"], str(snapshot["epoch"])
        if not isinstance(said, list) or len(said) > MOST_CALLS:
            raise ValueError("calls")
        number = int(epoch, 16)
        calls = [_call(call) for call in said]
        for call in calls:
            self._call_message(call, now_ms)  # nothing of it is taken unless all of it can be
        newest = self._asked.pop(0)[0] if self._asked else 0
        if not self._sequence.receive_snapshot(epoch, _ms(snapshot["seq"])):
            return
        self._confirmed(newest)
        if not self.is_up:
            self.is_up = True
            self._events.append(LinkUp("gateway", number))
        self._calls = {call["call_id"]: call for call in calls}
        for call_id in self._calls:
            self._put(self._call_message(self._calls[call_id], now_ms))
        self._put({"t": "calls", "n": len(self._calls), "seen": self.last_acknowledged})

    def _confirmed(self, number: int) -> None:
        n_before = len(self._waiting)
        self._waiting = [item for item in self._waiting if item[0] > number]
        self._n_said = max(0, self._n_said - (n_before - len(self._waiting)))
        self.last_acknowledged = max(self.last_acknowledged, number)

    def _ask(self, now_ms: int) -> Publication:
        self._must_ask = False
        newest = self._waiting[self._n_said - 1][0] if self._n_said else self.last_acknowledged
        self._asked = [asked for asked in self._asked if now_ms - asked[1] < ANSWER_MS]
        self._asked.append((newest, now_ms))
        return Publication.of(topics.snapshot_request(self._ward), {"reply_to": self.client})

    def _put(self, message: "dict[str, object]") -> None:
        self._events.append(LinkMessage(0, message, 0))

    def _call_message(self, call: "dict[str, str]", now_ms: int) -> "dict[str, object]":
        since = call[_SINCE[call["status"]]]
        return {
            "t": "call",
            "station": call["station_id"],
            "kind": call["kind"],
            "detail": call["detail"],
            "room": call["room"],
            "bed": call["bed"],
            "status": call["status"],
            "age": max(0, self._clock.unix_ms(now_ms) - _ms(call["placed_at_ms"])),
            "since": max(0, self._clock.unix_ms(now_ms) - _ms(since)),
            "presses": call["presses"],
            "by": call["attended_by"] or call["acknowledged_by"],
            "clear_at": call["clear_at"],
            "auth": call["authenticated"],
            "seen": self.last_acknowledged,
        }

    def _publication(self, number: int, message: "dict[str, object]") -> "Publication | None":
        """The message on the bus; None where the gateway has no such call."""
        at_ms = self._clock.unix_ms(_ms(message["at"]))
        fields: dict[str, object]
        if message["t"] in _VERBS:
            call_id = self._call_id(message)
            if call_id is None:
                return None
            fields = {"command_id": "%s-%s-%d" % (self._name, self._epoch, number), "verb": _VERBS[str(message["t"])]}
            fields.update({"by": self._name, "reply_to": self.client, "at_ms": at_ms, "call_id": call_id})
            return Publication.of(topics.command(self._ward), fields)
        fields = {"ear": self._name, "epoch": self._epoch, "seq": number, "at_ms": at_ms}
        if message["t"] == "frame":
            fields.update({"code": "", "words": message["copies"], "t_us": 0, "node_id": message["node"]})
            fields.update({name: message[name] for name in ("counter", "event", "battery")})
        else:
            fields.update({"code": "%06X" % _ms(message["code"]), "words": message["words"], "t_us": message["t_us"]})
        return Publication.of(topics.hearing(self._ward), fields)

    def _call_id(self, message: "dict[str, object]") -> "str | None":
        for call_id in self._calls:
            call = self._calls[call_id]
            if all(call[theirs] == message[ours] for theirs, ours in _SAME_CALL):
                return call_id
        return None


_SINCE = {
    "placed": "raised_at_ms",
    "acknowledged": "acknowledged_at_ms",
    "attended": "attended_at_ms",
    "cleared": "cleared_at_ms",
}
_SAME_CALL = (("station_id", "station"), ("kind", "kind"), ("detail", "detail"))


_TEXTS = ("call_id", "station_id", "kind", "detail", "room", "bed", "status", "acknowledged_by", "attended_by")


def _call(value: object) -> "dict[str, str]":
    """A call that the bus has brought; ValueError where one of its texts is none."""
    if not isinstance(value, dict) or not all(isinstance(value[name], str) for name in _TEXTS):
        raise ValueError("call")
    return value


def _ms(value: object) -> int:
    return value if isinstance(value, int) else 0
