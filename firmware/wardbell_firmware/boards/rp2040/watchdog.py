"""The chip's watchdog."""

import machine

TIMEOUT_MS = 8000  # 8388 is the most an RP2040 can


class PicoWatchdog:
    """Fits `Watchdog`. It starts with the first feeding and can then not be stopped."""

    def __init__(self) -> None:
        self._watchdog: machine.WDT | None = None

    def feed(self) -> None:
        """Give it another 8 s."""
        if self._watchdog is None:
            self._watchdog = machine.WDT(timeout=TIMEOUT_MS)
        self._watchdog.feed()
