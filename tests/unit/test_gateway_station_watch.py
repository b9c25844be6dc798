"""Stations that fall silent, come in weaker or run down: which of it is a fault, when, and when it is the receiver's."""

import itertools
import json
import random

import pytest

from wardbell_gateway.station_watch import (
    LOW_UP_TO,
    N_BASELINE,
    N_MISSED,
    N_RECENT,
    ONLY_EAR,
    SILENT,
    WEAK_SIGNAL,
    StationHealth,
    StationWatch,
)
from wardbell_protocol.air.frame import COUNTER_ENDING, COUNTER_MAX
from wardbell_protocol.air.heartbeat import longest_pause_s, shortest_pause_s
from wardbell_protocol.calls.signals import HEARTBEAT, LOW_BATTERY, NORMAL
from wardbell_protocol.calls.station import Station

T0 = 1_800_000_000_000
PAUSE_MS = longest_pause_s(has_key=True) * 1000
STEP_MS = 10_000
KEY = "00" * 16


def stations(n: int, has_key: bool = True) -> list[Station]:
    key = KEY if has_key else ""
    return [Station(f"S{number}", f"{number}", "1", node_id=number, key=key) for number in range(n)]


class House:
    """Stations that send heartbeats as nodes do, and a watch that hears them while `is_listening`."""

    def __init__(self, n: int, has_key: bool = True, seed: int = 1) -> None:
        self.watch = StationWatch()
        self.watch.set_stations(stations(n, has_key))
        self.is_listening = True
        self.loss = 0.0
        self.up_ms = 0
        self.dead: set[str] = set()
        self.weak: set[str] = set()  # half of what they send is lost
        self.raised: set[tuple[str, str]] = set()  # all that ever was
        self.was_silent = False
        self.ears = [ONLY_EAR]
        self._has_key = has_key
        self._chance = random.Random(seed)
        self._due_ms = {f"S{number}": self._pause_ms() * self._chance.random() for number in range(n)}

    def run(self, ms: int) -> None:
        end_ms = self.up_ms + ms
        while self.up_ms < end_ms:
            self.up_ms += STEP_MS
            self.watch.listen(self.is_listening, self.up_ms)
            for station_id, due_ms in self._due_ms.items():
                if due_ms <= self.up_ms:
                    self._due_ms[station_id] = due_ms + self._pause_ms()
                    is_heard = self.is_listening and station_id not in self.dead
                    loss = 0.5 if station_id in self.weak else self.loss
                    if is_heard and self._chance.random() >= loss:
                        for ear in self.ears:
                            self.watch.heard(station_id, HEARTBEAT, T0 + self.up_ms, ear=ear)
            self.raised |= self.faults()
            self.was_silent = self.was_silent or self.watch.are_silent

    def is_silent(self) -> bool:
        return self.watch.are_silent

    def faults(self) -> set[tuple[str, str]]:
        return {fault for fault, is_bad in self.watch.judge().items() if is_bad}

    def _pause_ms(self) -> float:
        least, most = shortest_pause_s(self._has_key), longest_pause_s(self._has_key)
        return 1000 * self._chance.uniform(least, most)


def test_a_house_in_order_has_no_fault_in_half_a_day_with_a_tenth_of_the_heartbeats_lost() -> None:
    house = House(12)
    house.loss = 0.1
    house.run(12 * 3_600_000)
    assert (house.raised, house.was_silent) == (set(), False)


@pytest.mark.parametrize("has_key", [True, False])
def test_a_station_is_missed_after_four_heartbeats_and_found_at_its_next_sign(has_key: bool) -> None:
    house = House(8, has_key)
    pause_ms = longest_pause_s(has_key) * 1000
    house.run(3 * pause_ms)
    house.dead.add("S3")
    house.run((N_MISSED - 1) * pause_ms)
    assert house.faults() == set()
    house.run(pause_ms + 2 * STEP_MS)
    assert house.faults() == {("S3", SILENT)}
    house.watch.heard("S3", NORMAL, T0 + house.up_ms)
    assert house.watch.judge()["S3", SILENT] is False


def test_a_remote_that_never_sent_a_heartbeat_is_not_missed() -> None:
    house = House(2)
    house.dead = {"S0", "S1"}
    house.run(PAUSE_MS)
    house.watch.heard("S0", NORMAL, T0)
    house.run(100 * PAUSE_MS)
    assert house.raised == set()


def test_time_in_which_no_ear_listens_is_nobody_s_silence() -> None:
    house = House(30)
    house.run(2 * PAUSE_MS)
    house.is_listening = False  # the receiver is unplugged, or blind
    house.run(30 * PAUSE_MS)
    house.is_listening = True
    house.run(2 * PAUSE_MS)
    assert (house.raised, house.was_silent) == (set(), False)


@pytest.mark.parametrize("n", [5, 30, 300])
def test_where_all_fall_silent_it_is_not_theirs(n: int) -> None:
    house = House(n)
    house.run(2 * PAUSE_MS)
    everybody = {f"S{number}" for number in range(n)}
    house.dead = everybody
    house.run(6 * PAUSE_MS)
    assert house.is_silent()
    assert house.raised == set()
    house.dead = {"S1"}
    house.run(2 * PAUSE_MS)
    assert not house.is_silent()
    house.run(N_MISSED * PAUSE_MS)
    assert house.faults() == {("S1", SILENT)}


def test_a_large_house_knows_within_a_minute_that_its_ear_is_dead() -> None:
    house = House(300)
    house.run(2 * PAUSE_MS)
    house.dead = {f"S{number}" for number in range(300)}
    house.run(60_000)
    assert house.is_silent()


def test_most_stations_gone_is_one_fault_and_a_few_are_their_own() -> None:
    house = House(20)
    house.run(2 * PAUSE_MS)
    house.dead = {f"S{number}" for number in range(16)}
    house.run(6 * PAUSE_MS)
    assert house.is_silent()
    assert house.raised == set()
    house.dead = {"S0", "S1", "S2", "S3"}
    house.run(6 * PAUSE_MS)
    assert not house.is_silent()
    assert house.faults() == {(f"S{number}", SILENT) for number in range(4)}


def watched(qualities: list[int], has_key: bool = True) -> StationWatch:
    watch = StationWatch()
    watch.set_stations(stations(1, has_key))
    for quality in qualities:
        watch.heard_well("S0", quality)
    return watch


@pytest.mark.parametrize(("has_key", "weak_below", "well_from"), [(True, 62, 66), (False, 87, 91)])
def test_a_signal_that_fades_is_a_fault_before_it_is_lost_and_stays_one_until_it_is_well_again(
    has_key: bool, weak_below: int, well_from: int
) -> None:
    watch = watched([95] * N_BASELINE, has_key)
    health = watch.health["S0"]
    assert (health.quality, health.trend, watch.judge()["S0", WEAK_SIGNAL]) == (95, 0, False)
    states = []
    for quality in [*range(95, 45, -1), *range(45, 95)]:
        for _ in range(N_RECENT):
            watch.heard_well("S0", quality)
        states.append(watch.judge()["S0", WEAK_SIGNAL])
    assert states.index(True) == 95 - (weak_below - 1)
    assert states.count(True) == (weak_below - 1 - 45) + (well_from - 45)
    assert sum(before != after for before, after in itertools.pairwise(states)) == 2
    assert health.baseline == 95


def test_a_station_that_was_never_better_is_weak_only_near_the_end_and_one_bad_press_says_nothing() -> None:
    watch = watched([62] * N_BASELINE)
    for quality in (20, 62, 75, 20, 61):
        watch.heard_well("S0", quality)
        assert watch.judge()["S0", WEAK_SIGNAL] is False
    for _ in range(N_RECENT):
        watch.heard_well("S0", 57)
    assert watch.judge()["S0", WEAK_SIGNAL] is True


def test_too_few_presses_say_nothing_of_the_signal() -> None:
    watch = watched([30] * (N_RECENT - 1))
    assert watch.judge()["S0", WEAK_SIGNAL] is False


def test_heartbeats_that_are_lost_half_of_the_time_warn_before_presses_are() -> None:
    house = House(10)
    house.weak = {"S4"}
    house.run(60 * PAUSE_MS)
    assert ("S4", WEAK_SIGNAL) in house.raised
    assert {station_id for station_id, _ in house.raised} == {"S4"}
    assert 35 < (house.watch.health["S4"].loss_percent or 0) < 65
    house.weak = set()
    house.run(30 * PAUSE_MS)
    assert ("S4", WEAK_SIGNAL) not in house.faults()


def test_a_battery_is_low_days_ahead_until_it_was_changed() -> None:
    watch = StationWatch()
    watch.set_stations(stations(1))
    watch.heard("S0", HEARTBEAT, T0)
    assert ("S0", LOW_BATTERY) not in watch.judge()  # it does not say: what its signal has raised stays
    states = []
    for day, level in enumerate([12, 9, LOW_UP_TO + 1, LOW_UP_TO, LOW_UP_TO + 1, LOW_UP_TO + 2, LOW_UP_TO + 3, 15]):
        watch.heard("S0", HEARTBEAT, T0 + day * 86_400_000, level)
        states.append(watch.judge()["S0", LOW_BATTERY])
    assert states == [False, False, False, True, True, True, False, False]
    assert [level for _, level in watch.health["S0"].batteries] == [12, 9, 6, 5, 6, 7, 8, 15]


def test_a_node_knows_its_own_battery_best() -> None:
    watch = StationWatch()
    watch.set_stations(stations(1))
    states = []
    for signal, level in [
        (HEARTBEAT, 9),
        (LOW_BATTERY, 8),
        (HEARTBEAT, 10),
        (LOW_BATTERY, 7),
        (HEARTBEAT, 9),
        (HEARTBEAT, 10),
    ]:
        watch.heard("S0", signal, T0, level)
        states.append(watch.judge()["S0", LOW_BATTERY])
    assert states == [False, True, True, True, True, False]


def test_a_counter_that_nears_its_end_is_a_fault_until_there_is_a_new_key() -> None:
    watch = StationWatch()
    watch.set_stations(stations(1))
    states = []
    for counter in (7, COUNTER_ENDING - 1, COUNTER_ENDING, COUNTER_MAX, 3):
        watch.heard("S0", HEARTBEAT, T0, counter=counter)
        states.append(watch.judge()["S0", "counter_ending"])
    assert states == [False, False, True, True, False]


def test_what_is_known_survives_a_restart_of_the_gateway() -> None:
    house = House(8)
    house.run(2 * PAUSE_MS)
    house.dead.add("S3")
    house.run((N_MISSED + 1) * PAUSE_MS)
    house.watch.heard("S1", HEARTBEAT, T0, 11)
    house.watch.heard_well("S1", 88)
    kept, forgotten = house.watch.take_changed()
    assert forgotten == []
    records = json.loads(json.dumps([health.to_record() for health in kept]))
    again = StationWatch(map(StationHealth.from_record, records))
    again.set_stations(stations(8))
    assert again.health == house.watch.health
    assert {fault for fault, is_bad in again.judge().items() if is_bad} == {("S3", SILENT)}
    assert again.take_changed() == ([], [])


def test_a_station_that_left_the_registry_is_forgotten_and_its_faults_go() -> None:
    house = House(8)
    house.run(2 * PAUSE_MS)
    house.dead.add("S3")
    house.run((N_MISSED + 1) * PAUSE_MS)
    house.watch.take_changed()
    house.watch.set_stations(station for station in stations(8) if station.station_id != "S3")
    assert house.watch.judge()["S3", SILENT] is False
    assert house.watch.take_changed() == ([], ["S3"])


def test_heartbeats_that_two_ears_hear_count_once() -> None:
    house = House(1)
    house.ears = [("receiver", "1"), ("receiver-2", "1")]
    house.weak = {"S0"}
    house.run(40 * PAUSE_MS)
    assert ("S0", WEAK_SIGNAL) in house.raised
    loss_percent = house.watch.health["S0"].loss_percent
    assert loss_percent is not None
    assert loss_percent >= 40


@pytest.mark.parametrize(("near", "far", "is_weak"), [(95, 50, False), (50, 45, True)])
def test_a_bed_that_one_of_two_ears_hears_well_is_not_weak(near: int, far: int, is_weak: bool) -> None:
    watch = StationWatch()
    watch.set_stations(stations(1))
    for at in range(N_RECENT):
        watch.listen(True, at * 60_000)
        order = (("near", near), ("far", far))
        for name, quality in order if at % 2 else order[::-1]:
            watch.heard("S0", NORMAL, T0, ear=(name, "1"))
            watch.heard_well("S0", quality, (name, "1"))
    assert watch.health["S0"].recent == [near] * N_RECENT
    assert watch.judge()["S0", WEAK_SIGNAL] is is_weak
