"""Staff at the bed: since when the presence key says so, and what a call means meanwhile.

A call while staff are present is an emergency: they are there and need help (Tunstall, hospicall TP-AW-RD). The first reset
ends that emergency, the second their presence (Intercall). Reasons: protocol/decisions/0011.
"""

from wardbell_protocol.calls.signals import BATHROOM, EMERGENCY, NORMAL, PRESENCE, RESET

# Who leaves without a reset is gone after as long as a ward believes in an attended call (spec/calls.md, "Defaults").
PRESENT_MS = 900000

_RAISED = (NORMAL, BATHROOM)


class StaffPresence:
    """Signals of pressed keys in; what they mean out.

    Args:
        signals: what its keys can say. Without a reset nobody could end an emergency, and calls stay what they are.
    """

    def __init__(self, signals: "list[str]") -> None:
        self._has_reset = RESET in signals
        self._until_ms: int | None = None
        self._is_emergency = False

    @property
    def is_present(self) -> bool:
        """Whether staff have said that they are there."""
        return self._until_ms is not None

    def meaning(self, signal: str, now_ms: int) -> str:
        """The signal to say for this one, which was just pressed."""
        self.poll(now_ms)
        if signal == PRESENCE:
            self._until_ms = now_ms + PRESENT_MS
        elif signal == RESET:
            self._until_ms = self._until_ms if self._is_emergency else None
            self._is_emergency = False
        elif signal in _RAISED and self.is_present and self._has_reset:
            self._is_emergency = True
            return EMERGENCY
        return signal

    def poll(self, now_ms: int) -> None:
        """Time passes."""
        if self._until_ms is not None and now_ms >= self._until_ms:
            self._until_ms = None
            self._is_emergency = False

    def next_deadline_ms(self) -> "int | None":
        """When they are taken to have left."""
        return self._until_ms
