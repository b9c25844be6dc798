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
DUE = 5  # when `count_votes` is to stop, if HAS_DUE
HAS_DUE = 6
MARKS = 7  # until somebody takes them away: sum of the marks, at most 2**29 µs or so,
LONGEST = 8  # the longest duration,
LONGEST_SPACE = 9  # and the longest space of 760 µs or more
IS_RUN = 10  # whether a run of durations of a frame went on in this portion,
RUN_US = 11  # up to when
N_RUN = 12  # durations of the run that goes on
N_STARTS = 13  # marks that may begin a frame, so far
STARTS = 14  # from here on, for the newest of them: number of the edge that ended it
MOST_STARTS = 128
STATE_SIZE = STARTS + MOST_STARTS

# Why `take_short` and `take_long` returned, 0 = the portion is taken; bits.
LONG_SPACE = 1
CATCH_UP = 2
IS_LONG = 4

# Why `count_votes` returned, 0 = all counted.
IS_DUE = 1
CLOCK_STANDS_OUT = 2

# A ring of times. They wrap: 2**30 µs are 18 minutes, and nothing looks back for longer than a second.
RING = 2048
OFTEN = 256  # edges after which somebody looks in any case; twice MOST_STARTS
TIME_MASK = 0x3FFFFFFF
LONGEST_US = 500000  # longer says nothing more: presses are over, and what was waiting is due

# In `votes`, for each bin of periods: when its count is down to nothing, by how much a vote puts that off (four make a
# clock stand out), and the period. The first bin takes no votes. Then the place, for each 16 µs of interval, of the first
# of the two bins that it votes in.
BINS = 46
BIN_SIZE = 3
VOTE_US = 1
BIN_PERIOD = 2
BIN_OF = BIN_SIZE * BINS
PAIR_MIN_US = 300
PAIR_MAX_US = 4600

_N = const(0)
_NOW = const(1)
_AT = const(2)
_IS_CLIPPED = const(3)
_VOTED = const(4)
_DUE = const(5)
_HAS_DUE = const(6)
_MARKS = const(7)
_LONGEST = const(8)
_LONGEST_SPACE = const(9)
_IS_RUN = const(10)
_RUN_US = const(11)
_N_RUN = const(12)
_N_STARTS = const(13)
_STARTS = const(14)
_STARTS_MASK = const(127)
_RING_MASK = const(2047)
_OFTEN = const(256)
_OFTEN_MASK = const(255)
_TIME_MASK = const(0x3FFFFFFF)
_HALF = const(0x20000000)
_SOON_US = const(1 << 20)  # nothing waits for longer
_LONGEST_US = const(500000)
_GAP_MIN_US = const(760)  # 10 T at the fastest clock
_START_MIN_US = const(790)  # 0.75 of a frame's start mark; the longest mark inside one is 3 chips, stretched 550 µs
# A run of durations of 0.6 to 2.7 chips of a frame. A ward's noise of 5000 edges a second gives one every few seconds, a
# frame within 3 ms.
_RUN_LEAST_US = const(90)
_RUN_MOST_US = const(405)
_RUN = const(12)
_PAIR_MIN_US = const(300)
_PAIR_MAX_US = const(4600)
_BIN_OF = const(138)
# In `ask` (word_loops.py).
_REF = const(0)
_PERIOD = const(1)
_COUNT = const(2)
_FIRST_PAIRS = const(16)


@micropython.viper
def take_short(durations: ptr32, times: ptr32, end: int, state: ptr32) -> int:
    """Take durations from `state[AT]` on, up to a long one or until somebody should look; `IS_LONG`: at a long one.

    Nearly all of them go through here, so what is asked of each is asked at once.
    """
    at = state[_AT]
    n = state[_N]
    now = state[_NOW]
    run = state[_N_RUN]
    marks = state[_MARKS]
    longest = state[_LONGEST]
    stop = at + _OFTEN - (n & _OFTEN_MASK)
    state[_IS_CLIPPED] = 0
    reason = 2
    if stop > end:
        stop = end
        reason = 0
    while at < stop:
        is_mark = durations[at] & 1
        size = durations[at] >> 1
        if size >= _GAP_MIN_US or n & 1 == is_mark:  # or a piece of the last one
            stop = at
            reason = 4
        else:
            at += 1
            times[n & _RING_MASK] = now
            n += 1
            now = (now + size) & _TIME_MASK
            marks += size * is_mark
            if size > longest:
                longest = size
            if size < _RUN_LEAST_US or size > _RUN_MOST_US:
                run = 0
            else:
                run += 1
                if run >= _RUN:
                    state[_IS_RUN] = 1
                    state[_RUN_US] = now
    times[n & _RING_MASK] = now  # where the next edge will be at the earliest
    state[_AT] = at
    state[_N] = n & _TIME_MASK
    state[_NOW] = now
    state[_N_RUN] = run
    state[_MARKS] = marks if marks < _HALF else _HALF
    state[_LONGEST] = longest
    return reason


@micropython.viper
def take_long(durations: ptr32, times: ptr32, state: ptr32) -> int:
    """Take one duration, as long as it may be or a piece of the last one, and say whether somebody should look."""
    size = durations[state[_AT]] >> 1
    is_mark = durations[state[_AT]] & 1
    state[_AT] = state[_AT] + 1
    n = state[_N]
    now = state[_NOW]
    reason = 0
    if is_mark == 1:
        marks = state[_MARKS] + size
        state[_MARKS] = marks if marks < _HALF else _HALF
    elif size > state[_LONGEST_SPACE]:
        state[_LONGEST_SPACE] = size
    if size > state[_LONGEST]:
        state[_LONGEST] = size
    state[_N_RUN] = 0
    if size > _LONGEST_US:
        state[_IS_CLIPPED] = 1
        state[_IS_RUN] = 0
        reason = 2
        size = _LONGEST_US
    if n == 0 and is_mark == 0:
        times[0] = now  # a mark of no length, for the space to begin somewhere
        times[1] = now
        n = 2
    if n & 1 != is_mark:
        times[n & _RING_MASK] = now
        n += 1
        if n & _OFTEN_MASK == 0:
            reason = 2
    now = (now + size) & _TIME_MASK
    times[n & _RING_MASK] = now
    state[_N] = n & _TIME_MASK
    state[_NOW] = now
    began = times[(n - 1) & _RING_MASK]
    lasted = (now - began) & _TIME_MASK
    if is_mark == 1 and lasted >= _START_MIN_US and state[_STARTS + ((state[_N_STARTS] - 1) & _STARTS_MASK)] != n:
        state[_STARTS + (state[_N_STARTS] & _STARTS_MASK)] = n & _TIME_MASK
        state[_N_STARTS] = (state[_N_STARTS] + 1) & _TIME_MASK
    if is_mark == 0 and lasted >= _GAP_MIN_US and n >= 5:
        # Long beside the two pairs before it?
        pairs = (began - times[(n - 5) & _RING_MASK]) & _TIME_MASK
        reason = reason | 1 if 3 * lasted >= 2 * pairs else reason
    return reason


@micropython.viper
def count_votes(votes: ptr32, times: ptr32, state: ptr32, ask: ptr32) -> int:
    """Count the votes of marks since the last time, until a clock stands out (put into `ask`) or something is due.

    The two intervals that end with a mark's beginning vote for the period 4 T that they could be; each period takes a
    share of a vote away again. So a count is kept as the time at which it will be nothing.
    """
    voted = (state[_VOTED] + (state[_VOTED] & 1)) & _TIME_MASK
    end = (state[_N] + (state[_N] & 1)) & _TIME_MASK
    if voted < 4:
        voted = 4 if end > 4 else end
    reason = 0
    now = 0
    while voted != end and reason == 0:
        now = times[voted & _RING_MASK]
        if state[_HAS_DUE] and (state[_DUE] - now - 1) & _TIME_MASK >= _SOON_US:
            reason = 1
            break
        before = voted
        intervals = 2
        while intervals:
            intervals -= 1
            before -= 2
            interval = (now - times[before & _RING_MASK]) & _TIME_MASK
            if interval >= _PAIR_MIN_US and interval < _PAIR_MAX_US:
                place = votes[_BIN_OF + (interval >> 4)]
                bins = 2
                while bins:
                    bins -= 1
                    count = (votes[place] - now) & _TIME_MASK
                    vote = votes[place + 1]
                    full = vote << 2
                    if count > full:
                        count = vote  # it was down to nothing before
                    else:
                        count += vote
                        if count > full:
                            count = full >> 1
                            ask[_PERIOD] = votes[place + 2] << 4
                            reason = 2
                    votes[place] = (now + count) & _TIME_MASK
                    place += 3
        voted = (voted + 2) & _TIME_MASK
    if reason == 2:
        voted -= 1  # behind the mark that it stood out with
        ask[_REF] = now
        ask[_COUNT] = _FIRST_PAIRS
    elif reason == 0:
        voted = state[_N]
    state[_VOTED] = voted & _TIME_MASK
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
