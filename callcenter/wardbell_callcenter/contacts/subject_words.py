"""What contacts are about, in Chinese and English, for what is read outside the console."""

from wardbell_protocol.bus.subjects import alarm_of, muted_station

_ALARM = {
    "waiting": ("等待 {}", "{} waiting"),
    "oldest_s": ("最久 {} 秒", "oldest {} s"),
    "free": ("空闲 {}", "{} ready"),
    "accepted": ("按时接单 {}", "{} accepted in time"),
}


def subject_words(kind: str, subject: str) -> tuple[str, str]:
    """In `zh_CN` and in `en`; what a person wrote is the same in both."""
    if kind != "technical":
        return subject, subject
    station, alarm = muted_station(subject), alarm_of(subject)
    if station:
        return f"按钮 {station} 已静音", f"button {station} muted"
    if alarm is None:
        return subject, subject
    rule, holds = alarm
    chinese, english = zip(*(_ALARM[code] for code in holds), strict=True)
    values = list(holds.values())
    return f"{rule}：{'，'.join(_filled(chinese, values))}", f"{rule}: {', '.join(_filled(english, values))}"


def _filled(words: tuple[str, ...], values: list[str]) -> list[str]:
    return [word.format(value) for word, value in zip(words, values, strict=True)]
