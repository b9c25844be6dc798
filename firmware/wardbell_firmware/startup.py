"""What a board makes of its settings file at start, and what it leaves behind when its app dies."""

import json

from wardbell_protocol.errors import ConfigError

SETTINGS_FILE = "settings.json"
CRASH_FILE = "crash.txt"
CRASH_LENGTH = 2048  # bytes; a traceback has some hundred

_PROVISION = "write it over USB with `wardbell provision`"


def text_of(data: "bytes | None") -> "str | None":
    """What a file says, None where there is none; nothing where it is not UTF-8, as erased or spoilt flash is not."""
    try:
        return None if data is None else data.decode()
    except UnicodeError:
        return ""


def read_settings(text: "str | None", role: str, boards: "tuple[str, ...]") -> "dict[str, object]":
    """Settings from the text of their file (None: there is none).

    Raises ConfigError where they cannot be those of a board of `boards` in this role.
    """
    if text is None:
        raise ConfigError(SETTINGS_FILE, "not there", _PROVISION)
    try:
        settings = json.loads(text)
    except ValueError:
        raise ConfigError(SETTINGS_FILE, "not JSON", _PROVISION)
    if not isinstance(settings, dict):
        raise ConfigError(SETTINGS_FILE, "not an object", _PROVISION)
    if settings.get("role") != role:
        raise ConfigError(
            SETTINGS_FILE, "role %s" % settings.get("role"), "this board runs a %s; %s" % (role, _PROVISION)
        )
    if settings.get("board") not in boards:
        raise ConfigError(
            SETTINGS_FILE, "board %s" % settings.get("board"), "this is a %s; %s" % (" or ".join(boards), _PROVISION)
        )
    return settings


def in_place_of_spoilt(text: "str | None", role: str, boards: "tuple[str, ...]") -> "dict[str, object] | None":
    """What a board in service goes on with whose file has rotted: a node shows that it is of no use, a receiver rings.

    None where there is no such file, as on a new board, or one that can be read, which is another board's.
    """
    try:
        if text is None or isinstance(json.loads(text), dict):
            return None
    except ValueError:
        pass
    return {"role": role, "board": boards[0]}


def has_host_on_usb(settings: "dict[str, object]") -> bool:
    """Whether link frames come over the cable that the REPL is on."""
    is_receiver = settings.get("role") == "receiver"
    return is_receiver and bool(settings.get("host", True)) and bool(settings.get("host_on_usb", True))


def crash_file(before: "str | None", traceback: str) -> "str | None":
    """The crash file with one more traceback, the newest first; None where it need not be written.

    A board that dies at each start of the same thing wears its flash by one write, not by one each ten seconds.
    """
    newest = traceback[-CRASH_LENGTH:]
    if before is None:
        return newest
    if before.startswith(newest):
        return None
    return (newest + "\n" + before)[:CRASH_LENGTH]
