"""What will happen by itself, in the database: one timer for each kind and subject."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from wardbell_callcenter.store.contact_rows import AT_ONCE
from wardbell_callcenter.store.contact_tables import timers

TimerKind = Literal["step", "ring", "widen", "accept_limit", "on_site_limit", "remind", "agent", "mute"]
# That a contact has. `ring`: the first of its offers to end.
OF_A_CONTACT: tuple[TimerKind, ...] = ("step", "ring", "widen", "accept_limit", "on_site_limit", "remind")


@dataclass(frozen=True)
class Timer:
    """`subject`: the contact, agent or station. `planned_steady_ms`: what `due` is counted from.

    `fence`: the version of the subject that set it, where a later version makes it void.
    """

    kind: TimerKind
    subject: str
    due_steady_ms: int
    planned_steady_ms: int
    step: int = -1
    loop: int = 0
    fence: int = 0


_WHOLE = select(*(timers.c[name] for name in Timer.__dataclass_fields__))  # in the order of its fields
_MANY = _WHOLE.where(
    (timers.c.kind == bindparam("of_kind")) & timers.c.subject.in_(bindparam("subjects", expanding=True))
)
_DUE = (
    _WHOLE.where(timers.c.due_steady_ms <= bindparam("now_ms"))
    .order_by(timers.c.due_steady_ms, timers.c.kind, timers.c.subject)
    .limit(bindparam("most"))
)
_NEXT_DUE = select(func.min(timers.c.due_steady_ms))
_PUT = insert(timers)
_DROP = delete(timers).where((timers.c.kind == bindparam("of_kind")) & (timers.c.subject == bindparam("of_subject")))


class TimerRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, *some: Timer) -> None:
        """Set timers, each in the place of the one that there was of its kind and subject."""
        if some:
            self.drop(*((timer.kind, timer.subject) for timer in some))
            self._connection.execute(_PUT, [vars(timer) for timer in some])

    def drop(self, *some: tuple[TimerKind, str]) -> None:
        """Forget timers, by kind and subject; those that are not there too."""
        if some:
            self._connection.execute(_DROP, [{"of_kind": kind, "of_subject": subject} for kind, subject in some])

    def get(self, kind: TimerKind, subject: str) -> Timer | None:
        """That timer, where it is set."""
        return self.many(kind, [subject]).get(subject)

    def many(self, kind: TimerKind, subjects: Iterable[str]) -> dict[str, Timer]:
        """Timers of that kind, by subject."""
        wanted = list(subjects)
        found: dict[str, Timer] = {}
        for start in range(0, len(wanted), AT_ONCE):
            some = self._read(_MANY, of_kind=kind, subjects=wanted[start : start + AT_ONCE])
            found |= {timer.subject: timer for timer in some}
        return found

    def due(self, now_steady_ms: int, limit: int) -> Sequence[Timer]:
        """Timers that have run out, the earliest first."""
        return self._read(_DUE, now_ms=now_steady_ms, most=limit)

    def next_due_steady_ms(self) -> int | None:
        """When the next one runs out."""
        due: int | None = self._connection.execute(_NEXT_DUE).scalar_one()
        return due

    def _read(self, wanted: Select[Any], **parameters: object) -> list[Timer]:
        return [Timer(*row) for row in self._connection.execute(wanted, parameters)]
