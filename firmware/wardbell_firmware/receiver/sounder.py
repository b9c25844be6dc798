"""What is sounded: the pattern of the most urgent unanswered call, and whether it is muted.

Muting ends by itself, by whatever begins to ring, and where nothing is left that rings. What clears only where it was placed
is never muted (nursecall requirements: UFGS 16730A, HTM 08-03: an emergency overrides mute).
"""

from wardbell_firmware.receiver.tones import tone_at
from wardbell_protocol.calls.signals import ORIGIN_ONLY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

MUTE_MS = 120000


class Sounder:
    """The call that rings in; `tone_hz` out."""

    def __init__(self) -> None:
        self.tone_hz = 0
        self._kind = ""  # whose pattern plays
        self._since_ms = 0
        self._until_ms: int | None = None  # the tone as it is now
        self._muted_until_ms: int | None = None

    def begin(self) -> None:
        """Something begins to ring: the pattern begins anew, and is heard."""
        self._kind = ""
        self._muted_until_ms = None

    def press_mute(self, ringing: "Call | None", now_ms: int) -> bool:
        """The mute key: silence, or sound again where it was silent. False where that may not be silenced."""
        if ringing is None:
            return True
        if ringing.kind in ORIGIN_ONLY:
            return False
        self._muted_until_ms = now_ms + MUTE_MS if self._muted_until_ms is None else None
        self._kind = ""
        return True

    def muted_s(self, now_ms: int) -> int:
        """Seconds that it stays muted, begun ones counted whole."""
        return 0 if self._muted_until_ms is None else max(0, -(-(self._muted_until_ms - now_ms) // 1000))

    def poll(self, ringing: "Call | None", now_ms: int) -> None:
        """Settle what is heard; `ringing`: the most urgent call that nobody has answered."""
        if ringing is None:
            self._kind, self.tone_hz, self._until_ms, self._muted_until_ms = "", 0, None, None
            return
        if self._muted_until_ms is not None:
            if now_ms < self._muted_until_ms and ringing.kind not in ORIGIN_ONLY:
                self.tone_hz, self._until_ms = 0, self._muted_until_ms
                return
            self.begin()
        if ringing.kind != self._kind:
            self._kind = ringing.kind
            self._since_ms = now_ms
        self.tone_hz, left_ms = tone_at(self._kind, now_ms - self._since_ms)
        self._until_ms = now_ms + left_ms

    def next_deadline_ms(self) -> "int | None":
        """When the tone changes."""
        return self._until_ms
