"""The ward's registry: which code is which bed, the ward's name and its policies. The file's form: gateway/README.md."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wardbell_gateway.chain_test import EXPECTABLE, ChainPlan
from wardbell_gateway.provisioned import Provisioned, check_provisioned
from wardbell_gateway.receiver_words import fits_the_link, station_message
from wardbell_gateway.registry_storage import Tables, parse_tables, read_file
from wardbell_protocol.air.codeword import N_ADDRESS, CodeWord
from wardbell_protocol.bus import topics
from wardbell_protocol.calls.escalation import EscalationPolicy, policies_from_record
from wardbell_protocol.calls.signals import (
    AT_BED,
    CLEAR_PLACES,
    ORIGIN_ONLY,
    RESET,
    SIGNAL_BY_DATA,
    SIGNALS,
)
from wardbell_protocol.calls.station import KEY_DIGITS, MAX_NODE_ID, Station, StationTable, is_keyed
from wardbell_protocol.errors import ConfigError, EncodeError

FAULT_PARTS = ("receiver", "broker", "registry", "console", "journal", "callcenter", "self-test", "test-round")
MAX_ROOM = 16  # characters of an LCD1602's line
MAX_BED = 8

_STATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_ADDRESS = re.compile(r"[01F]{8}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_CODE = re.compile(r"[0-9A-F]{6}")
_STATION_KEYS = (
    "station_id",
    "room",
    "bed",
    "address",
    "codes",
    "clear_at",
    "node_id",
    "key",
    "buttons",
    "provisioned",
)
_WARD_KEYS = ("ward", "name", "policies", "self_test")


@dataclass(frozen=True)
class Registry:
    """A ward as its people described it; checked."""

    ward: str
    name: dict[str, str]
    policies: dict[str, EscalationPolicy]
    stations: list[Station]
    buttons: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # by station id: what its buttons say, where known
    provisioned: dict[str, Provisioned] = field(default_factory=dict)  # by station id
    receivers: dict[str, Provisioned] = field(default_factory=dict)  # by name
    self_test: ChainPlan | None = None  # the daily test of the chain, where the ward wants one

    def table(self) -> StationTable:
        """Which code or frame means which station and signal."""
        return StationTable(self.stations)

    @property
    def has_keys(self) -> bool:
        """Whether it must be kept from others' eyes."""
        return any(station.key for station in self.stations)


def read_registry(path: Path) -> Registry:
    """The registry in that file.

    Raises:
        ConfigError: naming file, key and remedy.
    """
    return parse_registry(path, read_file(path))


def parse_registry(path: Path, data: bytes) -> Registry:
    """The registry in `data`, the content of that file; ConfigError as for `read_registry`."""
    return check_tables(str(path), parse_tables(str(path), data))


def check_tables(file: str, tables: Tables) -> Registry:
    """The registry of TinyDB's tables; ConfigError as for `read_registry`."""
    for table in tables:
        if table not in ("ward", "stations", "receivers", "_default"):
            raise ConfigError(file, table, "no such table; use ward, stations and receivers")
    wards = list(tables.get("ward", {}).values())
    if len(wards) != 1 or not isinstance(wards[0], dict):
        raise ConfigError(file, "ward", 'give exactly one document: {"ward": {"1": {"ward": "east", …}}}')
    ward, name, policies = _ward(file, wards[0])
    stations = [_station(file, number, item) for number, item in tables.get("stations", {}).items()]
    _check_unique(file, stations)
    documents = tables.get("stations", {}).values()
    buttons = {
        item["station_id"]: _buttons(file, f"stations[{item['station_id']}].buttons", item["buttons"])
        for item in documents
        if "buttons" in item
    }
    records = {item["station_id"]: item.get("provisioned") for item in documents}
    provisioned = {
        station_id: checked
        for station_id, record in records.items()
        if (checked := check_provisioned(file, f"stations[{station_id}].provisioned", record)) is not None
    }
    receivers = dict(_receiver(file, number, item) for number, item in tables.get("receivers", {}).items())
    self_test = _self_test(file, wards[0].get("self_test"))
    return Registry(ward, name, policies, stations, buttons, provisioned, receivers, self_test)


def _ward(file: str, item: dict[str, Any]) -> tuple[str, dict[str, str], dict[str, EscalationPolicy]]:
    _check_keys(file, "ward", item, _WARD_KEYS)
    ward = item.get("ward")
    try:
        topics.check_name(f"gateway-{ward}" if isinstance(ward, str) and ward else "")  # its life sign's name
        topics.check_name(str(ward))
    except EncodeError as error:
        raise ConfigError(file, "ward.ward", "give a name of a-z, 0-9, _ and -, at most 32 characters") from error
    if ward == topics.CALL_CENTRE_SCOPE:
        raise ConfigError(file, "ward.ward", "this name is the call centre's; take another")
    name = item.get("name", {})
    if not isinstance(name, dict) or not all(isinstance(text, str) and text for text in name.values()):
        raise ConfigError(file, "ward.name", 'give the name by language: {"en": "East", "zh_CN": "东区"}')
    return str(ward), name, policies_from_record(item.get("policies", {}), file, "ward.policies")


def _station(file: str, number: str, item: object) -> Station:
    if not isinstance(item, dict):
        raise ConfigError(file, f"stations[#{number}]", "give an object with station_id, room, bed, address, codes")
    station_id = item.get("station_id")
    if not isinstance(station_id, str) or not _STATION_ID.fullmatch(station_id):
        raise ConfigError(
            file, f"stations[#{number}].station_id", "give 1 to 32 of A-Z a-z 0-9 . _ -, like 203-2 (enrol: --id)"
        )
    key = f"stations[{station_id}]"
    if station_id in FAULT_PARTS:
        raise ConfigError(file, f"{key}.station_id", "this word names a part of the system; take another")
    _check_keys(file, key, item, _STATION_KEYS)
    station = Station(
        station_id,
        _text(file, f"{key}.room", item.get("room"), 1, MAX_ROOM),
        _text(file, f"{key}.bed", item.get("bed", ""), 0, MAX_BED),
        _address(file, f"{key}.address", item.get("address", "")),
        _codes(file, f"{key}.codes", item.get("codes", {})),
        _clear_at(file, f"{key}.clear_at", item.get("clear_at", [AT_BED])),
        *_node(file, key, item.get("node_id"), item.get("key", "")),
    )
    _check_can_be_cleared(file, key, station)
    return station


def _self_test(file: str, item: object) -> ChainPlan | None:
    if item is None:
        return None
    remedy = 'give {"at": "10:00", "expect": ["console"]}, with any of ' + ", ".join(EXPECTABLE)
    if not isinstance(item, dict) or not set(item) <= {"at", "expect"} or not _TIME.fullmatch(str(item.get("at"))):
        raise ConfigError(file, "ward.self_test", remedy)
    expect = item.get("expect", [])
    if not isinstance(expect, list) or not all(part in EXPECTABLE for part in expect):
        raise ConfigError(file, "ward.self_test.expect", remedy)
    hours, minutes = item["at"].split(":")
    return ChainPlan(60 * int(hours) + int(minutes), tuple(expect))


def _receiver(file: str, number: str, item: object) -> tuple[str, Provisioned]:
    key = f"receivers[#{number}]"
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise ConfigError(file, key, "give an object with name, board, firmware, at, by; or take it away")
    rest = {name: value for name, value in item.items() if name != "name"}
    provisioned = check_provisioned(file, f"receivers[{item['name']}]", rest)
    assert provisioned is not None
    return item["name"], provisioned


def _check_keys(file: str, key: str, item: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in item:
        if name not in known:
            raise ConfigError(file, f"{key}.{name}", "no such key; use " + ", ".join(known))


def _text(file: str, key: str, value: object, shortest: int, longest: int) -> str:
    if not isinstance(value, str) or not shortest <= len(value) <= longest or not (value + "x").isprintable():
        raise ConfigError(file, key, f"give {shortest} to {longest} printable characters in quotes")
    return value


def _address(file: str, key: str, value: object) -> str:
    if value and (not isinstance(value, str) or not _ADDRESS.fullmatch(value)):
        raise ConfigError(file, key, 'give the 8 trits of the node\'s jumpers, each 0, 1 or F, like "0F1F01F0"')
    return str(value or "")


def _node(file: str, key: str, node_id: object, secret: object) -> tuple[int | None, str]:
    """Node id and key: both or none. What is wrong with a key is said without showing it."""
    if node_id is None and secret in ("", None):
        return None, ""
    remedy = "make both anew: wardbell provision --room … --bed …"
    if not is_keyed(node_id, "0" * KEY_DIGITS):
        raise ConfigError(file, f"{key}.node_id", f"a key needs a number from 0 to {MAX_NODE_ID} beside it; {remedy}")
    if not is_keyed(node_id, secret):
        raise ConfigError(file, f"{key}.key", f"give {KEY_DIGITS} hex digits in quotes; or {remedy}")
    return node_id, str(secret).lower()  # type: ignore[return-value]  # is_keyed: an int


def _codes(file: str, key: str, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ConfigError(file, key, 'give an object: code -> signal, like {"91568F": "normal"}')
    codes = {}
    for code, signal in value.items():
        if not _CODE.fullmatch(code.upper()):
            raise ConfigError(file, f"{key}.{code}", "give the code as 6 hex digits, like 91568F")
        if signal not in SIGNALS:
            raise ConfigError(file, f"{key}.{code}", f"unknown signal {signal!r}; use one of " + ", ".join(SIGNALS))
        if code.upper() in codes:
            raise ConfigError(file, f"{key}.{code}", "the code is there twice; keep one")
        codes[code.upper()] = str(signal)
    return codes


def _buttons(file: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(signal in SIGNALS for signal in value):
        raise ConfigError(file, key, "give a list of what its buttons say, of " + ", ".join(SIGNALS))
    return tuple(value)


def _clear_at(file: str, key: str, value: object) -> tuple[str, ...]:
    places = value if isinstance(value, list) else []
    if not places or len(set(map(str, places))) != len(places) or not all(place in CLEAR_PLACES for place in places):
        raise ConfigError(file, key, "give a list of one or more of " + ", ".join(CLEAR_PLACES) + ", each once")
    return tuple(places)


def _check_can_be_cleared(file: str, key: str, station: Station) -> None:
    if not station.address and not station.codes and not station.key:
        raise ConfigError(file, key, "it could never be heard: give an address, codes, or a node with a key")
    if station.key and station.codes:
        raise ConfigError(
            file, f"{key}.codes", "a station with a key is heard by its frames alone; make the remote another station"
        )
    signals = set(station.codes.values())
    if not fits_the_link(station_message(station)):
        raise ConfigError(file, f"{key}.codes", "too many for one station; make it two stations of the same room")
    if RESET in signals or ((station.address or station.key) and AT_BED in station.clear_at):
        return
    urgent = sorted(signals.intersection(ORIGIN_ONLY))
    if urgent:
        raise ConfigError(
            file, f"{key}.codes", f"{urgent[0]} clears only at the bed: add the code of a button that sends {RESET}"
        )
    if station.clear_at == (AT_BED,):
        raise ConfigError(
            file, f"{key}.clear_at", "it has no reset, so nobody could clear its calls: add receiver or console"
        )


def _check_unique(file: str, stations: list[Station]) -> None:
    ids: set[str] = set()
    owners: dict[str, str] = {}
    by_address: dict[str, str] = {}
    _check_nodes_unique(file, stations)
    for station in stations:
        key = f"stations[{station.station_id}]"
        if station.station_id in ids:
            raise ConfigError(file, f"{key}.station_id", "two stations have it; rename one")
        ids.add(station.station_id)
        other = by_address.setdefault(station.address, station.station_id) if station.address else station.station_id
        if other != station.station_id:
            raise ConfigError(file, f"{key}.address", f"{station.address} is {other}'s already; set other jumpers")
        for code in station.codes:
            other = owners.setdefault(code, station.station_id)
            if other != station.station_id:
                raise ConfigError(file, f"{key}.codes.{code}", f"the code is {other}'s already; remove one of them")
    for code, owner in owners.items():
        trits = CodeWord.from_hex(code).trits
        other = by_address.get(trits[:N_ADDRESS], owner)
        if other != owner and trits[N_ADDRESS:] in SIGNAL_BY_DATA:
            raise ConfigError(
                file, f"stations[{owner}].codes.{code}", f"{other} sends it too, by its address; remove one of them"
            )


def _check_nodes_unique(file: str, stations: list[Station]) -> None:
    owners: dict[int | str, str] = {}
    for station in stations:
        if not station.key or station.node_id is None:
            continue
        for name, value in (("node_id", station.node_id), ("key", station.key)):
            other = owners.setdefault(value, station.station_id)
            if other != station.station_id:
                raise ConfigError(
                    file, f"stations[{station.station_id}].{name}", f"{other} has the same; enrol one of them anew"
                )
