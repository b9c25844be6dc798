"""kill -9 of the gateway at any moment: the same open calls, nothing lost, nothing doubled."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import ADDRESSES, BusEnd, GatewayProcess, ReceiverEnd, wait_for, write_registry
from servers import BrokerProcess, wait_until

N_KILLS = 8
PRESSES_A_KILL = 10
N_PRESSES = N_KILLS * PRESSES_A_KILL


def kill_on_the_way(gateway: GatewayProcess, receiver: ReceiverEnd, source: random.Random) -> bool:
    """Kill it after some presses, anywhere between the line, the commit, the acknowledgement and the PUBACK."""
    left = source.randrange(PRESSES_A_KILL)
    while receiver.pending > left:  # no wait_until: it would sleep through the moment
        pass
    for _ in range(source.randrange(20_000)):
        pass
    was_pending = receiver.pending > 0
    gateway.kill()
    return was_pending


def check_events(bus: BusEnd) -> None:
    """Every event reached the bus, in order, and none under two numbers; those not acknowledged came again."""
    # What the last crash left in the outbox may come behind a snapshot that has it.
    wait_until(lambda: len(bus.told) >= N_PRESSES, "the event of every press")
    assert len(bus.told) == N_PRESSES
    by_seq = {event.seq: event for event in bus.events}
    assert list(by_seq) == list(range(1, len(by_seq) + 1))
    assert all(by_seq[event.seq] == event for event in bus.events)
    applied = [event.seq for event in bus.applied]
    assert applied == sorted(set(applied))


class Chain:
    """A receiver, a gateway and a reader."""

    def __init__(self, url: str, folder: Path) -> None:
        write_registry(folder / "ward")
        self.receiver = ReceiverEnd(folder / "ttyBELL")
        self.gateway = GatewayProcess(folder / "ward", url, "--serial", str(self.receiver.line.path))
        self.gateway.start()
        self.bus = BusEnd(url)
        wait_until(lambda: self.receiver.peer.is_up, "the link")

    def close(self) -> None:
        """End all of it."""
        self.gateway.kill()
        self.bus.close()
        self.receiver.close()


@pytest.fixture
def chain(iotcore_broker: BrokerProcess, tmp_path: Path) -> Iterator[Chain]:
    chain = Chain(iotcore_broker.url, tmp_path)
    yield chain
    chain.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_while_presses_flow(iotcore_broker: BrokerProcess, chain: Chain, seed: int) -> None:
    receiver, gateway, bus = chain.receiver, chain.gateway, chain.bus
    source = random.Random(seed)

    pressed = dict.fromkeys(ADDRESSES, 0)
    killed_with_pending = 0
    for _ in range(N_KILLS):
        for station_id in source.choices(list(ADDRESSES), k=PRESSES_A_KILL):
            receiver.press(station_id)
            pressed[station_id] += 1
        killed_with_pending += kill_on_the_way(gateway, receiver, source)
        gateway.start()
    assert killed_with_pending
    wait_until(lambda: receiver.pending == 0, "every press to be safe")

    wait_for(bus, lambda bus: sum(call.presses for call in bus.calls) == N_PRESSES, "every press, once")
    before = bus.calls
    seen = {call.station_id: call.presses for call in before}
    assert seen == {station_id: n for station_id, n in pressed.items() if n}
    assert len({call.call_id for call in before}) == len(seen)

    gateway.kill()
    gateway.start()
    late = BusEnd(iotcore_broker.url, "console-late")
    wait_for(late, lambda bus: not bus.mirror.is_stale, "a snapshot")
    assert sorted(late.calls, key=str) == sorted(before, key=str)

    check_events(bus)
    late.close()


def test_killed_between_commands(chain: Chain) -> None:
    """A command that was sent again after a crash is answered as it was the first time, and done once."""
    receiver, gateway, bus = chain.receiver, chain.gateway, chain.bus
    receiver.press("203-1")
    wait_for(bus, lambda bus: bus.open, "the call")
    call_id = bus.call_id("203-1")
    bus.command("acknowledge", call_id, "c-1", by="Li")
    wait_until(lambda: bus.replies_to("c-1"), "the reply")
    gateway.kill()
    bus.command("acknowledge", call_id, "c-1", by="Li")
    bus.command("acknowledge", call_id, "c-2", by="Wang")
    gateway.start()
    # The crash may also have kept the first command or its reply from being acknowledged: then there are more replies.
    wait_until(lambda: len(bus.replies_to("c-1")) >= 2 and bus.replies_to("c-2"), "both replies")
    assert all(reply.ok for reply in bus.replies_to("c-1"))
    assert not bus.replies_to("c-2")[0].ok
    assert "Li" in bus.replies_to("c-2")[0].reason
    assert [event.kind for event in bus.told] == ["placed", "acknowledged"]
