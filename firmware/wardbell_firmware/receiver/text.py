"""What the display says, as text: two lines of at most 16 characters, the glyphs of drivers/glyphs.py among them.

While calls are open the right ends are theirs, whatever else is shown: their count above, the longest wait below.
"""

from wardbell_firmware.drivers.glyphs import BELL, CHECK
from wardbell_firmware.receiver.shorten import place_words, plain, shorten, shorten_place
from wardbell_protocol.calls.call import ACKNOWLEDGED, ATTENDED, PLACED
from wardbell_protocol.calls.signals import BATHROOM, CODE, EMERGENCY, FAULT, NORMAL, STAFF_ASSIST, UNPLUGGED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

COLUMNS = 16

EVERYTHING_GOOD = "Everything Good!"
NO_HOST = "No host link"
NO_BROKER = "No broker"  # on Wi-Fi
NO_GATEWAY = "No gateway"  # there, where the ward should have one
RADIO_BLIND = "Radio blind"  # by what is said behind it
ANOTHER_SPEAKS = "Consoles hear another receiver"
HOST_STARTING = "Host is starting"
HOST_NOT_WELL = "Host not well"
NO_STATIONS = "No stations yet"
FLASH_FULL = "Flash full"
CALLING = "Calling!!!"
UNPLUGGED_WORD = "Unplugged!"  # a call, of the handset's cable
I_KNOW = "I know!"
STAFF_HERE = "Staff here"
CLEAR_AT_BED = "Clear at bed"
NEVER_MUTED = "Never muted"
CALLS_FIRST = "Calls first"
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


def page_of(trouble: str, count: str, wait: str, step: int = 0) -> "tuple[str, str]":
    """What is not well, between count and wait; what is longer than two lines rolls through them, a line each `step`."""
    lines = _wrapped(
        plain(trouble), COLUMNS - len(count) - 1 if count else COLUMNS, COLUMNS - len(wait) - 1 if wait else COLUMNS
    )
    at = step % len(lines) if len(lines) > 2 else 0
    second = lines[(at + 1) % len(lines)] if len(lines) > 1 else ""
    return ends(lines[at], count), ends(second, wait)


def call_lines(call: "Call", count: str, wait: str, muted_s: int = 0) -> "tuple[str, str]":
    """One open call, or fault; `wait` is how long the oldest has waited, with what marks stand before it.

    `muted_s`: say for how long it is muted yet, in place of how it stands.
    """
    left = COLUMNS - len(wait) - 1
    words = muted_words(muted_s) if muted_s else _status_words(call, left)
    return first_line(call, count), ends(words, wait)


def notice_lines(call: "Call", count: str, wait: str, notice: str) -> "tuple[str, str]":
    """The same with an answer to a key."""
    return first_line(call, count), ends(notice, wait)


def first_line(call: "Call", count: str) -> str:
    """Place, kind, mark of an unauthenticated call, and count: `203-2 EMERG? 1/3`."""
    room, bed = place_words(call.room, call.bed, call.station_id)
    place = f"{room}-{bed}" if bed else room
    long, short = KIND_WORDS[call.kind]
    mark = "" if call.authenticated else UNPROVEN
    left = COLUMNS - len(count) - 2
    kind = (long if len(place) <= left - len(long + mark) else short) + mark
    return ends(f"{shorten_place(room, bed, left - len(kind))} {kind}", count)


def count_words(place: "tuple[int, int]", n_calls: int, is_fault: bool) -> str:
    """Which of how many calls: `2/12`; beside a fault how many calls there are, or which of the faults it is if none."""
    return f"{BELL}{n_calls}" if is_fault and n_calls else f"{place[0]}/{place[1]}"


def wait_word(wait_ms: int) -> str:
    """A time in at most three characters: `45s`, `12m`, `3h`."""
    seconds = max(0, wait_ms) // 1000
    if seconds < 100:
        return f"{seconds}s"
    return f"{seconds // 60}m" if seconds < 6000 else f"{min(99, seconds // 3600)}h"


def muted_words(seconds: int) -> str:
    """How long it stays muted: `Muted 1:58`."""
    return f"Muted {seconds // 60}:{seconds % 60:02}"


def clears_words(seconds: int) -> str:
    """What holding the key does."""
    return f"Clear in {seconds} s"


def _status_words(call: "Call", width: int) -> str:
    if call.kind == FAULT and call.detail:
        detail = plain(call.detail.replace("_", " "))
        mark = "" if call.status == PLACED else CHECK
        return mark + shorten(detail[0].upper() + detail[1:], width - len(mark))
    if call.status == ATTENDED:
        return STAFF_HERE
    if call.status == ACKNOWLEDGED:
        return I_KNOW
    calling = UNPLUGGED_WORD if call.detail == UNPLUGGED else CALLING
    presses = f"x{min(9999, call.presses)}"
    for between in (" ", ""):
        if call.presses > 1 and len(calling + between + presses) <= width:
            return calling + between + presses
    return calling


def ends(left: str, right: str) -> str:
    """Both at the two ends of a line, `right` may be empty; they leave each other room for a space."""
    return left + " " * (COLUMNS - len(left) - len(right)) + right if right else left


def _wrapped(text: str, first_width: int, width: int) -> "list[str]":
    """The text in lines, broken between words; all but the first `width` wide, and each that wide where they roll."""
    lines = _broken(text, first_width, width)
    return lines if len(lines) <= 2 else _broken(text, min(first_width, width), min(first_width, width))


def _broken(text: str, first_width: int, width: int) -> "list[str]":
    lines = [""]
    for word in text.split():
        at_most = first_width if len(lines) == 1 else width
        if not lines[-1]:
            lines[-1] = word
        elif len(lines[-1]) + 1 + len(word) <= at_most:
            lines[-1] += " " + word
        else:
            lines.append(word)
        while len(lines[-1]) > (first_width if len(lines) == 1 else width):
            at_most = first_width if len(lines) == 1 else width
            lines[-1], rest = lines[-1][:at_most], lines[-1][at_most:]
            lines.append(rest)
    return lines
