"""Whether somebody is on the air with frames or receipts, from edges alone.

Decides when a node or receiver that can hear may begin to send. Noise has edges too, so what counts is a run of durations
of one or two chips; two thirds of a frame's durations are one chip long, the others two.
"""

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air import host_python as micropython
    from wardbell_protocol.air.host_python import const, ptr32
else:
    try:
        import micropython
        from micropython import const
    except ImportError:
        from wardbell_protocol.air import host_python as micropython
        from wardbell_protocol.air.host_python import const, ptr32

if TYPE_CHECKING:
    from wardbell_protocol.air.portion import Portion

_LEAST_US = const(90)  # 0.6 and
_MOST_US = const(405)  # 2.7 chips of 150 µs
_RUN = const(12)  # a ward's noise of 5000 edges a second gives such a run every few seconds, a frame within 3 ms
_LONGEST_US = const(1 << 28)  # more says nothing more

# In `state`.
_AT_RUN = const(0)  # durations of the run that goes on
_AT_SINCE_US = const(1)  # from the newest duration that completed or continued a long enough one to the portion's end


class CarrierSense:
    """Durations in; `last_us`, when a frame was last heard going on, out."""

    def __init__(self) -> None:
        self.last_us = -(1 << 29)
        self._state = array("i", (0, 0))

    def receive(self, portion: "Portion") -> None:
        """Take the next durations."""
        if follow_runs(self._state, portion.durations, portion.n):
            self.last_us = portion.end_us - self._state[1]

    def is_busy(self, now_us: int, hold_us: int) -> bool:
        """Whether a frame went on less than `hold_us` ago."""
        return now_us - self.last_us < hold_us


@micropython.viper
def follow_runs(state: ptr32, durations: ptr32, end: int) -> int:
    """Say whether a run of durations of a frame goes on in this portion, 1 or 0. Rules of the source: `edge_loops`."""
    run = state[_AT_RUN]
    since = 0
    is_on = 0
    at = 0
    while at < end:
        size = durations[at] >> 1
        since = since + size if size < _LONGEST_US and since < _LONGEST_US else _LONGEST_US
        run = run + 1 if size >= _LEAST_US and size <= _MOST_US else 0
        if run >= _RUN:
            run = _RUN
            since = 0
            is_on = 1
        at += 1
    state[_AT_RUN] = run
    state[_AT_SINCE_US] = since
    return is_on
