"""Which ways out get nothing through, for the life sign. Pure; times are the engine's own."""

FADES_MS = 600_000  # where nothing is tried any more, nobody can say


class Failures:
    """By the name that a port gives a fault."""

    def __init__(self) -> None:
        self._latest_ms: dict[str, int] = {}

    def failed(self, name: str, now_steady_ms: int) -> None:
        """The latest attempt did not get through."""
        if name:
            self._latest_ms[name] = now_steady_ms

    def got_through(self, name: str) -> None:
        """It is well again."""
        self._latest_ms.pop(name, None)

    def names(self, now_steady_ms: int) -> tuple[str, ...]:
        """In order."""
        return tuple(sorted(name for name, at_ms in dict(self._latest_ms).items() if now_steady_ms - at_ms < FADES_MS))
