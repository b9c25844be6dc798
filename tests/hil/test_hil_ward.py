"""Both apps as they run in a ward: a press at the node is told by the receiver to its host."""

import json
import time
from collections.abc import Iterator

import pytest
import serial
from hil_bench import NODE_ID, Ask, Bench, stations

from wardbell_gateway.serial_port import BAUD
from wardbell_protocol.link.peer import LinkMessage, LinkPeer, LinkUp

pytestmark = [pytest.mark.hil, pytest.mark.timeout(300)]

START_WITHIN_S = 20.0
PRESS_WITHIN_S = 60.0


class Host:
    """The gateway's end of the receiver's line."""

    def __init__(self, port: str) -> None:
        self._line = serial.Serial(port, BAUD, timeout=0.02, exclusive=True)
        self._peer = LinkPeer("hil", 1 + int(time.time()) % (1 << 29))
        self.is_up = False

    def wait_for(self, kind: str, within_s: float) -> dict[str, object]:
        """The next message of that kind; "" is the receiver's first sign. Fails when it does not come."""
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            now_ms = int(time.monotonic() * 1000)
            events = list(self._peer.receive(self._line.read(512), now_ms)) + list(self._peer.poll(now_ms))
            self._line.write(self._peer.take_output())
            for event in events:
                if isinstance(event, LinkUp):
                    self.is_up = True
                    if not kind:
                        return {}
                elif isinstance(event, LinkMessage):
                    self._peer.accept(event)
                    if event.message["t"] == kind:
                        return event.message
        pytest.fail(f"no {kind or 'sign of the receiver'} within {within_s:g} s")

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def ward(node_bench: Bench, receiver_bench: Bench) -> Iterator[Host]:
    """Both boards running as provisioned, the host joined to the receiver."""
    for bench in (node_bench, receiver_bench):
        bench.repl.replace_file("settings.json", json.dumps(bench.settings).encode())
    receiver_bench.repl.replace_file("stations.json", stations())
    for bench in (node_bench, receiver_bench):
        bench.repl.leave()
        bench.repl.close()
    host = Host(receiver_bench.port)
    yield host
    host.close()


def test_a_press_at_the_node_reaches_the_host_and_is_shown(ward: Host, say: Ask) -> None:
    ward.wait_for("", START_WITHIN_S)
    say("press call on the node, and look at the receiver's display")
    frame = ward.wait_for("frame", PRESS_WITHIN_S)
    assert frame["node"] == NODE_ID
    say("does the display say `1-1 call` and Calling!!!, and does it sound? Press ack on the receiver if so")
    assert ward.wait_for("ack", PRESS_WITHIN_S)["station"] == "bench"
    say("press reset on the node")
    assert ward.wait_for("frame", PRESS_WITHIN_S)["node"] == NODE_ID


def test_ctrl_c_in_the_line_does_not_stop_the_receiver(ward: Host) -> None:
    ward.wait_for("", START_WITHIN_S)
    ward._line.write(b"~\x03\x03\r\x03~" * 10)  # noqa: SLF001
    ward.wait_for("status", 120.0)
