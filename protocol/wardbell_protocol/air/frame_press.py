"""What comes of authenticated frames: a press that begins, a press that is over, frames refused again and again."""


class FramePress:
    """One press of one node, proven by its key, as heard so far.

    `node_id`, `counter`, `event`, `battery`: as its frames say; `copies`: of its frame heard; `start_us`, `end_us`:
    begin of the first, end of the newest; `quality`: of the best, 0..100.
    """

    def __init__(
        self,
        node_id: int,
        counter: int,
        event: int,
        battery: int,
        copies: int,
        start_us: int,
        end_us: int,
        quality: int,
    ) -> None:
        self.node_id = node_id
        self.counter = counter
        self.event = event
        self.battery = battery
        self.copies = copies
        self.start_us = start_us
        self.end_us = end_us
        self.quality = quality

    def copy(self) -> "FramePress":
        """Give the press as it stands now."""
        return FramePress(
            self.node_id, self.counter, self.event, self.battery, self.copies, self.start_us, self.end_us, self.quality
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FramePress) and _facts(self) == _facts(other)

    def __hash__(self) -> int:
        return hash(_facts(self))

    def __repr__(self) -> str:
        return (
            "FramePress(0x%04X, counter=%d, event=%d, battery=%d, copies=%d, start_us=%d, end_us=%d, quality=%d)"
            % _facts(self)
        )


class FrameStarted:
    """The first true copy has come; `press` is as it stood then."""

    def __init__(self, press: FramePress) -> None:
        self.press = press

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrameStarted) and self.press == other.press

    def __hash__(self) -> int:
        return hash(self.press)

    def __repr__(self) -> str:
        return "FrameStarted(%r)" % self.press


class FrameEnded:
    """No copy has come for a while, or the node has been pressed again; `press` is final."""

    def __init__(self, press: FramePress) -> None:
        self.press = press

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrameEnded) and self.press == other.press

    def __hash__(self) -> int:
        return hash(self.press)

    def __repr__(self) -> str:
        return "FrameEnded(%r)" % self.press


class FramesRefused:
    """Frames that name this node have been refused repeatedly.

    `reason`: forged, replayed, reused (a known node, somebody's attack or a fault) or unknown (no such node enrolled);
    `times`: how often within a minute.
    """

    def __init__(self, node_id: int, reason: str, times: int) -> None:
        self.node_id = node_id
        self.reason = reason
        self.times = times

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FramesRefused) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        return "FramesRefused(0x%04X, %r, times=%d)" % (self.node_id, self.reason, self.times)


def _facts(press: FramePress) -> "tuple[int, int, int, int, int, int, int, int]":
    return (
        press.node_id,
        press.counter,
        press.event,
        press.battery,
        press.copies,
        press.start_us,
        press.end_us,
        press.quality,
    )
