"""Fit words into the display's cells by rule, so that what is left still tells one place from another."""

SHOWN_FROM, SHOWN_TO = 0x20, 0x7D  # what the display's character ROM (A00) and ASCII have in common
_NOT_SHOWN = "\\"  # is a yen sign there
_VOWELS = "aeiouAEIOU"
_CUT = "~"  # stands where letters were left out (an arrow on the glass)
# Chinese for room, ward, bed, number: what stands beside the number says enough.
_PLACE_WORDS = "房室间床号"


def is_shown(text: str) -> bool:
    """Whether the display can show every character."""
    return all(SHOWN_FROM <= ord(character) <= SHOWN_TO and character not in _NOT_SHOWN for character in text)


def plain(text: str) -> str:
    """The text with a `?` for each character that the display cannot show."""
    return "".join(character if is_shown(character) else "?" for character in text)


def place_words(room: str, bed: str, station_id: str) -> "tuple[str, str]":
    """Room and bed as the display can show them, or the station's id where it cannot."""
    for word in _PLACE_WORDS:
        room, bed = room.replace(word, ""), bed.replace(word, "")
    if room and is_shown(room + bed):
        return room, bed
    return plain(station_id), ""


def shorten(text: str, width: int) -> str:
    """At most `width` characters of `text`: without inner vowels, else initials and numbers, else its end, marked."""
    if len(text) <= width:
        return text
    words = text.split()
    for attempt in (" ".join([_without_vowels(word) for word in words]), "".join([_initial(word) for word in words])):
        if len(attempt) <= width:
            return attempt
    return _CUT + text[len(text) - width + 1 :]


def shorten_place(room: str, bed: str, width: int) -> str:
    """`room-bed` in at most `width` characters; the bed's number is the last to give way."""
    if not bed:
        return shorten(room, width)
    bed = shorten(bed, max(2, width - 3))
    return shorten(room, width - len(bed) - 1) + "-" + bed


def _without_vowels(word: str) -> str:
    return word[0] + "".join([letter for letter in word[1:] if letter not in _VOWELS])


def _initial(word: str) -> str:
    return word if _has_digit(word) else word[0]


def _has_digit(word: str) -> bool:
    return any("0" <= letter <= "9" for letter in word)
