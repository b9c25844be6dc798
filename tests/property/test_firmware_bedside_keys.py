"""Whatever contacts do: what is pressed is said in time, what is well holds nobody up, and nothing spins."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_firmware.bedside.key_watch import SAID_EVERY_MS
from wardbell_firmware.bedside.keys import NodeKeys
from wardbell_firmware.drivers.key import SETTLE_MS

SIGNALS = {"call": "normal", "cord": "bathroom", "handset": "unplugged", "assist": "staff_assist"}

# Which contact changes, and after how many ms.
changes = st.lists(
    st.tuples(st.sampled_from(list(SIGNALS)), st.sampled_from([1, 5, 25, 60, 400, 3_000, 70_000])),
    min_size=1,
    max_size=400,
)


class Bench:
    """Keys, their contacts, and what was pressed and said."""

    def __init__(self) -> None:
        self.keys = NodeKeys(SIGNALS)
        self.closed = dict.fromkeys(SIGNALS, False)
        self.opened_ms = dict.fromkeys(SIGNALS, -1_000)
        self.pressed: list[tuple[int, str]] = []
        self.said: list[tuple[int, str]] = []
        self.now_ms = 0

    def change(self, name: str) -> None:
        self.closed[name] = not self.closed[name]
        if not self.closed[name]:
            self.opened_ms[name] = self.now_ms
        elif self.now_ms - self.opened_ms[name] > SETTLE_MS:
            self.pressed.append((self.now_ms, SIGNALS[name]))
        self.look()

    def look(self) -> None:
        self.said += [(self.now_ms, signal) for signal in self.keys.receive(self.closed, self.now_ms)]

    def wait(self, ms: int) -> None:
        end_ms = self.now_ms + ms
        due_ms = self.keys.next_deadline_ms()
        while due_ms is not None and due_ms < end_ms:
            assert due_ms > self.now_ms, "the keys spin"
            self.now_ms = due_ms
            self.look()
            due_ms = self.keys.next_deadline_ms()
        self.now_ms = end_ms
        self.look()


@settings(max_examples=60, deadline=None)
@given(changes)
def test_each_press_is_said_and_the_first_of_each_key_at_once(found: list[tuple[str, int]]) -> None:
    bench = Bench()
    for name, ms in found:
        bench.wait(ms)
        bench.change(name)
    bench.wait(2 * SAID_EVERY_MS)
    for at_ms, signal in bench.pressed:
        assert any(at_ms <= said_ms <= at_ms + SAID_EVERY_MS for said_ms, said in bench.said if said == signal)
    for signal in {signal for _, signal in bench.pressed}:
        assert next(at for at, said in bench.said if said == signal) == next(
            at for at, one in bench.pressed if one == signal
        )
    assert len(bench.said) <= len(bench.pressed)
