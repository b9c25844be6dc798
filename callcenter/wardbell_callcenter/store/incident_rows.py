"""Incidents and muted stations in the database, and what the detector asks of contacts, by the engine's own time."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from wardbell_callcenter.contacts.contact import TAKEN
from wardbell_callcenter.contacts.priority import EMERGENCIES
from wardbell_callcenter.store.contact_tables import IS_OPEN, contacts, incidents, mutes
from wardbell_protocol.bus.centre_payloads import IncidentState

IncidentKind = Literal["corridor", "faulty_button"]
SCOPE_LENGTH = 128


@dataclass(frozen=True, kw_only=True)
class Incident:
    """`scope`: `ward/corridor`, or `ward/station`. `contact_id`: the one that stands for all."""

    incident_id: str
    kind: IncidentKind
    scope: str
    ward: str
    contact_id: str
    opened_at_ms: int
    closed_at_ms: int | None = None

    def to_state(self, members: Iterable[str]) -> IncidentState:
        """What the bus is told."""
        return IncidentState(**asdict(self), contacts=list(members))


@dataclass(frozen=True, kw_only=True)
class Mute:
    """A station of which no contact is offered until then, emergencies excepted.

    `until_ms`: as the wall clock stood when it was muted, for an older version; it has been set since, it may be.
    """

    ward: str
    station_id: str
    until_ms: int
    until_steady_ms: int
    by: str
    reason: str

    @property
    def place(self) -> str:
        """As verbs name it."""
        return f"{self.ward}/{self.station_id}"


_IS_ORDINARY = (contacts.c.kind == "bed_call") & contacts.c.call_kind.not_in(EMERGENCIES)
# By the index of its ward, or of those that belong to no incident, SQLite would read all that the ward ever had.
_IS_OF_WARD = contacts.c.ward + "" == bindparam("of_ward")
_IS_OF_NO_INCIDENT = contacts.c.incident_id + "" == ""
# Of a ward after a time: its bed calls that are no emergencies. Of those from before such times were kept nobody knows.
_ORDINARY = _IS_ORDINARY & _IS_OF_WARD & (contacts.c.opened_steady_ms > bindparam("after_ms"))
_OPENED = (
    select(contacts.c.station_id, func.count())
    .where(_ORDINARY & contacts.c.station_id.in_(bindparam("stations", expanding=True)))
    .group_by(contacts.c.station_id)
)
_IS_WAITING = IS_OPEN & contacts.c.state.not_in(TAKEN)
_WAITING = (
    select(contacts.c.contact_id)
    .where(_ORDINARY & _IS_WAITING & _IS_OF_NO_INCIDENT)
    .order_by(contacts.c.opened_steady_ms)
)
_WAITING_AT = select(contacts.c.contact_id).where(
    _IS_ORDINARY & _IS_WAITING & _IS_OF_WARD & (contacts.c.station_id == bindparam("of_station"))
)
_MUTES = select(mutes).order_by(mutes.c.until_steady_ms, mutes.c.ward, mutes.c.station_id)


class IncidentRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, incident: Incident) -> None:
        """A new one; a second open one of its kind and scope breaks the transaction."""
        open_scope = f"{incident.kind}/{incident.scope}"
        self._connection.execute(insert(incidents).values(**asdict(incident), open_scope=open_scope))

    def close(self, incident_id: str, now_ms: int) -> None:
        """It is over."""
        same = incidents.c.incident_id == incident_id
        self._connection.execute(update(incidents).where(same).values(open_scope=None, closed_at_ms=now_ms))

    def get(self, incident_id: str) -> Incident | None:
        """That incident, open or not."""
        found = self._select(incidents.c.incident_id == incident_id)
        return found[0] if found else None

    def open(self, ward: str = "") -> list[Incident]:
        """All that are not closed, of that ward or of all, the oldest first."""
        is_open = incidents.c.open_scope > ""  # by its index, as contact_tables.IS_OPEN
        return self._select(is_open & (incidents.c.ward == ward) if ward else is_open)

    def members(self, incident: Incident) -> list[str]:
        """Ids of the contacts under it, open or not, the oldest first."""
        under = (contacts.c.incident_id == incident.incident_id) & (contacts.c.contact_id != incident.contact_id)
        wanted = select(contacts.c.contact_id).where(under).order_by(contacts.c.opened_at_ms, contacts.c.contact_id)
        return list(self._connection.execute(wanted).scalars())

    def states(self) -> list[IncidentState]:
        """All that are not closed, with the contacts under them."""
        return [incident.to_state(self.members(incident)) for incident in self.open()]

    def waiting(self, ward: str, after_steady_ms: int) -> list[str]:
        """Ids of a ward's bed calls that wait, are no emergencies and belong to no incident, opened after that."""
        return list(self._connection.execute(_WAITING, {"of_ward": ward, "after_ms": after_steady_ms}).scalars())

    def waiting_at(self, ward: str, station_id: str) -> list[str]:
        """Ids of a station's bed calls that wait and are no emergencies."""
        place = {"of_ward": ward, "of_station": station_id}
        return list(self._connection.execute(_WAITING_AT, place).scalars())

    def opened(self, ward: str, stations: Iterable[str], after_steady_ms: int) -> dict[str, int]:
        """How many bed calls that are no emergencies each of the stations has opened after that."""
        which = {"of_ward": ward, "stations": list(stations), "after_ms": after_steady_ms}
        return {station_id: int(n) for station_id, n in self._connection.execute(_OPENED, which)}

    def has_called(self, ward: str, station_id: str) -> bool:
        """Whether a contact of that station was ever opened."""
        same = (contacts.c.ward == ward) & (contacts.c.station_id == station_id) & (contacts.c.station_id != "")
        return self._connection.execute(select(contacts.c.contact_id).where(same).limit(1)).first() is not None

    def mutes(self) -> list[Mute]:
        """All muted stations, whose turn it is to ring again first."""
        return [Mute(**row) for row in self._connection.execute(_MUTES).mappings()]

    def put_mute(self, mute: Mute) -> None:
        """In the place of the one that there was of that station."""
        self.drop_mute(mute)
        self._connection.execute(insert(mutes).values(**asdict(mute)))

    def drop_mute(self, mute: Mute) -> None:
        """It rings again."""
        same = (mutes.c.ward == mute.ward) & (mutes.c.station_id == mute.station_id)
        self._connection.execute(delete(mutes).where(same))

    def _select(self, which: ColumnElement[bool]) -> list[Incident]:
        columns = [incidents.c[name] for name in Incident.__dataclass_fields__]
        wanted = select(*columns).where(which).order_by(incidents.c.opened_at_ms, incidents.c.incident_id)
        return [Incident(**row) for row in self._connection.execute(wanted).mappings()]
