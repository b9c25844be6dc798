"""The desk's front under any calls, faults, keys and pauses; and what is learnt under any cut of the power."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_firmware.drivers.glyphs import BELL, CHECK
from wardbell_firmware.receiver.front import ACKNOWLEDGE, CLEAR, DeskFront
from wardbell_firmware.receiver.keys_at_desk import ACK, BROWSE, MUTE
from wardbell_firmware.receiver.keys_at_desk import CLEAR as HELD
from wardbell_firmware.receiver.learning import Learning
from wardbell_firmware.receiver.local_stations import LocalStations
from wardbell_firmware.receiver.text import wait_word
from wardbell_firmware.receiver.tones import PATTERNS
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.signals import FAULT, KINDS, ORIGIN_ONLY

LONGEST_PAUSE_MS = max(ms for kind in ORIGIN_ONLY for hz, ms in PATTERNS[kind] if not hz)
KEYS = ("ack", "browse", "mute")

steps = st.one_of(
    st.tuples(st.just("place"), st.sampled_from(KINDS), st.just(0)),
    st.tuples(st.just("gone"), st.just(""), st.integers(0, 9)),
    st.tuples(
        st.just("keys"), st.sampled_from(["ack", "browse", "mute", "ack browse"]), st.sampled_from([50, 700, 3_300])
    ),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from([100, 2_500, 9_000, 125_000])),
)


class World:
    """The front with the open calls of a model, in virtual time; every moment is looked at."""

    def __init__(self) -> None:
        self.front = DeskFront(LocalStations())
        self.calls: list[Call] = []
        self.now_ms = 0
        self.silent_since_ms: int | None = None  # though something urgent rings
        self.n_placed = 0
        self.trouble = ""
        self.look((False, False, False))

    def place(self, kind: str) -> None:
        self.n_placed += 1
        call = Call(f"r-{self.n_placed}", f"S{self.n_placed}", str(200 + self.n_placed), "1", kind, self.now_ms)
        call.detail = "mains_lost" if kind == FAULT else ""
        self.calls.append(call)
        self.front.update(self.calls, self.now_ms)
        self.front.begins_to_ring(call, self.now_ms)

    def gone(self, at: int) -> None:
        if self.calls:
            del self.calls[at % len(self.calls)]
            self.front.update(self.calls, self.now_ms)

    def wait(self, ms: int, contacts: tuple[bool, bool, bool] = (False, False, False)) -> None:
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            due_ms = self.front.next_deadline_ms()
            self.now_ms = min(end_ms, max(self.now_ms + 1, due_ms if due_ms is not None else end_ms))
            self.look(contacts)

    def look(self, contacts: tuple[bool, bool, bool]) -> None:
        ack, browse, mute = contacts
        wishes = self.front.receive_keys(ack, browse, mute, self.now_ms) + self.front.poll_keys(self.now_ms)
        for wish, call in wishes:
            if call in self.calls and wish == ACKNOWLEDGE:
                call.status = "acknowledged"
            elif call in self.calls and wish == CLEAR:
                self.calls.remove(call)
            self.front.update(self.calls, self.now_ms)
        self.front.settle(self.trouble, False, self.now_ms)
        self.check()

    def check(self) -> None:
        first, second = self.front.lines
        assert max(len(first), len(second)) <= 16
        calls = [call for call in self.calls if call.kind != FAULT]
        if calls:
            assert first.endswith((f"/{len(calls)}", f"{BELL}{len(calls)}"))
            of = [call for call in calls if call.status == "placed"] or calls
            wait_ms = self.now_ms - min(call.placed_at_ms for call in of)
            assert second.endswith((wait_word(wait_ms), wait_word(wait_ms - 1_000)))
        ringing = [call for call in self.calls if call.status == "placed" and call.kind in ORIGIN_ONLY]
        if self.front.tone_hz or not ringing:
            self.silent_since_ms = None
        elif self.silent_since_ms is None:
            self.silent_since_ms = self.now_ms
        assert self.silent_since_ms is None or self.now_ms - self.silent_since_ms <= LONGEST_PAUSE_MS
        if not any(call.status == "placed" for call in self.calls):
            assert self.front.tone_hz == 0


@given(st.lists(steps, max_size=20), st.sampled_from(["", "No host link", "The registry of the ward cannot be read"]))
@settings(max_examples=100, deadline=None)
def test_count_and_oldest_wait_are_always_shown_and_emergencies_always_heard(
    plan: list[tuple[str, str, int]], trouble: str
) -> None:
    world = World()
    world.trouble = trouble
    for name, text, number in plan:
        if name == "place":
            world.place(text)
            world.look((False, False, False))
        elif name == "gone":
            world.gone(number)
            world.look((False, False, False))
        elif name == "keys":
            held = text.split()
            world.wait(number, (KEYS[0] in held, KEYS[1] in held, KEYS[2] in held))
            world.wait(100)
        else:
            world.wait(number)


@given(st.integers(64, 100))
@settings(max_examples=2, deadline=None)
def test_with_many_calls_and_a_fault_each_page_comes_and_says_how_many(n: int) -> None:
    world = World()
    for number in range(n + 1):
        world.place("normal" if number else FAULT)
    seen: set[str] = set()
    for _ in range(6 * n):
        world.wait(500)
        seen.add(world.front.lines[0])
    assert len(seen) == n + 1


learning_steps = st.one_of(
    st.tuples(st.just("hear"), st.sampled_from([0x5A5A5A, 0x123456])),
    st.tuples(st.just("key"), st.sampled_from([0, 0, 0, 1, 2, 3])),
    st.tuples(st.just("save"), st.just(0)),
    st.tuples(st.just("cut"), st.just(0)),
    st.tuples(st.just("wait"), st.sampled_from([500, 4_000, 61_000])),
)
lesson = [
    ("hear", 0x5A5A5A),
    ("hear", 0x5A5A5A),
    ("key", 0),
    ("key", 1),
    ("key", 1),
    ("key", 0),
    ("key", 0),
    ("key", 0),
]


@given(st.lists(st.one_of(learning_steps.map(lambda step: [step]), st.just(lesson)), max_size=25))
@settings(max_examples=200, deadline=None)
def test_what_was_said_to_be_learnt_outlives_any_cut_of_the_power(plan: list[list[tuple[str, int]]]) -> None:
    stations, now_ms = LocalStations(), 0
    learning = Learning(stations)
    file: bytes | None = None
    said: set[str] = set()
    for name, number in [step for steps_of in plan for step in steps_of]:
        if not learning.is_on:
            learning.begin(now_ms)
        if name == "hear":
            learning.hear(number, now_ms)
        elif name == "key":
            before = {station.station_id for station in stations.stations}
            learning.press((ACK, BROWSE, MUTE, HELD)[number], now_ms)
            said &= {station.station_id for station in stations.stations} | (said - before)
        elif name == "save":
            file = stations.take_unsaved() or file
        elif name == "cut":
            stations = LocalStations()
            assert file is None or stations.load(file)
            learning = Learning(stations)
            assert said <= {station.station_id for station in stations.stations}
            continue
        else:
            now_ms += number
        learning.poll(now_ms)
        if learning.is_on and learning.lines[1] == f"Learnt {CHECK}":
            said |= {station.station_id for station in stations.stations}
