"""Whether a key is well: one that is held for a minute or chatters is a fault, and no storm of calls.

The first press was said at once and stands. What follows from a key in fault is said at most once a minute, the last as
surely as the first: a resident who leans on the button, or presses it sixty times, has called. Other keys are not held up.
"""

# Long after any finger has let go: KeeLoq remotes give a held button up after 25 s (Microchip HCS300 data sheet), a person who
# lies on the handset is found by the call itself.
STUCK_MS = 60000
# In a minute: nobody presses once a second for so long; a contact that chatters closes tens of times a second.
MOST_PRESSES = 60
# A loop is opened by pulling a cord or a plug; more often than that, the plug is loose.
MOST_OPENINGS = 6
WINDOW_MS = 60000
WELL_AFTER_MS = 60000
SAID_EVERY_MS = 60000


class KeyWatch:
    """Presses and how long it is down in; when to say them and whether it `is_faulty` out."""

    def __init__(self, most_presses: int = MOST_PRESSES) -> None:
        self.is_faulty = False
        self._most_presses = most_presses
        self._n_presses = 0
        self._window_ms = 0
        self._bad_ms = 0  # when it was last seen to be not well
        self._said_ms: int | None = None
        self._is_owed = False

    def pressed(self, now_ms: int) -> bool:
        """It was pressed; returns whether to say so now."""
        if now_ms - self._window_ms >= WINDOW_MS:
            self._window_ms = now_ms
            self._n_presses = 0
        self._n_presses += 1
        if self._n_presses > self._most_presses:
            self.is_faulty = True
            self._bad_ms = now_ms
        self._is_owed = True
        return self.take_owed(now_ms)

    def take_owed(self, now_ms: int) -> bool:
        """Whether a press is to be said now that could not be before."""
        due_ms = self._due_ms()
        if due_ms is None or now_ms < due_ms:
            return False
        self._is_owed = False
        self._said_ms = now_ms
        return True

    def answered(self) -> None:
        """Somebody was there: what it says next is news again, and what it still owed is not."""
        self._said_ms = None
        self._is_owed = False

    def poll(self, is_down: bool, down_at_ms: int, now_ms: int) -> None:
        """Time passes."""
        if is_down and now_ms - down_at_ms >= STUCK_MS:
            self.is_faulty = True
            self._bad_ms = now_ms
        elif self.is_faulty and not is_down and now_ms - self._bad_ms >= WELL_AFTER_MS:
            self.is_faulty = False

    def next_deadline_ms(self, is_down: bool, down_at_ms: int) -> "int | None":
        """When `poll` or `take_owed` has something to do, if nothing happens before."""
        at_ms = self._due_ms()
        if is_down:
            change_ms = None if self.is_faulty else down_at_ms + STUCK_MS
        else:
            change_ms = self._bad_ms + WELL_AFTER_MS if self.is_faulty else None
        if at_ms is None or change_ms is None:
            return change_ms if at_ms is None else at_ms
        return min(at_ms, change_ms)

    def _due_ms(self) -> "int | None":
        if not self._is_owed:
            return None
        return 0 if self._said_ms is None or not self.is_faulty else self._said_ms + SAID_EVERY_MS
