"""The device process's end of its two pipes: a JSON line in for each wake, a JSON line out for each answer."""

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from wardbell_simulator.board_side.boards import VirtualBedside, VirtualReceiver


def read_message() -> "dict[str, Any]":
    """The next message; the process ends where there is none, for then the ward is gone."""
    text = sys.stdin.readline()
    if not text:
        sys.exit(0)
    message: dict[str, Any] = json.loads(text)
    return message


def connect(board: "VirtualBedside | VirtualReceiver") -> None:
    """Make the board's `clock.wait` answer the ward and read its next wake."""

    def exchange(until_ms: "int | None") -> None:
        # One write: MicroPython's stdout is not buffered, and half a line would wake the ward for nothing.
        sys.stdout.write(json.dumps(board.answer(until_ms)) + "\n")
        board.wake(read_message())

    board.clock.exchange = exchange
