"""The loop that every device runs: do what is due, sleep until the next deadline or the next input."""

import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from wardbell_firmware.boards.contract import BedsideBoard, ReceiverBoard

    class App(Protocol):
        """What can be run: `step` does all that is due and returns the next deadline in ms, or None."""

        def step(self, now_ms: int) -> int | None:
            """Do all that is due."""


# Long-lived calls that settle between a heap full of scraps leave no room in one piece: 216 calls once stopped a receiver
# that had 1.6 MB of 2 MB free. Collecting often keeps the scraps few. Most of what is counted here are rooms of calls, given
# back at once: a word of a press takes 16 KB of them, and two must not make a collection fall due before their tone,
# though half a second of the air came before them.
COLLECT_EVERY_BYTES = 65536


def run(app: "App", board: "BedsideBoard | ReceiverBoard") -> None:
    """Run an app for ever on its board."""
    if hasattr(gc, "threshold"):  # MicroPython's; CPython's collector moves nothing and needs no such care
        gc.threshold(COLLECT_EVERY_BYTES)
    while True:
        due_ms = app.step(board.clock.now_ms())
        board.watchdog.feed()
        board.clock.wait(due_ms)
