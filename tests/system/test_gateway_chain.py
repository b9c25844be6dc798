"""The gateway as a process: a receiver on a pty, a console on a real broker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import BusEnd, GatewayProcess, ReceiverEnd, wait_for, write_registry
from servers import BrokerProcess, wait_until


@pytest.fixture
def ward(broker: BrokerProcess, tmp_path: Path) -> Iterator[tuple[ReceiverEnd, BusEnd, GatewayProcess]]:
    home = tmp_path / "ward"
    write_registry(home)
    receiver = ReceiverEnd(tmp_path / "ttyBELL")
    bus = BusEnd(broker.url)
    gateway = GatewayProcess(home, broker.url, "--serial", str(receiver.line.path))
    gateway.start()
    wait_until(lambda: receiver.peer.is_up, "the link")
    yield receiver, bus, gateway
    gateway.kill()
    bus.close()
    receiver.close()


def test_a_press_goes_all_the_way_and_comes_back_answered(ward: tuple[ReceiverEnd, BusEnd, GatewayProcess]) -> None:
    receiver, bus, gateway = ward
    wait_until(lambda: receiver.of_kind("stations"), "the table")
    assert receiver.of_kind("stations") == [{"t": "stations", "n": 4}]
    assert len(receiver.of_kind("station")) == 4

    receiver.press("203-2")
    wait_for(bus, lambda bus: bus.open == {("203-2", "normal"): "placed"}, "the call")
    call_id = bus.call_id("203-2")
    bus.command("acknowledge", call_id, "c1")
    wait_until(lambda: any(m["status"] == "acknowledged" for m in receiver.of_kind("call")), "the receiver to know")
    wait_until(lambda: bus.replies_to("c1"), "the reply")
    assert bus.replies_to("c1")[0].ok

    receiver.press("203-2", "reset")
    wait_for(bus, lambda bus: bus.open == {}, "the clear")
    wait_until(lambda: bus.retained.get(call_id) == b"", "the retained state to go")
    wait_until(lambda: "cleared" in [event.kind for event in bus.told], "the news of it")
    assert [event.kind for event in bus.told] == ["placed", "acknowledged", "cleared"]
    assert bus.told[-1].call.cleared_where == "bed"
    assert gateway.kill(15) == 0
