"""The assurance lamp's grammar: four things it says, each with its rhythm. What a one-way node knows is only the first.

`nursecall.md` has the trade's: a flash a second for a call that waits (Intercall 600), steady for staff who are there.
"""

DARK = ""
SENDING = "sending"
RECEIVED = "received"
SEEN = "seen"  # seen, coming
NOT_RECEIVED = "not received"

# ms lit, ms dark; in turn.
RHYTHM = {
    SENDING: (1, 0),
    RECEIVED: (500, 500),
    SEEN: (2700, 300),
    NOT_RECEIVED: (150, 150),
}
LEAST_MS = 1000  # a burst at T = 100 us is over in a tenth of a second: too short to be seen


class AssuranceLamp:
    """States in, lit or not out."""

    def __init__(self) -> None:
        self.state = DARK
        self.is_on = False
        self._since_ms = 0
        self._sending_until_ms = 0

    def pressed(self, now_ms: int) -> None:
        """A key was pressed: *sending* for a second at least, unless there is an answer."""
        self._sending_until_ms = now_ms + LEAST_MS

    def show(self, state: str, now_ms: int) -> None:
        """Say how things are."""
        if state == DARK and now_ms < self._sending_until_ms:
            state = SENDING
        if state != self.state:
            self.state = state
            self._since_ms = now_ms
        self.is_on = state != DARK and self._phase_ms(now_ms) < RHYTHM[state][0]

    def next_deadline_ms(self, now_ms: int) -> "int | None":
        """When the lamp changes by itself."""
        if self.state == DARK:
            return None
        lit_ms, dark_ms = RHYTHM[self.state]
        if not dark_ms:
            return self._sending_until_ms if now_ms < self._sending_until_ms else None
        phase_ms = self._phase_ms(now_ms)
        return now_ms + (lit_ms if phase_ms < lit_ms else lit_ms + dark_ms) - phase_ms

    def _phase_ms(self, now_ms: int) -> int:
        return (now_ms - self._since_ms) % sum(RHYTHM[self.state])
