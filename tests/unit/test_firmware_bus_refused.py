"""What a receiver on the bus makes of payloads, commands and names that are not as the specification has them."""

import json

import pytest
from bus_receiver import CONSOLE, GATEWAY, UNIX_MS, WARD, Gateway, House, alone
from hypothesis import given, settings
from hypothesis import strategies as st

from wardbell_firmware.bus.face import BusFace
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import CallState, encode
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.signals import NORMAL
from wardbell_protocol.errors import EncodeError


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[]", b'{"v":1}', b'{"v":2}', b'{"v":1,"epoch":3,"seq":"x","call":[]}', b"\xff"]
)
def test_what_is_not_as_the_spec_has_it_is_counted_and_left(house: House, payload: bytes) -> None:
    alone(house)
    for topic in [*house.face.subscriptions, topics.health(WARD, "gateway-east"), topics.snapshot(WARD, "radio-hall")]:
        house.face.receive(topic, payload, house.now_ms)
    house.press(1)
    assert house.seen == {"S1": "placed"}
    assert (house.face.n_refused > 0) == (payload not in (b"", b'{"v":2}'))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("placed"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


CALL = CallState.of(WARD, Call("g-9", "S1", "201", "1", NORMAL, UNIX_MS))


@given(
    junk=st.lists(
        st.tuples(
            st.sampled_from(["event", "snapshot", "health", "snapshot_request", "command"]),
            st.dictionaries(st.sampled_from([*json.loads(encode(CALL)), "seq", "epoch", "calls", "call"]), json_values),
            st.dictionaries(st.sampled_from([*json.loads(encode(CALL))]), json_values),
        ),
        max_size=6,
    ),
    has_gateway=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_whatever_comes_over_the_bus_calls_are_shown_and_told(
    junk: list[tuple[str, dict[str, object], dict[str, object]]], *, has_gateway: bool
) -> None:
    house = House()
    gateway = Gateway(house) if has_gateway else None
    house.wait(13_000, CONSOLE, *([GATEWAY] if gateway else []))
    for channel, fields, call_fields in junk:
        call = json.loads(encode(CALL)) | call_fields
        good = {"v": 1, "epoch": GATEWAY.epoch, "seq": 1, "at_ms": UNIX_MS, "call": call, "calls": [call]}
        good |= {"command_id": "x", "verb": "acknowledge", "by": "Ana", "reply_to": "console-x", "state": "online"}
        topic = {
            "event": topics.event(WARD),
            "snapshot": topics.snapshot(WARD, "radio-hall"),
            "health": topics.health(WARD, "somebody"),
            "snapshot_request": topics.snapshot_request(WARD),
            "command": topics.command(WARD),
        }[channel]
        house.face.receive(topic, json.dumps(good | fields).encode(), house.now_ms)
        house.settle()
    house.desk.receive_keys(ack=True, browse=False, mute=False, now_ms=house.now_ms)
    house.wait(3_200, CONSOLE, *([GATEWAY] if gateway else []))
    house.press(2)
    assert "S2" in {call.station_id for call in house.desk.board.open_calls()}
    assert max(len(line) for line in house.desk.front.lines) <= 16


def test_a_command_that_is_none_does_nothing_and_a_time_that_is_none_is_not_believed(house: House) -> None:
    for at_ms in (10**30, -5, 0):
        house.face.receive(
            topics.health(WARD, "ear-x"), json.dumps({"v": 1, "at_ms": at_ms, "state": "online"}).encode(), 0
        )
    alone(house).press(1)
    (call_id,) = house.mirror.calls
    assert abs(house.mirror.calls[call_id].placed_at_ms - UNIX_MS - house.now_ms) < 2000
    good = {"v": 1, "command_id": "c1", "verb": "acknowledge", "by": "Ana", "reply_to": "console-x", "call_id": call_id}
    for bad in (
        {"reply_to": "a/b"},
        {"by": "A" * 65},
        {"by": ["Ana"]},
        {"by": "A\n"},
        {"by": ""},
        {"command_id": "c" * 65},
    ):
        house.face.receive(topics.command(WARD), json.dumps(good | bad).encode(), house.now_ms)
    house.settle()
    assert house.seen == {"S1": "placed"}
    assert house.face.n_refused == 6


def test_payloads_deeper_than_anybody_counts_are_left(house: House) -> None:
    alone(house)
    house.face.receive(topics.event(WARD), b'{"v":1,"epoch":' + b"[" * 100_000, house.now_ms)
    house.press(1)
    assert house.seen == {"S1": "placed"}


@pytest.mark.parametrize("name", ["", "Hall", "a/b", "x" * 41, "a+"])
def test_a_name_that_is_no_level_of_a_topic_is_refused(name: str) -> None:
    with pytest.raises(EncodeError):
        BusFace(WARD, name, 7)
