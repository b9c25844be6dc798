"""Stations that the receiver has learnt by itself, kept apart from the host's table. For the same code the host's wins."""

import json

from wardbell_firmware.receiver.table import is_station
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.signals import AT_BED, AT_RECEIVER
from wardbell_protocol.calls.station import Station, StationTable
from wardbell_protocol.errors import EncodeError
from wardbell_protocol.link.receiver_faults import ONLY_AT_RECEIVER

LEARNED_FILE = "learned.json"
MOST_LEARNED = 32

NODE = "node"  # a Wardbell node without a key: its words say themselves what they mean
_MARK = "@"  # between place and code in a learnt station's id; no registry has such an id


def is_local(station_id: str) -> bool:
    """Whether that is the id of a learnt station."""
    return _MARK in station_id


def is_ours_alone(key: "tuple[str, str, str]") -> bool:
    """Whether no host knows of a call with that key: its station was learnt here. That it was, hosts are told."""
    return is_local(key[0]) and key[2] != ONLY_AT_RECEIVER


class LocalStations:
    """What was learnt, and the file of it."""

    def __init__(self) -> None:
        self.stations: list[Station] = []
        self._unsaved: bytes | None = None

    @property
    def is_saved(self) -> bool:
        """Whether what was learnt or forgotten last outlives a loss of power."""
        return self._unsaved is None

    @property
    def is_full(self) -> bool:
        """Whether no more can be learnt."""
        return len(self.stations) >= MOST_LEARNED

    def load(self, data: bytes) -> bool:
        """Take the saved file; False if it is none of ours, or holds what is no station."""
        try:
            records = json.loads(data.decode())
        except ValueError:
            return False
        if not isinstance(records, list):
            return False
        good = [record for record in records if _is_learned(record)]
        self.stations = [Station.from_record(record) for record in good][:MOST_LEARNED]
        return len(self.stations) == len(records)

    def learn(self, code: int, room: str, bed: str, meaning: str) -> Station:
        """Keep a button: one code that means a kind of call, or all words of a `NODE`."""
        word = CodeWord(code)
        place = f"{room}-{bed}" if bed else room
        is_node = meaning == NODE
        address, codes = (word.trits[:8], {}) if is_node else ("", {word.hex: meaning})
        station = Station(f"{place}{_MARK}{word.hex}", room, bed, address, codes, (AT_BED, AT_RECEIVER))
        self.stations = [other for other in self.stations if other.station_id != station.station_id] + [station]
        self._save()
        return station

    def forget(self, station_id: str) -> None:
        """Take a button away."""
        self.stations = [station for station in self.stations if station.station_id != station_id]
        self._save()

    def joined(self, table: StationTable) -> StationTable:
        """The host's stations, and those learnt here that it does not know."""
        ours = [station for station in self.stations if not _is_known(station, table)]
        return StationTable(list(table.stations.values()) + ours) if ours else table

    def take_unsaved(self) -> "bytes | None":
        """The file, if it is to be replaced."""
        unsaved, self._unsaved = self._unsaved, None
        return unsaved

    def _save(self) -> None:
        self._unsaved = json.dumps([station.to_record() for station in self.stations]).encode()


def _is_learned(record: object) -> bool:
    if not isinstance(record, dict) or not is_station(record) or record.get("key"):
        return False
    try:
        for code in record["codes"]:
            CodeWord.from_hex(code)
    except EncodeError:
        return False
    return is_local(record["station_id"])


def _is_known(station: Station, table: StationTable) -> bool:
    for code in station.codes:
        word = CodeWord(int(code, 16))
        if table.resolve(word.hex, word.trits) is not None or table.keyed_station(word.hex, word.trits) is not None:
            return True
    return bool(station.address) and any(other.address == station.address for other in table.stations.values())
