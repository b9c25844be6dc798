"""Mirrors of wards that are found by listening."""

import pytest
from centre_parts import T0, WardOnPaper, call_state

from wardbell_bus.mirror import CentreMirror, part_state
from wardbell_bus.wards import WardMirrors
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Health, PayloadError, encode


def life_sign(part: str, name: str) -> tuple[str, bytes]:
    health = Health(part=part, name=name, state="online", at_ms=T0)  # type: ignore[arg-type]
    return topics.health("east", f"{part}-{name}"), encode(health)


def test_it_listens_to_every_scope() -> None:
    assert WardMirrors("c").subscriptions() == [
        "wardbell/v1/+/event",
        "wardbell/v1/+/ward",
        "wardbell/v1/+/call/+",
        "wardbell/v1/+/health/+",
        "wardbell/v1/+/snapshot/to/c",
    ]


def test_a_ward_is_found_by_its_gateway_its_calls_or_its_events() -> None:
    east = WardOnPaper()
    for message in (
        life_sign("gateway", "east"),
        (topics.call("east", "east-1"), encode(call_state())),
        (topics.ward("east"), encode(east.info)),
        east.event("placed", call_state()),
    ):
        wards = WardMirrors("c")
        wards.receive(*message, T0)
        assert [mirror.ward for mirror in wards.mirrors] == ["east"]
        assert [request.topic for request in wards.poll(T0)] == ["wardbell/v1/east/snapshot/get"]


def test_a_console_alone_or_what_is_left_of_a_call_is_no_ward() -> None:
    wards = WardMirrors("c")
    wards.receive(*life_sign("console", "a"), T0)
    wards.receive(topics.call("east", "east-1"), b"", T0)
    wards.receive(topics.event("callcenter"), b"{}", T0)
    wards.receive("weather/today", b"rain", T0)
    assert wards.mirrors == []


def test_each_ward_has_its_own_mirror() -> None:
    east, west = WardOnPaper("east"), WardOnPaper("west")
    wards = WardMirrors("c")
    for ward in (east, west):
        wards.receive(topics.ward(ward.ward), encode(ward.info), T0)
        wards.receive(*ward.snapshot("c"), T0)
    applied = wards.receive(*west.event("placed", call_state("west-1", ward="west")), T0)
    assert [event.call.call_id for event in applied] == ["west-1"]
    assert {mirror.ward: list(mirror.calls) for mirror in wards.mirrors} == {"east": [], "west": ["west-1"]}
    wards.connection_lost()
    assert all(mirror.is_stale for mirror in wards.mirrors)


def test_what_is_not_a_payload_is_refused() -> None:
    wards = WardMirrors("c")
    with pytest.raises(PayloadError):
        wards.receive(topics.event("east"), b"not json", T0)


def test_no_part_says_that_another_one_is_well() -> None:
    wards, centre = WardMirrors("c"), CentreMirror("c")
    wards.receive(*life_sign("gateway", "east"), T0)
    _, of_gateway = life_sign("gateway", "east")
    with pytest.raises(PayloadError, match="gateway-east is not console-a"):
        wards.receive(topics.health("east", "console-a"), of_gateway, T0 + 60_000)
    assert [part_state(health, T0 + 60_000) for health in wards.mirrors[0].health.values()] == ["silent"]
    _, of_centre = life_sign("callcenter", "main")
    with pytest.raises(PayloadError):
        centre.receive(topics.health("callcenter", "console-a"), of_centre, T0)
    assert centre.health == {}


@pytest.mark.parametrize(
    "topic", ["wardbell/v1/east/ward", "wardbell/v1/east/call/x", "wardbell/v1/east/health/gateway-x"]
)
def test_junk_makes_no_ward(topic: str) -> None:
    wards = WardMirrors("c")
    for payload in (b"junk", b"{}", b'{"v":2}'):
        with pytest.raises(PayloadError):
            wards.receive(topic, payload, T0)
    assert wards.mirrors == []


def test_a_scope_that_can_be_no_ward_is_none() -> None:
    wards = WardMirrors("c")
    wards.receive(topics.ward("e st"), encode(WardOnPaper("east").info), T0)
    assert wards.mirrors == []
