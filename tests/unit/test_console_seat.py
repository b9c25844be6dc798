"""The operator's seat: who is signed in, what he has, and what is done to him meanwhile."""

from console_centre import CentreOnPaper
from console_parts import House
from console_seat import offered, seat

from wardbell_console.centre_view import agents_board
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import Rights


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
