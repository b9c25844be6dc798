"""Every MQTT topic in one place. The whole layout: protocol/spec/bus.md and protocol/spec/asyncapi.json.

    wardbell/v1/{scope}/…        scope = a ward's name, or `callcenter`

A scope has one authority (a ward's gateway, the call centre). It publishes events with its epoch and sequence number,
answers snapshot requests and commands, and keeps retained state for late joiners. Retained state is never the truth.
"""

import re

from wardbell_protocol.errors import EncodeError

ROOT = "wardbell/v1"
CALL_CENTRE_SCOPE = "callcenter"
ANY = "+"

# What a name of a ward, client or part may look like: it becomes a topic level, a file name and a word on the screen.
_NAME = re.compile("^[a-z0-9][a-z0-9_-]*$")


def check_name(name: str) -> str:
    """`name` itself, 1..40 characters of a-z 0-9 _ - that begin with a letter or digit; EncodeError otherwise."""
    if len(name) > 40 or "\n" in name or not _NAME.match(name):  # `$` lets one newline through
        raise EncodeError(f"{name!r} cannot be a topic level: use a-z, 0-9, _ and -, at most 40")
    return name


def event(scope: str) -> str:
    """Events of the authority, in order, not retained."""
    return f"{ROOT}/{scope}/event"


def ward(scope: str) -> str:
    """Retained: what the ward is, its stations and policies."""
    return f"{ROOT}/{scope}/ward"


def call(scope: str, call_id: str) -> str:
    """Retained: one open call; emptied when it is cleared."""
    return f"{ROOT}/{scope}/call/{call_id}"


def contact(contact_id: str) -> str:
    """Retained: one open contact of the call centre; emptied when it is closed."""
    return f"{ROOT}/{CALL_CENTRE_SCOPE}/contact/{contact_id}"


def offer(client: str) -> str:
    """Offers of the call centre for whoever sits at that client."""
    return f"{ROOT}/{CALL_CENTRE_SCOPE}/offer/{client}"


def snapshot_request(scope: str) -> str:
    """Ask the authority for everything it knows."""
    return f"{ROOT}/{scope}/snapshot/get"


def snapshot(scope: str, client: str) -> str:
    """The answer, for that client."""
    return f"{ROOT}/{scope}/snapshot/to/{client}"


def command(ward: str) -> str:
    """Verbs for a ward's gateway."""
    return f"{ROOT}/{ward}/command"


def centre_command(client: str) -> str:
    """Verbs of that client for the call centre: a broker can see to it that nobody else says them."""
    return f"{ROOT}/{CALL_CENTRE_SCOPE}/command/{client}"


def reply(scope: str, client: str) -> str:
    """What became of that client's commands."""
    return f"{ROOT}/{scope}/reply/{client}"


def health(scope: str, part: str) -> str:
    """Retained, with a last will: whether a part is there and well."""
    return f"{ROOT}/{scope}/health/{part}"


def hearing(scope: str) -> str:
    """A press that another ear than the gateway's own receiver heard."""
    return f"{ROOT}/{scope}/hearing"


def reception(scope: str) -> str:
    """How well the gateway's own receivers heard a press, not retained."""
    return f"{ROOT}/{scope}/reception"


class Address:
    """A topic taken apart: its scope, its channel (`event`, `call`, …) and the last level where there is one."""

    def __init__(self, scope: str, channel: str, last: str) -> None:
        self.scope = scope
        self.channel = channel
        self.last = last


def parse(topic: str) -> "Address | None":
    """The parts of one of our topics, or None for anything else."""
    levels = topic.split("/")
    if len(levels) < 4 or "/".join(levels[:2]) != ROOT:
        return None
    scope, channel, rest = levels[2], levels[3], levels[4:]
    if channel in ("event", "ward", "command", "hearing", "reception") and not rest:
        return Address(scope, channel, "")
    if channel in ("call", "contact", "offer", "reply", "health", "command") and len(rest) == 1:
        return Address(scope, channel, rest[0])
    if channel == "snapshot" and rest == ["get"]:
        return Address(scope, "snapshot_request", "")
    if channel == "snapshot" and len(rest) == 2 and rest[0] == "to":
        return Address(scope, "snapshot", rest[1])
    return None
