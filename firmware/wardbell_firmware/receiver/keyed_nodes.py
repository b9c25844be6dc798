"""Nodes with a key at the receiver: their frames, their counters over a loss of power, and what was refused in their name.

The counters are saved with the open calls, and else once an hour; each with a mark of the key that it counts under, since a
new key begins anew. What a loss of power can cost: firmware/README.md, "Keys of nodes".
"""

import json

from wardbell_protocol.air.frame_press import FramesRefused
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.key_mark import key_mark
from wardbell_protocol.air.refusals import FORGED, N_TOLERATED, REFUSALS, REPLAYED, REUSED, RefusalWatch
from wardbell_protocol.errors import EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_protocol.air.ear import Ear
    from wardbell_protocol.air.frame_press import FrameEnded, FrameStarted
    from wardbell_protocol.air.portion import Portion
    from wardbell_protocol.calls.station import StationTable

COUNTERS_FILE = "counters.json"
SAVE_EVERY_MS = 3600000

_FAULT_OF_REASON = {"forged": FORGED, "replayed": REPLAYED, "reused": REUSED}


class KeyedNodes:
    """Durations in, presses out, as `FrameReceiver`; refusals that repeat become faults of their station."""

    def __init__(self, ear: "Ear") -> None:
        self._ear = ear
        self._frames = FrameReceiver({}, ear)
        self._refusals = RefusalWatch()
        self._keys: dict[int, bytes] = {}
        self._marks: dict[int, str] = {}  # node id -> mark of the key under which its counter counts
        self._saved: dict[int, int] = {}  # counters in the file
        self._save_at_ms = SAVE_EVERY_MS
        self._table: StationTable | None = None
        self._found: list[tuple[str, str]] = []
        self._unknown: list[int] = []
        self._nothing: list[FrameStarted | FrameEnded] = []

    @property
    def rejects(self) -> "dict[str, int]":
        """What was heard and was no press, by reason."""
        return self._frames.rejects

    @property
    def n_frames(self) -> int:
        """True frames heard, copies too."""
        return self._frames.n_frames

    @property
    def n_read(self) -> int:
        """Frames read to their end, whoever's."""
        return self._frames.n_read

    @property
    def answerable(self) -> "list[tuple[int, int]]":
        """Node id and counter of each true frame that the last `receive` has heard."""
        return self._frames.answerable

    def mark_of(self, node_id: int) -> str:
        """Mark of the key under which that node's counter counts."""
        return self._marks.get(node_id, "")

    def load(self, data: bytes) -> bool:
        """Take the saved counters; False if it is not a file of ours."""
        try:
            records: dict[str, tuple[str, int]] = dict(json.loads(data.decode()))
            marks = {int(node): records[node][0] for node in records}
            saved = {int(node): records[node][1] for node in records}
            known = {node: saved[node] for node in saved if self._marks.get(node, marks[node]) == marks[node]}
            self._frames.load_counters(known)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, EncodeError):
            return False
        for node in known:
            self._marks[node] = marks[node]
        self._saved = saved
        return True

    def use_table(self, table: "StationTable") -> None:
        """The stations are these now: their keys are in force, and a counter of another key is forgotten."""
        if table is self._table:
            return
        self._table = table
        keys = table.keys()
        for node_id in keys:
            if self._keys.get(node_id) != keys[node_id]:  # a mark costs two milliseconds on the board
                mark = key_mark(keys[node_id])
                if self._marks.get(node_id, mark) != mark:
                    self._frames.forget(node_id)
                self._marks[node_id] = mark
        self._keys = keys
        self._frames.set_keys(keys)

    def receive(self, portion: "Portion") -> "list[FrameStarted | FrameEnded]":
        """Take the next durations, which the ear has taken."""
        events = self._frames.receive(portion)
        return self._without_refused(events, self._ear.ms(portion.end_us)) if events else self._nothing

    def poll(self, now_ms: int) -> "list[FrameStarted | FrameEnded]":
        """Say what the passing of time decides."""
        events = self._frames.poll(self._ear.us(now_ms))
        return self._without_refused(events, now_ms) if events else self._nothing

    def refused(self, station_id: str, kind: str, now_ms: int) -> None:
        """Something else was refused in the name of a station."""
        self._refusals.refused(station_id, kind, now_ms)

    def remember(self, station_id: str, kind: str, now_ms: int) -> None:
        """That was a fault before the power was lost."""
        if kind in REFUSALS:
            self._refusals.refused(station_id, kind, now_ms, N_TOLERATED + 1)
            self._found.append((station_id, kind))

    def take_changes(self, now_ms: int) -> "list[tuple[str, str, bool]]":
        """Faults that have come or gone since the last call: station id, kind of refusal, whether it is."""
        now_found = self._refusals.faults(now_ms)
        changes = [(fault[0], fault[1], True) for fault in now_found if fault not in self._found]
        changes += [(fault[0], fault[1], False) for fault in self._found if fault not in now_found]
        self._found = now_found
        return changes

    @property
    def faults(self) -> "list[tuple[str, str]]":
        """Faults that were said to have come and not to have gone."""
        return self._found

    def take_unknown(self) -> "list[int]":
        """Ids of nodes that nobody enrolled, heard repeatedly since the last call."""
        unknown = self._unknown
        self._unknown = []
        return unknown

    def take_file(self, is_occasion: bool, now_ms: int) -> "bytes | None":
        """The counters to be saved, if there are new ones and it is time or an occasion."""
        if not is_occasion and now_ms < self._save_at_ms:
            return None
        self._save_at_ms = now_ms + SAVE_EVERY_MS
        counters = self._frames.counters()
        if counters == self._saved:
            return None
        self._saved = counters
        return json.dumps({str(node): [self._marks.get(node, ""), counters[node]] for node in counters}).encode()

    def next_deadline_ms(self) -> "int | None":
        """When `poll`, `take_changes` or `take_file` next has something to do."""
        air_us = self._frames.next_deadline_us()
        times = [
            None if air_us is None else self._ear.ms(air_us + 999),
            self._refusals.next_deadline_ms(),
            self._save_at_ms if self._frames.n_frames else None,
        ]
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    def _without_refused(
        self, events: "list[FrameStarted | FrameEnded | FramesRefused]", now_ms: int
    ) -> "list[FrameStarted | FrameEnded]":
        presses: list[FrameStarted | FrameEnded] = []
        for event in events:
            if not isinstance(event, FramesRefused):
                presses.append(event)
            elif event.reason in _FAULT_OF_REASON:
                self._blame(event.node_id, _FAULT_OF_REASON[event.reason], now_ms)
            else:
                self._unknown.append(event.node_id)
        return presses

    def _blame(self, node_id: int, kind: str, now_ms: int) -> None:
        station = self._table.station_of_node(node_id) if self._table is not None else None
        if station is not None:
            self._refusals.refused(station.station_id, kind, now_ms, N_TOLERATED + 1)  # it has repeated already
