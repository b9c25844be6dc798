"""The house's document in the database: every form it had is kept, the newest counts."""

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, insert, select

from wardbell_callcenter.store.house_tables import houses


@dataclass(frozen=True)
class HouseForm:
    """One form of the document. `revision` counts from 1."""

    revision: int
    at_ms: int
    by: str
    document: bytes


_REVISION = select(func.coalesce(func.max(houses.c.revision), 0))


class HouseRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest_revision(self) -> int:
        """Its number; 0 while nobody has described the house."""
        return int(self._connection.execute(_REVISION).scalar_one())

    def newest(self) -> HouseForm | None:
        """The form that counts, or None while there is none."""
        row = self._connection.execute(select(houses).order_by(houses.c.revision.desc()).limit(1)).mappings().first()
        return None if row is None else _form(row)

    def at(self, revision: int) -> HouseForm | None:
        """That form, where there was one."""
        row = self._connection.execute(select(houses).where(houses.c.revision == revision)).mappings().first()
        return None if row is None else _form(row)

    def counted_at(self, at_ms: int) -> HouseForm | None:
        """The form that counted then; of a time before the first one, the first."""
        then = select(houses).where(houses.c.at_ms <= at_ms).order_by(houses.c.revision.desc()).limit(1)
        row = self._connection.execute(then).mappings().first()
        return self.at(1) if row is None else _form(row)

    def history(self, limit: int) -> list[HouseForm]:
        """The newest forms, newest first."""
        wanted = select(houses).order_by(houses.c.revision.desc()).limit(limit)
        return [_form(row) for row in self._connection.execute(wanted).mappings()]

    def put(self, document: bytes, by: str, now_ms: int) -> int:
        """Store a new form, which counts from now on; returns its revision."""
        revision = self.newest_revision() + 1  # writers stand in line, so nobody else takes it
        values = {"revision": revision, "at_ms": now_ms, "by": by, "document": document}
        self._connection.execute(insert(houses).values(**values))
        return revision


def _form(row: RowMapping) -> HouseForm:
    return HouseForm(row["revision"], row["at_ms"], row["by"], row["document"])
