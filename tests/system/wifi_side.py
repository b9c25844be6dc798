"""A receiver that joins the bus by itself, in MicroPython, in real time: the real app and umqtt on a virtual board.

The first line in is the board's start message. Then a JSON line in: `press`, durations of a press that has just ended, or
`keys` as the virtual board takes them. A JSON line out when the display or the role has changed. It ends when its stdin does.
"""

import json
import select
import sys
import time

from wardbell_firmware.receiver.app import ReceiverApp
from wardbell_simulator.board_side.boards import VirtualReceiver

STEP_MS = 20


class Joined:
    """A network that is there."""

    def is_up(self) -> bool:
        """Whether it has joined."""
        return True


def main() -> None:
    """Run until stdin ends."""
    board = VirtualReceiver(json.loads(sys.stdin.readline()))
    board.network = Joined()
    app = ReceiverApp(board)
    session = app.session
    assert session is not None
    poll = select.poll()
    poll.register(sys.stdin, select.POLLIN)
    start_us = time.ticks_us()  # type: ignore[attr-defined]
    shown = ""
    while True:
        message = {}
        if poll.poll(STEP_MS):
            line = sys.stdin.readline()
            if not line:
                return
            message = json.loads(line)
        message["t"] = time.ticks_diff(time.ticks_us(), start_us)  # type: ignore[attr-defined]
        if "press" in message:
            message["air"] = [message.pop("press"), message["t"]]
        board.wake(message)
        app.step(board.clock.now_ms())
        board.wires.take()
        now = json.dumps({"lines": app.desk.front.lines, "stands_in": session.face.is_standing_in})
        if now != shown:
            shown = now
            sys.stdout.write(now + "\n")  # not `print`, which keeps it until there is more


main()
