"""Code word to carrier durations: what an encoder chip puts on its data pin.

Decides the shape of a word on the air; the inverse is `slicer`. Specification: protocol/spec/air.md.
"""

from wardbell_protocol.air.codeword import N_BITS, CodeWord
from wardbell_protocol.errors import EncodeError

# In encoder clock periods (alpha). PT2262 data sheet V4.0, "Address/data bits waveform" and "Sync bit".
NARROW_ALPHA = 4
WIDE_ALPHA = 12
SYNC_SPACE_ALPHA = 124
WORD_ALPHA = 512

ALPHA_MIN_US = 20
ALPHA_MAX_US = 250

N_BURST = 4  # words an encoder sends at least for one press; a PT2272 wants two equal in a row


def waveform(word: CodeWord, alpha_us: "int | float") -> list[int]:
    """Spell one code word as carrier durations.

    Layout, one character per narrow time (4 alpha), `#` mark, `.` space:

        0  #...#...     1  ###.###.     F  #...###.     sync  #...............................

    `alpha_us` is the encoder's clock period, 20..250 µs. Returns 50 durations in whole µs, mark first,
    alternating; each edge is rounded by itself, so errors do not add up along the word.
    Raises EncodeError when alpha_us is outside its range.

    Source: PT2262 data sheet V4.0; vectors/air.json.
    """
    return burst(word, alpha_us, 1)


def burst(word: CodeWord, alpha_us: "int | float", n_words: int = N_BURST) -> list[int]:
    """Spell `n_words` words in a row, as one press sends them: 50 durations a word, mark first."""
    if not ALPHA_MIN_US <= alpha_us <= ALPHA_MAX_US:
        raise EncodeError("alpha is 20..250 us; got %r" % (alpha_us,))
    if n_words < 1:
        raise EncodeError("a burst has at least one word; got %r" % (n_words,))
    durations: list[int] = []
    n_alpha = 0
    edge_us = 0
    # Words of whole µs are all rounded alike, and to spell eight of them takes a chip 45 ms that the presser waits.
    n_alike = n_words if WORD_ALPHA * alpha_us == int(WORD_ALPHA * alpha_us) else 1
    for _ in range(n_words // n_alike):
        for part in _word_alphas(word):
            n_alpha += part
            next_us = int(n_alpha * alpha_us + 0.5)
            durations.append(next_us - edge_us)
            edge_us = next_us
    return durations * n_alike


def signed(durations: list[int]) -> list[int]:
    """Mark-first durations as the slicer takes them: + carrier on, - carrier off."""
    return [-duration if at % 2 else duration for at, duration in enumerate(durations)]


def _word_alphas(word: CodeWord) -> list[int]:
    parts: list[int] = []
    for shift in range(N_BITS - 1, -1, -1):
        if word.code >> shift & 1:
            parts += [WIDE_ALPHA, NARROW_ALPHA]
        else:
            parts += [NARROW_ALPHA, WIDE_ALPHA]
    return parts + [NARROW_ALPHA, SYNC_SPACE_ALPHA]
