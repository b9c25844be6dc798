"""A device as the ward sees it: powered or not, woken by what is due or has changed, its outputs handed to the parts.

Knows when, not what: the app runs behind `DeviceCore`. A step takes no virtual time but what the app itself sleeps.
"""

from collections.abc import Callable
from typing import Any, Protocol

from wardbell_simulator.clock import US_PER_MS, Timeline, Timer

SPIN_US = 1_000  # a device that wants to be woken at once is woken a ms later: about what a turn of its loop takes


class DeviceCore(Protocol):
    """An app and its board, wherever they run."""

    def exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        """Wake it and take its answer (board_side/boards.py says what is in them)."""

    def close(self) -> None:
        """End it."""


class Device:
    """One device of the ward.

    Args:
        make: a fresh core.
        start: its start message.
        outputs: what to do with a part's output, by the part's name: `(virtual µs, value)`.
        gather: adds what has come in (air, line) to a wake message; gets the virtual µs of the device's start.
    """

    def __init__(
        self,
        timeline: Timeline,
        make: Callable[[], DeviceCore],
        start: Callable[[], dict[str, Any]],
        outputs: dict[str, Callable[[int, Any], None]],
        gather: Callable[[dict[str, Any], int], None] | None = None,
    ) -> None:
        self.started_us = 0
        self.n_wakes = 0
        self._timeline = timeline
        self._make = make
        self._start = start
        self._outputs = outputs
        self._gather = gather
        self._core: DeviceCore | None = None
        self._is_booted = False
        self._keys: list[list[object]] = []
        self._busy_until_us = 0
        self._timer: Timer | None = None

    @property
    def is_on(self) -> bool:
        """Whether it has power."""
        return self._core is not None

    def power_on(self) -> None:
        """Start it; it runs from now on. Nothing happens if it runs."""
        if self._core is None:
            self._core = self._make()
            self._is_booted = False
            self._keys = []
            self.started_us = self._busy_until_us = self._timeline.now_us
            self._wake_at(self.started_us)

    def power_off(self) -> None:
        """Stop it where it stands; what it had not yet put out is lost."""
        if self._core is not None:
            self._core.close()
            self._core = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def change_key(self, name: str, is_closed: bool) -> None:
        """A contact of it has changed."""
        if self._core is not None:
            self._keys.append([name, int(is_closed)])
            self.wake()

    def wake(self) -> None:
        """Something it listens to has changed."""
        if self._core is not None:
            self._wake_at(self._timeline.now_us)

    def _wake_at(self, at_us: int) -> None:
        at_us = max(at_us, self._busy_until_us)
        if self._timer is not None:
            if self._timer.at_us <= at_us:
                return
            self._timer.cancel()
        self._timer = self._timeline.at(at_us, self._step)

    def _step(self) -> None:
        self._timer = None
        core = self._core
        if core is None:
            return
        self.n_wakes += 1
        try:
            answer = core.exchange(self._message())
        except Exception:
            self.power_off()
            raise
        for part, at_us, value in answer["out"]:
            self._put(core, part, self.started_us + at_us, value)
        self._busy_until_us = self.started_us + answer["t"]
        if answer["due"] is not None:
            due_us = self.started_us + answer["due"] * US_PER_MS
            self._wake_at(due_us if due_us > self._busy_until_us else self._busy_until_us + SPIN_US)

    def _message(self) -> dict[str, Any]:
        if not self._is_booted:
            self._is_booted = True
            return self._start()
        message: dict[str, Any] = {"t": self._timeline.now_us - self.started_us}
        if self._keys:
            message["keys"] = self._keys
            self._keys = []
        if self._gather is not None:
            self._gather(message, self.started_us)
        return message

    def _put(self, core: DeviceCore, part: str, at_us: int, value: Any) -> None:  # noqa: ANN401 - by part
        """Hand an output over when its time has come, if the device still runs then."""

        def act() -> None:
            if self._core is core:
                self._outputs[part](at_us, value)

        if at_us <= self._timeline.now_us:
            act()
        else:
            self._timeline.at(at_us, act)
