"""What can go wrong, as one tree of types.

    WardbellError                        root; carries nothing
    ├─ EncodeError                       our caller asked for the impossible: a bug or bad input
    ├─ DecodeError(reason, position)     what arrived is not ours: caught at the edge, counted
    ├─ CallError(call_id, reason)        this verb is not allowed on this call
    └─ ConfigError(file, key, remedy)    host only: refuse to start, tell people what to mend

Attributes carry the facts, the text is for people. Each type has one base: MicroPython refuses
a class that mixes two exception layouts.
"""


class WardbellError(Exception):
    """Root of every error that Wardbell raises on purpose."""


class EncodeError(WardbellError):
    """Something that cannot be put on the air, the line or the bus."""


class DecodeError(WardbellError):
    """Something arrived that is not ours.

    `reason` is a short stable word to count by; `position` says where in the input, from 0.
    """

    def __init__(self, reason: str, position: int = 0) -> None:
        super().__init__("%s at %d" % (reason, position))
        self.reason = reason
        self.position = position


class CallError(WardbellError):
    """A verb that the state of this call does not allow."""

    def __init__(self, call_id: str, reason: str) -> None:
        super().__init__("call %s: %s" % (call_id, reason))
        self.call_id = call_id
        self.reason = reason


class ConfigError(WardbellError):
    """A file that people write and that cannot be used as it stands."""

    def __init__(self, file: str, key: str, remedy: str) -> None:
        super().__init__("%s: %s: %s" % (file, key, remedy))
        self.file = file
        self.key = key
        self.remedy = remedy
