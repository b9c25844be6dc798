"""The receiver whatever happens to it: no open call is lost, and all is never said to be good while one is open."""

import json

from firmware_bench import DeskBench, address, call, station
from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_firmware.drivers.glyphs import BELL
from wardbell_firmware.receiver.shorten import shorten, shorten_place
from wardbell_firmware.receiver.text import EVERYTHING_GOOD, call_lines, page_of, wait_word
from wardbell_firmware.receiver.tones import PATTERNS, tone_at
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.calls.board import CallBoard, CallEvent, FaultGone, FaultRaised, Signal, Verb
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.signals import KINDS
from wardbell_protocol.calls.station import Station, StationTable
from wardbell_protocol.errors import CallError

N_BEDS = 3
steps = st.one_of(
    st.tuples(st.just("press"), st.integers(1, N_BEDS), st.sampled_from([*KINDS, "reset", "presence", "low_battery"])),
    st.tuples(st.just("wait"), st.sampled_from([10, 500, 2_000, 61_000, 180_000]), st.just("")),
    st.tuples(
        st.just("hold"), st.sampled_from([60, 2_900, 3_100]), st.sampled_from(["ack", "ack", "browse", "mute", "learn"])
    ),
    st.tuples(st.just("mains"), st.integers(0, 1), st.just("")),
    st.tuples(st.just("plug"), st.integers(0, 1), st.just("")),
)


def model_station(number: int) -> Station:
    return Station(f"S{number}", str(200 + number), "1", address(number), {}, ("bed", "receiver", "console"))


class Authority:
    """The gateway's part of spec/link.md in few lines: its own board, fed with what it was told, each change said back."""

    def __init__(self, bench: DeskBench) -> None:
        self.bench = bench
        self.board = CallBoard("g", default_policies())
        self.table = StationTable([model_station(number) for number in range(1, N_BEDS + 1)])
        self.n_taken = 0

    def work(self) -> None:
        told = self.bench.told
        while self.n_taken < len(told):
            message = told[self.n_taken]
            self.n_taken += 1
            self._take(message, int(str(message["at"])))
        for event in self.board.poll(self.bench.now_ms):
            self._say(event.call)

    def say_all(self) -> None:
        calls = self.board.open_calls()
        for open_call in calls:
            self._say(open_call)
        self.bench.say({"t": "calls", "n": len(calls), "seen": self.n_seen})

    @property
    def n_seen(self) -> int:
        return self.n_taken + self.bench.desk.host.peer.dropped

    def _take(self, message: dict[str, object], at_ms: int) -> None:
        events: list[CallEvent] = []
        if message["t"] == "press":
            word = CodeWord(int(str(message["code"])))
            found = self.table.resolve(word.hex, word.trits)
            events = self.board.receive(Signal(*found), at_ms) if found else []
        elif message["t"] in ("ack", "clear"):
            known = self.board.find(str(message["station"]), str(message["kind"]), str(message["detail"]))
            verb = "acknowledge" if message["t"] == "ack" else "clear"
            try:
                events = self.board.receive(Verb(verb, known.call_id, "ward", "receiver"), at_ms) if known else []
            except CallError:
                events = []
        elif message["t"] == "fault":
            part, detail = str(message["part"]), str(message["detail"])
            fault = FaultRaised(part, detail) if message["on"] else FaultGone(part, detail)
            events = self.board.receive(fault, at_ms)
        for event in events:
            self._say(event.call)

    def _say(self, c: Call) -> None:
        since = {"placed": c.raised_at_ms, "acknowledged": c.acknowledged_at_ms, "attended": c.attended_at_ms}
        now_ms = self.bench.now_ms
        since_ms = since.get(c.status, c.cleared_at_ms) or 0
        fields: dict[str, object] = {"detail": c.detail, "status": c.status, "presses": c.presses, "seen": self.n_seen}
        fields |= {"station": c.station_id, "room": c.room, "bed": c.bed, "clear_at": list(c.clear_at)}
        self.bench.say(call(0, c.kind, age=now_ms - c.placed_at_ms, since=now_ms - since_ms, **fields))


def do(bench: DeskBench, step: tuple[str, int, str]) -> None:
    name, number, signal = step
    if name == "press":
        bench.press(number, signal)
        bench.pause()
    elif name == "wait":
        bench.wait(number)
    elif name == "hold":
        bench.hold(number, *(("ack", "browse") if signal == "learn" else (signal,)))
    elif name == "mains":
        bench.switch_mains(bool(number))
    else:
        bench.is_plugged = bool(number)
        bench.wait(0)


def check_display(bench: DeskBench) -> None:
    found = bench.desk.board.open_calls()
    calls = [c for c in found if c.kind != "fault"]
    first, second = bench.lines
    assert (first == EVERYTHING_GOOD) <= (not found)
    assert max(len(first), len(second)) <= 16
    if calls:
        assert first.endswith((f"/{len(calls)}", f"{BELL}{len(calls)}"))
        waits_ms = [bench.now_ms - c.placed_at_ms for c in calls if c.status == "placed"]
        wait_ms = max(waits_ms or [bench.now_ms - c.placed_at_ms for c in calls])
        assert second.endswith((wait_word(wait_ms), wait_word(wait_ms - 1_000)))
    if not any(c.status == "placed" for c in found):
        assert bench.tone_hz == 0


@given(st.lists(steps, max_size=25))
@settings(max_examples=60, deadline=None)
def test_alone_it_is_the_call_board(plan: list[tuple[str, int, str]]) -> None:
    bench = DeskBench(N_BEDS, has_host=False)
    model: set[tuple[str, str, str]] = set()
    for step in plan:
        before = {c.key for c in bench.desk.board.open_calls() if c.station_id != "ward"}
        do(bench, step)
        after = {c.key for c in bench.desk.board.open_calls() if c.station_id != "ward"}
        if step[0] == "press":
            key = (
                f"S{step[1]}",
                "fault" if step[2] == "low_battery" else step[2],
                step[2] if step[2] == "low_battery" else "",
            )
            gone = {k for k in model if step[2] == "reset" and k[0] == key[0] and k[1] != "fault"}
            model = (model | {key} if step[2] not in ("reset", "presence") else model) - gone
        elif step[0] == "hold":
            assert len(before - after) <= 1  # a hold clears the call it was showing and no other
            assert all(kind in ("normal", "fault") for _, kind, _ in before - after)
            model = after if after < before else model
        assert after == model
        check_display(bench)


@given(st.lists(steps, max_size=25))
@settings(max_examples=60, deadline=None)
def test_with_an_authority_that_comes_and_goes_both_agree_in_the_end(plan: list[tuple[str, int, str]]) -> None:
    bench = DeskBench(N_BEDS)
    authority = Authority(bench)
    pressed_last: dict[str, str] = {}
    for step in plan:
        do(bench, step)
        check_display(bench)
        if step[0] == "press":
            pressed_last[f"S{step[1]}"] = step[2]
        if bench.is_plugged:
            authority.work()
            check_display(bench)
    bench.plug_in()
    for _ in range(8):
        authority.work()
        bench.wait(1_000)
    authority.say_all()
    bench.wait(1_000)
    states = [
        {c.key: (c.status, c.presses) for c in board.open_calls()} for board in (bench.desk.board, authority.board)
    ]
    assert states[0] == states[1]
    for station_id, signal in pressed_last.items():
        if signal in KINDS[:4]:  # nothing but a reset at the bed ends these
            assert (station_id, signal, "") in states[0]


@given(n_more=st.integers(500, 700), at_bed=st.integers(1, N_BEDS))
@settings(max_examples=4, deadline=None)
def test_a_call_outlives_the_queue_that_was_to_tell_of_it(n_more: int, at_bed: int) -> None:
    bench = DeskBench(N_BEDS)
    authority = Authority(bench)
    bench.press(at_bed, "emergency")
    bench.pause()
    for _ in range(n_more):  # somebody else's remote
        bench.send(CodeWord(0x5A5A5A), 2)
        bench.pause()
    bench.plug_in()
    authority.say_all()
    for _ in range(10):
        authority.work()
        bench.wait(500)
    authority.say_all()
    key = (f"S{at_bed}", "emergency", "")
    assert [c.key for c in bench.desk.board.open_calls()] == [key]
    assert [(c.key, c.placed_at_ms < 1_000) for c in authority.board.open_calls()] == [(key, True)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(
    kind=st.sampled_from(["call", "calls", "station", "stations", "reraise", "health"]),
    junk=st.dictionaries(
        st.sampled_from(
            [
                "codes",
                "clear_at",
                "n",
                "seen",
                "age",
                "since",
                "presses",
                "by_kind",
                "text",
                "room",
                "bed",
                "kind",
                "status",
            ]
        ),
        json_values,
    ),
)
@settings(max_examples=200, deadline=None)
def test_nothing_the_host_says_raises(kind: str, junk: dict[str, object]) -> None:
    bench = DeskBench(N_BEDS)
    bench.plug_in()
    good: dict[str, dict[str, object]] = {
        "call": call(1),
        "calls": {"t": "calls", "n": 0, "seen": 0},
        "station": station(1),
        "stations": {"t": "stations", "n": 1},
        "reraise": {"t": "reraise", "by_kind": {}},
        "health": {"t": "health", "ok": False, "text": "x"},
    }
    message = {
        **good[kind],
        **{name: value for name, value in junk.items() if type(value) is type(good[kind].get(name))},
    }
    bench.say(message)
    bench.wait(5_000)
    assert bench.host.unacknowledged == 0
    assert max(len(line) for line in bench.lines) <= 16


@given(
    st.binary(max_size=300)
    | st.dictionaries(st.text(max_size=9), json_values).map(lambda value: json.dumps([value]).encode())
)
def test_any_saved_file_is_taken_or_refused(data: bytes) -> None:
    bench = DeskBench(0, has_host=False)
    for name in ("stations.json", "reraise.json", "learned.json", "calls.json"):
        bench.desk.load(name, data, 0)
    bench.wait(100)


names = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=["Cs"]), max_size=24)


@given(
    room=names,
    bed=st.text("0123456789ABC", max_size=4),
    kind=st.sampled_from(KINDS),
    n=st.integers(1, 999),
    presses=st.integers(1, 20_000),
    ms=st.integers(0, 10**9),
)
def test_any_name_fits_the_glass_and_the_count_is_whole(
    room: str, bed: str, kind: str, n: int, presses: int, ms: int
) -> None:
    c = Call("r-1", "st-7", room, bed, kind, 0)
    c.presses = presses
    first, second = call_lines(c, f"{n}/{n}", wait_word(ms))
    assert len(first) <= 16
    assert len(second) <= 16
    assert first.endswith(f" {n}/{n}")
    assert all(0x20 <= ord(character) <= 0x7E for character in first + second)
    assert second.endswith(wait_word(ms))


@given(text=st.text(" abcdefgHIJ0123456789-", min_size=1, max_size=30), width=st.integers(1, 16))
def test_shortened_text_fits_and_is_left_alone_where_it_does(text: str, width: int) -> None:
    short = shorten(text, width)
    assert len(short) <= width
    assert (short == text) == (len(text) <= width)


@given(
    room=st.text("abcdefg 0123456789", min_size=1, max_size=20),
    bed=st.text("0123456789", min_size=1, max_size=2),
    width=st.integers(5, 16),
)
def test_the_beds_number_is_always_whole(room: str, bed: str, width: int) -> None:
    place = shorten_place(room, bed, width)
    assert len(place) <= width
    assert place.endswith("-" + bed)


@given(st.text(max_size=60))
def test_any_trouble_fits_the_glass(trouble: str) -> None:
    assert max(len(line) for line in page_of(trouble, "", "", 3)) <= 16
    first, second = page_of(trouble, BELL + "64", "12m")
    assert first.endswith(" " + BELL + "64")
    assert second.endswith(" 12m")
    assert max(len(first), len(second)) <= 16


@given(kind=st.sampled_from(sorted(PATTERNS)), since_ms=st.integers(0, 10**7))
def test_a_pattern_repeats_and_its_next_change_is_ahead(kind: str, since_ms: int) -> None:
    period_ms = sum(ms for _, ms in PATTERNS[kind])
    tone_hz, left_ms = tone_at(kind, since_ms)
    assert left_ms > 0
    assert tone_at(kind, since_ms + left_ms - 1)[0] == tone_hz
    assert tone_at(kind, since_ms + period_ms) == (tone_hz, left_ms)
