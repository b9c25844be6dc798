"""What the engine has stumbled over: left alone for a while, so that one that is wrong does not keep all others unheard."""

import logging
from collections.abc import Hashable

from wardbell_callcenter.clock import Now
from wardbell_callcenter.store.errors import RefusedError, StoreError

log = logging.getLogger("wardbell.callcenter")

STUMBLED_MS = 10_000  # until what is wrong is tried again


class Stumbles:
    """By whatever names the thing: a step of a call, a call, a seat, a contact."""

    def __init__(self) -> None:
        self._until_ms: dict[Hashable, int] = {}

    def __bool__(self) -> bool:
        return bool(self._until_ms)

    def note(self, what: Hashable, error: Exception, now: Now) -> None:
        """It cannot be done at present.

        Raises:
            StoreError: it is the database that is not well, so nothing else can be done either.
        """
        if is_of_the_database(error):
            raise error
        log.error("stumbled over %s", what, exc_info=error)
        self._until_ms[what] = now.steady_ms + STUMBLED_MS

    def is_left_alone(self, what: Hashable, now: Now) -> bool:
        """Whether it is not to be tried yet."""
        return self.wait_ms(what, now) > 0

    def wait_ms(self, what: Hashable, now: Now) -> int:
        """How long it is not to be tried yet; 0: it may be."""
        return max(0, self._until_ms.get(what, 0) - now.steady_ms)

    def forget_old(self, now: Now) -> None:
        """Those that were not stumbled over when they were tried again."""
        last_ms = now.steady_ms - STUMBLED_MS
        self._until_ms = {what: until_ms for what, until_ms in self._until_ms.items() if until_ms > last_ms}


def is_of_the_database(error: Exception) -> bool:
    """Whether the database is not well, rather than what was asked of it."""
    return isinstance(error, StoreError) and not isinstance(error, RefusedError)
