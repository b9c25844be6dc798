"""Stations and the table that says which code word is which bed.

The table is the ward registry's; the receiver keeps a copy so that it can work alone.
"""

from wardbell_protocol.calls.signals import AT_BED, FAULT, LOW_BATTERY, SIGNAL_BY_DATA


class Station:
    """A thing at a place that can place a call.

    Either `address` (8 trits of a node of ours, the signal is in the data trits) or `codes` (24-bit code in hex
    -> signal, for remotes that know nothing of us) says what it sends; both may be given.
    """

    def __init__(
        self,
        station_id: str,
        room: str,
        bed: str,
        address: str = "",
        codes: "dict[str, str] | None" = None,
        clear_at: "tuple[str, ...]" = (AT_BED,),
    ) -> None:
        self.station_id = station_id
        self.room = room
        self.bed = bed
        self.address = address
        self.codes = codes or {}
        self.clear_at = tuple(clear_at)

    @property
    def place(self) -> str:
        """Room and bed as the displays write them, `203-2`; the room alone where there is no bed."""
        return f"{self.room}-{self.bed}" if self.bed else self.room

    def to_record(self) -> "dict[str, object]":
        """Plain data for the link, the registry and the bus."""
        return {
            "station_id": self.station_id,
            "room": self.room,
            "bed": self.bed,
            "address": self.address,
            "codes": dict(self.codes),
            "clear_at": list(self.clear_at),
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
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Station) and self.to_record() == other.to_record()

    def __repr__(self) -> str:
        return f"Station({self.station_id!r}, {self.place!r})"


class StationTable:
    """Which station and which signal a received code means."""

    def __init__(self, stations: "list[Station]") -> None:
        self.stations = {station.station_id: station for station in stations}
        self._by_code: dict[str, tuple[Station, str]] = {}
        self._by_address: dict[str, Station] = {}
        for station in stations:
            for code, signal in station.codes.items():
                self._by_code[code.upper()] = (station, signal)
            if station.address:
                self._by_address[station.address] = station

    def resolve(self, code_hex: str, trits: str) -> "tuple[Station, str] | None":
        """Station and signal of a code (6 hex digits, and the same as 12 trits), or None where nobody enrolled it."""
        found = self._by_code.get(code_hex.upper())
        if found is not None:
            return found
        station = self._by_address.get(trits[:8])
        signal = SIGNAL_BY_DATA.get(trits[8:])
        if station is None or signal is None:
            return None
        return station, signal


def call_of_signal(signal: str) -> "tuple[str, str]":
    """Kind and detail of the call that a signal places: a low battery is a fault with a name."""
    return (FAULT, LOW_BATTERY) if signal == LOW_BATTERY else (signal, "")
