"""The receiver's own copy of the ward's stations and re-raise times, kept over power loss so that it can work alone.

The host sends station after station and then their number; only a complete table replaces the old one.
"""

import json

from wardbell_protocol.calls.escalation import MAX_AFTER_S, default_policies
from wardbell_protocol.calls.signals import CLEAR_PLACES, SIGNALS
from wardbell_protocol.calls.station import Station, StationTable, is_keyed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.calls.escalation import EscalationPolicy

STATIONS_FILE = "stations.json"
RERAISE_FILE = "reraise.json"

# A table must leave a receiver room to hear, show and tell: else it would end for want of it, and be sent the same again.
_SPARE_BYTES = 8192
_LOOK_EACH = 16  # stations


class TableCopy:
    """The table in use, the one that is coming in, and what is to be saved."""

    def __init__(self) -> None:
        self.table = StationTable([])
        self.policies: dict[str, EscalationPolicy] = default_policies()
        self.n_refused = 0
        self._incoming: list[Station] = []
        self._shared: dict[object, object] = {}  # what the stations have in common, while a table is made
        self._n_made = 0
        self._is_saved = True
        self.unsaved: dict[str, bytes] = {}

    def load(self, name: str, data: "bytes | None") -> None:
        """Take a saved file. One that cannot be read, or that does not fit, is counted, and the host's copy awaited."""
        if data is None:
            return
        try:
            if name == RERAISE_FILE:
                self._use_reraise(json.loads(data.decode()))
            else:
                self._use(self._read(data))
        except (ValueError, MemoryError):
            self._refuse_all()

    def station(self, message: "dict[str, object]") -> None:
        """One station of a table that is coming in."""
        record = {field: message[field] for field in ("room", "bed", "address", "codes", "clear_at")}
        record["station_id"] = message["id"]
        for field in ("node_id", "key"):
            if field in message:
                record[field] = message[field]
        if self._is_good(record):
            try:
                self._add(self._station(record))
            except MemoryError:
                self._refuse_all()

    def stations(self, n: int) -> bool:
        """That was the table, `n` stations; says whether it is complete, fits and is now in use."""
        stations = self._incoming[len(self._incoming) - n :] if 0 < n <= len(self._incoming) else []
        self._incoming = []
        before = self.table.stations
        try:
            if len(stations) != n:
                raise ValueError
            self._use(stations)
        except (ValueError, MemoryError):
            self._refuse_all()
            return False
        if self.table.stations != before:  # the host sends it at each start, and flash wears
            self._is_saved = False
        return True

    def reraise(self, by_kind: object) -> None:
        """Re-raise seconds by kind: [acknowledged, attended]."""
        before = self._reraise_times()
        if self._use_reraise(by_kind) and self._reraise_times() != before:
            self.unsaved[RERAISE_FILE] = json.dumps(by_kind).encode()

    def host_is_new(self) -> None:
        """The host has started anew: what it had begun to send will not be finished."""
        self._incoming = []
        self._shared = {}

    def take_unsaved(self) -> "dict[str, bytes]":
        """Files to be saved, before anything else is said to the host."""
        unsaved = self.unsaved
        self.unsaved = {}
        if not self._is_saved:  # only now, when nobody has the old table any more: both and the file would not fit
            self._is_saved = True
            try:
                unsaved[STATIONS_FILE] = _written(list(self.table.stations.values()))
            except MemoryError:
                self.n_refused += 1  # it is in use, and comes again with the host's next start
        return unsaved

    def _read(self, data: bytes) -> "list[Station]":
        """The stations of a file, read one by one; ValueError if it is none."""
        if not data.endswith(b"]"):
            raise ValueError
        border = b"},\n{" if data.find(b"\n") >= 0 else b"}, {"  # on one line, as earlier versions wrote it
        stations: list[Station] = []
        start = 0
        while start < len(data):
            end = data.find(border, start)
            end = len(data) if end < 0 else end + 1
            text = data[start:end].strip(b"[],\n ")
            start = end + 1
            record = json.loads(text or b"{}")
            if text and self._is_good(record):
                stations.append(self._station(record))
        return stations

    def _refuse_all(self) -> None:
        self.n_refused += 1
        self._incoming = []
        self._shared = {}

    def _add(self, station: Station) -> None:
        self._incoming = [other for other in self._incoming if other.station_id != station.station_id]
        self._incoming.append(station)

    def _station(self, record: "dict[str, object]") -> Station:
        """The station of a record: the very one that is in the table where that is the same. MemoryError before all is full."""
        station = Station.from_record(record)
        known = self.table.stations.get(station.station_id)
        if known is not None and known == station:
            return known
        station.share(self._shared)
        self._n_made += 1
        if self._n_made % _LOOK_EACH == 0:
            bytearray(_SPARE_BYTES)
        return station

    def _use(self, stations: "list[Station]") -> None:
        self.table = StationTable(stations)
        self._shared = {}

    def _reraise_times(self) -> "list[tuple[str, int, int]]":
        return sorted((kind, policy.reraise_s, policy.reraise_attended_s) for kind, policy in self.policies.items())

    def _use_reraise(self, by_kind: object) -> bool:
        if not isinstance(by_kind, dict) or not all(_is_reraise(pair) for pair in by_kind.values()):
            self.n_refused += 1
            return False
        for kind in self.policies:
            if kind in by_kind:
                self.policies[kind].reraise_s, self.policies[kind].reraise_attended_s = by_kind[kind]
        return True

    def _is_good(self, record: object) -> bool:
        if is_station(record):
            return True
        self.n_refused += 1
        return False


def _written(stations: "list[Station]") -> bytes:
    """The file of these stations, a line each: read at once they would take more room than a receiver has for 200."""
    lines = [json.dumps(station.to_record()).encode() for station in stations] or [b""]
    lines[0] = b"[\n" + lines[0]
    lines[-1] += b"\n]"
    return b",\n".join(lines)


def is_station(record: object) -> bool:
    """Whether a station can be made of a record that came from outside."""
    if not isinstance(record, dict):
        return False
    for field in ("station_id", "room", "bed", "address"):
        if not isinstance(record.get(field), str):
            return False
    node_id, key = record.get("node_id"), record.get("key")
    if (node_id is not None or key) and not is_keyed(node_id, key):
        return False
    codes, clear_at = record.get("codes"), record.get("clear_at")
    if not isinstance(codes, dict) or not isinstance(clear_at, list):
        return False
    if not all(isinstance(code, str) and codes[code] in SIGNALS for code in codes):
        return False
    return all(place in CLEAR_PLACES for place in clear_at)


def _is_reraise(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(type(s) is int and 0 <= s <= MAX_AFTER_S for s in pair)
