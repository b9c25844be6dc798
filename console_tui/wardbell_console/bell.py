"""When the terminal's bell rings. Pure; the rules are those of UL 2560 for a muted annunciator (reference: nurse call).

Muting lasts at most 2 min, the next call breaks it, and urgent calls ignore it.
"""

from dataclasses import dataclass

from wardbell_protocol.calls.signals import BATHROOM, CODE, EMERGENCY, FAULT, NORMAL, ORIGIN_ONLY, STAFF_ASSIST

MUTE_MS = 120_000
# How often an unanswered call rings: the more urgent, the faster.
EVERY_MS = {CODE: 600, EMERGENCY: 1000, BATHROOM: 1500, STAFF_ASSIST: 2000, NORMAL: 4000, FAULT: 20_000}


@dataclass(frozen=True)
class Ringing:
    """Something unanswered. `key` changes when it begins to ring anew, as after a re-raise."""

    key: tuple[str, int]
    kind: str

    @property
    def is_urgent(self) -> bool:
        """Whether muting leaves it ringing."""
        return self.kind in ORIGIN_ONLY


class Bell:
    """Decides each stroke."""

    def __init__(self) -> None:
        self._muted_until_ms = 0
        self._known: set[tuple[str, int]] = set()
        self._rang_at_ms: int | None = None

    def mute(self, now_ms: int) -> None:
        """Be quiet about what rings now and is not urgent."""
        self._muted_until_ms = now_ms + MUTE_MS

    def muted_ms(self, now_ms: int) -> int:
        """How long the mute still lasts; 0 when there is none."""
        left_ms = self._muted_until_ms - now_ms
        return left_ms if 0 < left_ms <= MUTE_MS else 0  # a clock that was set back must not make it last

    def poll(self, ringing: list[Ringing], now_ms: int) -> bool:
        """True for one stroke now."""
        keys = {item.key for item in ringing}
        arrived = keys - self._known
        self._known = keys
        if arrived:
            self._muted_until_ms = 0
        muted = self.muted_ms(now_ms) > 0
        loud = [item for item in ringing if item.is_urgent or not muted]
        if not loud:
            return False
        every_ms = min(EVERY_MS[item.kind] for item in loud)
        rang_just_now = self._rang_at_ms is not None and 0 <= now_ms - self._rang_at_ms < every_ms
        if rang_just_now and not arrived:
            return False
        self._rang_at_ms = now_ms
        return True
