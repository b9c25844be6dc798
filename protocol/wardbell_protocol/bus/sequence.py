"""Whether an event of an authority is the next one, an old one, or one after a gap; and when to ask for a snapshot."""

APPLY = "apply"
OLD = "old"
GAP = "gap"

ASK_EVERY_MS = 2000  # a snapshot request that nobody answered is made again
LATE_MS = 2000  # how long an event that was announced may be on its way


class EventSequence:
    """Follows one authority's epoch and sequence numbers.

    Starts in a gap: until the first snapshot a reader knows nothing. A new epoch is a gap too (another journal began).
    """

    def __init__(self) -> None:
        self.epoch = ""
        self.seq = 0
        self.in_gap = True
        self._newest = 0  # highest number heard of in `_newest_epoch`, which a snapshot may not have reached yet
        self._newest_epoch = ""
        self._announced = ("", 0)
        self._behind_since_ms: int | None = None
        self._ask_at_ms = 0

    def receive(self, epoch: str, seq: int) -> str:
        """`apply`, `old` or `gap`; in a gap, events are not to be applied until a snapshot closed it."""
        if epoch == self.epoch and seq <= self.seq:
            return OLD
        self._heard(epoch, seq)
        if self.in_gap or epoch != self.epoch or seq != self.seq + 1:
            self.in_gap = True
            return GAP
        self.seq = seq
        return APPLY

    def receive_snapshot(self, epoch: str, seq: int) -> bool:
        """Take over a snapshot; False when it is older than what is known already.

        The gap stays open where a newer event was heard meanwhile: the next snapshot will have it.
        """
        if epoch == self.epoch and seq < self.seq:
            return False
        self._heard(epoch, seq)
        self.epoch = epoch
        self.seq = seq
        self.in_gap = self._newest > seq
        return True

    def announced(self, epoch: str, seq: int, now_ms: int) -> None:
        """The authority says how far it has come."""
        self._heard(epoch, seq)
        self._announced = (epoch, seq)
        if not self._is_behind():
            self._behind_since_ms = None
        elif self._behind_since_ms is None or now_ms < self._behind_since_ms:
            self._behind_since_ms = now_ms

    def lost(self) -> None:
        """The connection was broken: anything may have been missed."""
        self.in_gap = True
        self._ask_at_ms = 0

    def must_ask(self, now_ms: int) -> bool:
        """True when a snapshot is to be asked for now; says so once in 2 s."""
        if self._behind_since_ms is not None and now_ms - self._behind_since_ms >= LATE_MS:
            self.in_gap = self.in_gap or self._is_behind()  # what was on its way may have come meanwhile
            self._behind_since_ms = None
        asked_just_now = self._ask_at_ms - ASK_EVERY_MS <= now_ms < self._ask_at_ms  # unless the clock was set back
        if not self.in_gap or asked_just_now:
            return False
        self._ask_at_ms = now_ms + ASK_EVERY_MS
        return True

    def _is_behind(self) -> bool:
        epoch, seq = self._announced
        return epoch != self.epoch or seq > self.seq

    def _heard(self, epoch: str, seq: int) -> None:
        if epoch != self._newest_epoch:
            self._newest_epoch = epoch
            self._newest = seq
        self._newest = max(self._newest, seq)
