"""Looks after the stations' radios once a second: their faults to the ward, what is known of them to the journal."""

import contextlib

from wardbell_gateway.journal import JournalError
from wardbell_gateway.ward import Now, Ward

EVERY_MS = 1000
KEEP_EVERY_MS = 60_000  # a power cut loses a minute of what was heard; a fault is kept at once


class StationRounds:
    """See the module's text."""

    def __init__(self, ward: Ward, now: Now) -> None:
        self._ward = ward
        self._due_ms = now.up_ms
        self._keep_ms = now.up_ms + KEEP_EVERY_MS
        self._faults: dict[tuple[str, str], bool] = {}

    def poll(self, is_listening: bool, now: Now) -> dict[tuple[str, str], bool]:
        """Say of each station's faults whether they are; `is_listening`: whether any ear could have heard it till now."""
        watch = self._ward.stations
        watch.listen(is_listening, now.up_ms)
        if now.up_ms < self._due_ms:
            return {}
        self._due_ms = now.up_ms + EVERY_MS
        faults = watch.judge()
        if faults != self._faults or now.up_ms >= self._keep_ms:
            self.keep(now)
        self._faults = faults
        return faults

    def keep(self, now: Now) -> None:
        """Write what has changed; what cannot be written now is written with the next."""
        self._keep_ms = now.up_ms + KEEP_EVERY_MS
        with contextlib.suppress(JournalError):
            self._ward.keep_stations()
