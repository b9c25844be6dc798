"""Stations and the table that says which code word is which bed.

The table is the ward registry's; the receiver keeps a copy so that it can work alone.
"""

from wardbell_protocol.calls.signals import AT_BED, NAMED_CALLS, SIGNAL_BY_DATA

MAX_NODE_ID = 0xFFFF
KEY_DIGITS = 32


_NO_CODES: dict[str, str] = {}


class Station:
    """A thing at a place that can place a call.

    What it sends: authenticated frames of `node_id` under `key` (32 hex digits); or bare words, by `address` (8 trits of
    a node of ours, the signal is in the data trits) or `codes` (24-bit code in hex -> signal, for remotes that know
    nothing of us). A station with a key is heard by its frames alone: its address only tells its words from others'.
    """

    # What a station does not have of these takes no room in it: a receiver's heap holds hundreds.
    address = ""
    codes: "dict[str, str]" = _NO_CODES
    node_id: "int | None" = None
    key_bytes = b""

    def __init__(
        self,
        station_id: str,
        room: str,
        bed: str,
        address: str = "",
        codes: "dict[str, str] | None" = None,
        clear_at: "tuple[str, ...]" = (AT_BED,),
        node_id: "int | None" = None,
        key: str = "",
    ) -> None:
        self.station_id = station_id
        self.room = room
        self.bed = bed
        self.clear_at = tuple(clear_at)
        if address:
            self.address = address
        if codes:
            self.codes = codes
        if node_id is not None:
            self.node_id = node_id
        if key:
            self.key_bytes = bytes.fromhex(key)

    @property
    def key(self) -> str:
        """Its key in hex, empty where it has none."""
        return self.key_bytes.hex()

    @property
    def place(self) -> str:
        """Room and bed as the displays write them, `203-2`; the room alone where there is no bed."""
        return f"{self.room}-{self.bed}" if self.bed else self.room

    def to_record(self) -> "dict[str, object]":
        """Plain data, the key too: for registry, link and the receiver's store, never for the bus or people."""
        return {
            "station_id": self.station_id,
            "room": self.room,
            "bed": self.bed,
            "address": self.address,
            "codes": dict(self.codes),
            "clear_at": list(self.clear_at),
            "node_id": self.node_id,
            "key": self.key,
        }

    @classmethod
    def from_record(cls, record: "dict[str, object]") -> "Station":
        """The station of a record whose fields were already checked (registry and link do that)."""
        return cls(
            str(record["station_id"]),
            str(record["room"]),
            str(record["bed"]),
            str(record.get("address") or ""),
            dict(record.get("codes") or {}),  # type: ignore[call-overload]
            tuple(record.get("clear_at") or (AT_BED,)),  # type: ignore[arg-type]
            record.get("node_id"),  # type: ignore[arg-type]
            str(record.get("key") or ""),
        )

    def share(self, known: "dict[object, object]") -> None:
        """Use the very objects of `known` where they are equal to its own, and add its own to them: one room, many beds."""
        for name in ("room", "bed", "clear_at"):
            value = getattr(self, name)
            setattr(self, name, known.setdefault(value, value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Station) and self.to_record() == other.to_record()

    def __repr__(self) -> str:
        return f"Station({self.station_id!r}, {self.place!r})"


class StationTable:
    """Which station and which signal a received code or frame means."""

    def __init__(self, stations: "list[Station]") -> None:
        self.stations = {station.station_id: station for station in stations}
        self._by_code: dict[str, tuple[Station, str]] = {}
        self._by_address: dict[str, Station] = {}
        self._by_node: dict[int, Station] = {}
        for station in stations:
            for code, signal in station.codes.items():
                self._by_code[code.upper()] = (station, signal)
            if station.address:
                self._by_address[station.address] = station
            if station.node_id is not None and station.key_bytes:
                self._by_node[station.node_id] = station

    def keys(self) -> "dict[int, bytes]":
        """Key by node id, of all stations that have one."""
        return {node_id: self._by_node[node_id].key_bytes for node_id in self._by_node}

    def station_of_node(self, node_id: int) -> "Station | None":
        """Whose node that is."""
        return self._by_node.get(node_id)

    def resolve(self, code_hex: str, trits: str) -> "tuple[Station, str] | None":
        """Station and signal of a bare word (6 hex digits, and the same as 12 trits).

        None where nobody enrolled it, and where its station has a key: whoever can say a bare word can be anybody.
        """
        found = self._by_code.get(code_hex.upper())
        if found is None:
            station = self._by_address.get(trits[:8])
            signal = SIGNAL_BY_DATA.get(trits[8:])
            found = None if station is None or signal is None else (station, signal)
        return None if found is None or found[0].key_bytes else found

    def keyed_station(self, code_hex: str, trits: str) -> "Station | None":
        """The station with a key whose bare word this would be, had it none."""
        found = self._by_code.get(code_hex.upper())
        station = found[0] if found is not None else self._by_address.get(trits[:8])
        return station if station is not None and station.key_bytes else None

    def resolve_frame(self, node_id: int, event: int) -> "tuple[Station, str] | None":
        """Station and signal of a verified frame; `event` is D0..D3 as bits. None where nobody enrolled the node."""
        station = self._by_node.get(node_id)
        signal = SIGNAL_BY_DATA.get("".join(["1" if event >> shift & 1 else "0" for shift in (3, 2, 1, 0)]))
        return None if station is None or signal is None else (station, signal)


def is_keyed(node_id: object, key: object) -> bool:
    """Whether these can be a node's id and key: 0..65535, 32 hex digits."""
    if type(node_id) is not int or not 0 <= node_id <= MAX_NODE_ID or not isinstance(key, str):
        return False
    return len(key) == KEY_DIGITS and all(digit in "0123456789abcdefABCDEF" for digit in key)


def call_of_signal(signal: str) -> "tuple[str, str]":
    """Kind and detail of the call that a signal places: a low battery is a fault with a name, a pulled plug a normal call."""
    return (NAMED_CALLS[signal], signal) if signal in NAMED_CALLS else (signal, "")
