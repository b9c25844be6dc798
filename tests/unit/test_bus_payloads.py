"""What a payload may hold: everybody's texts end on terminals and displays, everybody's numbers in databases."""

import json

import pytest

from wardbell_protocol.bus.payloads import CallState, Command, Hearing, Payload, PayloadError, decode, encode
from wardbell_protocol.calls.call import Call

CALL = CallState.of("east", Call("east-1", "203-2", "203室", "2", "normal", 1_700_000_000_000))
COMMAND = Command(command_id="1", verb="acknowledge", by="李娜", reply_to="console-a", at_ms=0, call_id="east-1")
HEARING = Hearing(ear="e", epoch="1", seq=1, code="91568F", words=4, t_us=400, at_ms=0)
FRAME = Hearing(
    ear="e", epoch="1", seq=1, code="", words=4, t_us=150, at_ms=0, node_id=7, counter=9, event=1, battery=3
)


def changed(payload: Payload, field: str, value: object) -> bytes:
    return json.dumps({**json.loads(encode(payload)), field: value}).encode()


@pytest.mark.parametrize("payload", [CALL, COMMAND, HEARING, FRAME])
def test_what_we_send_is_read_as_it_was(payload: Payload) -> None:
    assert decode(encode(payload), type(payload)) == payload


@pytest.mark.parametrize("text", ["\x1b[2J", "Li\nNa", "Li Na\n", "\x00", "\x9b1m", "x" * 1000])
@pytest.mark.parametrize(
    ("payload", "field"), [(CALL, "room"), (CALL, "acknowledged_by"), (COMMAND, "by"), (COMMAND, "call_id")]
)
def test_a_text_that_would_command_the_terminal_is_refused(payload: Payload, field: str, text: str) -> None:
    with pytest.raises(PayloadError):
        decode(changed(payload, field, text), type(payload))


@pytest.mark.parametrize("number", [-1, 1 << 60, 10**25, 1e300])
@pytest.mark.parametrize(
    ("payload", "field"), [(CALL, "placed_at_ms"), (CALL, "loop"), (HEARING, "seq"), (HEARING, "at_ms")]
)
def test_a_number_beyond_calendars_and_databases_is_refused(payload: Payload, field: str, number: float) -> None:
    with pytest.raises(PayloadError):
        decode(changed(payload, field, number), type(payload))


@pytest.mark.parametrize("payload", [CALL, COMMAND])
def test_what_is_nested_without_end_is_refused_like_all_else_that_is_no_payload(payload: Payload) -> None:
    deep = b"[" * 20_000 + b"]" * 20_000
    with pytest.raises(PayloadError):
        decode(encode(payload)[:-1] + b',"lifts":' + deep + b"}", type(payload))


def test_a_call_of_an_older_gateway_is_unauthenticated() -> None:
    fields = json.loads(encode(CALL))
    del fields["authenticated"]
    assert decode(json.dumps(fields).encode(), CallState).authenticated is False


@pytest.mark.parametrize("field", ["node_id", "counter", "event"])
def test_a_hearing_is_of_a_word_or_of_a_frame(field: str) -> None:
    for raw in (changed(FRAME, field, None), changed(FRAME, "code", "91568F"), changed(HEARING, "code", "")):
        with pytest.raises(PayloadError):
            decode(raw, Hearing)


@pytest.mark.parametrize(
    ("field", "most"), [("node_id", 65535), ("counter", (1 << 24) - 1), ("event", 15), ("battery", 15)]
)
def test_what_a_frame_cannot_hold_is_refused(field: str, most: int) -> None:
    assert decode(changed(FRAME, field, most), Hearing)
    for number in (-1, most + 1):
        with pytest.raises(PayloadError):
            decode(changed(FRAME, field, number), Hearing)
