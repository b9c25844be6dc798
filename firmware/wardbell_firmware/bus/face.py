"""A receiver that joins the bus by itself: an ear where the ward has a gateway there, its stand-in where it has none.

Decides which of both it is, and when it changes over; carries what the broker delivers to the one or the other.
Specification: protocol/spec/bus.md, *A receiver without a gateway*.
"""

import json

from wardbell_firmware.bus.bus_clock import BusClock
from wardbell_firmware.bus.ear import BusEar
from wardbell_firmware.bus.gateway_watch import GatewayWatch
from wardbell_firmware.bus.publication import Publication
from wardbell_firmware.bus.stand_in import FAULT, StandIn
from wardbell_protocol.bus import topics
from wardbell_protocol.errors import EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.receiver.desk import ReceiverDesk

LIFE_SIGN_MS = 5000


class BusFace:
    """What the broker delivers in, publications out.

    Args:
        ward: its name on the bus, 1..40 of a-z 0-9 _ -.
        name: of the receiver, the same.
        epoch: drawn at start, 1..2**30-1.

    `ear` is the desk's host; `use` gives the desk, which needs `ear` before it can be made.

    Raises:
        EncodeError: a name that cannot be one on the bus.
    """

    def __init__(self, ward: str, name: str, epoch: int) -> None:
        self.ward = topics.check_name(ward)
        self.clock = BusClock()
        self.ear = BusEar(ward, name, epoch, self.clock)
        self.n_refused = 0
        self._name = topics.check_name(name)
        self._gateway_part = topics.check_name("gateway-" + ward)
        self._epoch = "%08x" % epoch
        self._watch = GatewayWatch(self._epoch)
        self._others = GatewayWatch(self._epoch)  # another receiver that stands in
        self._others_epoch = ""
        self._is_standing_in = False
        self._is_connected = False
        self._life_sign_ms = 0
        self._answers: list[Publication] = []

    def use(self, desk: "ReceiverDesk") -> None:
        """The desk whose calls these are."""
        self._desk = desk
        self._stand_in = StandIn(self.ward, self._epoch, desk.board, self.clock, desk.calls.command)

    @property
    def is_standing_in(self) -> bool:
        """Whether it speaks for the ward."""
        return self._is_standing_in

    @property
    def client(self) -> str:
        """Its client id."""
        return self.ear.client

    @property
    def subscriptions(self) -> "list[str]":
        """Topics to subscribe to."""
        ward = self.ward
        wanted = [topics.event(ward), topics.health(ward, topics.ANY), topics.snapshot(ward, self.client)]
        return wanted + [topics.snapshot_request(ward), topics.command(ward)]

    @property
    def will(self) -> Publication:
        """What the broker is to say when the connection dies. Its time is of no matter."""
        return self._health("radio-" + self._name, "radio", self._name, "offline", [], 0)

    def connected(self, now_ms: int) -> None:
        """The broker was reached."""
        self._is_connected = self.ear.is_connected = True
        self._watch.connected(now_ms)
        self._others.connected(now_ms)
        self._life_sign_ms = now_ms

    def lost(self) -> None:
        """The broker was lost."""
        self._is_connected = self.ear.is_connected = False
        self._watch.lost()
        self._others.lost()
        self.ear.gone()
        self._answers = []
        if self._is_standing_in:
            self._is_standing_in = False
            self._stand_in.hand_over()  # said anew to the next broker, which may know nothing

    def receive(self, topic: str, payload: bytes, now_ms: int) -> None:
        """Take a message of the broker's. What is not as the spec has it is counted and left."""
        address = topics.parse(topic)
        if address is None or address.scope != self.ward or not payload:
            return
        try:
            fields = json.loads(payload)
            if fields["v"] == 1:
                self._take(address.channel, address.last, fields, now_ms)
        except (ValueError, TypeError, KeyError, AttributeError, RuntimeError, MemoryError, EncodeError):
            self.n_refused += 1

    def poll(self, now_ms: int) -> "list[Publication]":
        """What is to be published now."""
        if not self._is_connected:
            return []
        said = self._change_over(now_ms)
        if self._watch.is_there(now_ms):
            said += self.ear.say(now_ms)
        elif self._is_standing_in:
            said += self._stand_in.say(now_ms)
        said += self._answers
        self._answers = []
        return said + self._life_signs(now_ms)

    def _change_over(self, now_ms: int) -> "list[Publication]":
        is_spoken_for = self._others.is_there(now_ms)
        self.ear.is_silenced = is_spoken_for and not (self._is_standing_in and self._epoch < self._others_epoch)
        if self._is_standing_in and (self._watch.is_there(now_ms) or self.ear.is_silenced):
            self._is_standing_in = False
            return self._stand_in.hand_over()
        if is_spoken_for:
            return []
        # Whoever listens says the time. Before anybody did, nobody could read it either.
        if not self._is_standing_in and self._watch.is_missing(now_ms) and self.clock.is_known:
            self._is_standing_in = True
            self._life_sign_ms = now_ms
            self.ear.gone()
            return self._stand_in.retain(self._stations())
        return []

    def _take(self, channel: str, last: str, fields: "dict[str, object]", now_ms: int) -> None:
        if channel == "health":
            self._heard_life_sign(last, fields, now_ms)
        elif channel == "event" and self._watch.is_there(now_ms) and fields["epoch"] != self._epoch:
            self.ear.event(fields, now_ms)
        elif channel == "snapshot" and self._watch.is_there(now_ms) and fields["epoch"] != self._epoch:
            self.ear.snapshot(fields, now_ms)
        elif channel == "snapshot_request" and self._is_standing_in and fields["reply_to"] != self.client:
            self._answers.append(self._stand_in.snapshot(fields, self._stations(), now_ms))
        elif channel == "command" and self._is_standing_in:
            self._answers += self._stand_in.command(fields, now_ms)

    def _heard_life_sign(self, part: str, health: "dict[str, object]", now_ms: int) -> None:
        at_ms = health["at_ms"]
        is_ours = part == "radio-" + self._name or health.get("epoch") == self._epoch
        if is_ours or not isinstance(at_ms, int):
            return
        if health["state"] != "offline":  # what the broker says for the dead was written when they began
            self.clock.heard(at_ms, now_ms)
        if part != self._gateway_part:
            return
        faults = health["faults"]
        if isinstance(faults, list) and FAULT in faults:  # it takes no hearings, so it is nobody to be told
            self._others.heard(health, now_ms)
            self._others_epoch = str(health["epoch"])
            return
        self._watch.heard(health, now_ms)
        if self._watch.is_there(now_ms):
            epoch, seq = health["epoch"], health["seq"]
            self.ear.announced(str(epoch), seq if isinstance(seq, int) else 0, now_ms)
            self.ear.says_health(self._watch.is_well)
        else:
            self.ear.gone()

    def _life_signs(self, now_ms: int) -> "list[Publication]":
        if now_ms < self._life_sign_ms or not self.clock.is_known:
            return []
        self._life_sign_ms = now_ms + LIFE_SIGN_MS
        faults = self._desk.own_faults
        state = "degraded" if faults else "online"
        said = [self._health("radio-" + self._name, "radio", self._name, state, faults, now_ms)]
        if self._is_standing_in:
            said.append(self._health(self._gateway_part, "gateway", self.ward, "degraded", [FAULT], now_ms))
        return said

    def _health(self, topic: str, part: str, name: str, state: str, faults: "list[str]", now_ms: int) -> Publication:
        is_authority = part == "gateway"
        fields: dict[str, object] = {"part": part, "name": name, "state": state, "faults": faults}
        fields.update({"at_ms": self.clock.unix_ms(now_ms), "epoch": self._epoch if is_authority else ""})
        fields["seq"] = self._stand_in.seq if is_authority else 0
        return Publication.of(topics.health(self.ward, topic), fields, retain=True)

    def _stations(self) -> "list[Station]":
        stations = self._desk.table.stations
        return [stations[station_id] for station_id in stations]


if TYPE_CHECKING:
    from wardbell_protocol.calls.station import Station
