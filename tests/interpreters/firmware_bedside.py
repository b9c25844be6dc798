"""The node's rules, printed: run under CPython and MicroPython, the output must be the same."""

import sys

for root in sys.argv[1:]:
    sys.path.insert(0, root)

from wardbell_firmware.bedside.consumption import OF_BOARD, DayMeter, asleep_ua  # noqa: E402
from wardbell_firmware.bedside.contacts import fitted  # noqa: E402
from wardbell_firmware.bedside.counter import BLOCK, FrameCounter  # noqa: E402
from wardbell_firmware.bedside.discharge import days_left, is_low, remaining_permille  # noqa: E402
from wardbell_firmware.bedside.keys import NodeKeys  # noqa: E402
from wardbell_firmware.bedside.lamp import RHYTHM, AssuranceLamp  # noqa: E402
from wardbell_firmware.bedside.node import BedsideNode  # noqa: E402
from wardbell_firmware.bedside.presence import StaffPresence  # noqa: E402
from wardbell_firmware.bedside.slots import NumberSlots  # noqa: E402
from wardbell_firmware.bedside.supply import Supply  # noqa: E402
from wardbell_firmware.bedside.unusable import UnusableSign  # noqa: E402
from wardbell_protocol.errors import WardbellError  # noqa: E402


class Files:
    """A store in memory that shows what it is given."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def load(self, name: str) -> "bytes | None":
        """Its bytes."""
        return self.files.get(name)

    def save(self, name: str, data: bytes) -> None:
        """Keep them."""
        print("save", name, data)
        self.files[name] = data


def walk(part: "AssuranceLamp | UnusableSign", state: str) -> None:
    """Print its first changes."""
    now_ms = 0
    for _ in range(7):
        if isinstance(part, UnusableSign):
            part.poll(now_ms)
            print(now_ms, part.lamp, part.tone_hz)
        else:
            part.show(state, now_ms)
            print(state, now_ms, part.colour)
        due_ms = part.next_deadline_ms(now_ms)
        if due_ms is None:
            return
        now_ms = due_ms


for state in sorted(RHYTHM):
    walk(AssuranceLamp(), state)
walk(UnusableSign(0), "")

store = Files()
counter = FrameCounter(store)
for _ in range(6):
    print(counter.take(), counter.n_left, counter.is_low)
    counter.claim_ahead()
print(FrameCounter(store).take())
store.files["counter.a"] = b"65 1"
print(FrameCounter(store).take(), NumberSlots(store, "counter").newest, BLOCK)
for broken in (b"soup", b""):
    store.files["counter.a"] = store.files["counter.b"] = broken
    try:
        FrameCounter(store)
    except WardbellError as error:
        print(error)

staff = StaffPresence(["normal", "presence", "reset"])
presses = ("normal", "presence", "normal", "reset", "normal", "reset", "reset", "normal")
print([staff.meaning(signal, at) for at, signal in enumerate(presses)], staff.next_deadline_ms())

keys = NodeKeys({"call": "normal", "handset": "unplugged", "reset": "reset"})
for at in range(400):
    contacts = {"call": at > 250, "handset": at % 3 == 0, "reset": at == 200}
    said = keys.receive(contacts, at * 500)
    if said or at % 40 == 0:
        print(at, said, keys.is_faulty, keys.next_deadline_ms())

print([remaining_permille(mv) for mv in range(850, 1600, 33)])
print([is_low(mv, 900, 20000) for mv in range(900, 1500, 33)], days_left(1250, 900, 40000), is_low(1000, 900, 40000))
meter = DayMeter(OF_BOARD["esp32c3"], True)
meter.passed(True, True, 80000000)
meter.sends(60000)
meter.passed(False, False, 86400000)
print(meter.daily_uah, meter.used_uah)
looped = {"board": "esp32c3", "signals": {"call": "normal", "cord": "bathroom", "assist": "staff_assist"}}
print(fitted(looped, {"call": 3, "cord": 5}), asleep_ua("esp32c3", looped["signals"]), asleep_ua("pico", ("call",)))
supply = Supply(looped, False)
for mv in (4600, 3600, 3300, 3300, 3700, 4500):
    supply.measured(mv)
    print(supply.level, supply.is_low)

signals = {"call": "normal", "cord": "bathroom", "here": "presence", "reset": "reset"}
node = BedsideNode({"node_id": 9, "key": "00" * 16, "signals": signals}, Files())
closed = dict.fromkeys(signals, False)
now_ms = 0
for step in range(300):
    closed["here"] = 5 <= step < 8
    closed["call"] = step >= 20
    closed["reset"] = step == 60
    node.receive(closed, now_ms)
    durations = node.poll(False, now_ms)
    if durations:
        node.supply.measured(2600)
    print(now_ms, len(durations), sum(durations), node.lamp, node.state, node.tone_hz)
    due_ms = node.next_deadline_ms(now_ms)
    assert due_ms is not None
    now_ms = min(max(due_ms, now_ms + 1), now_ms + 2000)
