"""A receiver that stands in for a ward without a gateway: when it begins, what it tells, and when it ends."""

import pytest
from bus_receiver import CONSOLE, GATEWAY, UNIX_MS, WARD, Gateway, House, alone

from wardbell_bus.mirror import WardMirror
from wardbell_protocol.bus.payloads import Health
from wardbell_protocol.calls.signals import NORMAL


@pytest.fixture
def house() -> House:
    return House()


def test_a_ward_without_a_gateway_is_spoken_for(house: House) -> None:
    alone(house).press(1)
    assert house.seen == {"S1": "placed"}
    assert not house.mirror.is_stale
    call = next(iter(house.mirror.calls.values()))
    assert abs(call.placed_at_ms - UNIX_MS - house.now_ms) < 2000
    assert (call.room, call.bed, call.kind, call.authenticated) == ("201", "1", NORMAL, False)
    assert house.mirror.health["gateway", WARD].faults == ["stand_in"]
    assert house.mirror.info is not None
    assert [at.station_id for at in house.mirror.info.stations] == ["S1", "S2", "S3"]


def test_what_happens_at_the_desk_is_told(house: House) -> None:
    alone(house).press(1)
    house.wait(1000)
    house.press(1)
    assert [call.presses for call in house.mirror.calls.values()] == [2]
    house.press(1, "reset")
    assert house.seen == {}
    assert [payload for topic, payload in house.kept.items() if "/call/" in topic] == [b""]


def test_a_console_acknowledges_and_clears(house: House) -> None:
    alone(house).press(1)
    (call_id,) = house.mirror.calls
    house.commands("acknowledge", call_id)
    assert house.seen == {"S1": "acknowledged"}
    assert house.mirror.calls[call_id].acknowledged_by == "Ana"
    assert house.desk.front.tone_hz == 0
    house.commands("acknowledge", call_id)  # the same one again
    house.commands("acknowledge", call_id, "c2")
    house.commands("clear", call_id, "c3")
    house.commands("history", call_id, "c4")
    assert [reply.ok for reply in house.replies] == [True, True, False, True, False]
    assert "Ana" in house.replies[2].reason
    assert house.seen == {}


def test_a_console_that_comes_late_reads_it_all(house: House) -> None:
    alone(house).press(2)
    house.press(3, "emergency")
    house.mirror = WardMirror(WARD, "console-desk")
    house.settle()
    assert not house.mirror.is_stale
    assert house.seen == {"S2": "placed", "S3": "placed"}


def test_nobody_is_spoken_for_before_anybody_listens_or_while_a_gateway_speaks(house: House) -> None:
    house.wait(60_000)
    assert not house.face.is_standing_in  # nobody has said the time, so nobody is there
    house.wait(30_000, CONSOLE, GATEWAY)
    assert not house.face.is_standing_in


def test_what_is_missing_is_called_by_its_name() -> None:
    house = House()
    alone(house)
    assert house.desk.front.lines[0] == "No gateway"
    house.face.lost()
    house.wait(100)
    assert house.desk.front.lines[0] == "No broker"
    content = alone(House(has_gateway=False))
    assert content.desk.front.lines[0] == "Everything Good!"
    content.face.lost()
    content.wait(100)
    assert content.desk.front.lines[0] == "No broker"


def test_a_late_word_of_a_dead_gateway_brings_nobody_back(house: House) -> None:
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    house.gateway = None
    house.wait(20_000, CONSOLE)
    assert house.face.is_standing_in
    gateway.snapshot()
    house.settle()
    assert not house.desk.host.is_up


@pytest.mark.parametrize("epoch", ["00000006", "00000008"])
def test_one_only_of_two_receivers_stands_in(house: House, epoch: str) -> None:
    other = Health(part="gateway", name=WARD, state="degraded", at_ms=0, epoch=epoch, faults=["stand_in"])
    alone(house).press(1)
    house.wait(12_000, CONSOLE, other)
    assert house.face.is_standing_in == (epoch > "00000007")
    house.press(2)
    house.wait(1000)
    assert not house.desk.host.is_up
    assert {"S1", "S2"} <= {call.station_id for call in house.desk.board.open_calls()}
    if not house.face.is_standing_in:
        house.wait(10_000, CONSOLE, other)
        assert house.desk.host.trouble == "Consoles hear another receiver"
        house.wait(20_000, CONSOLE)  # and it is gone
    assert house.face.is_standing_in
    assert house.seen == {"S1": "placed", "S2": "placed"}


def test_beside_another_that_stands_in_nobody_begins(house: House) -> None:
    other = Health(part="gateway", name=WARD, state="degraded", at_ms=0, epoch="00000008", faults=["stand_in"])
    house.wait(20_000, CONSOLE, other)
    assert not house.face.is_standing_in
    assert house.desk.front.lines == ("Consoles hear", "another receiver")


def test_a_kept_word_of_a_gateway_that_died_unheard_is_no_gateway(house: House) -> None:
    house.says(GATEWAY, is_kept=True)
    house.wait(13_000, CONSOLE)
    assert house.face.is_standing_in


def test_a_gateway_that_dies_is_stood_in_for_with_its_calls(house: House) -> None:
    Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    house.press(1)
    house.wait(2000, CONSOLE, GATEWAY)
    house.gateway = None
    house.wait(20_000, CONSOLE)
    assert house.face.is_standing_in
    assert house.seen == {"S1": "placed"}
    assert house.mirror.health["gateway", WARD].epoch == "00000007"


def test_a_broker_that_was_lost_is_told_everything_anew(house: House) -> None:
    alone(house).press(1)
    house.face.lost()
    house.settle()
    house.mirror = WardMirror(WARD, "console-desk")
    house.face.connected(house.now_ms)
    house.wait(13_000, CONSOLE)
    assert house.seen == {"S1": "placed"}
