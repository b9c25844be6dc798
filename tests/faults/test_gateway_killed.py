"""kill -9 of the gateway at any moment: the same open calls, nothing lost, nothing doubled."""

import random
from pathlib import Path

import pytest
from gateways import ADDRESSES, BusEnd, GatewayProcess, ReceiverEnd, wait_for, write_registry
from servers import BrokerProcess, wait_until

N_KILLS = 8
PRESSES_A_KILL = 10
N_PRESSES = N_KILLS * PRESSES_A_KILL


def numbers(bus: BusEnd) -> list[int]:
    """Sequence numbers of the events that the mirror applied."""
    return [event.seq for event in bus.applied]


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_while_presses_flow(iotcore_broker: BrokerProcess, tmp_path: Path, seed: int) -> None:
    source = random.Random(seed)
    home = tmp_path / "ward"
    write_registry(home)
    receiver = ReceiverEnd(tmp_path / "ttyBELL")
    bus = BusEnd(iotcore_broker.url)
    gateway = GatewayProcess(home, iotcore_broker.url, "--serial", str(receiver.line.path))
    gateway.start()
    wait_until(lambda: receiver.peer.is_up, "the link")

    pressed = dict.fromkeys(ADDRESSES, 0)
    killed_with_pending = 0
    for _ in range(N_KILLS):
        for station_id in source.choices(list(ADDRESSES), k=PRESSES_A_KILL):
            receiver.press(station_id)
            pressed[station_id] += 1
        left = source.randrange(PRESSES_A_KILL)
        while receiver.pending > left:  # no wait_until: it would sleep through the moment
            pass
        for _ in range(
            source.randrange(20_000)
        ):  # anywhere between the line, the commit, the acknowledgement, the PUBACK
            pass
        killed_with_pending += receiver.pending > 0
        gateway.kill()
        gateway.start()
    assert killed_with_pending
    wait_until(lambda: receiver.pending == 0, "every press to be safe")

    wait_for(bus, lambda bus: sum(call.presses for call in bus.mirror.calls.values()) == N_PRESSES, "every press, once")
    seen = {call.station_id: call.presses for call in bus.mirror.calls.values()}
    assert seen == {station_id: n for station_id, n in pressed.items() if n}
    assert len({call.call_id for call in bus.mirror.calls.values()}) == len(seen)
    before = dict(bus.mirror.calls)

    gateway.kill()
    gateway.start()
    late = BusEnd(iotcore_broker.url, "console-late")
    wait_for(late, lambda bus: not bus.mirror.is_stale, "a snapshot")
    assert late.mirror.calls == before

    # The outbox replays what was not acknowledged: every event reached the bus, in order, and none under two numbers.
    by_seq = {event.seq: event for event in bus.events}
    assert sorted(by_seq) == list(range(1, N_PRESSES + 1))
    assert all(by_seq[event.seq] == event for event in bus.events)
    first = list(dict.fromkeys(event.seq for event in bus.events))
    assert first == sorted(first)
    assert numbers(bus) == sorted(set(numbers(bus)))
    gateway.kill()
    late.close()
    bus.close()
    receiver.close()


def test_killed_between_commands(iotcore_broker: BrokerProcess, tmp_path: Path) -> None:
    """A command that was sent again after a crash is answered as it was the first time, and done once."""
    home = tmp_path / "ward"
    write_registry(home)
    receiver = ReceiverEnd(tmp_path / "ttyBELL")
    bus = BusEnd(iotcore_broker.url)
    gateway = GatewayProcess(home, iotcore_broker.url, "--serial", str(receiver.line.path))
    gateway.start()
    wait_until(lambda: receiver.peer.is_up, "the link")
    receiver.press("203-1")
    wait_for(bus, lambda bus: bus.open, "the call")
    call_id = bus.call_id("203-1")
    bus.command("acknowledge", call_id, "c-1", by="Li")
    wait_until(lambda: bus.replies_to("c-1"), "the reply")
    gateway.kill()
    bus.command("acknowledge", call_id, "c-1", by="Li")
    bus.command("acknowledge", call_id, "c-2", by="Wang")
    gateway.start()
    wait_until(lambda: len(bus.replies_to("c-1")) == 2 and bus.replies_to("c-2"), "both replies")
    assert [reply.ok for reply in bus.replies_to("c-1")] == [True, True]
    assert not bus.replies_to("c-2")[0].ok
    assert "Li" in bus.replies_to("c-2")[0].reason
    assert [event.kind for event in bus.events] == ["placed", "acknowledged"]
    gateway.kill()
    bus.close()
    receiver.close()
