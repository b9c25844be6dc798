"""The loops over the edges of frames: how long the carrier was on in each part of a bit.

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

# In a reading's `marks`. Times are µs since its start mark's end.
FIRST = 0  # number of the edge that ended it
POSITION = 1  # and of the one that began the duration in which it stands,
EDGE_US = 2  # which ends then
NOW_US = 3  # read up to here
PLACE = 4  # where the next bit begins, 1/16 µs
PERIOD = 5  # of a bit, 1/16 µs
N_READ = 6  # bits so far, sync bits too
SURE_US = 7  # sum of their sizes
PHASE_GAIN = 8  # how much of a bit's lateness is followed at once, 1/32,
CLOCK_GAIN = 9  # and put into the period, 1/256
START_US = 10  # when the start mark ended, on the edges' clock
MARKS_SIZE = 11

ZERO_US = 200  # added to each soft bit
PERIOD_MIN = 4608  # 4 % either way
PERIOD_MAX = 4992

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
_START_US = const(10)
_RING_MASK = const(2047)
_TIME_MASK = const(0x3FFFFFFF)
_CHIP_US = const(150)
_ZERO_US = const(200)
_FOLLOWED_US = const(45)  # a bit less sure than that says nothing about the clock
_PERIOD_MIN = const(4608)
_PERIOD_MAX = const(4992)


@micropython.viper
def sync_fit(times: ptr32, first: int, place_us: int, sync: int) -> int:
    """How well four bits agree with `sync` that begin `place_us` after the edge `first`, in µs.

    What speaks against them is taken off, but not below 0.
    """
    start = times[first & _RING_MASK]
    position = first + 1
    until = place_us
    edge = (times[position & _RING_MASK] - start) & _TIME_MASK
    while edge < until:
        position += 1
        edge = (times[position & _RING_MASK] - start) & _TIME_MASK
    now = place_us
    fit = 0
    for half in range(8):
        until += _CHIP_US
        on = 0
        while edge < until:
            on += (edge - now) * (position & 1)
            now = edge
            position += 1
            edge = (times[position & _RING_MASK] - start) & _TIME_MASK
        on += (until - now) * (position & 1)
        now = until
        if sync >> (3 - (half >> 1)) & 1 != half & 1:
            fit += on
        else:
            fit -= on
    return fit if fit > 0 else 0


@micropython.viper
def go_to(marks: ptr32, times: ptr32, place_us: int) -> int:
    """Begin a reading at `place_us`; give the number of the edge before it."""
    position = marks[_FIRST]
    start = marks[_START_US]
    edge = (times[(position + 1) & _RING_MASK] - start) & _TIME_MASK
    while edge < place_us:
        position += 1
        edge = (times[(position + 1) & _RING_MASK] - start) & _TIME_MASK
    marks[_POSITION] = position & _TIME_MASK
    marks[_EDGE_US] = edge
    marks[_NOW_US] = place_us
    marks[_PLACE] = place_us << 4
    marks[_N_READ] = 0
    marks[_SURE_US] = 0
    return position


@micropython.viper
def read_bits(marks: ptr32, times: ptr32, soft: ptr32, count: int) -> int:
    """Read `count` bits, follow their clock, and give the sum of their sizes so far."""
    position = marks[_POSITION]
    start = marks[_START_US]
    edge = marks[_EDGE_US]
    now = marks[_NOW_US]
    place = marks[_PLACE]
    period = marks[_PERIOD]
    sure = marks[_SURE_US]
    bit = marks[_N_READ]
    end = bit + count
    while bit < end:
        size = 0
        middle = 0
        for quarter in range(4):
            until = (place + (period * (quarter + 1) >> 2)) >> 4
            on = 0
            while edge < until:
                on += (edge - now) * (1 - (position & 1))
                now = edge
                position += 1
                edge = (times[(position + 1) & _RING_MASK] - start) & _TIME_MASK
            on += (until - now) * (1 - (position & 1))
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
    marks[_POSITION] = position & _TIME_MASK
    marks[_EDGE_US] = edge
    marks[_NOW_US] = now
    marks[_PLACE] = place
    marks[_PERIOD] = period
    marks[_N_READ] = bit
    marks[_SURE_US] = sure
    return sure
