"""Rate limits by token buckets: pure, in steady time."""

from dataclasses import dataclass

MOST_KEYS = 10_000  # above that the full buckets are thrown away: a full one is what a new one is


@dataclass(frozen=True)
class Rate:
    """So many at once, and so many a second for ever."""

    burst: int
    per_s: float


class Buckets:
    """One bucket for each key: a token, an address."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._levels: dict[str, tuple[float, int]] = {}  # how much is in it, and when that was so

    def __len__(self) -> int:
        """Of how many keys something is remembered."""
        return len(self._levels)

    def take(self, key: str, now_ms: int) -> int:
        """Take one out. 0: taken; else in how many ms there will be one."""
        wait_ms = self.wait_ms(key, now_ms)
        if wait_ms:
            return wait_ms
        if len(self._levels) >= MOST_KEYS:
            self._forget_full(now_ms)
        self._levels[key] = (self._level(key, now_ms) - 1, now_ms)
        return 0

    def wait_ms(self, key: str, now_ms: int) -> int:
        """In how many ms there will be one; 0: there is one now."""
        level = self._level(key, now_ms)
        return 0 if level >= 1 else max(1, round((1 - level) * 1000 / self._rate.per_s))

    def _level(self, key: str, now_ms: int) -> float:
        level, at_ms = self._levels.get(key, (float(self._rate.burst), now_ms))
        return min(float(self._rate.burst), level + (now_ms - at_ms) * self._rate.per_s / 1000)

    def _forget_full(self, now_ms: int) -> None:
        self._levels = {
            key: (level, now_ms) for key in self._levels if (level := self._level(key, now_ms)) < self._rate.burst
        }
