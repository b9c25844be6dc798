"""What a registry may hold, and how it says what it may not."""

import json
from pathlib import Path
from typing import Any

import pytest
from gateways import station, tables

from wardbell_gateway.registry import check_tables, parse_registry
from wardbell_gateway.registry_storage import parse_tables
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.errors import ConfigError

KEY = "00112233445566778899AABBCCDDEEFF"


def refused(*stations: dict[str, object]) -> ConfigError:
    """What is said of these stations."""
    with pytest.raises(ConfigError) as caught:
        check_tables("registry.json", tables(*stations))
    return caught.value


def test_a_good_one_is_read() -> None:
    documents = (
        station("203-2"),
        station("207", address="", codes={"91568f": "normal"}, clear_at=["receiver", "console"]),
    )
    content = tables(*documents, policies={"normal": {"steps": [["forward", 20]], "reraise_s": 60}})
    registry = parse_registry(Path("registry.json"), json.dumps(content).encode())
    assert registry.ward == "east"
    assert registry.name == {"en": "East", "zh_CN": "东区"}
    assert registry.policies["normal"].reraise_s == 60
    assert registry.policies["emergency"].reraise_s == 180
    found = registry.table().resolve("91568F", CodeWord.from_hex("91568F").trits)
    assert found is not None
    assert (found[0].station_id, found[1]) == ("207", "normal")


def test_a_new_registry_has_no_station_yet() -> None:
    assert check_tables("f", {"ward": {"1": {"ward": "east"}}}).stations == []


@pytest.mark.parametrize(
    ("changes", "key", "remedy"),
    [
        ({"address": "0F1F01F2"}, "stations[203-2].address", "8 trits"),
        ({"address": "0F1F01F"}, "stations[203-2].address", "8 trits"),
        ({"address": 7}, "stations[203-2].address", "8 trits"),
        ({"adress": ""}, "stations[203-2].adress", "no such key"),
        ({"room": ""}, "stations[203-2].room", "1 to 16"),
        ({"room": 203}, "stations[203-2].room", "1 to 16"),
        ({"room": "2\n3"}, "stations[203-2].room", "printable"),
        ({"bed": "123456789"}, "stations[203-2].bed", "0 to 8"),
        ({"codes": {"91568": "normal"}}, "stations[203-2].codes.91568", "6 hex digits"),
        ({"codes": {"91568F": "help"}}, "stations[203-2].codes.91568F", "unknown signal 'help'; use one of bathroom"),
        ({"codes": {"91568F": "normal", "91568f": "reset"}}, "stations[203-2].codes.91568f", "twice"),
        ({"codes": []}, "stations[203-2].codes", "object"),
        ({"codes": {f"{n:06X}": "normal" for n in range(30)}}, "stations[203-2].codes", "too many"),
        ({"clear_at": []}, "stations[203-2].clear_at", "one or more"),
        ({"clear_at": ["desk"]}, "stations[203-2].clear_at", "bed, receiver, console"),
        ({"clear_at": ["bed", "bed"]}, "stations[203-2].clear_at", "each once"),
        ({"address": "", "codes": {}}, "stations[203-2]", "never be heard"),
        ({"address": "", "codes": {"91568F": "normal"}}, "stations[203-2].clear_at", "nobody could clear"),
        ({"address": "", "codes": {"91568F": "emergency"}}, "stations[203-2].codes", "sends reset"),
        ({"codes": {"91568F": "bathroom"}, "clear_at": ["console"]}, "stations[203-2].codes", "sends reset"),
        ({"key": KEY}, "stations[203-2].node_id", "0 to 65535"),
        ({"key": KEY, "node_id": 65536}, "stations[203-2].node_id", "0 to 65535"),
        ({"key": KEY, "node_id": "7"}, "stations[203-2].node_id", "wardbell provision"),
        ({"key": KEY, "node_id": True}, "stations[203-2].node_id", "0 to 65535"),
        ({"node_id": 7}, "stations[203-2].key", "32 hex digits"),
        ({"key": KEY[:-1], "node_id": 7}, "stations[203-2].key", "32 hex digits"),
        ({"key": KEY[:-1] + "g", "node_id": 7}, "stations[203-2].key", "wardbell provision"),
        ({"key": 7, "node_id": 7}, "stations[203-2].key", "32 hex digits"),
        ({"key": KEY, "node_id": 7, "codes": {"91568F": "reset"}}, "stations[203-2].codes", "another station"),
        ({"station_id": "a b"}, "stations[#1].station_id", "203-2"),
        ({"station_id": "broker"}, "stations[broker].station_id", "part of the system"),
    ],
)
def test_a_bad_station_is_named_with_key_and_remedy(changes: dict[str, object], key: str, remedy: str) -> None:
    error = refused({**station("203-2"), **changes})
    assert KEY[:-1] not in str(error)
    assert (error.file, error.key) == ("registry.json", key)
    assert remedy in error.remedy


def test_a_station_with_a_key_needs_neither_address_nor_codes_and_has_a_reset() -> None:
    registry = check_tables("f", tables(station("207", address="", node_id=0, key=KEY)))
    assert registry.has_keys
    assert registry.table().keys() == {0: bytes.fromhex(KEY)}
    assert not check_tables("f", tables(station("203-2"))).has_keys


@pytest.mark.parametrize("name", ["node_id", "key"])
def test_two_stations_never_share_a_node(name: str) -> None:
    nodes = {"203-1": {"node_id": 1, "key": KEY}, "203-2": {"node_id": 2, "key": KEY[::-1]}}
    nodes["203-2"][name] = nodes["203-1"][name]
    error = refused(*(station(station_id, **node) for station_id, node in nodes.items()))
    assert (error.key, KEY.lower() in str(error).lower()) == (f"stations[203-2].{name}", False)


def test_an_urgent_remote_with_a_reset_is_taken() -> None:
    codes = {"91568F": "emergency", "915683": "reset"}
    registry = check_tables("f", tables(station("207", address="", codes=codes)))
    assert registry.stations[0].codes == codes


@pytest.mark.parametrize(
    ("second", "key", "says"),
    [
        ({"station_id": "203-2"}, "stations[203-2].station_id", "two stations"),
        ({"address": "0F1F01F1"}, "stations[204-1].address", "203-2's already"),
        ({"codes": {"91568F": "test"}}, "stations[204-1].codes.91568F", "203-2's already"),
        ({"codes": {CodeWord.from_parts("0F1F01F1", "0001").hex: "test"}}, "codes.", "203-2 sends it too"),
    ],
)
def test_two_stations_never_share(second: dict[str, object], key: str, says: str) -> None:
    error = refused(station("203-2", codes={"91568F": "reset"}), {**station("204-1"), **second})
    assert key in error.key
    assert says in error.remedy


@pytest.mark.parametrize(
    ("ward", "key"),
    [
        ({}, "ward.ward"),
        ({"ward": "East wing"}, "ward.ward"),
        ({"ward": "callcenter"}, "ward.ward"),
        ({"ward": "e" * 33}, "ward.ward"),
        ({"ward": "east\n"}, "ward.ward"),
        ({"ward": "east", "name": "East"}, "ward.name"),
        ({"ward": "east", "beds": 3}, "ward.beds"),
        ({"ward": "east", "policies": {"normal": {"reraise_s": -1}}}, "ward.policies.normal.reraise_s"),
    ],
)
def test_a_bad_ward_is_named(ward: dict[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_tables("f", {"ward": {"1": ward}})
    assert caught.value.key == key


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"ward": 3}', b"\xff\xfe", b'{"ward": {"1": {"ward": "east"}}']
)
def test_what_is_no_registry_at_all_is_said(content: bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_tables("f", content)
    assert caught.value.key == "file"


@pytest.mark.parametrize("content", [{"ward": {}}, {"ward": {"1": {}, "2": {}}}, {"beds": {}}, {"ward": {"1": []}}])
def test_what_has_other_tables_is_said(content: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        check_tables("f", content)
