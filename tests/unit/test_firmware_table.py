"""The receiver's copy of the ward's stations, over power loss and nonsense."""

import json

import pytest
from firmware_bench import address, station

from wardbell_firmware.receiver.table import RERAISE_FILE, STATIONS_FILE, TableCopy

KEY_HEX = "00112233445566778899aabbccddeeff"


def filled(n: int = 3) -> TableCopy:
    copy = TableCopy()
    for number in range(1, n + 1):
        copy.station(station(number))
    assert copy.stations(n)
    return copy


def test_a_saved_table_is_the_same_after_a_restart() -> None:
    copy = filled()
    copy.reraise({"normal": [60, 600]})
    again = TableCopy()
    for name, data in copy.take_unsaved().items():
        again.load(name, data)
    assert again.table.stations == copy.table.stations
    assert again.table.resolve("000000", address(2) + "0001") == copy.table.resolve("000000", address(2) + "0001")
    assert (again.policies["normal"].reraise_s, again.policies["normal"].reraise_attended_s) == (60, 600)
    assert again.n_refused == 0


def test_an_equal_table_is_not_written_again() -> None:
    copy = filled()
    assert set(copy.take_unsaved()) == {STATIONS_FILE}
    for number in (3, 1, 2):
        copy.station(station(number))
    assert copy.stations(3)
    copy.reraise({"normal": [180, 900]})
    assert copy.take_unsaved() == {}


def test_a_station_said_twice_counts_once() -> None:
    copy = TableCopy()
    copy.station(station(1))
    copy.station(station(1, room="9"))
    assert copy.stations(1)
    assert copy.table.stations["S1"].room == "9"


def test_an_empty_table_is_a_table() -> None:
    copy = filled()
    assert copy.stations(0)
    assert copy.table.stations == {}


def test_what_a_dead_host_began_is_forgotten() -> None:
    copy = filled()
    copy.station(station(8))
    copy.host_is_new()
    copy.station(station(9))
    assert copy.stations(1)
    assert set(copy.table.stations) == {"S9"}


@pytest.mark.parametrize("name", [STATIONS_FILE, RERAISE_FILE])
@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", json.dumps([{"station_id": 3}]).encode()])
def test_a_damaged_file_is_counted_and_the_hosts_copy_awaited(name: str, data: bytes) -> None:
    copy = TableCopy()
    copy.load(name, data)
    assert copy.n_refused == 1
    assert copy.table.stations == {}
    assert copy.policies["normal"].reraise_s == 180


def test_a_file_on_one_line_is_read_as_earlier_versions_wrote_it() -> None:
    copy = filled()
    records = [station.to_record() for station in copy.table.stations.values()]
    again = TableCopy()
    again.load(STATIONS_FILE, json.dumps(records).encode())
    assert again.table.stations == copy.table.stations
    assert again.n_refused == 0


def test_a_piece_of_a_file_is_no_table() -> None:
    data = filled().take_unsaved()[STATIONS_FILE]
    for end in range(len(data)):
        copy = TableCopy()
        copy.load(STATIONS_FILE, data[:end])
        assert copy.table.stations == {}, end
        assert copy.n_refused


def test_a_key_comes_with_its_station_and_is_kept() -> None:
    copy = TableCopy()
    copy.station(station(1, node_id=0, key=KEY_HEX))
    copy.station(station(2))
    assert copy.stations(2)
    again = TableCopy()
    again.load(STATIONS_FILE, copy.take_unsaved()[STATIONS_FILE])
    assert again.table.keys() == {0: bytes.fromhex(KEY_HEX)}
    assert again.table.resolve("000000", address(1) + "0111") is None
    assert again.table.resolve("000000", address(2) + "0111") is not None


def test_another_key_of_the_same_station_is_written() -> None:
    copy = TableCopy()
    for key in (KEY_HEX, KEY_HEX[::-1]):
        copy.station(station(1, node_id=1, key=key))
        assert copy.stations(1)
        assert set(copy.take_unsaved()) == {STATIONS_FILE}


@pytest.mark.parametrize(
    "fields",
    [{"node_id": 65536, "key": KEY_HEX}, {"node_id": -1, "key": KEY_HEX}, {"node_id": 1, "key": "xy" * 16},
     {"node_id": 1, "key": KEY_HEX[:-1]}, {"node_id": 1}, {"key": KEY_HEX}],
)  # fmt: skip
def test_a_key_that_cannot_be_one_is_refused(fields: dict[str, object]) -> None:
    copy = TableCopy()
    copy.station(station(1, **fields))
    assert copy.n_refused == 1
