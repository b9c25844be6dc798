"""When refused transmissions become a fault: one may be noise or a collision, many are somebody.

Decides by station and kind of refusal; what is refused is frame_receiver.py's and calls/station.py's business. Times are
ms of any clock that runs on. Specification: protocol/spec/air.md, "Refusals".
"""

FORGED = "forged_frames"  # of a node's id, under another key
REPLAYED = "replayed_frames"  # recorded, sent again
REUSED = "reused_counters"  # two true frames that differ under one number: a node whose counter is lost, or its copy
BARE = "bare_words"  # a legacy word of a station that has a key
REFUSALS = (FORGED, REPLAYED, REUSED, BARE)

N_TOLERATED = 4  # refusals of one station and kind, without a quiet time between them
QUIET_MS = 600000


class _Row:
    def __init__(self) -> None:
        self.n = 0
        self.last_ms = 0


class RefusalWatch:
    """Refusals in; which of them are a fault now, as (station id, kind of refusal)."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], _Row] = {}

    def refused(self, station_id: str, kind: str, now_ms: int, n: int = 1) -> None:
        """That many transmissions of that station were refused."""
        self._forget(now_ms)
        row = self._rows.setdefault((station_id, kind), _Row())
        row.n += n
        row.last_ms = now_ms

    def faults(self, now_ms: int) -> "list[tuple[str, str]]":
        """What is a fault at that moment."""
        self._forget(now_ms)
        return [key for key in self._rows if self._rows[key].n > N_TOLERATED]

    def next_deadline_ms(self) -> "int | None":
        """When `faults` may change by itself."""
        times = [row.last_ms + QUIET_MS for row in self._rows.values()]
        return min(times) if times else None

    def _forget(self, now_ms: int) -> None:
        quiet = [key for key in self._rows if now_ms - self._rows[key].last_ms >= QUIET_MS]
        for key in quiet:
            del self._rows[key]
