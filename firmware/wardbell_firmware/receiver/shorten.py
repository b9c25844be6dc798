"""Fit words into the display's cells by rule, so that what is left still tells one place from another."""

SHOWN_FROM, SHOWN_TO = 0x20, 0x7D  # what the display's character ROM (A00) and ASCII have in common
_NOT_SHOWN = "\\"  # is a yen sign there
_VOWELS = "aeiouAEIOU"
_CUT = "~"  # stands where letters were left out (an arrow on the glass)
# Chinese for room, ward, bed, number: what stands beside the number says enough. Storey, building: it parts two numbers.
_PLACE_WORDS = "房室间床号"
_PART_WORDS = "楼层栋区"
# Letters that European names have and the character ROM has not, or has elsewhere in its other version (A02).
_PLAIN_LETTERS = {
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "oe", "Ø": "Oe",
    "å": "aa", "Å": "Aa", "œ": "oe", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "\\": "/", "~": "-",
}  # fmt: skip
_BARE = (  # letter without its accent, and those with one
    "aàáâãāăą", "AÀÁÂÃĀĂĄ", "cçćč", "CÇĆČ", "dď", "DĎ", "eèéêëēęě", "EÈÉÊËĒĘĚ", "gğ", "GĞ", "iìíîïī", "IÌÍÎÏĪİ", "nñńň", "NÑŃŇ",
    "oòóôõőō", "OÒÓÔÕŐŌ", "rřŕ", "RŘŔ", "sśšşș", "SŚŠŞȘ", "tťţț", "TŤŢȚ", "uùúûůűū", "UÙÚÛŮŰŪ", "yýÿ", "YÝŸ", "zźżž", "ZŹŻŽ",
)  # fmt: skip
_FULL_WIDTH = 0xFEE0  # from an ASCII character to its East Asian full-width form


def is_shown(text: str) -> bool:
    """Whether the display can show every character."""
    return all(SHOWN_FROM <= ord(character) <= SHOWN_TO and character not in _NOT_SHOWN for character in text)


def spelled(text: str) -> str:
    """The text with letters that the display lacks spelled in those that it has; what has no such spelling is left."""
    return text if is_shown(text) else "".join([_spelled(character) for character in text])


def plain(text: str) -> str:
    """The same with a `?` for each character that the display cannot show even so."""
    return "".join([character if is_shown(character) else "?" for character in spelled(text)])


def place_words(room: str, bed: str, station_id: str) -> "tuple[str, str]":
    """Room and bed as the display can show them, or the station's id where it cannot."""
    for word in _PLACE_WORDS:
        room, bed = room.replace(word, ""), bed.replace(word, "")
    for word in _PART_WORDS:
        room = room.replace(word, "-")
    room, bed = spelled(room).rstrip("-"), spelled(bed)
    if room and is_shown(room + bed):
        return room, bed
    return plain(station_id), ""


def shorten(text: str, width: int) -> str:
    """At most `width` characters of `text`: without inner vowels, else initials and numbers, else its end, marked."""
    if len(text) <= width:
        return text
    words = text.split()
    bare = [_without_vowels(word) for word in words]
    if len(" ".join(bare)) <= width:
        return " ".join(bare)
    initials = [_initial(word) for word in words]
    left = width - len("".join(initials))
    if left < 0:
        return _CUT + text[len(text) - width + 1 :]
    for at, word in enumerate(bare):  # S12 would be Sunflower 12 and Snowdrop 12
        more = word[len(initials[at]) : len(initials[at]) + left]
        initials[at] += more
        left -= len(more)
    return "".join(initials)


def shorten_place(room: str, bed: str, width: int) -> str:
    """`room-bed` in at most `width` characters; the bed's number is the last to give way."""
    if not bed:
        return shorten(room, width)
    bed = shorten(bed, max(2, width - 3))
    return shorten(room, width - len(bed) - 1) + "-" + bed


def _spelled(character: str) -> str:
    if character in _PLAIN_LETTERS:
        return _PLAIN_LETTERS[character]
    for letters in _BARE:
        if character in letters:
            return letters[0]
    code = ord(character) - _FULL_WIDTH
    return chr(code) if SHOWN_FROM < code <= SHOWN_TO else character


def _without_vowels(word: str) -> str:
    return word[0] + "".join([letter for letter in word[1:] if letter not in _VOWELS])


def _initial(word: str) -> str:
    return word if _has_digit(word) else word[0]


def _has_digit(word: str) -> bool:
    return any("0" <= letter <= "9" for letter in word)
