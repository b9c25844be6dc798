"""A receiver and a broker that lets it in and drops it, again and again, in one MicroPython and virtual time.

Prints when the broker was asked, ms since the first time. It drops at once, but the last time after two minutes; the clock
begins 400 days after the start.
"""

import json
import select
import socket
import sys

from wardbell_firmware.receiver.app import ReceiverApp
from wardbell_simulator.board_side.boards import VirtualReceiver

DAYS_400_MS = 400 * 86_400_000
N_DROPPED = 8
STEADY_MS = 120_000
STEP_MS = 50


class Joined:
    """A network that is there."""

    def is_up(self) -> bool:
        """Whether it has joined."""
        return True


def let_in(n_topics: int) -> bytes:
    """All that a broker says to a client that it lets in: numbers of subscriptions begin anew with each connection."""
    return b"\x20\2\0\0" + b"".join([b"\x90\3" + bytes([0, number, 0]) for number in range(1, n_topics + 1)])


def main() -> None:
    """Run to the end of the story."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(socket.getaddrinfo("127.0.0.1", int(sys.argv[1]))[0][-1])
    door.listen(1)
    bus = {"ward": "east", "host": "127.0.0.1", "port": int(sys.argv[1])}
    board = VirtualReceiver({"settings": {"name": "hall", "bus": bus}, "files": {}, "epoch": 7})
    board.network = Joined()
    app = ReceiverApp(board)
    session = app.session
    assert session is not None
    poll = select.poll()
    poll.register(door, select.POLLIN)
    now_ms = DAYS_400_MS
    asked: list[int] = []
    visitor, drop_at_ms = None, 0
    while len(asked) <= N_DROPPED + 1:
        board.wake({"t": 1000 * now_ms})
        app.step(now_ms)
        board.wires.take()
        if visitor is None and poll.poll(0):
            visitor = door.accept()[0]
            asked.append(now_ms)
            visitor.send(let_in(len(session.face.subscriptions)))
            drop_at_ms = 0
        elif visitor is not None and session.is_connected:
            drop_at_ms = drop_at_ms or now_ms + (0 if len(asked) <= N_DROPPED else STEADY_MS)
            if now_ms >= drop_at_ms:
                visitor.close()
                visitor = None
        now_ms += STEP_MS
    print(json.dumps([at_ms - asked[0] for at_ms in asked]))


main()
