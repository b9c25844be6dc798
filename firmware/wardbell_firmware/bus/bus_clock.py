"""UNIX time, learned from those who listen: a receiver has no clock of its own, and whoever reads the bus says the time."""

# Whoever says a time before 2020 or after 2100 has no clock.
_EARLIEST_MS = 1577836800000
_LATEST_MS = 4102444800000
# What a receiver's crystal and a host's are off by at most, together: 30 ppm each, and what warmth and years add. Over a year
# of uptime 30 ppm are a quarter of an hour, by which calls would be dated ahead and escalate late.
_DRIFT_SHARE = 5000


class BusClock:
    """How far UNIX time is from the receiver's. Kept messages are old, so the furthest that was heard is the truest.

    It is as old as it is, though: what is less far by no more than the clocks may have drifted since is truer.
    """

    def __init__(self) -> None:
        self._offset_ms: int | None = None
        self._heard_ms = 0  # when it was heard

    @property
    def is_known(self) -> bool:
        """Whether anybody has said the time."""
        return self._offset_ms is not None

    def heard(self, unix_ms: int, now_ms: int) -> None:
        """Somebody's life sign says that it is `unix_ms`."""
        if not _EARLIEST_MS <= unix_ms <= _LATEST_MS:
            return
        offset_ms = unix_ms - now_ms
        drift_ms = (now_ms - self._heard_ms) // _DRIFT_SHARE
        if self._offset_ms is None or offset_ms > self._offset_ms - drift_ms:
            self._offset_ms = offset_ms
            self._heard_ms = now_ms

    def unix_ms(self, at_ms: int) -> int:
        """The receiver's `at_ms` as UNIX time; 0 before the time is known."""
        return 0 if self._offset_ms is None else at_ms + self._offset_ms
