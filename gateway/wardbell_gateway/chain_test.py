"""The daily test of the whole chain: a fault that is none goes the way of every call, and whoever shows calls must have it.

Pure. It is written to the journal, goes to the receivers' displays and over the broker to consoles and call centre, and is
taken away again. A receiver has answered when it has made the message safe; a console or the call centre when its life sign
says that it follows the ward's events as far as this one. It calls nobody out: faults rank below all calls. Every node of ours
sends a test call once a day, as it would a press: the first of a day begins the test, so that the air is in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

PART = "self-test"
RUNS = "self_test_runs"  # detail of the fault that goes through the chain
FAILED = "self_test"  # detail of the fault of a part that did not answer
AIR = "air"
EXPECTABLE = (AIR, "console", "callcenter")
LIMIT_MS = 20_000  # four life signs
RADIO_WITHIN_MS = 30 * 60_000  # a node's heartbeats, each at its latest, five times over
AIR_WITHIN_MS = 26 * 3_600_000  # a node's daily test call, and some time for one that was not heard
BEGUN_BY_AIR_AFTER_MS = 12 * 3_600_000  # since the last test: a ward has many nodes


@dataclass(frozen=True)
class ChainPlan:
    """When, in minutes of the local day, and which parts on the bus must answer."""

    at_min: int
    expect: tuple[str, ...]


@dataclass(frozen=True)
class ChainRecord:
    """What came of one test: `answered`: part -> ms it took; `radio`: newest station heard within half an hour, or "".

    `air`: the station whose test call was the newest to come over the air, within a day and 2 hours, or "".
    """

    at_ms: int
    answered: dict[str, int]
    missing: list[str] = field(default_factory=list)
    radio: str = ""
    air: str = ""

    @property
    def is_good(self) -> bool:
        """Whether every part answered that had to."""
        return not self.missing

    def to_record(self) -> dict[str, Any]:
        """Plain data for the journal and for JSON."""
        return asdict(self)


class ChainTest:
    """The test that runs, if one does. Times: UNIX ms for when, ms on a clock that nobody can set for how long."""

    def __init__(self, last_ms: int, air: tuple[str, int] = ("", 0)) -> None:
        self._last_ms = last_ms
        self._air = air  # the newest test call: station, UNIX ms
        self._began_up_ms: int | None = None
        self._event = ("", 0)
        self._answered: dict[str, int] = {}
        self._expected: list[str] = []

    @property
    def runs(self) -> bool:
        """Whether one is under way."""
        return self._began_up_ms is not None

    def called(self, station_id: str, unix_ms: int) -> None:
        """A node's test call has come over the air."""
        self._air = station_id, unix_ms

    def is_due(self, plan: ChainPlan | None, unix_ms: int) -> bool:
        """Whether the day's time has come since the last test, or the day's first test call."""
        if plan is None or self.runs:
            return False
        if self._air[1] - self._last_ms >= BEGUN_BY_AIR_AFTER_MS:
            return True
        now = datetime.fromtimestamp(unix_ms / 1000).astimezone()
        due = now.replace(hour=plan.at_min // 60, minute=plan.at_min % 60, second=0, microsecond=0)
        if due > now:
            due -= timedelta(days=1)
        return self._last_ms < due.timestamp() * 1000

    def begin(self, epoch: str, seq: int, expected: Iterable[str], unix_ms: int, up_ms: int) -> None:
        """Its event has been written with that number."""
        self._last_ms = unix_ms
        self._began_up_ms = up_ms
        self._event = (epoch, seq)
        self._expected = list(expected)
        self._answered = {}
        if self._air_station(unix_ms):
            self.took(AIR, up_ms)

    def follows(self, part: str, epoch: str, seq: int, up_ms: int) -> None:
        """A part's life sign says how far it follows the ward's events."""
        if epoch == self._event[0] and seq >= self._event[1]:
            self.took(part, up_ms)

    def took(self, part: str, up_ms: int) -> None:
        """That part has it."""
        if self._began_up_ms is not None and part in self._expected:
            self._answered.setdefault(part, up_ms - self._began_up_ms)

    def poll(self, heard: Mapping[str, int], up_ms: int, unix_ms: int) -> ChainRecord | None:
        """The record, once all have answered or the time is over. `heard`: station -> when it was last heard, UNIX ms."""
        if self._began_up_ms is None:
            return None
        missing = [part for part in self._expected if part not in self._answered]
        if missing and up_ms - self._began_up_ms < LIMIT_MS:
            return None
        self._began_up_ms = None
        newest = max(heard, key=lambda station_id: heard[station_id], default="")
        radio = newest if newest and unix_ms - heard[newest] <= RADIO_WITHIN_MS else ""
        return ChainRecord(self._last_ms, dict(self._answered), missing, radio, self._air_station(unix_ms))

    def _air_station(self, unix_ms: int) -> str:
        station_id, at_ms = self._air
        return station_id if unix_ms - at_ms <= AIR_WITHIN_MS else ""
