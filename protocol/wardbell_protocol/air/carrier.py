"""Whether somebody is on the air with frames or receipts, from edges alone.

Decides when a node or receiver that can hear may begin to send. Noise has edges too, so what counts is a run of durations
of one or two chips; two thirds of a frame's durations are one chip long, the others two.
"""

from wardbell_protocol.air.frame import CHIP_US

_LEAST_US = CHIP_US * 6 // 10
_MOST_US = CHIP_US * 27 // 10
_RUN = 12  # a ward's noise of 5000 edges a second gives such a run every few seconds, a frame within 3 ms


class CarrierSense:
    """Signed durations in; `last_us`, when a frame was last heard going on, out."""

    def __init__(self) -> None:
        self.last_us = -(1 << 29)
        self._run = 0

    def receive(self, pulses: "list[int]", end_us: int) -> None:
        """Take durations in signed µs, the last of which ended at `end_us`."""
        run = self._run
        last_at = -1
        for at, pulse in enumerate(pulses):
            if _LEAST_US <= abs(pulse) <= _MOST_US:
                run += 1
                if run >= _RUN:
                    last_at = at
            else:
                run = 0
        self._run = run
        if last_at >= 0:
            self.last_us = end_us - sum([abs(pulse) for pulse in pulses[last_at + 1 :]])

    def is_busy(self, now_us: int, hold_us: int) -> bool:
        """Whether a frame went on less than `hold_us` ago."""
        return now_us - self.last_us < hold_us
