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
