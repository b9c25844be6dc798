"""The loops that every duration of noise goes through, and the ways back along the edges they keep.

They decide nothing: they keep edges and say where somebody should look. One source for both interpreters: a board
compiles it to machine code (viper), a host runs it as it stands. So whole numbers only, four arguments at most, no name
from outside but constants, and nothing below 0 in an array (a 64-bit build reads it back as a large number).
"""

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

# In `state`.
N = 0  # edges so far; odd: the last one began a mark
NOW = 1  # end of the last duration
AT = 2  # index in the portion of the next duration
IS_CLIPPED = 3  # the last duration was longer than LONGEST_US
VOTED = 4  # edges whose votes are counted
BIN = 5  # the clock that stood out
DUE = 6  # when `count_votes` is to stop, if HAS_DUE
HAS_DUE = 7
STATE_SIZE = 8

# Why `take_in` returned, 0 = the portion is taken; bits.
LONG_SPACE = 1
CATCH_UP = 2

# Why `count_votes` returned, 0 = all counted.
IS_DUE = 1
CLOCK_STANDS_OUT = 2

# A ring of times. They wrap: 2**30 µs are 18 minutes, and nothing looks back for longer than a second.
RING = 2048
TIME_MASK = 0x3FFFFFFF
LONGEST_US = 500000  # longer says nothing more: presses are over, and what was waiting is due

# In `votes`, one after the other: counts, times of the last vote, periods in µs; then the bin of each 16 µs of interval.
BINS = 45
BIN_OF = 3 * BINS
PAIR_MIN_US = 300
PAIR_MAX_US = 4600

_N = const(0)
_NOW = const(1)
_AT = const(2)
_IS_CLIPPED = const(3)
_VOTED = const(4)
_BIN = const(5)
_DUE = const(6)
_HAS_DUE = const(7)
_RING_MASK = const(2047)
_TIME_MASK = const(0x3FFFFFFF)
_SOON_US = const(1 << 20)  # nothing waits for longer
_LONGEST_US = const(500000)
_GAP_MIN_US = const(760)  # 10 T at the fastest clock
_BINS = const(45)
_PAIR_MIN_US = const(300)
_PAIR_MAX_US = const(4600)
_VOTE = const(256)
_LEAK = const(102)  # of a vote, each period
_FORGOTTEN = const(16)  # periods
_FULL = const(1024)
_HALF_FULL = const(512)


@micropython.viper
def take_in(state: ptr32, times: ptr32, durations: ptr32, end: int) -> int:
    """Take durations from `state[AT]` on, until one of them gives reason to look or all are taken."""
    at = state[_AT]
    n = state[_N]
    now = state[_NOW]
    reason = 0
    while at < end and reason == 0:
        is_mark = durations[at] & 1
        size = durations[at] >> 1
        at += 1
        state[_IS_CLIPPED] = 0
        if size > _LONGEST_US:
            state[_IS_CLIPPED] = 1
            reason = 2
            size = _LONGEST_US
        if size != 0:
            if n == 0 and is_mark == 0:
                times[0] = now  # a mark of no length, for the space to begin somewhere
                times[1] = now
                n = 2
            if n & 1 != is_mark:
                times[n & _RING_MASK] = now
                n = (n + 1) & _TIME_MASK
                if n & 31 == 0:
                    reason = 2
            now = (now + size) & _TIME_MASK
            if is_mark == 0 and n >= 5:
                # Long beside the two pairs before it?
                fell = times[(n - 1) & _RING_MASK]
                space = (now - fell) & _TIME_MASK
                if space >= _GAP_MIN_US and 3 * space >= 2 * ((fell - times[(n - 5) & _RING_MASK]) & _TIME_MASK):
                    reason = reason | 1
    state[_AT] = at
    state[_N] = n
    state[_NOW] = now
    return reason


@micropython.viper
def count_votes(state: ptr32, times: ptr32, votes: ptr32) -> int:
    """Count the votes of the marks that began since the last time, until a clock stands out or something is due.

    The two intervals that end with a mark's beginning vote for the period 4 T that they could be; each period takes a
    share of a vote away again.
    """
    voted = state[_VOTED]
    n = state[_N]
    reason = 0
    while voted != n and reason == 0:
        now = times[voted & _RING_MASK]
        if voted & 1 == 0 and state[_HAS_DUE] != 0 and (state[_DUE] - now - 1) & _TIME_MASK >= _SOON_US:
            reason = 1
        else:
            back = 2 if voted & 1 == 0 and voted >= 4 else 9
            while back <= 4:
                interval = (now - times[(voted - back) & _RING_MASK]) & _TIME_MASK
                back += 2
                if interval >= _PAIR_MAX_US:
                    back = 9
                elif interval >= _PAIR_MIN_US:
                    last_bin = votes[3 * _BINS + (interval >> 4)]
                    k = last_bin - 1 if last_bin > 0 else 0
                    while k <= last_bin:
                        period = votes[2 * _BINS + k]
                        since = (now - votes[_BINS + k]) & _TIME_MASK
                        count = votes[k] - _LEAK * since // period if since < _FORGOTTEN * period else 0
                        count = count + _VOTE if count > 0 else _VOTE
                        if count > _FULL:
                            count = _HALF_FULL
                            state[_BIN] = k
                            reason = 2
                        votes[k] = count
                        votes[_BINS + k] = now
                        k += 1
            voted = (voted + 1) & _TIME_MASK
    state[_VOTED] = voted
    return reason


@micropython.viper
def durations_back(state: ptr32, times: ptr32, window: ptr32, most: int) -> int:
    """Fill `window` with the durations before now, newest first, `most` of them if there are so many; give how many."""
    n = state[_N]
    later = state[_NOW]
    count = 0
    while count < most and n > 0:
        n -= 1
        earlier = times[n & _RING_MASK]
        window[count] = (later - earlier) & _TIME_MASK
        later = earlier
        count += 1
    return count
