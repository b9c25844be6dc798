"""A key without its bounce.

The first contact counts at once, however short it was (the board latches it): nobody who can barely press is
asked to press longer. What bounces is what follows, so the key must have been open for a while before it
counts again. A key that sticks is one press.
"""

SETTLE_MS = (
    20  # contacts of push buttons bounce for up to about 10 ms; the shortest pause between two presses is over 50
)
# A held key is looked at now and then, should the wake-up for its release be lost: the more seldom the longer it is held, for
# one that is stuck must not keep its node awake.
_LOOK_HELD_MS = 250
_LOOK_HELD_MOST_MS = 10000
_LOOK_HELD_SHARE = 8

PRESSED = "pressed"
RELEASED = "released"


class DebouncedKey:
    """Contact states in, presses and releases out."""

    def __init__(self) -> None:
        self.is_down = False
        self.down_at_ms = 0
        self._open_since_ms: int | None = None
        self._look_at_ms: int | None = None

    def receive(self, is_closed: bool, now_ms: int) -> str:
        """Take the contact as it is now; returns `PRESSED`, `RELEASED` or nothing."""
        if is_closed:
            return self._closed(now_ms)
        if not self.is_down:
            return ""
        if self._open_since_ms is None:
            self._open_since_ms = now_ms
        self._look_at_ms = self._open_since_ms + SETTLE_MS
        if now_ms < self._look_at_ms:
            return ""
        self.is_down = False
        self._look_at_ms = None
        return RELEASED

    def next_deadline_ms(self) -> "int | None":
        """When the contact must be looked at even if no change of it is noticed."""
        return self._look_at_ms

    def _closed(self, now_ms: int) -> str:
        self._open_since_ms = None
        was_due = self._look_at_ms is not None and now_ms >= self._look_at_ms
        # What a change has brought may be a latched bounce: the contact may be open already, and no further change will tell.
        self._look_at_ms = now_ms + SETTLE_MS
        if self.is_down:
            if was_due:
                held_ms = (now_ms - self.down_at_ms) // _LOOK_HELD_SHARE
                self._look_at_ms = now_ms + min(_LOOK_HELD_MOST_MS, max(_LOOK_HELD_MS, held_ms))
            return ""
        self.is_down = True
        self.down_at_ms = now_ms
        return PRESSED
