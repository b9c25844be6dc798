"""The open calls over a loss of power: written when they change, rung again at the next start.

What is written are `call` messages of the link, as the host would say them, so that coming back is merging. A
call that the host could not be told of carries its press along, and is told of after the restart.
"""

import json

from wardbell_protocol.calls.call import ATTENDED
from wardbell_protocol.errors import EncodeError
from wardbell_protocol.link.messages import call_message, check_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.call import Call

OPEN_CALLS_FILE = "calls.json"
# The file is made in one piece of memory, which a heap full of calls may not have; a host says all of them again anyway.
MOST_KEPT = 64
WRITE_EVERY_MS = 2000  # a host that is back says all its calls at once, and flash wears

_FRAME_FIELDS = ("node", "counter", "event", "battery")


class OpenCalls:
    """Says when the open calls are due to be written, and how."""

    def __init__(self) -> None:
        self._write_at_ms: int | None = None
        self._earliest_ms = 0

    def changed(self, now_ms: int) -> None:
        """The open calls are no longer what was written."""
        if self._write_at_ms is None:
            self._write_at_ms = max(now_ms, self._earliest_ms)

    def is_due(self, now_ms: int) -> bool:
        """Whether to write now; it is then taken as written."""
        if self._write_at_ms is None or now_ms < self._write_at_ms:
            return False
        self._write_at_ms = None
        self._earliest_ms = now_ms + WRITE_EVERY_MS
        return True

    def next_deadline_ms(self) -> "int | None":
        """When to write."""
        return self._write_at_ms


def to_file(calls: "list[Call]", untold: "dict[tuple[str, str, str], dict[str, object]]", now_ms: int) -> bytes:
    """The open calls, most urgent first, as a file: the first 64 of them.

    `untold`: call -> `press` or `frame` message that the host does not know of.
    """
    messages = []
    for call in calls[:MOST_KEPT]:
        message = call_message(call, call.attended_by if call.status == ATTENDED else call.acknowledged_by, now_ms, 0)
        press = untold.get(call.key)
        if press is not None and press["t"] == "press":
            message["code"] = press["code"]
        elif press is not None:
            message["frame"] = [press[field] for field in _FRAME_FIELDS]
            message["mark"] = press.get("mark", "")
        messages.append(message)
    return json.dumps(messages).encode()


def from_file(data: bytes) -> "list[dict[str, object]] | None":
    """The `call` messages of a file; None if it is not one of ours."""
    try:
        messages = json.loads(data.decode())
        if not isinstance(messages, list):
            return None
        for message in messages:
            check_message(message)
            if message["t"] != "call":
                return None
    except (ValueError, EncodeError):
        return None
    return messages


def press_of(message: "dict[str, object]", at_ms: int) -> "dict[str, object] | None":
    """The `press` or `frame` message that goes with a call of the file, where its host had not heard of it."""
    code, frame = message.get("code"), message.get("frame")
    if isinstance(code, int):
        return {"t": "press", "code": code, "words": 2, "t_us": 0, "at": at_ms}
    if isinstance(frame, list) and len(frame) == len(_FRAME_FIELDS) and all(type(n) is int for n in frame):
        press: dict[str, object] = {"t": "frame", "copies": 1, "at": at_ms}
        press.update({_FRAME_FIELDS[at]: frame[at] for at in range(len(frame))})
        if isinstance(message.get("mark"), str) and message["mark"]:
            press["mark"] = message["mark"]
        return press
    return None
