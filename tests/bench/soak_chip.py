"""Hours of a node's image on an emulated Pico, pressed and reset: its heap must not grow. `make soak-chip`.

An hour of the chip takes the computer about three minutes: a chip that sleeps is skipped over, one that sends is not.
"""

import argparse
import json
import sys
import time

from figures import REPOSITORY, write_figures

from wardbell_firmware.boards.pins import PICO_BEDSIDE
from wardbell_firmware.run import COLLECT_EVERY_BYTES
from wardbell_simulator.chip.board import EmulatedPico

IMAGE = REPOSITORY / "build" / "image" / "bedside.uf2"
SETTINGS = {
    "role": "bedside",
    "board": "pico",
    "node_id": 7,
    "key": bytes(range(16)).hex(),
    "signals": {"call": "normal", "reset": "reset", "cord": "bathroom", "handset": "emergency"},
}
# The loop of run.py, and a line an hour.
SCRIPT = f"""
import gc
from wardbell_firmware.bedside.app import BedsideApp
from wardbell_firmware.boards.rp2040.bedside import PicoBedside
gc.threshold({COLLECT_EVERY_BYTES})
board = PicoBedside({SETTINGS!r})
app = BedsideApp(board)
said_at_ms = 0
while True:
    due_ms = app.step(board.clock.now_ms())
    board.watchdog.feed()
    now_ms = board.clock.now_ms()
    if now_ms >= said_at_ms:
        gc.collect()
        print(now_ms // 3600000, gc.mem_alloc())
        said_at_ms += 3600000
    board.clock.wait(due_ms)
"""
EVERY_US = 1_200_000_000
PRESSED_US = 300_000
RESET_AFTER_US = 30_000_000
LIMIT_S = 3600.0  # of wall time for one stretch
GROWTH_BYTES = 256  # as in soak.py
SETTLED_AFTER_H = 2


def press(pico: EmulatedPico, key: str) -> int:
    """Push and let go; returns how many edges were sent in the half minute from then on."""
    edges = pico.pins.edges(PICO_BEDSIDE["radio"])
    edges.clear()
    pico.pins.drive(PICO_BEDSIDE[key], 0)
    pico.run_for_us(PRESSED_US, LIMIT_S)
    pico.pins.drive(PICO_BEDSIDE[key], 1)
    pico.run_for_us(RESET_AFTER_US - PRESSED_US, LIMIT_S)
    return len(edges)


def main(argv: list[str]) -> int:
    """Run; 1 if the heap has grown, or a press was not sent."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--hours", type=int, default=24, help="of the chip's own time")
    hours = parser.parse_args(argv).hours
    if not IMAGE.is_file():
        print("soak_chip: skipped: no bedside.uf2; `make firmware` builds it")
        return 0
    began_s = time.monotonic()
    pico = EmulatedPico(IMAGE, {"settings.json": json.dumps(SETTINGS).encode()})
    for loop in ("cord", "handset"):
        pico.pins.drive(PICO_BEDSIDE[loop], 0)
    pico.start(SCRIPT)
    heap_bytes: list[int] = []
    unsent = 0
    while len(heap_bytes) <= hours:
        unsent += sum(press(pico, key) == 0 for key in ("call", "reset"))
        pico.run_for_us(EVERY_US - 2 * RESET_AFTER_US, LIMIT_S)
        for line in pico.take_heard().decode().removeprefix("OK").split("\r\n"):
            if line:
                heap_bytes.append(int(line.split()[1]))
                print(f"hour {line.split()[0]}: {heap_bytes[-1]} bytes; {time.monotonic() - began_s:.0f} s", flush=True)
    settled = heap_bytes[SETTLED_AFTER_H:]
    growth = max(settled) - settled[0] if settled else 0
    print(
        f"{hours} hours, {unsent} presses not sent, the heap grew by at most {growth} bytes after hour {SETTLED_AFTER_H}"
    )
    write_figures("soak_chip", {"hours": hours, "heap_bytes": heap_bytes, "unsent": unsent, "growth_bytes": growth})
    return 1 if unsent or growth > GROWTH_BYTES else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
