"""Whether the ward has a gateway on the bus now, told from its life sign."""

SILENT_AFTER_MS = 15000  # three life signs, as every reader of the bus has it
LISTEN_FIRST_MS = 12000  # after the broker was reached: two life signs


class GatewayWatch:
    """Life signs of the ward's gateway in, its presence out.

    `own_epoch`: what a life sign carries that is our own, as stand-in.
    """

    def __init__(self, own_epoch: str) -> None:
        self._own_epoch = own_epoch
        self._said_ms: int | None = None  # UNIX time of its newest word
        self._heard_ms: int | None = None  # when a word newer than the one before came
        self._connected_ms: int | None = None
        self._is_well = False

    def connected(self, now_ms: int) -> None:
        """The broker was reached."""
        self._connected_ms = now_ms

    def lost(self) -> None:
        """The broker was lost, and with it everybody behind it."""
        self._connected_ms = self._said_ms = self._heard_ms = None

    def heard(self, health: "dict[str, object]", now_ms: int) -> None:
        """Its life sign, or the broker's word that it has gone. The first may be one that was kept, and old."""
        if health["epoch"] == self._own_epoch:
            return
        at_ms = health["at_ms"]
        if health["state"] == "offline":
            self._heard_ms = None
        elif isinstance(at_ms, int):
            if self._said_ms is not None and at_ms > self._said_ms:
                self._heard_ms = now_ms
            self._said_ms = at_ms
            self._is_well = health["state"] == "online"

    def is_there(self, now_ms: int) -> bool:
        """Whether it speaks."""
        return self._heard_ms is not None and now_ms - self._heard_ms < SILENT_AFTER_MS

    @property
    def is_well(self) -> bool:
        """What it said of itself at last."""
        return self._is_well

    def is_missing(self, now_ms: int) -> bool:
        """Whether the ward has none: the broker is there, and in the time of two life signs none has come."""
        waited = self._connected_ms is not None and now_ms - self._connected_ms >= LISTEN_FIRST_MS
        return waited and not self.is_there(now_ms)
