"""Who is still at his console, in virtual time."""

from wardbell_callcenter.seats import GONE_AFTER_MS, Seats
from wardbell_protocol.bus.payloads import Health


def life_sign(state: str = "online", part: str = "console", name: str = "a") -> Health:
    return Health(part=part, name=name, state=state, at_ms=0)  # type: ignore[arg-type]


def test_a_seat_that_speaks_stays() -> None:
    seats = Seats()
    seats.connected(0)
    for now_ms in range(0, 10 * GONE_AFTER_MS, 5000):
        seats.receive(life_sign("degraded"), now_ms)
        assert not seats.is_gone("console-a", now_ms)


def test_a_seat_that_is_offline_is_gone_after_a_while() -> None:
    seats = Seats()
    seats.connected(0)
    seats.receive(life_sign(), 5000)
    seats.receive(life_sign("offline"), 6000)
    assert not seats.is_gone("console-a", 5000 + GONE_AFTER_MS)
    assert seats.is_gone("console-a", 5001 + GONE_AFTER_MS)


def test_another_part_or_seat_does_not_speak_for_it() -> None:
    seats = Seats()
    seats.connected(0)
    seats.receive(life_sign(part="gateway"), GONE_AFTER_MS)
    seats.receive(life_sign(name="b"), GONE_AFTER_MS)
    assert seats.is_gone("console-a", GONE_AFTER_MS + 1)
    assert not seats.is_gone("console-b", GONE_AFTER_MS + 1)


def test_nobody_is_gone_while_nothing_can_be_heard() -> None:
    seats = Seats()
    assert not seats.is_gone("console-a", 10 * GONE_AFTER_MS)
    seats.connected(10 * GONE_AFTER_MS)
    assert not seats.is_gone("console-a", 11 * GONE_AFTER_MS)
    assert seats.is_gone("console-a", 11 * GONE_AFTER_MS + 1)
    seats.connection_lost()
    assert not seats.is_gone("console-a", 20 * GONE_AFTER_MS)


def test_signing_in_is_a_life_sign() -> None:
    seats = Seats()
    seats.connected(0)
    seats.signed_in("console-a", 10 * GONE_AFTER_MS)
    assert not seats.is_gone("console-a", 11 * GONE_AFTER_MS)
