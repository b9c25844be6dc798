"""The receiver's three keys: contacts in, what a person means by them out.

`ack` is taken when it is let go, or as `CLEAR` when it was held; `browse` and `mute` at once. Ack and browse held together
mean `LEARN`, ack and mute `SURVEY`, and neither alone any more.

A key that sticks, or lies under something, must not take the others along: it makes no pair with one pressed later, and what is
down when the receiver starts means nothing by itself until it was let go.
"""

from wardbell_firmware.drivers.key import PRESSED, RELEASED, DebouncedKey

ACK_DOWN = "ack_down"  # what is shown now is what the person means
ACK = "ack"
CLEAR = "clear"
BROWSE = "browse"
MUTE = "mute"
LEARN = "learn"
SURVEY = "survey"

HOLD_MS = 3000
SAID_AFTER_MS = 500  # a key that is held so long is told what holding it does
REPEAT_AFTER_MS = 1000
REPEAT_EVERY_MS = 400
STUCK_MS = 60000  # browse: by then the longest list was walked through


class DeskKeys:
    """Contact states in, meanings out, in the order in which they came."""

    def __init__(self) -> None:
        self.is_held = False  # ack is down, and will be taken
        self._ack = DebouncedKey()
        self._browse = DebouncedKey()
        self._mute = DebouncedKey()
        self._repeat_at_ms: int | None = None
        self._both_mean = LEARN
        self._both_at_ms: int | None = None
        self._has_started = False

    def receive(self, ack: bool, browse: bool, mute: bool, now_ms: int) -> "list[str]":
        """Take the contacts as they are now."""
        if not (ack or browse or mute or self._ack.is_down or self._browse.is_down or self._mute.is_down):
            self._has_started = True
            return []
        changes = [
            self._ack.receive(ack, now_ms),
            self._browse.receive(browse, now_ms),
            self._mute.receive(mute, now_ms),
        ]
        meant: list[str] = []
        if self._has_started:
            self._heed_ack(changes[0], now_ms, meant)
            self._heed_browse(changes[1], now_ms, meant)
            self._heed_mute(changes[2], now_ms, meant)
        self._has_started = True
        return meant

    def poll(self, now_ms: int) -> "list[str]":
        """What the keys mean by being held."""
        if self._both_at_ms is not None and now_ms >= self._both_at_ms:
            self._both_at_ms = None
            return [self._both_mean]
        if self.is_held and now_ms >= self._ack.down_at_ms + HOLD_MS:
            self.is_held = False
            return [CLEAR]
        if self._repeat_at_ms is not None and now_ms >= self._repeat_at_ms:
            is_stuck = now_ms >= self._browse.down_at_ms + STUCK_MS
            self._repeat_at_ms = None if is_stuck else now_ms + REPEAT_EVERY_MS
            return [BROWSE]
        return []

    def clears_in_s(self, now_ms: int) -> int:
        """Seconds until `CLEAR`, begun ones counted whole; 0 while nobody need be told."""
        if not self.is_held or now_ms < self._ack.down_at_ms + SAID_AFTER_MS:
            return 0
        return -(-(self._ack.down_at_ms + HOLD_MS - now_ms) // 1000)

    def next_deadline_ms(self) -> "int | None":
        """When the contacts must be looked at, or `poll` has something to say."""
        times = [self._ack.next_deadline_ms(), self._browse.next_deadline_ms(), self._mute.next_deadline_ms()]
        times.extend([self._repeat_at_ms, self._both_at_ms])
        if self.is_held:
            times.append(self._ack.down_at_ms + HOLD_MS)
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    def _heed_ack(self, change: str, now_ms: int, meant: "list[str]") -> None:
        if change == PRESSED:
            if not self._both(now_ms):
                self.is_held = True
                meant.append(ACK_DOWN)
        elif change == RELEASED:
            self._both_at_ms = None
            if self.is_held:
                self.is_held = False
                meant.append(ACK)

    def _heed_browse(self, change: str, now_ms: int, meant: "list[str]") -> None:
        if change == PRESSED:
            if not self._both(now_ms):
                self._repeat_at_ms = now_ms + REPEAT_AFTER_MS
                meant.append(BROWSE)
        elif change == RELEASED:
            self._repeat_at_ms = self._both_at_ms = None

    def _heed_mute(self, change: str, now_ms: int, meant: "list[str]") -> None:
        if change == PRESSED:
            if not self._both(now_ms):
                meant.append(MUTE)
        elif change == RELEASED:
            self._both_at_ms = None

    def _both(self, now_ms: int) -> bool:
        is_browse, is_mute = _is_fresh(self._browse, now_ms), _is_fresh(self._mute, now_ms)
        if not _is_fresh(self._ack, now_ms) or not (is_browse or is_mute):
            return False
        self.is_held = False
        self._repeat_at_ms = None
        self._both_mean = LEARN if is_browse else SURVEY
        self._both_at_ms = now_ms + HOLD_MS
        return True


def _is_fresh(key: DebouncedKey, now_ms: int) -> bool:
    """Whether it is down, and for no longer than two keys that are held together are pressed apart."""
    return key.is_down and now_ms < key.down_at_ms + HOLD_MS
