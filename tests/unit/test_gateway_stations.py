"""What a receiver tells of its ear and of the ward's stations, to the ward's faults and its journal, in virtual time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import KEYS, NODES, code_of, keyed, station, tables

from wardbell_gateway.journal import Journal, has_open_call, read_stations
from wardbell_gateway.receiver_link import ReceiverLink
from wardbell_gateway.registry import check_tables
from wardbell_gateway.station_rounds import KEEP_EVERY_MS, StationRounds
from wardbell_gateway.station_watch import N_MISSED, N_RECENT
from wardbell_gateway.supervision import LINK_LOST, STATIONS_SILENT, Supervision
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.air.heartbeat import longest_pause_s
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL
from wardbell_protocol.link.peer import LinkMessage, LinkPeer
from wardbell_protocol.link.receiver_faults import RADIO_BLIND

UNIX_MS = 1_800_000_000_000
STEP_MS = 2000
PAUSE_MS = longest_pause_s(has_key=True) * 1000
BEDS = ("203-1", "203-2", "204-1", "204-2")


class Bench:
    """A ward of four keyed beds, its receiver's end of the link, and the gateway's round, every two seconds."""

    def __init__(self, folder: Path) -> None:
        self.up_ms = 10_000
        self.path = folder / "gateway.db"
        self.device = LinkPeer("receiver-east", 77)
        self.is_connected = True
        self.counters = dict.fromkeys(BEDS, 0)
        self.start(*(keyed(bed, clear_at=["bed", "receiver"]) for bed in BEDS))

    def start(self, *documents: dict[str, object]) -> None:
        """A gateway begins."""
        self.journal = Journal(self.path, self.now.unix_ms)
        self.ward = Ward(check_tables("registry.json", tables(*documents)), self.journal, self.now)
        self.link = ReceiverLink(self.ward, "receiver", 5, self.now)
        self.rounds = StationRounds(self.ward, self.now)
        self.supervision = Supervision(["receiver"], seen=(), now_ms=self.up_ms)

    @property
    def now(self) -> Now:
        return Now(UNIX_MS + self.up_ms, self.up_ms)

    def run(self, ms: int = 2 * STEP_MS, *beating: str) -> None:
        """Let time pass, in which these beds send a heartbeat each pause."""
        for at in range(ms // STEP_MS):
            if at % (PAUSE_MS // STEP_MS) == 0:
                for bed in beating:
                    self.frame(bed, "heartbeat")
            self.up_ms += STEP_MS
            self._exchange()
            self.supervision.receiver("receiver", self.link.is_up, self.up_ms)
            if self.link.is_up:
                self.supervision.radio("receiver", bool(self.link.blind))
            stations = self.rounds.poll(self.link.is_up and not self.link.blind, self.now)
            self.supervision.stations(self.ward.stations.are_silent)
            self.ward.judge({**self.supervision.judge(self.up_ms), **stations}, self.now)

    def frame(self, bed: str, signal: str, battery: int = 12) -> None:
        self.counters[bed] += 1
        event = int(DATA_BY_SIGNAL[signal], 2)
        fields = {"node": NODES[bed], "counter": self.counters[bed], "event": event, "battery": battery, "copies": 1}
        self.device.send({"t": "frame", **fields, "at": self.up_ms}, self.up_ms)

    def air(self, blind: str) -> None:
        message = {"t": "air", "blind": blind, "edges": 0, "marks": 0, "normal": 5_000, "at": self.up_ms}
        self.device.send(message, self.up_ms)

    def faults(self) -> set[tuple[str, str]]:
        known = {"receiver", *BEDS}
        return {(call.station_id, call.detail) for call in self.ward.open_calls() if call.station_id in known}

    def call(self, station_id: str) -> Call:
        (call,) = [call for call in self.ward.open_calls() if call.station_id == station_id]
        return call

    def _exchange(self) -> None:
        for _ in range(3):
            self.device.poll(self.up_ms)
            output = self.device.take_output()
            if not self.is_connected:
                self.link.poll(self.now)
                self.link.take_output()
                return
            self.link.receive(output, self.now)
            self.link.poll(self.now)
            for event in self.device.receive(self.link.take_output(), self.up_ms):
                if isinstance(event, LinkMessage):
                    self.device.accept(event)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    bench.run(4_000)
    yield bench
    bench.journal.close()


def test_a_blind_receiver_is_a_fault_until_it_hears_again_and_one_that_is_gone_stays_one(bench: Bench) -> None:
    bench.air("carrier")
    bench.run()
    assert bench.faults() == {("receiver", RADIO_BLIND)}
    bench.is_connected = False
    bench.run(20_000)
    assert bench.faults() == {("receiver", RADIO_BLIND), ("receiver", LINK_LOST)}
    bench.is_connected = True
    bench.run(5_000)
    bench.air("")
    bench.run()
    assert bench.faults() == set()


def test_a_bed_that_falls_silent_is_a_fault_at_its_place_below_all_calls(bench: Bench) -> None:
    bench.run(2 * PAUSE_MS, *BEDS)
    bench.run((N_MISSED + 1) * PAUSE_MS, *BEDS[1:])
    assert bench.faults() == {("203-1", "silent")}
    assert (bench.call("203-1").room, bench.call("203-1").bed, bench.call("203-1").kind) == ("203", "1", "fault")
    bench.frame("203-2", "normal")
    bench.run()
    assert [call.station_id for call in bench.ward.open_calls() if call.station_id in BEDS] == ["203-2", "203-1"]
    bench.frame("203-2", "reset")
    bench.frame("203-1", "heartbeat")
    bench.run()
    assert bench.faults() == set()


@pytest.mark.parametrize("why", ["unplugged", "blind", "deaf"])
def test_a_house_that_is_silent_as_a_whole_is_one_fault_of_its_receiver(bench: Bench, why: str) -> None:
    bench.run(2 * PAUSE_MS, *BEDS)
    if why == "blind":
        bench.air("silent")
    bench.is_connected = why != "unplugged"
    bench.run(8 * PAUSE_MS)
    detail = {"unplugged": LINK_LOST, "blind": RADIO_BLIND, "deaf": STATIONS_SILENT}[why]
    assert bench.faults() == {("receiver", detail)}
    bench.is_connected = True
    bench.run(5_000)
    bench.air("")
    bench.run(PAUSE_MS, *BEDS)
    assert bench.faults() == set()


def test_heartbeats_are_no_calls_leave_no_marks_and_bring_no_calls_to_the_display(bench: Bench) -> None:
    n_sent = bench.link.peer.unacknowledged
    bench.frame("203-1", "heartbeat")
    bench.run()
    assert bench.faults() == set()
    assert bench.journal.last_heard("receiver-east", "0000004d") == 0
    assert bench.link.peer.unacknowledged == n_sent


def test_a_battery_is_told_of_days_ahead_and_until_it_was_changed(bench: Bench) -> None:
    bench.frame("204-1", "heartbeat", battery=5)
    bench.run()
    assert bench.faults() == {("204-1", "low_battery")}
    bench.frame("204-1", "heartbeat", battery=15)
    bench.run()
    assert bench.faults() == set()


def test_a_key_that_is_not_well_is_a_fault_beside_its_call_until_it_is(bench: Bench) -> None:
    bench.frame("204-1", "unplugged")
    bench.frame("204-1", "key_fault")
    bench.run()
    assert bench.faults() == {("204-1", "unplugged"), ("204-1", "key_fault")}
    bench.frame("204-1", "key_well")
    bench.run()
    assert bench.faults() == {("204-1", "unplugged")}
    assert bench.call("204-1").kind == "normal"


def test_the_quality_of_presses_makes_a_margin_and_a_fading_one_is_a_fault(bench: Bench) -> None:
    event = int(DATA_BY_SIGNAL["normal"], 2)
    fields = {"node": NODES["203-1"], "event": event, "battery": 0, "copies": 8, "at": bench.up_ms, "end": bench.up_ms}
    for counter, quality in enumerate([96] * N_RECENT + [55] * N_RECENT):
        message = {"t": "frame_end", **fields, "counter": counter, "quality": quality}
        bench.device.send(message, bench.up_ms)
    bench.run(5_000)
    assert bench.faults() == {("203-1", "weak_signal")}
    health = bench.ward.stations.health["203-1"]
    assert (health.quality, health.baseline, health.trend) == (55, 96, -41)


def test_words_have_a_quality_too_and_one_that_is_none_is_left_alone(bench: Bench) -> None:
    bench.journal.close()
    bench.start(station("203-2"))
    bench.device = LinkPeer("receiver-east", 78)
    bench.run(3_000)
    fields = {"code": code_of("203-2", "normal"), "words": 8, "t_us": 350, "at": bench.up_ms, "end": bench.up_ms}
    for quality in ({"quality": 80}, {}, {"quality": 400}):
        bench.device.send({"t": "press_end", **fields, **quality}, bench.up_ms)
    bench.run()
    assert bench.ward.stations.health["203-2"].recent == [80, 100]


def test_what_is_known_is_kept_each_minute_and_a_fault_at_once(bench: Bench) -> None:
    bench.frame("203-1", "heartbeat", battery=11)
    bench.run()
    bench.run(KEEP_EVERY_MS)
    assert [(health.station_id, health.battery) for health in read_stations(bench.path)] == [("203-1", 11)]
    bench.frame("203-2", "heartbeat", battery=4)
    bench.run()
    assert [health.faults for health in read_stations(bench.path)] == [[], ["low_battery"]]
    bench.journal.close()
    bench.start(*(keyed(bed) for bed in BEDS))
    assert bench.ward.stations.health["203-2"].faults == ["low_battery"]
    assert bench.faults() == {("203-2", "low_battery")}


def test_a_station_that_is_taken_away_takes_its_faults_along(bench: Bench) -> None:
    bench.frame("203-2", "heartbeat", battery=4)
    bench.run()
    bench.ward.set_registry(check_tables("registry.json", tables(*(keyed(bed) for bed in BEDS[2:]))), bench.now)
    bench.run()
    assert bench.faults() == set()
    bench.run(KEEP_EVERY_MS)
    assert read_stations(bench.path) == []


def test_keys_are_no_part_of_what_is_kept(bench: Bench) -> None:
    bench.frame("203-1", "heartbeat")
    bench.run(KEEP_EVERY_MS)
    assert KEYS["203-1"] not in str([health.to_record() for health in read_stations(bench.path)])


def test_a_fault_of_a_station_does_not_keep_it_from_being_taken_away(bench: Bench) -> None:
    bench.frame("203-2", "heartbeat", battery=4)
    bench.frame("203-1", "normal")
    bench.run()
    assert (has_open_call(bench.path, "203-2"), has_open_call(bench.path, "203-1")) == (False, True)
