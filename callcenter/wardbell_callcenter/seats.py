"""Whether an operator's console is still there: pure, by its life signs."""

from wardbell_protocol.bus.payloads import Health

GONE_AFTER_MS = 20_000  # three missed life signs of 5 s, and one more: a console that restarts keeps its operator


class Seats:
    """When each seat was last known to be well.

    `now_ms` is a monotonic clock: setting the time must not sign anybody out.
    """

    def __init__(self) -> None:
        self._well_at_ms: dict[str, int] = {}
        self._listening_since_ms: int | None = None

    def receive(self, health: Health, now_ms: int) -> None:
        """A life sign that was said now; a retained one tells nothing, its console may have died with the broker."""
        if health.part == "console" and health.state != "offline":
            self._is_well(f"{health.part}-{health.name}", now_ms)

    def connected(self, now_ms: int) -> None:
        """Life signs can be heard from now on."""
        self._listening_since_ms = now_ms

    def connection_lost(self) -> None:
        """Nothing can be heard: nobody is held to be gone for that."""
        self._listening_since_ms = None

    def signed_in(self, seat: str, now_ms: int) -> None:
        """A command has just come from there."""
        self._is_well(seat, now_ms)

    def is_gone(self, seat: str, now_ms: int) -> bool:
        """True when nothing good was heard of the seat for 20 s of listening."""
        if self._listening_since_ms is None:
            return False
        return now_ms - max(self._listening_since_ms, self._well_at_ms.get(seat, 0)) > GONE_AFTER_MS

    def _is_well(self, seat: str, now_ms: int) -> None:
        """The newest is the last. Those that are gone are forgotten: anybody may give a life sign under any name."""
        self._well_at_ms.pop(seat, None)
        self._well_at_ms[seat] = now_ms
        while now_ms - next(iter(self._well_at_ms.values())) > GONE_AFTER_MS:
            del self._well_at_ms[next(iter(self._well_at_ms))]
