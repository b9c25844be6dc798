"""What the display says, as text: two lines of at most 16 characters."""

from wardbell_firmware.receiver.shorten import place_words, plain, shorten, shorten_place
from wardbell_protocol.calls.call import ACKNOWLEDGED, ATTENDED
from wardbell_protocol.calls.signals import BATHROOM, CODE, EMERGENCY, FAULT, NORMAL, STAFF_ASSIST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

COLUMNS = 16

EVERYTHING_GOOD = "Everything Good!"
NO_HOST = "No host link"
HOST_STARTING = "Host is starting"
HOST_NOT_WELL = "Host not well"
NO_STATIONS = "No stations yet"
CALLING = "Calling!!!"
I_KNOW = "I know!"
STAFF_HERE = "Staff here"
CLEAR_AT_BED = "Clear at bed"
UNPROVEN = "?"  # behind the kind of a call that no verified frame has placed: anybody can send a bare word

# Long and short word of each kind; the long one where it fits.
KIND_WORDS = {
    CODE: ("CODE", "CO"),
    EMERGENCY: ("EMERG", "EM"),
    BATHROOM: ("BATH", "WC"),
    STAFF_ASSIST: ("STAFF", "ST"),
    NORMAL: ("call", "ca"),
    FAULT: ("fault", "fl"),
}


def idle_lines(trouble: str) -> "tuple[str, str]":
    """Nothing is open. `trouble` says what is not well; empty is all well."""
    if not trouble:
        return EVERYTHING_GOOD, ""
    text = plain(trouble)
    if len(text) <= COLUMNS:
        return text, ""
    return _wrapped(text)


def call_lines(call: "Call", index: int, n: int, oldest_ms: int) -> "tuple[str, str]":
    """One of `n` open calls, the `index`-th from 1; `oldest_ms` is how long the oldest of them has waited."""
    return first_line(call, index, n), _ends(_status_words(call), wait_word(oldest_ms))


def notice_lines(call: "Call", index: int, n: int, notice: str) -> "tuple[str, str]":
    """The same with an answer to a key in the second line."""
    return first_line(call, index, n), notice


def first_line(call: "Call", index: int, n: int) -> str:
    """Place, kind, mark of an unauthenticated call, and count: `203-2 EMERG? 1/3`."""
    count = f"{index}/{n}"
    room, bed = place_words(call.room, call.bed, call.station_id)
    place = f"{room}-{bed}" if bed else room
    long, short = KIND_WORDS[call.kind]
    mark = "" if call.authenticated else UNPROVEN
    left = COLUMNS - len(count) - 2
    kind = (long if len(place) <= left - len(long + mark) else short) + mark
    return _ends(f"{shorten_place(room, bed, left - len(kind))} {kind}", count)


def wait_word(wait_ms: int) -> str:
    """A time in at most three characters: `45s`, `12m`, `3h`."""
    seconds = max(0, wait_ms) // 1000
    if seconds < 100:
        return f"{seconds}s"
    return f"{seconds // 60}m" if seconds < 6000 else f"{min(99, seconds // 3600)}h"


def _status_words(call: "Call") -> str:
    if call.status == ATTENDED:
        return STAFF_HERE
    if call.status == ACKNOWLEDGED:
        return I_KNOW
    if call.kind == FAULT and call.detail:
        detail = plain(call.detail.replace("_", " "))
        return shorten(detail[0].upper() + detail[1:], COLUMNS)
    return CALLING + (f" x{min(9999, call.presses)}" if call.presses > 1 else "")


def _ends(left: str, right: str) -> str:
    """Both at the two ends of a line; the right one only if a space stays between."""
    gap = COLUMNS - len(left) - len(right)
    return left + " " * gap + right if gap > 0 else left


def _wrapped(text: str) -> "tuple[str, str]":
    words = text.split()
    first = words[0] if words else ""
    taken = 1
    while taken < len(words) and len(first) + 1 + len(words[taken]) <= COLUMNS:
        first += " " + words[taken]
        taken += 1
    return shorten(first, COLUMNS), shorten(" ".join(words[taken:]), COLUMNS)
