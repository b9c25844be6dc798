"""How much weaker a station may become before it is not heard: a word for the quality of a press.

A radio module gives no level, so this is read from how its durations are broken. On the slicer models weak is within 2 dB of
the end, good from 5 dB above it; a module with a squelch stretches the marks of a very strong sender, which then is only
fair. Numbers: protocol/spec/air.md, "Supervision".
"""

WEAK = "weak"
FAIR = "fair"
GOOD = "good"

FRAME_WEAK_BELOW = 58
FRAME_GOOD_FROM = 70
WORD_WEAK_BELOW = 85
WORD_GOOD_FROM = 90


def margin(quality: int, is_frame: bool) -> str:
    """`WEAK`, `FAIR` or `GOOD` for a press's quality, 0..100."""
    if quality < (FRAME_WEAK_BELOW if is_frame else WORD_WEAK_BELOW):
        return WEAK
    return GOOD if quality >= (FRAME_GOOD_FROM if is_frame else WORD_GOOD_FROM) else FAIR
