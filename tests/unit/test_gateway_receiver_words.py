"""What the receiver is told always fits a frame of the link."""

from wardbell_gateway.receiver_words import call_message, calls_messages, fits_the_link, health_message, station_message
from wardbell_gateway.registry import MAX_BED, MAX_ROOM
from wardbell_protocol.calls.call import ATTENDED, Call
from wardbell_protocol.calls.station import Station
from wardbell_protocol.link.messages import check_message

NOW_MS = 1_900_000_000_000


def longest_call() -> Call:
    """The longest that the registry and the bus allow."""
    call = Call("east-1", "s" * 32, "床" * MAX_ROOM, "床" * MAX_BED, "staff_assist", NOW_MS - 10**9)
    call.status = ATTENDED
    call.attended_at_ms = NOW_MS - 10**9
    call.attended_by = "护" * 64
    call.presses = 99_999
    call.clear_at = ("bed", "receiver", "console")
    return call


def test_the_longest_call_fits() -> None:
    message = call_message(longest_call(), NOW_MS, 1 << 31)
    check_message(message)
    assert fits_the_link(message)


def test_a_status_that_began_in_the_future_began_now() -> None:
    call = longest_call()
    call.attended_at_ms = NOW_MS + 5
    assert call_message(call, NOW_MS, 0)["since"] == 0


def test_every_message_is_one_of_the_link() -> None:
    for message in (*calls_messages([longest_call()], NOW_MS, 3), health_message(["broker"]), health_message([])):
        check_message(message)
        assert fits_the_link(message)
    check_message(station_message(Station("1", "1", "")))
