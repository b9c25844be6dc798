"""What is shown: order, ages, countdowns, other wards' calls, lights and banners, in virtual time."""

import pytest
from console_centre import T0, life_sign
from console_parts import House
from hypothesis import given
from hypothesis import strategies as st

from wardbell_console.language import Language
from wardbell_console.view import counts, lights, next_step
from wardbell_console.wording import next_text, row_cells
from wardbell_protocol.calls.call import Call
from wardbell_protocol.calls.escalation import default_policies
from wardbell_protocol.calls.signals import KINDS


@given(
    st.lists(st.tuples(st.sampled_from([kind for kind in KINDS if kind != "fault"]), st.integers(0, 90)), max_size=8)
)
def test_rows_are_by_priority_then_age_and_none_is_left_out(presses: list[tuple[str, int]]) -> None:
    house = House()
    for number, (kind, gap_s) in enumerate(presses):
        house.wire.deliver(house.east.press(f"{100 + number}-1", kind))
        house.wait_s(gap_s)
    shown = [(-row.call.priority, row.call.placed_at_ms, row.call.call_id) for row in house.desk.rows]
    assert shown == sorted(shown)
    assert len(shown) == len(presses)


def test_ages_and_countdowns_tick_without_any_message() -> None:
    house = House()
    house.wire.deliver(house.east.press("203-2"))
    house.tick()
    told = []
    for seconds in (10, 19.9, 0.1, 149.9, 0.1):
        house.clock.pass_s(seconds)
        house.desk.tick()
        cells = row_cells(Language("en"), house.row("203-2"), house.clock())
        told.append((cells["age"], cells["next"]))
    assert told == [
        ("0:10", "forward 0:20"),
        ("0:29", "forward 0:01"),
        ("0:30", "call centre 2:30"),
        ("2:59", "call centre 0:01"),
        ("3:00", "all stations 2:00"),
    ]


@pytest.mark.parametrize(
    ("status", "after_s", "told"),
    [
        ("placed", 29, "forward 0:01"),
        ("placed", 300, "all steps taken"),
        ("acknowledged", 60, "rings again 2:00"),
        ("attended", 60, "rings again 14:00"),
    ],
)
def test_what_happens_next(status: str, after_s: int, told: str) -> None:
    call = Call("e-1", "s", "203", "2", "normal", 0)
    call.status = status
    call.acknowledged_at_ms = call.attended_at_ms = 0
    policy = default_policies()["normal"]
    now_ms = after_s * 1000
    following = next_step(policy, call, now_ms)
    assert next_text(Language("en"), following, following is None and bool(policy.due(call, now_ms)), now_ms) == told


def test_a_fault_has_no_next_step_and_does_not_count_as_waiting() -> None:
    house = House()
    house.wire.deliver(house.east.press("receiver", "low_battery"))
    house.tick()
    assert house.row("receiver-").next is None
    told = counts(house.desk.rows, house.clock())
    assert (told.open, told.calling, told.oldest_ms) == (1, 0, None)


def test_the_oldest_wait_is_that_of_a_call_nobody_answered() -> None:
    house = House()
    house.wire.deliver(house.east.press("203-2"))
    house.wait_s(50)
    house.wire.deliver([*house.east.press("204-1"), *house.east.verb("acknowledge", "east-1", "Wu")])
    house.wait_s(7)
    told = counts(house.desk.rows, house.clock())
    assert (told.open, told.calling, told.oldest_ms) == (2, 1, 7000)


def test_another_ward_s_call_comes_when_its_forward_step_is_due_and_goes_when_it_is_answered() -> None:
    house = House()
    house.wire.deliver(house.west.press("301-1"))
    house.wait_s(29.9)
    assert house.places == []
    house.wait_s(0.1)
    assert house.places == ["301-1"]
    assert house.row("301-1").needs_ward
    house.wire.deliver(house.west.verb("acknowledge", "west-1", "Wu"))
    house.tick()
    assert house.places == []


def test_a_forwarded_call_stays_with_the_nurse_who_took_it_here() -> None:
    house = House()
    house.wire.deliver(house.west.press("301-1"))
    house.wait_s(31)
    house.feed.acknowledge("west-1", house.clock())
    house.tick()
    assert (house.places, house.row("301-1").by) == (["301-1"], "Li Na")


def test_a_seat_of_the_call_centre_sees_a_ward_s_call_only_when_all_stations_are_called() -> None:
    house = House(own=())
    house.wire.deliver(house.west.press("301-1"))
    house.wait_s(299)
    assert house.places == []
    house.wait_s(1)
    assert house.places == ["301-1"]


def test_without_a_ward_of_its_own_a_console_shows_every_ward() -> None:
    house = House(own=None)
    house.wire.deliver([*house.west.press("301-1"), *house.east.press("203-2")])
    house.tick()
    assert sorted(house.places) == ["203-2", "301-1"]


def test_due_steps_are_sent_until_the_call_centre_has_taken_them() -> None:
    house = House()
    house.wire.authorities = [house.east, house.west]  # nobody takes steps
    house.wire.deliver(house.east.press("203-2"))
    house.wait_s(31)
    house.wait_s(10)
    commands = house.wire.commands("step")
    assert {(c.step_name, c.call_id) for c in commands} == {("forward", "east-1")}
    assert len(commands) > 1
    assert len({c.command_id for c in commands}) == 1


def test_escalate_now_opens_a_contact_that_the_row_shows() -> None:
    house = House()
    house.wire.deliver(house.east.press("203-2"))
    house.tick()
    house.feed.escalate("east-1", house.clock())
    house.tick()
    (command,) = house.wire.commands("step")
    assert (command.step, command.step_name, command.by) == (2, "call_centre", "Li Na")
    contact = house.row("203-2").contact
    assert contact is not None
    house.feed.escalate("east-1", house.clock())
    assert house.feed.notice is not None
    assert house.feed.notice.reason == "reason.at_centre"


def test_a_lost_broker_makes_every_row_stale_until_a_snapshot_has_come() -> None:
    house = House()
    house.wire.deliver(house.east.press("203-2"))
    house.tick()
    assert (house.row("203-2").is_stale, house.banners()) == (False, [])
    house.wire.connect(False)
    house.tick()
    assert (house.row("203-2").is_stale, house.banners(), house.lights()["broker"]) == (True, ["broker"], "offline")
    house.wire.connect()
    house.tick()
    assert (house.row("203-2").is_stale, house.banners()) == (False, [])


def test_a_call_cleared_while_the_broker_was_lost_goes_with_the_snapshot() -> None:
    house = House()
    house.wire.deliver(house.east.press("203-2"))
    house.tick()
    house.wire.connect(False)
    house.east.verb("clear", "east-1", "Wu")
    house.tick()
    assert house.places == ["203-2"]
    house.wire.connect()
    house.tick()
    assert house.places == []


@pytest.mark.parametrize("how", ["offline", "silent"])
def test_a_lost_gateway_raises_a_banner_and_marks_its_rows(how: str) -> None:
    house = House()
    house.wire.deliver(house.east.press("203-2"))
    house.tick()
    house.clock.pass_s(16)
    if how == "offline":
        house.live()
        house.wire.deliver(house.east.health("offline"))
    house.tick()
    assert house.lights()["gateway"] == how
    assert house.banners() == ["gateway"]
    assert house.row("203-2").is_stale


def test_a_last_will_does_not_make_the_last_life_sign_older() -> None:
    house = House()
    house.wait_s(60)
    house.clock.pass_s(4)
    will = life_sign("east", "gateway", "east", "offline", T0)  # as it was left with the broker at the connect
    house.wire.deliver([will])
    house.tick()
    gateway = next(light for light in lights(house.feed, house.clock()) if light.part == "gateway")
    assert (gateway.state, gateway.age_ms) == ("offline", 4000)


def test_a_ward_that_was_never_heard_is_no_news_but_a_trouble() -> None:
    house = House(own=("north",))
    assert house.banners() == []
    house.clock.pass_s(5)
    house.tick()
    assert house.banners() == ["gateway"]


def test_one_of_several_ears_that_is_gone_is_told() -> None:
    house = House()
    assert house.lights()["radio"] == "online"
    house.wire.deliver([*house.east.health("offline", part="radio")])
    house.tick()
    assert house.lights()["radio"] == "offline"


def test_faults_of_a_part_are_told() -> None:
    house = House()
    house.wire.deliver(house.east.health("degraded", faults=["serial"]))
    house.tick()
    gateway = next(light for light in lights(house.feed, house.clock()) if light.part == "gateway")
    assert (gateway.state, gateway.faults) == ("degraded", ("serial",))


def test_what_is_not_ours_is_counted_and_changes_nothing() -> None:
    house = House()
    house.feed.receive("wardbell/v1/east/event", b"{}", house.clock())
    house.feed.receive("somebody/elses", b"x", house.clock())
    assert house.feed.refused == {"wardbell/v1/east/event": 1}
    assert house.places == []
