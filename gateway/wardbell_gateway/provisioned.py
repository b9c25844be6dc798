"""What the registry says of a board that `wardbell provision` has made a station's node or a receiver."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from wardbell_protocol.errors import ConfigError

_LONGEST = 64


@dataclass(frozen=True)
class Provisioned:
    """`board` as in its settings, Wardbell's `firmware` version there, `at` in ISO 8601 with its zone, `by` whom."""

    board: str
    firmware: str
    at: str
    by: str

    def to_record(self) -> dict[str, str]:
        """Plain data for the registry."""
        return asdict(self)


def check_provisioned(file: str, key: str, record: object) -> Provisioned | None:
    """The record of a registry's document, None where there is none; ConfigError where it cannot be."""
    if record is None:
        return None
    names = [field.name for field in fields(Provisioned)]
    if not isinstance(record, dict) or sorted(record) != sorted(names):
        raise ConfigError(file, key, "give an object of " + ", ".join(names) + "; or take it away")
    texts: dict[str, Any] = record
    for name in names:
        if not isinstance(texts[name], str) or len(texts[name]) > _LONGEST or not (texts[name] + "x").isprintable():
            raise ConfigError(file, f"{key}.{name}", f"give up to {_LONGEST} printable characters in quotes")
    try:
        datetime.fromisoformat(texts["at"])
    except ValueError as error:
        raise ConfigError(file, f"{key}.at", 'give a time like "2026-03-01T14:30:00+01:00"') from error
    return Provisioned(**texts)
