"""A press through both apps on virtual boards, pin by pin. Arguments: folders of protocol, tests, firmware, simulator."""

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

for folder in sys.argv[1:]:
    sys.path.insert(0, folder)

from wardbell_firmware.bedside.app import BedsideApp  # noqa: E402
from wardbell_firmware.receiver.app import ReceiverApp  # noqa: E402
from wardbell_simulator.board_side.boards import VirtualBedside, VirtualReceiver  # noqa: E402


def seen(outputs: "list[list[Any]]") -> "list[list[Any]]":
    """The outputs, a file's JSON with its items in order: the interpreters write them in their own."""
    return [
        [part, at_us, [sorted(record.items()) for record in json.loads(bytes.fromhex(value[1]).decode())]]
        if part == "file"
        else [part, at_us, value]
        for part, at_us, value in outputs
    ]


STATIONS = [{"station_id": "s1", "room": "203", "bed": "2", "address": "0F1F0F1F", "codes": {}, "clear_at": ["bed"]}]

bed = VirtualBedside(
    {
        "keys": ["call", "reset"],
        "settings": {"address": "0F1F0F1F", "signals": {"call": "normal", "reset": "reset"}},
        "files": {},
    }
)
node = BedsideApp(bed)
print(node.step(0), bed.answer(None))
bed.wake({"t": 2_000_000, "keys": [["call", 1], ["call", 0]]})
due = node.step(2000)
out = bed.answer(due)["out"]
print(due, out)
durations = next(value for part, _, value in out if part == "air")
while due is not None and due < 10_000:  # then the node sleeps until its heartbeat
    bed.wake({"t": due * 1000})
    due = node.step(due)
    print(due, bed.answer(due)["out"])

saved = {"stations.json": json.dumps(STATIONS).encode().hex()}
receiver = VirtualReceiver({"files": saved, "epoch": 77, "settings": {"name": "w1", "host": False}})
desk = ReceiverApp(receiver)
due = desk.step(0)
print(due, seen(receiver.answer(due)["out"]))
end_us = 2_000_000 + sum(durations)
receiver.wake(
    {"t": end_us, "air": [[-2_000_000] + [us if at % 2 == 0 else -us for at, us in enumerate(durations)], end_us]}
)
for _ in range(6):
    due = desk.step(receiver.clock.now_ms())
    print(due, seen(receiver.answer(due)["out"]))
    assert due is not None
    receiver.wake({"t": due * 1000})

# A press in frames, its receipt, and the acknowledgement that follows it to the lamp.
KEY = "000102030405060708090a0b0c0d0e0f"
KEYED: "dict[str, Any]" = {"station_id": "s2", "room": "204", "bed": "1", "address": "", "codes": {}}
KEYED.update({"clear_at": ["bed"], "node_id": 4660, "key": KEY})
two_way = VirtualBedside(
    {
        "keys": ["call"],
        "settings": {"node_id": 4660, "key": KEY, "signals": {"call": "normal"}},
        "files": {},
        "mv": 2_900,
        "ear": 1,
    }
)
saved = {"stations.json": json.dumps([KEYED]).encode().hex()}
answering = VirtualReceiver({"files": saved, "epoch": 78, "settings": {"name": "w2", "host": False}, "transmitter": 1})
node, desk = BedsideApp(two_way), ReceiverApp(answering)
assert node.node is not None
desk.step(0)
print(node.step(0), two_way.answer(0)["out"], len(answering.answer(0)["out"]))


def carry(
    outputs: "list[list[Any]]", ear: "VirtualBedside | VirtualReceiver", app: "BedsideApp | ReceiverApp"
) -> "list[list[Any]]":
    """What was sent arrives: give it to the other board's app, and tell what that one does."""
    sent = [value for part, _, value in outputs if part == "air"]
    now_us = ear.clock.now_us
    for durations in sent:
        now_us += sum(durations) + 30_000
        pulses = [-30_000] + [us if at % 2 == 0 else -us for at, us in enumerate(durations)]
        ear.wake({"t": now_us, "air": [pulses, now_us]})
    app.step(ear.clock.now_ms())
    done: list[list[Any]] = ear.answer(0)["out"]
    return [output for output in done if output[0] not in ("lcd", "file")]


two_way.wake({"t": 2_000_000, "keys": [["call", 1], ["call", 0]]})
node.step(2000)
answering.wake({"t": 2_000_000})
said = two_way.answer(0)["out"]
print([part for part, _, _ in said], node.node.state)
answered = carry(said, answering, desk)
for _ in range(5):
    answering.wake({"t": answering.clock.now_us + 3_000})
    desk.step(answering.clock.now_ms())
    answered += [output for output in answering.answer(0)["out"] if output[0] != "lcd"]
print(seen(answered))
print(carry(answered, two_way, node), node.node.state)
answering.wake({"t": 3_000_000, "keys": [["ack", 1]]})
desk.step(3000)
answering.wake({"t": 3_200_000, "keys": [["ack", 0]]})
for now_ms in (3200, 3230, 3260, 3290):
    answering.wake({"t": now_ms * 1000})
    desk.step(now_ms)
answered = answering.answer(0)["out"]
print(carry(answered, two_way, node), node.node.state)
