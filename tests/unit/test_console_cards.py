"""The residents' cards and the histories that a seat reads: whose they are, and when it reads them anew."""

from console_parts import House
from console_seat import POP, call, offered, seat

from wardbell_console.desk import Desk
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_protocol.bus.centre_payloads import AgentState, ScreenPop


def restarted(house: House) -> None:
    """The console is started anew, and knows what the bus tells it."""
    house.feed = Feed("console-a", "wang", (), "wang")
    house.desk = Desk(house.feed, house.wire, house.clock, Language("en"))
    house.wire.connect()
    house.live()


def test_a_console_that_was_started_anew_has_the_cards_of_what_rings_and_of_what_he_has() -> None:
    house = seat(("118-1", "203-2"))
    offered(house, "k-1", 1)
    offered(house, "k-2", 2)
    house.wire.deliver(house.centre.accept("k-2", "wang"))
    restarted(house)
    (ask,) = house.feed.offers()
    assert (ask.contact.contact_id, ask.pop, ask.end) == ("k-1", POP, "")
    assert house.feed.seat.asks.pop_of("k-2") == POP
    kinds = [event.kind for event in house.feed.seat.time_lines.of("k-2")]
    assert kinds == ["opened", "offered", "accepted"]
    assert house.feed.notice is None  # nobody asked for it with a key
    house.wait_s(10)
    assert len(house.wire.commands("history")) == 2


def test_who_sits_down_next_sees_the_cards_as_they_are_for_him() -> None:
    house = seat()
    offered(house)
    house.wire.deliver(house.centre.accept("k-1", "wang"))
    house.tick()
    assert house.feed.seat.asks.pop_of("k-1") == POP
    house.centre.pops["k-1"] = ScreenPop(script=["as zhao may see it"])
    house.feed.seat.sign_in("zhao", house.clock())
    assert house.feed.seat.asks.pop_of("k-1") == ScreenPop()
    house.tick()
    house.wire.deliver(house.centre.change("transferred", "k-1", "wang", accepted_by="zhao"))
    house.feed.seat.show("k-1")
    house.wait_s(10)
    assert house.feed.seat.asks.pop_of("k-1").script == ["as zhao may see it"]


def test_a_shift_that_signs_in_has_no_other_seat_read_its_cards_anew() -> None:
    house = seat()
    offered(house)
    house.centre.refusals["history"] = "not one of yours"
    restarted(house)
    asked = len(house.wire.commands("history"))
    for name in ("ana", "ben", "cem"):
        other = AgentState(agent=name, state="ready", since_ms=house.clock(), seat=f"console-{name}")
        house.wire.deliver([house.centre.event("signed_in", agent=other)])
        house.tick()
    assert len(house.wire.commands("history")) == asked


def test_what_is_taken_from_the_board_has_its_card_too() -> None:
    house = seat()
    house.centre.pops["k-1"] = POP
    house.wire.deliver(house.centre.opened("k-1", call(house)))
    house.tick()
    assert house.wire.commands("history") == []
    house.feed.seat.about("accept", "k-1", house.clock())
    house.tick()
    assert house.feed.seat.asks.pop_of("k-1") == POP


def test_a_history_comes_in_parts_and_takes_up_what_was_heard_meanwhile() -> None:
    house = seat()
    offered(house)
    for by in ("ana", "ben", "cem"):
        house.wire.deliver(house.centre.change("noted", "k-1", by))
    restarted(house)
    house.wire.holds_replies = True
    house.feed.seat.show("k-1")
    house.desk.send()
    house.wire.deliver(house.centre.change("noted", "k-1", "dan"))
    house.tick()
    house.wire.holds_replies = False
    house.wire.answer(house.wire.published[-1])
    house.tick()
    told = [(event.kind, event.by) for event in house.feed.seat.time_lines.of("k-1")]
    assert told == [("opened", ""), ("offered", ""), *(("noted", by) for by in ("ana", "ben", "cem", "dan"))]
    assert house.feed.seat.time_lines.state("k-1", house.clock()) == ("", "")


def test_a_history_that_is_refused_or_not_answered_says_so() -> None:
    house = seat()
    offered(house)
    house.centre.refusals["history"] = "not one of yours"
    house.feed.seat.show("k-1")
    house.tick()
    lines = house.feed.seat.time_lines
    assert lines.state("k-1", house.clock()) == ("refused", "not one of yours")
    house.wire.holds_replies = True
    house.feed.seat.show("k-1")
    before = len(house.wire.commands("history"))
    house.wait_s(1)
    assert lines.state("k-1", house.clock()) == ("pending", "")
    for _ in range(5):
        house.wait_s(5)
    assert lines.state("k-1", house.clock()) == ("unconfirmed", "")
    assert len(house.wire.commands("history")) - before == 3
    assert [event.kind for event in lines.of("k-1")] == ["opened", "offered"]  # what it heard itself
