"""Subjects that the call centre writes itself: codes with values, which whoever shows them says in his own language."""

MUTED_BUTTON = "muted button"
ALARM_CODES = ("waiting", "oldest_s", "free", "accepted")  # as an alarm rule of the house's document names them


def muted_subject(station_id: str) -> str:
    """`muted button s-1`: for whoever sees to it."""
    return f"{MUTED_BUTTON} {station_id}"


def muted_station(subject: str) -> str:
    """The station that such a subject names; empty: it is another one."""
    beginning = f"{MUTED_BUTTON} "
    return subject[len(beginning) :] if subject.startswith(beginning) else ""


def alarm_subject(rule: str, holds: "dict[str, str]") -> str:
    """`crowded: waiting 8, oldest_s 190`: the rule's name, and by code what is as it says."""
    said = ", ".join([f"{code} {value}" for code, value in holds.items()])
    return f"{rule}: {said}"


def alarm_of(subject: str) -> "tuple[str, dict[str, str]] | None":
    """Name and values of such a subject; None: it is another one, or has a code that a newer call centre knows."""
    rule, _, said = subject.rpartition(": ")
    holds = {}
    for part in said.split(", "):
        code, _, value = part.partition(" ")
        number = value[:-1] if code == "accepted" and value.endswith("%") else value
        if code not in ALARM_CODES or not number or number.strip("0123456789"):
            return None
        holds[code] = value
    return (rule, holds) if rule else None
