"""Changes to the registry: a station added, given a code or key, or taken away; each is checked before it is written."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tinydb import TinyDB, where

from wardbell_gateway.provisioned import Provisioned
from wardbell_gateway.registry import check_tables
from wardbell_gateway.registry_storage import AtomicStorage, locked
from wardbell_protocol.calls.signals import AT_BED, AT_CONSOLE, AT_RECEIVER, RESET
from wardbell_protocol.calls.station import KEY_DIGITS, MAX_NODE_ID
from wardbell_protocol.errors import ConfigError

_SELF_TEST = {"at": "10:00", "expect": ["console"]}
_BEGIN = "there is none; begin the ward first: wardbell enrol --ward NAME"


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to enrol. `codes` and `clear_at` may be empty."""

    room: str
    bed: str = ""
    station_id: str = ""
    address: str = ""
    codes: dict[str, str] = field(default_factory=dict)
    clear_at: list[str] = field(default_factory=list)
    buttons: tuple[str, ...] = ()  # what they say, where that is known
    has_key: bool = False  # a node that sends authenticated frames: its id and key are drawn

    @property
    def id(self) -> str:
        """The station's id: given, or its place."""
        return self.station_id or (f"{self.room}-{self.bed}" if self.bed else self.room)


def create(path: Path, ward: str, name: dict[str, str]) -> None:
    """Begin a registry; ConfigError where there is one already."""
    with _changed(path) as database:
        if database.tables():
            raise ConfigError(str(path), "file", "there is a registry already; leave --ward out")
        database.table("ward").insert({"ward": ward, "name": name, "policies": {}, "self_test": _SELF_TEST})


def plan_self_test(path: Path, at: str, expect: list[str]) -> None:
    """Give the daily test of the chain its time, and the parts on the bus that must answer."""
    if not path.exists():
        raise ConfigError(str(path), "file", _BEGIN)
    with _changed(path) as database:
        database.table("ward").update({"self_test": {"at": at, "expect": expect}})


def enrol(path: Path, wanted: Wanted) -> dict[str, Any]:
    """Add a station, or codes or a new key to the one that has this id; the station as it is now."""
    with enrolling(path, wanted) as station:
        return station


@contextmanager
def enrolling(path: Path, wanted: Wanted, provisioned: Provisioned | None = None) -> Iterator[dict[str, Any]]:
    """The same around what must agree with it: the registry, held meanwhile, is written when all within has gone well.

    Gives the station as it will be. Raises ConfigError before, where the registry cannot hold it, and after, where it cannot
    be written.
    """
    if not path.exists():
        raise ConfigError(str(path), "file", _BEGIN)
    with _changed(path) as database:
        stations = database.table("stations")
        more = _drawn_node({document.get("node_id") for document in stations.all()}) if wanted.has_key else {}
        if wanted.buttons:
            more["buttons"] = list(wanted.buttons)
        if provisioned is not None:
            more["provisioned"] = provisioned.to_record()
        found = stations.get(where("station_id") == wanted.id)
        if isinstance(found, dict):
            station = _extended(path, dict(found), wanted) | more
            stations.update(station, where("station_id") == wanted.id)
        else:
            station = {
                "station_id": wanted.id,
                "room": wanted.room,
                "bed": wanted.bed,
                "address": wanted.address,
                "codes": wanted.codes,
                "clear_at": wanted.clear_at or _clear_places(wanted),
                **more,
            }
            stations.insert(station)
        yield station


@contextmanager
def noting_receiver(path: Path, name: str, provisioned: Provisioned | None) -> Iterator[dict[str, Any]]:
    """As `enrolling`, for a receiver, of which the ward has no more than the record of its board, where there is one."""
    if not path.exists():
        raise ConfigError(str(path), "file", _BEGIN)
    with _changed(path) as database:
        document = {"name": name, **(provisioned.to_record() if provisioned is not None else {})}
        if provisioned is not None:
            database.table("receivers").upsert(document, where("name") == name)
        yield document


def remove(path: Path, station_id: str) -> None:
    """Take a station away; ConfigError where there is none."""
    with _changed(path) as database:
        if not database.table("stations").remove(where("station_id") == station_id):
            raise ConfigError(str(path), f"stations[{station_id}]", "no such station; see `wardbell enrol --list`")


@contextmanager
def _changed(path: Path) -> Iterator[TinyDB]:
    def check(tables: dict[str, dict[str, Any]]) -> bool:
        return check_tables(str(path), tables).has_keys

    storages = []

    def storage() -> AtomicStorage:
        storages.append(AtomicStorage(path, check))
        return storages[0]

    with locked(path), TinyDB(storage=storage) as database:
        yield database
        storages[0].save()


def _extended(path: Path, station: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    key = f"stations[{wanted.id}]"
    for name, value in (("room", wanted.room), ("bed", wanted.bed), ("address", wanted.address)):
        if value and station.get(name) and station[name] != value:
            raise ConfigError(
                str(path), f"{key}.{name}", f"is {station[name]}; remove the station first, or give another --id"
            )
    station["address"] = wanted.address or station.get("address", "")
    station["codes"] = {**station.get("codes", {}), **wanted.codes}
    if wanted.clear_at:
        station["clear_at"] = wanted.clear_at
    return station


def _drawn_node(taken: set[object]) -> dict[str, Any]:
    """A node id that no station of the ward has, and a key that nobody has."""
    node_id = 0
    while node_id in taken | {0}:
        node_id = secrets.randbelow(MAX_NODE_ID + 1)
    return {"node_id": node_id, "key": secrets.token_hex(KEY_DIGITS // 2)}


def _clear_places(wanted: Wanted) -> list[str]:
    if wanted.address or wanted.has_key or RESET in wanted.codes.values():
        return [AT_BED]
    return [AT_RECEIVER, AT_CONSOLE]  # a remote with one button: nobody can clear at the bed
