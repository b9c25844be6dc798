"""A receiver with a table of 200 and as little heap as a board has then is sent another one, in MicroPython.

Arguments: roots, KB of heap free beside the first table. It prints which table is in use and
which is in the file, 1 or 2, and what was refused.
"""

import gc
import json
import sys

gc.threshold(4096)  # type: ignore[attr-defined]  # as a board loads its modules
for root in sys.argv[1].split(":"):
    sys.path.append(root)

from wardbell_firmware.receiver.table import STATIONS_FILE, TableCopy  # noqa: E402

N_STATIONS = 200
KB = 1024


def message(number: int, room: str) -> "dict[str, object]":
    """The link message of a station, every other one with a key."""
    fields: dict[str, object] = {"t": "station", "id": f"b{number}", "room": room + str(number // 2), "bed": "1"}
    fields.update({"address": "", "codes": {}, "clear_at": ["bed"]})
    if number % 2:
        fields.update({"node_id": number, "key": f"{number:02x}" * 16})
    else:
        fields["codes"] = {f"{37 * number + 5:06X}": "normal"}
    return fields


def send(copy: TableCopy, room: str) -> None:
    """Send the whole table, as it comes over the line."""
    for number in range(N_STATIONS):
        copy.station(json.loads(json.dumps(message(number, room))))
    copy.stations(N_STATIONS)


def fill(free_bytes: int) -> "list[bytearray]":
    """Take the heap but for that much, which stays in one piece as far as it is."""
    gc.collect()
    taken = []
    size = gc.mem_free() - free_bytes  # type: ignore[attr-defined]  # MicroPython's
    while gc.mem_free() > free_bytes + KB:  # type: ignore[attr-defined]
        try:
            taken.append(bytearray(max(KB, size)))
            size = 0
        except MemoryError:
            size -= KB
        gc.collect()
    return taken


copy = TableCopy()
send(copy, "1")
file = copy.take_unsaved()[STATIONS_FILE]
kept = fill(int(sys.argv[2]) * KB)
send(copy, "2")
file = copy.take_unsaved().get(STATIONS_FILE, file)
again = json.loads(file[2 : file.find(b"\n", 2)].strip(b","))
print(json.dumps({"used": copy.table.stations["b0"].room[0], "kept": again["room"][0], "refused": copy.n_refused}))
