"""Steps that wards' calls have taken, in the database: each (call, step, loop) once, whoever sends it."""

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from wardbell_callcenter.store.tables import steps
from wardbell_protocol.bus.centre_payloads import StepTaken

FIELDS = tuple(name for name in StepTaken.__struct_fields__ if name != "v")


_OF_CALL = steps.c.call_id == bindparam("of_call")
_GET = select(steps).where(_OF_CALL & (steps.c.step == bindparam("of_step")) & (steps.c.loop == bindparam("of_loop")))
_ADD = insert(steps)
_CLOSE = update(steps).where(_OF_CALL).values(is_closed=True)
_CLOSED = select(steps.c.is_closed).where(_OF_CALL)  # asked for closed ones only, SQLite reads all that there ever were
_FORGET = delete(steps).where(_OF_CALL & steps.c.is_closed.is_(False))


class StepRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, call_id: str, step: int, loop: int) -> StepTaken | None:
        """That step, where it was taken."""
        key = {"of_call": call_id, "of_step": step, "of_loop": loop}
        row = self._connection.execute(_GET, key).mappings().first()
        return None if row is None else _step_of(row)

    def add(self, taken: StepTaken, taken_from: str) -> None:
        """Store a step; a second one of its key breaks the transaction."""
        values = {name: getattr(taken, name) for name in FIELDS}
        self._connection.execute(_ADD, values | {"taken_from": taken_from})

    def open(self) -> list[StepTaken]:
        """All steps of calls that are not cleared, oldest first."""
        wanted = select(steps).where(steps.c.is_closed.is_(False)).order_by(steps.c.taken_at_ms, steps.c.step)
        return [_step_of(row) for row in self._connection.execute(wanted).mappings()]

    def close(self, call_id: str) -> None:
        """The call is cleared: its steps are history."""
        self._connection.execute(_CLOSE, {"of_call": call_id})

    def forget(self, call_id: str) -> None:
        """As if none of that call's steps had been taken, unless it is known to be cleared."""
        self._connection.execute(_FORGET, {"of_call": call_id})

    def is_closed(self, call_id: str) -> bool:
        """Whether the call is known to be cleared."""
        return any(self._connection.execute(_CLOSED, {"of_call": call_id}).scalars())


def _step_of(row: RowMapping) -> StepTaken:
    return StepTaken(**{name: row[name] for name in FIELDS})
