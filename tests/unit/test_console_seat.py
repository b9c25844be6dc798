"""The operator's seat: who is signed in, what he is asked, and how each offer ends."""

from itertools import permutations

import msgspec
import pytest
from console_centre import CentreOnPaper
from console_parts import House

from wardbell_bus.mirror import Publication
from wardbell_console.asks import ASIDE_MS, ENDED_SHOWN_MS, Ask
from wardbell_console.centre_view import agents_board
from wardbell_console.desk import Desk
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import AgentState, Offer, ResidentCard, Rights, ScreenPop
from wardbell_protocol.bus.payloads import CallState, decode

POP = ScreenPop(residents=[ResidentCard(resident_id="r1", name="周明", room="118", bed="1", risks=["falls"])])


def seat(press: tuple[str, ...] = ("118-1",)) -> House:
    """A seat with wang, and a call at each place."""
    house = House(own=(), by="wang", operator="wang")
    for place in press:
        house.wire.deliver(house.east.press(place, "emergency" if place == "118-1" else "normal"))
    house.live()
    return house


def call(house: House, number: int = 1) -> CallState:
    return CallState.of("east", house.east.board.calls[f"east-{number}"])


def offered(house: House, contact_id: str = "k-1", number: int = 1, pop: ScreenPop = POP) -> list[Publication]:
    told = house.centre.offer(contact_id, call(house, number), ["wang", "zhao"], pop)
    house.wire.deliver(told)
    house.tick()
    return told


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


def test_an_operator_who_moved_to_another_seat_is_not_pulled_back() -> None:
    house = House(own=(), operator="wang")
    assert house.centre.agents["wang"].seat == "console-a"
    house.wire.deliver([house.centre.agent("wang", "ready", seat="console-b")])
    house.wait_s(30)
    assert not house.feed.is_signed_in
    assert house.centre.agents["wang"].seat == "console-b"


def test_an_operator_whom_the_call_centre_held_for_gone_is_signed_in_again() -> None:
    house = House(own=(), operator="wang")
    house.wire.deliver([house.centre.agent("wang", "signed_out")])
    house.tick()
    assert house.feed.is_signed_in
    assert len(house.wire.commands("sign_in")) == 2


def test_whom_a_supervisor_signed_out_stays_out_and_reads_who_did_it() -> None:
    house = House(own=(), operator="wang")
    house.wire.deliver([house.centre.agent("wang", "signed_out", by="head", reason="shift is over")])
    house.wait_s(30)
    assert not house.feed.is_signed_in
    assert house.feed.notice is not None
    assert (house.feed.notice.state, house.feed.notice.by) == ("forced", "head")


def test_a_refused_sign_in_is_not_sent_again_and_says_whether_a_secret_is_wanted() -> None:
    house = House(own=(), operator="")
    house.centre.secret = "s3"
    house.feed.seat.sign_in("wang", house.clock())
    house.tick()
    house.wait_s(30)
    assert len(house.wire.commands("sign_in")) == 1
    assert house.feed.seat.wants_secret
    house.feed.seat.sign_in("wang", house.clock(), "s3")
    house.tick()
    assert house.feed.is_signed_in
    assert not house.feed.seat.wants_secret


def test_a_sign_in_that_could_not_leave_is_made_up_for_when_the_broker_is_back() -> None:
    house = House(own=(), operator="")
    house.wire.connect(is_connected=False)
    house.tick()
    house.feed.seat.sign_in("wang", house.clock())
    house.wire.connect()
    house.wait_s(11)
    house.wait_s(1)
    assert house.feed.is_signed_in


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


def test_a_verb_about_what_was_closed_meanwhile_is_refused_with_its_place() -> None:
    house = seat()
    offered(house)
    house.wire.deliver(
        house.centre.change("cleared_at_bed", "k-1", status="cleared_at_bed", closed_at_ms=house.clock())
    )
    house.tick()
    house.feed.seat.about("note", "k-1", house.clock(), text="asks for water")
    assert house.feed.notice is not None
    assert (house.feed.notice.state, house.feed.notice.place) == ("refused", ("118", "1"))
    assert house.wire.commands("note") == []


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


def test_a_contact_that_was_taken_away_is_told() -> None:
    house = seat()
    offered(house)
    house.feed.seat.about("accept", "k-1", house.clock())
    house.tick()
    house.wire.deliver(house.centre.change("returned", "k-1", reason="nobody on site", status="new", accepted_by=""))
    house.tick()
    assert house.feed.notice is not None
    assert (house.feed.notice.state, house.feed.notice.reason) == ("returned", "nobody on site")


def test_who_took_a_contact_over_is_told_and_so_is_a_reminder_which_rings() -> None:
    house = seat()
    offered(house)
    house.feed.seat.about("accept", "k-1", house.clock())
    house.tick()
    house.wire.deliver(house.centre.change("changed", "k-1", reason="reminded"))
    house.tick()
    assert house.feed.notice is not None
    assert house.feed.notice.state == "reminded"
    assert house.feed.seat.reminded == {"k-1"}
    house.wire.deliver(
        house.centre.change("accepted", "k-1", by="head", reason="taken over from wang", accepted_by="head")
    )
    house.tick()
    assert (house.feed.notice.state, house.feed.notice.by) == ("taken_over", "head")
    assert house.feed.seat.reminded == set()


def test_what_happened_to_a_contact_in_a_gap_is_told_and_no_reminder_rings_on() -> None:
    house = seat(("118-1", "203-2"))
    for contact_id, number in (("k-1", 1), ("k-2", 2)):
        offered(house, contact_id, number)
        house.feed.seat.about("accept", contact_id, house.clock())
        house.tick()
        house.wire.deliver(house.centre.change("changed", contact_id, reason="reminded"))
        house.tick()
    assert house.feed.seat.reminded == {"k-1", "k-2"}
    house.wire.connect(is_connected=False)
    house.tick()
    house.centre.change("returned", "k-1", status="new", accepted_by="")
    house.centre.change("cleared_at_bed", "k-2", status="cleared_at_bed", closed_at_ms=house.clock())
    house.wire.connect()
    house.wait_s(3)
    assert house.feed.notice is not None
    assert (house.feed.notice.state, house.feed.notice.place) == ("returned", ("118", "1"))
    assert house.feed.seat.reminded == set()


def test_a_console_that_was_started_anew_tells_when_a_contact_is_taken_away() -> None:
    before = seat()
    offered(before)
    before.feed.seat.about("accept", "k-1", before.clock())
    before.tick()
    house = House(own=(), by="wang", operator="wang")
    house.wire.authorities = [before.centre]
    house.clock = before.clock
    house.wire.connect()
    house.wire.deliver(before.centre.health())
    house.tick()
    house.wire.deliver(
        before.centre.change("returned", "k-1", reason="wang has not come", status="new", accepted_by="")
    )
    house.tick()
    assert house.feed.notice is not None
    assert house.feed.notice.state == "returned"


def test_missed_offers_that_made_him_not_ready_are_told_and_the_end_of_work_is_not() -> None:
    house = seat()
    house.wire.deliver(
        [house.centre.agent("wang", "busy", by="wang"), house.centre.agent("wang", "ready", by="callcenter")]
    )
    house.tick()
    assert house.feed.notice is None or house.feed.notice.state != "forced"
    house.wire.deliver([house.centre.agent("wang", "not_ready", by="callcenter", reason="missed offers")])
    house.tick()
    assert house.feed.notice is not None
    assert (house.feed.notice.state, house.feed.notice.verb) == ("forced", "force_not_ready")


def test_who_is_asked_now_is_told_by_the_contacts() -> None:
    house = seat()
    house.wire.deliver([house.centre.agent("zhao", "ready"), house.centre.agent("liu", "offered")])
    offered(house)
    states = {agent.agent: agent.state for agent in agents_board(house.feed)}
    assert states == {"wang": "offered", "zhao": "offered", "liu": "ready"}


def test_what_the_house_changed_meanwhile_is_read_when_it_is_needed() -> None:
    house = seat()
    house.wait_s(100)
    asked = [p.topic for p in house.wire.published].count(topics.snapshot_request("callcenter"))
    for _ in range(2):
        house.feed.seat.read_anew(house.clock())
        house.tick()
    topic = topics.snapshot_request("callcenter")
    assert [p.topic for p in house.wire.published].count(topic) == asked + 1
    assert not house.feed.centre.is_stale


def test_two_notes_and_a_second_transfer_are_commands_of_their_own() -> None:
    house = seat()
    offered(house)
    house.wire.holds_replies = True
    at = house.feed.seat
    for text in ("asks for water", "asks for water", "and for her daughter"):
        at.about("note", "k-1", house.clock(), text=text)
    at.about("transfer", "k-1", house.clock(), to="zhao")
    house.tick()
    for to in ("zhao", "chen"):
        house.clock.pass_s(6)
        house.tick()
        at.about("transfer", "k-1", house.clock(), to=to)
        house.tick()
    assert [command.text for command in house.wire.commands("note")] == ["asks for water", "and for her daughter"]
    first, again, other = house.wire.commands("transfer")
    assert first.command_id == again.command_id != other.command_id


def test_the_seat_s_own_topic_is_subscribed() -> None:
    house = seat()
    assert topics.offer("console-a") in house.feed.subscriptions()
    assert isinstance(house.centre, CentreOnPaper)


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


def test_whoever_has_joined_may_end_it() -> None:
    house = seat()
    house.feed.centre.rights = Rights(verbs=["join", "resolve"], only_held=["resolve"], level="ward", wards=["east"])
    offered(house)
    house.wire.deliver(house.centre.accept("k-1", "zhao"))
    house.tick()
    contact = house.feed.centre.contacts["k-1"]
    assert not house.feed.seat.may("resolve", contact)
    house.wire.deliver(house.centre.change("joined", "k-1", "wang"))
    house.tick()
    assert house.feed.seat.may("resolve", contact)


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
