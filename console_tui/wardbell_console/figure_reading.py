"""The figures of the moment, as far as the call centre tells them to whoever sits here. Pure."""

from wardbell_protocol.bus.centre_payloads import CentreReply
from wardbell_protocol.bus.figure_payloads import CentreFigures

WATCHED_EVERY_MS = 10_000
ELSE_EVERY_MS = 60_000  # 600 consoles that ask twice as often cost the call centre some 6 % of a core
COUNTED_AFTER_MS = 2000  # while the call centre still counts
OLD_AFTER = 3  # answers that did not come


class FigureReading:
    """What was told last, and when to ask again.

    Attributes:
        known: None before the first answer, and once he may not see them.
        is_watched: they are all that the screen shows, so that they are asked for more often.
    """

    def __init__(self) -> None:
        self.known: CentreFigures | None = None
        self.is_watched = False
        self._command_id = ""
        self._asked_at_ms: int | None = None
        self._told_at_ms = 0
        self._is_counting = False

    def is_due(self, now_ms: int) -> bool:
        """Whether to ask now."""
        wait_ms = COUNTED_AFTER_MS if self._is_counting else self._every_ms
        return self._asked_at_ms is None or not 0 <= now_ms - self._asked_at_ms < wait_ms

    def asked(self, command_id: str, now_ms: int) -> None:
        """It was sent under that id."""
        self._command_id, self._asked_at_ms, self._is_counting = command_id, now_ms, False

    def answered(self, reply: CentreReply, now_ms: int) -> bool:
        """Take an answer; False where it is another command's."""
        if not self._command_id or reply.command_id != self._command_id:
            return False
        self._command_id = ""
        if not reply.ok:
            self.known = None
        elif reply.figures is None:
            self._is_counting = True
        else:
            self.known, self._told_at_ms = reply.figures, now_ms
        return True

    def is_old(self, now_ms: int) -> bool:
        """Whether several answers are missing."""
        return self.known is not None and not 0 <= now_ms - self._told_at_ms < OLD_AFTER * self._every_ms

    def forget(self) -> None:
        """Whoever sits here now, they were not told to him."""
        self.known, self._command_id, self._asked_at_ms, self._is_counting = None, "", None, False

    @property
    def _every_ms(self) -> int:
        return WATCHED_EVERY_MS if self.is_watched else ELSE_EVERY_MS
