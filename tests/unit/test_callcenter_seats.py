"""Who is still at his console, in virtual time."""

import random

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


def test_whoever_is_forgotten_is_gone_as_one_who_is_remembered() -> None:
    dice = random.Random(7)
    seats, well_at_ms, listening_since_ms = Seats(), {}, None
    now_ms = 0
    for number in range(3000):
        now_ms += dice.randrange(2 * GONE_AFTER_MS if number % 50 == 0 else 1000)
        name = f"seat-{dice.randrange(20)}"
        match dice.randrange(20):
            case 0:
                seats.connected(now_ms)
                listening_since_ms = now_ms
            case 1:
                seats.connection_lost()
                listening_since_ms = None
            case _:
                seats.signed_in(name, now_ms)
                well_at_ms[name] = now_ms
        for seat, was_well_at_ms in well_at_ms.items():
            since_ms = None if listening_since_ms is None else max(listening_since_ms, was_well_at_ms)
            assert seats.is_gone(seat, now_ms) == (since_ms is not None and now_ms - since_ms > GONE_AFTER_MS)
