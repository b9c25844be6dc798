"""What the buzzer plays for each kind of call.

Sources: Tunstall Flamenco (normal = short tone, long pause; emergency = tone, pause; cardiac = long tone, short
pause) and Digit Call NZ (short two-tone every 15 s, here for faults). More urgent is denser and higher.
"""

from wardbell_protocol.calls.signals import BATHROOM, CODE, EMERGENCY, FAULT, NORMAL, STAFF_ASSIST

# kind -> (pitch in Hz, time in ms), repeated; 0 Hz is silence.
PATTERNS = {
    CODE: ((2600, 1200), (0, 200)),
    EMERGENCY: ((2300, 500), (0, 500)),
    BATHROOM: ((2000, 500), (0, 1000)),
    STAFF_ASSIST: ((1700, 300), (0, 200), (1700, 300), (0, 1700)),
    NORMAL: ((1400, 250), (0, 2750)),
    FAULT: ((900, 150), (700, 150), (0, 14700)),
}


def tone_at(kind: str, since_ms: int) -> "tuple[int, int]":
    """Pitch in Hz, and for how many ms from now on, `since_ms` after the pattern of that kind began."""
    pattern = PATTERNS[kind]
    left_ms = since_ms % sum(time_ms for _, time_ms in pattern)
    for tone_hz, time_ms in pattern:
        if left_ms < time_ms:
            return tone_hz, time_ms - left_ms
        left_ms -= time_ms
    raise AssertionError("a remainder is less than the whole")
