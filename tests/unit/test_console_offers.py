"""What an operator is asked, and how each offer ends."""

from itertools import permutations

import msgspec
import pytest
from console_parts import House
from console_seat import POP, call, offered, seat

from wardbell_bus.mirror import Publication
from wardbell_console.asks import ASIDE_MS, ENDED_SHOWN_MS, Ask
from wardbell_protocol.bus.centre_payloads import Offer, ScreenPop
from wardbell_protocol.bus.payloads import decode


def ended(house: House, contact_id: str = "k-1") -> Ask:
    ask = house.feed.seat.asks.find(contact_id, house.clock())
    assert ask is not None
    return ask


def split(told: list[Publication]) -> tuple[list[Publication], list[Publication]]:
    """What went to the seat, and the events."""
    return [p for p in told if "/offer/" in p.topic], [p for p in told if "/offer/" not in p.topic]


def test_the_end_of_an_offer_that_comes_behind_the_next_one_takes_nothing_away() -> None:
    house = seat()
    offered(house)
    late, events = split(house.centre.missed("k-1"))
    assert late
    house.wire.deliver(events)
    house.clock.pass_s(1)
    offered(house)
    house.wire.deliver(late)
    house.tick()
    assert [(ask.contact.contact_id, ask.end) for ask in house.feed.seat.asks.standing] == [("k-1", "")]


def test_an_offer_is_received_at_once_by_the_device_and_by_nobody_yet() -> None:
    house = seat()
    offered(house)
    (received,) = house.wire.commands("received")
    assert (received.offer_id, received.contact_id) == (next(iter(house.centre.offers)), "k-1")
    assert house.wire.commands("accept") == []


def test_the_same_delivery_twice_is_one_offer_and_the_same_command() -> None:
    house = seat()
    told = offered(house)
    house.wire.deliver(split(told)[0])
    house.tick()
    first, again = house.wire.commands("received")
    assert first.command_id == again.command_id
    assert len(house.feed.offers()) == 1


def test_the_message_may_come_before_its_event_or_never() -> None:
    early, bare = seat(), seat()
    told = early.centre.offer("k-1", call(early), ["wang"], POP)
    messages, events = split(told)
    early.wire.deliver(messages)
    early.tick()
    assert [ask.pop for ask in early.feed.offers()] == [POP]
    early.wire.deliver(events)
    early.tick()
    assert [ask.pop for ask in early.feed.offers()] == [POP]

    bare.wire.deliver(split(bare.centre.offer("k-1", call(bare), ["wang"], POP))[1])
    bare.tick()
    (ask,) = bare.feed.offers()
    assert (ask.pop, ask.rings_until_ms) == (ScreenPop(), bare.clock() + 20_000)


def test_an_offer_to_somebody_else_at_this_seat_is_not_ours() -> None:
    house = seat()
    told = [p for p in house.centre.offer("k-1", call(house), ["wang"], POP) if "/offer/" in p.topic]
    message = decode(told[0].payload, Offer)
    other = msgspec.structs.replace(message, offer=msgspec.structs.replace(message.offer, target="zhao"))
    house.wire.deliver([Publication(told[0].topic, msgspec.json.encode(other))])
    house.tick()
    assert house.feed.offers() == []
    assert house.wire.commands("received") == []


@pytest.mark.parametrize("first", ["event", "message"])
def test_a_missed_offer_is_told_as_missed(first: str) -> None:
    house = seat()
    offered(house)
    messages, events = split(house.centre.missed("k-1"))
    house.wire.deliver([*events, *messages] if first == "event" else [*messages, *events])
    house.tick()
    assert ended(house).end == "missed"
    assert house.feed.offers() == []
    assert house.feed.notice is not None
    assert (house.feed.notice.state, house.feed.notice.place) == ("missed", ("118", "1"))


def test_who_took_it_is_told_and_forgotten_after_a_moment() -> None:
    house = seat()
    offered(house)
    house.wire.deliver(house.centre.accept("k-1", "zhao"))
    house.tick()
    assert (ended(house).end, ended(house).by) == ("taken", "zhao")
    house.clock.pass_s(ENDED_SHOWN_MS / 1000)
    assert house.feed.seat.asks.find("k-1", house.clock()) is None


def test_a_withdrawal_ends_the_offer_before_the_event_says_so() -> None:
    house = seat()
    offered(house)
    messages, _events = split(house.centre.accept("k-1", "zhao"))
    house.wire.deliver(messages)
    house.tick()
    assert house.feed.offers() == []
    assert ended(house).by == "zhao"


def test_what_is_cleared_at_the_bed_is_over() -> None:
    house = seat()
    offered(house)
    over = {"status": "cleared_at_bed", "closed_at_ms": house.clock(), "closed_reason": "cleared at bed"}
    house.wire.deliver(house.centre.change("cleared_at_bed", "k-1", **over))  # type: ignore[arg-type]
    house.tick()
    assert ended(house).end == "over"


def test_what_one_did_oneself_leaves_nothing_to_read() -> None:
    for verb in ("accept", "refuse"):
        house = seat()
        offered(house)
        house.feed.seat.about(verb, "k-1", house.clock())
        house.tick()
        assert house.feed.offers() == []
        assert house.feed.seat.asks.find("k-1", house.clock()) is None


def test_a_snapshot_without_the_offer_ends_it_and_one_with_it_brings_it() -> None:
    house = seat()
    offered(house)
    house.wire.connect(is_connected=False)
    house.tick()
    assert len(house.feed.offers()) == 1  # shown while nobody can say otherwise
    house.centre.accept("k-1", "zhao")  # unheard
    house.wire.connect()
    house.wait_s(3)
    assert house.feed.offers() == []
    assert ended(house).by == "zhao"

    late = seat()
    late.wire.connect(is_connected=False)
    late.tick()
    late.centre.offer("k-1", call(late), ["wang"], POP)  # unheard
    late.wire.connect()
    late.wait_s(3)
    assert [ask.contact.contact_id for ask in late.feed.offers()] == ["k-1"]


@pytest.mark.parametrize("end", ["accept", "missed"])
@pytest.mark.parametrize("order", sorted(set(permutations("EEEMM"))))
def test_in_whatever_order_events_and_messages_come_the_offer_is_over_at_the_end(
    order: tuple[str, ...], end: str
) -> None:
    """Events come in their order, messages to the seat in theirs; nothing is known of one to the other."""
    house = seat()
    told = house.centre.offer("k-1", call(house), ["wang", "zhao"], POP)
    house.clock.pass_s(1)
    told += house.centre.accept("k-1", "zhao") if end == "accept" else house.centre.missed("k-1")
    messages, events = split(told)
    assert (len(events), len(messages)) == (3, 2)
    for each in order:
        house.wire.deliver([events.pop(0) if each == "E" else messages.pop(0)])
        house.tick()
    assert house.feed.offers() == []
    assert len(house.wire.commands("received")) == 1


def test_an_offer_that_comes_once_more_after_its_end_stays_over() -> None:
    house = seat()
    messages, _ = split(offered(house))
    house.wire.deliver(house.centre.accept("k-1", "zhao"))
    house.wire.connect(is_connected=False)
    house.wire.connect()
    house.wait_s(3)
    house.wire.deliver(messages)
    house.tick()
    assert house.feed.offers() == []


def test_an_offer_goes_with_its_agent_to_his_other_seat() -> None:
    house = seat()
    offered(house)
    house.wire.deliver([house.centre.agent("wang", "ready", by="wang", seat="console-b")])
    house.tick()
    assert house.feed.offers() == []


def test_the_most_urgent_offer_is_first() -> None:
    house = seat(("203-2", "118-1"))
    offered(house, "k-normal", 1)
    offered(house, "k-urgent", 2)
    assert [ask.contact.contact_id for ask in house.feed.offers()] == ["k-urgent", "k-normal"]


def test_an_offer_that_was_put_aside_comes_back_and_another_comes_at_once() -> None:
    house = seat(("203-2", "118-1"))
    asks = house.feed.seat.asks
    offered(house, "k-1", 1)
    asks.step_aside(house.clock())
    assert not asks.wants_screen(house.clock())
    assert asks.wants_screen(house.clock() + ASIDE_MS + 1)
    offered(house, "k-2", 2)
    assert asks.wants_screen(house.clock())
