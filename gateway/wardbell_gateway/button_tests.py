"""Which buttons have not been heard for a month, and the sheet on which somebody notes what a walk along them found. Pure.

Columns as inspections use them (DIN VDE 0834): OK, not OK, not fitted, defect, signature.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from wardbell_bus.columns import aligned
from wardbell_protocol.calls.signals import FAULT, PRESENCE, PRIORITY, RESET
from wardbell_protocol.calls.station import Station

DAYS = 30
DAY_MS = 24 * 3600 * 1000

BUTTONS = (*(kind for kind in PRIORITY if kind != FAULT), PRESENCE, RESET)  # what a person presses

TEXTS = {
    "en": {
        "title": "Button test, ward {ward}, {date}",
        "head": ("room", "bed", "button", "last heard", "OK", "not OK", "not fitted", "defect", "signature"),
        "never": "never",
        "none": "every button was heard within {days} days",
        "code": "code",
        "emergency": "emergency",
        "bathroom": "bathroom",
        "staff_assist": "staff assist",
        "normal": "call",
        "presence": "presence",
        "reset": "reset",
    },
    "zh_CN": {
        "title": "按钮测试表 {ward} {date}",
        "head": ("房间", "床位", "按钮", "上次收到", "正常", "不正常", "未安装", "问题", "签名"),
        "never": "从未",
        "none": "{days} 天内每个按钮的信号都收到过",
        "code": "抢救",
        "emergency": "紧急呼叫",
        "bathroom": "卫生间紧急",
        "staff_assist": "增援",
        "normal": "呼叫",
        "presence": "护士到位",
        "reset": "复位",
    },
}


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


def sheet(due: list[DueButton], ward: str, language: str, now_ms: int, days: int = DAYS) -> str:
    """The sheet to print, in one of TEXTS' languages."""
    texts = TEXTS[language]
    if not due:
        return str(texts["none"]).format(days=days)
    boxes = ("[ ]", "[ ]", "[ ]", "_" * 20, "_" * 12)
    rows = [tuple(texts["head"]), *((*_facts(button, language), *boxes) for button in due)]
    return str(texts["title"]).format(ward=ward, date=_date(now_ms)) + "\n\n" + "\n".join(aligned(rows))


def as_csv(due: list[DueButton], language: str) -> str:
    """The same as CSV, a byte order mark before it so that spreadsheets read the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(TEXTS[language]["head"])
    writer.writerows((*_facts(button, language), "", "", "", "", "") for button in due)
    return "\ufeff" + out.getvalue()


def _buttons(station: Station, fitted: Iterable[str], heard: Iterable[str]) -> list[str]:
    said = set(fitted) or set(station.codes.values()) or {"normal", *heard}
    return [signal for signal in BUTTONS if signal in said]


def _facts(button: DueButton, language: str) -> tuple[str, str, str, str]:
    texts = TEXTS[language]
    heard = _date(button.heard_ms) if button.heard_ms else str(texts["never"])
    return button.station.room, button.station.bed, str(texts[button.signal]), heard


def _date(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000).astimezone().date().isoformat()
