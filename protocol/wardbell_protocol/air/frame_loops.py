"""The loops over the durations of frames: the search for a start mark, and how long the carrier was on in each part of a bit.

They decide nothing. Rules of the source: `edge_loops`.
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
AT = 0  # index in the portion of the next duration
N_ON = 1  # readings that go on; while there are none, nothing is kept
N_KEPT = 2  # durations in the ring since there were none
KNOWN_US = 3  # and their sum
NEED_US = 4  # the sum at which a reading can go on
STATE_SIZE = 5

# In a reading's `marks`. Times are µs since its start mark's end.
FIRST = 0  # number in the ring of its first duration
POSITION = 1  # and of the one it stands in,
EDGE_US = 2  # which ends then
NOW_US = 3  # read up to here
PLACE = 4  # where the next bit begins, 1/16 µs
PERIOD = 5  # of a bit, 1/16 µs
N_READ = 6  # bits so far, sync bits too
SURE_US = 7  # sum of their sizes
PHASE_GAIN = 8  # how much of a bit's lateness is followed at once, 1/32,
CLOCK_GAIN = 9  # and put into the period, 1/256
MARKS_SIZE = 10

# Why `take_in` returned, 0 = the portion is taken; bits.
START = 1
NEED = 2

RING = 512  # durations, twice their size and 1 for a mark
OFTEN = 64  # durations after which `take_in` returns in any case
LONGEST_US = 1000000  # longer says nothing more
START_MIN_US = 790  # 0.75 of the start mark; the longest mark inside a frame is 3 chips, stretched 550 µs
ZERO_US = 200  # added to each soft bit
PERIOD_MIN = 4608  # 4 % either way
PERIOD_MAX = 4992

_AT = const(0)
_N_ON = const(1)
_N_KEPT = const(2)
_KNOWN_US = const(3)
_NEED_US = const(4)
_FIRST = const(0)
_POSITION = const(1)
_EDGE_US = const(2)
_NOW_US = const(3)
_PLACE = const(4)
_PERIOD = const(5)
_N_READ = const(6)
_SURE_US = const(7)
_PHASE_GAIN = const(8)
_CLOCK_GAIN = const(9)
_RING_MASK = const(511)
_OFTEN_MASK = const(63)
_LONGEST_US = const(1000000)
_START_MIN_US = const(790)
_ZERO_US = const(200)
_FOLLOWED_US = const(45)  # a bit less sure than that says nothing about the clock
_PERIOD_MIN = const(4608)
_PERIOD_MAX = const(4992)


@micropython.viper
def take_in(state: ptr32, ring: ptr32, durations: ptr32, end: int) -> int:
    """Take durations from `state[AT]` on, until one of them gives reason to look or all are taken."""
    at = state[_AT]
    is_kept = state[_N_ON] != 0
    kept = state[_N_KEPT]
    known = state[_KNOWN_US]
    need = state[_NEED_US]
    reason = 0
    while at < end and reason == 0:
        duration = durations[at]
        at += 1
        if duration & 1 == 1 and duration >> 1 >= _START_MIN_US:
            reason = 1
        if is_kept:
            size = duration >> 1
            if size > _LONGEST_US:
                size = _LONGEST_US
            ring[kept & _RING_MASK] = 2 * size + (duration & 1)
            kept += 1
            known += size
            if known >= need or kept & _OFTEN_MASK == 0:
                reason = reason | 2
    state[_AT] = at
    state[_N_KEPT] = kept
    state[_KNOWN_US] = known
    return reason


@micropython.viper
def go_to(marks: ptr32, ring: ptr32, place_us: int) -> int:
    """Begin a reading at `place_us`; give the number of the duration it stands in."""
    position = marks[_FIRST]
    edge = ring[position & _RING_MASK] >> 1
    while edge < place_us:
        position += 1
        edge += ring[position & _RING_MASK] >> 1
    marks[_POSITION] = position
    marks[_EDGE_US] = edge
    marks[_NOW_US] = place_us
    marks[_PLACE] = place_us << 4
    marks[_N_READ] = 0
    marks[_SURE_US] = 0
    return position


@micropython.viper
def read_bits(marks: ptr32, ring: ptr32, soft: ptr32, count: int) -> int:
    """Read `count` bits, follow their clock, and give the sum of their sizes so far."""
    position = marks[_POSITION]
    edge = marks[_EDGE_US]
    now = marks[_NOW_US]
    place = marks[_PLACE]
    period = marks[_PERIOD]
    sure = marks[_SURE_US]
    bit = marks[_N_READ]
    end = bit + count
    duration = ring[position & _RING_MASK]
    while bit < end:
        size = 0
        middle = 0
        for quarter in range(4):
            until = (place + (period * (quarter + 1) >> 2)) >> 4
            on = 0
            while edge < until:
                on += (edge - now) * (duration & 1)
                now = edge
                position += 1
                duration = ring[position & _RING_MASK]
                edge += duration >> 1
            on += (until - now) * (duration & 1)
            now = until
            size += on if quarter < 2 else 0 - on
            middle += on if quarter == 1 or quarter == 2 else 0
        soft[bit] = size + _ZERO_US
        place += period
        # On: up to the middle if a mark comes first, from the middle on if it comes last.
        late = (middle << 4) - (period >> 2)
        if size < 0:
            size = 0 - size
            late = 0 - late
        sure += size
        if size > _FOLLOWED_US:
            place += late * marks[_PHASE_GAIN] >> 5
            period += (late * marks[_CLOCK_GAIN] + 128) >> 8
            period = _PERIOD_MIN if period < _PERIOD_MIN else period
            period = _PERIOD_MAX if period > _PERIOD_MAX else period
        bit += 1
    marks[_POSITION] = position
    marks[_EDGE_US] = edge
    marks[_NOW_US] = now
    marks[_PLACE] = place
    marks[_PERIOD] = period
    marks[_N_READ] = bit
    marks[_SURE_US] = sure
    return sure


@micropython.viper
def sync_fit(soft: ptr32, sync: int) -> int:
    """How well the first four bits agree with four sync bits; what speaks against them taken off, but not below 0."""
    fit = 0
    for at in range(4):
        size = soft[at] - _ZERO_US
        fit += size if sync >> (3 - at) & 1 == 1 else 0 - size
    return fit if fit > 0 else 0
