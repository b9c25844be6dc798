"""The assurance lamp's grammar: what it says, each in its colour and its rhythm.

The trade's (Intercall 600 guide): call a red flash a second, assistance red and green in turn, emergency rapid red, staff
present steady green. `seen` is green for the same reason: somebody is there for you. What a one-way node knows of its call is
only *sending*. Both halves lit at once are amber: the node is not heard, or is of no use. For who sees no colours each has a
rhythm of its own, but that two are steady: *sending* lasts 5 s at most, *staff present* follows its key.
"""

DARK = ""
SENDING = "sending"
RECEIVED = "received"
RECEIVED_ASSIST = "received, staff assist"
RECEIVED_EMERGENCY = "received, emergency"
SEEN = "seen"  # seen, coming
PRESENT = "staff present"
NOT_RECEIVED = "not received"
UNUSABLE = "unusable"

RED = 1
GREEN = 2
AMBER = RED | GREEN

# Colour and ms, in turn; one piece of 0 ms is steady. 0.2 s lit, 0.2 s dark: 2.5 Hz, within IEC 60601-1-8's 1.4-2.8 Hz of a
# high priority; the rest is below the 3 flashes a second that may trouble people with photosensitive epilepsy (WCAG 2.3.1).
RHYTHM = {
    SENDING: ((RED, 0),),
    RECEIVED: ((RED, 500), (0, 500)),
    RECEIVED_ASSIST: ((RED, 400), (0, 100), (GREEN, 400), (0, 100)),
    RECEIVED_EMERGENCY: ((RED, 200), (0, 200)),
    SEEN: ((GREEN, 2700), (0, 300)),
    PRESENT: ((GREEN, 0),),
    NOT_RECEIVED: ((AMBER, 150), (0, 150), (AMBER, 150), (0, 550)),
    UNUSABLE: ((AMBER, 150), (0, 150), (AMBER, 150), (0, 150), (AMBER, 150), (0, 2250)),
}
LEAST_MS = 1000  # a burst at T = 100 us is over in a tenth of a second: too short to be seen


class AssuranceLamp:
    """States in; `colour` of now out: 0 dark, else bits of `RED` and `GREEN`."""

    def __init__(self) -> None:
        self.state = DARK
        self.colour = 0
        self._since_ms = 0
        self._sending_until_ms = 0

    def pressed(self, now_ms: int) -> None:
        """A key was pressed: *sending* for a second at least, unless there is an answer."""
        self._sending_until_ms = now_ms + LEAST_MS

    def show(self, state: str, now_ms: int) -> None:
        """Say how things are."""
        if state in (DARK, PRESENT) and now_ms < self._sending_until_ms:
            state = SENDING
        if state != self.state:
            self.state = state
            self._since_ms = now_ms
        self.colour = 0 if state == DARK else self._piece(now_ms)[0]

    def next_deadline_ms(self, now_ms: int) -> "int | None":
        """When the lamp changes by itself."""
        if self.state == DARK:
            return None
        left_ms = self._piece(now_ms)[1]
        if left_ms:
            return now_ms + left_ms
        return self._sending_until_ms if now_ms < self._sending_until_ms else None

    def _piece(self, now_ms: int) -> "tuple[int, int]":
        """Colour now, and for how much longer; 0: for good."""
        rhythm = RHYTHM[self.state]
        if len(rhythm) == 1:
            return rhythm[0]
        phase_ms = (now_ms - self._since_ms) % sum([ms for _, ms in rhythm])
        at = 0
        while phase_ms >= rhythm[at][1]:
            phase_ms -= rhythm[at][1]
            at += 1
        return rhythm[at][0], rhythm[at][1] - phase_ms
