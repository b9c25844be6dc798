"""Which buttons have not been heard for a month, and the sheet on which somebody notes what a walk along them found. Pure.

Columns as inspections use them (DIN VDE 0834): OK, not OK, not fitted, defect, signature.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from wardbell_bus.columns import aligned
from wardbell_gateway.command_texts import CommandWords
from wardbell_protocol.calls.signals import FAULT, PRESENCE, PRIORITY, RESET
from wardbell_protocol.calls.station import Station

DAYS = 30
DAY_MS = 24 * 3600 * 1000

BUTTONS = (*(kind for kind in PRIORITY if kind != FAULT), PRESENCE, RESET)  # what a person presses


@dataclass(frozen=True)
class DueButton:
    """A button that somebody should try; `heard_ms` 0: it never was heard."""

    station: Station
    signal: str
    heard_ms: int


def due_buttons(
    stations: Iterable[Station],
    fitted: Mapping[str, Iterable[str]],
    heard: Mapping[str, Mapping[str, int]],
    now_ms: int,
    days: int = DAYS,
) -> list[DueButton]:
    """Buttons not heard for so many days, by place.

    Args:
        fitted: station id -> what its buttons say, as they were provisioned. Of any other station of ours it is what was
            heard of it, and at least the call; of a remote its codes.
        heard: station id -> signal -> when, UNIX ms.
    """
    last = [
        DueButton(station, signal, heard.get(station.station_id, {}).get(signal, 0))
        for station in sorted(stations, key=lambda each: (each.room, each.bed, each.station_id))
        for signal in _buttons(station, fitted.get(station.station_id, ()), heard.get(station.station_id, {}))
    ]
    return [button for button in last if now_ms - button.heard_ms > days * DAY_MS]


def sheet(due: list[DueButton], ward: str, words: CommandWords, now_ms: int, days: int = DAYS) -> str:
    """The sheet to print."""
    if not due:
        return words.text("sheet.none", days=days)
    boxes = ("[ ]", "[ ]", "[ ]", "_" * 20, "_" * 12)
    rows = [words.head("sheet.head"), *((*_facts(button, words), *boxes) for button in due)]
    return words.text("sheet.title", ward=ward, date=_date(now_ms)) + "\n\n" + "\n".join(aligned(rows))


def as_csv(due: list[DueButton], words: CommandWords) -> str:
    """The same as CSV, a byte order mark before it so that spreadsheets read the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(words.head("sheet.head"))
    writer.writerows((*_facts(button, words), "", "", "", "", "") for button in due)
    return "\ufeff" + out.getvalue()


def _buttons(station: Station, fitted: Iterable[str], heard: Iterable[str]) -> list[str]:
    said = set(fitted) or set(station.codes.values()) or {"normal", *heard}
    return [signal for signal in BUTTONS if signal in said]


def _facts(button: DueButton, words: CommandWords) -> tuple[str, str, str, str]:
    heard = _date(button.heard_ms) if button.heard_ms else words.text("never")
    return button.station.room, button.station.bed, words.signal(button.signal), heard


def _date(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000).astimezone().date().isoformat()
