"""A part's retained word on the bus that it is there and well, and the broker's last will for when it is not."""

from wardbell_bus.client import BusClient, Will
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Health, encode

EVERY_MS = 5000


class LifeSign:
    """Says `online`, or `degraded` with the faults, every 5 s and at once when something changed.

    Args:
        scope: a ward, or the call centre's scope.
        part: one of Health.part.
        name: tells two of a kind apart.
    """

    def __init__(self, scope: str, part: str, name: str) -> None:
        self._topic = topics.health(scope, topics.check_name(f"{part}-{name}"))
        self._part = part
        self._name = name
        self._said: tuple[str, ...] | None = None
        self._next_ms = 0

    def will(self, now_ms: int) -> Will:
        """For BusClient."""
        return Will(self._topic, self._payload("offline", now_ms, (), "", 0))

    def connected(self) -> None:
        """The broker may know nothing of us: say it anew."""
        self._said = None

    def beat(self, client: BusClient, now_ms: int, faults: tuple[str, ...] = (), epoch: str = "", seq: int = 0) -> None:
        """Publish where it is due. Call it a few times a second; `epoch` and `seq` as in Health."""
        said_just_now = self._next_ms - EVERY_MS <= now_ms < self._next_ms  # unless the clock was set back
        if not client.is_connected or (faults == self._said and said_just_now):
            return
        self._said = faults
        self._next_ms = now_ms + EVERY_MS
        state = "degraded" if faults else "online"
        client.publish(self._topic, self._payload(state, now_ms, faults, epoch, seq), retain=True)

    def _payload(self, state: str, now_ms: int, faults: tuple[str, ...], epoch: str, seq: int) -> bytes:
        health = Health(
            part=self._part,  # type: ignore[arg-type]
            name=self._name,
            state=state,  # type: ignore[arg-type]
            at_ms=now_ms,
            faults=list(faults),
            epoch=epoch,
            seq=seq,
        )
        return encode(health)
