"""Two ears hearing one press make one call: which presses are the same.

A frame says it itself: node id and counter are the press, whoever hears it and whenever. Of bare words, the same code
heard by two ears within 2 s of each other is one press. The same ear never reports one press twice (the radio's press
rules fold repeats), so a second report of one ear is a second press.
"""

from collections import deque
from typing import NamedTuple

OVERLAP_MS = 2000
KEEP_MS = 24 * 3600 * 1000  # whose host or broker was away hands its presses over late, at their own times
MAX_KEPT = 4000


class FrameId(NamedTuple):
    """A press in a verified frame: `node_id` and `counter` are its identity, `event` what it says."""

    node_id: int
    counter: int
    event: int


class Heard:
    """A press as one ear heard it.

    Args:
        ear: (name, epoch): an ear that has started anew is another.
        frame: of a press in a frame; its `code` means nothing.
        is_taken: that very frame was taken before.
        is_overtaken: what the station said later was taken before; so this can place a call, and end none.
    """

    def __init__(
        self,
        ear: "tuple[str, str]",
        code: int,
        at_ms: int,
        frame: FrameId | None = None,
        is_taken: bool = False,
        is_overtaken: bool = False,
    ) -> None:
        self.ear = ear
        self.code = code
        self.at_ms = at_ms
        self.frame = frame
        self.is_taken = is_taken
        self.is_overtaken = is_overtaken


class _Press:
    def __init__(self, heard: Heard) -> None:
        self.code = heard.code
        self.ears = {heard.ear}
        self.start_ms = heard.at_ms
        self.end_ms = heard.at_ms


class EarFold:
    """Remembers the presses of the last day."""

    def __init__(self) -> None:
        self._presses: deque[_Press] = deque(maxlen=MAX_KEPT)

    def is_same_press(self, heard: Heard) -> bool:
        """Whether another ear has reported this very press."""
        return self._find(heard) is not None

    def take(self, heard: Heard) -> None:
        """It is safe: remember it."""
        press = self._find(heard)
        if press is None:
            self._forget(heard.at_ms - KEEP_MS)
            self._presses.append(_Press(heard))
        else:
            press.ears.add(heard.ear)
            press.end_ms = max(press.end_ms, heard.at_ms)

    def ended(self, ear: "tuple[str, str]", code: int, end_ms: int) -> None:
        """The press that this ear reported last lasted until then."""
        for press in reversed(self._presses):
            if press.code == code and ear in press.ears:
                press.end_ms = max(press.end_ms, end_ms)
                return

    def _find(self, heard: Heard) -> _Press | None:
        for press in reversed(self._presses):
            if press.code != heard.code or heard.ear in press.ears:
                continue
            if press.start_ms - OVERLAP_MS <= heard.at_ms <= press.end_ms + OVERLAP_MS:
                return press
        return None

    def _forget(self, before_ms: int) -> None:
        while self._presses and self._presses[0].end_ms < before_ms:
            self._presses.popleft()
