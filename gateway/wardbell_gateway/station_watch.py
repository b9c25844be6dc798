"""What a ward knows of its stations' radios, last heard, battery, how well they come in, and which of it is a fault.

Pure. Silence is counted on a clock that runs only while an ear listens: a receiver that is unplugged or blind is one fault
of its own, and none of its stations'. Where most stations fall silent at once it is not theirs either. Times that people
see are UNIX ms; deadlines hang on `up_ms`, which nobody can set. Numbers and reasons: protocol/spec/air.md, "Supervision".
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from statistics import median_low
from typing import Any

from wardbell_gateway.button_tests import BUTTONS
from wardbell_protocol.air.frame import BATTERY_UNKNOWN, COUNTER_ENDING
from wardbell_protocol.air.heartbeat import longest_pause_s, shortest_pause_s
from wardbell_protocol.air.margin import FRAME_WEAK_BELOW, WORD_WEAK_BELOW
from wardbell_protocol.calls.signals import HEARTBEAT, LOW_BATTERY
from wardbell_protocol.calls.station import Station

SILENT = "silent"
WEAK_SIGNAL = "weak_signal"
COUNTER_FAULT = "counter_ending"
STATION_FAULTS = (SILENT, WEAK_SIGNAL, LOW_BATTERY, COUNTER_FAULT)

N_MISSED = 4  # heartbeats, each at its latest
N_LATE = 2  # as many make a station late, which counts where most are
LEAST_STATIONS = 3  # fewer are no crowd
N_EXPECTED = 25  # heartbeats of anybody that did not come: at half of them lost, 4 in a million such pauses

N_RECENT = 8  # presses and heartbeats whose median is the present quality
N_BASELINE = 8  # the first ones, whose median is the quality at enrolment
N_BEATS = 20  # the newest heartbeats, and how many were missed before each
SAME_WITHIN_MS = 10_000  # another ear that tells of a station so soon tells of the same transmission
LOSS_PERCENT = 40  # of heartbeats missed is weak: a press, sent many times over, still arrives
RISEN_BY = 4  # above every limit of quality: and no longer weak
REGAINED_PERCENT = 25

LOW_UP_TO = 5  # 2.2 V: for a node that carries its level and says nothing of it
FRESH_FROM = 7
FRESH_BY = 3  # levels above the one it said low at
KEPT_DAYS = 60
DAY_MS = 24 * 3600 * 1000

Ear = tuple[str, str]  # (name, epoch), as in ears.py
ONLY_EAR = ("", "")


@dataclass(frozen=True)
class Limits:
    """When a quality is weak: below `weak`, or below `fallen` and `by` less than the baseline."""

    weak: int
    fallen: int
    by: int


# About 2 dB above the end on the slicer models, and below what a very strong signal gives: protocol/spec/air.md.
FRAME_LIMITS = Limits(weak=FRAME_WEAK_BELOW, fallen=62, by=12)
WORD_LIMITS = Limits(weak=WORD_WEAK_BELOW, fallen=87, by=5)


@dataclass
class StationHealth:
    """One station's radio, as it is kept: plain data.

    `beats`: it has sent heartbeats; `battery`: level as a frame carries it, 0 unknown; `batteries`: [day, lowest level] of
    the last days; `recent`: quality of the newest presses and heartbeats, oldest first; `baseline`: at enrolment;
    `missed`: heartbeats that did not come before each of the newest that did; `low_at`: battery level that was low;
    `buttons`: what its buttons say -> when it was last heard.
    """

    station_id: str
    heard_ms: int = 0
    signal: str = ""
    beats: bool = False
    battery: int = BATTERY_UNKNOWN
    batteries: list[list[int]] = field(default_factory=list)
    recent: list[int] = field(default_factory=list)
    baseline: int | None = None
    missed: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    low_at: int = LOW_UP_TO
    buttons: dict[str, int] = field(default_factory=dict)

    @property
    def quality(self) -> int | None:
        """How well it comes in at present, 0..100; None while too little is known."""
        return median_low(self.recent[-N_RECENT:]) if self.recent else None

    @property
    def trend(self) -> int | None:
        """The present quality less that at enrolment."""
        return None if self.quality is None or self.baseline is None else self.quality - self.baseline

    @property
    def loss_percent(self) -> int | None:
        """How many of its heartbeats are lost; None while too little is known."""
        if len(self.missed) < N_BEATS:
            return None
        return 100 * sum(self.missed) // (sum(self.missed) + len(self.missed))

    def to_record(self) -> dict[str, Any]:
        """Plain data for the journal and for JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> "StationHealth":
        """The health of a record made by `to_record`, of this version or another."""
        return cls(**{name: record[name] for name in cls.__dataclass_fields__ if name in record})


class _OncePerEar:
    """Tells a transmission that one more ear has heard from a further one."""

    def __init__(self) -> None:
        self._newest: dict[str, tuple[int, set[Ear]]] = {}

    def is_same(self, station_id: str, ear: Ear, at_ms: int) -> bool:
        first_ms, ears = self._newest.get(station_id, (at_ms, {ear}))
        if ear in ears or at_ms - first_ms > SAME_WITHIN_MS:
            self._newest[station_id] = (at_ms, {ear})
            return False
        ears.add(ear)
        return True


class StationWatch:
    """Watches the stations of a ward.

    Args:
        known: as kept by an earlier life.
    """

    def __init__(self, known: Iterable[StationHealth] = ()) -> None:
        self.health = {each.station_id: each for each in known}
        self.are_silent = False  # most of them, at once
        self._has_key: dict[str, bool] = {}
        self._gone: set[tuple[str, str]] = set()
        self._heard_at: dict[str, int] = {}  # on the clock that runs while an ear listens
        self._beat_at: dict[str, int] = {}
        self._beats = _OncePerEar()
        self._qualities = _OncePerEar()
        self._any_at = 0
        self._listened_ms = 0
        self._up_ms: int | None = None
        self._changed: set[str] = set()

    def set_stations(self, stations: Iterable[Station]) -> None:
        """These are the ward's; what is known of any other is forgotten, and its faults are gone."""
        self._has_key = {station.station_id: bool(station.key) for station in stations}
        for station_id in [station_id for station_id in self.health if station_id not in self._has_key]:
            self._gone |= {(station_id, detail) for detail in self.health.pop(station_id).faults}
            self._changed.add(station_id)

    def heard(
        self,
        station_id: str,
        signal: str,
        at_ms: int,
        battery: int = BATTERY_UNKNOWN,
        ear: Ear = ONLY_EAR,
        counter: int = 0,
    ) -> None:
        """A press or a heartbeat of that station, `at_ms` UNIX time; of a frame its counter."""
        health = self._of(station_id)
        health.heard_ms = max(health.heard_ms, at_ms)
        health.signal = signal
        if signal in BUTTONS:
            health.buttons[signal] = max(at_ms, health.buttons.get(signal, 0))
        health.beats = health.beats or signal == HEARTBEAT
        if signal == HEARTBEAT and not self._beats.is_same(station_id, ear, self._listened_ms):
            self._beat(health)
        self._heard_at[station_id] = self._any_at = self._listened_ms
        if battery != BATTERY_UNKNOWN:
            _note_battery(health, battery, at_ms // DAY_MS)
            if signal == LOW_BATTERY:
                _is_low(health)
        if counter:
            _set(health, COUNTER_FAULT, counter >= COUNTER_ENDING)
        self._changed.add(station_id)

    def heard_well(self, station_id: str, quality: int, ear: Ear = ONLY_EAR) -> None:
        """How well that press or heartbeat came in, 0..100; the best of all ears' counts."""
        health = self._of(station_id)
        if self._qualities.is_same(station_id, ear, self._listened_ms) and health.recent:
            quality = max(quality, health.recent.pop())
        health.recent = [*health.recent, quality][-N_RECENT:]
        if health.baseline is None and len(health.recent) >= N_BASELINE:
            health.baseline = median_low(health.recent)
        self._changed.add(station_id)

    def listen(self, is_listening: bool, up_ms: int) -> None:
        """Time has passed, and up to now an ear has listened, or none has."""
        if is_listening and self._up_ms is not None:
            self._listened_ms += max(0, up_ms - self._up_ms)
        self._up_ms = up_ms

    def judge(self) -> dict[tuple[str, str], bool]:
        """(station, detail) -> whether it is a fault now; what cannot be known is left out."""
        self.are_silent = self._are_silent()
        found = dict.fromkeys(self._gone, False)
        for station_id, health in self.health.items():
            faults = list(health.faults)
            self._judge_silence(station_id, health)
            _judge_quality(health, FRAME_LIMITS if self._has_key.get(station_id) else WORD_LIMITS)
            _judge_battery(health)
            if faults != health.faults:
                self._changed.add(station_id)
            for detail in STATION_FAULTS:
                if detail != LOW_BATTERY or health.battery != BATTERY_UNKNOWN:
                    found[station_id, detail] = detail in health.faults
        return found

    def take_changed(self) -> tuple[list[StationHealth], list[str]]:
        """What to keep, and the ids of what to forget, since the last call."""
        changed, self._changed = self._changed, set()
        known = [self.health[station_id] for station_id in sorted(changed) if station_id in self.health]
        return known, sorted(changed - self.health.keys())

    def untake(self, known: Iterable[StationHealth], forgotten: Iterable[str]) -> None:
        """They could not be kept: they come again."""
        self._changed |= {*forgotten, *(health.station_id for health in known)}

    def _of(self, station_id: str) -> StationHealth:
        self._gone = {fault for fault in self._gone if fault[0] != station_id}
        return self.health.setdefault(station_id, StationHealth(station_id))

    def _beat(self, health: StationHealth) -> None:
        before_ms = self._beat_at.get(health.station_id)
        self._beat_at[health.station_id] = self._listened_ms
        has_key = self._has_key.get(health.station_id, False)
        mean_ms = 500 * (longest_pause_s(has_key) + shortest_pause_s(has_key))
        if before_ms is not None and self._listened_ms - before_ms <= N_MISSED * longest_pause_s(has_key) * 1000:
            n_missed = max(0, (self._listened_ms - before_ms + mean_ms // 2) // mean_ms - 1)
            health.missed = [*health.missed, n_missed][-N_BEATS:]

    def _silence_ms(self, station_id: str) -> int:
        return self._listened_ms - self._heard_at.get(station_id, 0)

    def _pause_ms(self, station_id: str) -> int:
        return longest_pause_s(self._has_key.get(station_id, False)) * 1000

    def _are_silent(self) -> bool:
        beating = [station_id for station_id, health in self.health.items() if health.beats]
        if len(beating) < LEAST_STATIONS:
            return False
        late = [each for each in beating if self._silence_ms(each) > N_LATE * self._pause_ms(each)]
        if len(late) >= LEAST_STATIONS and 2 * len(late) > len(beating):
            return True
        keyed = [self._has_key.get(each, False) for each in beating]
        rate_per_s = sum(2 / (longest_pause_s(has_key) + shortest_pause_s(has_key)) for has_key in keyed)
        return (self._listened_ms - self._any_at) / 1000 > N_EXPECTED / rate_per_s

    def _judge_silence(self, station_id: str, health: StationHealth) -> None:
        if station_id in self._heard_at and self._silence_ms(station_id) <= N_MISSED * self._pause_ms(station_id):
            _set(health, SILENT, False)
        elif health.beats and not self.are_silent:
            is_missed = self._silence_ms(station_id) > N_MISSED * self._pause_ms(station_id)
            _set(health, SILENT, is_missed or SILENT in health.faults)


def _judge_quality(health: StationHealth, limits: Limits) -> None:
    quality, loss_percent = health.quality or 0, health.loss_percent or 0
    is_judged = len(health.recent) >= N_RECENT
    trend = health.trend or 0
    is_weak = quality < limits.weak or (trend <= -limits.by and quality < limits.fallen)
    is_well = quality >= limits.fallen + RISEN_BY or (
        quality >= limits.weak + RISEN_BY and trend >= RISEN_BY - limits.by
    )
    if loss_percent >= LOSS_PERCENT or (is_judged and is_weak):
        _set(health, WEAK_SIGNAL, True)
    elif loss_percent <= REGAINED_PERCENT and (is_well or not is_judged):
        _set(health, WEAK_SIGNAL, False)


def _judge_battery(health: StationHealth) -> None:
    if BATTERY_UNKNOWN < health.battery <= LOW_UP_TO:
        _is_low(health)
    elif health.battery >= max(FRESH_FROM, health.low_at + FRESH_BY):
        _set(health, LOW_BATTERY, False)


def _is_low(health: StationHealth) -> None:
    health.low_at = min(health.low_at, health.battery) if LOW_BATTERY in health.faults else health.battery
    _set(health, LOW_BATTERY, True)


def _note_battery(health: StationHealth, level: int, day: int) -> None:
    health.battery = level
    if health.batteries and health.batteries[-1][0] == day:
        health.batteries[-1][1] = min(level, health.batteries[-1][1])
    else:
        health.batteries = [*health.batteries, [day, level]][-KEPT_DAYS:]


def _set(health: StationHealth, detail: str, is_fault: bool) -> None:
    if is_fault != (detail in health.faults):
        health.faults = [other for other in health.faults if other != detail] + [detail] * is_fault
