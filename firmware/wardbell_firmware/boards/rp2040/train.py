"""Durations as the words that the transmitter's PIO program takes (transmitter.py); no hardware in here.

A burst is: the time that the transmitter's supply is given to settle, then for each mark its loops and the loops of the space
behind it, then 0. What the program itself takes each round is taken off.
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

# Shorter ones come out this long: the program takes 1 µs of a mark and 4 µs of a space, and no mark may look like the end.
SHORTEST_MARK_US = 2
SHORTEST_SPACE_US = 4
EXTRA_WORDS = 3  # settling time, a space behind a last mark, the end

_MARK_US = const(1)
_SPACE_US = const(4)


@micropython.viper
def write_burst(words: ptr32, durations_us: object, settle_us: int) -> int:
    """Write a burst of carrier on, off, on … for these times; returns its number of words, at most three more than durations."""
    words[0] = settle_us
    n = int(len(durations_us))  # type: ignore[arg-type]  # noqa: RUF046  an object until viper is told
    at = 0
    while at < n:
        loops = int(durations_us[at])  # type: ignore[index]
        if at & 1 == 0:
            loops -= _MARK_US
            if loops < 1:
                loops = 1
        else:
            loops -= _SPACE_US
            if loops < 0:
                loops = 0
        at += 1
        words[at] = loops
    if n & 1 == 1:
        at += 1
        words[at] = 0
    words[at + 1] = 0
    return at + 2
