"""Residents in the database."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, insert, select, tuple_

from wardbell_callcenter.residents.resident import Resident
from wardbell_callcenter.store.house_tables import residents

_PLAIN = ("resident_id", "ward", "room", "bed", "name", "care_level", "key_carer", "is_gone")
AT_ONCE = 500  # in one statement
Place = tuple[str, str]  # ward and room


class _Card(msgspec.Struct):
    risks: tuple[str, ...]
    fields: dict[str, str]
    priority_class: str = ""  # of rows from before there was one


_WHOLE = select(residents).order_by(residents.c.ward, residents.c.room, residents.c.bed, residents.c.resident_id)
_BY_ID = _WHOLE.where(residents.c.resident_id == bindparam("of_id"))
_THOSE = _WHOLE.where(residents.c.resident_id.in_(bindparam("ids", expanding=True)) & residents.c.is_gone.is_(False))
_PLACE = tuple_(residents.c.ward, residents.c.room)
_OF_ROOMS = _WHOLE.where(_PLACE.in_(bindparam("rooms", expanding=True)) & residents.c.is_gone.is_(False))


class ResidentRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Resident]:
        """Everybody, also who is gone, by place."""
        return self._read(_WHOLE)

    def get(self, resident_id: str) -> Resident | None:
        """That resident, also when he is gone."""
        found = self._read(_BY_ID, of_id=resident_id)
        return found[0] if found else None

    def those(self, resident_ids: Iterable[str]) -> dict[str, Resident]:
        """Those of them who live here, by id."""
        wanted = sorted(set(resident_ids))
        found: dict[str, Resident] = {}
        for start in range(0, len(wanted), AT_ONCE):
            found |= {one.resident_id: one for one in self._read(_THOSE, ids=wanted[start : start + AT_ONCE])}
        return found

    def of_room(self, ward: str, room: str) -> list[Resident]:
        """Who lives there, by bed."""
        return self.of_rooms([(ward, room)]).get((ward, room), [])

    def of_rooms(self, rooms: Iterable[Place]) -> dict[Place, list[Resident]]:
        """Who lives in those rooms, by ward and room."""
        wanted = sorted(set(rooms))
        found: dict[Place, list[Resident]] = {}
        for start in range(0, len(wanted), AT_ONCE):
            for resident in self._read(_OF_ROOMS, rooms=wanted[start : start + AT_ONCE]):
                found.setdefault((resident.ward, resident.room), []).append(resident)
        return found

    def put(self, some: Sequence[Resident]) -> None:
        """Store those, each in the place of what was known of him."""
        for start in range(0, len(some), AT_ONCE):
            part = some[start : start + AT_ONCE]
            known = residents.c.resident_id.in_([resident.resident_id for resident in part])
            self._connection.execute(delete(residents).where(known))
            self._connection.execute(insert(residents), [_values(resident) for resident in part])

    def _read(self, wanted: Select[Any], **parameters: object) -> list[Resident]:
        return [_resident(row) for row in self._connection.execute(wanted, parameters).mappings()]


def _values(resident: Resident) -> dict[str, Any]:
    card = _Card(resident.risks, resident.fields, resident.priority_class)
    return {name: getattr(resident, name) for name in _PLAIN} | {"card": msgspec.json.encode(card)}


def _resident(row: RowMapping) -> Resident:
    card = msgspec.json.decode(row["card"], type=_Card)
    plain = {name: row[name] for name in _PLAIN}
    return Resident(**plain, risks=card.risks, fields=card.fields, priority_class=card.priority_class)
