"""A receiver as an ear of a ward with a gateway: what it hands over, tells and believes."""

import pytest
from bus_receiver import CONSOLE, GATEWAY, UNIX_MS, Gateway, House, alone

from wardbell_protocol.calls.board import Verb
from wardbell_protocol.calls.signals import NORMAL


@pytest.fixture
def house() -> House:
    return House()


def test_a_ward_that_needs_no_gateway_tells_one_all_the_same() -> None:
    house = alone(House(has_gateway=False))
    house.press(1)
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    assert [call.station_id for call in gateway.board.open_calls()] == ["S1"]


def test_what_was_done_to_calls_before_the_gateway_came_is_told_with_them(house: House) -> None:
    alone(house).press(1)
    house.press(2)
    for number, verb in ((1, "acknowledge"), (2, "clear")):
        key = (f"S{number}", NORMAL, "")
        house.desk.table.stations[f"S{number}"].clear_at = ("bed", "console")
        house.desk.board.find(*key).clear_at = ("bed", "console")  # type: ignore[union-attr]
        assert house.desk.calls.command(verb, key, "hall", house.now_ms) == ""
    house.wait(60_000, CONSOLE)
    gateway = Gateway(house)
    gateway.clear_at = ("bed", "receiver")
    house.wait(15_000, CONSOLE, GATEWAY)
    assert {call.station_id: call.status for call in gateway.board.open_calls()} == {"S1": "acknowledged"}
    assert {call.station_id: call.status for call in house.desk.board.open_calls()} == {"S1": "acknowledged"}


def test_what_is_done_to_a_call_that_is_over_holds_nothing_up(house: House) -> None:
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    house.press(1)
    house.wait(500, CONSOLE, GATEWAY)
    (call,) = gateway.board.open_calls()
    ended = gateway.board.receive(Verb("clear", call.call_id, "Ana", "bed"), gateway.unix_ms)
    house.desk.calls.command("acknowledge", ("S1", NORMAL, ""), "hall", house.now_ms)
    gateway.say(ended)  # it was over before the gateway could hear of the key
    house.settle()
    house.press(2)
    house.wait(1000, CONSOLE, GATEWAY)
    assert [call.station_id for call in gateway.board.open_calls()] == ["S2"]
    assert [call.station_id for call in house.desk.board.open_calls()] == ["S2"]


def test_a_gateway_that_was_deaf_for_minutes_is_believed_at_once(house: House) -> None:
    gateway = Gateway(house)
    gateway.is_deaf = True
    house.wait(600_000, CONSOLE, GATEWAY)
    gateway.is_deaf = False
    house.press(1)
    house.wait(45_000, CONSOLE, GATEWAY)
    assert house.face.ear.unacknowledged == 0
    for call in gateway.board.open_calls():
        gateway.say(gateway.board.receive(Verb("clear", call.call_id, "Ana", "bed"), gateway.unix_ms))
    house.wait(1000, CONSOLE, GATEWAY)
    assert house.desk.board.open_calls() == []


def test_the_ward_is_handed_over_with_all_that_is_open(house: House) -> None:
    alone(house).press(1)
    house.press(2)
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    assert not house.face.is_standing_in
    assert all(payload == b"" for topic, payload in house.kept.items() if "/call/" in topic)
    assert {call.station_id for call in gateway.board.open_calls()} == {"S1", "S2"}
    heard = {hearing.seq: hearing for hearing in gateway.hearings}
    assert [heard[seq].at_ms - UNIX_MS < 20_000 for seq in sorted(heard)] == [True, True]
    assert house.desk.host.is_up
    assert len(house.desk.board.open_calls()) == 2
    house.press(3)
    assert {call.station_id for call in gateway.board.open_calls()} == {"S1", "S2", "S3"}


def test_what_the_gateway_says_is_shown_and_what_the_desk_does_is_told(house: House) -> None:
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    house.press(1)
    house.press(2)
    house.wait(500, GATEWAY)
    for call in gateway.board.open_calls()[:1]:
        gateway.say(gateway.board.receive(Verb("clear", call.call_id, "Ana", "bed"), gateway.unix_ms))
    house.settle()
    assert [call.station_id for call in house.desk.board.open_calls()] == ["S2"]
    assert house.desk.calls.command("acknowledge", ("S2", NORMAL, ""), "hall", house.now_ms) == ""
    house.settle()
    assert [call.status for call in gateway.board.open_calls()] == ["acknowledged"]
    assert [command.call_id for command in gateway.commands] == ["g-2"]


def test_what_the_gateway_did_not_take_is_told_again(house: House) -> None:
    gateway = Gateway(house)
    house.wait(12_000, CONSOLE, GATEWAY)
    gateway.is_deaf = True
    house.press(1)
    house.wait(2000, CONSOLE, GATEWAY)
    assert gateway.board.open_calls() == []
    assert [call.station_id for call in house.desk.board.open_calls()] == ["S1"]  # it rings on
    gateway.is_deaf = False
    house.wait(8000, CONSOLE, GATEWAY)
    assert [call.station_id for call in gateway.board.open_calls()] == ["S1"]
    assert house.face.ear.unacknowledged == 0
